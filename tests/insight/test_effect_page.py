"""The page of variants, its files and its command: what can be said in plain words, and nothing too early."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import insert, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case, CaseEvent, Person
from outreach.cli import main
from outreach.insight import effect
from tests.counting import counted
from tests.factories import World
from tests.insight.test_effect_counts import forget_the_end
from tests.insight.test_responses import said

PAGE = "/reports/effect"
MONDAY = clock.parse("2026-03-02T09:30")
PRINTED = clock.parse("2026-03-09T10:00")
WHILE, OVER = clock.parse("2026-04-08T12:00"), clock.parse("2026-04-09T09:00")


def letters(world: World, boven: tuple[int, int], onder: tuple[int, int], slug: str = "maart") -> Campaign:
    """A campaign whose letters were printed: households that responded, of all, for each variant."""
    with clock.at(MONDAY):
        campaign = campaigns.create(world.region.id, slug, "drie-weken", slug.title())
        campaigns.start(campaign.id)
    rows: dict[Any, list[dict[str, Any]]] = {Person: [], Case: [], CaseEvent: [], ContactAttempt: []}
    for variant, (responded, number) in (("boven", boven), ("onder", onder)):
        for place in range(number):
            _household(world, campaign, variant, rows, place < responded)
    with db.write() as session:
        for model, made in rows.items():
            if made:
                session.execute(insert(db.table(model)), made)
    return campaign


def _household(
    world: World, campaign: Campaign, variant: str, rows: dict[Any, list[dict[str, Any]]], responded: bool
) -> None:
    person, case, event = db.new_id(), db.new_id(), db.new_id()
    region = world.region.id
    rows[Person].append(
        {
            "id": person,
            "region_id": region,
            "family_name": "Jansen",
            "birth_date": datetime(2005, 3, 1).date(),
        }
    )
    rows[Case].append(
        {
            "id": case,
            "region_id": region,
            "reference": f"{campaign.slug}-{case}",
            "person_id": person,
            "municipality_code": "GM0622",
            "opened_at": MONDAY,
        }
    )
    if responded:
        rows[CaseEvent].append(
            {
                "id": event,
                "case_id": case,
                "seq": 1,
                "at": clock.parse("2026-03-12T12:00"),
                "recorded_at": clock.parse("2026-03-12T12:00"),
                "kind": "responded",
                "data": {},
            }
        )
    rows[ContactAttempt].append(
        {
            "id": db.new_id(),
            "case_id": case,
            "campaign_id": campaign.id,
            "step": "w2-brief",
            "channel": "letter",
            "owner": "clerk",
            "variant": variant,
            "status": "sent",
            "planned_at": PRINTED,
            "due_at": PRINTED,
            "sent_at": PRINTED,
            "response_event_id": event if responded else None,
            "responded_at": clock.parse("2026-03-12T12:00") if responded else None,
        }
    )


def page(world: World, at: datetime, query: str = "") -> str:
    with clock.at(at):
        response = world.sign_in(world.coordinator).get(PAGE + query)
    assert response.status_code == 200, response.text
    return said(response.text)


def test_a_clear_difference_is_named_when_the_last_day_is_over(world: World) -> None:
    letters(world, boven=(60, 100), onder=(20, 100))
    text = page(world, OVER)
    assert "Brief die het huisbezoek aankondigt, Maart" in text
    assert "Variant boven kreeg meer reacties." in text
    assert "boven: 60 van 100 (60 %); onder: 20 van 100 (20 %)" in text
    # Newcombe, method 10.
    assert "Het verschil is 40 procentpunt." in text
    assert "alles zijn van 26,8 tot 51,2 procentpunt" in text
    assert "< 0,001" in text
    assert "vroeg kijken" not in text


def test_on_the_last_day_itself_it_is_early_and_nobody_has_won(world: World) -> None:
    letters(world, boven=(60, 100), onder=(20, 100))
    text = page(world, WHILE)
    assert "Dit is vroeg kijken: de vergelijking loopt tot en met wo 8 april 2026" in text
    assert "Tot die dag wijzen we geen winnaar aan." in text
    assert "60 van 100 (60 %)" in text
    assert "kreeg meer reacties" not in text
    assert "< 0,001" not in text


def test_too_little_is_called_too_little_with_how_many_are_missing(world: World) -> None:
    letters(world, boven=(12, 30), onder=(6, 30))
    text = page(world, OVER)
    assert "Te weinig om iets te zeggen." in text
    assert "Met deze cijfers waren per variant nog 52 huishoudens nodig." in text
    assert "kreeg meer reacties" not in text
    early = page(world, WHILE)
    assert "Met de cijfers van vandaag zijn per variant nog 52 huishoudens nodig" in early


def test_no_difference_is_said_when_a_large_one_is_ruled_out(world: World) -> None:
    letters(world, boven=(60, 300), onder=(59, 300))
    text = page(world, OVER)
    assert "Geen verschil gezien." in text
    assert "Als er een verschil is, is het kleiner dan 10 procentpunt." in text


def test_an_end_that_nobody_chose_is_marked(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    assert "Niemand heeft deze laatste dag gekozen" not in page(world, OVER)
    campaign = db.session().scalars(select(Campaign)).one()
    with clock.at(PRINTED):
        campaigns.add_cases(campaign.id, [world.case().id])
    forget_the_end()
    text = page(world, OVER)
    assert "Niemand heeft deze laatste dag gekozen" in text
    assert "Te weinig om iets te zeggen." in text


def test_who_looks_at_a_part_is_told_so(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    assert "Je kijkt naar een deel" not in page(world, OVER)
    assert "Je kijkt naar een deel" in page(world, OVER, "?municipality=GM0622")


def test_without_variants_the_page_says_where_they_come_from(world: World) -> None:
    assert "Er zijn geen varianten vergeleken" in page(world, OVER)


def test_the_words_of_the_figures_stand_beside_them(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    text = page(world, OVER)
    for words in ("Geteld zijn huishoudens", "exacte toets van Fisher", "volgens Newcombe", "volgens Wilson"):
        assert words in text
    assert "Van ma 2 maart 2026 tot en met wo 8 april 2026" in text


def test_old_comparisons_are_in_the_file_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    letters(world, boven=(3, 10), onder=(2, 10), slug="april")
    monkeypatch.setattr(effect, "SHOWN", 1)
    text = page(world, OVER)
    assert "1 oudere vergelijking staat alleen in het bestand" in text
    assert len(rows_of(world, "effect")) == 4


def rows_of(world: World, name: str) -> list[dict[str, str]]:
    with clock.at(OVER):
        answer = world.sign_in(world.coordinator).get(f"/reports/{name}.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_files_hold_every_variant_and_every_two(world: World) -> None:
    letters(world, boven=(60, 100), onder=(20, 100))
    first, second = rows_of(world, "effect")
    assert (first["campaign"], first["step"], first["variant"]) == ("maart", "w2-brief", "boven")
    assert (first["households"], first["responded"], first["rate"]) == ("100", "60", "0.6")
    assert (second["households"], second["responded"], second["winner"]) == ("100", "20", "boven")
    assert (first["began_on"], first["ends_on"]) == ("2026-03-02", "2026-04-08")
    (pair,) = rows_of(world, "effect-pairs")
    assert (pair["variant"], pair["beside"], pair["difference"]) == ("boven", "onder", "0.4")
    assert (pair["verdict"], pair["winner"], pair["p"]) == ("winner", "boven", "0.0")
    with clock.at(OVER):
        data = world.sign_in(world.coordinator).get("/reports/effect.xlsx").data
    assert load_workbook(io.BytesIO(data)).sheetnames[0] == "effect"


def test_with_htmx_only_the_figures_come(world: World) -> None:
    client: FlaskClient = world.sign_in(world.coordinator)
    html = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert BeautifulSoup(html, "html.parser").find(id="figures") is not None
    assert "<html" not in html


def test_it_is_for_coordinators_and_of_their_municipalities(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    assert world.sign_in(world.coach).get(PAGE).status_code == 403
    with clock.at(OVER):
        outsider = world.sign_in(world.outsider())
        assert "aankondigt" not in said(outsider.get(PAGE).text)
        assert outsider.get(f"{PAGE}?campaign=maart").status_code == 404


def test_the_page_asks_the_same_however_many_comparisons(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    with clock.at(OVER):
        client = world.sign_in(world.coordinator)
        client.get(PAGE)
        with counted(world.app) as few:
            client.get(PAGE)
        for slug in ("april", "mei", "juni"):
            letters(world, boven=(3, 10), onder=(2, 10), slug=slug)
        client.get(PAGE)
        with counted(world.app) as many:
            client.get(PAGE)
    assert len(few) == len(many)


def test_the_page_of_responses_leads_here(world: World) -> None:
    letters(world, boven=(3, 10), onder=(2, 10))
    with clock.at(OVER):
        html = world.sign_in(world.coordinator).get("/reports/responses").text
    hrefs = [str(tag["href"]) for tag in BeautifulSoup(html, "html.parser").select("main a[href]")]
    assert any(href.startswith(PAGE) for href in hrefs)


@pytest.fixture
def command(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run `outreach report effect` with these words on the database of the test."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    letters(world, boven=(60, 100), onder=(20, 100))
    return lambda *words: CliRunner().invoke(main, ["report", "effect", *words])


def test_the_command_answers_in_json(command: Any) -> None:
    answer = command("--json", "--campaign", "maart", "--now", "2026-04-09T09:00")
    assert answer.exit_code == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert [(row["variant"], row["households"], row["responded"]) for row in found["rows"]] == [
        ("boven", 100, 60),
        ("onder", 100, 20),
    ]
    assert {row["winner"] for row in found["rows"]} == {"boven"}
    (pair,) = found["comparisons"]
    assert (pair["difference"], pair["verdict"]) == (0.4, "winner")
    early = json.loads(command("--json", "--now", "2026-04-08T23:00").stdout)
    assert {(row["verdict"], row["winner"]) for row in early["rows"]} == {("early", None)}
    assert early["comparisons"][0]["p"] is None
    assert json.loads(command("--json", "--from", "2026-05-01").stdout)["rows"] == []


def test_the_command_writes_files(command: Any, tmp_path: Any) -> None:
    for name in ("uit.csv", "uit.xlsx", "uit.json"):
        answer = command("--out", str(tmp_path / name))
        assert answer.exit_code == 0, answer.output
        assert "2 rows" in answer.stdout
    assert command("--format", "csv").stdout.startswith("campaign,step,variant,began_on,ends_on,households")
    assert command("--campaign", "onbekend").exit_code == 1
