"""The database: engine, one session per request, UTC times, time-ordered ids.

`session()` reads; `write()` is the one way to change anything. A verb of a service opens `write()` once;
verbs called inside it join, so that what belongs together commits together. What must happen only after
the commit (jobs, notices) is handed to `after_commit`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid_utils
from flask import Flask, current_app, g
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Table,
    create_engine,
    event,
    types,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, SQLModel

from outreach.config import Settings

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can take one away again on every database."""


def new_id() -> UUID:
    """A time-ordered id (UUIDv7): new rows land at the end of an index."""
    return uuid_utils.uuid7()


class unindexed(FunctionElement[Any]):  # noqa: N801 (written as SQL functions are)
    """A column of text by which a statement must not begin, though an index has it.

    Who asks for a period, or for what is unread, wants the rows of that, and not all cases of her municipalities first.
    SQLite does not know how many rows there are, and PostgreSQL takes "in all of them" for few.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _unindexed(element: Any, compiler: Any, **more: Any) -> str:
    column = compiler.process(next(iter(element.clauses)), **more)
    return f"+{column}" if compiler.dialect.name == "sqlite" else f"coalesce({column}, '')"


class UtcDateTime(types.TypeDecorator[datetime]):
    """Aware datetimes in UTC; a naive one is a mistake and raises ValueError.

    On SQLite, which knows no times, they are texts of 26 characters in the order of time. They are read and
    written here and not by SQLAlchemy, since a tick over ten thousand people does it a million times.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], datetime | str | None]:
        """To the database."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[datetime | str | None], datetime | None]:
        """From the database: always aware."""
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(value: Any) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without time zone does not go into the database")
    utc: datetime = value.astimezone(UTC)
    return utc


def _to_text(value: datetime | None) -> str | None:
    utc = _to_utc(value)
    return utc.isoformat(" ", "microseconds")[:26] if utc is not None else None


def _from_text(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def make_engine(settings: Settings) -> Engine:
    """An engine with the habits of its database: WAL and BEGIN IMMEDIATE, or time-outs on PostgreSQL."""
    if settings.is_sqlite:
        if settings.database_url.startswith("sqlite:///"):
            Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(settings.database_url)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    url = settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    options = "-c statement_timeout=60000 -c lock_timeout=20000 -c timezone=UTC"
    return create_engine(url, pool_pre_ping=True, max_overflow=10, connect_args={"options": options})


def _sqlite_connect(connection: Any, _record: object) -> None:
    # The driver must not begin transactions by itself: _begin does, see there.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    # A writing transaction takes the write lock at once, so that it never fails half way for having read
    # first; reads take no transaction at all and so always see what was committed last.
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Unit(Session):
    """A session that refuses to flush outside `write()`: a change that nobody commits is a bug."""

    writing = False


@event.listens_for(_Unit, "before_flush")
def _only_inside_write(session: _Unit, _context: object, _instances: object) -> None:
    if not session.writing and (session.new or session.dirty or session.deleted):
        raise RuntimeError("a change outside db.write()")


def table(model: type[SQLModel]) -> Table:
    """The table behind a model, for statements over many rows."""
    found: Table = model.__table__  # type: ignore[attr-defined]  # set by SQLModel's metaclass
    return found


def engine() -> Engine:
    """The engine of the current app."""
    found: Engine = current_app.extensions["outreach_engine"]
    return found


def session() -> Session:
    """The session of this request, command or task: for reading, and inside `write()` for changing."""
    if "outreach_session" not in g:
        g.outreach_session = _Unit(engine())
    found: Session = g.outreach_session
    return found


@contextmanager
def write() -> Iterator[Session]:
    """One transaction: everything inside commits together or not at all.

    1. Inside an outer `write()` it joins that one.
    2. Otherwise it begins a writing transaction at once (SQLite: BEGIN IMMEDIATE).
    3. It commits at the end, or rolls back on any exception.
    4. Only after the commit what was given to `after_commit` runs, in order; an error there does not
       undo what was committed.
    """
    unit = session()
    assert isinstance(unit, _Unit)
    if unit.writing:
        yield unit
        return
    if unit.in_transaction():
        unit.rollback()
    callbacks: list[Callable[[], None]] = []
    unit.info["after_commit"] = callbacks
    unit.writing = True
    try:
        unit.connection(execution_options={"writing": True})
        yield unit
        unit.commit()
    except BaseException:
        unit.rollback()
        raise
    finally:
        unit.writing = False
    for callback in callbacks:
        callback()


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the transaction that is now open has committed; never when it rolls back."""
    session().info["after_commit"].append(callback)


def init_app(app: Flask, settings: Settings) -> None:
    """Give the app its engine and close the session of each request."""
    app.extensions["outreach_engine"] = make_engine(settings)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        unit = g.pop("outreach_session", None)
        if unit is not None:
            unit.close()
