"""Messages out and in: texts, the outbox that workers empty, the channels, and the sandbox by default."""
