"""The schema of the database: migrate to the newest, up or down, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from outreach.config import ROOT
from outreach.errors import Refused
from outreach.i18n import _l

MIGRATIONS: Path = ROOT / "migrations"


def alembic_config() -> Config:
    """Alembic's settings for this checkout."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`; safe to repeat, and a failing migration changes nothing.

    Also goes down: 'base' removes all tables.
    """
    config = alembic_config()
    with (
        engine.connect().execution_options(writing=True) as connection,
        _references_checked_at_the_end(connection),
        connection.begin(),
    ):
        config.attributes["connection"] = connection
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
            assert broken is None, f"the migration leaves rows that refer to nothing: {broken}"


@contextmanager
def _references_checked_at_the_end(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, while others refer to it: then it must not look meanwhile.

    It can be told so only outside a transaction (https://www.sqlite.org/lang_altertable.html, step 1).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def require_newest(engine: Engine) -> None:
    """Raises Refused when the database does not answer, or has another schema than this version needs."""
    try:
        with engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise Refused(_l("The database does not answer. Is OUTREACH_DATABASE_URL right?")) from error
    if there != ScriptDirectory.from_config(alembic_config()).get_current_head():
        raise Refused(_l("The database has not the schema of this version yet. Run: outreach init"))
