"""When to call again: never at an hour at which nobody picked up while another is left; moments to call back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from outreach import clock
from outreach.attempts import logging_service
from outreach.attempts.call_backs import MOST, suggestions
from outreach.attempts.rules import HOURS, Part, Result, best_time, part_of
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.errors import Refused
from tests.attempts.test_coach_day import answered, day_of, names, notice_of
from tests.attempts.test_logging import attempts_of, enrolled, plan
from tests.browser import PHONE
from tests.factories import World, post

MONDAY = "2026-03-02T"
TUESDAY = "2026-03-03T"
WINDOW = [hour for part in Part for hour in HOURS[part]]
moments = st.datetimes(
    min_value=datetime(2026, 1, 1), max_value=datetime(2026, 12, 31), timezones=st.just(clock.TIMEZONE)
)


def local(text: str) -> datetime:
    return clock.local(clock.parse(text))


@given(st.lists(moments, max_size=12), moments, st.none() | st.timedeltas(timedelta(0), timedelta(hours=30)))
def test_the_hour_is_never_one_already_tried_while_another_is_left(
    tries: list[datetime], planned: datetime, window: timedelta | None
) -> None:
    latest = planned + window if window is not None else None
    at = best_time(tries, planned, latest)
    tried = {one.hour for one in tries}
    starts = {
        hour: planned
        if hour == planned.hour
        else planned.replace(hour=hour, minute=0, second=0, microsecond=0)
        for hour in WINDOW
        if hour >= planned.hour
    }
    left = {hour for hour, start in starts.items() if latest is None or start < latest}
    assert at >= planned
    assert at.date() == planned.date()
    if not tries or not left:
        assert at == planned
        return
    assert at.hour in left
    if left - tried:
        assert at.hour not in tried
    untried_parts = {part_of(starts[hour]) for hour in left - tried} - {part_of(one) for one in tries}
    if untried_parts:
        assert part_of(at) in untried_parts


@pytest.mark.parametrize(
    ("tries", "planned", "expected"),
    [
        ([], "09:00", "09:00"),
        (["10:15"], "09:00", "12:00"),
        (["10:15"], "14:30", "14:30"),
        (["10:15", "13:00"], "09:00", "17:00"),
        (["18:15"], "18:00", "19:00"),
        (["09:10", "12:10", "17:10"], "09:00", "10:00"),
        (["10:15"], "20:30", "20:30"),
    ],
)
def test_another_part_of_the_day_comes_first(tries: list[str], planned: str, expected: str) -> None:
    found = best_time([local(MONDAY + one) for one in tries], local(TUESDAY + planned))
    assert f"{found:%H:%M}" == expected


@given(moments, st.sets(st.sampled_from([part.value for part in Part])))
def test_moments_to_call_back_lie_ahead_on_weekdays_and_are_those_she_wished(
    now: datetime, wished: set[str]
) -> None:
    found = suggestions(now, wished)
    assert 1 <= len(found) <= MOST
    assert [one.at for one in found] == sorted({one.at for one in found})
    for one in found:
        assert now < one.at < now + timedelta(days=5)
        assert one.at.weekday() < 5
        assert one.wished == (one.part.value in wished)
    if wished:
        assert all(one.wished for one in found)


def tried(world: World, case: Case, at: str, result: Result = Result.no_answer) -> None:
    with clock.at(clock.parse(at)):
        logging_service.log_call(case.id, result, by=world.coach.id)


def planned_call(world: World, case: Case, at: str = TUESDAY + "09:00") -> UUID:
    return plan(case.id, step="w1-bel-2", enrolment_id=enrolled(world, case.id).id, due_at=clock.parse(at))


def test_the_day_says_when_to_try_again_and_sorts_by_it(world: World) -> None:
    with clock.at(clock.parse(TUESDAY + "09:30")):
        again, fresh = world.case(given_name="Noor"), world.case(given_name="Kees")
        tried(world, again, "2026-02-27T14:20")
        tried(world, again, MONDAY + "10:15", Result.voicemail)
        planned_call(world, again)
        plan(fresh.id, due_at=clock.parse(TUESDAY + "09:10"))
        page = day_of(world.sign_in(world.coach))
        assert names(page, "calls") == ["Kees Jansen", "Noor Jansen"]
        card = page.select("#calls .card")[1].get_text(" ", strip=True)
    assert "2 keer geprobeerd, laatst op ma 2 maart, 10.15." in card
    assert "Eerder: vr 27 februari, 14.20." in card
    assert "Vorige keer 's ochtends geprobeerd; probeer nu na 17.00." in card


def test_at_a_good_hour_the_day_says_nothing_of_it(world: World) -> None:
    with clock.at(clock.parse(TUESDAY + "14:30")):
        case = world.case()
        tried(world, case, MONDAY + "10:15")
        planned_call(world, case)
        card = day_of(world.sign_in(world.coach)).select_one("#calls .card").get_text(" ", strip=True)
    assert "Eén keer geprobeerd" in card
    assert "probeer nu na" not in card


def test_a_moment_that_was_agreed_on_is_not_moved(world: World) -> None:
    with clock.at(clock.parse(TUESDAY + "09:30")):
        case = world.case()
        tried(world, case, MONDAY + "10:15")
        logging_service.plan_call_back(case.id, clock.parse(TUESDAY + "10:00"), by=world.coach.id)
        card = day_of(world.sign_in(world.coach)).select_one("#calls .card").get_text(" ", strip=True)
    assert "Afgesproken: di 3 maart, 10.00" in card
    assert "probeer nu na" not in card


def test_after_a_call_a_moment_to_call_back_is_one_more_tap(world: World) -> None:
    with clock.at(clock.parse(MONDAY + "10:15")):
        case = world.case()
        call = plan(case.id)
        client = world.sign_in(world.coach)
        sent = {"attempt": str(call), "result": "no_answer", "back": "today"}
        answer = post(
            client, f"/cases/{case.id}/call", sent, token_from="/today", headers={"HX-Request": "true"}
        )
        form = BeautifulSoup(answer.text, "html.parser").select_one("form[action$='/call-back']")
        offered = {button.get_text(strip=True): button["value"] for button in form.select("button")}
        assert list(offered) == ["vanmiddag, 14.00", "morgenochtend, 10.00", "morgenmiddag, 14.00"]
        fields = {field["name"]: field["value"] for field in form.select("input")}
        there = client.post(form["action"], data=fields | {"moment_at": offered["vanmiddag, 14.00"]})
        assert there.location == "/today"
        page = day_of(client)
        assert "Je belt Noor terug: ma 2 maart, 14.00." in page.text
        assert "Afgesproken: ma 2 maart, 14.00" in page.select_one("#calls .card").text
    assert [one.status for one in attempts_of(case.id)] == ["done", "planned"]


def test_a_wrong_number_is_not_called_back(world: World) -> None:
    case = world.case()
    call = plan(case.id)
    sent = {"attempt": str(call), "result": "wrong_number", "back": "today"}
    answer = post(
        world.sign_in(world.coach),
        f"/cases/{case.id}/call",
        sent,
        token_from="/today",
        headers={"HX-Request": "true"},
    )
    assert "/call-back" not in answer.text


def test_who_asks_to_be_called_says_when_and_planning_it_deals_with_it(world: World) -> None:
    with clock.at(clock.parse(MONDAY + "10:15")):
        case = world.case()
        answered(case, reach_by=["call"], when=["evening"])
        client = world.sign_in(world.coach)
        form = day_of(client).select_one("#responses form[action$='/call-back']")
        offered = {button.get_text(strip=True): button["value"] for button in form.select("button")}
        assert list(offered) == ["vanavond, 18.00", "morgenavond, 18.00"]
        fields = {field["name"]: field["value"] for field in form.select("input")}
        client.post(form["action"], data=fields | {"moment_at": offered["morgenavond, 18.00"]})
        [call] = attempts_of(case.id)
    assert clock.local(call.due_at) == local(TUESDAY + "18:00")
    assert notice_of(case).handled_by == world.coach.id


def test_who_does_not_ask_to_be_called_is_offered_no_moment(world: World) -> None:
    answered(world.case(), reach_by=["whatsapp"])
    assert day_of(world.sign_in(world.coach)).select("#responses form[action$='/call-back']") == []


def test_any_other_moment_can_be_chosen_and_a_second_one_moves_the_first(world: World) -> None:
    with clock.at(clock.parse(MONDAY + "10:15")):
        case = world.case()
        client = world.sign_in(world.coach)
        path = f"/cases/{case.id}/call-back"
        for at in ("11:00", "15:00"):
            given: dict[str, Any] = {"on": "2026-03-04", "at": at, "back": "case"}
            assert post(client, path, given, token_from=path).location == f"/cases/{case.id}"
        [call] = attempts_of(case.id)
        assert clock.local(call.due_at) == local("2026-03-04T15:00")
        for wrong in (
            {},
            {"moment_at": "straks"},
            {"on": "2026-02-27", "at": "10:00"},
            {"on": "x", "at": "y"},
        ):
            assert post(client, path, wrong, token_from=path).status_code == 422, wrong
        with pytest.raises(Refused):
            logging_service.plan_call_back(case.id, clock.parse("2027-03-01"), by=world.coach.id)


def test_a_moment_that_passed_while_she_looked_is_due_at_once(world: World) -> None:
    with clock.at(clock.parse(MONDAY + "14:05")):
        case = world.case()
        logging_service.plan_call_back(case.id, clock.parse(MONDAY + "14:00"), by=world.coach.id)
        assert names(day_of(world.sign_in(world.coach)), "calls") == ["Noor Jansen"]


@pytest.mark.browser
def test_each_result_is_one_tap(world: World, tab: Callable[..., Page]) -> None:
    first, second = world.case(given_name="Noor"), world.case(given_name="Kees")
    for case in (first, second):
        timeline.record(case.id, EventKind.enrolled)
        plan(case.id)
    phone = tab(world.sign_in(world.coach), size=PHONE)
    phone.goto("/today")
    card = phone.locator("#calls .card", has_text="Noor Jansen")
    card.get_by_text("Gebeld: hoe ging het?").click()
    card.get_by_role("button", name="Gesproken").click()
    phone.get_by_text("Bewaard: Noor gebeld.").wait_for()
    assert attempts_of(first.id)[0].result == "spoke"
    card = phone.locator("#calls .card", has_text="Kees Jansen")
    card.get_by_text("Gebeld: hoe ging het?").click()
    card.get_by_role("button", name="Geen gehoor").click()
    phone.get_by_text("Bewaard: Kees gebeld.").wait_for()
    assert attempts_of(second.id)[0].result == "no_answer"
