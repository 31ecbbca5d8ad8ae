"""The sandbox: nothing leaves this machine, and everything counts as delivered. The default."""

from datetime import datetime

from outreach.messages.outcomes import Fate, Outcome, Outgoing


class Sandbox:
    """Messages stay in the database, to be read and answered on the sandbox page."""

    seconds = 0.0

    def send(self, message: Outgoing) -> Outcome:
        """It arrives at once."""
        return Outcome(Fate.delivered, provider_id=self._id(message))

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """Whatever was claimed here has arrived."""
        return Outcome(Fate.delivered, provider_id=self._id(message))

    def fetch(self, provider_id: str) -> Outcome | None:
        """Nothing changes afterwards."""
        return None

    @staticmethod
    def _id(message: Outgoing) -> str:
        return f"sandbox-{message.attempt_id}"
