"""NotifyNL: text messages and e-mail by the government's own service, with its own client.

Two templates there hold one placeholder for the whole text, `((bericht))`, and `((onderwerp))` for e-mail. The
reference of a message is the id of its attempt: nothing personal, and the key by which it is found again.

What NotifyNL answers, and what it means:

| answer | fate |
|---|---|
| 201 | accepted |
| no connection | later: nothing was handed over |
| 429 | later |
| 400 | refused, with the reason by its words (`_REASONS`), else `provider` |
| 401, 403, 404 and other 4xx | refused: our key or template is wrong |
| 5xx, time-out, broken off, not understood | unknown: perhaps it was taken over |
"""

import logging
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from outreach.attempts.rules import Channel
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import NotifyNL

if TYPE_CHECKING:
    from notifications_python_client.errors import APIError
    from notifications_python_client.notifications import NotificationsAPIClient

log = logging.getLogger(__name__)

TIME_OUT = 15.0
"""Seconds to connect, and as many again to answer."""

NEXT_DAY = timedelta(hours=3)
"""How long to wait at least when the messages of a day are used up; the tries then last until the next day."""

_REASONS: tuple[tuple[tuple[str, ...], Reason], ...] = (
    (("cannot be longer", "message is too long", "character count", "message is empty"), Reason.bad_text),
    (("team-only", "trial mode", "personalisation", "template"), Reason.provider),
    (("international", "not a dutch mobile", "not a uk mobile", "nederlands mobiel"), Reason.not_reachable),
    (
        (
            "phone_number",
            "email_address",
            "email address",
            "digits",
            "country prefix",
            "letters or symbols",
            "telefoonnummer",
            "valid phone number",
        ),
        Reason.bad_address,
    ),
)
"""Words in a 400, in lower case, and the reason they give; the first that fits counts."""

_STATUSES = {
    "created": Outcome(Fate.accepted),
    "sending": Outcome(Fate.accepted),
    "pending": Outcome(Fate.accepted),
    "sent": Outcome(Fate.accepted),
    "delivered": Outcome(Fate.delivered),
    "permanent-failure": Outcome(Fate.refused, reason=Reason.not_reachable, error_code="permanent-failure"),
    "temporary-failure": Outcome(Fate.refused, reason=Reason.too_late, error_code="temporary-failure"),
    "technical-failure": Outcome(Fate.refused, reason=Reason.provider, error_code="technical-failure"),
}
"""permanent-failure: there is no such number or mailbox. temporary-failure: it was tried until it was too late."""


def outcome_of(status: object, provider_id: str | None = None) -> Outcome | None:
    """What a status of NotifyNL means; None for one that we do not know."""
    known = _STATUSES.get(status) if isinstance(status, str) else None
    return None if known is None else _with_id(known, provider_id)


def _with_id(known: Outcome, provider_id: str | None) -> Outcome:
    return Outcome(known.fate, provider_id, known.reason, known.error_code)


