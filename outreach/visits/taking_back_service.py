"""What is taken back: a visit that it made needless stands on the round again, and its report counts no more."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.cases.events import EventKind
from outreach.cases.models import CaseEvent
from outreach.cases.timeline import Recorded
from outreach.visits.models import Appointment, VisitReport
from outreach.visits.report_rules import ReportState


def back_on_the_round(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: appointments that were called off by what is taken back hold again, as changed now."""
    also = [UUID(one) for event in events for one in event.data.get("also", ())]
    if not also:
        return
    event, appointment = db.table(CaseEvent).c, db.table(Appointment)
    off = select(event.attempt_id).where(event.id.in_(also), event.kind == EventKind.visit_called_off.value)
    session.execute(
        update(appointment)
        .where(appointment.c.attempt_id.in_(session.scalars(off).all()))
        .values(called_off_at=None, made_at=clock.now())
    )


def reports_taken_back(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: the report behind what is taken back is kept, but counts no more."""
    report = db.table(VisitReport)
    session.execute(
        update(report)
        .where(
            report.c.event_id.in_([UUID(event.data["event"]) for event in events if event.data.get("event")])
        )
        .values(state=ReportState.taken_back.value)
    )
