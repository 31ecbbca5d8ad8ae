"""Coaches hear on their devices of what comes in: who does, what it says, and what push services answer."""

import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from py_vapid import Vapid
from sqlmodel import select

from outreach import db
from outreach.cases import push_service as news
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice
from outreach.staff import push_delivery_service, push_queries, push_service
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.push_keys import public_key
from outreach.staff.scope import RoleName
from tests.conftest import NOTICES_KEY
from tests.counting import counted
from tests.factories import World
from tests.fakes import push_service as fake
from tests.fakes.push_service import Device, PushService

QUEUED = tuple[Any, ...]


class Queue:
    """The queue without a worker: `run` does what lies in it, again and again."""

    def __init__(self) -> None:
        self.jobs: list[QUEUED] = []
        self.waits: list[float] = []

    def push(self, *arguments: Any) -> None:
        self.jobs.append(arguments)

    def run(self) -> None:
        while self.jobs:
            news.tell(*self.jobs.pop(0))

    @property
    def later(self) -> Any:
        def schedule(args: QUEUED, delay: float) -> None:
            self.waits.append(delay)
            self.jobs.append(args)

        return schedule


@pytest.fixture
def queue(app: Flask) -> Queue:
    queue = Queue()

    def push(*arguments: Any) -> None:
        queue.push(*arguments)

    push.schedule = queue.later  # type: ignore[attr-defined]
    app.extensions["outreach_jobs"] = lambda: type("Jobs", (), {"push": staticmethod(push)})
    return queue


@pytest.fixture
def service() -> Iterator[PushService]:
    with fake.push_service(public_key(Vapid.from_raw(NOTICES_KEY.encode()))) as service:
        yield service
        assert service.wrong == []


def phone(service: PushService, user: User) -> Device:
    """A device of this person that has turned notices on."""
    device = service.device()
    push_service.subscribe(user.id, **device.given, user_agent="Chrome/140 Android")
    return device


def colleague(
    world: World, email: str, municipality: str = "GM0622", role: RoleName = RoleName.coach
) -> User:
    return staff.add_user(
        email=email,
        password=None,
        given_name="Carla",
        family_name="Collega",
        roles=[role],
        municipalities=[municipality],
    )


def answers(case: Case, kind: EventKind = EventKind.responded, **data: Any) -> None:
    timeline.record(case.id, kind, actor=timeline.PERSON, data=data)


def leave_without_coach(case: Case) -> None:
    with db.write() as session:
        kept = session.get_one(Case, case.id)
        kept.coach_id = None
        session.add(kept)


@pytest.mark.parametrize(
    ("kind", "data", "nl", "en"),
    [
        (EventKind.responded, {"now": "school"}, "Er is een reactie.", "There is an answer."),
        (EventKind.contact_declined, {}, "Er is een reactie.", "There is an answer."),
        (EventKind.wrong_person_reported, {}, "Er is een reactie.", "There is an answer."),
        (
            EventKind.responded,
            {"call_back": True},
            "Iemand wil gebeld worden.",
            "Somebody wants to be called.",
        ),
        (EventKind.message_received, {"text": "Hoi"}, "Er is een bericht.", "There is a message."),
    ],
)
def test_a_notice_says_what_came_in_and_nothing_about_anybody(
    world: World, queue: Queue, service: PushService, kind: EventKind, data: dict[str, Any], nl: str, en: str
) -> None:
    devices = [phone(service, world.coach) for _n in range(2)]
    case = world.case()
    answers(case, kind, **data)
    assert len(queue.jobs) == 1, "one job for all devices"
    queue.run()
    for device in devices:
        [words] = device.shown
        assert words == {"title": nl, "body": words["body"], "tag": words["tag"], "page": "/today"}
        for personal in ("Noor", "Jansen", case.reference, str(case.id), "Hoi", "school"):
            assert personal not in str(words)
    headers = devices[0].headers[0]
    assert (headers["Urgency"], headers["Topic"]) == ("high", devices[0].shown[0]["tag"])
    staff.change_own(world.coach.id, given_name="Sam", family_name="V", phone="", hours="", language="en")
    cases.handle_notice(db.session().exec(select(CoachNotice)).one().id, by=world.coach.id)
    answers(case, kind, **data)
    queue.run()
    assert devices[0].shown[1]["title"] == en


