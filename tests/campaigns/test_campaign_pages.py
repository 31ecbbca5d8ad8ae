"""The pages of campaigns through the browser's door: look, make, fill, start, pause, stop. None needs script."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from sqlmodel import col
from werkzeug.test import TestResponse

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Channel
from outreach.campaigns import forecast, page_queries, picture, service, words
from outreach.campaigns.models import Campaign, Enrolment
from outreach.campaigns.plan import Condition
from outreach.campaigns.plan_files import shipped_plans
from outreach.campaigns.rules import Facts, PlannerSettings
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.imports.models import ImportedCase
from outreach.cases.models import Case, ImportRun
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName, scope_of
from outreach.ticking import tick
from tests import factories
from tests.browser import LAPTOP
from tests.counting import counted
from tests.factories import World

MONDAY = clock.parse("2026-03-02T09:30")


def made(world: World, cases: list[Case], *, slug: str = "maart", start: bool = False) -> Campaign:
    with clock.at(MONDAY):
        campaign = service.create(world.region.id, slug, "drie-weken", "Vsv'ers maart")
        service.add_cases(campaign.id, [case.id for case in cases])
        if start:
            service.start(campaign.id)
    return campaign


def text(client: FlaskClient, path: str, **more: object) -> str:
    response = client.get(path, **more)  # type: ignore[arg-type]  # headers for htmx
    assert response.status_code == 200, response.text
    return said(response.text)


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def said(html: str) -> str:
    """What a page says, with one space between words."""
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").get_text(" "))


def post(client: FlaskClient, path: str, data: dict[str, str] | None = None) -> TestResponse:
    """Send a form with the token that every page of staff carries."""
    response: TestResponse = factories.post(client, path, data, token_from="/campaigns")
    return response


def status(campaign: Campaign) -> str:
    db.session().expire_all()
    found = db.session().get(Campaign, campaign.id)
    assert found is not None
    return found.status


def enrolment(case: Case) -> Enrolment:
    db.session().expire_all()
    return db.session().scalars(select(Enrolment).where(col(Enrolment.case_id) == case.id)).one()


def only_in(world: World, municipality: str) -> User:
    """A coordinator of one municipality."""
    user = staff.add_user(
        email="een@example.org",
        password=None,
        given_name="Ines",
        family_name="Een",
        roles=[RoleName.coordinator],
        municipalities=[municipality],
    )
    with db.write() as session:
        user.password = world.coordinator.password
        session.add(user)
    return user


def test_a_coordinator_makes_fills_and_starts_a_campaign_without_script(world: World) -> None:
    world.case(municipality="GM0622", school="Lentiz")
    world.case(municipality="GM0622", mobile=None)
    world.case(municipality="GM0606")
    client = world.sign_in(world.coordinator)
    answer = post(client, "/new-campaign", {"name": "Vsv'ers Maart", "plan": "drie-weken"})
    assert answer.headers["Location"] == "/campaigns/vsv-ers-maart/add"
    page = text(client, "/campaigns/vsv-ers-maart/add?municipality=GM0622")
    assert "2 jongeren zonder lopende aanpak" in page
    assert "1 jongere zonder lopende aanpak" in text(client, "/campaigns/vsv-ers-maart/add?school=Lentiz")
    answer = post(client, "/campaigns/vsv-ers-maart/add", {"municipality": "GM0622"})
    assert answer.headers["Location"] == "/campaigns/vsv-ers-maart"
    assert "2 jongeren" in text(client, "/campaigns")
    post(client, "/campaigns/vsv-ers-maart/start")
    assert "Loopt" in text(client, "/campaigns/vsv-ers-maart")
    assert len(db.session().scalars(select(Enrolment)).all()) == 2


def test_before_the_start_it_says_what_happens_first_and_when(world: World) -> None:
    cases = [*world.cases(3), world.case(mobile=None), world.case(mobile=None, address=False)]
    campaign = made(world, cases)
    client = world.sign_in(world.coordinator)
    with clock.at(MONDAY):
        page = text(client, "/campaigns/maart/start")
    assert "De aanpak van 5 jongeren begint vandaag" in page
    assert "3 jongeren: Eerste WhatsApp-bericht via WhatsApp, op ma 2 maart, 10.00" in page
    assert "1 jongere: Brief als er geen telefoonnummer is via Brief, op ma 2 maart, 10.00" in page
    assert "Bij 1 jongere kan niets" in page
    assert status(campaign) == "draft"


def test_what_was_foretold_is_what_happens(world: World) -> None:
    cases = [*world.cases(2), world.case(mobile=None)]
    campaign = made(world, cases)
    with clock.at(MONDAY):
        settings = PlannerSettings()
        plan = shipped_plans()["drie-weken"]
        groups = page_queries.waiting_groups(campaign.id)
        foretold = forecast.at_start(plan, groups, clock.now(), clock.today(), settings)
        service.start(campaign.id)
    tick(clock.parse("2026-03-02T10:00"))
    attempts = db.session().scalars(select(ContactAttempt)).all()
    assert sorted((c.step, c.due_at) for c, number in foretold.first for _ in range(number)) == sorted(
        (attempt.step, attempt.due_at) for attempt in attempts
    )


def test_somebody_who_cannot_be_reached_has_nothing_coming() -> None:
    plan = shipped_plans()["drie-weken"]
    facts = Facts(began_on=MONDAY.date())
    assert forecast.coming(plan, facts, MONDAY, PlannerSettings()) is None


def test_pause_and_go_on_and_stop_after_asking(world: World) -> None:
    campaign = made(world, world.cases(2), start=True)
    client = world.sign_in(world.coordinator)
    post(client, "/campaigns/maart/pause")
    assert status(campaign) == "paused"
    post(client, "/campaigns/maart/resume")
    assert status(campaign) == "running"
    assert "De aanpak van 2 jongeren stopt" in text(client, "/campaigns/maart/stop")
    assert status(campaign) == "running"
    post(client, "/campaigns/maart/stop")
    assert status(campaign) == "stopped"
    assert post(client, "/campaigns/maart/start").status_code == 409


def test_a_plan_paused_by_hand_stays_paused_when_the_campaign_goes_on(world: World) -> None:
    case = world.case()
    campaign = made(world, [case], start=True)
    with clock.at(clock.parse("2026-03-03T11:00")):
        tick(clock.now())
        post(world.sign_in(world.coach), f"/campaigns/enrolments/{enrolment(case).id}/pause")
        service.pause(campaign.id)
        service.resume(campaign.id)
    db.session().expire_all()
    held = [a.held for a in db.session().scalars(select(ContactAttempt)) if a.status == "planned"]
    assert held
    assert all(held)


def test_the_page_shows_each_step_and_where_everybody_is(world: World) -> None:
    first, second, third = world.cases(3)
    made(world, [first, second, third], start=True)
    tick(clock.parse("2026-03-02T10:00"))
    with clock.at(clock.parse("2026-03-02T15:00")):
        timeline.record(first.id, EventKind.responded, actor=timeline.PERSON)
        client = world.sign_in(world.clerk)
        page = text(client, "/campaigns/maart")
    assert "1 van 3 (33 %)" in page
    assert "Gestopt omdat er een reactie kwam" in page
    assert "Volgend moment in de aanpak: di 3 maart." in page


def test_while_it_runs_htmx_gets_the_figures_alone_and_asks_again(world: World) -> None:
    campaign = made(world, world.cases(1), start=True)
    client = world.sign_in(world.coordinator)
    fragment = client.get("/campaigns/maart", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert 'hx-trigger="every 15s"' in fragment
    service.pause(campaign.id)
    assert "every 15s" not in client.get("/campaigns/maart", headers={"HX-Request": "true"}).text


def test_a_response_after_the_plan_ended_counts_as_well(world: World) -> None:
    case = world.case()
    made(world, [case], start=True)
    for day in range(2, 31):
        tick(clock.parse(f"2026-03-{day:02}T16:30"))
    tick(clock.parse("2026-04-30T12:00"))
    assert enrolment(case).status == "finished"
    with clock.at(clock.parse("2026-05-04T12:00")):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)
    (line,) = page_queries.overview(scope_of(world.coordinator))
    assert (line.enrolled, line.running, line.responded) == (1, 0, 1)


def test_a_clerk_looks_and_does_not_act(world: World) -> None:
    campaign = made(world, world.cases(1))
    client = world.sign_in(world.clerk)
    assert "Nieuwe campagne" not in text(client, "/campaigns")
    assert "/campaigns/maart/start" not in client.get("/campaigns/maart").text
    for path in ("/new-campaign", "/campaigns/maart/start", "/campaigns/maart/add"):
        assert post(client, path).status_code == 403
    assert status(campaign) == "draft"


@pytest.mark.parametrize("path", ["", "/start", "/stop", "/add"])
def test_a_campaign_of_another_region_is_not_there(world: World, path: str) -> None:
    made(world, world.cases(1))
    client = world.sign_in(world.outsider())
    assert client.get(f"/campaigns/maart{path}").status_code == 404
    assert post(client, "/campaigns/maart/pause").status_code == 404
    assert "maart" not in text(client, "/campaigns")


def test_a_coordinator_of_one_municipality_sees_and_moves_only_her_own(world: World) -> None:
    mine, other = world.case(municipality="GM0622"), world.case(municipality="GM0606")
    campaign = made(world, [mine, other], start=True)
    client = world.sign_in(only_in(world, "GM0622"))
    assert "1 jongere" in text(client, "/campaigns")
    answer = post(client, "/campaigns/maart/pause")
    assert answer.status_code == 403
    assert "andere gemeenten" in said(answer.text)
    assert status(campaign) == "running"
    assert "GM0606" not in client.get("/campaigns/maart/add").text
    world.case(municipality="GM0606")
    assert "Niemand past" in text(client, "/campaigns/maart/add?municipality=GM0606")


def test_a_list_that_was_imported_comes_in_as_a_whole(world: World) -> None:
    listed = world.cases(3)
    made(world, [listed[0]], slug="loopt-al", start=True)
    campaign = made(world, [])
    with db.write() as session:
        run = ImportRun(region_id=world.region.id, created_at=clock.now(), filename="lijst.csv")
        session.add(run)
        session.flush()
        for case in listed:
            session.add(ImportedCase(run_id=run.id, case_id=case.id, change="created"))
    client = world.sign_in(world.coordinator)
    assert "2 van de 3 jongeren" in text(client, f"/campaigns/maart/add?import={run.id}")
    post(client, "/campaigns/maart/add", {"import": str(run.id)})
    ids = db.session().scalars(
        select(col(Enrolment.case_id)).where(col(Enrolment.campaign_id) == campaign.id)
    )
    assert set(ids) == {listed[1].id, listed[2].id}
    assert client.get("/campaigns/maart/add?import=onzin").status_code == 404


def test_a_name_makes_a_short_name_that_is_free() -> None:
    assert words.suggested_slug("Vsv'ers Maart: één", set()) == "vsv-ers-maart-een"
    assert words.suggested_slug("Maart", {"maart", "maart-2"}) == "maart-3"
    assert words.suggested_slug("!!!", set()) == ""


def test_what_is_wrong_with_a_new_campaign_is_said_at_its_field(world: World) -> None:
    made(world, [])
    client = world.sign_in(world.coordinator)
    answer = post(client, "/new-campaign", {"name": "", "plan": "drie-weken", "slug": "Geen Goede"})
    assert answer.status_code == 422
    assert "Geef de campagne een naam" in said(answer.text)
    assert "kleine letters" in said(answer.text)
    assert (
        post(client, "/new-campaign", {"name": "M", "plan": "drie-weken", "slug": "maart"}).status_code == 409
    )
    assert post(client, "/new-campaign", {"name": "M", "plan": "vijf-weken"}).status_code == 422


def test_a_plan_is_a_picture_of_its_weeks(world: World) -> None:
    client = world.sign_in(world.coach)
    page = soup(client, "/plans/drie-weken")
    weeks = page.select(".week")
    assert [week.h3.get_text() for week in weeks] == ["Week 1", "Week 2", "Week 3"]
    days = [day.get_text(" ", strip=True) for day in weeks[0].select(".week__day")]
    assert days == [
        "Dag 1 Eerste WhatsApp-bericht 10.00, kan t/m dag 2 Anders: Sms "
        "Brief als er geen telefoonnummer is 10.00, kan t/m dag 5 Zonder telefoonnummer",
        "Dag 2 Eerste keer bellen 11.00, kan t/m dag 3",
        "Dag 3 Tweede WhatsApp-bericht 16.00, kan t/m dag 4 Anders: Sms",
        "Dag 4 Tweede keer bellen 16.30, kan t/m dag 5",
        "Dag 5",
    ]
    card = weeks[2].select(".week__step")[1].get_text(" ", strip=True)
    assert card == "Kaart in de brievenbus 10.00, kan t/m week 4, dag 1 Na niet thuis"
    whole = page.get_text(" ", strip=True)
    assert whole.count("zolang er geen reactie is") == 1
    assert "WhatsApp, anders Sms; gaat vanzelf." in whole
    assert "boven, onder" in whole
    assert client.get("/plans/onbekend").status_code == 404


def test_every_condition_has_a_mark_and_every_channel_says_which_it_takes_for_granted() -> None:
    assert set(picture.MARKS) == set(Condition)
    assert set(picture.TRIVIAL) == set(Channel)


def test_on_the_page_of_a_campaign_the_figures_come_before_the_folded_plan(world: World) -> None:
    made(world, [world.case()], start=True)
    page = soup(world.sign_in(world.coordinator), "/campaigns/maart")
    fold = page.select_one("details:has(.weeks)")
    assert fold is not None and not fold.has_attr("open")
    assert fold.find_previous(id="standing") is not None


@pytest.mark.browser
def test_the_days_of_all_weeks_stand_on_the_same_lines(world: World, tab: Callable[..., Page]) -> None:
    laptop = tab(world.sign_in(world.coordinator), size=LAPTOP)
    laptop.goto("/plans/drie-weken")
    tops = laptop.evaluate(
        "[...document.querySelectorAll('.week')].map(week => [...week.querySelectorAll('.week__day')]"
        ".map(day => day.getBoundingClientRect().y))"
    )
    assert len(tops) == 3
    assert tops[0] == tops[1] == tops[2]


def test_the_coach_pauses_resumes_and_stops_the_plan_of_one_case(world: World) -> None:
    case = world.case()
    made(world, [case], start=True)
    client = world.sign_in(world.coach)
    with clock.at(MONDAY):
        page = text(client, f"/cases/{case.id}")
    assert "Driewekenplan" in page
    assert "Hierna: Eerste WhatsApp-bericht, ma 2 maart, 10.00" in page
    path = f"/campaigns/enrolments/{enrolment(case).id}"
    assert post(client, f"{path}/pause").headers["Location"] == f"/cases/{case.id}"
    assert enrolment(case).status == "paused"
    post(client, f"{path}/resume")
    assert enrolment(case).status == "running"
    assert "voorgoed" in text(client, f"{path}/stop")
    post(client, f"{path}/stop")
    assert (enrolment(case).status, enrolment(case).stop_reason) == ("stopped", "by_hand")
    assert post(client, f"{path}/resume").status_code == 409
    assert "Gestopt omdat iemand de aanpak heeft gestopt" in text(client, f"/cases/{case.id}")


def test_one_plan_does_not_go_on_while_its_campaign_waits(world: World) -> None:
    case = world.case()
    campaign = made(world, [case])
    client = world.sign_in(world.coach)
    path = f"/campaigns/enrolments/{enrolment(case).id}/resume"
    assert post(client, path).status_code == 409
    service.start(campaign.id)
    service.pause(campaign.id)
    post(client, path.replace("resume", "pause"))
    assert post(client, path).status_code == 409
    assert enrolment(case).status == "paused"


def test_the_plan_of_a_case_elsewhere_is_not_there(world: World) -> None:
    case = world.case()
    made(world, [case], start=True)
    client = world.sign_in(world.outsider())
    assert post(client, f"/campaigns/enrolments/{enrolment(case).id}/stop").status_code == 404
    assert post(client, f"/campaigns/enrolments/{uuid4()}/pause").status_code == 404
    assert enrolment(case).status == "running"


def test_pages_ask_as_much_of_the_database_for_many_as_for_one(world: World) -> None:
    made(world, world.cases(1), start=True)
    client = world.sign_in(world.coordinator)
    paths = ("/campaigns", "/campaigns/maart", "/campaigns/maart/add", "/campaigns/maart/stop")

    def asked() -> list[int]:
        numbers = []
        for path in paths:
            with counted(world.app) as statements:
                assert client.get(path).status_code == 200
            numbers.append(len(statements))
        return numbers

    tick(clock.parse("2026-03-02T10:00"))
    few = asked()
    service.add_cases(db.session().scalars(select(Campaign)).one().id, [case.id for case in world.cases(12)])
    for number in range(4):
        made(world, world.cases(3), slug=f"nog-een-{number}", start=True)
    tick(clock.parse("2026-03-03T11:00"))
    assert asked() == few
