"""A coach at a door: she checks in and out, and whoever must look after her hears of it in time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from py_vapid import Vapid
from sqlmodel import select

from outreach import clock, db
from outreach.staff import push_service
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.push_keys import public_key
from outreach.staff.scope import RoleName, scope_of
from outreach.ticking import tick
from outreach.visits import safety_rules, safety_service
from outreach.visits.models import CheckIn
from outreach.visits.safety_rules import GRACE, LONGEST, SHORTEST, Warned, warned_by_now
from tests.conftest import NOTICES_KEY
from tests.factories import World, csrf, post
from tests.fakes import push_service as fake
from tests.fakes.push_service import Device, PushService

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@given(st.integers(SHORTEST, LONGEST), st.integers(-60, 3000))
def test_first_she_is_asked_and_ten_minutes_later_the_others_are_told(minutes: int, after: int) -> None:
    now = NOON + timedelta(minutes=after)
    over = NOON + timedelta(minutes=minutes)
    told = warned_by_now(NOON, minutes, now)
    if now < over:
        assert told is Warned.nobody
    elif now < over + GRACE:
        assert told is Warned.herself
    else:
        assert told is (Warned.others if now <= over + timedelta(hours=24) else Warned.nobody)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"at": None}, "at"),
        ({"at": "gisteren"}, "at"),
        ({"at": 5}, "at"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 241}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({"minutes": "30"}, "minutes"),
        ({"visit": "de deur"}, "visit"),
        ({"case": 7}, "case"),
        ({"help_at": "nu"}, "help_at"),
    ],
)
def test_what_a_phone_says_wrongly_is_named_by_field(change: dict[str, Any], field: str) -> None:
    body = {"visit": None, "case": None, "at": NOON.isoformat(), "minutes": 30} | change
    said, wrong = safety_rules.read(body)
    assert said is None and set(wrong) == {field}


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_what_is_no_check_in_at_all_is_said_to_be_none(body: object) -> None:
    assert set(safety_rules.read(body)[1]) == {"body"}


class Queue:
    """The queue without a worker."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []

    def run(self) -> None:
        while self.jobs:
            safety_service.tell(*self.jobs.pop(0))


@pytest.fixture
def queue(app: Flask) -> Queue:
    queue = Queue()

    def alarm(*arguments: Any) -> None:
        queue.jobs.append(arguments)

    app.extensions["outreach_jobs"] = lambda: type("Jobs", (), {"alarm": staticmethod(alarm)})
    return queue


@pytest.fixture
def service() -> Iterator[PushService]:
    with fake.push_service(public_key(Vapid.from_raw(NOTICES_KEY.encode()))) as service:
        yield service
        assert service.wrong == []


def phone(service: PushService, user: User) -> Device:
    device = service.device()
    push_service.subscribe(user.id, **device.given, user_agent="Chrome/140 Android")
    return device


def buddy(world: World) -> User:
    """A colleague who can sign in."""
    user = staff.add_user(
        email="carla@example.org",
        password=None,
        given_name="Carla",
        family_name="Collega",
        roles=[RoleName.coach],
        municipalities=["GM0622"],
    )
    with db.write() as session:
        user.password = world.coach.password
        session.add(user)
    return user


def put(client: FlaskClient, id_: UUID, phone_time: datetime | None = None, **body: Any) -> Any:
    """What the phone app sends."""
    sent = {"visit": None, "case": None, "at": clock.now().isoformat(), "minutes": 30} | body
    headers = {
        "X-CSRFToken": csrf(client, "/safety"),
        "X-Phone-Time": (phone_time or clock.now()).isoformat(),
    }
    return client.put(f"/field/api/check-ins/{id_}", json=sent, headers=headers)


def kept(id_: UUID) -> CheckIn:
    db.session().expire_all()
    return db.session().get_one(CheckIn, id_)


def shown(device: Device) -> list[str]:
    return [words["title"] for words in device.shown]


