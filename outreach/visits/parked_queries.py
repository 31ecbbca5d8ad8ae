"""Reads of reports that wait for a coordinator, and of those that she should know of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select

from outreach import clock, db
from outreach.cases.models import Case, Person
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.models import StaffMunicipality, User
from outreach.staff.scope import Scope
from outreach.visits.models import VisitReport
from outreach.visits.report_rules import SOLUTIONS, ParkReason, ReportState, Solution

MOST = 100
RECENT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Parked:
    """A report as its coordinator sees it. `name` and `reference` are empty when there is no such case."""

    id: UUID
    case_id: UUID | None
    name: str
    reference: str
    coach: str
    visited_at: datetime
    received_at: datetime
    outcome: str
    reason: str | None
    flags: list[str]

    @property
    def solutions(self) -> tuple[Solution, ...]:
        """What makes sense, the likeliest first."""
        return SOLUTIONS[ParkReason(self.reason)] if self.reason else ()


def _seen_by(scope: Scope) -> ColumnElement[bool]:
    """Reports on cases of her municipalities; on no case, those of coaches who work there."""
    report, case, place = db.table(VisitReport).c, db.table(Case).c, db.table(StaffMunicipality).c
    there = select(place.user_id).where(place.municipality_code.in_(scope.municipalities))
    return or_(
        case.municipality_code.in_(scope.municipalities),
        and_(report.case_id.is_(None), report.coach_id.in_(there)),
    )


def _rows(scope: Scope, *limits: ColumnElement[bool]) -> list[Parked]:
    report, case, person, user = (db.table(one) for one in (VisitReport, Case, Person, User))
    query = (
        select(
            report.c.id,
            report.c.case_id,
            person.c.given_name,
            person.c.infix,
            person.c.family_name,
            case.c.reference,
            user.c.given_name,
            user.c.family_name,
            report.c.visited_at,
            report.c.received_at,
            report.c.outcome,
            report.c.reason,
            report.c.flags,
        )
        .join_from(report, user, user.c.id == report.c.coach_id)
        .outerjoin(case, case.c.id == report.c.case_id)
        .outerjoin(person, person.c.id == case.c.person_id)
        .where(_seen_by(scope), *limits)
        .order_by(report.c.received_at.desc())
        .limit(MOST)
    )
    return [
        Parked(
            row[0],
            row[1],
            " ".join(part for part in row[2:5] if part),
            row[5] or "",
            f"{row[6]} {row[7]}".strip(),
            *row[8:],
        )
        for row in db.session().execute(query)
    ]


def parked(scope: Scope) -> list[Parked]:
    """What waits for her, the last one first."""
    return _rows(scope, db.table(VisitReport).c.state == ReportState.parked.value)


def flagged(scope: Scope) -> list[Parked]:
    """What was applied lately and is to be known of."""
    report = db.table(VisitReport).c
    return _rows(
        scope,
        report.state == ReportState.applied.value,
        report.received_at >= clock.now() - timedelta(days=RECENT_DAYS),
        cast(report.flags, String) != "[]",
    )


def count(scope: Scope) -> int:
    """How many wait for her."""
    report, case = db.table(VisitReport), db.table(Case)
    query = (
        select(func.count())
        .select_from(report)
        .outerjoin(case, case.c.id == report.c.case_id)
        .where(_seen_by(scope), report.c.state == ReportState.parked.value)
    )
    found: int = db.session().execute(query).scalar_one()
    return found


def case_of(report_id: UUID, scope: Scope) -> UUID | None:
    """The case of a report that she may settle, if it has one. Raises NotFound."""
    report, case = db.table(VisitReport), db.table(Case)
    query = (
        select(report.c.case_id)
        .outerjoin(case, case.c.id == report.c.case_id)
        .where(report.c.id == report_id, _seen_by(scope))
    )
    row = db.session().execute(query).first()
    if row is None:
        raise NotFound(_l("This report does not exist."))
    found: UUID | None = row[0]
    return found
