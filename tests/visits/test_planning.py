"""Planning visits: a round is proposed, mended and kept; what is planned moves and goes with its reason."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from outreach import clock, db
from outreach.attempts import logging_service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.campaigns import service as campaigns
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName, scope_of
from outreach.ticking import tick
from outreach.visits import planning_service
from outreach.visits.models import AddressWarning, Appointment
from outreach.visits.planning_service import RoundRefused, Wanted
from outreach.visits.round_rules import FAR, Stop, Wish, propose, within
from tests.counting import counted
from tests.factories import World, post
from tests.responses.letters import events, notices
from tests.visits.door import plan_visit

DAY = datetime(2026, 12, 1, tzinfo=UTC)
BEGIN, END = DAY.replace(hour=10), DAY.replace(hour=17)

wishes = st.lists(
    st.builds(
        Wish,
        st.uuids(),
        st.sampled_from(["", "3131AA", "3131AB", "3132CD", "3135SX", "1011AA"]),
        st.sampled_from(["", "1", "2a", "10", "117"]),
        st.none() | st.dates(DAY.date(), DAY.date() + timedelta(days=9)),
    ),
    max_size=25,
    unique_by=lambda wish: wish.attempt_id,
)


@given(wishes, st.sampled_from([15, 30, 60]), st.randoms())
def test_a_round_fits_into_its_day_and_does_not_hang_on_the_order_of_the_list(
    listed: list[Wish], minutes: int, random: Any
) -> None:
    lunch = (DAY.replace(hour=12), DAY.replace(hour=13))
    stops = propose(listed, BEGIN, END, minutes=minutes, taken=[lunch])
    length = timedelta(minutes=minutes)
    assert len({stop.attempt_id for stop in stops}) == len(stops)
    for stop in stops:
        assert stop.at >= BEGIN and stop.at + length <= END
        assert stop.at + length + FAR <= lunch[0] or stop.at >= lunch[1] + FAR, "and the way there and back"
    for one, other in pairwise(stops):
        assert other.at >= one.at + length + timedelta(minutes=5)
    shuffled = list(listed)
    random.shuffle(shuffled)
    assert propose(shuffled, BEGIN, END, minutes=minutes, taken=[lunch]) == stops


def test_what_cannot_wait_comes_into_the_round_and_neighbours_follow_each_other() -> None:
    last = DAY.date()
    ids = [uuid4() for _ in range(4)]
    listed = [
        Wish(ids[0], "3135SX", "1", None),
        Wish(ids[1], "3131AA", "9", last + timedelta(days=5)),
        Wish(ids[2], "3135SX", "3", last),
        Wish(ids[3], "3131AA", "10", last),
    ]
    found = propose(listed, BEGIN, BEGIN + timedelta(minutes=110), minutes=30)
    assert found == [
        Stop(ids[1], BEGIN),
        Stop(ids[3], BEGIN + timedelta(minutes=35)),
        Stop(ids[2], BEGIN + timedelta(minutes=80)),
    ]


@given(*(st.times() for _ in range(4)))
def test_a_round_stays_within_the_hours_in_which_people_may_be_disturbed(
    start: time, end: time, quiet_before: time, quiet_after: time
) -> None:
    begin, until = within(start, end, quiet_before, quiet_after)
    assert begin <= until and begin >= quiet_before
    assert until <= quiet_after or begin == until, "too late: nothing is proposed"


def colleague(world: World) -> User:
    return staff.add_user(
        email="carla@example.org",
        password=None,
        given_name="Carla",
        family_name="Collega",
        roles=[RoleName.coach],
        municipalities=["GM0622"],
    )


def tomorrow(hour: int, minute: int = 0) -> datetime:
    day = clock.local(clock.now()) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def page_of(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def send(client: FlaskClient, page: BeautifulSoup, **more: str) -> Any:
    """Send the round's form as the browser does, with what somebody changed in it."""
    form = page.select_one("#round")
    assert form is not None
    data: dict[str, Any] = {}
    for field in form.select("input"):
        if field.get("type") == "checkbox":
            if field.has_attr("checked"):
                data.setdefault(str(field["name"]), []).append(str(field["value"]))
        else:
            data[str(field["name"])] = str(field.get("value", ""))
    return client.post(str(form["action"]), data=data | more)


