"""'Meldingen op je apparaten': a coach turns notices on for a device, tries it, and takes it away."""

import json
import os

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlmodel import select

from outreach import create_app, db
from outreach.cli import main
from outreach.errors import Refused
from outreach.staff import push_keys, push_rules
from outreach.staff.models import PushSubscription
from tests.conftest import settings_for
from tests.factories import World, post
from tests.fakes.push_service import Device

PAGE = "/me/devices"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"


def subscribed() -> list[PushSubscription]:
    db.session().expire_all()
    return list(db.session().exec(select(PushSubscription)))


def turn_on(client: FlaskClient, device: Device, **more: str) -> object:
    headers = {"User-Agent": ANDROID}
    return post(client, PAGE, {**device.given, **more}, token_from="/me", headers=headers)


def phone(number: int = 1) -> Device:
    return Device(f"https://push.example.org/send/{number}")


def test_a_coach_turns_notices_on_and_knows_her_device_again(world: World) -> None:
    client = world.sign_in(world.coach)
    assert f'href="{PAGE}"' in client.get("/me").text, "her details lead there"
    answer = turn_on(client, phone())
    assert answer.status_code == 303
    page = client.get(PAGE).text
    assert "Chrome op Android" in page
    assert "De meldingen staan aan" in page
    assert [device.user_id for device in subscribed()] == [world.coach.id]


def test_only_coaches_have_devices(world: World) -> None:
    client = world.sign_in(world.clerk)
    assert PAGE not in client.get("/me").text
    assert client.get(PAGE).status_code == 403


def test_the_same_browser_is_one_device_and_tells_whoever_asked_last(world: World) -> None:
    device = phone()
    for _again in range(2):
        turn_on(world.sign_in(world.coach), device)
    assert len(subscribed()) == 1
    other = world.outsider()
    turn_on(world.sign_in(other), device)
    assert [one.user_id for one in subscribed()] == [other.id]


def test_there_are_ten_devices_at_most(world: World) -> None:
    client = world.sign_in(world.coach)
    for number in range(11):
        turn_on(client, phone(number))
    assert len(subscribed()) == 10
    assert "Haal er eerst een weg" in client.get(PAGE).text
    turn_on(client, phone(3))
    assert "De meldingen staan aan" in client.get(PAGE).text, "one that is on the list may come again"


def test_a_device_is_taken_away_by_its_owner_alone(world: World) -> None:
    turn_on(world.sign_in(world.coach), phone())
    path = f"{PAGE}/{subscribed()[0].id}"
    stranger = world.sign_in(world.outsider())
    for verb in ("remove", "test"):
        assert post(stranger, f"{path}/{verb}", token_from="/me").status_code == 404
    assert len(subscribed()) == 1
    client = world.sign_in(world.coach)
    assert post(client, f"{path}/remove", token_from=PAGE).status_code == 303
    assert subscribed() == []
    assert post(client, f"{path}/remove", token_from=PAGE).status_code == 404


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://push.example.org/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://[fd00::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://224.0.0.1/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "https://127.1/x",
        "https://intranet/x",
        "https://queue.internal/x",
        "https://printer.local./x",
        "https://push.example.org:8443/x",
        "https://push.example.org:x/",
        "https://somebody:secret@push.example.org/x",
        "https://push.example.org/x#y",
        "https://push.example.org/a b",
        "https://push.example.org/é",
        "ftp://push.example.org/x",
        "//push.example.org/x",
        "https://[broken/x",
        "https://push.example.org/" + "x" * 1000,
    ],
)
def test_an_address_inside_the_own_network_is_refused(endpoint: str) -> None:
    with pytest.raises(Refused):
        push_rules.check_endpoint(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QGuQ",
        "https://wns2-am3p.notify.windows.com/w/?token=BQYAAA%3d",
    ],
)
def test_the_push_services_of_browsers_are_taken(endpoint: str) -> None:
    assert push_rules.check_endpoint(endpoint).hostname


