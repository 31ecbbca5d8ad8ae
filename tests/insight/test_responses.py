"""The response table: its rows against a slow count by hand, its page, its files, its command, its limits."""

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel, Result
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cli import main
from outreach.insight import queries, reports
from outreach.insight.naming import named
from outreach.insight.people_queries import Dimension, people
from outreach.insight.statistics import wilson
from outreach.insight.wanted import Wanted
from outreach.ticking import tick
from tests.counting import counted
from tests.factories import MUNICIPALITIES, World

PAGE = "/reports/responses"
FIELDS = (
    "campaign",
    "step",
    "channel",
    "variant",
    "municipality",
    "assigned",
    "sent",
    "delivered",
    "responded",
    "rate",
    "low",
    "high",
)
"""What programs read of the response table, in this order."""


@contextmanager
def on(moment: str) -> Iterator[datetime]:
    at = clock.parse(moment)
    with clock.at(at):
        yield at


def started(world: World, cases: list[Case], slug: str = "maart") -> Campaign:
    with on("2026-03-02T09:30"):
        campaign = campaigns.create(world.region.id, slug, "drie-weken", slug.title())
        campaigns.add_cases(campaign.id, [case.id for case in cases])
        return campaigns.start(campaign.id)


def responds(case: Case, moment: str) -> None:
    with on(moment):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)


def one_campaign(world: World) -> list[Case]:
    """Four young people in Vlaardingen get a first message, one of them answers; one in Schiedam has no phone."""
    cases = world.cases(4)
    unreachable = world.case(municipality="GM0606", mobile=None, address=False)
    started(world, [*cases, unreachable])
    tick(clock.parse("2026-03-02T10:00"))
    responds(cases[0], "2026-03-02T12:00")
    tick(clock.parse("2026-03-03T11:00"))
    return cases


def said(html: str) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" "))


EVER = "?from="
"""All days, whenever the test runs: a page without a first day shows the last twelve months."""


def page(client: FlaskClient, query: str = "") -> str:
    response = client.get(PAGE + EVER + query.replace("?", "&"))
    assert response.status_code == 200, response.text
    return said(response.text)


def rows(wanted: Wanted | None = None) -> list[dict[str, Any]]:
    return [{name: row[name] for name in FIELDS} for row in reports.responses(wanted or Wanted()).records()]


def test_a_response_counts_for_the_last_attempt_that_had_reached_out(world: World) -> None:
    one_campaign(world)
    low, high = wilson(1, 4)
    assert rows() == [
        {
            "campaign": "maart",
            "step": "w1-whatsapp-1",
            "channel": "whatsapp",
            "variant": None,
            "municipality": "Vlaardingen",
            "assigned": 4,
            "sent": 4,
            "delivered": 4,
            "responded": 1,
            "rate": 0.25,
            "low": round(low, 4),
            "high": round(high, 4),
        },
        {
            "campaign": "maart",
            "step": "w1-bel-1",
            "channel": "call",
            "variant": None,
            "municipality": "Vlaardingen",
            "assigned": 3,
            "sent": 0,
            "delivered": 0,
            "responded": 0,
            "rate": None,
            "low": None,
            "high": None,
        },
    ]


def random_world(world: World, seed: int) -> random.Random:
    """Three campaigns full of attempts in every state, some with a response, some outside any campaign."""
    lot = random.Random(seed)  # a world for a test, no secret
    cases = [world.case(municipality=lot.choice(list(MUNICIPALITIES))) for _ in range(15)]
    made = [campaigns.create(world.region.id, f"c{n}", "drie-weken") for n in range(3)]
    events = {event.case_id: event for event in db.session().scalars(select(CaseEvent))}
    first = clock.parse("2026-03-01T00:00")
    with db.write() as session:
        for _ in range(300):
            case = lot.choice(cases)
            response = events[case.id] if lot.random() < 0.4 else None
            session.add(
                ContactAttempt(
                    case_id=case.id,
                    campaign_id=None if lot.random() < 0.1 else lot.choice(made).id,
                    step=lot.choice(["w1-whatsapp-1", "w2-brief", "w3-huisbezoek"]),
                    channel=lot.choice(list(Channel)).value,
                    owner="coach",
                    variant=lot.choice([None, "boven", "onder"]),
                    status=lot.choice(list(AttemptStatus)).value,
                    result=lot.choice([None, *(result.value for result in Result)]),
                    planned_at=first,
                    due_at=first + timedelta(minutes=lot.randrange(10 * 24 * 60)),
                    response_event_id=response and response.id,
                    responded_at=response and response.at,
                )
            )
    return lot


