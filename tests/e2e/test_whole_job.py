"""The whole job in a real browser: a list, a plan, a letter, a scan, an answer, a status, a figure.

The hands of the clock are moved in the served process; commands are real processes that get --now.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from outreach import clock
from tests.browser import LAPTOP, PHONE, Live
from tests.factories import World

pytestmark = pytest.mark.browser

LIST = """\
Dossiernr;Voornaam;Tussenv;Achternaam;Geb. datum;Straat;Huisnr;Postcode;Plaats;Gemeente;Mobiel;Doelgroep;Klas;Coach
24-001;Noor;;Jansen;01-03-2005;Dorpsstraat;12;3131 AA;Vlaardingen;GM0622;06-12345678;nieuwe_vsv;3B;coach@example.org
24-002;Youssef;el;Amrani;12-07-2004;Dorpsstraat;14;3131AA;Vlaardingen;Vlaardingen;0031611111111;Nieuwe vsv'er;3B;
24-003;Zoë;van den;Berg;2005-11-30;Kerkweg;3;3111 BB;Schiedam;Schiedam;06 22222222 / 010-1234567;oud_vsv;;
24-004;Łukasz;;Wiśniewski;05-05-2003;Havenkade;7;3141 CC;Maassluis;GM0556;;Oud-vsv'er;;
24-005;Sanne;;#Smit $;09-09-2005;Kerkweg;5;3111 BB;Schiedam;Schiedam;0633333333;;;
24-006;Daan;de;Vries;31-02-2005;Kerkweg;9;3111 BB;Schiedam;Schiedam;0644444444;;;
"""
TICKS = (
    "2026-03-02T10:00",
    "2026-03-03T11:00",
    "2026-03-04T16:00",
    "2026-03-05T16:30",
    "2026-03-06T10:00",
)


class Hands:
    """The hands of the clock of the process that serves the pages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.moment = clock.parse("2026-03-02T09:15")
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def to(self, moment: str) -> None:
        """Move them."""
        self.moment = clock.parse(moment)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    """Monday morning, to begin with."""
    yield Hands(monkeypatch)


@pytest.fixture
def outreach(database_url: str, live: Live) -> Callable[..., Any]:
    """The outreach command as its own process: `outreach("tick", now="2026-03-02T10:00")` gives its JSON."""

    def run(*words: str, now: str) -> Any:
        env = {
            **os.environ,
            "OUTREACH_DATABASE_URL": database_url,
            "OUTREACH_SECRET_KEY": "only for tests",
            "OUTREACH_BASE_URL": live.address,
        }
        command = [sys.executable, "-m", "outreach.cli", *words, "--json", "--now", now]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def a_list(folder: Path) -> Path:
    """The list as a Dutch Excel writes it: semicolons, and UTF-8 with a mark, as one name needs it."""
    path = folder / "schoolverlaters maart.csv"
    path.write_bytes(LIST.replace("\n", "\r\n").encode("utf-8-sig"))
    return path


