"""Changing what is known of a person: read as the import reads, siblings never moved in silence, plans look again."""

from datetime import time
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlmodel import select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.calendar import add_working_days, moment
from outreach.cases import queries, search_queries, timeline
from outreach.cases.events import EventKind
from outreach.cases.imports.same_person import match_key
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.cases.search_queries import Wanted
from outreach.letters import queries as letters
from outreach.staff.scope import scope_of
from outreach.ticking import tick
from tests.factories import MUNICIPALITIES, World
from tests.letters.letters_world import lay_ready, print_all


def page_of(client: FlaskClient, case: Case, query: str = "") -> BeautifulSoup:
    answer = client.get(f"/cases/{case.id}/person{query}")
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def filled(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = page.select_one("form#person")
    assert form is not None
    sent = {field["name"]: field.get("value", "") for field in form.select("input:not([type=checkbox])")}
    return sent | {
        menu["name"]: menu.select_one("option[selected]")["value"] for menu in form.select("select")
    }


def save(client: FlaskClient, case: Case, query: str = "", **changes: str) -> Any:
    data = filled(page_of(client, case, query)) | changes
    return client.post(f"/cases/{case.id}/person{query}", data=data)


def head(world: World, case: Case) -> queries.CaseHead:
    db.session().expire_all()
    return queries.head(case.id, scope_of(world.coordinator))


def changes_of(case: Case) -> list[tuple[list[str], str]]:
    db.session().expire_all()
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind == "updated")
    return [
        (event.data["changed"], event.actor) for event in db.session().exec(query.order_by(CaseEvent.seq))
    ]


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.status_code
    page = BeautifulSoup(answer.text, "html.parser")
    found = {}
    for field in page.select("[aria-invalid=true]"):
        told = [page.find(id=id_) for id_ in field["aria-describedby"].split()]
        found[field["name"]] = " ".join(tag.get_text(" ", strip=True) for tag in told if tag)
    return found


@pytest.mark.parametrize("role", ["coach", "clerk", "coordinator"])
def test_staff_change_a_number_and_the_timeline_says_who(world: World, role: str) -> None:
    case, user = world.case(), getattr(world, role)
    answer = save(world.sign_in(user), case, mobile="06-87 65 43 21", landline="010 1234567")
    assert (answer.status_code, answer.location) == (302, f"/cases/{case.id}#about")
    assert (head(world, case).mobile, head(world, case).landline) == ("+31687654321", "+31101234567")
    assert changes_of(case) == [(["mobile", "landline"], f"staff:{user.id}")]


def test_a_form_sent_as_it_came_changes_nothing(world: World) -> None:
    case = world.case(infix="van der", given_name="Zoë")
    before = head(world, case)
    assert save(world.sign_in(world.coach), case).status_code == 302
    assert head(world, case) == before
    assert changes_of(case) == []