def counted_by_hand(wanted: Wanted) -> dict[tuple[Any, ...], list[int]]:
    """The same figures, one attempt at a time, from the words of the definitions."""
    db.session().expire_all()
    found: dict[tuple[Any, ...], list[int]] = {}
    for attempt in db.session().scalars(select(ContactAttempt)):
        case = db.session().get(Case, attempt.case_id)
        assert case is not None
        if attempt.campaign_id is None:
            continue
        campaign = db.session().get(Campaign, attempt.campaign_id)
        assert campaign is not None
        day = clock.local(attempt.due_at).date()
        if (wanted.since and day < wanted.since) or (wanted.until and day > wanted.until):
            continue
        if wanted.municipality and case.municipality_code != wanted.municipality:
            continue
        if wanted.municipalities is not None and case.municipality_code not in wanted.municipalities:
            continue
        if wanted.campaign and campaign.slug != wanted.campaign:
            continue
        sent = attempt.status in ("sent", "delivered", "read", "done", "returned", "unknown")
        if attempt.channel == "letter":
            arrived = attempt.status in ("sent", "delivered", "read", "done")
        elif attempt.channel in ("call", "visit"):
            arrived = attempt.status == "done" and attempt.result in ("spoke", "met", "refused")
        elif attempt.channel == "card":
            arrived = attempt.status == "done"
        else:
            arrived = attempt.status in ("delivered", "read")
        town = MUNICIPALITIES[case.municipality_code]
        key = (campaign.slug, attempt.step, attempt.channel, attempt.variant, town)
        numbers = found.setdefault(key, [0, 0, 0, 0])
        numbers[0] += 1
        numbers[1] += sent
        numbers[2] += arrived
        numbers[3] += sent and attempt.response_event_id is not None
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_table_is_what_a_slow_count_by_hand_gives(world: World, seed: int) -> None:
    random_world(world, seed)
    for wanted in (
        Wanted(),
        Wanted(campaign="c1"),
        Wanted(municipality="GM0622"),
        Wanted(municipalities={"GM0606", "GM0556"}),
        Wanted(since=date(2026, 3, 3), until=date(2026, 3, 3)),
        Wanted(since=date(2026, 3, 8)),
        Wanted(municipalities={"GM0606"}, municipality="GM0622"),
    ):
        table = queries.responses(wanted)
        got = {
            (row.campaign, row.step, row.channel, row.variant, row.municipality): [
                row.count.assigned,
                row.count.sent,
                row.count.delivered,
                row.count.responded,
            ]
            for row in table
        }
        assert len(got) == len(table)
        assert got == counted_by_hand(wanted)


def test_a_day_begins_and_ends_at_dutch_midnight(world: World) -> None:
    case = world.cases(1)[0]
    campaign = started(world, [case])
    with db.write() as session:
        for minute in ("2026-03-09T23:59", "2026-03-10T00:00", "2026-03-10T23:59", "2026-03-11T00:00"):
            session.add(
                ContactAttempt(
                    case_id=case.id,
                    campaign_id=campaign.id,
                    step="w1-bel-1",
                    channel="call",
                    owner="coach",
                    planned_at=clock.parse(minute),
                    due_at=clock.parse(minute),
                )
            )
    day = date(2026, 3, 10)
    assert [row["assigned"] for row in rows(Wanted(since=day, until=day))] == [2]


def test_it_is_the_same_few_statements_however_many_rows(world: World) -> None:
    random_world(world, 1)
    with counted(world.app) as statements:
        queries.responses(Wanted())
    assert len(statements) == 3  # the other two ask for the names of campaigns and municipalities
    with counted(world.app) as statements:
        people(Wanted(), *Dimension)
    # The others ask which plans hold a visit, and what outcomes mean in each region.
    assert len(statements) == 3