def codes_in(pdf: bytes) -> list[str]:
    """The addresses in the QR codes, a page each, read from the pixels."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        read = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
        assert len(read) == 1, "a letter carries one code"
        found.append(read[0].text)
    return found


def test_from_a_list_to_an_answer_and_a_figure(
    world: World,
    live: Live,
    hands: Hands,
    outreach: Callable[..., Any],
    tab: Callable[..., Page],
    tmp_path: Path,
) -> None:
    bring_in(tab(world.sign_in(world.clerk), size=LAPTOP), a_list(tmp_path))
    start_a_campaign(tab(world.sign_in(world.coordinator), size=LAPTOP))

    attempts: dict[str, int] = {}
    for moment in TICKS:
        for channel, number in outreach("tick", now=moment)["attempts"].items():
            attempts[channel] = attempts.get(channel, 0) + number
    # Four have a mobile phone: two messages and two calls each. One has none and gets a letter at once. On
    # Friday the letters of week 2 are laid ready for all five.
    assert attempts == {"whatsapp": 8, "call": 8, "letter": 6}

    hands.to("2026-03-06T17:00")
    addresses = codes_in(print_letters(tab(world.sign_in(world.clerk), size=LAPTOP)))
    assert len(addresses) == len(set(addresses)) == 6

    assert outreach("tick", now="2026-03-09T12:00")["attempts"] == {"visit": 5}
    outreach("tick", now="2026-03-16T12:00")

    hands.to("2026-03-16T19:00")
    found = outreach("case", "show", "24-001", now="2026-03-16T19:00")
    assert found["status"] == "in_benadering"
    letter = next(a for a in found["attempts"] if a["step"] == "w2-brief")
    assert letter["status"] == "sent"
    assert not any(
        row["responded"] for row in outreach("report", "responses", now="2026-03-16T19:00")["rows"]
    )
    answer(tab(None, size=PHONE), noors(addresses, outreach, live))

    assert_the_plan_stopped(outreach)
    assert_the_coach_sees_it(tab(world.sign_in(world.coach), size=PHONE))
    assert_the_figure_changed(tab(world.sign_in(world.coordinator), size=LAPTOP), outreach)
    assert outreach("verify", now="2026-03-16T20:00")["wrong"] == []


def bring_in(page: Page, path: Path) -> None:
    """The clerk imports the list: a guess for each column, a preview, a count, and one rejected row."""
    page.goto("/import")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="Bekijk de lijst").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("schoolverlaters maart.csv")
    expect(page.get_by_label("Klas", exact=True)).to_have_value("")
    expect(page.get_by_label("Mobiel", exact=True)).to_have_value("telefoon")
    expect(page.locator("main")).to_contain_text("Łukasz Wiśniewski")
    page.get_by_role("button", name="Importeer").click()
    expect(page.locator("main")).to_contain_text("rij 7")
    expect(page.locator("main")).to_contain_text("31-02-2005")


def start_a_campaign(page: Page) -> None:
    """The coordinator makes a campaign on the three-week plan, adds everybody without a plan, and starts."""
    page.goto("/new-campaign")
    page.get_by_role("textbox", name="Naam", exact=True).fill("Schoolverlaters maart")
    page.get_by_label("Driewekenplan").check()
    page.get_by_role("button", name="Maak de campagne").click()
    page.goto("/campaigns/schoolverlaters-maart/add")
    page.get_by_role("button", name="Voeg 5 jongeren toe").click()
    page.goto("/campaigns/schoolverlaters-maart/start")
    expect(page.locator("main")).to_contain_text("De aanpak van 5 jongeren begint vandaag")
    page.get_by_role("button", name="Ja, start").click()
    expect(page.locator("main")).to_contain_text("Loopt")


def print_letters(page: Page) -> bytes:
    """The clerk prints what waits and gets one PDF; page 1 is shown as a picture."""
    page.goto("/letters")
    page.get_by_role("button", name="Print 6 brieven").click()
    expect(page.locator("main img")).to_be_visible()
    path = page.get_by_role("link", name="Open pdf").get_attribute("href")
    got = page.request.get(path or "")
    assert got.headers["content-type"] == "application/pdf"
    return got.body()


def noors(addresses: list[str], outreach: Callable[..., Any], live: Live) -> str:
    """The address in the letter to Noor: found by its page in the batch, as in the pile on the desk."""
    assert all(address.startswith(f"{live.address}/r/") for address in addresses)
    from sqlmodel import select

    from outreach import db
    from outreach.cases.models import Case
    from outreach.letters.models import Letter
    from outreach.responses.models import ResponseCode

    query = (
        select(Letter.page)
        .join(ResponseCode, ResponseCode.code == Letter.code)
        .join(Case, Case.id == ResponseCode.case_id)
        .where(Case.reference == "24-001")
    )
    return addresses[db.session().exec(query).one() - 1]


def answer(page: Page, address: str) -> None:
    """The young person scans and answers in half a minute."""
    page.goto(address)
    assert "Jansen" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_label("Werk", exact=True).first.check()
    page.get_by_role("button", name="Verstuur", exact=True).click()
    expect(page.locator("main")).to_contain_text("Samira")
    assert page.context.cookies() == []


def assert_the_plan_stopped(outreach: Callable[..., Any]) -> None:
    after = outreach("tick", now="2026-03-17T12:00")
    found = outreach("case", "show", "24-001", now="2026-03-17T12:00")
    assert found["status"] == "in_contact"
    assert after["attempts"] == {}
    assert {a["status"] for a in found["attempts"] if a["step"] == "w3-huisbezoek"} == {"cancelled"}
    kinds = [event["kind"] for event in found["events"]]
    assert kinds[-2:] == ["responded", "plan_stopped"]


def assert_the_coach_sees_it(page: Page) -> None:
    page.goto("/today")
    reactions = page.locator("main")
    expect(reactions).to_contain_text("Noor Jansen")
    page.get_by_role("link", name="Noor Jansen").first.click()
    expect(page.locator("main")).to_contain_text("In contact")


def assert_the_figure_changed(page: Page, outreach: Callable[..., Any]) -> None:
    rows = outreach("report", "responses", now="2026-03-17T12:00")["rows"]
    mine = [row for row in rows if row["responded"]]
    assert [(row["step"], row["municipality"], row["responded"]) for row in mine] == [
        ("w2-brief", "Vlaardingen", 1)
    ]
    page.goto("/reports/responses")
    expect(page.locator("main")).to_contain_text("Vlaardingen")
    expect(page.locator("main")).to_contain_text("1 van")
