"""The list of cases as a file: what was searched for, harmless in a spreadsheet, and fit to be imported again."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook

from outreach import create_app, db
from outreach.cases import list_queries, service
from outreach.cases.imports.headers import Field
from outreach.cases.list_file import HEADINGS, line
from outreach.cases.models import Case, Person
from outreach.cases.rules import CaseStatus
from outreach.cases.search_queries import Wanted
from outreach.cli import main
from outreach.spreadsheets import csv_lines
from outreach.staff.scope import Scope, scope_of
from tests.conftest import copied, settings_for
from tests.counting import counted
from tests.crowd import crowd
from tests.factories import MUNICIPALITIES, World

CSV = "/cases/list.csv"
XLSX = "/cases/list.xlsx"


@pytest.fixture
def clerk(world: World) -> FlaskClient:
    return world.sign_in(world.clerk)


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(CSV + query)
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def sheet(client: FlaskClient, query: str = "") -> list[tuple[Any, ...]]:
    answer = client.get(XLSX + query)
    assert answer.status_code == 200
    return list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows(values_only=True))


def changed(case: Case, **columns: Any) -> None:
    with db.write() as session:
        person = session.get(Person, case.person_id)
        assert person is not None
        for name, value in columns.items():
            setattr(person, name, value)
        session.add(person)


def closed(world: World) -> Case:
    """Somebody of whom everything is known that a list can say."""
    case = world.case(
        infix="van der",
        family_name="Berg",
        target_group="oud_vsv",
        school="Voorbeeldschool",
        brin="99XX00",
        programme="Zorg",
        left_on=date(2025, 7, 1),
    )
    changed(case, landline="+31101234567", email="noor@example.org", language="ar")
    for status in (CaseStatus.in_begeleiding, CaseStatus.afgesloten):
        more: dict[str, Any] = (
            {"outcome": "Werkt", "outcome_on": date(2026, 2, 3)} if status is CaseStatus.afgesloten else {}
        )
        service.choose_status(case.id, status, by=world.coach.id, **more)
    return case


def test_a_line_says_all_that_a_list_can_say(world: World, clerk: FlaskClient) -> None:
    closed(world)
    assert rows(clerk) == [
        {
            "dossiernummer": "D-00001",
            "voornaam": "Noor",
            "tussenvoegsel": "van der",
            "achternaam": "Berg",
            "geboortedatum": "01-03-2005",
            "straat": "Dorpsstraat",
            "huisnummer": "1",
            "toevoeging": "",
            "postcode": "3131 AA",
            "woonplaats": "Vlaardingen",
            "gemeente": "Vlaardingen",
            "telefoon": "06 12345678 / 010 123 4567",
            "email": "noor@example.org",
            "taal": "ar",
            "doelgroep": "Oud-vsv'er",
            "school": "Voorbeeldschool",
            "brin": "99XX00",
            "opleiding": "Zorg",
            "uitschrijfdatum": "01-07-2025",
            "coach": "coach@example.org",
            "status": "afgesloten",
            "uitkomst": "Werkt",
            "uitkomstlijst": "mvs-oud-vsv",
            "uitkomstdatum": "03-02-2026",
        }
    ]


def test_the_workbook_holds_the_same_with_real_days(world: World, clerk: FlaskClient) -> None:
    closed(world)
    headings, cells = sheet(clerk)
    assert headings == HEADINGS
    found = dict(zip(headings, cells, strict=True))
    assert found["geboortedatum"].date() == date(2005, 3, 1)
    assert found["telefoon"] == "06 12345678 / 010 123 4567"
    assert found["toevoeging"] is None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_in_again_and_changes_nothing(
    world: World,
    clerk: FlaskClient,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    closed(world)
    world.case(family_name="=Jansen", mobile=None, address=False)
    abroad = world.case(infix="'t", mobile="+4915112345678")
    changed(abroad, given_name="Søren", family_name="Ünal-Łukasik")
    file = tmp_path / f"dossiers.{kind}"
    file.write_bytes(clerk.get(f"/cases/list.{kind}").data)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    done = CliRunner().invoke(main, ["import", str(file), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["created"], found["updated"], found["unchanged"]) == (0, 0, 3), found
    assert found["rejected"] == []


def test_what_goes_out_of_one_installation_is_the_same_in_another(
    world: World,
    clerk: FlaskClient,
    template_database: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed(world)
    world.case(family_name="-Jansen", mobile=None, address=False, municipality="GM0556")
    file = tmp_path / "dossiers.csv"
    file.write_bytes(clerk.get(CSV).data)
    (tmp_path / "elders").mkdir()
    elsewhere = copied(template_database, request, tmp_path / "elders")
    monkeypatch.setenv("OUTREACH_DATABASE_URL", elsewhere)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    done = json.loads(CliRunner().invoke(main, ["import", str(file), "--json"]).stdout)
    assert (done["created"], done["rejected"]) == (2, [])
    without_coach = [place for place, heading in enumerate(HEADINGS) if heading != Field.coach]
    here = {_said(one, without_coach) for one in list_queries.listed(Wanted(), scope_of(world.clerk))}
    app = create_app(settings_for(elsewhere))
    with app.app_context():
        scope = Scope(None, frozenset(), frozenset(MUNICIPALITIES), frozenset())
        there = {_said(one, without_coach) for one in list_queries.listed(Wanted(), scope)}
    app.extensions["outreach_engine"].dispose()
    assert there == here


def _said(case: list_queries.Listed, places: list[int]) -> tuple[object, ...]:
    cells = line(case)
    return tuple(cells[place] for place in places)


def test_the_file_holds_what_the_search_finds(world: World, clerk: FlaskClient) -> None:
    world.case(given_name="A", municipality="GM0556")
    world.case(given_name="B", target_group="jib", coach=world.coordinator)
    world.case(given_name="C", family_name="Smit")

    def found(query: str) -> list[str]:
        return [row["voornaam"] for row in rows(clerk, query)]

    assert found("") == ["C", "B", "A"]
    assert found("?municipality=GM0556") == ["A"]
    assert found("?target_group=jib") == ["B"]
    assert found("?q=smit") == ["C"]
    assert found("?q=jansen&status=nieuw") == ["B", "A"]
    assert found(f"?coach={world.coordinator.id}") == ["B"]
    assert found("?q=nobody") == []


def test_nobody_gets_the_cases_of_another_region(world: World) -> None:
    world.cases(3)
    elsewhere = world.sign_in(world.outsider())
    assert rows(elsewhere) == []
    assert rows(elsewhere, "?q=jansen") == []
    assert len(sheet(elsewhere)) == 1
    for kind in ("csv", "xlsx"):
        for municipality in ("GM0622", "GM9999"):
            assert elsewhere.get(f"/cases/list.{kind}?municipality={municipality}").status_code == 404


def test_coaches_get_no_files_and_nobody_else_sees_a_button_that_is_not_hers(world: World) -> None:
    world.case()
    coach, coordinator = world.sign_in(world.coach), world.sign_in(world.coordinator)
    assert coach.get(CSV).status_code == coach.get(XLSX).status_code == 403
    assert "/cases/list." not in coach.get("/cases").text
    page = BeautifulSoup(coordinator.get("/cases?q=jansen&status=nieuw&page=1&lang=nl").text, "html.parser")
    hrefs = [str(tag["href"]) for tag in page.select("a[href^='/cases/list.']")]
    assert hrefs == [f"/cases/list.{kind}?q=jansen&status=nieuw" for kind in ("xlsx", "csv")]
    assert coordinator.get(hrefs[0]).status_code == 200


@pytest.mark.parametrize("sign", list("=+-@\t\r"))
def test_no_cell_is_taken_for_a_formula(world: World, clerk: FlaskClient, sign: str) -> None:
    case = world.case(family_name=f"{sign}cmd|' /C calc'!A0", school=f"{sign}1+1", mobile="+4915112345678")
    changed(case, given_name=f"{sign}2")
    for cells in (list(rows(clerk)[0].values()), sheet(clerk)[1]):
        assert f"'{sign}1+1" in [str(cell).replace("\n", "\r") for cell in cells]
        assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(tuple("=+-@\t\r\n"))]
    book = load_workbook(io.BytesIO(clerk.get(XLSX).data))
    assert "f" not in {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}


def test_the_list_has_every_field_of_the_format() -> None:
    assert set(HEADINGS) == set(Field)


def test_a_long_list_costs_one_statement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_queries, "AT_ONCE", 10)
    world.cases(25)
    scope = scope_of(world.clerk)
    with counted(world.app) as statements:
        found = [case.head.reference for case in list_queries.listed(Wanted(), scope)]
    assert len(statements) == 1
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 25


def test_a_long_list_needs_no_more_memory_than_a_short_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_queries, "AT_ONCE", 100)
    crowd(world, 3000)
    scope = scope_of(world.clerk)

    def lines() -> Iterator[str]:
        yield from csv_lines(line(case) for case in list_queries.listed(Wanted(), scope))

    text = lines()
    for _ in range(1000):
        next(text)
    tracemalloc.start()
    try:
        assert sum(1 for _ in text) == 2000
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2_000_000
