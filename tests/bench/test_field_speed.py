"""The phone app: opens offline in under a second on a slow phone, and thirty reports leave in under three seconds."""

import time

import pytest
from playwright.sync_api import Browser, CDPSession, expect

from tests.browser import Live, opened
from tests.e2e.field_phone import PASSPHRASE, Phone, reports
from tests.factories import World
from tests.visits.door import plan_visit

NUMBER = 30
SLOWER = 4
SECONDS_TO_OPEN = 1.0
SECONDS_TO_SEND = 3.0
ROUNDS = 5

SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 400 * 1024 / 8,
    "uploadThroughput": 400 * 1024 / 8,
}
"""Chrome's own 'Slow 3G': 400 ms and 400 kbit/s either way."""

pytestmark = pytest.mark.bench


OPENED = """passphrase => new Promise(done => {
    const began = performance.now();
    const seen = new MutationObserver(() => {
        if (document.querySelectorAll('[data-list] [data-visit]').length === %d) {
            seen.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - began), 0));
        }
    });
    seen.observe(document.querySelector('#field'), {childList: true, subtree: true});
    const field = document.querySelector('[name=passphrase]');
    field.value = passphrase;
    field.form.requestSubmit();
})"""


def slowed(phone: Phone, times: float) -> CDPSession:
    """The processor of the page, so many times slower."""
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": times})
    return devtools


def test_the_installed_app_opens_offline_in_under_a_second_on_a_slow_phone(
    browser: Browser, live: Live, world: World, machine: float
) -> None:
    for place, case in enumerate(world.cases(NUMBER)):
        plan_visit(case, hours=place / 100)
    with opened(browser, live, world.sign_in(world.coach)) as context:
        phone = Phone(context, live, context.new_page()).open()
        phone.offline()
        found = []
        for _round in range(ROUNDS):
            page = phone.page = context.new_page()
            slowed(phone, SLOWER)
            page.goto("/field/")
            expect(page.locator(".lock h1")).to_be_visible()
            shown = page.evaluate(
                "() => performance.getEntriesByType('paint').find(p => p.name === 'first-contentful-paint').startTime"
            )
            unlocked = page.evaluate(OPENED % NUMBER, PASSPHRASE)
            found.append((shown + unlocked, shown, unlocked))
            page.close()
        whole, lock, round_ = (ms / 1000 for ms in sorted(found)[ROUNDS // 2])
    print(
        f"\nopen offline, {NUMBER} visits, processor {SLOWER}x slower: {whole:.2f} s"
        f" (the lock {lock:.2f}, the safe and the round {round_:.2f}); goal {SECONDS_TO_OPEN}"
    )
    assert whole * machine < SECONDS_TO_OPEN


def test_thirty_reports_are_sent_in_under_three_seconds_on_a_slow_line(
    browser: Browser, live: Live, world: World, machine: float
) -> None:
    visits = [plan_visit(case, hours=place / 100) for place, case in enumerate(world.cases(NUMBER))]
    with opened(browser, live, world.sign_in(world.coach)) as context:
        phone = Phone(context, live, context.new_page()).open()
        phone.offline()
        for visit in visits:
            phone.begin(visit)
            phone.fill()
            phone.finish()
        phone.context.set_offline(False)
        devtools = phone.context.new_cdp_session(phone.page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW_3G)
        began = time.perf_counter()
        phone.try_again()
        expect(phone.page.locator(".state--delivered")).to_have_count(NUMBER, timeout=60_000)
        took = time.perf_counter() - began
    assert len(reports()) == NUMBER
    print(f"\n{NUMBER} reports over slow 3G: {took:.2f} s; goal {SECONDS_TO_SEND}")
    assert took * machine < SECONDS_TO_SEND
