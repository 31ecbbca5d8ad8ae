"""What the response form asks, what may be answered and what an answer means to a case. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from outreach.cases.events import EventKind

LONGEST_MESSAGE = 1000
"""Characters that fit into 'anything to say'; a line break is one."""

TWICE_WITHIN = timedelta(minutes=1)
"""The same answers again within this time are a double tap, not a second answer."""

CLOSED = "afgesloten"
"""The status in which a case takes no more answers."""


class Intent(StrEnum):
    """Which button was pressed."""

    answer = "answer"
    call_back = "call_back"
    decline = "decline"
    not_me = "not_me"
    moved = "moved"


class Now(StrEnum):
    """How it is going now."""

    school = "school"
    work = "work"
    both = "both"
    other = "other"
    nothing = "nothing"


class Help(StrEnum):
    """What somebody wants help with; `no` says that none is wanted now."""

    money = "money"
    home = "home"
    health = "health"
    school = "school"
    work = "work"
    other = "other"
    no = "no"


class Reach(StrEnum):
    """How somebody wants to be reached."""

    call = "call"
    whatsapp = "whatsapp"
    sms = "sms"
    email = "email"


class When(StrEnum):
    """When it suits."""

    morning = "morning"
    afternoon = "afternoon"
    evening = "evening"


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody filled in, checked. `phone` is E.164. Empty means: not answered."""

    intent: Intent = Intent.answer
    now: Now | None = None
    help_with: tuple[Help, ...] = ()
    reach_by: tuple[Reach, ...] = ()
    phone: str | None = None
    email: str | None = None
    when: tuple[When, ...] = ()
    message: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing at all was answered."""
        filled = (
            self.now,
            self.help_with,
            self.reach_by,
            self.phone,
            self.email,
            self.when,
            self.message,
        )
        return self.intent is Intent.answer and not any(filled)


def event_of(answers: Answers) -> tuple[EventKind, dict[str, Any]]:
    """Which event a submission is and the event's data, all of it fit for JSON.

    `help` is true when somebody named something to be helped with, false when she said 'no', none when she
    did not say. `reach_at` is the number, or the e-mail address when there is no number; when both were
    given the address is in `reach_email`.
    """
    if answers.intent is Intent.decline:
        return EventKind.contact_declined, {}
    if answers.intent in (Intent.not_me, Intent.moved):
        return EventKind.wrong_person_reported, {"moved": answers.intent is Intent.moved}
    topics = [topic.value for topic in answers.help_with if topic is not Help.no]
    wants_help = True if topics else (False if answers.help_with else None)
    data: dict[str, Any] = {
        "now": answers.now.value if answers.now else None,
        "help": wants_help,
        "help_with": topics,
        "reach_by": [way.value for way in answers.reach_by],
        "reach_at": answers.phone or answers.email,
        "when": [part.value for part in answers.when],
        "message": answers.message,
        "call_back": answers.intent is Intent.call_back,
    }
    if answers.phone and answers.email:
        data["reach_email"] = answers.email
    return EventKind.responded, data


def stored_as(answers: Answers) -> dict[str, Any]:
    """A submission as it is kept; `event_of_stored` reads it again."""
    return {"intent": answers.intent.value, **event_of(answers)[1]}


def event_of_stored(stored: Mapping[str, Any]) -> tuple[EventKind, dict[str, Any]]:
    """Which event a kept submission is, and its data: what `event_of` made of it."""
    kind, _no_data = event_of(Answers(intent=Intent(stored["intent"])))
    return kind, {name: value for name, value in stored.items() if name != "intent"}


def same_again(
    earlier: Mapping[str, Any], earlier_at: datetime, later: Mapping[str, Any], now: datetime
) -> bool:
    """Whether a submission is the one before once more: the same answers within a minute."""
    return earlier == later and now - earlier_at < TWICE_WITHIN


def takes_answers(
    case_status: str | None, expires_at: datetime, now: datetime, *, card: bool = False
) -> bool:
    """Whether a code is open: bound to a case that is not closed, and not expired.

    A card's code is open before it is bound too: the coach who left it may be without reception still.
    """
    if case_status is None:
        return card and now < expires_at
    return case_status != CLOSED and now < expires_at
