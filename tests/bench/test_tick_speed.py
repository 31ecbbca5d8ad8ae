"""Planning and applying one tick over 10,000 enrolments takes under ten seconds."""

import resource
import time

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.cases.models import Case
from outreach.messages.models import Message
from outreach.ticking import tick
from tests.crowd import crowd
from tests.factories import World

NUMBER = 10_000
SECONDS = 10

pytestmark = pytest.mark.bench


def test_a_tick_over_ten_thousand_enrolments(app: Flask, world: World, machine: float) -> None:
    ids = crowd(world, NUMBER)
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, "groot", "drie-weken")
        began = time.perf_counter()
        campaigns.add_cases(campaign.id, ids)
        campaigns.start(campaign.id)
        print(f"\nenrolling {NUMBER}: {time.perf_counter() - began:.1f} s")
    for moment in ("2026-03-02T10:00", "2026-03-03T11:00", "2026-03-09T12:00"):
        began, cpu = time.perf_counter(), time.process_time()
        done = tick(clock.parse(moment))
        took = time.perf_counter() - began
        print(
            f"tick at {moment}: {sum(done['attempts'].values())} attempts in {took:.1f} s "
            f"({time.process_time() - cpu:.1f} s of processor)"
        )
        assert took < SECONDS / machine
    sent = db.session().scalar(select(func.count()).select_from(Message))
    assert sent == NUMBER
    assert db.session().scalar(select(func.count()).where(col(Case.status) == "in_benadering")) == NUMBER
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
