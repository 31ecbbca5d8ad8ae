"""A letter with its code, as a young person holds it."""

from datetime import timedelta

from sqlmodel import col, select

from outreach import clock, db
from outreach.cases.models import Case, CaseEvent, CoachNotice
from outreach.responses.models import Response, ResponseCode
from outreach.responses.service import CodeFor, issue_codes
from tests.factories import World


def letter(world: World, case: Case | None = None, language: str = "nl") -> str:
    """The code in a letter to `case`; without a case that of a card that was not left anywhere yet."""
    with db.write() as session:
        wanted = CodeFor(case.id if case else None, None, world.region.id, language)
        return issue_codes(session, [wanted])[0]


def expire(code: str) -> None:
    """Let the letter grow too old."""
    with db.write() as session:
        row = session.get(ResponseCode, code)
        assert row is not None
        row.expires_at = clock.now() - timedelta(minutes=1)
        session.add(row)


def events(case: Case) -> list[CaseEvent]:
    """What happened to the case after it was imported, in order."""
    db.session().expire_all()
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(col(CaseEvent.seq))
    return list(db.session().exec(query))[1:]


def answers(case: Case) -> list[Response]:
    """What was answered, in order."""
    db.session().expire_all()
    query = select(Response).where(Response.case_id == case.id).order_by(col(Response.submitted_at))
    return list(db.session().exec(query))


def notices(case: Case) -> list[CoachNotice]:
    """What the coach has to see."""
    return list(db.session().exec(select(CoachNotice).where(CoachNotice.case_id == case.id)))


def status(case: Case) -> str:
    """The present status of the case."""
    db.session().expire_all()
    found = db.session().get(Case, case.id)
    assert found is not None
    return found.status
