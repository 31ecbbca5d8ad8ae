"""The schema of the database: migrate to the newest, up or down, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
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
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        if revision == "head":
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)


def require_newest(engine: Engine) -> None:
    """Raises Refused when the database does not answer, or has another schema than this version needs."""
    try:
        with engine.connect() as connection:
            there = MigrationContext.configure(connection).get_current_revision()
    except OperationalError as error:
        raise Refused(_l("The database does not answer. Is OUTREACH_DATABASE_URL right?")) from error
    if there != ScriptDirectory.from_config(alembic_config()).get_current_head():
        raise Refused(_l("The database has not the schema of this version yet. Run: outreach init"))
