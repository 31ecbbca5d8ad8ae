"""The pages of figures as a coordinator uses them: filters that go along, every table as a file, the sheet to take."""

import csv
import io
from datetime import date

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from pypdf import PdfReader

from outreach import clock
from outreach.attempts import logging_service
from outreach.attempts.rules import Result
from outreach.insight.asking import a_year_before
from outreach.insight.reports import TABLES
from outreach.ticking import tick
from tests.factories import World
from tests.insight.test_responses import on, one_campaign, said

PAGES = (
    "/reports",
    "/reports/responses",
    "/reports/effect",
    "/reports/outcomes",
    "/reports/moments",
    "/reports/work",
)
EVER = "?from="


def worked(world: World) -> None:
    """A campaign in which somebody answered and somebody else was spoken to on the phone."""
    _answered, called, *_others = one_campaign(world)
    with on("2026-03-03T11:30"):
        logging_service.log_call(called.id, Result.spoke, by=world.coach.id)
    tick(clock.parse("2026-03-04T11:00"))


@pytest.mark.parametrize("path", PAGES)
def test_filters_go_along_to_every_other_page(world: World, path: str) -> None:
    worked(world)
    client = world.sign_in(world.coordinator)
    asked = f"{path}?municipality=GM0622&campaign=maart&from=2026-01-01&to=2026-06-30"
    for headers in ({}, {"HX-Request": "true"}):
        page = BeautifulSoup(client.get(asked, headers=headers).text, "html.parser")
        tabs = [str(link["href"]) for link in page.select("nav.tabs a")]
        assert [tab.partition("?")[0] for tab in tabs] == list(PAGES)
        for tab in tabs:
            assert "municipality=GM0622" in tab and "campaign=maart" in tab and "from=2026-01-01" in tab, tab


def test_a_page_without_days_shows_the_last_twelve_months(world: World) -> None:
    worked(world)
    with on("2026-06-01T10:00"):
        client = world.sign_in(world.coordinator)
        assert "Van de 5 jongeren hebben er 2 gereageerd (40 %)" in said(client.get("/reports").text)
    with on("2027-06-01T10:00"):
        client = world.sign_in(world.coordinator)
        assert "Geen cijfers" in said(client.get("/reports").text)
        assert "Van de 5 jongeren" in said(client.get(f"/reports{EVER}").text)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 6, 1), date(2025, 6, 2)),
        (date(2028, 2, 29), date(2027, 3, 1)),
        (date(2027, 12, 31), date(2027, 1, 1)),
    ],
)
def test_twelve_months_end_today(day: date, first: date) -> None:
    assert a_year_before(day) == first


def test_what_the_work_was_and_what_it_came_to(world: World) -> None:
    worked(world)
    client = world.sign_in(world.coordinator)
    words = said(client.get(f"/reports/work{EVER}").text)
    assert "Telefoontjes per bereikte jongere" in words
    assert "100 % 1 van 1" in words
    words = said(client.get(f"/reports/moments{EVER}").text)
    assert "De helft van wie reageert, doet dat binnen" in words
    assert "Wanneer bellen iemand bereikt" in words


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_a_file(world: World, name: str) -> None:
    worked(world)
    client = world.sign_in(world.coordinator)
    since = "?from=2026-01-01"
    lines = list(csv.reader(io.StringIO(client.get(f"/reports/{name}.csv{since}").text)))
    assert lines and all(len(line) == len(lines[0]) for line in lines)
    assert len(set(lines[0])) == len(lines[0])
    book = load_workbook(io.BytesIO(client.get(f"/reports/{name}.xlsx{since}").data))
    assert [cell.value for cell in next(book.worksheets[0].iter_rows())] == lines[0]
    about = {row[0].value for row in book.worksheets[1].iter_rows() if row}
    assert {"Tabel", "Geteld zijn", "Periode", "Peildatum", "Bron"} <= about
    assert client.get(f"/reports/{name}s.csv").status_code == 404


def test_the_sheet_of_a_municipality_is_for_who_works_there(world: World) -> None:
    worked(world)
    client = world.sign_in(world.coordinator)
    answer = client.get(f"/reports/council/GM0622.pdf{EVER}")
    assert answer.mimetype == "application/pdf"
    assert "vlaardingen" in answer.headers["Content-Disposition"]
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert len(pages) == 1
    assert "Vlaardingen" in pages[0].extract_text()
    assert client.get("/reports/council/GM0193.pdf").status_code == 404
    assert client.get("/reports/council/GM0622.pdf?from=2026-03-02&to=2026-03-01").status_code == 422
    assert world.sign_in(world.outsider()).get("/reports/council/GM0622.pdf").status_code == 404
    assert world.sign_in(world.coach).get("/reports/council/GM0622.pdf").status_code == 403
