"""What a phone reports of a visit: the body that it sends, read and checked. Pure.

A body never changes once it is made, so that its digest tells whether the same id came with something else.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from outreach import clock
from outreach.attempts.rules import Result
from outreach.i18n import _l

LONGEST_NOTE = 4000
LONGEST_ANSWER = 4000
MOST_ANSWERS = 300
MOST_PICTURES = 5
LARGEST_PICTURE = 500_000
"""Bytes of one picture; the phone makes them smaller than this."""

FURTHEST = timedelta(days=60)
"""The next step is not further away than this."""


class Outcome(StrEnum):
    """What came of a visit, as the large buttons at the door say it."""

    met = "met"
    nobody_home = "nobody_home"
    refused = "refused"
    moved = "moved"
    wrong_address = "wrong_address"
    called_off = "called_off"
    unsafe = "unsafe"

    @property
    def spoke(self) -> bool:
        """Whether somebody was spoken to, so that there is something to answer."""
        return self in (Outcome.met, Outcome.refused)

    @property
    def result(self) -> Result | None:
        """The result of the attempt; None when there was no visit after all."""
        return None if self is Outcome.called_off else Result(self.value)


class NextKind(StrEnum):
    """What she does next."""

    call = "call"
    visit = "visit"
    handover = "handover"


class PlanWish(StrEnum):
    """What becomes of the contact plan."""

    go_on = "go_on"
    stop = "stop"


@dataclass(frozen=True, slots=True)
class Next:
    """The next step and its day."""

    kind: NextKind
    on: date


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a note that was left, or a signature."""

    kind: str
    media_type: str
    content: bytes


Answer = str | int | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is well formed. Whether the answers fit the checklist is for checklist_rules to say."""

    visit: UUID | None
    case: UUID
    checklist: str
    version: int
    began_at: datetime
    ended_at: datetime
    outcome: Outcome
    answers: Mapping[str, Answer] = field(default_factory=dict)
    note: str = ""
    card_left: bool = False
    card_code: str = ""
    next: Next | None = None
    plan: PlanWish | None = None
    pictures: tuple[Picture, ...] = ()


Problems = dict[str, Any]
"""Field to the (lazily translated) sentence about it."""

_FIELDS = frozenset(
    {
        "visit",
        "case",
        "checklist",
        "version",
        "began_at",
        "ended_at",
        "outcome",
        "answers",
        "note",
        "card_left",
        "card_code",
        "next",
        "plan",
        "pictures",
    }
)


def digest(body: object) -> str:
    """SHA-256 of what the body says, however it was written down."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read(body: object) -> tuple[Report | None, Problems]:
    """The report in a body, or what is wrong with it, field by field."""
    if not isinstance(body, Mapping):
        return None, {"body": _l("This is not a report.")}
    reader = _Reader(body)
    for name in body.keys() - _FIELDS:
        reader.wrong[str(name)[:60]] = _l("This field is not known.")
    report = reader.report()
    return (None, reader.wrong) if reader.wrong else (report, {})


Choice = TypeVar("Choice", bound=StrEnum)