def test_whoever_is_in_two_campaigns_counts_once_in_the_sentences(world: World) -> None:
    _answered, in_both, *_others = one_campaign(world)
    before = people(Wanted()).together.assigned
    with on("2026-05-04T09:30"):
        campaigns.stop(db.session().scalars(select(Campaign)).one().id)
        again = campaigns.create(world.region.id, "mei", "drie-weken", "Mei")
        campaigns.add_cases(again.id, [in_both.id])
        campaigns.start(again.id)
    responds(in_both, "2026-05-04T15:00")
    divided = people(Wanted(), Dimension.campaign)
    everybody = divided.together
    assert everybody.assigned == before
    apart = named(Dimension.campaign, divided.by[Dimension.campaign])
    assert apart["Mei"].assigned == 1
    assert sum(each.assigned for each in apart.values()) == everybody.assigned + 1
    text = page(world.sign_in(world.coordinator))
    assert f"Van de {everybody.assigned} jongeren hebben er {everybody.responded} gereageerd" in text


def test_the_page_says_in_words_who_responded(world: World) -> None:
    one_campaign(world)
    text = page(world.sign_in(world.coordinator))
    assert "Van de 5 jongeren hebben er 1 gereageerd (20 %)" in text
    assert "Van de 4 jongeren in Vlaardingen hebben er 1 gereageerd (25 %)" in text
    # Somebody without phone and address is counted too: nobody is left out to make the figures nicer.
    assert "Van de 1 jongere in Schiedam heeft er 0 gereageerd (0 %)" in text
    assert "25 % 1 van 4" in text
    assert "Eerste WhatsApp-bericht" in text


def test_what_the_figures_mean_stands_beside_them(world: World) -> None:
    one_campaign(world)
    text = page(world.sign_in(world.coordinator))
    for word in ("Dit telt mensen, geen pogingen", "volgens Wilson", "Kaart: achtergelaten"):
        assert word in text


def test_filters_stay_in_the_address_and_limit_all_figures(world: World) -> None:
    one_campaign(world)
    started(world, [world.case(municipality="GM0606")], slug="april")
    tick(clock.parse("2026-03-03T11:00"))
    client = world.sign_in(world.coordinator)
    text = page(client, "?municipality=GM0606")
    assert "Vlaardingen hebben" not in text
    assert "Van de 2 jongeren in Schiedam" in text
    text = page(client, "?campaign=maart&municipality=GM0606")
    assert "Van de 1 jongere in Schiedam" in text
    html = client.get(f"{PAGE}?campaign=maart&from=2026-03-03").text
    assert re.search(r'<option selected value="maart">', html)
    assert "campaign=maart&amp;from=2026-03-03" in html
    assert "Geen cijfers" in said(client.get(f"{PAGE}?from=2027-01-01").text)


def test_with_htmx_only_the_figures_come(world: World) -> None:
    one_campaign(world)
    html = world.sign_in(world.coordinator).get(PAGE, headers={"HX-Request": "true"}).text
    assert html.lstrip().startswith('<div class="stack" id="figures">')


@pytest.mark.parametrize("query", ["?from=2026-03-09&to=2026-03-02", "?from=gisteren"])
def test_a_period_that_is_none_is_said_so(world: World, query: str) -> None:
    client = world.sign_in(world.coordinator)
    for path in (PAGE, f"{PAGE}.csv"):
        answer = client.get(path + query)
        assert answer.status_code == 422
        assert "Er klopt nog iets niet" in said(answer.text)


def test_a_coordinator_sees_her_own_municipalities_only(world: World) -> None:
    one_campaign(world)
    client = world.sign_in(world.outsider())
    assert "Vlaardingen" not in page(client)
    assert "Vlaardingen" not in client.get(f"{PAGE}.csv{EVER}").text
    for query in ("?campaign=maart", "?municipality=GM0622"):
        assert client.get(PAGE + query).status_code == 404
        assert client.get(f"{PAGE}.csv{query}").status_code == 404


