"""Finding a case: by what one has at hand, within one's own municipalities, page by page."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import event, insert

from outreach import clock, db
from outreach.cases import name_service, search_queries
from outreach.cases.models import Case, Household, Person
from outreach.cases.search_queries import Wanted
from outreach.cli import main
from outreach.regions.models import Municipality, Region
from outreach.staff import service as staff
from outreach.staff.scope import RoleName, scope_of
from tests.factories import World


def found(world: World, words: str = "", **limits: str) -> list[str]:
    answer = search_queries.search(Wanted(words, **limits), scope_of(world.coach))
    return [case.name for case in answer.cases]


def titles(client: FlaskClient, address: str) -> list[str]:
    page = BeautifulSoup(client.get(address).text, "html.parser")
    return [tag.get_text(strip=True) for tag in page.select("#results .card__title")]


@pytest.mark.parametrize(
    "words",
    ["jans", "Jansen", "JANSEN", "noor", "Noor Jansen", "jansen noor", "D-00001", "d-00001", " noor  jan "],
)
def test_a_case_is_found_by_name_or_number(world: World, words: str) -> None:
    world.case()
    world.case(given_name="Kees", family_name="Bakker", mobile=None)
    assert found(world, words) == ["Noor Jansen"]


@pytest.mark.parametrize("words", ["06-12345678", "0612345678", "+31 6 1234 5678", "0031612345678"])
def test_a_case_is_found_by_phone_however_it_is_written(world: World, words: str) -> None:
    world.case()
    world.case(given_name="Kees", mobile="+31687654321")
    assert found(world, words) == ["Noor Jansen"]


def test_a_case_is_found_by_landline_and_by_postcode(world: World) -> None:
    case = world.case()
    world.case(given_name="Kees", address=False)
    with db.write() as session:
        person = session.get(Person, case.person_id)
        assert person is not None
        person.landline = "+31101234567"
        session.add(person)
    assert found(world, "010-1234567") == ["Noor Jansen"]
    assert found(world, "3131 aa") == ["Noor Jansen"]


@pytest.mark.parametrize(
    ("infix", "family_name", "words"),
    [
        ("van der", "Berg", "berg"),
        ("van der", "Berg", "van der berg"),
        ("", "El Amrani", "el amrani"),
        ("", "Özdemir", "özd"),
        ("", "Özdemir", "Özdemir"),
        ("", "Özdemir", "ozdemir"),
        ("", "ÖZDEMİR", "ozdemir"),
        ("", "Wiśniewski", "WISNIEWSKI"),
        ("", "Łukasik", "lukasik"),
        ("", "El Amrani", "amrani"),
        ("", "Bakker-de Vries", "vries bakker"),
        ("", "d'Angelo", "angelo"),
        ("", "d'Angelo", "d’angelo"),
        ("", "Çelik", "çelik, noor"),
        ("", "O'Neill", "o'neill"),
        ("", "50%", "50%"),
    ],
)
def test_names_of_every_shape_are_found(world: World, infix: str, family_name: str, words: str) -> None:
    world.case(infix=infix, family_name=family_name)
    world.case(family_name="Smit")
    assert found(world, words) == [" ".join(part for part in ("Noor", infix, family_name) if part)]


def test_signs_of_a_pattern_are_only_signs(world: World) -> None:
    world.case()
    for words in ("%", "_oor", "j%n"):
        assert found(world, words) == []


def test_filters_narrow_what_is_found(world: World) -> None:
    world.case(given_name="A", municipality="GM0556")
    world.case(given_name="B", target_group="jib", coach=world.coordinator)
    assert found(world, municipality="GM0556") == ["A Jansen"]
    assert found(world, target_group="jib") == ["B Jansen"]
    assert found(world, coach=str(world.coordinator.id)) == ["B Jansen"]
    assert found(world, status="afgesloten") == []
    assert found(world, coach="none") == []
    assert found(world, coach="nonsense") == []


def test_nobody_finds_a_case_of_another_municipality(world: World) -> None:
    case = world.case()
    outsider = staff.add_user(
        email="elsewhere@example.org",
        password=None,
        given_name="E",
        family_name="L",
        roles=[RoleName.coordinator],
        municipalities=["GM0606"],
    )
    for words in ("", "jansen", case.reference, "0612345678", "3131AA"):
        assert search_queries.search(Wanted(words), scope_of(outsider)).cases == []


def test_the_same_number_in_another_region_stays_there(world: World) -> None:
    world.case()
    with db.write() as session:
        other = Region(slug="elders", name="Elders")
        session.add(other)
        session.flush()
        session.add(Municipality(code="GM0193", name="Zwolle", region_id=other.id))
        session.add(Household(region_id=other.id, key="8011AA 1"))
    assert found(world, "D-00001") == ["Noor Jansen"]


def test_results_are_paged_and_the_filters_stay_in_the_address(world: World) -> None:
    world.cases(30)
    client = world.sign_in(world.coach)
    first = titles(client, "/cases?q=jansen&status=nieuw")
    second = titles(client, "/cases?q=jansen&status=nieuw&page=2")
    assert (len(first), len(second)) == (25, 5)
    assert set(first).isdisjoint(second)
    page = BeautifulSoup(client.get("/cases?q=jansen&status=nieuw").text, "html.parser")
    following = page.select_one("a[rel=next]")
    assert following is not None
    assert following["href"] == "/cases?q=jansen&status=nieuw&page=2"
    assert titles(client, "/cases?q=jansen&page=99") == titles(client, "/cases?q=jansen&page=2")
    assert client.get("/cases?page=nonsense").status_code == 200


def test_with_htmx_only_the_results_come(world: World) -> None:
    world.case()
    client = world.sign_in(world.coach)
    fragment = client.get("/cases?q=noor", headers={"HX-Request": "true"}).text
    assert "Noor Jansen" in fragment
    assert "<html" not in fragment


def test_an_empty_search_says_what_to_do(world: World) -> None:
    client = world.sign_in(world.coach)
    assert "Er zijn nog geen dossiers" in client.get("/cases").text
    assert "Niemand gevonden" in client.get("/cases?q=xyz").text


def test_who_gets_another_name_is_found_by_that_one_only(world: World) -> None:
    with db.write() as session:
        person = session.get(Person, world.case().person_id)
        assert person is not None
        person.family_name = "Özdemir"
        name_service.change_names(session, [person.model_dump()])
        session.add(person)
    assert found(world, "ozdemir") == ["Noor Özdemir"]
    assert found(world, "jansen") == []


def test_a_list_makes_its_people_findable_and_renames_them(
    world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    path = tmp_path / "lijst.csv"
    heads = "dossiernummer;voornaam;achternaam;geboortedatum;gemeente\n"
    for family_name in ("Wiśniewski", "Öztürk"):
        path.write_text(f"{heads}L-1;Zoë;{family_name};01-02-2006;Vlaardingen\n", encoding="utf-8")
        assert CliRunner().invoke(main, ["import", str(path)]).exit_code == 0
    assert found(world, "ozturk zoe") == ["Zoë Öztürk"]
    assert found(world, "wisniewski") == []


def test_among_ten_thousand_the_search_goes_by_the_index(world: World) -> None:
    persons, cases = [], []
    for number in range(10_000):
        name = {"given_name": f"Noor{number % 97}", "infix": "van", "family_name": f"Özdemir{number}"}
        persons.append(
            {
                "id": db.new_id(),
                "region_id": world.region.id,
                "birth_date": date(2006, 1, 1),
                "language": "nl",
            }
            | {"match_key": "", **name}
        )
        cases.append(
            {
                "id": db.new_id(),
                "region_id": world.region.id,
                "person_id": persons[-1]["id"],
                "reference": f"D-{number:05}",
                "municipality_code": "GM0622",
                "opened_at": clock.now(),
                "event_count": 0,
                "status": "nieuw",
                "target_group": "nieuwe_vsv",
            }
            | dict.fromkeys(("school", "brin", "programme"), "")
        )
    with db.write() as session:
        session.execute(insert(db.table(Person)), persons)
        session.execute(insert(db.table(Case)), cases)
        name_service.add_names(session, persons)
    sent: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        sent.append((statement, parameters))

    scope = scope_of(world.coach)
    event.listen(db.engine(), "before_cursor_execute", note)
    try:
        names = [case.name for case in search_queries.search(Wanted("van ozdemir4242"), scope).cases]
    finally:
        event.remove(db.engine(), "before_cursor_execute", note)
    assert names == ["Noor71 van Özdemir4242"]
    searches = [one for one in sent if "person_name" in one[0]]
    assert len(searches) == 2
    if db.engine().dialect.name == "sqlite":
        for statement, parameters in searches:
            plan = db.session().connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [str(row[-1]) for row in plan]
            assert any("ix_person_name_word" in step for step in steps), steps
            assert not [step for step in steps if re.match("SCAN (person|person_name|case_file)", step)], (
                steps
            )
