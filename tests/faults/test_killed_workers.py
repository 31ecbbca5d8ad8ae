"""Workers are killed at random points of a mail-out: everything is sent once at most, and nothing is lost.

Three real `outreach worker` processes send 2,000 messages to a Twilio of our own; one after the other is ended by
SIGKILL and another takes its place.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import and_, func, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from tests.crowd import crowd
from tests.factories import World
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN

NUMBER = 2_000
WORKERS = 3
KILLS = 6
LEASE_SECONDS = 22
"""As short as a call's time-out allows."""

PATIENCE = 240
"""Seconds until everything must have come to rest, on a slow machine."""


@contextmanager
def twilio() -> Iterator[str]:
    """The address of a Twilio of our own, in a process that nobody kills."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "tests.fakes.twilio", str(port), "--latency", "0.05"])
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: answers(url), 30)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def answers(url: str) -> bool:
    """Whether it is there already."""
    try:
        return accepted(url) == Counter()
    except OSError:
        return False


def accepted(url: str) -> Counter[str]:
    """How often each number was written to, as Twilio has it."""
    with urllib.request.urlopen(f"{url}/_log", timeout=20) as answer:
        return Counter(message["to"] for message in json.load(answer))


class Workers:
    """Real worker processes, each of which may die at any moment."""

    def __init__(self, database_url: str, api_url: str) -> None:
        self.env = os.environ | {
            "OUTREACH_DATABASE_URL": database_url,
            "OUTREACH_SECRET_KEY": "only for tests",
            "OUTREACH_CHANNELS": "sms=twilio",
            "OUTREACH_SMS_PER_SECOND": "0",
            "OUTREACH_SEND_LEASE_SECONDS": str(LEASE_SECONDS),
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_SMS_FROM": "+31970000000",
            "TWILIO_API_URL": api_url,
        }
        self.processes = [self.start() for _ in range(WORKERS)]

    def start(self) -> "subprocess.Popen[bytes]":
        """One more."""
        command = [sys.executable, "-m", "tests.faults.worker_at", "2026-03-02T10:00"]
        return subprocess.Popen(command, env=self.env, stderr=subprocess.DEVNULL)

    def kill_one(self, which: int) -> None:
        """One dies in mid-sentence, and another takes its place."""
        self.processes[which].send_signal(signal.SIGKILL)
        self.processes[which].wait()
        self.processes[which] = self.start()

    def end(self) -> None:
        """All of them, for good."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)


def by_status() -> Counter[str]:
    table = db.table(ContactAttempt).c
    query = select(table.status, func.count()).where(table.channel == "sms").group_by(table.status)
    db.session().rollback()
    return Counter(dict(db.session().execute(query).tuples().all()))


def at_rest() -> bool:
    """Nothing waits, nothing is held, and what is in doubt has been looked up."""
    table = db.table(ContactAttempt).c
    db.session().rollback()
    open_ones = or_(
        table.status.in_(("planned", "claimed")), and_(table.status == "unknown", table.tries == 0)
    )
    query = select(func.count()).select_from(ContactAttempt).where(table.channel == "sms", open_ones)
    return db.session().scalar(query) == 0


def until(what: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until it is so."""
    limit = time.monotonic() + patience
    while not what():
        assert time.monotonic() < limit, "it takes too long"
        time.sleep(0.2)


@pytest.mark.parametrize("seed", [1])
def test_a_mail_out_of_two_thousand_while_workers_are_killed(
    world: World, database_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    ids = crowd(world, NUMBER)
    with clock.at(clock.parse("2026-03-02T09:15")):
        campaign = campaigns.create(world.region.id, "groot", "drie-weken")
        campaigns.add_cases(campaign.id, ids)
        campaigns.start(campaign.id)
    with twilio() as url:
        workers = Workers(database_url, url)
        try:
            until(lambda: sum(accepted(url).values()) > NUMBER / 20)
            kills = 0
            while kills < KILLS and sum(accepted(url).values()) < NUMBER * 0.95:
                time.sleep(chance.uniform(0.2, 2.0))
                workers.kill_one(chance.randrange(WORKERS))
                kills += 1
            assert kills >= 3, "the mail-out was over before anything could go wrong"
            until(at_rest)
        finally:
            workers.end()
        sent = accepted(url)
    assert max(sent.values()) == 1, "nobody got it twice"
    table = db.table(ContactAttempt).c
    query = select(table.status, table.provider_id, table.case_id).where(table.channel == "sms")
    db.session().rollback()
    rows = db.session().execute(query).all()
    assert len(rows) == NUMBER
    statuses = Counter(row.status for row in rows)
    assert set(statuses) <= {"sent", "delivered", "unknown"}, statuses
    unknown = statuses["unknown"]
    assert len(sent) == NUMBER - unknown, "what is in doubt was never handed over; all the rest was, once"
    assert {row.provider_id is None for row in rows if row.status == "unknown"} <= {True}
    assert unknown <= KILLS * 40, "no more than a claim or two of each process that died is in doubt"
