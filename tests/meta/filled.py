"""A region that has been at work for two weeks, filled through the services, and a way to walk all its pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import AnyConverter, Rule

from outreach import clock, db
from outreach.attempts import logging_service as logged
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Enrolment
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice, ImportRun, Person
from outreach.cases.rules import CaseStatus
from outreach.letters import card_service
from outreach.letters import service as letters
from outreach.letters.models import PrintBatch
from outreach.messages import service as messages
from outreach.messages import unsubscribe_service
from outreach.messages.models import UnclaimedMessage
from outreach.responses import service as responses
from outreach.responses.models import ResponseCode
from outreach.responses.rules import Answers, Help, Now, Reach, When
from outreach.staff import push_service
from outreach.staff import service as staff
from outreach.staff.scope import RoleName, scope_of
from outreach.ticking import tick
from outreach.visits import (
    calendar_service,
    device_service,
    planning_service,
    report_service,
    safety_service,
    warning_service,
)
from outreach.visits.models import AddressWarning, FieldDevice, VisitPicture
from outreach.visits.planning_service import Wanted
from outreach.visits.safety_rules import Said
from outreach.web.access import OPEN, access_of
from tests.factories import MUNICIPALITIES, PASSWORD, World, csrf
from tests.fakes.push_service import Device
from tests.visits.door import body, plan_visit

FAMILY_NAME = "Waterwegers"
"""Everybody in the region is called so: who sees this name sees the region."""

LIST = (
    "dossiernummer;voornaam;achternaam;geboortedatum;straat;huisnummer;postcode;woonplaats;gemeente;telefoon\n"
    f"L-1;Mo;{FAMILY_NAME};01-02-2006;Hoogstraat;1;3131 AA;Vlaardingen;Vlaardingen;06-12345678\n"
    f"L-2;Sem;{FAMILY_NAME};31-31-2006;Hoogstraat;2;3131 AA;Vlaardingen;Vlaardingen;06-12345679\n"
    f"L-3;M.;{FAMILY_NAME};01-02-2006;Hoogstraat;1;3131 AA;Vlaardingen;Vlaardingen;\n"
)
"""A list with a bad row and two good ones, perhaps of the same person."""

PRINT_DAYS = (3, 8, 11)
"""Days of the story on which the clerk prints; whatever weekday it began, letters wait on these."""

OUTSIDER = "outsider"
NEIGHBOUR = "neighbour"
ROLES = tuple(role.value for role in RoleName)


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the filled database lies, who can sign in, and what fills the parameters of routes."""

    url: str
    emails: dict[str, str]
    values: dict[str, Any]


def fill(app: Flask, url: str, number: int = 6) -> Facts:
    """Live through two weeks: a campaign from its start, answers, calls, letters, a list, a draft."""
    with app.app_context():
        world = World.make(app)
        emails = _people(world)
        now = clock.now()
        begin = now - timedelta(days=12)
        with clock.at(begin):
            ids = [_case(world, n).id for n in range(number)]
            running = campaigns.create(world.region.id, "najaar", "drie-weken", "Najaar")
            campaigns.add_cases(running.id, ids)
            campaigns.start(running.id)
            draft = campaigns.create(world.region.id, "concept", "drie-weken", "Concept")
            fresh = _case(world, number).id
            campaigns.add_cases(draft.id, [fresh])
        _live(world, begin, ids)
        values = _values(world, ids, running.id) | {"slug": running.slug, "draft_id": draft.id}
        tick(now)
        values["run_id"] = _bring_list(world)
        values["device_id"] = _device(world)
    return Facts(url, emails, values)


