"""Settling reports that could not be applied by themselves: one button of a coordinator each."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from outreach import clock, db
from outreach.cases import queries as cases
from outreach.cases import service as case_service
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l
from outreach.staff.scope import Scope
from outreach.visits import parked_queries, report_service
from outreach.visits.models import VisitReport
from outreach.visits.report_rules import SOLUTIONS, ParkReason, ReportState, Solution


def settle(
    report_id: UUID, solution: Solution, scope: Scope, *, reason: str = "", to_case: UUID | None = None
) -> None:
    """Do what the coordinator chose, in one transaction; nothing of a report is ever thrown away.

    1. The case is locked, then the report; one that somebody settled meanwhile is left alone.
    2. apply: it changes its case as if it had come in time. reopen: the case is in contact again first. move: it
       belongs to another case. note: what she wrote stands at the case, and nothing changes. discard: kept, with
       the reason.
    3. Whose case it is hears of it.

    Raises NotFound, Conflict when it was settled meanwhile or the solution does not fit, Refused without a reason.
    """
    if solution is Solution.discard and not reason.strip():
        raise Refused(_l("Say why, so that a colleague understands it later."))
    with db.write() as session:
        case_id = parked_queries.case_of(report_id, scope)
        target = to_case if solution is Solution.move else case_id
        if target is not None:
            cases.head(target, scope)
            session.exec(select(Case.id).where(Case.id == target).with_for_update()).first()
        row = session.get(VisitReport, report_id, with_for_update=True)
        if row is None:
            raise NotFound(_l("This report does not exist."))
        fits = SOLUTIONS.get(ParkReason(row.reason), ()) if row.reason else ()
        if row.state != ReportState.parked or solution not in fits:
            raise Conflict(_l("Somebody has settled this report already."))
        _carry_out(session, row, solution, target, scope)
        row.settled_at, row.settled_by = clock.now(), scope.user_id
        row.settlement = f"{solution.value}: {reason.strip()}".rstrip(": ")
        session.add(row)


def _carry_out(
    session: Session, row: VisitReport, solution: Solution, target: UUID | None, scope: Scope
) -> None:
    assert scope.user_id is not None, "a signed-in person has an id"
    if solution is Solution.discard:
        row.state = ReportState.discarded
        return
    if target is None:
        raise Refused(_l("Type the number of the case."))
    if row.case_id != target:
        row.case_id, row.attempt_id = target, None
    row.state = ReportState.applied
    if solution is Solution.note:
        text = str(row.body.get("note") or "")
        case_service.add_note(target, text or str(_l("A report of a visit without a note.")), by=row.coach_id)
    else:
        if solution is Solution.reopen:
            case_service.choose_status(target, CaseStatus.in_contact, by=scope.user_id)
        report_service.apply(session, row, report_service.report_of(row))
    _tell(session, target, row)


def _tell(session: Session, case_id: UUID, row: VisitReport) -> None:
    coach_id = session.exec(select(Case.coach_id).where(col(Case.id) == case_id)).first()
    data: dict[str, Any] = {"report": str(row.id)}
    if coach_id != row.coach_id:
        timeline.record(
            case_id, EventKind.report_settled, actor=timeline.staff_actor(row.coach_id), data=data
        )
