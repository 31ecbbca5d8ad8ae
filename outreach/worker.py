"""Huey and its jobs, a line each. SqliteHuey beside the SQLite database, PostgresHuey on PostgreSQL."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from huey import PostgresHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from outreach import clock, config, create_app, db, schema

log = logging.getLogger("outreach.worker")
sending = threading.Lock()

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The queue of an installation and what can be put into it; calling one queues it."""

    huey: Any
    tick: Callable[[], object]
    send: Callable[[], object]
    push: Callable[..., object]
    alarm: Callable[..., object]


def make_huey(database_url: str) -> Any:
    """The queue of this installation, in the database it already has (or a file beside it)."""
    if database_url.startswith("sqlite"):
        database = Path(database_url.removeprefix("sqlite:///"))
        database.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("outreach", filename=str(database.with_name("queue.db")), utc=True)
    return PostgresHuey("outreach", dsn=database_url, utc=True)


@cache
def app() -> Flask:
    """The application, once per worker process."""
    return create_app()


@cache
def jobs(database_url: str) -> Jobs:
    """The jobs of the installation with this database. The work itself stands in the functions below."""
    huey = make_huey(database_url)
    every_minute: Any = huey.periodic_task(crontab(minute="*"), expires=MINUTE)
    every_night: Any = huey.periodic_task(crontab(minute="30", hour="3"), expires=60 * MINUTE)
    every_night(ask_after)
    news: Any = huey.task(expires=6 * 60 * MINUTE)
    return Jobs(huey, tick=every_minute(tick), send=every_minute(send), push=news(push), alarm=news(alarm))


def tick() -> None:
    """See what plans want now; what came of it goes out at once."""
    from outreach.ticking import plan

    with app().app_context():
        done = plan(clock.now())
    log.info("tick: due %s, ended %d, next %s", done["attempts"] or "nothing", done["stopped"], done["next"])
    send()


def send() -> None:
    """Empty the outbox; one at a time in each process, so that a long mail-out leaves room for the rest."""
    from outreach.messages import hand_service, look_up_service, outbox_service

    with app().app_context():
        hand_service.prepare()
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


def push(subject: str, devices: list[UUID], tries: int = 0) -> None:
    """Tell coaches' devices that something came in."""
    from outreach.cases import push_service

    with app().app_context():
        push_service.tell(subject, devices, tries)


def alarm(subject: str, devices: list[UUID], tries: int = 0) -> None:
    """Tell the devices of who must look after a coach at a door."""
    from outreach.visits import safety_service

    with app().app_context():
        safety_service.tell(subject, devices, tries)


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
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    for talkative in ("huey", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    with app().app_context():
        schema.require_newest(db.engine())
    mine = jobs(config.load().database_url)
    mine.tick()
    # An answer must be on a coach's phone within seconds: an idle worker looks once a second (SQLite cannot call it).
    Consumer(
        mine.huey, workers=3, periodic=True, max_delay=1, check_worker_health=True, graceful_signal="TERM"
    ).run()
