"""The migrations make what the models say, and run up and down with data in every table."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from outreach import db, schema, tables
from tests.conftest import ON_POSTGRESQL, settings_for

assert tables.__all__
EMPTY = {"alembic_version"}


@pytest.fixture
def engine(database_url: str) -> Any:
    engine = db.make_engine(settings_for(database_url))
    yield engine
    engine.dispose()


def _value(column: sa.Column[Any], number: int) -> Any:
    """Something that fits the column; different for each number."""
    made: dict[type, Any] = {
        UUID: uuid4(),
        bool: bool(number % 2),
        int: number,
        float: number / 2,
        datetime: datetime(2026, 1, 1 + number, tzinfo=UTC),
        date: date(2026, 1, 1 + number),
        bytes: bytes([number]),
        dict: {"number": number},
    }
    if isinstance(column.type, db.UtcDateTime):
        return made[datetime]
    if isinstance(column.type, sa.JSON):
        return made[dict]
    if isinstance(column.type, sa.Uuid):
        return made[UUID]
    length = getattr(column.type, "length", None) or 40
    return made.get(column.type.python_type, f"{column.name[:4]}{number}"[:length])


def _fill(connection: sa.Connection, rows: int = 2) -> None:
    """Rows in every table, in the order in which they refer to each other, each row to its own."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        for number in range(1, rows + 1):
            row: dict[str, Any] = {}
            for column in table.columns:
                if column.computed is not None:
                    continue
                key = next(iter(column.foreign_keys), None)
                if key is None:
                    row[column.name] = _value(column, number)
                else:
                    row[column.name] = kept[key.column.table.name][number - 1][key.column.name]
            kept.setdefault(table.name, []).append(row)
            connection.execute(table.insert().values(row))


def _differences(engine: sa.Engine) -> list[Any]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [each for each in compare_metadata(context, SQLModel.metadata) if not _of_the_queue(each)]


def _of_the_queue(difference: Any) -> bool:
    """Huey makes its own tables."""
    return isinstance(difference, tuple) and "huey" in str(difference[1])


def test_the_migrations_make_what_the_models_say(engine: sa.Engine) -> None:
    assert _differences(engine) == []


def test_this_test_would_see_a_forgotten_migration(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE person ADD COLUMN forgotten INTEGER"))
    assert _differences(engine) != []


def test_every_table_takes_rows_and_gives_them_back(engine: sa.Engine) -> None:
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = connection.execute(sa.select(table)).all()
            assert len(rows) == 2, table.name


def test_down_and_up_again_with_data_in_every_table(engine: sa.Engine) -> None:
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)
    schema.migrate(engine, "base")
    left = set(sa.inspect(engine).get_table_names()) - EMPTY
    assert left == set()
    schema.migrate(engine)
    assert _differences(engine) == []
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)


def test_each_step_goes_up_and_down_with_data(engine: sa.Engine) -> None:
    """From the newest schema one step down and up again at a time; data of the step before stays."""
    revisions = [
        each.revision for each in ScriptDirectory.from_config(schema.alembic_config()).walk_revisions()
    ]
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)
    for below in [*revisions[1:], "base"]:
        schema.migrate(engine, below)
    schema.migrate(engine)
    assert _differences(engine) == []


def test_there_is_one_newest_migration() -> None:
    assert len(ScriptDirectory.from_config(schema.alembic_config()).get_heads()) == 1


def test_migrating_twice_changes_nothing(engine: sa.Engine) -> None:
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)
    schema.migrate(engine)
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            counted = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            assert counted == 2


def test_every_constraint_has_a_name(engine: sa.Engine) -> None:
    """Without one a later migration cannot take it away again on PostgreSQL."""
    for table in SQLModel.metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints), table.name
    inspector = sa.inspect(engine)
    for table in SQLModel.metadata.sorted_tables:
        assert all(key["name"] for key in inspector.get_foreign_keys(table.name)), table.name


def test_what_was_answered_before_gets_the_moment_of_its_response(engine: sa.Engine) -> None:
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection)
        connection.execute(sa.text("UPDATE contact_attempt SET response_event_id = NULL WHERE tries = 1"))
    schema.migrate(engine, "0005")
    schema.migrate(engine)
    attempt, event = SQLModel.metadata.tables["contact_attempt"].c, SQLModel.metadata.tables["case_event"].c
    moments = sa.select(attempt.responded_at, event.at)
    query = moments.outerjoin(SQLModel.metadata.tables["case_event"], event.id == attempt.response_event_id)
    with engine.connect() as connection:
        found = connection.execute(query.order_by(attempt.tries)).all()
    assert found[0] == (None, None)
    assert found[1].responded_at == found[1].at == datetime(2026, 1, 3, tzinfo=UTC)


def test_of_more_than_are_filled_at_once_none_is_forgotten(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ScriptDirectory.from_config(schema.alembic_config()).get_revision("0006")
    monkeypatch.setattr(step.module, "AT_ONCE", 2)
    missing = sa.text("SELECT count(*) FROM contact_attempt WHERE responded_at IS NULL")
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        _fill(connection, 5)
        connection.execute(sa.text("UPDATE contact_attempt SET responded_at = NULL"))
        assert connection.scalar(missing) == 5
        with Operations.context(MigrationContext.configure(connection)):
            step.module._fill()
        assert connection.scalar(missing) == 0


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite breaks nothing off")
def test_a_step_that_takes_long_is_not_broken_off(engine: sa.Engine) -> None:
    """A request may take a minute, a migration of a million cases longer; here a request has a millisecond."""
    with engine.begin() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{engine.url.database}" SET statement_timeout = 1'))
    impatient = sa.create_engine(engine.url)
    with pytest.raises(sa.exc.OperationalError), impatient.begin() as connection:
        connection.execute(sa.text("SELECT pg_sleep(0.01)"))
    schema.migrate(impatient, "base")
    schema.migrate(impatient)
    assert _differences(engine) == []
    impatient.dispose()
