"""What becomes of a report: whether it is applied, parked or flagged, and what may be done with a parked one. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from outreach.attempts.rules import AttemptStatus
from outreach.cases.rules import CaseStatus


class ReportState(StrEnum):
    """applied: it changed its case. parked: a coordinator must say what is to be done. discarded: she put it aside.

    taken_back: it had changed its case, and its reporter took that back.
    """

    applied = "applied"
    parked = "parked"
    discarded = "discarded"
    taken_back = "taken_back"


class ParkReason(StrEnum):
    """Why a report could not be applied by itself."""

    reassigned = "reassigned"
    closed = "closed"
    gone = "gone"
    unknown_checklist = "unknown_checklist"


class Flag(StrEnum):
    """What is to be known of a report that was applied."""

    called_off = "called_off"
    logged_already = "logged_already"
    old_checklist = "old_checklist"
    clock_off = "clock_off"
    card_used = "card_used"
    card_unknown = "card_unknown"


class Solution(StrEnum):
    """What a coordinator can do with a parked report, by one button."""

    apply = "apply"
    reopen = "reopen"
    note = "note"
    move = "move"
    discard = "discard"


ENDED = frozenset({CaseStatus.afgesloten, CaseStatus.overgedragen})
"""In these a visit was not expected any more."""

CLOCK_OFF = timedelta(minutes=5)
"""A phone's clock that differs more than this from ours is mended and noted."""

SOLUTIONS: dict[ParkReason, tuple[Solution, ...]] = {
    ParkReason.reassigned: (Solution.apply, Solution.note, Solution.discard),
    ParkReason.closed: (Solution.reopen, Solution.apply, Solution.note, Solution.discard),
    ParkReason.gone: (Solution.move, Solution.discard),
    ParkReason.unknown_checklist: (Solution.apply, Solution.note, Solution.discard),
}
"""For each reason what makes sense, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report meets. `status` is none when there is no such case within the reporter's municipalities.

    `on_page`: it was written on a page of the case, so its reporter saw whose it is and how it stands.
    """

    reporter: UUID
    status: CaseStatus | None
    case_coach: UUID | None = None
    appointed: frozenset[UUID] = frozenset()
    visit_status: AttemptStatus | None = None
    visit_of_case: bool = True
    checklist_known: bool = True
    checklist_newest: bool = True
    on_page: bool = False


def park_reason(facts: Facts) -> ParkReason | None:
    """Why this report waits for a coordinator; None: it is applied at once."""
    if facts.status is None or not facts.visit_of_case:
        return ParkReason.gone
    hers = facts.case_coach in (None, facts.reporter) or facts.reporter in facts.appointed
    if not hers and not facts.on_page:
        return ParkReason.reassigned
    if facts.status in ENDED and not facts.on_page:
        return ParkReason.closed
    return None if facts.checklist_known else ParkReason.unknown_checklist


def flags(facts: Facts, clock_off: timedelta) -> list[Flag]:
    """What is to be known of it when it is applied."""
    found: list[Flag] = []
    if facts.visit_status in (AttemptStatus.cancelled, AttemptStatus.expired):
        found.append(Flag.called_off)
    if facts.visit_status in (AttemptStatus.done, AttemptStatus.failed):
        found.append(Flag.logged_already)
    if facts.checklist_known and not facts.checklist_newest:
        found.append(Flag.old_checklist)
    if abs(clock_off) > CLOCK_OFF:
        found.append(Flag.clock_off)
    return found
