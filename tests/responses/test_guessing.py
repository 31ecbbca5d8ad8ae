"""Wrong, mistyped and guessed codes."""

import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from outreach.responses import codes, guesses
from tests.factories import World
from tests.responses.letters import letter

DUTCH = {"Accept-Language": "nl"}
PHONE = "010 123 45 67"


@pytest.fixture
def unlimited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No limit on misses, for tests that miss often on purpose."""
    monkeypatch.setattr(guesses, "shut_out", lambda: False)
    monkeypatch.setattr(guesses, "missed", lambda: False)
    yield


def test_a_code_opens_however_it_is_typed(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    typed = codes.display(code)
    for way in (code, code.lower(), typed, typed.lower(), typed.replace("0", "O").replace("1", "l")):
        assert client.get(f"/r/{way}").status_code == 200


def test_an_unknown_code_gets_a_friendly_page_with_a_number(world: World, client: FlaskClient) -> None:
    page = client.get(f"/r/{codes.new_code()}", headers=DUTCH)
    assert page.status_code == 404
    assert "Deze code kennen we niet" in page.text and PHONE in page.text
    assert 'name="code"' in page.text, "and a field to try again"


def test_a_mistyped_code_is_told_kindly(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    wrong = code[:-1] + ("0" if code[-1] != "0" else "2")
    page = client.get(f"/r/{wrong}", headers=DUTCH)
    assert page.status_code == 404
    assert "Deze code klopt niet helemaal" in page.text and PHONE in page.text
    assert client.post(f"/r/{wrong}", data={"now": "work"}).status_code == 404


def test_who_cannot_scan_types_the_code(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    page = client.get("/r/", headers=DUTCH)
    assert page.status_code == 200 and "Typ je code" in page.text and PHONE in page.text
    there = client.get("/r/", query_string={"code": f" {codes.display(code).lower()} ", "lang": "en"})
    assert there.status_code == 303
    assert "Nice that you scanned" in client.get(there.location).text
    wrong = client.get("/r/", query_string={"code": '7KQ4 "M2'}, headers=DUTCH)
    assert wrong.status_code == 422
    assert "Leg de brief er nog even naast" in wrong.text and 'value="7KQ4 &#34;M2"' in wrong.text


@given(
    path=st.one_of(
        st.text(max_size=60),
        st.text(alphabet="0123456789ABCDEFGHJKMNPQRSTVWXYZ-/%\x00 .", min_size=1, max_size=14),
        st.builds(lambda n: "A" * n, st.integers(1, 3000)),
    )
)
@example(path="0/\n")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_in_the_address_gets_a_page(
    world: World, client: FlaskClient, unlimited: None, path: str
) -> None:
    page = client.get("/r/" + quote(path.encode("utf-8", "replace"), safe="/"), headers=DUTCH)
    assert page.status_code in (200, 308, 404)
    if page.status_code == 404:
        assert PHONE in page.text and "Set-Cookie" not in page.headers
    if page.status_code == 200:
        assert not path.strip("/.") or "Typ je code" in page.text


def test_guessing_is_slowed_down_with_a_friendly_page(world: World, client: FlaskClient) -> None:
    answers = [client.get(f"/r/{codes.new_code()}", headers=DUTCH) for _ in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 2
    limited = answers[-1]
    assert "Te veel pogingen" in limited.text and PHONE in limited.text
    assert limited.headers["Retry-After"] == "60"
    assert client.post("/r/nonsense", data={"now": "work"}).status_code == 429


def test_a_classmate_who_mistypes_locks_nobody_out(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    for _ in range(40):
        client.get(f"/r/{codes.new_code()}")
    assert client.get(f"/r/{code}").status_code == 200
    assert client.post(f"/r/{code}", data={"now": "work"}).status_code == 303


def test_a_machine_that_guesses_on_is_shut_out_and_others_are_not(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    for _ in range(300):
        client.get(f"/r/{codes.new_code()}")
    assert client.get(f"/r/{code}").status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(f"/r/{code}", environ_overrides=elsewhere).status_code == 200


def test_a_household_has_one_ipv6_address_for_this(world: World, client: FlaskClient) -> None:
    for last in range(10):
        client.get("/r/wrong", environ_overrides={"REMOTE_ADDR": f"2001:db8:1:1::{last}"})
    assert client.get("/r/wrong", environ_overrides={"REMOTE_ADDR": "2001:db8:1:1::ff"}).status_code == 429
    assert client.get("/r/wrong", environ_overrides={"REMOTE_ADDR": "2001:db8:1:2::1"}).status_code == 404


def test_right_codes_are_never_counted(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    assert {client.get(f"/r/{code}").status_code for _ in range(60)} == {200}


def test_a_wrong_code_takes_as_long_as_a_right_one(
    world: World, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The counters stay on (they are part of the time), with room for all tries of this test.
    monkeypatch.setattr(guesses, "SOME", tuple(type(limit)(100_000) for limit in guesses.SOME))
    monkeypatch.setattr(guesses, "MACHINE", type(guesses.MACHINE)(100_000, namespace="MACHINE"))
    kinds = {
        "right": letter(world, world.case()),
        "unknown": codes.new_code(),
        "mistyped": "0000000001",
        "no code": "hello",
        "unbound": letter(world),
    }
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _round in range(150):
        for kind, code in kinds.items():
            start = time.perf_counter()
            client.get(f"/r/{code}", headers=DUTCH)
            times[kind].append(time.perf_counter() - start)
    typical = {kind: median(took[10:]) for kind, took in times.items()}
    # Interleaved medians: a page that was rendered anew, or a look-up left out, would show as a factor.
    assert max(typical.values()) < 1.5 * min(typical.values()), typical