def appointed(visit: UUID) -> Appointment | None:
    db.session().expire_all()
    return db.session().get(Appointment, visit)


def test_a_clerk_lets_a_round_be_proposed_mends_it_and_keeps_it(world: World) -> None:
    carla = colleague(world)
    visits = [plan_visit(case, hours=-1) for case in world.cases(3)]
    clerk = world.sign_in(world.clerk)
    day = tomorrow(10).date().isoformat()
    address = f"/visits/plan?day={day}&coach={world.coach.id}"
    page = page_of(clerk, address)
    assert len(page.select("[data-row]")) == 3
    proposed = page_of(clerk, f"{address}&propose=1&start=10:00")
    times = [str(field["value"]) for field in proposed.select("#round input[type=time]")]
    assert times == ["10:00", "10:35", "11:10"]
    answer = send(clerk, proposed, **{f"at-{visits[2]}": "15:00", f"with-{visits[2]}": str(carla.id)})
    assert answer.status_code == 302, answer.text
    moments = [clock.local(db.session().get_one(ContactAttempt, visit).due_at) for visit in visits]
    assert [f"{at:%H:%M}" for at in moments] == ["10:00", "10:35", "15:00"]
    kept = appointed(visits[2])
    assert kept is not None and (kept.coach_id, kept.second_coach_id) == (world.coach.id, carla.id)
    assert not page_of(clerk, address).select("[data-row]")
    assert "Carla Collega" in clerk.get(address).text


def test_a_round_with_a_mistake_is_not_planned_at_all_and_says_why(world: World) -> None:
    visits = [plan_visit(case, hours=-1) for case in world.cases(3)]
    clerk = world.sign_in(world.clerk)
    day = tomorrow(10).date().isoformat()
    proposed = page_of(clerk, f"/visits/plan?day={day}&coach={world.coach.id}&propose=1&start=10:00")
    answer = send(clerk, proposed, **{f"at-{visits[1]}": "10:15"})
    assert answer.status_code == 422
    assert "bij twee deuren tegelijk" in answer.text
    assert 'value="10:15"' in answer.text, "what was typed is still there"
    assert not db.session().exec(select(Appointment)).all()


def test_who_plans_hears_of_each_visit_why_it_cannot_be(world: World) -> None:
    ours, theirs, gone, late, past, fine = (plan_visit(case) for case in world.cases(6))
    scope = scope_of_clerk(world)
    carla = colleague(world)
    planning_service.plan([Wanted(theirs, tomorrow(12), carla.id)], scope)
    with db.write() as session:
        session.get_one(ContactAttempt, late).latest_at = clock.now() + timedelta(minutes=1)
        session.get_one(ContactAttempt, gone).status = "cancelled"
    wanted = [
        Wanted(ours, tomorrow(10), world.coach.id),
        Wanted(theirs, tomorrow(11), world.coach.id),
        Wanted(gone, tomorrow(13), world.coach.id),
        Wanted(late, tomorrow(14), world.coach.id),
        Wanted(past, clock.now() - timedelta(hours=1), world.coach.id),
        Wanted(fine, tomorrow(15), world.coach.id),
    ]
    with pytest.raises(RoundRefused) as refused:
        planning_service.plan(wanted, scope, new=True)
    said = {visit: str(problem) for visit, problem in refused.value.problems.items()}
    assert set(said) == {theirs, gone, late, past}
    assert "Carla Collega" in said[theirs]
    assert "niet meer open" in said[gone]
    assert "kan tot en met" in said[late]
    assert "voorbij" in said[past]
    assert appointed(ours) is None and appointed(fine) is None
    # By hand, on the page of one visit, a coach may go later than the plan had thought.
    planning_service.plan([Wanted(late, tomorrow(14), world.coach.id)], scope)


