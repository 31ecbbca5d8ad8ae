"""The sandbox: nothing leaves this machine, and everything counts as delivered. The default."""


class Sandbox:
    """Messages stay in the database, to be read and answered on the sandbox page."""

    def send(self, *, address: str, body: str, reference: str) -> tuple[str, bool]:
        """The message's id at the 'provider', and that it arrived."""
        return f"sandbox-{reference}", True
