"""The page of outcomes: the tables of the annual reports as a coordinator reads them, and takes them along."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from openpyxl import load_workbook

from outreach import clock, db
from outreach.regions.queries import all_municipality_names
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.factories import World, _hashed
from tests.insight.test_outcomes import REPORTS, Outreach, brought_in, closed, outreach, rows_of
from tests.insight.test_responses import said

__all__ = ["outreach"]

PAGE = "/reports/outcomes"
EVER = "&from=&to="


def coordinator_of(municipalities: Any) -> User:
    user = staff.add_user(
        email="alles@example.org",
        password=None,
        given_name="Mila",
        family_name="Bos",
        roles=[RoleName.coordinator],
        municipalities=municipalities,
        phone="06 12 34 56 78",
        hours="",
    )
    with db.write() as session:
        user.password = _hashed()
        session.add(user)
    return user


def table(html: str, name: str) -> list[list[str]]:
    """The cells of a table of the page, its heading first."""
    found = BeautifulSoup(html, "html.parser").find(id=f"table-{name}")
    assert isinstance(found, Tag)
    for label in found.select(".cell-label"):
        label.decompose()
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in found.find_all("tr")
    ]


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_page_and_its_files_show_the_tables_of_four_reports(
    world: World, outreach: Outreach, tmp_path: Path
) -> None:
    for name in REPORTS:
        brought_in(outreach, tmp_path / f"{name}.csv", rows_of(name))
    client = world.sign_in(coordinator_of(all_municipality_names()))
    for name, report in REPORTS.items():
        heading, *lines = table(page(client, f"table={name}{EVER}"), "outcomes")
        assert heading[1:-2] == report["municipalities"]
        count = len(report["rows"])
        assert {line[0]: [int(cell) for cell in line[1:-2]] for line in lines[:count]} == report["rows"]
        total, persons = lines[count : count + 2]
        totals = [sum(column) for column in zip(*report["rows"].values(), strict=True)]
        assert [int(cell) for cell in total[1:-1]] == [*totals, sum(totals)]
        assert [int(cell) for cell in persons[1:-1]] == [*totals, sum(totals)]
        expected = [[label, *line, sum(line)] for label, line in report["rows"].items()]
        text = client.get(f"/reports/outcomes.csv?table={name}{EVER}").text
        first, *rows = csv.reader(io.StringIO(text))
        assert first[1:-2] == report["municipalities"]
        assert [[row[0], *map(int, row[1:-1])] for row in rows] == expected
        content = client.get(f"/reports/outcomes.xlsx?table={name}{EVER}").data
        rows_of_sheet = list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True))
        assert [list(row[:-1]) for row in rows_of_sheet[1:]] == expected


def test_the_table_says_what_it_counts_and_that_processes_are_not_persons(world: World) -> None:
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    with clock.at(clock.parse("2026-03-10T09:00")):
        text = said(page(world.sign_in(world.coordinator), "table=rmd-vsv&from=2026-03-01&to=2026-03-31"))
    assert "Geteld zijn werkprocessen" in text
    assert "di 10 maart 2026" in text
    assert "Verschillende jongeren" in text
    assert "Dit telt processen, geen mensen" in text
    assert "Werkprocessen VSV" in text


def test_the_same_days_a_year_earlier_stand_beside_it_when_asked(world: World) -> None:
    for day in ("2026-03-04", "2026-03-31", "2025-03-04", "2026-04-01"):
        closed(world, "Werk", "rmd-vsv", day)
    closed(world, "Hulpverlening", "rmd-vsv", "2025-03-31", "GM0606")
    client = world.sign_in(world.coordinator)
    query = "table=rmd-vsv&from=2026-03-01&to=2026-03-31"
    assert 'id="table-outcomes-years"' not in page(client, query)
    html = page(client, f"{query}&compare=y")
    by_outcome = {line[0]: line[1:] for line in table(html, "outcomes-years")}
    assert by_outcome["Werk"] == ["2", "1", "1"]
    assert by_outcome["Hulpverlening"] == ["0", "1", "-1"]
    by_place = {line[0]: line[1:] for line in table(html, "outcomes-years-places")}
    assert by_place["Vlaardingen"] == ["2", "1", "1"]
    assert by_place["Schiedam"] == ["0", "1", "-1"]
    assert by_place["Maassluis"] == ["0", "0", "0"]
    files = client.get(f"/reports/outcomes-years.csv?{query}&compare=y").text
    assert "Werk,2,1,1" in files
    open_period = f"table=rmd-vsv{EVER}&compare=y"
    assert "Kies een eerste dag" in said(page(client, open_period))
    assert client.get(f"/reports/outcomes-years.csv?{open_period}").status_code == 404


def test_days_still_to_come_have_nothing_to_stand_beside(world: World) -> None:
    for day in ("2026-03-04", "2025-03-04", "2025-03-11"):
        closed(world, "Werk", "rmd-vsv", day)
    with clock.at(clock.parse("2026-03-10T09:00")):
        html = page(world.sign_in(world.coordinator), "table=rmd-vsv&from=2026-03-01&to=2026-12-31&compare=y")
    assert {line[0]: line[1:] for line in table(html, "outcomes-years")}["Werk"] == ["1", "1", "0"]
    assert "za 1 maart 2025 – ma 10 maart 2025" in said(html)


def test_one_sentence_says_what_a_table_comes_to(world: World) -> None:
    for outcome in ("Werk", "Jongerenteam", "Reageert niet (meer)"):
        closed(world, outcome, "rmd-vsv", "2026-03-04")
    client = world.sign_in(world.coordinator)
    assert "Van 3 (werkprocessen) liepen er 2 goed af" in said(page(client, f"table=rmd-vsv{EVER}"))
    assert "goed af" not in said(page(client, f"table=rmd-jib{EVER}"))


def test_approached_and_left_stands_among_the_tables(world: World) -> None:
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    html = page(world.sign_in(world.coordinator), f"table=zhz-benaderd-uitgestroomd{EVER}")
    lines = {line[0]: line[1:-1] for line in table(html, "outcomes")}
    assert lines["Uitgestroomd (inclusief overloop vorig schooljaar)"] == ["0", "1", "0", "1"]
    assert 'id="table-outcomes-years-places"' not in html


def test_targets_of_the_school_year_that_was_chosen(world: World) -> None:
    closed(world, "Werk", "rmd-vsv", "2024-12-01", left_on=date(2023, 10, 1))
    world.case(left_on=date(2023, 11, 1))
    client = world.sign_in(world.coordinator)
    _heading, school, work = table(page(client, "table=zkij-doelen&school_year=2023-2024"), "targets")
    assert (school[1], work[1]) != ("", "")
    assert "50 %" in work[1]
    assert "30 %" in work[2]
    assert (school[3], work[3]) == ("1", "0")
    assert "targets" in client.get("/reports/targets.xlsx?school_year=2023").headers["Content-Disposition"]


def test_the_address_names_the_table_and_the_first_is_shown_without(world: World) -> None:
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    client = world.sign_in(world.coordinator)
    assert 'selected value="rmd-vsv"' in page(client)
    html = page(client, "table=rmd-jib")
    assert 'selected value="rmd-jib"' in html
    assert "/reports/outcomes.csv?table=rmd-jib" in html
    assert client.get(f"{PAGE}?table=onbekend").status_code == 404
    assert client.get("/reports/outcomes.csv?table=onbekend").status_code == 404


@pytest.mark.parametrize("address", [PAGE, "/reports/outcomes.csv", "/reports/targets.csv"])
def test_only_coordinators_see_outcomes(world: World, address: str) -> None:
    assert world.sign_in(world.coach).get(address).status_code == 403


def test_a_coordinator_sees_her_own_municipalities_only(world: World) -> None:
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    closed(world, "Jongerenteam", "rmd-vsv", "2026-03-04", "GM0606")
    client = world.sign_in(coordinator_of(["GM0606"]))
    html = page(client, f"table=rmd-vsv{EVER}")
    assert "Vlaardingen" not in html
    heading, *lines = table(html, "outcomes")
    assert heading[1:-2] == ["Schiedam"]
    assert {line[0]: line[1:-1] for line in lines}["Werk"] == ["0", "0"]
    assert "Vlaardingen" not in client.get(f"/reports/outcomes.csv?table=rmd-vsv{EVER}").text
    assert client.get(f"{PAGE}?municipality=GM0622").status_code == 404


def test_with_htmx_only_the_figures_come_and_a_wrong_period_is_said(world: World) -> None:
    client = world.sign_in(world.coordinator)
    html = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert html.lstrip().startswith('<div class="stack" id="figures">')
    assert client.get(f"{PAGE}?from=gisteren").status_code == 422
