"""The schema of the database: migrate to the newest, up or down, in one transaction."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from outreach.config import ROOT

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