def _people(world: World) -> dict[str, str]:
    from tests.factories import _hashed

    emails = {role: f"{role}@example.org" for role in ("coach", "clerk", "coordinator")}
    emails[OUTSIDER] = world.outsider().email
    more = {
        RoleName.administrator.value: ([RoleName.administrator], list(MUNICIPALITIES)),
        NEIGHBOUR: ([RoleName.coach, RoleName.clerk, RoleName.coordinator], ["GM0556"]),
    }
    for name, (roles, municipalities) in more.items():
        user = staff.add_user(
            email=f"{name}@example.org",
            password=None,
            given_name="Bea",
            family_name="Beheerder",
            roles=roles,
            municipalities=municipalities,
        )
        with db.write() as session:
            user.password = _hashed()
            session.add(user)
        emails[name] = user.email
    return emails


def _case(world: World, n: int) -> Case:
    return world.case(
        given_name=f"Noor{n}",
        family_name=FAMILY_NAME,
        mobile=None if n % 3 == 2 else f"+3161234{5000 + n}",
        municipality="GM0622",
    )


def _live(world: World, begin: Any, ids: list[UUID]) -> None:
    """Tick through the days; print what waits; answer, reply, call and visit now and then."""
    coach, clerk = world.coach.id, world.clerk.id
    for day in range(12):
        for hour in (9, 16):
            moment = begin.replace(hour=hour, minute=5) + timedelta(days=day)
            if moment > clock.now():
                break
            tick(moment)
        with clock.at(moment):
            if day in PRINT_DAYS:
                letters.print_waiting(world.region.id, MUNICIPALITIES, by=clerk)
            if day == 3:
                logged.log_call(ids[0], Result.no_answer, by=coach, note="Later nog eens.")
            if day == 6:
                messages.receive(ids[1], "whatsapp", "+31612345001", "Hoi, ik werk nu bij de bakker")
    cases.add_note(ids[0], "Moeder nam op.", by=coach)
    cases.opt_out(ids[0], "sms", by=coach)
    other = db.session().get_one(Case, ids[1]).reference
    timeline.record(ids[0], EventKind.duplicate_flagged, data={"others": [other]})
    code = _code_of(ids[3])
    answers = Answers(
        now=Now.school,
        help_with=(Help.work,),
        reach_by=(Reach.call,),
        phone="+31612345678",
        when=(When.evening,),
        message="Bel me maar.",
    )
    responses.submit(code, answers, "nl")
    logged.log_visit(ids[4], Result.nobody_home, by=coach, card_left=True)
    _lay_aside(ids[1])
    cases.choose_status(ids[1], CaseStatus.in_begeleiding, by=coach)


def _lay_aside(case_id: UUID) -> None:
    """A message of which somebody must say whose it is, from the number of this case."""
    person = db.session().get_one(Person, db.session().get_one(Case, case_id).person_id)
    with db.write() as session:
        session.add(
            UnclaimedMessage(
                channel="sms",
                provider_id="SM-filled",
                address=person.mobile or "",
                body="Hoi, kan je mij bellen?",
                at=clock.now(),
            )
        )


def _code_of(case_id: UUID) -> str:
    code = db.session().scalars(select(ResponseCode).where(ResponseCode.case_id == case_id)).first()
    assert code is not None, "nothing went out to this case"
    return code.code