def test_the_table_is_for_coordinators(world: World) -> None:
    assert world.sign_in(world.coach).get(PAGE).status_code == 403


def test_what_is_long_stands_whole_in_the_file(world: World) -> None:
    random_world(world, 2)
    client = world.sign_in(world.coordinator)
    assert len(rows()) > 100
    text = page(client)
    assert "Per campagne, stap, kanaal, variant en gemeente" in text
    assert len(list(csv.reader(io.StringIO(client.get(f"{PAGE}.csv{EVER}").text)))) == len(rows()) + 1


def test_the_page_asks_as_much_of_the_database_for_many_as_for_few(world: World) -> None:
    one_campaign(world)
    client = world.sign_in(world.coordinator)
    client.get(PAGE + EVER)
    with counted(world.app) as few:
        client.get(PAGE + EVER)
    random_world(world, 3)
    client.get(PAGE + EVER)
    with counted(world.app) as many:
        client.get(PAGE + EVER)
    assert [statement[:60] for statement in many] == [statement[:60] for statement in few]


def test_files_hold_nothing_that_a_spreadsheet_runs(world: World) -> None:
    one_campaign(world)
    with db.write() as session:
        session.execute(
            update(ContactAttempt)
            .where(col(ContactAttempt.channel) == "call")
            .values(variant="=1+1", step="@sum")
        )
    client = world.sign_in(world.coordinator)
    answer = client.get(f"{PAGE}.csv{EVER}")
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    first, second = csv.DictReader(io.StringIO(answer.text))
    assert (first["responded"], first["rate"], first["municipality"]) == ("1", "0.25", "Vlaardingen")
    assert (second["variant"], second["step"], second["rate"]) == ("'=1+1", "'@sum", "")
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx{EVER}").data))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]  # type: ignore[union-attr]
    assert cells[0][:12] == list(FIELDS)
    assert cells[1][:9] == ["maart", "w1-whatsapp-1", "whatsapp", None, "Vlaardingen", 4, 4, 4, 1]
    assert cells[2][3] == "'=1+1"
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} <= {"s", "n"}  # type: ignore[union-attr]


@pytest.fixture
def command(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run `outreach report responses` with these words on the database of the test."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    one_campaign(world)
    return lambda *words: CliRunner().invoke(main, ["report", "responses", *words])


def test_the_command_answers_in_json(command: Any) -> None:
    answer = command("--json", "--municipality", "vlaardingen", "--campaign", "maart", "--to", "2026-03-02")
    assert answer.exit_code == 0
    (row,) = json.loads(answer.stdout)["rows"]
    assert (row["step"], row["sent"], row["responded"], row["rate"]) == ("w1-whatsapp-1", 4, 1, 0.25)
    assert json.loads(command().stdout) == json.loads(command("--json").stdout)


def test_the_command_writes_files(command: Any, tmp_path: Path) -> None:
    for name in ("uit.csv", "uit.xlsx", "uit.json"):
        answer = command("--out", str(tmp_path / name))
        assert answer.exit_code == 0, answer.output
        assert "2 rows" in answer.stdout
    assert len((tmp_path / "uit.csv").read_text().splitlines()) == 3
    assert len(json.loads((tmp_path / "uit.json").read_text())["rows"]) == 2
    assert load_workbook(tmp_path / "uit.xlsx").active.max_row == 3  # type: ignore[union-attr]
    assert command("--format", "csv").stdout.splitlines()[0].startswith("campaign,step,channel,variant")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--campaign", "onbekend"), 1),
        (("--municipality", "Nergens"), 1),
        (("--from", "2026-03-09", "--to", "2026-03-02"), 1),
        (("--out", "/onbekend/map/uit.csv"), 1),
        (("--from", "gisteren"), 2),
        (("--format", "xlsx"), 2),
    ],
)
def test_the_command_says_what_is_wrong(command: Any, words: tuple[str, ...], code: int) -> None:
    answer = command(*words)
    assert answer.exit_code == code
    assert answer.stdout == ""
    assert answer.stderr.strip()