class _Reader:
    """Reads field after field, and keeps what was wrong."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.wrong: Problems = {}

    def report(self) -> Report:
        ended_at = self._moment("ended_at")
        outcome = self._one_of("outcome", Outcome, _l("Choose what came of the visit."))
        report = Report(
            visit=self._id("visit", needed=False),
            case=self._id("case", needed=True) or UUID(int=0),
            checklist=self._text("checklist", 60),
            version=self._whole("version"),
            began_at=self._moment("began_at"),
            ended_at=ended_at,
            outcome=outcome or Outcome.met,
            answers=self._answers(),
            note=self._text("note", LONGEST_NOTE),
            card_left=self._flag("card_left") or bool(self.body.get("card_code")),
            card_code=self._text("card_code", 60),
            next=self._next(clock.local(ended_at).date()),
            plan=self._one_of("plan", PlanWish, _l("Choose whether the contact plan goes on.")),
            pictures=self._pictures(),
        )
        if outcome is None and "outcome" not in self.wrong:
            self.wrong["outcome"] = _l("Choose what came of the visit.")
        if report.card_left and outcome is not Outcome.nobody_home and "card_code" not in self.wrong:
            self.wrong["card_code"] = _l("A card is only left when nobody is home.")
        if not report.checklist and "checklist" not in self.wrong:
            self.wrong["checklist"] = _l("This checklist is not known.")
        if report.ended_at < report.began_at and not {"began_at", "ended_at"} & set(self.wrong):
            self.wrong["ended_at"] = _l("The visit ended before it began.")
        return report

    def _text(self, name: str, longest: int) -> str:
        text = self.body.get(name, "")
        if text is None:
            return ""
        if not isinstance(text, str) or "\0" in text or not _whole_characters(text):
            self.wrong[name] = _l("This is not a text.")
            return ""
        if len(text) > longest:
            self.wrong[name] = _l("This is too long. At most %(most)d characters.", most=longest)
            return ""
        return text.strip()

    def _whole(self, name: str) -> int:
        number = self.body.get(name)
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 1_000_000:
            self.wrong[name] = _l("This is not a number.")
            return 1
        return number

    def _flag(self, name: str) -> bool:
        flag = self.body.get(name, False)
        if not isinstance(flag, bool):
            self.wrong[name] = _l("Choose yes or no.")
            return False
        return flag

    def _id(self, name: str, *, needed: bool) -> UUID | None:
        text = self.body.get(name)
        if text is None and not needed:
            return None
        try:
            return UUID(text) if isinstance(text, str) else _fail()
        except ValueError:
            self.wrong[name] = _l("This is no visit that we know.")
            return None

    def _moment(self, name: str) -> datetime:
        text = self.body.get(name)
        try:
            moment = clock.parse(text) if isinstance(text, str) else _fail()
            # What cannot be moved by a day cannot be shown on a Dutch clock either.
            _near = (moment - FURTHEST, moment + FURTHEST)
        except (ValueError, OverflowError):
            self.wrong[name] = _l("This is no moment.")
            return clock.now()
        return moment

    def _one_of(self, name: str, choices: type[Choice], sentence: Any) -> Choice | None:
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in choices.__members__:
            self.wrong[name] = sentence
            return None
        return choices(value)

    def _answers(self) -> dict[str, Answer]:
        given = self.body.get("answers", {})
        if not isinstance(given, Mapping) or len(given) > MOST_ANSWERS:
            self.wrong["answers"] = _l("These answers cannot be read.")
            return {}
        found: dict[str, Answer] = {}
        for name, value in given.items():
            if _is_answer(value):
                found[name] = value
            else:
                self.wrong[f"answers.{str(name)[:60]}"] = _l("This answer cannot be read.")
        return found

    def _next(self, since: date) -> Next | None:
        given = self.body.get("next")
        if given is None:
            return None
        kind = given.get("kind") if isinstance(given, Mapping) else None
        if not isinstance(given, Mapping) or not isinstance(kind, str) or kind not in NextKind.__members__:
            self.wrong["next.kind"] = _l("Choose what you do next.")
            return None
        try:
            on = date.fromisoformat(given["on"]) if isinstance(given.get("on"), str) else _fail()
        except ValueError:
            self.wrong["next.on"] = _l("Choose a day.")
            return None
        if on < since:
            self.wrong["next.on"] = _l("This day has passed. Choose today or later.")
        elif on > since + FURTHEST:
            self.wrong["next.on"] = _l("This is more than two months away. Choose an earlier day.")
        return Next(NextKind(kind), on)

    def _pictures(self) -> tuple[Picture, ...]:
        given = self.body.get("pictures", [])
        if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MOST_PICTURES:
            self.wrong["pictures"] = _l("At most %(most)d pictures.", most=MOST_PICTURES)
            return ()
        found: list[Picture] = []
        for place, one in enumerate(given):
            picture = _picture(one)
            if isinstance(picture, Picture):
                found.append(picture)
            else:
                self.wrong[f"pictures.{place}"] = picture
        return tuple(found)


def _fail() -> Any:
    raise ValueError


def _whole_characters(text: str) -> bool:
    """Halves of characters (lone surrogates) fit into JSON, but into no database."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_answer(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_ANSWER and "\0" not in value and _whole_characters(value)
    if isinstance(value, list):
        return len(value) <= 50 and all(isinstance(one, str) and _is_answer(one) for one in value)
    return isinstance(value, (bool, int, float)) and abs(value) < 1e12


MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}
KINDS = frozenset({"note", "signature"})


def _picture(given: object) -> Picture | Any:
    """The picture, or the sentence about what is wrong with it."""
    if not isinstance(given, Mapping) or given.get("kind") not in KINDS or given.get("type") not in MAGIC:
        return _l("This is not a picture that we can keep.")
    data = given.get("data")
    if not isinstance(data, str) or len(data) > LARGEST_PICTURE * 4 // 3 + 4:
        return _l("This picture is too large.")
    try:
        content = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return _l("This is not a picture that we can keep.")
    if not content.startswith(MAGIC[given["type"]]):
        return _l("This is not a picture that we can keep.")
    return Picture(given["kind"], given["type"], content)
