"""A way whose answers a test writes, to look at what the outbox does with each; it stands in for all three channels."""

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from flask import Flask

from outreach.messages.outcomes import Fate, Outcome, Outgoing
from outreach.providers import Providers
from tests.conftest import settings_for

REAL = {
    "OUTREACH_CHANNELS": "whatsapp=twilio,sms=twilio",
    "TWILIO_ACCOUNT_SID": "AC0",
    "TWILIO_AUTH_TOKEN": "x",
    "TWILIO_WHATSAPP_FROM": "+31970000001",
    "TWILIO_SMS_FROM": "+31970000002",
    "OUTREACH_WHATSAPP_PER_SECOND": "0",
    "OUTREACH_SMS_PER_SECOND": "0",
}


class Scripted:
    """Says what `answer` says for each message, and remembers what it was handed."""

    def __init__(self, answer: Callable[[Outgoing], Outcome] | None = None) -> None:
        self.seconds = 1.0
        self.handed: list[Outgoing] = []
        self.held: dict[object, Outcome] = {}
        self.answer = answer or (lambda message: Outcome(Fate.accepted, f"P-{message.attempt_id}"))
        self._lock = Lock()

    def send(self, message: Outgoing) -> Outcome:
        """Take it, and answer."""
        with self._lock:
            self.handed.append(message)
        return self.answer(message)

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """What a test laid down under the attempt's id."""
        return self.held.get(message.attempt_id)

    def fetch(self, provider_id: str) -> Outcome | None:
        """The same under the provider's id."""
        return self.held.get(provider_id)

    @property
    def addresses(self) -> list[str]:
        """To whom something was handed over."""
        return [message.address for message in self.handed]


def put_in(app: Flask, way: Scripted, **settings: str) -> Scripted:
    """Let this application send by the scripted way, as if Twilio were set up."""
    url = app.extensions["outreach_settings"].database_url
    app.extensions["outreach_settings"] = made = settings_for(url, **REAL | settings)
    providers: Providers = made.providers
    app.extensions["outreach_ways"] = dict.fromkeys(providers.by_system, way)
    return way
