"""What happens at the door: guesses, sessions that nobody uses, and no other way in."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach import clock
from outreach.staff import sign_in
from tests.factories import PASSWORD, World, csrf

HOME = {"REMOTE_ADDR": "192.0.2.1"}
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no password: the hash is slow on purpose, and these tests guess often."""
    monkeypatch.setattr(sign_in.LoginForm, "validate", lambda form, **_more: form.password.data == PASSWORD)


def attempt(client: FlaskClient, email: str, password: str, at: dict[str, str] | None = None) -> int:
    data = {"email": email, "password": password, "csrf_token": csrf(client, "/sign-in")}
    return client.post("/sign-in", data=data, environ_base=at or HOME).status_code


def test_after_ten_wrong_passwords_an_account_waits_even_with_the_right_one(world: World) -> None:
    client, email = world.app.test_client(), world.coach.email
    assert [attempt(client, email, f"wrong {n}") for n in range(10)] == [200] * 10
    assert attempt(client, email, PASSWORD, ELSEWHERE) == 429
    assert attempt(client, email.upper() + " ", PASSWORD, ELSEWHERE) == 429, "however it is written"
    assert attempt(client, world.clerk.email, PASSWORD) == 302, "a colleague in the same office comes in"


def test_the_page_says_what_to_do(world: World, quick: None) -> None:
    client = world.app.test_client()
    for _ in range(10):
        attempt(client, "nobody@example.org", "wrong")
    data = {"email": "nobody@example.org", "password": "x", "csrf_token": csrf(client, "/sign-in")}
    page = client.post("/sign-in", data=data, environ_base=HOME)
    assert page.status_code == 429, "for an account that does not exist as well"
    assert "Wacht een kwartier, of vraag je beheerder om een nieuw wachtwoord." in page.text
    english = client.post("/sign-in", data=data, environ_base=HOME, headers={"Accept-Language": "en"})
    assert "Wait a quarter of an hour" in english.text


def test_a_right_password_begins_the_count_anew(world: World) -> None:
    email = world.coach.email
    for _ in range(2):
        client = world.app.test_client()
        assert [attempt(client, email, "wrong") for _ in range(6)] == [200] * 6
        assert attempt(client, email, PASSWORD) == 302


def test_one_address_cannot_try_account_after_account(world: World, quick: None) -> None:
    client = world.app.test_client()
    statuses = [attempt(client, f"p{n}@example.org", "wrong") for n in range(21)]
    assert statuses[0] != 429 and statuses[-1] == 429
    assert attempt(client, world.coach.email, PASSWORD) == 429
    assert attempt(client, "p99@example.org", "wrong", ELSEWHERE) != 429, "others are not kept out"


def test_an_unused_session_ends_after_twelve_hours(world: World) -> None:
    begin = clock.now()
    with clock.at(begin):
        client = world.sign_in(world.coach)
    with clock.at(begin + timedelta(hours=11)):
        assert client.get("/today").status_code == 200
    with clock.at(begin + timedelta(hours=22, minutes=50)):
        assert client.get("/today").status_code == 200, "using it keeps it"
    with clock.at(begin + timedelta(hours=35)):
        assert client.get("/today").headers["Location"].startswith("/sign-in")
    with clock.at(begin + timedelta(hours=35)):
        assert attempt(client, world.coach.email, PASSWORD) == 302
        assert client.get("/today").status_code == 200, "and signing in again begins a new one"


def test_the_cookie_is_not_written_with_each_answer(world: World) -> None:
    client = world.sign_in(world.coach)
    client.get("/today")
    assert "Set-Cookie" not in client.get("/today").headers


def test_there_is_one_way_in_and_one_way_out(app: Flask) -> None:
    doors = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert doors == {"/sign-in", "/sign-out"}
    assert app.test_client().get("/verify").status_code == 404
