"""What goes to a provider, and what it can say of it. Pure; every way speaks in these words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Fate(StrEnum):
    """What became of a message that was handed to a provider.

    accepted: it took it over. delivered, read: it also arrived. refused: it will never go. later: it was not taken
    over and may be tried again. unknown: perhaps it was taken over (time-out, 5xx): never send it again unasked.
    """

    accepted = "accepted"
    delivered = "delivered"
    read = "read"
    refused = "refused"
    later = "later"
    unknown = "unknown"


class Reason(StrEnum):
    """Why a message was refused; kept as the result of its attempt.

    not_reachable: this address has no such channel, the fallback is worth trying. opted_out: the person blocked us.
    outside_window: WhatsApp takes free text only within 24 hours of their last message. withheld: the network keeps it
    back. too_late: its validity ran out. bad_address: not a number or address at all. bad_text: it takes no such
    text. provider: anything else, with the provider's own code beside it.
    """

    not_reachable = "not_reachable"
    opted_out = "opted_out"
    outside_window = "outside_window"
    withheld = "withheld"
    too_late = "too_late"
    bad_address = "bad_address"
    bad_text = "bad_text"
    provider = "provider"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider said. `retry_after`: how long to wait at least, with `later`."""

    fate: Fate
    provider_id: str | None = None
    reason: Reason | None = None
    error_code: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is claimed and ready to leave.

    `attempt_id` is our own id of it and goes along where the provider lets it, without personal data. `address` is
    E.164 or an e-mail address. `free_text`: whether WhatsApp takes free text now. `content_sid` and
    `content_variables` ("1", "2", … in the order in which the text mentions them): its approved template.
    `latest_at`: from then on it must not arrive any more. `subject`: for e-mail. `tries`: how often it was refused for
    the moment. `language`: of its text. `unsubscribe`: where one leaves its e-mail, '' when there is no such address.
    """

    attempt_id: UUID
    case_id: UUID
    person_id: UUID
    channel: str
    step: str
    address: str
    body: str
    subject: str = ""
    free_text: bool = False
    content_sid: str = ""
    content_variables: Mapping[str, str] = field(default_factory=dict)
    latest_at: datetime | None = None
    tries: int = 0
    language: str = "nl"
    unsubscribe: str = ""