class ByNotifyNL:
    """Messages of one channel, `sms` or `email`, by NotifyNL."""

    def __init__(self, account: NotifyNL, channel: str, time_out: float = TIME_OUT) -> None:
        self.account = account
        self.channel = channel
        self.time_out = time_out
        self.seconds = 2 * time_out
        self._local = threading.local()

    def send(self, message: Outgoing) -> Outcome:
        """Hand it over, with the attempt's id as reference."""
        found = self._ask(lambda client: self._taken_over(self._post(client, message)))
        return found or Outcome(Fate.unknown)

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """By its reference; NotifyNL knows a message as soon as it has taken it over."""
        return self._ask(lambda client: self._found(client, message.attempt_id), asking=True)

    def fetch(self, provider_id: str) -> Outcome | None:
        """By NotifyNL's id; None while it is still under way."""
        found = self._ask(
            lambda client: self._status(client.get_notification_by_id(provider_id)), asking=True
        )
        return None if found is None or found.fate in (Fate.accepted, Fate.unknown) else found

    def _post(self, client: "NotificationsAPIClient", message: Outgoing) -> Any:
        reference = str(message.attempt_id)
        if self.channel == Channel.email:
            words = {"onderwerp": message.subject, "bericht": message.body}
            return client.send_email_notification(
                message.address, self.account.email_template, words, reference
            )
        return client.send_sms_notification(
            message.address, self.account.sms_template, {"bericht": message.body}, reference
        )

    def _taken_over(self, answer: Any) -> Outcome:
        provider_id = _id_in(answer)
        if provider_id is None:
            log.error("NotifyNL took a message over but its answer names no id")
            return Outcome(Fate.unknown)
        return Outcome(Fate.accepted, provider_id)

    def _found(self, client: "NotificationsAPIClient", attempt_id: UUID) -> Outcome | None:
        answer = client.get_all_notifications(reference=str(attempt_id))
        for each in answer["notifications"]:
            outcome = self._status(each)
            if outcome is not None:
                return outcome
        return None

    def _status(self, notification: Any) -> Outcome | None:
        provider_id = _id_in(notification)
        status = notification.get("status") if isinstance(notification, Mapping) else None
        outcome = outcome_of(status, provider_id)
        if outcome is None and provider_id is not None:
            log.warning("NotifyNL's message %s has a status that is not known: %.40r", provider_id, status)
            return Outcome(Fate.accepted, provider_id)
        return outcome

    def _ask(
        self, call: Callable[["NotificationsAPIClient"], Outcome | None], *, asking: bool = False
    ) -> Outcome | None:
        """Call NotifyNL; whatever goes wrong becomes an outcome. `asking`: nothing is sent, so nothing is refused.

        Neither the words of NotifyNL nor those of an exception are logged: they may repeat a number or an address.
        """
        from notifications_python_client.errors import APIError

        try:
            return call(self._client())
        except APIError as error:
            if asking and error.status_code == 404:
                return None
            outcome = Outcome(Fate.unknown, error_code=_code(error)) if asking else _refusal(error)
            log.warning("NotifyNL answered %s to a message of %s", _code(error), self.channel)
            return outcome
        except Exception as error:
            log.error("NotifyNL's answer was not understood: %s", type(error).__name__)
            return Outcome(Fate.unknown)

    def _client(self) -> "NotificationsAPIClient":
        """The client of this thread: NotifyNL's own is not made to be shared."""
        from notifications_python_client.notifications import NotificationsAPIClient

        client: NotificationsAPIClient | None = getattr(self._local, "client", None)
        if client is None:
            # It would log what NotifyNL says in words.
            logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)
            client = NotificationsAPIClient(self.account.api_key, self.account.api_url, self.time_out)
            self._local.client = client
        return client


def _id_in(notification: Any) -> str | None:
    found = notification.get("id") if isinstance(notification, Mapping) else None
    return found if isinstance(found, str) and found else None


def _code(error: "APIError") -> str:
    """The kind of error as NotifyNL names it, such as 400 BadRequestError; the status when there is no answer."""
    if error.response is None:
        return "no_answer"
    try:
        kind = error.response.json()["errors"][0]["error"]
    except (ValueError, LookupError, TypeError):
        kind = ""
    return f"{error.status_code} {kind:.40}".strip() if isinstance(kind, str) else str(error.status_code)


def _refusal(error: "APIError") -> Outcome:
    """What an answer other than success means."""
    if error.response is None:
        return Outcome(Fate.later if _never_connected(error) else Fate.unknown)
    status = error.status_code
    if status == 429:
        return Outcome(Fate.later, error_code=_code(error), retry_after=_wait(error))
    if 400 <= status < 500:
        reason = _reason(str(error.message)) if status == 400 else Reason.provider
        return Outcome(Fate.refused, reason=reason, error_code=_code(error))
    return Outcome(Fate.unknown, error_code=_code(error))


def _reason(words: str) -> Reason:
    words = words.lower()
    return next((reason for marks, reason in _REASONS if any(m in words for m in marks)), Reason.provider)


def _wait(error: "APIError") -> timedelta | None:
    """As long as NotifyNL asks; three hours when it says that the messages of today are used up."""
    assert error.response is not None
    asked = error.response.headers.get("Retry-After", "")
    if asked.isdecimal() and len(asked) < 6:
        return timedelta(seconds=int(asked))
    return NEXT_DAY if "for today" in str(error.message) else None


def _never_connected(error: "APIError") -> bool:
    """Whether there was no connection at all, so that NotifyNL cannot have got anything."""
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

    inner = getattr(error.__cause__, "args", (None,))[:1]
    reason = inner[0].reason if inner and isinstance(inner[0], MaxRetryError) else None
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in getattr(reason, "args", ()))
