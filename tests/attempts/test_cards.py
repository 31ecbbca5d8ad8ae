"""A card to leave at an address: seen on the coach's day, done by one tap."""

from uuid import UUID

from bs4 import BeautifulSoup
from sqlmodel import select

from outreach import db
from outreach.attempts import logging_service, service
from outreach.attempts.rules import AttemptStatus
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from tests.attempts.test_changes import attempt
from tests.attempts.test_coach_day import HTMX, day_of
from tests.attempts.test_logging import attempts_of, plan
from tests.factories import World, post


def card_for(world: World, **columns: object) -> tuple[Case, UUID]:
    case = world.case()
    timeline.record(case.id, EventKind.enrolled)
    return case, plan(case.id, channel="card", step="w3-kaart", **columns)


def test_a_card_to_leave_stands_among_the_visits_with_its_address(world: World) -> None:
    _case, card = card_for(world)
    client = world.sign_in(world.coach)
    for address in ("/today", "/visits"):
        shown = day_of(client, address).select_one(f"#task-{card}")
        assert shown is not None, address
        assert "Kaart achterlaten" in shown.get_text()
        assert "Dorpsstraat 1" in shown.get_text()
        assert "Kaart achtergelaten" in shown.select_one("form button").get_text()


def test_one_tap_says_that_the_card_was_left(world: World) -> None:
    case, card = card_for(world)
    client = world.sign_in(world.coach)
    form = day_of(client).select_one(f"#task-{card} form")
    assert form is not None
    fields = {field["name"]: field["value"] for field in form.select("input[name]")}
    answer = client.post(form["action"], data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/today")
    assert (attempt(card).status, attempt(card).result) == ("done", "card_left")
    event = db.session().exec(select(CaseEvent).where(CaseEvent.kind == "card_left")).one()
    assert (event.case_id, event.attempt_id, event.actor) == (case.id, card, f"staff:{world.coach.id}")
    assert day_of(client).select_one(f"#task-{card}") is None
    assert client.post(form["action"], data=fields).status_code == 409


def test_with_htmx_only_the_card_goes_and_the_counts_change(world: World) -> None:
    case, card = card_for(world)
    client = world.sign_in(world.coach)
    answer = post(
        client,
        f"/cases/{case.id}/card",
        {"attempt": str(card), "back": "today"},
        token_from="/today",
        headers=HTMX,
    )
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one("#visits-count").get_text() == "0"
    assert "1 klaar vandaag" in page.select_one("#done-today").get_text()
    assert "<html" not in answer.text


def test_a_card_left_after_its_time_is_kept_all_the_same(world: World) -> None:
    case, card = card_for(world)
    with db.write() as session:
        service.change(session, card, AttemptStatus.expired)
    logging_service.log_card(case.id, by=world.coach.id, attempt_id=card)
    assert [(a.channel, a.status) for a in attempts_of(case.id)] == [("card", "expired"), ("card", "done")]


def test_a_visit_or_anothers_card_is_not_left_as_a_card(world: World) -> None:
    case, _card = card_for(world)
    _other, anothers = card_for(world)
    client = world.sign_in(world.coach)
    for wrong in (plan(case.id, channel="visit"), anothers, "nonsense"):
        assert (
            post(client, f"/cases/{case.id}/card", {"attempt": str(wrong)}, token_from="/today").status_code
            == 404
        )
    assert attempt(anothers).status == "planned"


def test_the_card_is_the_next_step_of_a_case(world: World) -> None:
    case, card = card_for(world)
    page = day_of(world.sign_in(world.coach), f"/cases/{case.id}")
    assert "Kaart achterlaten" in page.select_one(f"#next-step #task-{card}").get_text()