def test_several_are_counted_and_take_each_others_place(
    world: World, queue: Queue, service: PushService
) -> None:
    device = phone(service, world.coach)
    for case in world.cases(3):
        answers(case, EventKind.message_received, text="Hoi")
    answers(world.case(), call_back=True)
    queue.run()
    titles = [words["title"] for words in device.shown]
    assert titles == ["Er zijn 3 berichten."] * 3 + ["Iemand wil gebeld worden."]
    assert len({words["tag"] for words in device.shown}) == 2


def test_what_she_has_dealt_with_meanwhile_is_not_told(
    world: World, queue: Queue, service: PushService
) -> None:
    device = phone(service, world.coach)
    answers(world.case())
    cases.handle_notice(db.session().exec(select(CoachNotice)).one().id, by=world.coach.id)
    queue.run()
    assert device.shown == []


def test_without_devices_nothing_is_queued_and_one_query_says_so(
    world: World, queue: Queue, app: Flask
) -> None:
    case = world.case()
    with counted(app) as statements:
        answers(case)
    assert queue.jobs == []
    assert sum("push_subscription" in one for one in statements) == 1


def test_a_letter_that_came_back_can_wait(world: World, queue: Queue, service: PushService) -> None:
    phone(service, world.coach)
    answers(world.case(), EventKind.letter_returned)
    assert queue.jobs == []


def test_who_notes_a_reply_herself_needs_no_notice(world: World, queue: Queue, service: PushService) -> None:
    phone(service, world.coach)
    case = world.case()
    data = {"text": "Hoi"}
    timeline.record(
        case.id, EventKind.message_received, actor=timeline.staff_actor(world.coach.id), data=data
    )
    assert queue.jobs == []
    timeline.record(
        case.id, EventKind.message_received, actor=timeline.staff_actor(world.clerk.id), data=data
    )
    assert len(queue.jobs) == 1


def test_the_coach_of_the_case_hears_it_and_no_colleague(
    world: World, queue: Queue, service: PushService
) -> None:
    mine, hers = phone(service, world.coach), phone(service, colleague(world, "carla@example.org"))
    answers(world.case())
    queue.run()
    assert (len(mine.shown), len(hers.shown)) == (1, 0)


def test_of_a_case_without_a_coach_every_coach_of_its_municipality_hears(
    world: World, queue: Queue, service: PushService
) -> None:
    here = [phone(service, world.coach), phone(service, colleague(world, "carla@example.org"))]
    elsewhere = [
        phone(service, colleague(world, "maassluis@example.org", "GM0556")),
        phone(service, world.outsider()),
        phone(service, colleague(world, "clerk2@example.org", role=RoleName.clerk)),
    ]
    case = world.case()
    leave_without_coach(case)
    answers(case)
    queue.run()
    assert [len(device.shown) for device in here] == [1, 1]
    assert [len(device.shown) for device in elsewhere] == [0, 0, 0]


def test_a_closed_account_and_a_coach_who_left_the_municipality_hear_nothing(
    world: World, queue: Queue, service: PushService
) -> None:
    leaver = colleague(world, "carla@example.org")
    device = phone(service, leaver)
    case = world.case(coach=leaver)
    answers(case)
    staff.deactivate(leaver.id)
    queue.run()
    assert device.shown == [], "closed between the answer and the job"
    answers(case)
    assert queue.jobs == []
    staff.activate(leaver.id)
    more = {"given_name": "C", "family_name": "C", "phone": "", "hours": ""}
    staff.change_user(leaver.id, roles=[RoleName.coach], municipalities=["GM0556"], **more)
    answers(case)
    assert queue.jobs == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_forgotten(
    world: World, queue: Queue, service: PushService, status: int
) -> None:
    dead, alive = phone(service, world.coach), phone(service, world.coach)
    dead.answers.append((status, {}))
    answers(world.case())
    queue.run()
    assert [one.endpoint for one in push_queries.devices_of(world.coach.id)] == [alive.address]
    assert len(alive.shown) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_asked_again_for_that_device_alone(
    world: World, queue: Queue, service: PushService, status: int
) -> None:
    busy, other = phone(service, world.coach), phone(service, world.coach)
    busy.answers += [(status, {}), (status, {"Retry-After": "90"})]
    answers(world.case())
    queue.run()
    assert (len(busy.shown), len(other.shown)) == (1, 1)
    assert queue.waits == [20, 120]