def test_this_machine_will_do_only_outside_production(world: World) -> None:
    address = "http://127.0.0.1:9999/x"
    assert push_rules.check_endpoint(address, this_machine=True)
    with pytest.raises(Refused):
        push_rules.check_endpoint("http://10.0.0.1/x", this_machine=True)
    url = world.app.extensions["outreach_settings"].database_url
    public = {"OUTREACH_BASE_URL": "https://outreach.example.org"}
    for more in ({"OUTREACH_ENV": "production"}, public):
        with create_app(settings_for(url, **more)).app_context():
            assert not push_keys.may_push_here()
    assert push_keys.may_push_here()


@pytest.mark.parametrize(
    "wrong",
    [
        {"p256dh": ""},
        {"p256dh": "A" * 87},
        {"p256dh": "B" + "_" * 86},
        {"auth": "AAAA"},
        {"auth": "é" * 22},
        {"endpoint": "https://10.0.0.1/x"},
    ],
)
def test_what_no_browser_gives_is_refused(world: World, wrong: dict[str, str]) -> None:
    assert turn_on(world.sign_in(world.coach), phone(), **wrong).status_code == 400
    assert subscribed() == []


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (ANDROID, "Chrome op Android"),
        (ANDROID + " EdgA/140.0", "Edge op Android"),
        (ANDROID + " SamsungBrowser/28.0", "Samsung Internet op Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
            "Safari op iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/17.5 Safari/605",
            "Safari op Mac",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox op Windows",
        ),
        ("something else", "Een apparaat"),
        ("", "Een apparaat"),
    ],
)
def test_a_device_has_a_name_that_people_know(world: World, agent: str, name: str) -> None:
    assert push_rules.device_name(agent) == name


def test_without_a_key_in_production_the_page_says_that_notices_are_off(world: World) -> None:
    url = world.app.extensions["outreach_settings"].database_url
    app = create_app(settings_for(url, OUTREACH_ENV="production", VAPID_PRIVATE_KEY=""))
    client = World(app, world.region, world.coach, world.clerk, world.coordinator).sign_in(world.coach)
    page = client.get(PAGE).text
    assert "Meldingen staan hier uit" in page
    assert "push-" not in page and "turn-on" not in page
    app.extensions["outreach_engine"].dispose()


def test_the_demo_makes_a_key_by_itself_and_keeps_it(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    monkeypatch.setattr("outreach.config.ROOT", type(tmp_path)(tmp_path))
    url = world.app.extensions["outreach_settings"].database_url
    keys = set()
    for _start in range(2):
        with create_app(settings_for(url, VAPID_PRIVATE_KEY="")).app_context():
            signer = push_keys.signer()
            assert signer is not None
            keys.add(push_keys.public_key(signer))
    assert len(keys) == 1
    kept = type(tmp_path)(tmp_path) / "instance" / "vapid_private_key"
    assert kept.stat().st_mode & 0o077 == 0


def test_the_command_makes_a_pair_that_fits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    made = json.loads(CliRunner().invoke(main, ["keys", "--json"]).stdout)
    url = world.app.extensions["outreach_settings"].database_url
    with create_app(settings_for(url, VAPID_PRIVATE_KEY=made["private_key"])).app_context():
        signer = push_keys.signer()
        assert signer is not None
        assert push_keys.public_key(signer) == made["public_key"]
    said = CliRunner().invoke(main, ["keys"]).stdout
    assert "\nVAPID_PRIVATE_KEY=" in said
    assert made["private_key"] not in said, "each time another one"


@pytest.mark.parametrize("key", ["short", "A" * 43, "_" * 43, "é" * 43])
def test_a_key_that_is_none_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(Refused, match="VAPID_PRIVATE_KEY"):
        settings_for("sqlite:///x.db", VAPID_PRIVATE_KEY=key)


def test_the_worker_of_the_browser_stands_in_its_scope_for_everybody(world: World) -> None:
    answer = world.app.test_client().get(f"{PAGE}/worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert "showNotification" in answer.text
    assert "fetch" not in answer.text, "it stands between no page and the server"
    page = BeautifulSoup(world.sign_in(world.coach).get(PAGE).text, "html.parser")
    link = page.select_one("link[rel=manifest]")
    assert link is not None
    manifest = world.app.test_client().get(str(link["href"])).get_json()
    assert (manifest["start_url"], manifest["display"]) == ("/today", "standalone")
