"""Huey and its tasks, a line each. SqliteHuey beside the SQLite database, PostgresHuey on PostgreSQL."""

import logging
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from huey import PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from outreach import clock, config, create_app, db, schema

log = logging.getLogger("outreach.worker")


def make_huey(settings: config.Settings) -> Any:
    """The queue of this installation, in the database it already has (or a file beside it)."""
    if settings.is_sqlite:
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        database.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("outreach", filename=str(database.with_name("queue.db")), utc=True)
    return PostgresHuey("outreach", dsn=settings.database_url, utc=True)


huey = make_huey(config.load())


@cache
def app() -> Flask:
    """The application, once per process."""
    return create_app()


@huey.periodic_task(crontab(minute="*"), expires=timedelta(minutes=1))  # type: ignore[untyped-decorator]
def tick() -> None:
    """Plan and send all that is due."""
    from outreach.ticking import tick as run

    with app().app_context():
        done = run(clock.now())
    log.info("tick: due %s, ended %d, next %s", done["attempts"] or "nothing", done["stopped"], done["next"])


def consume() -> None:
    """Work until told to stop; the first tick comes at once and not after a minute.

    SIGTERM, by which process managers end a worker, lets the tasks that are running come to their end.
    Raises Refused when the database has not the schema of this version.
    """
    with app().app_context():
        schema.require_newest(db.engine())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("huey").setLevel(logging.WARNING)
    tick()
    Consumer(huey, workers=2, periodic=True, check_worker_health=True, graceful_signal="TERM").run()
