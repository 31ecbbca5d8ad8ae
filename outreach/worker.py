"""Huey and its tasks, a line each. SqliteHuey beside the SQLite database, PostgresHuey on PostgreSQL."""

import logging
import threading
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
sending = threading.Lock()


@cache
def app() -> Flask:
    """The application, once per process."""
    return create_app()


@huey.periodic_task(crontab(minute="*"), expires=timedelta(minutes=1))  # type: ignore[untyped-decorator]
def tick() -> None:
    """See what plans want now."""
    from outreach.ticking import plan

    with app().app_context():
        done = plan(clock.now())
    log.info("tick: due %s, ended %d, next %s", done["attempts"] or "nothing", done["stopped"], done["next"])
    send()


@huey.periodic_task(crontab(minute="*"), expires=timedelta(minutes=1))  # type: ignore[untyped-decorator]
def send() -> None:
    """Empty the outbox; one at a time in each process, so that a long mail-out leaves room for the rest."""
    from outreach.messages import look_up_service, outbox_service

    if not sending.acquire(blocking=False):
        return
    try:
        with app().app_context():
            left = outbox_service.empty()
            look_up_service.look_up_unknown()
        if left:
            log.info("sent: %s", dict(left))
    finally:
        sending.release()


@huey.periodic_task(crontab(minute="30", hour="3"), expires=timedelta(hours=1))  # type: ignore[untyped-decorator]
def ask_after() -> None:
    """Ask providers each night what became of messages of which they told nothing."""
    from outreach.messages import look_up_service

    with app().app_context():
        look_up_service.ask_after()


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
    Consumer(huey, workers=3, periodic=True, check_worker_health=True, graceful_signal="TERM").run()
