"""The coach's day: who answered, whom to call, where to go; with and without script."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlmodel import select

from outreach import clock, db
from outreach.attempts import logging_service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice
from tests.attempts.test_changes import attempt
from tests.attempts.test_logging import attempts_of, plan
from tests.browser import PHONE
from tests.counting import counted
from tests.factories import World, post

HTMX = {"HX-Request": "true"}


def day_of(client: FlaskClient, address: str = "/today") -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def names(page: Tag, section: str) -> list[str]:
    return [tag.get_text(strip=True) for tag in page.select(f"#{section} .card__title a")]


def answered(case: Case, minutes_ago: int = 5, **data: object) -> None:
    at = clock.now() - timedelta(minutes=minutes_ago)
    told = {"now": "nothing", "help": True, "help_with": ["money"], **data}
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data=told, at=at)


def notice_of(case: Case) -> CoachNotice:
    db.session().expire_all()
    return db.session().exec(select(CoachNotice).where(CoachNotice.case_id == case.id)).one()


def test_the_day_begins_with_who_answered_the_newest_first(world: World) -> None:
    first, second = world.case(given_name="Noor"), world.case(given_name="Kees")
    answered(first, 90, reach_at="+31698765432")
    answered(second, 3)
    page = day_of(world.sign_in(world.coach))
    assert names(page, "responses") == ["Kees Jansen", "Noor Jansen"]
    noor = page.select("#responses .card")[1]
    assert "Nu: nog niets. Wil hulp bij geld." in noor.get_text()
    assert "2 uur geleden" in noor.get_text()
    assert noor.select_one("a[href='tel:+31698765432']").get_text(strip=True) == "Bel Noor"
    assert noor.select_one("a[href='sms:+31698765432']") is not None


def test_a_coach_sees_her_own_cases_and_those_of_nobody_yet(world: World) -> None:
    mine, nobodys, anothers = (
        world.case(given_name="A"),
        world.case(given_name="B"),
        world.case(given_name="C"),
    )
    with db.write() as session:
        for case, coach in ((nobodys, None), (anothers, world.coordinator.id)):
            found = session.get(Case, case.id)
            assert found is not None
            found.coach_id = coach
            session.add(found)
    for case in (mine, nobodys, anothers):
        answered(case)
        plan(case.id)
        plan(case.id, channel="visit")
    page = day_of(world.sign_in(world.coach))
    for section in ("responses", "calls", "visits"):
        assert sorted(names(page, section)) == ["A Jansen", "B Jansen"], section


def test_a_case_outside_her_municipalities_is_not_in_her_day(world: World) -> None:
    case = world.case()
    answered(case)
    plan(case.id)
    with db.write() as session:
        world.coach.municipalities = [m for m in world.coach.municipalities if m.code == "GM0606"]
        session.add(world.coach)
    page = day_of(world.sign_in(world.coach))
    assert names(page, "responses") == names(page, "calls") == []


def test_what_is_done_goes_is_counted_and_can_be_undone(world: World) -> None:
    case = world.case()
    answered(case)
    client = world.sign_in(world.coach)
    address = f"/notices/{notice_of(case).id}"
    fragment = post(client, f"{address}/done", token_from="/today", headers=HTMX)
    assert fragment.status_code == 200
    assert "<html" not in fragment.text
    assert "1 klaar vandaag" in fragment.text
    assert f'action="{address}/undo"' in fragment.text
    assert notice_of(case).handled_by == world.coach.id
    assert "Geen nieuwe reacties" in client.get("/today").text
    assert post(client, f"{address}/undo", token_from="/today").status_code == 302
    assert notice_of(case).handled_at is None
    assert names(day_of(client), "responses") == ["Noor Jansen"]


def test_without_script_done_comes_back_to_the_page(world: World) -> None:
    case = world.case()
    answered(case)
    client = world.sign_in(world.coach)
    address = f"/notices/{notice_of(case).id}/done"
    assert post(client, address, {"back": "today"}, token_from="/today").location == "/today"
    assert post(client, address, {"back": "case"}, token_from="/today").location == f"/cases/{case.id}"


def test_who_was_first_to_deal_with_it_stays(world: World) -> None:
    case = world.case()
    answered(case)
    address = f"/notices/{notice_of(case).id}"
    post(world.sign_in(world.coach), f"{address}/done", token_from="/today")
    other = world.sign_in(world.coordinator)
    post(other, f"{address}/done", token_from="/cases")
    post(other, f"{address}/undo", token_from="/cases")
    assert notice_of(case).handled_by == world.coach.id


def test_a_notice_that_does_not_exist_is_not_found(world: World) -> None:
    client = world.sign_in(world.coach)
    assert post(client, f"/notices/{db.new_id()}/done", token_from="/today").status_code == 404


def test_new_answers_appear_by_themselves_and_nothing_moves_when_there_are_none(world: World) -> None:
    client = world.sign_in(world.coach)
    asked = day_of(client).select_one("#responses [hx-get]")["hx-get"]
    assert client.get(asked, headers=HTMX).status_code == 204
    answered(world.case())
    fresh = client.get(asked, headers=HTMX)
    assert fresh.status_code == 200
    assert names(BeautifulSoup(fresh.text, "html.parser"), "responses") == ["Noor Jansen"]
    asked = BeautifulSoup(fresh.text, "html.parser").select_one("[hx-get]")["hx-get"]
    assert client.get(asked, headers=HTMX).status_code == 204


def test_calls_that_are_due_today_or_earlier_and_still_make_sense(world: World) -> None:
    now = clock.now()
    moments = {
        "Late": (now - timedelta(days=2), None),
        "Due": (now - timedelta(minutes=1), now + timedelta(hours=1)),
        "Missed": (now - timedelta(days=2), now - timedelta(minutes=1)),
        "Later": (now + timedelta(days=2), None),
    }
    for name, (due, latest) in moments.items():
        plan(world.case(given_name=name).id, due_at=due, latest_at=latest)
    plan(world.case(given_name="Clerk's").id, owner="clerk")
    assert names(day_of(world.sign_in(world.coach)), "calls") == ["Late Jansen", "Due Jansen"]


def test_a_paused_plan_asks_for_no_calls(world: World) -> None:
    held = plan(world.case().id)
    with db.write() as session:
        found = session.get(ContactAttempt, held)
        assert found is not None
        found.held = True
        session.add(found)
    assert names(day_of(world.sign_in(world.coach)), "calls") == []


def test_the_card_says_how_often_she_was_called_before(world: World) -> None:
    case = world.case()
    for result in (Result.no_answer, Result.wrong_number):
        logging_service.log_call(case.id, result, by=world.coach.id)
    plan(case.id)
    plan(world.case(given_name="Kees").id)
    cards = [
        card.get_text(" ", strip=True) for card in day_of(world.sign_in(world.coach)).select("#calls .card")
    ]
    assert "2 keer geprobeerd, laatst op" in cards[0]
    assert "Nog niet eerder geprobeerd." in cards[1]


def test_a_call_is_logged_in_two_taps(world: World) -> None:
    case = world.case()
    call = plan(case.id)
    client = world.sign_in(world.coach)
    card = day_of(client).select_one(f"#task-{call}")
    assert card.select_one("a[href='tel:+31612345678']") is not None
    form = card.select_one("details form")
    assert [b["value"] for b in form.select("button")] == ["spoke", "no_answer", "voicemail", "wrong_number"]
    sent = {field["name"]: field["value"] for field in form.select("input")} | {"result": "voicemail"}
    fragment = client.post(form["action"], data=sent, headers=HTMX)
    assert fragment.status_code == 200
    assert "1 klaar vandaag" in fragment.text
    assert "Niemand om te bellen" in fragment.text
    assert f"task-{call}" not in fragment.text
    assert (attempt(call).status, attempt(call).result) == ("done", "voicemail")
    again = client.post(form["action"], data=sent, headers=HTMX)
    assert again.status_code == 409
    assert "al ingevuld" in again.text
    assert names(day_of(client), "calls") == []


def test_without_script_logging_a_call_comes_back_to_the_day(world: World) -> None:
    case = world.case()
    call = plan(case.id)
    client = world.sign_in(world.coach)
    sent = {"attempt": str(call), "result": "no_answer", "back": "today"}
    answer = post(client, f"/cases/{case.id}/call", sent, token_from="/today")
    assert answer.location == "/today"
    assert "Bewaard: Noor gebeld." in client.get("/today").text


def test_a_call_with_a_note_and_a_moment_to_call_back(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coordinator)
    address = f"/cases/{case.id}/call"
    tomorrow = clock.today() + timedelta(days=1)
    sent = {"result": "spoke", "note": "Heeft nu les", "again_on": tomorrow.isoformat(), "again_at": "15:30"}
    assert post(client, address, sent, token_from=address).location == f"/cases/{case.id}"
    [done, again] = attempts_of(case.id)
    assert (done.result, again.status) == ("spoke", "planned")
    assert clock.local(again.due_at).strftime("%Y-%m-%d %H:%M") == f"{tomorrow} 15:30"


def test_a_call_form_that_is_wrong_comes_back_and_nothing_is_logged(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/call"
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    for sent in (
        {},
        {"result": "met"},
        {"result": "spoke", "again_on": yesterday},
        {"result": "spoke", "note": "x" * 4001},
    ):
        answer = post(client, address, sent, token_from=address)
        assert answer.status_code == 422, sent
        assert "Er klopt nog iets niet" in answer.text or 'role="alert"' in answer.text
    assert attempts_of(case.id) == []


def test_a_clerk_does_not_log_calls(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.clerk)
    assert client.get(f"/cases/{case.id}/call").status_code == 403
    assert client.get("/today").status_code == 403
    page = client.get(f"/cases/{case.id}").text
    assert "/call" not in page


def test_visits_stand_by_day_with_street_and_a_way_to_the_map(world: World) -> None:
    now = clock.now()
    for days, name in ((3, "Kees"), (-1, "Noor"), (1, "Jip")):
        plan(world.case(given_name=name).id, channel="visit", due_at=now + timedelta(days=days))
    page = day_of(world.sign_in(world.coach), "/visits")
    titles = [tag.get_text(" ", strip=True) for tag in page.select("h2")]
    assert len(titles) == 3
    cards = [tag.get_text(strip=True) for tag in page.select(".card__title a")]
    assert cards == ["Noor Jansen", "Jip Jansen", "Kees Jansen"]
    link = page.select_one("a[href^='geo:']")["href"]
    assert re.fullmatch(r"geo:0,0\?q=Dorpsstraat%20\d%2C%203131%20AA%20Vlaardingen", link)


def test_her_day_shows_todays_visits_in_full_and_the_next_three_at_a_glance(world: World) -> None:
    now = clock.now()
    for days, name in ((-1, "Late"), (0, "Today"), (1, "A"), (2, "B"), (3, "C"), (4, "D"), (9, "Far")):
        plan(world.case(given_name=name).id, channel="visit", due_at=now + timedelta(days=days))
    plan(world.case(given_name="Card").id, channel="card", due_at=now + timedelta(days=2))
    page = day_of(world.sign_in(world.coach))
    assert page.select_one("#visits-count").get_text() == "3"
    in_full = [
        card.select_one("h3").get_text(strip=True)
        for card in page.select("#visits .card:has(.utrecht-button)")
    ]
    assert in_full == ["Late Jansen", "Today Jansen", "Card Jansen"]
    glanced = [card.get_text(" ", strip=True) for card in page.select("#coming .card")]
    assert [text.split()[0] for text in glanced] == ["A", "B", "C"]
    assert "Dorpsstraat 3, Vlaardingen" in glanced[0]
    assert page.select_one("#visits h3 > .count").get_text() == "4"
    assert page.select_one("#visits a[href='/visits']").get_text(strip=True) == "Alle huisbezoeken"


@pytest.mark.browser
def test_on_a_phone_the_quiet_buttons_of_a_visit_share_a_row(world: World, tab: Callable[..., Page]) -> None:
    plan(world.case().id, channel="visit")
    phone = tab(world.sign_in(world.coach), size=PHONE)
    phone.goto("/today")
    when, where = (
        phone.locator(f"#visits a:has-text('{words}')").bounding_box() for words in ("moment", "kaart")
    )
    assert when is not None and where is not None
    assert when["y"] == where["y"]
    assert when["x"] + when["width"] <= where["x"]


def test_a_day_without_visits_says_so_and_what_is_coming(world: World) -> None:
    client = world.sign_in(world.coach)
    assert "Geen huisbezoeken deze week" in day_of(client).select_one("#visits-empty").get_text()
    plan(world.case().id, channel="visit", due_at=clock.now() + timedelta(days=2))
    page = day_of(client)
    assert page.select_one("#visits-empty").get_text(strip=True) == "Geen huisbezoeken vandaag."
    assert names(page, "coming") == ["Noor Jansen"]


def test_a_visit_is_logged_by_one_large_button(world: World) -> None:
    case = world.case()
    visit = plan(case.id, channel="visit")
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit?attempt={visit}&back=visits"
    page = day_of(client, address)
    buttons = [b["value"] for b in page.select("button[name=result]")]
    assert buttons == ["met", "nobody_home", "card_left", "refused", "moved", "wrong_address", "unsafe"]
    sent = {f["name"]: f["value"] for f in page.select("main form input[type=hidden]")}
    answer = client.post(address, data=sent | {"result": "card_left", "note": "Buren open"})
    assert answer.location == "/visits"
    assert [(a.channel, a.status, a.result) for a in attempts_of(case.id)] == [
        ("visit", "done", "nobody_home"),
        ("card", "done", "card_left"),
    ]


def test_the_next_step_of_a_case_is_the_call_that_is_due(world: World) -> None:
    case = world.case()
    call = plan(case.id)
    plan(case.id, channel="letter", owner="clerk", step="w2-brief", due_at=clock.now() + timedelta(days=3))
    client = world.sign_in(world.coach)
    page = day_of(client, f"/cases/{case.id}")
    assert page.select_one("#next-step input[name=attempt]")["value"] == str(call)
    assert page.select_one(".actions a[href='tel:+31612345678']").get_text(strip=True) == "Bel Noor"
    planned = [card.get_text(" ", strip=True) for card in page.select("#planned .card")]
    assert len(planned) == 2
    assert "Brief" in planned[1]
    sent = {"attempt": str(call), "result": "spoke", "back": "case"}
    post(client, f"/cases/{case.id}/call", sent, token_from=f"/cases/{case.id}")
    assert "In contact" in client.get(f"/cases/{case.id}").text


def test_the_number_of_queries_does_not_grow_with_the_work(world: World) -> None:
    client = world.sign_in(world.coach)

    def fill(number: int) -> list[UUID]:
        made = world.cases(number)
        for case in made:
            answered(case)
            plan(case.id)
            plan(case.id, channel="visit")
        return [case.id for case in made]

    fill(1)
    with counted(world.app) as few:
        client.get("/today")
    with counted(world.app) as few_visits:
        client.get("/visits")
    fill(12)
    with counted(world.app) as many:
        client.get("/today")
    with counted(world.app) as many_visits:
        client.get("/visits")
    assert (len(many), len(many_visits)) == (len(few), len(few_visits))


def test_a_long_list_is_cut_off_and_more_can_be_shown(world: World) -> None:
    for case in world.cases(25):
        plan(case.id)
    client = world.sign_in(world.coach)
    page = day_of(client)
    assert len(names(page, "calls")) == 20
    assert page.select_one("#calls .count").get_text() == "25"
    more = page.select_one("#calls a[href*='shown=']")["href"]
    assert len(names(day_of(client, more), "calls")) == 25