def test_who_does_not_check_out_is_asked_and_then_her_colleague_and_coordinator_hear_once(
    world: World, queue: Queue, service: PushService
) -> None:
    carla = buddy(world)
    own, hers, coordinators = (phone(service, user) for user in (world.coach, carla, world.coordinator))
    safety_service.choose_colleague(carla.id, scope_of(world.coach))
    id_ = uuid4()
    with clock.at(NOON):
        assert put(world.sign_in(world.coach), id_).status_code == 201
    for minutes in (10, 29):
        tick(NOON + timedelta(minutes=minutes))
    assert not queue.jobs
    for minutes in (30, 31, 39):
        tick(NOON + timedelta(minutes=minutes))
    queue.run()
    assert shown(own) == ["Ben je al weer buiten?"]
    assert shown(hers) == shown(coordinators) == []
    for minutes in (40, 41, 60):
        tick(NOON + timedelta(minutes=minutes))
    queue.run()
    assert shown(own) == ["Ben je al weer buiten?"]
    assert shown(hers) == shown(coordinators) == ["Een collega heeft zich niet afgemeld."]
    for device in (own, hers, coordinators):
        assert "Samira" not in str(device.shown) and str(id_) not in str(device.shown)
    with clock.at(NOON + timedelta(minutes=61)):
        assert "Samira de Vries" in world.sign_in(carla).get("/today").text
        page = world.sign_in(world.coordinator).get("/safety").text
    assert "Samira de Vries" in page and "tel:+31612345678" in page


def test_who_checks_out_in_time_is_left_in_peace(world: World, queue: Queue, service: PushService) -> None:
    own = phone(service, world.coach)
    id_ = uuid4()
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        put(client, id_)
    with clock.at(NOON + timedelta(minutes=20)):
        assert put(client, id_, at=NOON.isoformat(), ended_at=clock.now().isoformat()).status_code == 200
    tick(NOON + timedelta(hours=2))
    queue.run()
    assert shown(own) == []


def test_what_ended_never_begins_again_in_whatever_order_it_is_told(world: World, queue: Queue) -> None:
    id_ = uuid4()
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        end = (NOON + timedelta(minutes=5)).isoformat()
        assert put(client, id_, at=NOON.isoformat(), ended_at=end).status_code == 201
        assert put(client, id_, at=NOON.isoformat()).status_code == 200
    assert kept(id_).ended_at == NOON + timedelta(minutes=5)


def test_more_time_is_more_time(world: World, queue: Queue, service: PushService) -> None:
    own = phone(service, world.coach)
    id_ = uuid4()
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        put(client, id_)
    tick(NOON + timedelta(minutes=31))
    with clock.at(NOON + timedelta(minutes=32)):
        put(client, id_, at=NOON.isoformat(), minutes=90)
    tick(NOON + timedelta(minutes=60))
    queue.run()
    assert shown(own) == ["Ben je al weer buiten?"]
    tick(NOON + timedelta(minutes=90))
    queue.run()
    assert len(shown(own)) == 2


def test_help_is_heard_at_once_and_once(world: World, queue: Queue, service: PushService) -> None:
    coordinators = phone(service, world.coordinator)
    id_ = uuid4()
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        first = put(client, id_, help_at=NOON.isoformat())
        again = put(client, id_, help_at=NOON.isoformat())
    assert (first.json["told"], again.json["told"]) == (1, 1), "asked again it says that she was heard"
    queue.run()
    assert shown(coordinators) == ["Een collega vraagt om hulp."]


def test_a_phone_is_told_honestly_that_nobody_could_be_told(world: World, queue: Queue) -> None:
    carla = buddy(world)
    staff.change_own(
        carla.id, given_name="Carla", family_name="Collega", phone="06 87654321", hours="", language="nl"
    )
    safety_service.choose_colleague(carla.id, scope_of(world.coach))
    answer = put(world.sign_in(world.coach), uuid4(), help_at=clock.now().isoformat())
    assert answer.json == {"told": 0, "colleague": {"name": "Carla Collega", "phone": "06 87654321"}}


