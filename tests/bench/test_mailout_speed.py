"""A mail-out through a provider that answers in 50 ms, beside a bare loop of the same SDK with as many threads.

The provider is a process of its own. Ours is the whole verb: read fairly, claim, write texts and codes, look again,
hand over, record, tell the timeline.
"""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from socket import create_server
from uuid import uuid4

import pytest
from flask import Flask
from twilio.rest import Client

from outreach import clock
from outreach.campaigns import service as campaigns
from outreach.messages import outbox_service
from outreach.messages.channels.twilio_http import Http
from outreach.ticking import plan
from tests.conftest import settings_for
from tests.crowd import crowd
from tests.factories import World
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN

NUMBER = 10_000
BARE = 3_000
THREADS = 10
LATENCY = 0.05
GOAL = 0.85

pytestmark = pytest.mark.bench


@pytest.fixture
def provider() -> Iterator[str]:
    """The address of a Twilio of our own that answers in 50 ms."""
    with closing(create_server(("127.0.0.1", 0))) as door:
        port = door.getsockname()[1]
    command = [sys.executable, "-m", "tests.fakes.twilio", str(port), "--latency", str(LATENCY)]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(100):
            try:
                urllib.request.urlopen(f"{url}/_log", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def bare_loop(url: str, number: int) -> float:
    """Messages a second when nothing is done but calling the SDK from so many threads."""
    client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=Http(url))

    def send(n: int) -> None:
        client.messages.create(
            to=f"+316{n + 50_000_000}",
            from_="+31970000000",
            body="Hoi Noor, ik ben Samira van Doorstroompunt. Hoe gaat het?",
            status_callback=f"http://127.0.0.1:8000/twilio/status/{uuid4()}#rc=5&rp=all",
            validity_period=3600,
        )

    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        list(pool.map(send, range(number)))
        return number / (time.perf_counter() - began)


def test_a_mail_out_keeps_up_with_a_bare_loop(app: Flask, world: World, provider: str) -> None:
    url = app.extensions["outreach_settings"].database_url
    app.extensions["outreach_settings"] = settings_for(
        url,
        OUTREACH_CHANNELS="sms=twilio",
        OUTREACH_SMS_PER_SECOND="0",
        OUTREACH_SEND_THREADS=str(THREADS),
        TWILIO_ACCOUNT_SID=ACCOUNT_SID,
        TWILIO_AUTH_TOKEN=AUTH_TOKEN,
        TWILIO_SMS_FROM="+31970000000",
        TWILIO_API_URL=provider,
    )
    ids = crowd(world, NUMBER)
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, "groot", "drie-weken")
        campaigns.add_cases(campaign.id, ids)
        campaigns.start(campaign.id)
    with clock.at(clock.parse("2026-03-02T10:00")):
        plan(clock.now())
        bare_loop(provider, 200)
        before = bare_loop(provider, BARE)
        began = time.perf_counter()
        left = outbox_service.empty()
        ours = NUMBER / (time.perf_counter() - began)
        after = bare_loop(provider, BARE)
    assert left.total() == NUMBER
    bare = (before + after) / 2
    print(
        f"\nmail-out of {NUMBER}: {ours:.0f}/s, a bare loop of the SDK with {THREADS} threads {before:.0f}/s before "
        f"and {after:.0f}/s after, ratio {ours / bare:.2f} (goal {GOAL}); {THREADS / LATENCY:.0f}/s is what the "
        "provider's answering time allows"
    )
    assert ours / bare >= GOAL
