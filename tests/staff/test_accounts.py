"""The administrator's pages about staff: adding, changing, closing, passwords, and whose they are."""

import re

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from outreach import db
from outreach.staff import queries
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.factories import MUNICIPALITIES, PASSWORD, World, _hashed, csrf, post

ENGLISH = {"Accept-Language": "en"}


def administrator(world: World, places: list[str] | None = None, email: str = "beheer@example.org") -> User:
    user = staff.add_user(
        email=email,
        password=None,
        given_name="Bea",
        family_name="Bos",
        roles=[RoleName.administrator],
        municipalities=places or list(MUNICIPALITIES),
    )
    with db.write() as session:
        user.password = _hashed()
        session.add(user)
    return user


@pytest.fixture
def bea(world: World) -> FlaskClient:
    """The browser of an administrator of all municipalities of the region."""
    return world.sign_in(administrator(world))


def details(**changed: object) -> dict[str, object]:
    """An account as the form sends it."""
    return {
        "given_name": "Mila",
        "family_name": "de Boer",
        "email": "mila@example.org",
        "roles": ["coach"],
        "municipalities": ["GM0622"],
        "phone": "06 12 34 56 78",
        "hours": "ma en di, 9.00 – 17.00",
        **changed,
    }


def send(client: FlaskClient, path: str, data: dict[str, object] | None = None) -> object:
    return post(client, path, data, token_from="/me")


def sign_in(world: World, email: str, password: str) -> tuple[FlaskClient, int]:
    client = world.app.test_client()
    token = csrf(client, "/sign-in")
    answer = client.post("/sign-in", data={"email": email, "password": password, "csrf_token": token})
    return client, answer.status_code


def shown_password(html: str) -> str:
    found = re.search(r"[2-9a-z]{5}(?:-[2-9a-z]{5}){3}", BeautifulSoup(html, "html.parser").get_text())
    assert found, "no password is shown"
    return found[0]


def again(user: User) -> User:
    db.session().expire_all()
    found = db.session().get(User, user.id)
    assert found is not None
    return found


def test_an_administrator_adds_a_coach_who_signs_in_with_the_password_shown(
    world: World, bea: FlaskClient
) -> None:
    page = send(bea, "/staff/new", details())
    assert page.status_code == 200
    client, status = sign_in(world, "mila@example.org", shown_password(page.text))
    assert status == 302
    assert "Mila de Boer" in client.get("/", follow_redirects=True).text
    assert "Mila de Boer" in bea.get("/staff").text
    assert shown_password(page.text) not in bea.get("/staff").text


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"email": "geen adres"}, "Dit is geen e-mailadres."),
        ({"email": "COACH@example.org"}, "Dit e-mailadres heeft al een account."),
        ({"roles": []}, "Kies minstens één rol."),
        ({"municipalities": []}, "Kies minstens één gemeente."),
        ({"phone": "12"}, "Dit is geen telefoonnummer."),
        ({"given_name": " "}, "Vul de voornaam in."),
        ({"hours": "x" * 61}, "Houd het binnen 60 tekens."),
    ],
)
def test_what_cannot_be_an_account_is_said_at_the_field(
    bea: FlaskClient, wrong: dict[str, object], problem: str
) -> None:
    page = send(bea, "/staff/new", details(**wrong))
    assert page.status_code == 422
    assert problem in page.text
    assert "mila@example.org" in page.text or "email" in wrong, "what was filled in is still there"


def test_nobody_gives_municipalities_or_roles_that_are_not_in_the_form(
    world: World, bea: FlaskClient
) -> None:
    world.outsider()
    for wrong in ({"municipalities": ["GM0622", "GM0193"]}, {"roles": ["queen"]}):
        assert send(bea, "/staff/new", details(**wrong)).status_code == 422
    assert "Mila" not in bea.get("/staff").text


def test_roles_municipalities_phone_and_hours_are_changed(world: World, bea: FlaskClient) -> None:
    there = f"/staff/{world.coach.id}"
    changed = details(roles=["coach", "clerk"], municipalities=["GM0556"], phone="", hours="altijd")
    assert send(bea, there, changed).status_code == 303
    user = again(world.coach)
    assert {role.name for role in user.roles} == {"coach", "clerk"}
    assert [place.code for place in user.municipalities] == ["GM0556"]
    assert (user.name, user.phone, user.hours) == ("Mila de Boer", "", "altijd")
    assert user.email == "coach@example.org"


