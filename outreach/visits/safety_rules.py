"""When a coach who is at a door is overdue, who is told, and what a phone says of a check-in. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

from outreach import clock
from outreach.i18n import _l

SHORTEST, LONGEST = 5, 240
"""Minutes that a visit may be expected to take."""

GRACE = timedelta(minutes=10)
"""So long after she was asked herself are the others told."""

FORGOTTEN = timedelta(hours=24)
"""A check-in that is older than this when it arrives tells of the past: nobody is called out for it."""


class Warned(IntEnum):
    """Who was told that a check-in is overdue."""

    nobody = 0
    herself = 1
    others = 2


def warned_by_now(at: datetime, minutes: int, now: datetime) -> Warned:
    """Who must have been told by `now` of a coach who is at a door from `at` for `minutes` and did not check out."""
    over = at + timedelta(minutes=minutes)
    if now < over or now > over + FORGOTTEN:
        return Warned.nobody
    return Warned.others if now >= over + GRACE else Warned.herself


@dataclass(frozen=True, slots=True)
class Said:
    """What a phone says of a check-in; moments are aware."""

    visit: UUID | None
    case: UUID | None
    at: datetime
    minutes: int
    ended_at: datetime | None
    help_at: datetime | None


def read(body: object) -> tuple[Said | None, dict[str, Any]]:
    """What the body says, or what is wrong with it by field: {field: sentence}."""
    if not isinstance(body, Mapping):
        return None, {"body": _l("This is not a check-in.")}
    wrong: dict[str, Any] = {}
    moments = {name: _moment(body, name, wrong) for name in ("at", "ended_at", "help_at")}
    ids = {name: _id(body, name, wrong) for name in ("visit", "case")}
    minutes = body.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not SHORTEST <= minutes <= LONGEST:
        wrong["minutes"] = _l(
            "Give a number of minutes from %(least)d to %(most)d.", least=SHORTEST, most=LONGEST
        )
    at = moments["at"]
    if at is None and "at" not in wrong:
        wrong["at"] = _l("Say when this was.")
    if wrong:
        return None, wrong
    assert at is not None and isinstance(minutes, int)
    return Said(ids["visit"], ids["case"], at, minutes, moments["ended_at"], moments["help_at"]), {}


def _moment(body: Mapping[str, Any], name: str, wrong: dict[str, Any]) -> datetime | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        return clock.parse(text) if isinstance(text, str) else _fail()
    except ValueError:
        wrong[name] = _l("This is no moment.")
        return None


def _id(body: Mapping[str, Any], name: str, wrong: dict[str, Any]) -> UUID | None:
    text = body.get(name)
    if text is None:
        return None
    try:
        return UUID(text) if isinstance(text, str) else _fail()
    except ValueError:
        wrong[name] = _l("This is no visit that we know.")
        return None


def _fail() -> Any:
    raise ValueError
