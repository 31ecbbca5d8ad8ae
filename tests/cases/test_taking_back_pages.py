"""The button 'Ongedaan maken': beside the sentence, on the timeline while the time lasts, and what stands there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from outreach import clock, db
from outreach.attempts import logging_service as logging
from outreach.attempts.rules import Result
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.messages import hand_service
from outreach.messages.models import Conversation, Message
from tests.attempts.test_logging import attempts_of, plan, status_of
from tests.browser import PHONE
from tests.factories import World, post
from tests.messages.test_by_hand import by_hand, in_a_plan, kinds, only, ready, say

TEN = clock.parse("2026-03-02T10:00")
HTMX = {"HX-Request": "true"}


def called(world: World) -> UUID:
    """Somebody who is approached, with a call that is due."""
    case = world.case()
    timeline.record(case.id, EventKind.enrolled)
    plan(case.id)
    return case.id


def page(client: FlaskClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def undo_of(soup: BeautifulSoup | Tag, within: str = "#messages") -> Tag | None:
    return soup.select_one(f"{within} form[action$='/take-back']")


def submit(client: FlaskClient, form: Tag) -> str:
    fields = {field["name"]: field["value"] for field in form.select("input")}
    answer = client.post(form["action"], data=fields)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_without_script_the_button_stands_beside_the_sentence_and_brings_the_call_back(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        client = world.sign_in(world.coach)
        [call] = attempts_of(case_id)
        given = {"attempt": call.id, "result": "spoke", "back": "today"}
        assert post(client, f"/cases/{case_id}/call", given, token_from="/today").location == "/today"
        today = page(client, "/today")
        assert "Bewaard: Noor gebeld." in today.select_one("#messages").text
        assert today.select("#calls .card") == []
        button = undo_of(today)
        assert button is not None
        assert button.select_one("button").text.strip() == "Ongedaan maken"
        assert submit(client, button) == "/today"
        again = page(client, "/today")
        assert "Bij Noor is alles weer zoals het was" in again.select_one("#messages").text
        assert len(again.select("#calls .card")) == 1
        assert status_of(case_id) == "in_benadering"


def test_with_script_the_button_comes_with_the_answer(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        client = world.sign_in(world.coach)
        given = {"attempt": attempts_of(case_id)[0].id, "result": "no_answer", "back": "today"}
        answer = post(client, f"/cases/{case_id}/call", given, token_from="/today", headers=HTMX)
        button = undo_of(BeautifulSoup(answer.text, "html.parser"))
        assert button is not None
        assert submit(client, button) == "/today"
        assert [one.status for one in attempts_of(case_id)] == ["planned"]


def test_a_visit_logged_on_its_page_is_taken_back_as_well(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        visit = plan(case_id, channel="visit", step="w3-huisbezoek")
        client = world.sign_in(world.coach)
        path = f"/cases/{case_id}/visit?attempt={visit}"
        form = page(client, path).select_one("form:has(button[name=result])")
        fields = {field["name"]: field["value"] for field in form.select("input")}
        assert client.post(path, data=fields | {"result": "met"}).status_code == 302
        assert status_of(case_id) == "in_contact"
        button = undo_of(page(client, f"/cases/{case_id}"))
        assert button is not None
        submit(client, button)
        assert status_of(case_id) == "in_benadering"
        assert {one.status for one in attempts_of(case_id)} == {"planned"}


def test_the_timeline_has_the_button_for_who_logged_it_and_for_ten_minutes(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        logging.log_call(case_id, Result.spoke, by=world.coach.id)
        mine, theirs = world.sign_in(world.coach), world.sign_in(world.coordinator)
        assert undo_of(page(mine, f"/cases/{case_id}"), "#happened") is not None
        assert undo_of(page(theirs, f"/cases/{case_id}"), "#happened") is None
    with clock.at(TEN + timedelta(minutes=11)):
        assert undo_of(page(mine, f"/cases/{case_id}"), "#happened") is None


def test_what_was_taken_back_is_struck_and_said_in_a_word(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        logging.log_call(case_id, Result.spoke, by=world.coach.id)
        client = world.sign_in(world.coach)
        submit(client, undo_of(page(client, f"/cases/{case_id}"), "#happened"))
        soup = page(client, f"/cases/{case_id}")
        [gone] = soup.select(".bubble--gone")
        assert "Gebeld: Gesproken" in gone.text
        assert "Teruggenomen" in gone.text
        assert "Samira de Vries nam dit terug: gesproken" in soup.select_one("#happened").text
        assert undo_of(soup, "#happened") is None


def test_too_late_says_why_and_nothing_changes(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        event = logging.log_call(case_id, Result.spoke, by=world.coach.id)
        client = world.sign_in(world.coach)
    with clock.at(TEN + timedelta(minutes=11)):
        answer = post(client, f"/cases/{case_id}/events/{event.id}/take-back", token_from="/today")
        assert answer.status_code == 409
        assert "tien minuten" in answer.text
    assert status_of(case_id) == "in_contact"


def test_nobody_takes_back_in_a_case_that_she_may_not_see(world: World) -> None:
    with clock.at(TEN):
        case_id = called(world)
        event = logging.log_call(case_id, Result.spoke, by=world.coach.id)
        stranger = world.sign_in(world.outsider())
        path = f"/cases/{case_id}/events/{event.id}/take-back"
        assert post(stranger, path, token_from="/today").status_code == 404


def test_a_message_that_did_not_go_after_all_stands_ready_again(world: World) -> None:
    with clock.at(TEN):
        region = by_hand(world)
        case = region.case()
        in_a_plan(region, case)
        client = region.sign_in(region.coach)
        before = only(case).model_dump()
        answer = say(client, case, "message/sent", {"attempt": only(case).id}, headers=HTMX)
        assert ready(client) == []
        submit(client, undo_of(BeautifulSoup(answer.text, "html.parser")))
        assert only(case).model_dump() == before
        assert len(ready(client)) == 1
        assert "klaar vandaag" not in page(client, "/today").select_one("#done-today").text
        assert db.session().scalars(select(Conversation)).all() == []
        say(client, case, "message/sent", {"attempt": only(case).id})
        assert kinds(case).count("message_sent") == 2


def test_a_message_that_got_another_attempt_goes_back_to_its_own(world: World) -> None:
    """It was called off, went all the same, and did not: then it is called off again."""
    with clock.at(TEN):
        region = by_hand(world)
        case = region.case()
        in_a_plan(region, case)
        attempt_id, me = only(case).id, region.coach.id
        logging.log_call(case.id, Result.spoke, by=me)
        hand_service.sent(case.id, attempt_id, by=me)
        client = region.sign_in(region.coach)
        submit(client, undo_of(page(client, f"/cases/{case.id}"), "#happened"))
        first, second = [one for one in attempts_of(case.id) if one.channel == "whatsapp"]
        assert (first.id, first.status, first.reason) == (attempt_id, "cancelled", "responded")
        assert (second.status, second.reason) == ("cancelled", "taken_back")
        assert [one.attempt_id for one in db.session().scalars(select(Message))] == [attempt_id]
        submit(client, undo_of(page(client, f"/cases/{case.id}"), "#happened"))
        assert {one.id: one.status for one in attempts_of(case.id)}[attempt_id] == "planned"
        assert len(ready(client)) == 1


@pytest.mark.browser
def test_a_tap_a_look_and_a_tap_back_on_a_phone(
    world: World, tab: Callable[..., Page], tmp_path: Path
) -> None:
    case_id = called(world)
    phone = tab(world.sign_in(world.coach), size=PHONE)
    phone.goto("/today")
    card = phone.locator("#calls .card", has_text="Noor Jansen")
    card.get_by_text("Gebeld: hoe ging het?").click()
    card.get_by_role("button", name="Gesproken").click()
    phone.locator("#messages").get_by_text("Bewaard: Noor gebeld.").wait_for()
    assert status_of(case_id) == "in_contact"
    phone.screenshot(path=tmp_path / "undo.png")
    phone.locator("#messages").get_by_role("button", name="Ongedaan maken").click()
    phone.get_by_text("Bij Noor is alles weer zoals het was").wait_for()
    assert phone.locator("#calls .card", has_text="Noor Jansen").count() == 1
    assert status_of(case_id) == "in_benadering"
    phone.goto(f"/cases/{case_id}")
    phone.locator(".bubble--gone").scroll_into_view_if_needed()
    phone.screenshot(path=tmp_path / "timeline.png")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(phone).response["violations"] == []
