"""How far an attempt came: the database works out the same as the rule, for everything that an attempt can be."""

from itertools import product

from sqlalchemy import insert, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.reach import Reach, reach_of
from outreach.attempts.rules import AttemptStatus, Channel, Result
from outreach.cases.models import CaseEvent
from tests.factories import World


def test_the_database_works_out_what_the_rule_says(world: World) -> None:
    case = world.case()
    now = clock.now()
    event = db.session().scalars(select(CaseEvent.id)).first()
    everything = list(
        product(Channel, AttemptStatus, [None, "not_reachable", *Result], [True, False], [True, False])
    )
    rows = [
        {
            "id": db.new_id(),
            "case_id": case.id,
            "step": "any",
            "ordinal": 1,
            "channel": channel.value,
            "owner": "coach",
            "status": status.value,
            "held": False,
            "result": result,
            "planned_at": now,
            "due_at": now,
            "tries": 0,
            "response_event_id": event if answered else None,
            "scanned_at": now if scanned else None,
        }
        for channel, status, result, answered, scanned in everything
    ]
    attempt = db.table(ContactAttempt)
    with db.write() as session:
        session.execute(insert(attempt), rows)
    rows_of = db.session().execute(select(attempt.c.id, attempt.c.reach))
    worked_out = {row.id: row.reach for row in rows_of}
    for row, (channel, status, result, answered, scanned) in zip(rows, everything, strict=True):
        rule = reach_of(channel, status, result, answered=answered, scanned=scanned)
        assert Reach(worked_out[row["id"]]) == rule, row


def test_it_follows_what_changes(world: World) -> None:
    case = world.case()
    now = clock.now()
    with db.write() as session:
        one = ContactAttempt(
            case_id=case.id, step="call", channel="call", owner="coach", planned_at=now, due_at=now
        )
        session.add(one)
        session.flush()
        assert db.session().scalar(select(ContactAttempt.reach)) == 0
        one.status, one.result = "done", "spoke"
        session.add(one)
        session.flush()
        session.refresh(one)
        assert Reach(one.reach or 0) >= Reach.sent | Reach.called | Reach.spoken | Reach.seen
