"""From an answer to a coach's phone: real pages, a real worker, a real browser, and a push service that decrypts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from py_vapid import Vapid
from sqlmodel import select

from outreach import db
from outreach.staff.models import PushSubscription
from outreach.staff.push_keys import public_key
from tests.conftest import NOTICES_KEY
from tests.factories import World, post
from tests.fakes.push_service import PushService, push_service, until
from tests.responses.letters import letter

pytestmark = pytest.mark.browser

PAGE = "/me/devices"
WITHIN = 8
"""Seconds from an answer to the phone, on a machine that is busy with other tests."""


@pytest.fixture
def service() -> Iterator[PushService]:
    with push_service(public_key(Vapid.from_raw(NOTICES_KEY.encode()))) as service:
        yield service
        assert service.wrong == []


@contextmanager
def worker(database_url: str) -> Iterator[list[str]]:
    """A worker process; what it said is in the list once it has ended."""
    env = {
        **os.environ,
        "OUTREACH_DATABASE_URL": database_url,
        "OUTREACH_SECRET_KEY": "only for tests",
        "VAPID_PRIVATE_KEY": NOTICES_KEY,
    }
    command = [sys.executable, "-m", "outreach.cli", "worker"]
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    said: list[str] = []
    try:
        yield said
    finally:
        process.send_signal(signal.SIGTERM)
        said.append(process.communicate(timeout=60)[1])


def test_an_answer_is_on_the_coachs_phone_within_seconds(
    world: World, database_url: str, service: PushService
) -> None:
    device = service.device()
    coach = world.sign_in(world.coach)
    assert post(coach, PAGE, device.given, token_from=PAGE).status_code == 303
    device_id = db.session().exec(select(PushSubscription.id)).one()
    case = world.case()
    code = letter(world, case)
    with worker(database_url) as said:
        post(coach, f"{PAGE}/{device_id}/test", token_from=PAGE)
        until(lambda: device.shown, 90)
        assert device.shown[0]["title"] == "Dit is een proefbericht."
        world.app.test_client().post(f"/r/{code}", data={"now": "work"})
        took = until(lambda: len(device.shown) == 2, 60)
    assert took < WITHIN
    assert device.shown[1]["title"] == "Er is een reactie."
    assert device.shown[1]["page"] == "/today"
    for personal in ("Noor", "Jansen", case.reference, str(case.id), code, device.address, world.coach.email):
        assert personal not in str(device.shown)
        assert personal not in "".join(said)


BROWSER = """([given, refuses]) => {
  const kept = () => JSON.parse(localStorage.getItem('kept') || 'null');
  const subscription = () => kept() && ({
    endpoint: given.endpoint,
    options: {applicationServerKey: new Uint8Array(kept()).buffer},
    toJSON: () => ({endpoint: given.endpoint, keys: {p256dh: given.p256dh, auth: given.auth}}),
    unsubscribe: async () => (localStorage.removeItem('kept'), true),
  });
  PushManager.prototype.getSubscription = async () => subscription();
  PushManager.prototype.subscribe = async options => {
    if (refuses) throw new DOMException('no push service', 'AbortError');
    if (!options.userVisibleOnly) throw new Error('silent');
    localStorage.setItem('kept', JSON.stringify([...options.applicationServerKey]));
    return subscription();
  };
}"""
"""A browser whose push service is ours: headless Chromium has none, and a real one would be outside."""


def browser_of(tab: Page, given: dict[str, str], *, refuses: bool = False) -> None:
    values = json.dumps([given, refuses])
    tab.add_init_script(f"({BROWSER})({values})")


@pytest.mark.browser
def test_a_browser_turns_notices_on_and_off_again(
    world: World, tab: Callable[..., Page], service: PushService
) -> None:
    device = service.device()
    page = tab(world.sign_in(world.coach))
    page.context.grant_permissions(["notifications"])
    browser_of(page, device.given)
    page.goto(PAGE)
    expect(page.get_by_text("Hiervoor is JavaScript nodig")).to_be_hidden()
    page.get_by_role("button", name="Zet meldingen aan op dit apparaat").click()
    expect(page.get_by_text("Dit apparaat geeft meldingen")).to_be_visible()
    expect(page.get_by_text("Dit apparaat gebruik je nu.")).to_be_visible()
    expect(page.get_by_role("button", name="Zet meldingen aan")).to_be_hidden()
    [kept] = db.session().exec(select(PushSubscription)).all()
    assert {name: getattr(kept, name) for name in device.given} == device.given
    page.get_by_role("button", name="Haal weg").click()
    expect(page.get_by_text("Er is nog geen apparaat")).to_be_visible()
    assert page.evaluate("localStorage.getItem('kept')") is None, "the browser forgot it as well"
    expect(page.get_by_role("button", name="Zet meldingen aan")).to_be_visible()


@pytest.mark.browser
def test_what_a_browser_does_not_allow_is_said_in_words(
    world: World, tab: Callable[..., Page], service: PushService
) -> None:
    coach = world.sign_in(world.coach)
    failing = tab(coach)
    failing.context.grant_permissions(["notifications"])
    browser_of(failing, service.device().given, refuses=True)
    failing.goto(PAGE)
    button = failing.get_by_role("button", name="Zet meldingen aan")
    button.click()
    expect(failing.get_by_text("Het is niet gelukt")).to_be_visible()
    expect(button).to_be_visible()
    for script, words in (
        (
            "Object.defineProperty(Notification, 'permission', {value: 'denied'})",
            "Je browser houdt meldingen tegen",
        ),
        ("delete window.PushManager", "Deze browser kan geen meldingen tonen"),
    ):
        page = tab(coach)
        page.add_init_script(script)
        page.goto(PAGE)
        expect(page.get_by_text(words)).to_be_visible()
        expect(page.get_by_role("button", name="Zet meldingen aan")).to_be_hidden()
    without = tab(coach, script=False)
    without.goto(PAGE)
    expect(without.get_by_text("Hiervoor is JavaScript nodig")).to_be_visible()


@pytest.mark.browser
def test_the_worker_of_the_browser_shows_what_is_pushed(world: World, tab: Callable[..., Page]) -> None:
    page = tab(world.sign_in(world.coach))
    page.context.grant_permissions(["notifications"])
    page.goto(PAGE)
    devtools = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda e: registrations.extend(e["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate(
        """async address => {
          const made = await navigator.serviceWorker.register(address);
          while (!made.active || made.active.state !== 'activated') await new Promise(done => setTimeout(done, 50));
        }""",
        f"{PAGE}/worker.js",
    )
    origin = page.evaluate("location.origin")
    ours = next(one for one in registrations if one["scopeURL"] == f"{origin}{PAGE}/")
    words = {"title": "Er is een reactie.", "body": "", "tag": "answer", "page": "/today"}
    for data in (json.dumps(words), json.dumps(words | {"title": "Er zijn 2 reacties."}), "no json"):
        devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": ours["registrationId"], "data": data},
        )
    shown = page.wait_for_function(
        """async address => {
          const registration = await navigator.serviceWorker.getRegistration(address);
          const shown = await registration.getNotifications();
          return shown.length === 2 && shown.map(one => `${one.title} ${one.data}`).sort();
        }""",
        arg=f"{PAGE}/worker.js",
    ).json_value()
    assert shown == ["Er zijn 2 reacties. /today", "Outreach /"], (
        "the later one took the place of the earlier"
    )
    assert page.evaluate("navigator.serviceWorker.controller") is None, "it controls no page"