def test_nobody_is_sent_to_a_municipality_where_she_may_see_nothing(world: World) -> None:
    carla = colleague(world)
    visit = plan_visit(world.case(municipality="GM0606"))
    for who, second in ((carla.id, None), (world.coach.id, carla.id)):
        with pytest.raises(RoundRefused) as refused:
            planning_service.plan([Wanted(visit, tomorrow(10), who, second)], scope_of_clerk(world))
        assert "Schiedam" in str(refused.value.problems[visit])
    planning_service.plan([Wanted(visit, tomorrow(10), world.coach.id)], scope_of_clerk(world))


def test_a_round_that_somebody_else_planned_meanwhile_says_so(world: World) -> None:
    case = world.case()
    visit = plan_visit(case, hours=-1)
    clerk = world.sign_in(world.clerk)
    day = tomorrow(10).date().isoformat()
    page = page_of(clerk, f"/visits/plan?day={day}&coach={world.coach.id}&propose=1")
    planning_service.plan([Wanted(visit, tomorrow(14), world.coach.id)], scope_of_clerk(world))
    answer = send(clerk, page)
    assert answer.status_code == 422
    assert "intussen gepland" in answer.text
    assert f"{clock.local(db.session().get_one(ContactAttempt, visit).due_at):%H:%M}" == "14:00"


def test_each_visit_of_a_round_has_its_own_length(world: World) -> None:
    long, short = (plan_visit(case, hours=-1) for case in world.cases(2))
    clerk = world.sign_in(world.clerk)
    day = tomorrow(10).date().isoformat()
    page = page_of(clerk, f"/visits/plan?day={day}&coach={world.coach.id}&propose=1&minutes=20")
    assert send(clerk, page, **{f"minutes-{long}": "60", f"at-{long}": "13:00"}).status_code == 302
    kept = [appointed(visit) for visit in (long, short)]
    assert [one and one.minutes for one in kept] == [60, 20]


