"""The contact attempt: everything sent or done to reach a person, the coach's day, calls and visits."""
