"""A visit that is planned, and the report of it as a phone sends it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from outreach import clock, db
from outreach.attempts.service import NewAttempt, plan_many
from outreach.cases.models import Case
from outreach.visits.models import VisitReport
from tests.factories import csrf


def plan_visit(case: Case, *, hours: float = 0) -> UUID:
    """A visit of today, laid ready for the case's coach."""
    new = NewAttempt(
        case_id=case.id,
        enrolment_id=None,
        campaign_id=None,
        step="visit",
        ordinal=1,
        channel="visit",
        owner="coach",
        template=None,
        variant=None,
        due_at=min(clock.now() + timedelta(hours=hours), clock.end_of_day() - timedelta(minutes=5)),
        latest_at=None,
    )
    with db.write() as session:
        return plan_many(session, [new])[0]


def body(case: Case, visit: UUID | None) -> dict[str, Any]:
    """What a phone says of a good talk."""
    now = clock.now()
    return {
        "visit": str(visit) if visit else None,
        "case": str(case.id),
        "checklist": "deurgesprek",
        "version": 1,
        "began_at": (now - timedelta(minutes=20)).isoformat(),
        "ended_at": now.isoformat(),
        "outcome": "met",
        "answers": {"spoke_to": "self", "now": "work", "wants_help": "maybe"},
        "note": "Goed gesprek",
        "card_left": False,
        "card_code": "",
        "next": None,
        "plan": None,
        "pictures": [],
    }


def put(client: FlaskClient, id_: UUID, sent: object, **headers: str) -> Any:
    """Send a report."""
    token = csrf(client, "/today")
    return client.put(f"/field/api/reports/{id_}", json=sent, headers={"X-CSRFToken": token, **headers})


def kept(id_: UUID) -> VisitReport:
    """What the server keeps of it."""
    db.session().expire_all()
    return db.session().get_one(VisitReport, id_)
