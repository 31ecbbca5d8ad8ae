"""What a contact attempt can be, how it may change, and when to call again. Pure: no database, no clock."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How somebody is reached."""

    whatsapp = "whatsapp"
    sms = "sms"
    email = "email"
    letter = "letter"
    call = "call"
    visit = "visit"
    card = "card"


AT_THE_DOOR = (Channel.visit, Channel.card)
"""For which a coach goes to an address."""

MESSAGE_CHANNELS = frozenset({Channel.whatsapp, Channel.sms, Channel.email})


class Owner(StrEnum):
    """Who carries an attempt out: a worker, a clerk who prints, a coach who calls or goes there."""

    system = "system"
    clerk = "clerk"
    coach = "coach"


class AttemptStatus(StrEnum):
    """Where an attempt stands.

    planned: waits for its moment or its owner. claimed: a worker is sending it. sent: left us (a letter:
    printed). delivered, read: as the channel tells. done: a call, visit or card that took place. failed:
    did not reach. returned: the letter came back. unknown: sent perhaps; it is looked up, and then a person
    decides whether it goes once more (planned) or not (cancelled). cancelled: no longer wanted (a response came, the
    plan stopped). expired: its latest moment passed, also on its way.
    """

    planned = "planned"
    claimed = "claimed"
    sent = "sent"
    delivered = "delivered"
    read = "read"
    done = "done"
    failed = "failed"
    returned = "returned"
    unknown = "unknown"
    cancelled = "cancelled"
    expired = "expired"


_S = AttemptStatus

ALLOWED_ATTEMPT_CHANGES: dict[AttemptStatus, frozenset[AttemptStatus]] = {
    _S.planned: frozenset({_S.claimed, _S.sent, _S.done, _S.failed, _S.cancelled, _S.expired}),
    _S.claimed: frozenset(
        {_S.sent, _S.delivered, _S.read, _S.failed, _S.unknown, _S.planned, _S.cancelled, _S.expired}
    ),
    _S.sent: frozenset({_S.delivered, _S.read, _S.failed, _S.returned, _S.unknown, _S.expired}),
    _S.delivered: frozenset({_S.read, _S.returned}),
    _S.read: frozenset(),
    _S.done: frozenset(),
    _S.failed: frozenset(),
    _S.returned: frozenset(),
    _S.unknown: frozenset({_S.sent, _S.delivered, _S.read, _S.failed, _S.expired, _S.planned, _S.cancelled}),
    _S.cancelled: frozenset(),
    _S.expired: frozenset(),
}

TAKEN_BACK_FROM = frozenset({_S.done, _S.failed, _S.sent})
"""What becomes planned again only when whoever logged it takes it back (taking_back_service), by no other way."""

OPEN = frozenset({_S.planned, _S.claimed})
"""Not carried out yet."""

REACHED_OUT = frozenset({_S.sent, _S.delivered, _S.read, _S.done, _S.returned, _S.unknown})
"""Carried out, whatever came of it: the attempts that count as 'sent'."""


MAY_BE_ANSWERED = REACHED_OUT - {_S.returned}
"""What a response can be an answer to: a letter that had come back by then reached nobody."""


class Result(StrEnum):
    """What came of a call or a visit."""

    spoke = "spoke"
    no_answer = "no_answer"
    voicemail = "voicemail"
    wrong_number = "wrong_number"
    met = "met"
    nobody_home = "nobody_home"
    refused = "refused"
    moved = "moved"
    wrong_address = "wrong_address"
    card_left = "card_left"
    unsafe = "unsafe"


CALL_RESULTS = (Result.spoke, Result.no_answer, Result.voicemail, Result.wrong_number)
VISIT_RESULTS = (
    Result.met,
    Result.nobody_home,
    Result.refused,
    Result.moved,
    Result.wrong_address,
    Result.unsafe,
)
CONTACT = frozenset({Result.spoke, Result.met, Result.refused})
"""Results by which the young person was really spoken to: they count as a response."""


def may_change(before: AttemptStatus, after: AttemptStatus) -> bool:
    """Whether an attempt in status `before` may become `after`."""
    return after in ALLOWED_ATTEMPT_CHANGES[before]


def before(after: AttemptStatus) -> tuple[AttemptStatus, ...]:
    """All statuses from which an attempt may become `after`: the WHERE of the conditional UPDATE."""
    return tuple(status for status, allowed in ALLOWED_ATTEMPT_CHANGES.items() if after in allowed)


NOT_REACHED = frozenset({Result.wrong_number, Result.moved, Result.wrong_address})
"""Results that say that the number or the address is not the person's."""


def status_after(result: Result) -> AttemptStatus:
    """What a call or visit with this result has become: done, or failed where it reached somebody else."""
    return AttemptStatus.failed if result in NOT_REACHED else AttemptStatus.done


def card_step(visit_step: str) -> str:
    """The step of the card that belongs to a visit, as plans name them: w3-huisbezoek, w3-kaart."""
    return visit_step.removesuffix("huisbezoek") + "kaart" if visit_step.endswith("huisbezoek") else "card"


class Part(StrEnum):
    """A part of the working day; the values are those of the response form ('when it suits')."""

    morning = "morning"
    afternoon = "afternoon"
    evening = "evening"


HOURS: dict[Part, range] = {
    Part.morning: range(9, 12),
    Part.afternoon: range(12, 17),
    Part.evening: range(17, 20),
}
"""The hours of each part; together the window in which people call."""

UNANSWERED = frozenset({Result.no_answer, Result.voicemail})
"""Results of a call after which another hour is worth a try."""


def part_of(at: datetime) -> Part:
    """The part of the day of a local moment; what is before or after the window counts with its nearest part."""
    return next((part for part in Part if at.hour < HOURS[part].stop), Part.evening)


def best_time(
    earlier_tries: Iterable[datetime], planned: datetime, latest: datetime | None = None
) -> datetime:
    """When to call again after calls that nobody answered. All moments on the same local clock.

    1. Without earlier tries, when it was planned.
    2. Else on that day, from `planned` on and before `latest`: first an hour at which nobody tried, among those the
       part of the day that was tried least, and then the soonest.
    3. When no hour of the window is left, when it was planned.
    """
    tries = list(earlier_tries)
    if not tries:
        return planned
    at_hour = {tried.hour for tried in tries}
    in_part = [part_of(tried) for tried in tries]
    moments = [
        (
            part,
            planned
            if hour == planned.hour
            else planned.replace(hour=hour, minute=0, second=0, microsecond=0),
        )
        for part in Part
        for hour in HOURS[part]
        if hour >= planned.hour
    ]
    left = [(part, at) for part, at in moments if latest is None or at < latest]
    if not left:
        return planned
    return min(left, key=lambda one: (one[1].hour in at_hour, in_part.count(one[0]), one[1]))[1]
