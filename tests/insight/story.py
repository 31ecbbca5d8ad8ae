"""What a world of cases is made of, in small plain values, so that the smallest that shows a mistake can be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from outreach.attempts.rules import AttemptStatus, Channel, Result
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup

Ending = tuple[AttemptStatus, Result | None]
"""What became of an attempt."""


@dataclass(frozen=True, slots=True)
class Try:
    """A contact attempt. `took`: from when it was due until it was carried out. `outside`: in no plan.

    `back`: it was logged and taken back, so it is planned again.
    """

    step: str
    channel: Channel
    ending: Ending
    due: datetime
    took: timedelta = timedelta(0)
    variant: str | None = None
    enrolment: int = 0
    outside: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Something a young person did, `after` the attempt that it names (or, with none, after noon of the first day).

    `by_code`: by the code of that attempt.
    """

    kind: str
    attempt: int
    after: timedelta = timedelta(0)
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A case in a campaign. `plan`: which version, None before the campaign begins."""

    campaign: int
    began_on: date | None
    plan: int | None = 0
    status: str = "running"
    stop_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case: whose, where, how it stands, what was done for it and what came of it."""

    person: int
    municipality: int
    coach: int | None
    target_group: TargetGroup
    school: str
    status: CaseStatus
    outcome: tuple[str | None, str] | None
    outcome_on: date | None
    enrolled: tuple[Enrolled, ...]
    tries: tuple[Try, ...]
    answers: tuple[Answer, ...]
    order: str = "told"


@dataclass(frozen=True, slots=True)
class Story:
    """A whole world. `persons`: of each the household (None: no address) and the language."""

    persons: tuple[tuple[int | None, str], ...]
    dossiers: tuple[Dossier, ...]
