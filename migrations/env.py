"""Alembic's door: the same engine and the same tables as the application."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import AutoString, SQLModel

from outreach import config, db, tables  # noqa: F401  (tables fills the metadata)

LOCK = 7_246_102_025
"""Advisory lock so that two machines that start together do not migrate together (PostgreSQL)."""


def _render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    if kind == "type" and isinstance(thing, db.UtcDateTime):
        return "outreach.db.UtcDateTime()"
    if kind == "type" and isinstance(thing, AutoString):
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    return False


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '20s'"))
        # Of a million cases a step may take minutes, and one that is broken off would be so every time.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_render,
    )
    context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with (
        db.make_engine(config.load()).connect().execution_options(writing=True) as connection,
        connection.begin(),
    ):
        _run(connection)
