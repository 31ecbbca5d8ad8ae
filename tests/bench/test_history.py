"""The history that speed is measured on is one that the product could have written."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel, Result
from outreach.campaigns.models import Enrolment
from outreach.campaigns.rules import EnrolmentStatus
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cases.rules import CaseStatus
from outreach.responses.models import Response
from tests.bench import history
from tests.bench.bulk import Bulk, ordered_id
from tests.factories import World

NUMBER = 2_000

pytestmark = pytest.mark.bench


def values(column: Any) -> set[Any]:
    return set(db.session().scalars(select(column).distinct())) - {None}


def test_a_history_holds_together(world: World) -> None:
    history.fill(world, NUMBER)
    session = db.session()
    numbers = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in history.ORDER}
    assert numbers["case_file"] == NUMBER
    assert 9.9 * NUMBER < numbers["case_event"] < 10.4 * NUMBER
    assert 4 * NUMBER < numbers["contact_attempt"] < 5 * NUMBER
    assert lost_references() == {}
    assert values(col(ContactAttempt.status)) <= set(AttemptStatus)
    assert values(col(ContactAttempt.channel)) <= set(Channel)
    assert values(col(ContactAttempt.result)) <= {*Result, "not_reachable"}
    assert values(col(CaseEvent.kind)) <= set(EventKind)
    assert values(col(Case.status)) <= set(CaseStatus)
    assert values(col(Enrolment.status)) <= set(EnrolmentStatus)
    answered = (
        select(func.count())
        .select_from(ContactAttempt)
        .join(CaseEvent, col(CaseEvent.id) == col(ContactAttempt.response_event_id))
    )
    assert session.scalar(answered)
    assert session.scalar(answered.where(col(CaseEvent.at) < col(ContactAttempt.sent_at))) == 0
    assert session.scalar(answered.where(col(CaseEvent.at) != col(ContactAttempt.responded_at))) == 0
    scanned = (
        select(func.count()).select_from(Response).join(CaseEvent, col(CaseEvent.id) == Response.event_id)
    )
    assert session.scalar(scanned) == numbers["response"] > 0
    newest = session.scalars(select(ContactAttempt).order_by(col(ContactAttempt.id).desc())).first()
    assert newest is not None and newest.planned_at < history.NOW


def lost_references() -> Mapping[str, int]:
    """How many rows refer to nothing, by foreign key: they were not checked while they were written."""
    found: dict[str, int] = {}
    for table in history.ORDER:
        for key in inspect(db.engine()).get_foreign_keys(table):
            (column,), (there,), other = (
                key["constrained_columns"],
                key["referred_columns"],
                key["referred_table"],
            )
            lost = text(
                f'SELECT count(*) FROM {table} a LEFT JOIN "{other}" b ON b.{there} = a.{column} '
                f"WHERE a.{column} IS NOT NULL AND b.{there} IS NULL"
            )
            number = db.session().scalar(lost)
            if number:
                found[f"{table}.{column}"] = number
    return found


def test_the_last_years_are_the_same_however_many_come_before(world: World) -> None:
    found = [history.waves(5), history.waves(10)[20:]]
    assert found[0] == found[1]
    assert [wave.number for wave in found[0]] == list(range(20, 40))


def test_ids_in_sql_are_those_of_python(world: World) -> None:
    bulk = Bulk(db.engine())
    (found,) = bulk.run(f"SELECT {bulk.id('1750000000123', '2497600123')}").fetchone()
    bulk.close()
    assert str(found).replace("-", "") == ordered_id(1750000000123, 2497600123).hex
