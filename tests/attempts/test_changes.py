"""What an attempt may become, walked against the database; two writers; what expires or is cancelled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import update

from outreach import clock, db
from outreach.attempts import service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from tests.factories import World

S = AttemptStatus

EXPECTED: dict[AttemptStatus, set[AttemptStatus]] = {
    S.planned: {S.claimed, S.sent, S.done, S.failed, S.cancelled, S.expired},
    S.claimed: {S.sent, S.delivered, S.read, S.failed, S.unknown, S.planned, S.cancelled, S.expired},
    S.sent: {S.delivered, S.read, S.failed, S.returned, S.unknown, S.expired},
    S.delivered: {S.read, S.returned},
    S.unknown: {S.sent, S.delivered, S.read, S.failed, S.expired, S.planned, S.cancelled},
}


def new(case_id: UUID, **columns: object) -> service.NewAttempt:
    values: dict[str, object] = {
        "case_id": case_id,
        "enrolment_id": None,
        "campaign_id": None,
        "step": "w1-bel-1",
        "ordinal": 1,
        "channel": "call",
        "owner": "coach",
        "template": None,
        "variant": None,
        "due_at": clock.now(),
        "latest_at": None,
    }
    return service.NewAttempt(**{**values, **columns})  # type: ignore[arg-type]  # one bag of test values


def attempt(attempt_id: UUID) -> ContactAttempt:
    db.session().expire_all()
    found = db.session().get(ContactAttempt, attempt_id)
    assert found is not None
    return found


def test_an_attempt_changes_exactly_as_the_table_allows(world: World) -> None:
    case_id = world.case().id
    wrong = []
    for before in S:
        for after in S:
            with db.write() as session:
                [attempt_id] = service.plan_many(session, [new(case_id)])
                table = db.table(ContactAttempt)
                session.execute(update(table).where(table.c.id == attempt_id).values(status=before.value))
                changed = service.change(session, attempt_id, after, reason="walked")
            found = attempt(attempt_id)
            allowed = after in EXPECTED.get(before, set())
            left = (after, "walked") if allowed else (before, None)
            if (changed, found.status, found.reason) != (allowed, *left):
                wrong.append((before, after, changed, found.status))
    assert wrong == []


def test_of_two_who_claim_the_same_attempt_one_wins(world: World) -> None:
    case_id = world.case().id
    with db.write() as session:
        ids = service.plan_many(session, [new(case_id) for _ in range(10)])
    start = Barrier(4)

    def claim(_worker: int) -> list[UUID]:
        won = []
        with world.app.app_context():
            start.wait(timeout=10)
            for attempt_id in ids:
                with db.write() as session:
                    if service.change(session, attempt_id, S.claimed):
                        won.append(attempt_id)
        return won

    with ThreadPoolExecutor(4) as pool:
        won = [attempt_id for worker in pool.map(claim, range(4)) for attempt_id in worker]
    assert sorted(won) == sorted(ids)


def test_many_attempts_are_laid_ready_in_the_order_in_which_they_were_asked(world: World) -> None:
    case_id = world.case().id
    with db.write() as session:
        ids = service.plan_many(session, [new(case_id, step=f"step-{i}") for i in range(1200)])
    assert attempt(ids[0]).step == "step-0"
    assert (attempt(ids[-1]).step, attempt(ids[-1]).status) == ("step-1199", "planned")


def test_nothing_laid_ready_costs_nothing(world: World) -> None:
    with db.write() as session:
        assert service.plan_many(session, []) == []


@pytest.mark.parametrize(("minutes", "status"), [(-1, "expired"), (0, "planned"), (1, "planned")])
def test_what_is_past_its_latest_moment_expires(world: World, minutes: int, status: str) -> None:
    case_id = world.case().id
    now = clock.now()
    with db.write() as session:
        [attempt_id] = service.plan_many(session, [new(case_id, latest_at=now + timedelta(minutes=minutes))])
        expired = service.expire(session, now)
    assert (expired, attempt(attempt_id).status) == (int(status == "expired"), status)


def test_what_has_no_latest_moment_does_not_expire(world: World) -> None:
    case_id = world.case().id
    with db.write() as session:
        service.plan_many(session, [new(case_id)])
        assert service.expire(session, clock.now() + timedelta(days=1000)) == 0
