"""`outreach staff`: the first administrator of an installation and everybody after her."""

import json

import pytest
from click.testing import CliRunner, Result

from outreach.cli import main
from outreach.staff.passwords import generate
from tests.factories import World, csrf

ADD = (
    "add",
    "Bea@Example.org",
    "--role",
    "administrator",
    "--role",
    "clerk",
    "--municipality",
    "gm0622",
    "--given-name",
    "Bea",
    "--family-name",
    "Bos",
)
PASSWORD = "paarse fiets in de regen"


@pytest.fixture(autouse=True)
def installation(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["staff", *words], input=typed)


def answer(*words: str, typed: str = "") -> dict[str, object]:
    result = run(*words, "--json", typed=typed)
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def signs_in(world: World, email: str, password: str) -> bool:
    client = world.app.test_client()
    data = {"email": email, "password": password, "csrf_token": csrf(client, "/sign-in")}
    return client.post("/sign-in", data=data).status_code == 302


def test_an_account_gets_a_password_that_is_shown_once(world: World) -> None:
    made = answer(*ADD)
    assert made | {"password": ""} == {
        "email": "bea@example.org",
        "name": "Bea Bos",
        "roles": ["administrator", "clerk"],
        "municipalities": ["GM0622"],
        "active": True,
        "password": "",
    }
    assert signs_in(world, "bea@example.org", str(made["password"]))
    assert str(made["password"]) not in run("list").stdout


def test_a_password_from_standard_input_is_not_printed(world: World) -> None:
    result = run(*ADD, "--password-stdin", typed=f"{PASSWORD}\n")
    assert result.exit_code == 0 and PASSWORD not in result.output
    assert signs_in(world, "bea@example.org", PASSWORD)


def test_a_password_is_never_an_argument() -> None:
    assert run(*ADD, "--password", PASSWORD).exit_code == 2


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        ((*ADD, "--password-stdin"), "te kort\n"),
        ((*ADD, "--password-stdin"), ""),
        ((*ADD, "--municipality", "GM9999"), ""),
        ((*ADD, "--phone", "bel maar"), ""),
        (("add", "geen adres", *ADD[2:]), ""),
        (("add", "coach@example.org", *ADD[2:]), ""),
        (("password", "nobody@example.org"), ""),
        (("deactivate", "nobody@example.org"), ""),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(words: tuple[str, ...], typed: str) -> None:
    before = run("list", "--json").stdout
    result = run(*words, typed=typed)
    assert result.exit_code == 1 and len(result.stderr.splitlines()) == 1
    assert run("list", "--json").stdout == before


def test_closing_an_account_ends_its_sessions(world: World) -> None:
    coach = world.sign_in(world.coach)
    assert answer("deactivate", world.coach.email)["active"] is False
    assert coach.get("/today").status_code == 302
    assert "(closed)" in run("list").stdout


def test_the_last_administrator_stays() -> None:
    answer(*ADD)
    assert run("deactivate", "bea@example.org").exit_code == 1


def test_a_new_password_replaces_the_old_one(world: World) -> None:
    answer(*ADD, "--password-stdin", typed=f"{PASSWORD}\n")
    new = str(answer("password", "BEA@example.org")["password"])
    assert not signs_in(world, "bea@example.org", PASSWORD)
    assert signs_in(world, "bea@example.org", new)


def test_generated_passwords_differ_and_are_readable() -> None:
    made = {generate() for _ in range(50)}
    assert len(made) == 50
    assert all(len(each) == 23 and not set(each) & set("01ilo") for each in made)
