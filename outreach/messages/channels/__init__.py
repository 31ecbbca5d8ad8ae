"""The ways in which a message leaves. One small interface; a file for each.

A new channel is a file here with a class that has `send`, and a line in `channel_for`.
"""

from typing import Protocol

from outreach.config import Settings
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages.channels.sandbox import Sandbox


class Channel(Protocol):
    """Something that can send one message; called outside any transaction."""

    def send(self, *, address: str, body: str, reference: str) -> tuple[str, bool]:
        """Send `body` to `address` (E.164 or e-mail); `reference` is our own id, without personal data.

        Returns the provider's id of the message and whether it is known to have arrived.
        """


def channel_for(settings: Settings) -> Channel:
    """The channel that the settings ask for. Raises Refused for one that this version does not have."""
    if settings.sandbox:
        return Sandbox()
    raise Refused(
        _l("OUTREACH_CHANNELS=%(channels)s: this version has the sandbox only.", channels=settings.channels)
    )
