"""The demo: a lived-in region that tells the same story for the same seed."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, create_app, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case, CoachNotice, Person
from outreach.cases.verify_queries import compare_with_events
from outreach.cli import main
from outreach.demo import queries
from outreach.demo.cast import assemble
from outreach.demo.story import Story
from outreach.ticking import tick
from tests.conftest import copied, settings_for
from tests.factories import World, csrf

NOW = "2026-03-12T13:10"


def told(app: Flask, seed: int = 1) -> None:
    with app.app_context(), clock.at(clock.parse(NOW)):
        Story(assemble(), 80, seed, clock.now()).tell()


def counts(app: Flask) -> dict[str, Any]:
    with app.app_context():
        session = db.session()
        by_status = session.execute(select(col(Case.status), func.count()).group_by(col(Case.status)))
        by_step = session.execute(
            select(col(ContactAttempt.step), col(ContactAttempt.status), func.count()).group_by(
                col(ContactAttempt.step), col(ContactAttempt.status)
            )
        )
        names = session.scalars(select(col(Person.family_name)).order_by(col(Person.id)))
        return {
            "status": {row[0]: row[1] for row in by_status},
            "steps": {(row[0], row[1]): row[2] for row in by_step},
            "names": list(names),
        }


@pytest.fixture(scope="module")
def region_url(template_database: str, request: pytest.FixtureRequest, tmp_path_factory: Any) -> str:
    """A small demo region on a Thursday afternoon, told once; the tests only look."""
    url = copied(template_database, request, tmp_path_factory.mktemp("demo"))
    app = create_app(settings_for(url))
    told(app)
    app.extensions["outreach_engine"].dispose()
    return url


@pytest.fixture
def region(region_url: str) -> Iterator[Flask]:
    """The application on that region."""
    app = create_app(settings_for(region_url))
    yield app
    app.extensions["outreach_engine"].dispose()


def test_there_is_something_to_do_for_everybody(region: Flask) -> None:
    found = counts(region)
    open_steps = Counter({step: n for (step, status), n in found["steps"].items() if status == "planned"})
    assert open_steps["w1-bel-1"] or open_steps["w1-bel-2"], "the coach has somebody to call"
    assert open_steps["w2-brief"], "the clerk has letters to print"
    assert open_steps["w3-huisbezoek"], "there are visits in the coming days"
    assert {"nieuw", "in_benadering", "in_contact"} <= set(found["status"])
    with region.app_context():
        fresh = select(func.count()).where(col(CoachNotice.handled_at).is_(None))
        assert db.session().scalar(fresh) >= 3, "answers came in this morning"
        standing = dict(db.session().execute(select(col(Campaign.slug), col(Campaign.status))).all())
        assert standing["zomer"] == "finished"
        assert sorted(standing.values()).count("running") == 3


def test_the_coach_has_a_round_one_door_to_take_care_at_and_one_with_a_colleague(region: Flask) -> None:
    client = region.test_client()
    with clock.at(clock.parse(NOW)):
        client.post("/demo/sign-in/coach", data={"csrf_token": csrf(client, "/demo")})
        page = client.get("/visits").text
    assert "Do 12 maart" in page and "Vr 13 maart" in page
    assert "Grote hond" in page
    assert "Samen met Pieter Vonk" in page
    assert "Nog te plannen" in page, "and something to plan"


def test_the_coach_has_messages_to_read_and_one_whose_sender_she_must_tell(region: Flask) -> None:
    client = region.test_client()
    client.post("/demo/sign-in/coach", data={"csrf_token": csrf(client, "/demo")})
    page = BeautifulSoup(client.get("/messages").text, "html.parser")
    assert len(page.select(".talk--unread")) >= 2
    question = page.select_one("#unclaimed")
    assert question is not None
    assert len(question.select("[name=case]")) == 2


def test_the_story_keeps_cache_and_timeline_equal(region: Flask) -> None:
    with region.app_context():
        assert [one for one in compare_with_events() if not one.right] == []


def test_the_welcome_page_lets_one_be_each_role(region: Flask) -> None:
    for role, sees in (("coach", "Vandaag"), ("clerk", "Brieven"), ("coordinator", "Campagnes")):
        client = region.test_client()
        token = csrf(client, "/demo")
        client.post(f"/demo/sign-in/{role}", data={"csrf_token": token})
        assert sees in client.get("/", follow_redirects=True).text
    page = region.test_client().get("/demo").text
    assert "Scan de brief" in page


def test_the_account_menu_leads_back_to_who_one_can_be(region: Flask) -> None:
    client = region.test_client()
    client.post("/demo/sign-in/coach", data={"csrf_token": csrf(client, "/demo")})
    menu = BeautifulSoup(client.get("/today").text, "html.parser").select_one(".who__menu")
    assert menu is not None
    assert [link.get_text(strip=True) for link in menu.select("a[href='/demo']")] == ["Wissel van rol"]


def test_outside_the_demo_nobody_changes_roles(world: World) -> None:
    assert "/demo" not in world.sign_in(world.coach).get("/today").text


def test_the_welcome_page_is_not_there_in_production(database_url: str) -> None:
    app = create_app(settings_for(database_url, OUTREACH_ENV="production"))
    assert app.test_client().get("/demo").status_code in (302, 404)
    assert "demo.be" not in app.view_functions


def test_a_second_demo_is_refused_and_if_empty_leaves_all_as_it_is(
    region_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", region_url)
    refused = CliRunner().invoke(main, ["demo"])
    assert refused.exit_code == 1
    kept = CliRunner().invoke(main, ["demo", "--if-empty", "--json"])
    assert kept.exit_code == 0
    assert '"cases": 0' in kept.output


@pytest.mark.parametrize("moment", ["2026-03-14T23:30", "2026-03-15T12:00", "2026-03-16T06:50"])
def test_the_whole_loop_can_be_played_at_any_hour(
    region_url: str, request: pytest.FixtureRequest, tmp_path: Path, moment: str
) -> None:
    app = create_app(settings_for(copied(region_url, request, tmp_path)))
    with app.app_context(), clock.at(clock.parse(moment)):
        region = queries.demo_region()
        assert region is not None
        campaign = campaigns.create(region.id, "nacht", "drie-weken", "Nacht")
        free = select(col(Case.id)).where(col(Case.status) == "nieuw").order_by(col(Case.reference)).limit(12)
        campaigns.add_cases(campaign.id, db.session().scalars(free).all())
        campaigns.start(campaign.id)
        tick(clock.now())
        assert messages_of(campaign.id) == {}
        client = app.test_client()
        client.post("/demo/sign-in/coordinator", data={"csrf_token": csrf(client, "/demo")})
        page = client.get("/sandbox").text
        assert "wachten op hun uur" in page
        done = client.post("/demo/hurry", data={"csrf_token": csrf(client, "/demo")}, follow_redirects=True)
        assert "wachten op hun uur" not in done.text
        sent = messages_of(campaign.id)
        assert set(sent) == {"delivered"}
        assert sent["delivered"] > 3
        tick(clock.parse("2026-03-16T10:00"))
        assert messages_of(campaign.id) == sent, "nobody gets it a second time at its hour"
    app.extensions["outreach_engine"].dispose()


def messages_of(campaign_id: UUID) -> Counter[str]:
    """The messages of a campaign by their status."""
    attempt = db.table(ContactAttempt).c
    query = select(attempt.status).where(
        attempt.campaign_id == campaign_id, attempt.channel.in_(("whatsapp", "sms"))
    )
    db.session().expire_all()
    return Counter(db.session().scalars(query))