def _values(world: World, ids: list[UUID], campaign_id: UUID) -> dict[str, Any]:
    session = db.session()
    session.expire_all()
    notice = session.scalars(select(CoachNotice).where(CoachNotice.handled_at.is_(None))).first()
    batch = session.scalars(select(PrintBatch)).first()
    enrolment = session.scalars(select(Enrolment).where(Enrolment.case_id == ids[0])).first()
    assert notice is not None, "no notice waits"
    assert batch is not None, "no letter was printed"
    assert enrolment is not None
    attempt = session.scalars(select(ContactAttempt).where(ContactAttempt.case_id == ids[0])).first()
    assert attempt is not None
    return {
        "case_id": ids[0],
        "notice_id": notice.id,
        "event_id": notice.event_id,
        "unclaimed_id": session.scalars(select(UnclaimedMessage)).one().id,
        "batch_id": batch.id,
        "cards.pdf.batch_id": card_service.print_cards(world.region.id, 4).id,
        "check_in_id": _at_a_door(world),
        "picture_id": _note_on_the_door(world, ids[0]),
        **_visits(world, ids),
        "number": batch.number,
        "enrolment_id": enrolment.id,
        "campaign_id": campaign_id,
        "code": _code_of(ids[0]),
        "word": CaseStatus.in_begeleiding.value,
        "status": CaseStatus.in_begeleiding.value,
        "role": "coach",
        "user_id": world.clerk.id,
        "region_slug": world.region.slug,
        "outcome_list": "rmd-vsv",
        "report_list": "mvs-oud-vsv",
        "anything": "geen/code",
        "name": "w2-brief",
        "figures": "by-municipality",
        "municipality": "GM0622",
        "plan_name": "drie-weken",
        "plan": "drie-weken",
        "variant": "boven",
        "language": "nl",
        "action": "pause",
        "campaigns.start.slug": "concept",
        "campaigns.plan.name": "drie-weken",
        "message_texts.edit_text.name": "w1-whatsapp-1",
        "message_texts.save_text.name": "w1-whatsapp-1",
        "unsubscribe.ask.token": unsubscribe_service.token(attempt.id),
        "unsubscribe.leave.token": unsubscribe_service.token(attempt.id),
    }


def _visits(world: World, ids: list[UUID]) -> dict[str, Any]:
    """A visit planned in a round, an address that is warned of, a phone, a report that waits for a coordinator."""
    coach = scope_of(world.coach)
    visit = plan_visit(db.session().get_one(Case, ids[2]), hours=1)
    later = clock.now() + timedelta(days=1)
    planning_service.plan([Wanted(visit, later, world.coach.id)], scope_of(world.clerk))
    warning_service.add(ids[0], "Grote hond", clock.today() + timedelta(days=9), "staff", coach)
    device_service.register(world.coach.id, "Chrome/140 Android")
    stray = body(db.session().get_one(Case, ids[2]), None) | {"version": 99}
    report_id = db.new_id()
    report_service.take_in(report_id, stray, coach)
    return {
        "warning_id": db.session().scalars(select(AddressWarning)).one().id,
        "phone_id": db.session().scalars(select(FieldDevice)).one().id,
        "report_id": report_id,
        "solution": "apply",
        "secret": calendar_service.make(world.coach.id),
    }


def _note_on_the_door(world: World, case_id: UUID) -> UUID:
    """The coach reported a visit with a checklist and a photo of a note."""
    written = BytesIO()
    Image.new("RGB", (8, 8), "white").save(written, "PNG")
    data = base64.b64encode(written.getvalue()).decode()
    report = body(db.session().get_one(Case, case_id), None) | {
        "checklist": "niet-thuis",
        "outcome": "nobody_home",
        "answers": {"lives_here": "likely", "seen": ["name_there"]},
        "pictures": [{"kind": "note", "type": "image/png", "data": data}],
    }
    taken = report_service.take_in(db.new_id(), report, scope_of(world.coach))
    assert not taken.errors
    return db.session().scalars(select(VisitPicture)).one().id


def _at_a_door(world: World) -> UUID:
    """The coach has been at a door for too long."""
    scope, since = scope_of(world.coach), clock.now() - timedelta(hours=1)
    id_ = db.new_id()
    safety_service.keep(id_, Said(None, None, since, 30, None, None), scope)
    safety_service.watch(clock.now())
    return id_


def _device(world: World) -> UUID:
    """The coach hears of what comes in on her phone; its push service is on this machine and away."""
    given = {**Device("http://127.0.0.1:9/a-phone").given, "user_agent": "Chrome/140 Android"}
    return push_service.subscribe(world.coach.id, **given).id


