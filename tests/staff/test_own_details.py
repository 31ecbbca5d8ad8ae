"""'Mijn gegevens': what everybody changes of herself."""

import pytest

from outreach import db
from outreach.staff.models import User
from tests.factories import PASSWORD, World, csrf, post

NEW = "paarse fiets in de regen"


def own(**changed: str) -> dict[str, str]:
    return {
        "given_name": "Samira",
        "family_name": "Haddad",
        "phone": "010 123 45 67",
        "hours": "ma t/m wo",
        "language": "nl",
        **changed,
    }


def test_somebody_changes_her_own_name_phone_and_hours(world: World) -> None:
    client = world.sign_in(world.coach)
    assert 'href="/me"' in client.get("/today").text, "the menu leads there"
    assert post(client, "/me", own(), token_from="/me").status_code == 303
    db.session().expire_all()
    user = db.session().get(User, world.coach.id)
    assert user is not None
    assert (user.name, user.phone, user.hours) == ("Samira Haddad", "010 123 45 67", "ma t/m wo")
    assert "Samira Haddad" in client.get("/me").text


def test_the_language_she_chose_holds_from_then_on(world: World) -> None:
    client = world.sign_in(world.coach)
    page = post(client, "/me", own(language="en"), token_from="/me", follow_redirects=True)
    assert "Your details are saved." in page.text or "My details" in page.text
    assert "My details" in client.get("/me").text


def test_the_form_changes_nothing_but_her_own_details(world: World) -> None:
    client = world.sign_in(world.coach)
    more = {"roles": "administrator", "municipalities": "GM0193", "email": "x@example.org", "active": ""}
    post(client, "/me", {**own(), **more}, token_from="/me")
    db.session().expire_all()
    user = db.session().get(User, world.coach.id)
    assert user is not None and user.active and user.email == "coach@example.org"
    assert [role.name for role in user.roles] == ["coach"] and len(user.municipalities) == 3


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"given_name": ""}, "Vul de voornaam in."),
        ({"phone": "bel maar"}, "Dit is geen telefoonnummer."),
        ({"language": "xx"}, ""),
    ],
)
def test_what_is_wrong_is_said_at_the_field(world: World, wrong: dict[str, str], problem: str) -> None:
    page = post(world.sign_in(world.coach), "/me", own(**wrong), token_from="/me")
    assert page.status_code == 422
    assert problem in page.text


def change(client: object, present: str, new: str, again: str | None = None) -> object:
    data = {"present": present, "new": new, "again": new if again is None else again}
    return post(client, "/me/password", data, token_from="/me")


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(world: World) -> None:
    phone, laptop = world.sign_in(world.coach), world.sign_in(world.coach)
    assert change(laptop, PASSWORD, NEW).status_code == 303
    assert laptop.get("/today").status_code == 200
    assert phone.get("/today").headers["Location"].startswith("/sign-in")
    fresh = world.app.test_client()
    for password, status in ((PASSWORD, 200), (NEW, 302)):
        data = {"email": world.coach.email, "password": password, "csrf_token": csrf(fresh, "/sign-in")}
        assert fresh.post("/sign-in", data=data).status_code == status


@pytest.mark.parametrize(
    ("present", "new", "again", "problem"),
    [
        ("not my password", NEW, NEW, "Dit is niet je huidige wachtwoord."),
        (PASSWORD, "te kort", "te kort", "minstens 12 tekens"),
        (PASSWORD, "ik ben coach 2026", "ik ben coach 2026", "e-mailadres mag niet in het wachtwoord"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "meer verschillende tekens"),
        (PASSWORD, "x" * 100 + NEW + "y" * 30, "x" * 100 + NEW + "y" * 30, "hooguit 128 tekens"),
        (PASSWORD, NEW, "iets anders dan dat", "De twee wachtwoorden zijn niet gelijk."),
    ],
)
def test_a_password_is_changed_only_by_her_and_into_a_strong_one(
    world: World, present: str, new: str, again: str, problem: str
) -> None:
    client = world.sign_in(world.coach)
    page = change(client, present, new, again)
    assert page.status_code == 422
    assert problem in page.text
    assert new not in page.text, "a password never comes back in a page"
    assert world.sign_in(world.coach), "the old one still works"


def test_guessing_the_password_of_a_phone_left_open_has_a_limit(world: World) -> None:
    client = world.sign_in(world.coach)
    statuses = [change(client, f"guess number {n}", NEW).status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]
