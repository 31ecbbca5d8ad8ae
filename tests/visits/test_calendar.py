"""A coach's visits in her own calendar, by a secret address and with the least that is of use there."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import icalendar
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlmodel import select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.staff.scope import Scope, scope_of
from outreach.visits import planning_service
from outreach.visits.models import CalendarFeed
from outreach.visits.planning_service import Wanted
from tests.counting import counted
from tests.factories import World, post
from tests.visits.door import plan_visit
from tests.visits.test_doors import colleague, tomorrow


def address_of(coach: FlaskClient) -> str:
    """A new secret address, as the page shows it once."""
    made = post(coach, "/visits/calendar", token_from="/visits/phones")
    shown = BeautifulSoup(made.text, "html.parser").select_one(".to-copy")
    assert shown is not None
    return "/visits/calendar/" + shown.text.rsplit("/", 1)[1]


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    """The events by the attempt in their name."""
    answer = client.get(address)
    assert answer.mimetype == "text/calendar", answer.text
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    return {str(event["uid"]).split("@")[0]: event for event in events}


def scope(world: World) -> Scope:
    return scope_of(world.clerk)


def plan(world: World, visit: UUID, at: datetime, who: Any = None) -> None:
    planning_service.plan([Wanted(visit, at, (who or world.coach).id)], scope(world))


def test_it_says_when_and_in_which_neighbourhood_and_nothing_else(world: World) -> None:
    case = world.case(given_name="Noor")
    visit = plan_visit(case)
    plan(world, visit, tomorrow(10))
    address = address_of(world.sign_in(world.coach))
    stranger = world.app.test_client()
    event = read(stranger, address)[str(visit)]
    assert event.decoded("dtstart") == tomorrow(10)
    assert event["dtstart"].params["TZID"] == "Europe/Amsterdam"
    assert event.decoded("dtend") == tomorrow(10, 30)
    assert (str(event["summary"]), str(event["location"])) == ("Huisbezoek", "3131 Vlaardingen")
    assert str(event["url"]).endswith(f"/cases/{case.id}")
    text = stranger.get(address).text.replace("\r\n ", "")
    for private in ("Noor", "Jansen", "Dorpsstraat", "3131AA", case.reference):
        assert private not in text, private


def test_a_visit_that_moves_stays_the_same_event_in_a_later_version(world: World) -> None:
    visit = plan_visit(world.case())
    plan(world, visit, tomorrow(10))
    address, stranger = address_of(world.sign_in(world.coach)), world.app.test_client()
    before = read(stranger, address)[str(visit)]
    plan(world, visit, tomorrow(15))
    after = read(stranger, address)[str(visit)]
    assert after.decoded("dtstart") == tomorrow(15)
    assert after["sequence"] > before["sequence"]
    assert str(after["status"]) == "CONFIRMED"


def test_what_was_taken_off_is_cancelled_and_comes_back_when_it_is_planned_again(world: World) -> None:
    visit = plan_visit(world.case())
    plan(world, visit, tomorrow(10))
    address, stranger = address_of(world.sign_in(world.coach)), world.app.test_client()
    before = read(stranger, address)[str(visit)]
    planning_service.take_off(visit, "Ziek", scope(world), for_good=False)
    off = read(stranger, address)[str(visit)]
    assert (str(off["status"]), off.decoded("dtstart")) == ("CANCELLED", tomorrow(10))
    assert off["sequence"] > before["sequence"]
    plan(world, visit, tomorrow(13))
    again = read(stranger, address)[str(visit)]
    assert (str(again["status"]), again.decoded("dtstart")) == ("CONFIRMED", tomorrow(13))
    assert again["sequence"] > off["sequence"]


def test_a_visit_given_to_a_colleague_leaves_the_one_calendar_for_the_other(world: World) -> None:
    carla = colleague(world)
    visit = plan_visit(world.case())
    plan(world, visit, tomorrow(10))
    hers, carlas = (address_of(world.sign_in(who)) for who in (world.coach, carla))
    plan(world, visit, tomorrow(11), carla)
    stranger = world.app.test_client()
    assert str(read(stranger, hers)[str(visit)]["status"]) == "CANCELLED"
    assert str(read(stranger, carlas)[str(visit)]["status"]) == "CONFIRMED"


def test_a_visit_that_is_not_needed_any_more_is_cancelled(world: World) -> None:
    visit = plan_visit(world.case())
    plan(world, visit, tomorrow(10))
    with db.write() as session:
        session.get_one(ContactAttempt, visit).status = "cancelled"
    address = address_of(world.sign_in(world.coach))
    assert str(read(world.app.test_client(), address)[str(visit)]["status"]) == "CANCELLED"


def test_the_secret_is_long_kept_only_as_a_digest_renewed_and_taken_away(world: World) -> None:
    coach, stranger = world.sign_in(world.coach), world.app.test_client()
    first = address_of(coach)
    secret = first.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(secret) * 6 >= 128
    kept = db.session().exec(select(CalendarFeed)).one()
    assert secret not in str(kept.model_dump())
    second = address_of(coach)
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)
    post(coach, "/visits/calendar/off", token_from="/visits/phones")
    assert stranger.get(second).status_code == 404


def test_a_coach_who_left_has_no_calendar_and_one_who_moved_sees_no_old_municipality(world: World) -> None:
    plan(world, plan_visit(world.case()), tomorrow(10))
    address, stranger = address_of(world.sign_in(world.coach)), world.app.test_client()
    with db.write() as session:
        user = session.merge(world.coach)
        user.municipalities = [one for one in user.municipalities if one.code != "GM0622"]
    assert read(stranger, address) == {}
    with db.write() as session:
        session.merge(world.coach).active = False
    assert stranger.get(address).status_code == 404


def test_guessing_costs_one_question_and_soon_stops(world: World) -> None:
    address, stranger = address_of(world.sign_in(world.coach)), world.app.test_client()
    with counted(world.app) as asked:
        assert stranger.get("/visits/calendar/geraden.ics").status_code == 404
    assert len(asked) == 1
    codes = {stranger.get(f"/visits/calendar/geraden{n}.ics").status_code for n in range(40)}
    assert codes == {404, 429}
    other = world.app.test_client()
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert other.get(address, environ_base=elsewhere).status_code == 200


def test_more_visits_cost_no_more_questions(world: World) -> None:
    address, stranger = address_of(world.sign_in(world.coach)), world.app.test_client()
    plan(world, plan_visit(world.case()), tomorrow(9))
    with counted(world.app) as few:
        stranger.get(address)
    for number, case in enumerate(world.cases(6)):
        plan(world, plan_visit(case), tomorrow(10) + timedelta(hours=number))
    with counted(world.app) as many:
        stranger.get(address)
    assert len(many) == len(few)
    assert len(read(stranger, address)) == 7