def test_two_who_plan_at_the_same_moment_never_give_a_coach_two_doors(world: World) -> None:
    visits = [plan_visit(case) for case in world.cases(4)]
    scope, together, outcomes = scope_of_clerk(world), Barrier(4), []

    def planner(visit: UUID) -> None:
        with world.app.app_context():
            together.wait()
            try:
                planning_service.plan([Wanted(visit, tomorrow(10), world.coach.id)], scope, new=True)
                outcomes.append("planned")
            except RoundRefused:
                outcomes.append("refused")

    threads = [Thread(target=planner, args=(visit,)) for visit in visits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["planned", "refused", "refused", "refused"]


def test_nobody_is_at_two_doors_at_once_also_as_the_second_one(world: World) -> None:
    carla = colleague(world)
    one, other, third = (plan_visit(case) for case in world.cases(3))
    scope = scope_of_clerk(world)
    planning_service.plan([Wanted(one, tomorrow(10), world.coach.id, carla.id)], scope)
    with pytest.raises(RoundRefused) as refused:
        planning_service.plan([Wanted(other, tomorrow(10, 15), carla.id)], scope)
    assert set(refused.value.problems) == {other}
    planning_service.plan([Wanted(other, tomorrow(10, 30), carla.id)], scope)
    # It may move within its own time.
    planning_service.plan([Wanted(one, tomorrow(9, 45), world.coach.id, carla.id)], scope)
    for wrong in (
        Wanted(third, clock.now() - timedelta(hours=1), world.coach.id),
        Wanted(third, tomorrow(12), world.outsider().id),
        Wanted(third, tomorrow(12), world.coach.id, world.coach.id),
        Wanted(third, tomorrow(12), world.coach.id, minutes=0),
    ):
        with pytest.raises(RoundRefused):
            planning_service.plan([wrong], scope)
    assert appointed(third) is None


def scope_of_clerk(world: World) -> Any:
    return scope_of(world.clerk)


def test_a_visit_that_moves_keeps_from_when_and_why(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    planning_service.plan([Wanted(visit, tomorrow(10), world.coach.id)], scope_of_clerk(world))
    clerk = world.sign_in(world.clerk)
    address = f"/cases/{case.id}/visit/moment?attempt={visit}"
    page = page_of(clerk, address)
    assert page.select_one("#at")["value"] == "10:00"  # type: ignore[index]
    data = {
        "attempt": str(visit),
        "on": tomorrow(11).date().isoformat(),
        "at": "11:00",
        "coach": str(world.coach.id),
        "reason": "Moet naar de dokter",
    }
    assert post(clerk, address, data, token_from=address).status_code == 302
    (moved,) = [event for event in events(case) if event.data.get("reason")]
    assert moved.kind == "visit_planned"
    assert (clock.parse(moved.data["from"]), moved.data["reason"]) == (tomorrow(10), "Moet naar de dokter")
    assert "Moet naar de dokter" in clerk.get(f"/cases/{case.id}").text


@pytest.mark.parametrize(("what", "status"), [("again", "planned"), ("never", "cancelled")])
def test_a_visit_taken_off_keeps_the_reason_and_is_wished_for_again_or_not(
    world: World, what: str, status: str
) -> None:
    case = world.case()
    visit = plan_visit(case)
    planning_service.plan([Wanted(visit, tomorrow(10), world.coach.id)], scope_of_clerk(world))
    clerk = world.sign_in(world.clerk)
    address = f"/cases/{case.id}/visit/off?attempt={visit}"
    empty = post(clerk, address, {"attempt": str(visit), "reason": " ", "what": what}, token_from=address)
    assert empty.status_code == 422 and "Zeg waarom" in empty.text
    done = post(
        clerk, address, {"attempt": str(visit), "reason": "Coach ziek", "what": what}, token_from=address
    )
    assert done.status_code == 302
    assert appointed(visit) is None
    assert db.session().get_one(ContactAttempt, visit).status == status
    (off,) = [event for event in events(case) if event.kind == "visit_cancelled"]
    assert off.data["reason"] == "Coach ziek"


def in_a_plan(world: World) -> tuple[Case, UUID]:
    """Somebody whose plan has come to the visit, with the moment that it has tomorrow."""
    case = world.case()
    begin = clock.now() - timedelta(days=10)
    with clock.at(begin):
        campaign = campaigns.create(world.region.id, "najaar", "drie-weken", "Najaar")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
    tick(clock.now())
    query = select(ContactAttempt).where(ContactAttempt.channel == "visit")
    visit = db.session().exec(query).one()
    planning_service.plan([Wanted(visit.id, tomorrow(10), world.coach.id)], scope_of_clerk(world))
    return case, visit.id


def test_an_answer_the_evening_before_takes_the_visit_off_the_round_and_tells_the_coach(world: World) -> None:
    case, visit = in_a_plan(world)
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    kinds = [event.kind for event in events(case)]
    assert kinds.count("visit_called_off") == 1
    assert {"responded", "visit_called_off"} <= {one.kind for one in notices(case)}
    client = world.sign_in(world.coach)
    assert "niet meer nodig" in client.get("/today").text
    assert str(visit) not in client.get(f"/visits/plan?day={tomorrow(10).date()}").text
    timeline.record(case.id, EventKind.message_received, actor=timeline.PERSON, data={"text": "Hoi"})
    assert [event.kind for event in events(case)].count("visit_called_off") == 1


def test_a_colleague_who_was_to_go_hears_of_it_too(world: World) -> None:
    carla = colleague(world)
    with db.write() as session:
        carla.password = world.coach.password
        session.add(carla)
    case, visit = in_a_plan(world)
    planning_service.plan([Wanted(visit, tomorrow(10), world.coach.id, carla.id)], scope_of_clerk(world))
    client = world.sign_in(carla)
    assert "Je hoeft er niet heen" not in client.get("/today").text
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    page = client.get("/today").text
    assert "Je hoeft er niet heen" in page and "Noor" in page
    assert "Je hoeft er niet heen" not in world.sign_in(world.coach).get("/today").text, "she has a notice"
    with clock.at(tomorrow(12)):
        assert "Je hoeft er niet heen" not in world.sign_in(carla).get("/today").text


def test_a_plan_that_somebody_stopped_by_hand_calls_nothing_off_later(world: World) -> None:
    case, visit = in_a_plan(world)
    with db.write() as session:
        attempt = session.get_one(ContactAttempt, visit)
        attempt.status, attempt.reason = "cancelled", "by_hand"
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    assert "visit_called_off" not in [event.kind for event in events(case)]


def test_a_visit_that_took_place_is_not_called_off_by_itself(world: World) -> None:
    case, visit = in_a_plan(world)
    logging_service.log_visit(case.id, Result.met, by=world.coach.id, attempt_id=visit)
    assert "visit_called_off" not in [event.kind for event in events(case)]


def test_another_regions_visits_are_not_there(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    outsider = world.sign_in(world.outsider())
    for page in ("moment", "off"):
        assert outsider.get(f"/cases/{case.id}/visit/{page}?attempt={visit}").status_code == 404
    assert "Noor" not in outsider.get("/visits/plan").text


def test_planning_asks_as_many_questions_for_twenty_as_for_two(world: World) -> None:
    client = world.sign_in(world.clerk)
    address = f"/visits/plan?day={tomorrow(10).date()}&coach={world.coach.id}&propose=1"
    for case in world.cases(2):
        plan_visit(case)
    with counted(world.app) as few:
        client.get(address)
    for case in world.cases(18):
        plan_visit(case)
    with counted(world.app) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_warning_is_seen_by_who_must_see_it_and_ends_by_itself(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    coach = world.sign_in(world.coach)
    address = f"/cases/{case.id}/warning"
    until = clock.today() + timedelta(days=7)
    data = {"text": "Grote hond, bel eerst", "seen_by": "coaches", "until": until.isoformat()}
    assert post(coach, address, data, token_from=address).status_code == 302
    assert "Grote hond" in coach.get(f"/cases/{case.id}").text
    assert "Grote hond" in coach.get(f"/cases/{case.id}/visit/moment?attempt={visit}").text
    assert "Grote hond" in coach.get("/visits/plan").text
    clerk = world.sign_in(world.clerk)
    assert "Grote hond" not in clerk.get(f"/cases/{case.id}").text
    texts = [str(event.data) for event in db.session().exec(select(CaseEvent))]
    assert not any("hond" in text for text in texts)
    with clock.at(clock.now() + timedelta(days=9)):
        assert "Grote hond" not in world.sign_in(world.coach).get(f"/cases/{case.id}").text
    warning = db.session().exec(select(AddressWarning)).one()
    outsider = world.sign_in(world.outsider())
    assert post(outsider, f"{address}/{warning.id}/end", token_from="/visits").status_code == 404
    assert post(coach, f"{address}/{warning.id}/end", token_from="/visits").status_code == 302
    assert "Grote hond" not in coach.get(f"/cases/{case.id}").text


@pytest.mark.parametrize(
    "change",
    [
        {"text": " "},
        {"text": "x" * 301},
        {"seen_by": "iedereen"},
        {"until": "2020-01-01"},
        {"until": "2999-01-01"},
    ],
)
def test_a_warning_that_cannot_be_is_said_in_words(world: World, change: dict[str, str]) -> None:
    case = world.case()
    coach = world.sign_in(world.coach)
    address = f"/cases/{case.id}/warning"
    data = {"text": "Hond", "seen_by": "coaches", "until": clock.today().isoformat()} | change
    assert post(coach, address, data, token_from=address).status_code == 422
    assert not db.session().exec(select(AddressWarning)).all()