def test_another_name_is_found_and_known_by_the_import(world: World) -> None:
    case = world.case()
    save(world.sign_in(world.clerk), case, family_name="Özdemir", birth_date="2 3 2006", language="tr")
    person = db.session().get(Person, case.person_id)
    assert person is not None
    assert (person.birth_date.isoformat(), person.language) == ("2006-03-02", "tr")
    assert person.match_key == match_key("Özdemir", person.birth_date, "Noor")
    found = search_queries.search(Wanted("ozdemir"), scope_of(world.coach))
    assert [one.id for one in found.cases] == [case.id]
    assert search_queries.search(Wanted("jansen"), scope_of(world.coach)).cases == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("family_name", ""),
        ("family_name", "123"),
        ("given_name", "a" * 101),
        ("birth_date", "31-02-2005"),
        ("birth_date", "01-01-05"),
        ("birth_date", "1-1-2099"),
        ("birth_date", "1-1-1900"),
        ("mobile", "010 1234567"),
        ("mobile", "06 123"),
        ("landline", "06 12345678"),
        ("email", "noor@"),
        ("language", "klingon"),
        ("house_number", "boven"),
        ("postcode", "1234 SS"),
        ("postcode", "12"),
        ("municipality", "GM0363"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(
    world: World, field: str, value: str
) -> None:
    case = world.case()
    before = head(world, case)
    answer = save(world.sign_in(world.coach), case, **({"town": "Delft"} | {field: value}))
    assert list(errors(answer)) == [field]
    assert "Fout:" in errors(answer)[field]
    form = BeautifulSoup(answer.text, "html.parser").select_one("form#person")
    assert form.select_one("[name=town]")["value"] == "Delft"
    if form.select_one(f"input[name={field}]"):
        assert form.select_one(f"[name={field}]")["value"] == value
    assert head(world, case) == before
    assert changes_of(case) == []


def siblings(world: World) -> tuple[Case, Case]:
    first = world.case(given_name="Noor")
    return first, world.case(given_name="Sem", mobile=None, household=world.household_of(first))


NEW = {"street": "Hoogstraat", "house_number": "12 a", "postcode": "3111 ab", "town": "Schiedam"}


def test_who_moves_leaves_her_brother_where_he_is(world: World) -> None:
    noor, sem = siblings(world)
    client = world.sign_in(world.coach)
    assert "Ook voor de andere persoon op dit adres" in page_of(client, noor).get_text()
    save(client, noor, **NEW)
    moved = world.household_of(noor)
    assert (moved.key, moved.street, moved.town) == ("3111AB 12 A", "Hoogstraat", "Schiedam")
    assert head(world, sem).address == "Dorpsstraat 1"
    assert (changes_of(noor), changes_of(sem)) == ([(["address"], f"staff:{world.coach.id}")], [])


def test_with_a_tick_her_brother_moves_along(world: World) -> None:
    noor, sem = siblings(world)
    save(world.sign_in(world.coach), noor, **NEW, others="y", mobile="")
    assert world.household_of(noor).id == world.household_of(sem).id
    assert head(world, sem).address == "Hoogstraat 12 a"
    assert changes_of(noor) == [(["mobile", "address"], f"staff:{world.coach.id}")]
    assert changes_of(sem) == [(["address"], f"staff:{world.coach.id}")]


def test_who_moves_in_with_somebody_keeps_that_address_as_it_is_written(world: World) -> None:
    noor, kees = world.case(), world.case(given_name="Kees")
    client = world.sign_in(world.coach)
    save(client, kees, **NEW)
    save(client, noor, **(NEW | {"street": "Hoogstr."}))
    assert world.household_of(noor).id == world.household_of(kees).id
    assert head(world, noor).address == "Hoogstraat 12 a"
    assert len(changes_of(kees)) == 1


def test_the_street_of_a_shared_address_is_not_spelled_anew_without_asking(world: World) -> None:
    noor, sem = siblings(world)
    client = world.sign_in(world.coach)
    save(client, noor, **NEW, others="y")
    answer = save(client, noor, street="Hogestraat")
    assert list(errors(answer)) == ["others"]
    assert head(world, sem).address == "Hoogstraat 12 a"
    save(client, noor, street="Hogestraat", others="y")
    assert head(world, sem).address == "Hogestraat 12 a"
    assert len(changes_of(sem)) == 2


def test_others_are_not_taken_to_half_an_address(world: World) -> None:
    noor, sem = siblings(world)
    answer = save(world.sign_in(world.coach), noor, house_number="", others="y")
    assert list(errors(answer)) == ["others"]
    assert head(world, sem).address == "Dorpsstraat 1"


def test_a_brother_of_another_municipality_is_neither_counted_nor_moved(world: World) -> None:
    noor, sem = siblings(world)
    world.outsider()
    with db.write() as session:
        found = session.get(Case, sem.id)
        assert found is not None
        found.municipality_code = "GM0193"
        session.add(found)
    client = world.sign_in(world.coach)
    assert page_of(client, noor).select_one("[name=others]") is None
    save(client, noor, **NEW, others="y")
    assert world.household_of(sem).street == "Dorpsstraat"


def test_half_an_address_can_be_kept_and_an_address_taken_away(world: World) -> None:
    noor, sem = siblings(world)
    client = world.sign_in(world.coach)
    save(client, noor, house_number="", postcode="")
    assert (head(world, noor).address, world.household_of(noor).usable) == ("Dorpsstraat", False)
    save(client, noor, street="", town="")
    assert head(world, noor).address == ""
    assert head(world, sem).address == "Dorpsstraat 1"
    assert [changed for changed, _actor in changes_of(noor)] == [["address"], ["address"]]


def test_a_case_goes_to_another_of_her_municipalities(world: World) -> None:
    case = world.case()
    save(world.sign_in(world.coordinator), case, municipality="GM0606")
    assert head(world, case).municipality == "Schiedam"
    assert changes_of(case) == [(["municipality_code"], f"staff:{world.coordinator.id}")]


def test_nobody_changes_a_case_of_another_region(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.outsider())
    assert client.get(f"/cases/{case.id}/person").status_code == 404


def test_a_letter_that_lacked_an_address_can_be_printed_then(world: World) -> None:
    case = world.case(address=False)
    lay_ready([case])
    client = world.sign_in(world.clerk)
    links = BeautifulSoup(client.get("/letters").text, "html.parser").select("#to-mend a")
    assert f"/cases/{case.id}/person?back=letters#address" in [link["href"] for link in links]
    assert save(client, case, "?back=letters", **NEW).location == "/letters#to-mend"
    assert letters.hindered(tuple(MUNICIPALITIES), clock.now()) == []
    printed = print_all(world)
    assert printed.batch is not None


def test_after_a_letter_came_back_the_form_asks_about_the_address_until_it_is_mended(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    question = "Klopt dit adres nog?"
    assert question not in page_of(client, case).get_text()
    timeline.record(case.id, EventKind.letter_returned)
    assert question in page_of(client, case).get_text()
    shown = BeautifulSoup(client.get(f"/cases/{case.id}").text, "html.parser")
    assert shown.select_one(f"#next-step a[href='/cases/{case.id}/person#address']") is not None
    save(client, case, email="noor@example.org")
    assert question in page_of(client, case).get_text()
    save(client, case, **NEW)
    assert question not in page_of(client, case).get_text()


def channels(case_id: UUID) -> set[str]:
    db.session().expire_all()
    query = select(ContactAttempt).where(
        ContactAttempt.case_id == case_id, ContactAttempt.status == "planned"
    )
    return {attempt.channel for attempt in db.session().exec(query)}


def test_a_number_that_becomes_known_lets_the_plan_write_to_it_at_once(world: World) -> None:
    case = world.case(mobile=None)
    with clock.at(moment(add_working_days(clock.today(), 1), time(10))):
        campaign = campaigns.create(world.region.id, "voorjaar", "drie-weken", "Voorjaar")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
        tick(clock.now())
        assert channels(case.id) == {"letter"}
        save(world.sign_in(world.coach), case, mobile="06 87654321")
        assert channels(case.id) == {"letter", "whatsapp"}


def test_households_are_one_for_each_key(world: World) -> None:
    noor, kees = world.case(), world.case(given_name="Kees")
    client = world.sign_in(world.coach)
    for case in (noor, kees):
        save(client, case, **NEW)
    keys = [home.key for home in db.session().exec(select(Household).where(Household.postcode == "3111AB"))]
    assert keys == ["3111AB 12 A"]