def test_asked_to_wait_it_waits_and_in_the_end_gives_up(
    world: World, queue: Queue, service: PushService
) -> None:
    device = phone(service, world.coach)
    device.answers += [(429, {"Retry-After": "99999999"}), (429, {"Retry-After": "45"}), *[(500, {})] * 9]
    answers(world.case())
    queue.run()
    assert queue.waits == [20, 120, 600]
    device.answers[:] = [(429, {"Retry-After": "300"})]
    answers(world.case())
    queue.run()
    assert queue.waits[3:] == [300]
    assert len(push_queries.devices_of(world.coach.id)) == 1, "busy is not gone"


def test_another_refusal_is_noted_and_not_repeated(
    world: World, queue: Queue, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    device = phone(service, world.coach)
    device.answers.append((403, {}))
    answers(world.case())
    with caplog.at_level(logging.DEBUG, "outreach"):
        queue.run()
    assert queue.waits == []
    assert "status 403" in caplog.text
    assert device.address not in caplog.text
    assert world.coach.email not in caplog.text


def test_a_job_lasts_seconds_whatever_the_push_service_does(
    world: World, queue: Queue, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_delivery_service, "ALL_WITHIN", 0.3)
    phone(service, world.coach)
    service.delay = 2
    answers(world.case())
    [job] = queue.jobs
    queue.jobs.clear()
    took = fake.until(lambda: news.tell(*job) or True)
    assert took < 1.5
    assert queue.waits == [20]


def test_nobody_answering_is_busy_too(world: World, queue: Queue, service: PushService) -> None:
    device = Device("http://127.0.0.1:9/nobody")
    push_service.subscribe(world.coach.id, **device.given, user_agent="")
    answers(world.case())
    queue.run()
    assert queue.waits == [20, 120, 600]


def test_a_redirect_is_not_followed(world: World, queue: Queue, service: PushService) -> None:
    device, inside = phone(service, world.coach), service.device()
    device.answers.append((307, {"Location": inside.address}))
    answers(world.case())
    queue.run()
    assert device.shown == inside.shown == []
    assert queue.waits == []


def test_a_name_outside_that_leads_inside_is_let_go_before_a_word(
    world: World, queue: Queue, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import socket

    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        real = socket.getaddrinfo

        def rebound(host: str, *more: Any, **how: Any) -> Any:
            return (
                real("127.0.0.1", port, *more[1:], **how)
                if host == "push.example.org"
                else real(host, *more, **how)
            )

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        device = Device("https://push.example.org/x")
        push_service.subscribe(world.coach.id, **device.given, user_agent="")
        answers(world.case())
        queue.run()
        visitor, _from = door.accept()
        visitor.settimeout(5)
        heard.append(visitor.recv(100))
        visitor.close()
    assert heard == [b""]
    assert "inside the own network" in caplog.text
    assert queue.waits == []


def test_a_test_goes_to_one_device(world: World, queue: Queue, service: PushService) -> None:
    device, other = phone(service, world.coach), phone(service, world.coach)
    by_address = {one.endpoint: one.id for one in push_queries.devices_of(world.coach.id)}
    push_service.try_out(by_address[device.address], world.coach.id)
    queue.run()
    assert [words["title"] for words in device.shown] == ["Dit is een proefbericht."]
    assert other.shown == []


def test_the_questions_of_a_job_do_not_grow_with_the_devices(
    world: World, app: Flask, queue: Queue, service: PushService
) -> None:
    asked: list[int] = []
    for more in (1, 8):
        for _n in range(more):
            phone(service, world.coach)
        answers(world.case())
        with counted(app) as statements:
            queue.run()
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_job_for_nobody_does_nothing(world: World) -> None:
    news.tell("answer", [UUID(int=1)])