def test_a_closed_account_ends_at_once_and_opens_again(world: World, bea: FlaskClient) -> None:
    coach = world.sign_in(world.coach)
    there = f"/staff/{world.coach.id}"
    assert "Samira" in bea.get(f"{there}/close").text
    assert coach.get("/today").status_code == 200, "asking closes nothing"
    assert send(bea, f"{there}/close").status_code == 303
    assert coach.get("/today").headers["Location"].startswith("/sign-in")
    assert sign_in(world, world.coach.email, PASSWORD)[1] == 200, "the sign-in page comes back"
    assert "Account gesloten" in bea.get("/staff").text
    assert send(bea, f"{there}/open").status_code == 303
    assert sign_in(world, world.coach.email, PASSWORD)[1] == 302


def test_a_new_password_is_shown_once_and_ends_the_old_sessions(world: World, bea: FlaskClient) -> None:
    coach = world.sign_in(world.coach)
    there = f"/staff/{world.coach.id}/password"
    assert bea.get(there).status_code == coach.get("/today").status_code == 200
    password = shown_password(send(bea, there).text)
    assert coach.get("/today").status_code == 302
    assert sign_in(world, world.coach.email, PASSWORD)[1] == 200
    assert sign_in(world, world.coach.email, password)[1] == 302


def test_nobody_closes_her_own_account_or_takes_the_last_administrator_away(
    world: World, bea: FlaskClient
) -> None:
    me = queries.by_email("beheer@example.org")
    refused = send(bea, f"/staff/{me.id}/close")
    assert refused.status_code == 409 and "je eigen account niet sluiten" in refused.text
    for less in ({"roles": ["coach"]}, {"roles": ["administrator"], "municipalities": ["GM0622"]}):
        page = send(bea, f"/staff/{me.id}", details(**{"municipalities": list(MUNICIPALITIES), **less}))
        assert page.status_code == 422
        assert "laatste beheerder" in page.text
    assert bea.get("/staff").status_code == 200


def test_a_second_administrator_may_be_closed_but_not_the_last_one(world: World, bea: FlaskClient) -> None:
    second = administrator(world, email="tweede@example.org")
    only_one = administrator(world, ["GM0622"], email="derde@example.org")
    assert send(bea, f"/staff/{second.id}/close").status_code == 303
    assert send(world.sign_in(only_one), f"/staff/{only_one.id}/close").status_code == 409
    assert send(bea, f"/staff/{only_one.id}/close").status_code == 303
    assert not again(second).active and not again(only_one).active


def test_a_person_who_also_works_elsewhere_is_seen_and_not_changed(world: World) -> None:
    narrow = world.sign_in(administrator(world, ["GM0622"]))
    page = narrow.get("/staff").text
    assert "Samira de Vries" in page and f"/staff/{world.coach.id}" not in page
    assert "Wie geen link heeft" in page
    for path in ("", "/close", "/password"):
        assert narrow.get(f"/staff/{world.coach.id}{path}").status_code == 404
    for path in ("", "/close", "/password", "/open"):
        assert send(narrow, f"/staff/{world.coach.id}{path}", details()).status_code == 404
    assert again(world.coach).active and again(world.coach).given_name == "Samira"


def test_people_of_another_region_do_not_exist(world: World, bea: FlaskClient) -> None:
    outsider = world.outsider()
    assert "Els Elders" not in bea.get("/staff").text
    assert bea.get(f"/staff/{outsider.id}").status_code == 404
    assert send(bea, f"/staff/{outsider.id}/close").status_code == 404


@pytest.mark.parametrize("role", ["coach", "clerk", "coordinator"])
def test_other_roles_have_no_administration(world: World, role: str) -> None:
    client = world.sign_in(getattr(world, role))
    for path in ("/staff", "/staff/new", f"/staff/{world.coach.id}", "/region", "/region/waterweg"):
        assert client.get(path).status_code == 403
    assert 'href="/staff"' not in client.get("/me").text


def test_nothing_changes_without_the_forms_token(world: World, bea: FlaskClient) -> None:
    assert bea.post("/staff/new", data=details()).status_code == 400
    assert bea.post(f"/staff/{world.coach.id}/close").status_code == 400
    assert again(world.coach).active


def test_the_pages_speak_english_too(world: World, bea: FlaskClient) -> None:
    assert "Everybody who works for your municipalities." in bea.get("/staff", headers=ENGLISH).text
    assert "Close the account of Samira de Vries?" in (
        bea.get(f"/staff/{world.coach.id}/close", headers=ENGLISH).text
    )


def test_the_menu_of_an_administrator_fits_on_a_phone(bea: FlaskClient) -> None:
    items = BeautifulSoup(bea.get("/staff").text, "html.parser").select(".nav__item")
    assert len(items) <= 5
    assert "Beheer" in items[-1].get_text()
