"""The worker as its own process, as the Procfile starts it."""

import os
import signal
import subprocess
import sys
import time as seconds
from datetime import time

from sqlalchemy import func, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.calendar import add_working_days, moment
from tests.factories import World


def due_now(world: World) -> None:
    """A campaign whose letter of week 2 lies ready, whatever the hour: it began five working days ago."""
    with clock.at(moment(add_working_days(clock.today(), -5), time(9))):
        campaign = campaigns.create(world.region.id, "nu", "drie-weken")
        campaigns.add_cases(campaign.id, [world.case().id])
        campaigns.start(campaign.id)


def attempts() -> int:
    return db.session().scalar(select(func.count()).select_from(ContactAttempt)) or 0


def test_the_worker_ticks_by_itself_and_ends_when_asked(world: World, database_url: str) -> None:
    due_now(world)
    assert attempts() == 0
    env = {**os.environ, "OUTREACH_DATABASE_URL": database_url, "OUTREACH_SECRET_KEY": "only for tests"}
    command = [sys.executable, "-m", "outreach.cli", "worker"]
    worker = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    try:
        until = seconds.monotonic() + 90
        while not attempts() and seconds.monotonic() < until:
            assert worker.poll() is None
            seconds.sleep(0.3)
        assert attempts() > 0
    finally:
        worker.send_signal(signal.SIGTERM)
        _out, said = worker.communicate(timeout=60)
    assert "tick: due" in said
    assert "Jansen" not in said
    assert worker.returncode == 0