def test_a_check_in_that_comes_hours_later_calls_nobody_out_when_she_is_home(
    world: World, queue: Queue, service: PushService
) -> None:
    coordinators = phone(service, world.coordinator)
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        at, end = NOON - timedelta(hours=5), NOON - timedelta(hours=4)
        put(client, uuid4(), at=at.isoformat(), ended_at=end.isoformat())
        put(client, uuid4(), at=(NOON - timedelta(days=3)).isoformat())
        tick(NOON)
    queue.run()
    assert shown(coordinators) == []


def test_a_wrong_clock_of_the_phone_is_set_right(world: World, queue: Queue) -> None:
    id_ = uuid4()
    client = world.sign_in(world.coach)
    with clock.at(NOON):
        ahead = NOON + timedelta(days=1)
        put(client, id_, ahead, at=ahead.isoformat())
    assert kept(id_).at == NOON


def test_somebody_elses_check_in_is_not_touched(world: World, queue: Queue) -> None:
    id_ = uuid4()
    put(world.sign_in(world.coach), id_)
    answer = put(world.sign_in(buddy(world)), id_, ended_at=clock.now().isoformat())
    assert answer.status_code == 409
    assert kept(id_).ended_at is None


def test_without_the_app_it_works_on_a_page_too(world: World, queue: Queue, service: PushService) -> None:
    coordinators = phone(service, world.coordinator)
    client = world.sign_in(world.coach)
    assert post(client, "/safety/in", {"minutes": "45"}, token_from="/safety").status_code == 302
    assert "Je staat bij een deur" in client.get("/safety").text
    assert "Je staat bij een deur" in client.get("/today").text
    assert post(client, "/safety/help", token_from="/safety").status_code == 302
    queue.run()
    assert shown(coordinators) == ["Een collega vraagt om hulp."]
    check_in = db.session().exec(select(CheckIn)).one()
    # Her coordinator has contact, and says so to the others.
    joost = world.sign_in(world.coordinator)
    assert post(joost, f"/safety/{check_in.id}/seen", token_from="/safety").status_code == 302
    assert kept(check_in.id).help_seen_by == world.coordinator.id
    assert post(client, f"/safety/{check_in.id}/out", token_from="/safety").status_code == 302
    assert kept(check_in.id).ended_at is not None
    assert f"door-{check_in.id}" not in joost.get("/safety").text


def test_who_has_nothing_to_do_with_her_sees_nothing_of_her(world: World, queue: Queue) -> None:
    id_ = uuid4()
    put(world.sign_in(world.coach), id_, help_at=clock.now().isoformat())
    outsider = world.sign_in(world.outsider())
    assert f"door-{id_}" not in outsider.get("/safety").text
    assert post(outsider, f"/safety/{id_}/out", token_from="/safety").status_code == 404
    # A colleague whom she did not choose.
    carla = world.sign_in(buddy(world))
    assert f"door-{id_}" not in carla.get("/safety").text
    assert "vraagt om hulp" not in carla.get("/today").text
    assert post(carla, f"/safety/{id_}/seen", token_from="/safety").status_code == 404


def test_she_chooses_only_who_works_where_she_does(world: World, queue: Queue) -> None:
    client = world.sign_in(world.coach)
    carla = buddy(world)
    post(client, "/safety/colleague", {"colleague": str(carla.id)}, token_from="/safety")
    chosen = safety_service.safety_queries.colleague_of(world.coach.id)
    assert chosen is not None and chosen.id == carla.id
    post(client, "/safety/colleague", {"colleague": str(world.outsider().id)}, token_from="/safety")
    chosen = safety_service.safety_queries.colleague_of(world.coach.id)
    assert chosen is not None and chosen.id == carla.id
    post(client, "/safety/colleague", {"colleague": ""}, token_from="/safety")
    assert safety_service.safety_queries.colleague_of(world.coach.id) is None
