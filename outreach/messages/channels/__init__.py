"""The ways in which a message leaves. One small interface; a file for each.

A new way is a file here with a class that has the three verbs of `Way`, a line in `make_way`, and its name in
`outreach/providers.py`. A way knows no database and is called outside any transaction, from several threads at once.
"""

from datetime import datetime
from typing import Protocol

from outreach.config import Settings
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages.outcomes import Outcome, Outgoing


class Way(Protocol):
    """Something that sends messages of one channel, and can say later what became of them."""

    seconds: float
    """The longest that one call takes before it gives up."""

    def send(self, message: Outgoing) -> Outcome:
        """Send one message, once. Never raises: what it does not understand is `unknown`."""

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """Look for a message that was perhaps taken over since then; None when the provider has no such message."""

    def fetch(self, provider_id: str) -> Outcome | None:
        """What the provider says now of a message that it took over; None when it says nothing new."""


def make_way(way: str, channel: str, settings: Settings) -> Way:
    """The way of this name for this channel. Raises Refused for one that nobody built."""
    from outreach.messages.channels.sandbox import Sandbox

    if way == "sandbox":
        return Sandbox()
    if way == "notifynl":
        from outreach.messages.channels.notifynl import ByNotifyNL

        return ByNotifyNL(settings.providers.notifynl, channel)
    if way == "smtp":
        from outreach.messages.channels.smtp import BySmtp

        return BySmtp(settings.providers.smtp, settings.base_url)
    if way == "twilio":
        from outreach.messages.channels.twilio import ByTwilio

        return ByTwilio(settings.providers.twilio, channel, settings.base_url)
    raise Refused(_l("This version cannot send %(channel)s by %(way)s.", channel=channel, way=way))