def _bring_list(world: World) -> UUID | None:
    """The clerk brings a list through the page; None when there is no such page."""
    client = world.sign_in(world.clerk)
    rules = {rule.endpoint: rule for rule in world.app.url_map.iter_rules()}
    if "imports.start" not in rules:
        return None
    page = BeautifulSoup(client.get(rules["imports.start"].rule).text, "html.parser")
    box = page.find("input", attrs={"type": "file"})
    assert box is not None, "the import page has no field for a file"
    form = box.find_parent("form")
    data = {str(i["name"]): i.get("value", "") for i in form.find_all("input") if i.get("name")}
    data[str(box["name"])] = (BytesIO(LIST.encode()), "lijst.csv")
    client.post(str(form.get("action") or rules["imports.start"].rule), data=data)
    db.session().expire_all()
    run = db.session().scalars(select(ImportRun)).first()
    assert run is not None, "the list did not come in"
    return run.id


@dataclass
class Filled:
    """The application on a copy of the filled database."""

    app: Flask
    facts: Facts
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    seen: list[Page] = field(default_factory=list)

    def sign_in(self, who: str) -> FlaskClient:
        """A browser in which this person (a role, 'outsider' or 'neighbour') has signed in; once each."""
        if who not in self.clients:
            self.clients[who] = self.new_client(who)
        return self.clients[who]

    def new_client(self, who: str) -> FlaskClient:
        """A fresh browser in which this person has signed in."""
        client = self.app.test_client()
        data = {
            "email": self.facts.emails[who],
            "password": PASSWORD,
            "csrf_token": csrf(client, "/sign-in"),
        }
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 302, answer.text
        return client

    def path(self, rule: Rule) -> str:
        """The address of a route, its parameters filled from the region's data."""
        given = {name: self._value(rule, name) for name in rule.arguments}
        with self.app.test_request_context():
            return self.app.url_for(rule.endpoint, **given)

    def _value(self, rule: Rule, name: str) -> Any:
        found = self.facts.values.get(f"{rule.endpoint}.{name}", self.facts.values.get(name))
        if found is None and isinstance(rule._converters[name], AnyConverter):
            found = min(rule._converters[name].items)
        assert found is not None, (
            f"tests/meta/filled.py does not know what to fill in for <{name}> of {rule.rule} ({rule.endpoint})"
        )
        return found

    def rules(self, method: str) -> list[Rule]:
        """All routes that take this method, in the order of their addresses."""
        found = [rule for rule in self.app.url_map.iter_rules() if method in (rule.methods or ())]
        return sorted(found, key=lambda rule: (rule.rule, rule.endpoint))

    def may(self, endpoint: str, role: str) -> bool:
        """Whether the route says that this role may open it."""
        access = access_of(self.app, endpoint)
        return access is OPEN or access is None or role in access  # type: ignore[operator]

    def pages(self) -> list[Page]:
        """Every page that can be opened: each route once for each role that may, with its answer."""
        if not self.seen:
            self.seen.extend(self._pages())
        return self.seen

    def _pages(self) -> Iterator[Page]:
        for rule in self.rules("GET"):
            path = self.path(rule)
            if access_of(self.app, rule.endpoint) is OPEN:
                client = self.app.test_client()
                yield Page(rule.endpoint, path, "a stranger", client.get(path), partial(client.get, path))
                continue
            for role in ROLES:
                if self.may(rule.endpoint, role):
                    client = self.sign_in(role)
                    yield Page(rule.endpoint, path, role, client.get(path), partial(client.get, path))


@dataclass(frozen=True, slots=True)
class Page:
    """A page as somebody saw it."""

    endpoint: str
    path: str
    who: str
    answer: Any
    again: Callable[..., Any]

    @property
    def is_html(self) -> bool:
        """Whether it is a page for people."""
        return self.answer.mimetype == "text/html" and bool(self.answer.data)

    def __str__(self) -> str:
        return f"{self.path.split('?')[0]} ({self.endpoint}) as {self.who}: {self.answer.status_code}"
