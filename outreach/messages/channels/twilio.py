"""Twilio: text messages and WhatsApp, with Twilio's own client.

What is asked for: free text inside WhatsApp's 24 hours and for every text message, else the approved template
(ContentSid with ContentVariables). The address for statuses holds our own id, since a status may come before we have
recorded the sending. Twilio has no idempotency key: what is in doubt is `unknown` and is looked up, never sent again.

| what came back | fate |
|---|---|
| 201 | accepted, or what its status says (twilio_codes.py) |
| no connection came about | later: nothing was handed over |
| 429, a limit, a wrong account or token | later |
| other 4xx | refused, with the reason by its code (twilio_codes.py) |
| 5xx, time-out, broken off, not understood | unknown: perhaps it was taken over |
"""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import RFC_4122, UUID

from requests import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from outreach import clock
from outreach.attempts.rules import Channel
from outreach.messages.channels import twilio_codes, twilio_http
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import Twilio

log = logging.getLogger(__name__)

SHORTEST, LONGEST = timedelta(seconds=5), timedelta(hours=10)
"""Bounds of ValidityPeriod: Twilio takes 1 second to 10 hours (error 21624), and under 5 seconds hardly any leaves."""

WHATSAPP = "whatsapp:"
RETRIES = "#rc=5&rp=all"
"""Connection overrides of Twilio's webhooks: five tries, after whatever went wrong."""

CLOCKS_DIFFER = timedelta(minutes=2)
PAGE, MOST = 50, 200

_CODE = re.compile(r"/r/([0-9A-Za-z-]{10,14})\b")


class ByTwilio:
    """Messages of one channel, `sms` or `whatsapp`, by Twilio."""

    def __init__(
        self, account: Twilio, channel: str, base_url: str, read_within: float = twilio_http.READ
    ) -> None:
        self.account = account
        self.channel = channel
        self.base_url = base_url
        self.seconds = twilio_http.CONNECT + read_within
        http = twilio_http.Http(account.api_url, read_within)
        client = Client(account.account_sid, account.auth_token, http_client=http)
        self._messages: Any = client.messages

    def send(self, message: Outgoing) -> Outcome:
        """Hand it over, once."""
        what = self._what(message)
        if what is None:
            return Outcome(Fate.refused, reason=Reason.outside_window)
        try:
            made = self._messages.create(**what, **self._where(message), **self._until(message))
        except Exception as error:
            return self._failed(error)
        said = twilio_codes.status_outcome(made.status or "", made.error_code, made.sid)
        return said or Outcome(Fate.accepted, made.sid)

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """By its number and the day, then by the code in its link, else by the whole text.

        Twilio's filter DateSent is not used: a message that still waits in Twilio's queue has none. Two with the same
        text and no code could be either: then nothing is found, and a person decides.
        """
        try:
            found = self._alike(message, _not_before(message.attempt_id) or since)
        except Exception as error:
            self._note("looking up a message", error)
            return None
        if not found or (len(found) > 1 and _code(message.body) is None):
            return None
        newest = found[0]
        return twilio_codes.status_outcome(newest.status or "", newest.error_code, newest.sid)

    def fetch(self, provider_id: str) -> Outcome | None:
        """By Twilio's id; None while it is still under way."""
        try:
            now = self._messages(provider_id).fetch()
        except Exception as error:
            self._note("asking for a message", error)
            return None
        said = twilio_codes.status_outcome(now.status or "", now.error_code, now.sid)
        return None if said is None or said.fate is Fate.accepted else said

    def _what(self, message: Outgoing) -> dict[str, str] | None:
        if message.free_text or self.channel == Channel.sms:
            return {"body": message.body}
        # Twilio refuses an empty variable, and line ends and runs of spaces inside one (21656).
        variables = {name: " ".join(value.split()) for name, value in message.content_variables.items()}
        if not message.content_sid or not all(variables.values()):
            return None
        return {"content_sid": message.content_sid, "content_variables": json.dumps(variables)}

    def _where(self, message: Outgoing) -> dict[str, str]:
        account = self.account
        where = {
            "to": self._address(message),
            "status_callback": f"{self.base_url}/twilio/status/{message.attempt_id}{RETRIES}",
        }
        if self.channel == Channel.whatsapp and account.whatsapp_from:
            return where | {"from_": WHATSAPP + account.whatsapp_from}
        if account.messaging_service_sid:
            return where | {"messaging_service_sid": account.messaging_service_sid}
        return where | {"from_": account.sms_from}

    def _until(self, message: Outgoing) -> dict[str, int]:
        """Twilio holds a text message in its queue no longer than until its latest moment; WhatsApp knows no such."""
        if message.latest_at is None or self.channel == Channel.whatsapp:
            return {}
        left = message.latest_at - clock.now()
        return {"validity_period": int(max(SHORTEST, min(left, LONGEST)).total_seconds())}

    def _address(self, message: Outgoing) -> str:
        return (WHATSAPP if self.channel == Channel.whatsapp else "") + message.address

    def _alike(self, message: Outgoing, begin: datetime) -> list[Any]:
        """Messages to this address since then that say the same, the newest first."""
        found = []
        for other in self._messages.stream(to=self._address(message), page_size=PAGE, limit=MOST):
            if other.date_created is not None and other.date_created < begin:
                break
            if _says_the_same(message.body, other.body or ""):
                found.append(other)
        return found

    def _failed(self, error: Exception) -> Outcome:
        if isinstance(error, twilio_http.TooMuchNow):
            return Outcome(Fate.later, error_code="429", retry_after=error.retry_after)
        if isinstance(error, TwilioRestException):
            outcome = twilio_codes.refusal_outcome(error.status, error.code, None)
            if outcome.fate is Fate.later:
                self._note("sending", error)
            return outcome
        if twilio_http.never_left(error):
            self._note("sending", error)
            return Outcome(Fate.later)
        if not isinstance(error, RequestException):
            # The error's own words may hold the number: only what kind it was goes into the log.
            log.error("Twilio's answer to a message was not understood: %s", type(error).__name__)
        return Outcome(Fate.unknown)

    def _note(self, doing: str, error: Exception) -> None:
        """Without the error's own words: they hold numbers."""
        detail = f"HTTP {error.status}, code {error.code}" if isinstance(error, TwilioRestException) else ""
        log.warning("Twilio, %s by %s: %s %s", doing, self.channel, type(error).__name__, detail)


def _not_before(attempt_id: UUID) -> datetime | None:
    """When an attempt came into being, by its id (UUIDv7): its message cannot be older."""
    if attempt_id.version != 7 or attempt_id.variant != RFC_4122:
        return None
    made = datetime.fromtimestamp((attempt_id.int >> 80) / 1000, UTC)
    return made - CLOCKS_DIFFER


def _code(body: str) -> str | None:
    found = _CODE.findall(body)
    return found[-1].lower() if found else None


def _says_the_same(ours: str, theirs: str) -> bool:
    """By the code in the link, which no other message has; without one by all words."""
    code = _code(ours)
    return _code(theirs) == code if code is not None else ours.split() == theirs.split()
