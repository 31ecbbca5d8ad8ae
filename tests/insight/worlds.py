"""Worlds of cases for reports to count: drawn by Hypothesis, laid in the tables in one go, and gone again after it.

A `Story` says what there is in small plain values, so that the smallest world that shows a mistake can be read.
`told` lays it in the tables inside a transaction that is never committed: hundreds of worlds take seconds.
OUTREACH_INSIGHT_RUNS says how many worlds each test sees (thousands have been; some dozens each time).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlmodel import Session

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import CALL_RESULTS, VISIT_RESULTS, AttemptStatus, Channel, Result, status_after
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.config import ROOT
from outreach.regions.models import Municipality, Region
from outreach.responses.models import Response, ResponseCode
from tests.factories import World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PLAN = ROOT / "outreach" / "campaigns" / "plans" / "drie-weken.yaml"
SMALLEST = timedelta(microseconds=1)

USUAL = 40
worlds = settings(
    max_examples=int(os.environ.get("OUTREACH_INSIGHT_RUNS", USUAL)),
    deadline=None,
    # A world is gone again after each example: the fixture holds only the region and its staff.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

DAYS = [
    date(2026, 3, 29),  # The clock goes forward: two o'clock is three.
    date(2026, 3, 30),
    date(2026, 3, 28),
    date(2026, 10, 24),
    date(2026, 10, 25),  # The clock goes back: two o'clock comes twice.
    date(2027, 1, 3),  # A Sunday: its week began in the year before.
]
"""Few enough that things fall together, all of them days on which counting by days can go wrong."""
TIMES = [time(10), time(0), time(23, 59), time(2, 30), time(23, 30), time(0, 0, 0, 1)]
LAGS = [timedelta(0), timedelta(hours=1), timedelta(hours=14), timedelta(days=3)]
DELTAS = [
    timedelta(0),
    SMALLEST,
    -SMALLEST,
    timedelta(seconds=1),
    timedelta(hours=-2),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=1, seconds=-1),
    timedelta(days=1, microseconds=-1),
    timedelta(days=7, hours=1),
]
"""How long after an attempt an answer comes: before it, at the same moment, and around whole days."""
STEPS = ["w1-whatsapp-1", "w1-bel-1", "w2-brief", "w3-huisbezoek"]

_S = AttemptStatus
Ending = tuple[AttemptStatus, Result | None]
_OPEN: list[Ending] = [(_S.planned, None), (_S.cancelled, None), (_S.expired, None)]
ENDINGS: Mapping[Channel, list[Ending]] = {
    Channel.whatsapp: [
        *((status, None) for status in (_S.sent, _S.delivered, _S.read, _S.unknown, _S.claimed, _S.failed)),
        *_OPEN,
    ],
    Channel.sms: [(_S.sent, None), (_S.delivered, None), (_S.expired, None)],
    Channel.email: [(_S.sent, None), (_S.read, None), (_S.failed, None)],
    Channel.letter: [(_S.sent, None), (_S.returned, None), *_OPEN],
    Channel.call: [*((status_after(result), result) for result in CALL_RESULTS), *_OPEN],
    Channel.visit: [*((status_after(result), result) for result in VISIT_RESULTS), *_OPEN],
    Channel.card: [(_S.done, Result.card_left), (_S.planned, None)],
}
"""What becomes of an attempt by each channel in life."""


@dataclass(frozen=True, slots=True)
class Try:
    """A contact attempt. `took`: from when it was due until it was carried out. `outside`: in no plan.

    `back`: it was logged and taken back, so it is planned again.
    """

    step: str
    channel: Channel
    ending: Ending
    due: datetime
    took: timedelta = timedelta(0)
    variant: str | None = None
    enrolment: int = 0
    outside: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Something a young person did, `after` the attempt that it names (or, with none, after noon of the first day).

    `by_code`: by the code of that attempt.
    """

    kind: str
    attempt: int
    after: timedelta = timedelta(0)
    by_code: bool = False


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A case in a campaign. `plan`: which version, None before the campaign begins."""

    campaign: int
    began_on: date | None
    plan: int | None = 0
    status: str = "running"
    stop_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case: whose, where, how it stands, what was done for it and what came of it."""

    person: int
    municipality: int
    coach: int | None
    target_group: TargetGroup
    school: str
    status: CaseStatus
    outcome: tuple[str | None, str] | None
    outcome_on: date | None
    enrolled: tuple[Enrolled, ...]
    tries: tuple[Try, ...]
    answers: tuple[Answer, ...]
    order: str = "told"


@dataclass(frozen=True, slots=True)
class Story:
    """A whole world. `persons`: of each the household (None: no address) and the language."""

    persons: tuple[tuple[int | None, str], ...]
    dossiers: tuple[Dossier, ...]


def _moments() -> list[datetime]:
    """Moments in UTC around the hours of a Dutch clock at which days begin, end, or have 23 or 25 hours."""
    found = [
        datetime.combine(day, at, AMSTERDAM).replace(fold=fold).astimezone(UTC)
        for at, day, fold in product(TIMES, DAYS, (0, 1))
    ]
    return list(dict.fromkeys(found))


# A choice costs Hypothesis the same among three or among three thousand, so few choices make a fast world.
_any_state = list(product(AttemptStatus, [None, *Result]))
_in_life = [(channel, ending) for channel, endings in ENDINGS.items() for ending in endings]
_odd = list(product(Channel, _any_state))
_living = st.sampled_from(_in_life)
_any = st.integers(0, 7).flatmap(lambda lot: st.sampled_from(_odd) if lot == 7 else _living)
_due = st.sampled_from(_moments())
_where = st.sampled_from(list(product([0, 1], [False] * 5 + [True])))
_how = st.sampled_from(list(product(STEPS, LAGS, [None, "boven", "onder"], [False] * 5 + [True])))


@st.composite
def tries(draw: st.DrawFn, plans: int, odd: bool) -> Try:
    """An attempt as it can be in life; with `odd` now and then one in any state, since rows outlive rules."""
    channel, ending = draw(_any if odd else _living)
    step, took, variant, back = draw(_how)
    enrolment, outside = draw(_where) if plans else (0, True)
    return Try(step, channel, ending, draw(_due), took, variant, min(enrolment, plans - 1), outside, back)


KINDS = ["responded", "message_received", "contact_declined", "wrong_person_reported"]
ANSWERS = [Answer(*one) for one in product(KINDS, range(8), DELTAS, (False, True))]
_answers = st.lists(st.sampled_from(ANSWERS), max_size=3)

LABELS = [(each.name, label, each.kind(label)) for each in OUTCOME_LISTS.values() for label in each.labels]
GONE = [(name, label) for name, label, kind in LABELS if kind is OutcomeKind.gone]
OUTCOMES: list[tuple[str | None, str] | None] = [
    *[None] * 10,
    # One outcome of each kind, and of each list every word for somebody who is gone.
    *(next((name, label) for name, label, of_kind in LABELS if of_kind is kind) for kind in OutcomeKind),
    *GONE,
    # The same word in a list that has it not, or in none.
    (None, GONE[0][1]),
    ("zhz-matchmakers", GONE[0][1]),
]
REASONS = [*[None] * 4, "responded", "wrong_person", "by_hand", "status"]
ENROLLED = {
    campaign: [
        Enrolled(campaign, *one)
        for one in product([*DAYS, *DAYS[:2], None], [0, 1, None], ["running", "paused"], REASONS)
    ]
    for campaign in range(3)
}
GROUPS = [TargetGroup.nieuwe_vsv, TargetGroup.oud_vsv, TargetGroup.jib]
_belongs = st.sampled_from(list(product(range(3), [0, 1, None], GROUPS, ["", "Lentiz", "=Albeda"])))
_stands = st.sampled_from(list(product(CaseStatus, OUTCOMES, [*DAYS[:3], None], ["told", "by moment"])))
_campaigns = st.sampled_from([(), (0,), (0, 1), (1,), (0, 2), (2, 1)])


@st.composite
def dossiers(draw: st.DrawFn, persons: int, odd: bool) -> Dossier:
    """A case with its plans, attempts and answers."""
    municipality, coach, target_group, school = draw(_belongs)
    status, outcome, outcome_on, order = draw(_stands)
    enrolled = tuple(draw(st.sampled_from(ENROLLED[campaign])) for campaign in draw(_campaigns))
    return Dossier(
        person=draw(st.integers(0, persons - 1)),
        municipality=municipality,
        coach=coach,
        target_group=target_group,
        school=school,
        status=status,
        outcome=outcome,
        outcome_on=outcome_on,
        enrolled=enrolled,
        tries=tuple(draw(st.lists(tries(len(enrolled), odd), max_size=8))),
        answers=tuple(draw(_answers)),
        order=order,
    )


@st.composite
def stories(draw: st.DrawFn, most: int = 12, odd: bool = True) -> Story:
    """A world of up to so many cases, fewer persons than that, households that some of them share; or empty."""
    least = draw(st.sampled_from([0, *[most // 2] * 5]))
    one = st.sampled_from(list(product([0, 1, None], ["nl", "en", "ar"])))
    persons = tuple(draw(st.lists(one, min_size=max(1, least), max_size=max(1, most - 2))))
    return Story(persons, tuple(draw(st.lists(dossiers(len(persons), odd), min_size=least, max_size=most))))


@dataclass(frozen=True, slots=True)
class Told:
    """What was laid down: the campaigns' ids and slugs, the codes of municipalities, and of each case its id."""

    campaigns: tuple[UUID, ...]
    slugs: tuple[str, ...]
    municipalities: tuple[str, ...]
    cases: tuple[UUID, ...]


class _NotKept(Exception):
    """Ends the transaction of a world."""


@contextmanager
def told(world: World, story: Story) -> Iterator[Told]:
    """The world of this story stands in the tables inside the block, and has never been there after it."""
    try:
        with db.write() as session:
            yield _Teller(world, session).tell(story)
            raise _NotKept
    except _NotKept:
        return


@cache
def documents() -> tuple[str, str]:
    """Two plans: one with a home visit, one that ends before it."""
    whole = PLAN.read_text(encoding="utf-8")
    short = yaml.safe_load(whole)
    short["steps"] = [step for step in short["steps"] if step["channel"] in ("whatsapp", "call")]
    return whole, yaml.safe_dump(short, sort_keys=False)


class _Teller:
    """Makes the rows of a story and inserts them, a table at a time."""

    def __init__(self, world: World, session: Session) -> None:
        self.world, self.session = world, session
        self.rows: dict[Any, list[dict[str, Any]]] = {}
        self.codes: set[UUID] = set()

    def add(self, model: Any, **row: Any) -> UUID:
        row.setdefault("id", db.new_id())
        self.rows.setdefault(model, []).append(row)
        id_: UUID = row["id"]
        return id_

    def tell(self, story: Story) -> Told:
        self.region = self.world.region.id
        began = datetime(2026, 1, 1, tzinfo=UTC)
        # The same short name in another region, and a case of ours in neither of the two campaigns we see first.
        other = self.add(Region, slug="elders", name="Elders", settings={})
        self.municipalities = ("GM0622", "GM0606", "GM0193")
        self.rows[Municipality] = [{"code": "GM0193", "name": "Zwolle", "region_id": other}]
        self.plans = [
            self.add(PlanVersion, name="plan", digest=str(number), document=document, stored_at=began)
            for number, document in enumerate(documents())
        ]
        made = ((self.region, "maart"), (self.region, "mei"), (other, "maart"))
        self.campaigns = [
            self.add(
                Campaign,
                region_id=region,
                slug=slug,
                name=slug.title(),
                plan_name="plan",
                status="running",
                created_at=began,
            )
            for region, slug in made
        ]
        households = [
            self.add(Household, region_id=self.region, key=f"3131AA-{number}") for number in range(2)
        ]
        self.persons = [
            self.add(
                Person,
                region_id=self.region,
                household_id=None if household is None else households[household],
                family_name="Jansen",
                birth_date=date(2005, 3, 1),
                language=language,
            )
            for household, language in story.persons
        ]
        cases = [self.dossier(number, one) for number, one in enumerate(story.dossiers)]
        order = [Region, Municipality, PlanVersion, Campaign, Household, Person, Case, Enrolment, CaseEvent]
        for model in [*order, ContactAttempt, ResponseCode, Response]:
            if self.rows.get(model):
                self.session.execute(insert(db.table(model)), self.rows[model])
        slugs = tuple(slug for _region, slug in made)
        return Told(tuple(self.campaigns), slugs, self.municipalities, tuple(cases))

    def dossier(self, number: int, one: Dossier) -> UUID:
        coaches = [self.world.coach.id, self.world.coordinator.id]
        outcome_list, outcome = one.outcome or (None, None)
        case_id = self.add(
            Case,
            region_id=self.region,
            reference=f"D-{number}",
            person_id=self.persons[one.person],
            municipality_code=self.municipalities[one.municipality],
            coach_id=None if one.coach is None else coaches[one.coach],
            target_group=one.target_group.value,
            school=one.school,
            opened_at=datetime(2026, 1, 1, tzinfo=UTC),
            status=one.status.value,
            outcome=outcome,
            outcome_list=outcome_list,
            outcome_on=one.outcome_on if outcome else None,
        )
        enrolments = [self.enrolment(case_id, each) for each in one.enrolled]
        events = _Events(case_id)
        attempts = self.attempts(case_id, one, enrolments, events)
        self.answers(one, attempts, events)
        if one.order == "by moment":
            events.rows.sort(key=lambda row: row["at"])
        for seq, row in enumerate(events.rows, 1):
            self.add(CaseEvent, seq=seq, **row)
        for attempt_id, event_id in _belongs_to(attempts, events.rows).items():
            next(row for row in attempts if row["id"] == attempt_id)["response_event_id"] = event_id
        return case_id

    def enrolment(self, case_id: UUID, one: Enrolled) -> tuple[UUID, UUID]:
        campaign = self.campaigns[one.campaign]
        id_ = self.add(
            Enrolment,
            campaign_id=campaign,
            case_id=case_id,
            plan_version_id=None if one.plan is None else self.plans[one.plan],
            status="stopped" if one.stop_reason else one.status if one.began_on else "waiting",
            began_on=one.began_on,
            stop_reason=one.stop_reason,
        )
        return id_, campaign

    def attempts(
        self, case_id: UUID, one: Dossier, enrolments: list[tuple[UUID, UUID]], events: _Events
    ) -> list[dict[str, Any]]:
        found = []
        ordinals: Counter[tuple[UUID | None, str]] = Counter()
        for each in one.tries:
            enrolment, campaign = (None, None) if each.outside else enrolments[each.enrolment]
            ordinals[enrolment, each.step] += 1
            row = {
                "id": db.new_id(),
                "case_id": case_id,
                "enrolment_id": enrolment,
                "campaign_id": campaign,
                "step": each.step,
                "ordinal": ordinals[enrolment, each.step],
                "channel": each.channel.value,
                "owner": "system",
                "variant": each.variant,
                "planned_at": each.due,
                "due_at": each.due,
                "response_event_id": None,
                "scanned_at": None,
                **_ended(each),
            }
            self.add(ContactAttempt, **row)
            found.append(self.rows[ContactAttempt][-1])
            if each.channel in (Channel.call, Channel.visit) and each.ending[1] is not None:
                events.logged(each, row["id"])
        return found

    def answers(self, one: Dossier, attempts: list[dict[str, Any]], events: _Events) -> None:
        for each in one.answers:
            attempt = attempts[each.attempt % len(attempts)] if attempts else None
            noon = datetime.combine(DAYS[0], time(11), UTC)
            at = each.after + (_moment(attempt) if attempt else noon)
            event_id = events.add(each.kind, at)
            if each.by_code and attempt is not None:
                self.by_code(one, attempt, event_id, at)

    def by_code(self, one: Dossier, attempt: dict[str, Any], event_id: UUID, at: datetime) -> None:
        code = attempt["id"].hex[-10:]
        if attempt["id"] not in self.codes:
            self.codes.add(attempt["id"])
            self.rows.setdefault(ResponseCode, []).append(
                {
                    "code": code,
                    "region_id": self.region,
                    "case_id": attempt["case_id"],
                    "attempt_id": attempt["id"],
                    "issued_at": attempt["due_at"],
                    "expires_at": attempt["due_at"] + timedelta(days=365),
                }
            )
        attempt["scanned_at"] = min(at, attempt["scanned_at"] or at)
        self.add(
            Response,
            code=code,
            case_id=attempt["case_id"],
            attempt_id=attempt["id"],
            event_id=event_id,
            submitted_at=at,
            answers={},
        )


class _Events:
    """The events of a case, in the order in which they are told."""

    def __init__(self, case_id: UUID) -> None:
        self.case_id = case_id
        self.rows: list[dict[str, Any]] = []

    def add(self, kind: str, at: datetime, attempt_id: UUID | None = None, **data: str) -> UUID:
        row = {
            "id": db.new_id(),
            "case_id": self.case_id,
            "at": at,
            "recorded_at": at,
            "kind": kind,
            "actor": "person",
            "attempt_id": attempt_id,
            "data": data,
        }
        self.rows.append(row)
        id_: UUID = row["id"]
        return id_

    def logged(self, each: Try, attempt_id: UUID) -> None:
        """A call or a visit that was logged, and taken back when it was."""
        at, (_status, result) = each.due + each.took, each.ending
        assert result is not None
        event_id = self.add(f"{each.channel}_logged", at, attempt_id, result=result.value)
        if each.back:
            self.add("taken_back", at + timedelta(minutes=1), event=str(event_id))


def _ended(each: Try) -> dict[str, Any]:
    """The columns that say what became of an attempt, and when."""
    status, result = each.ending
    if each.back and each.channel in (Channel.call, Channel.visit):
        status, result = _S.planned, None
    at = each.due + each.took
    row: dict[str, Any] = {"status": status.value, "result": result.value if result else None}
    row |= {"sent_at": None, "delivered_at": None, "ended_at": None}
    if status in (_S.sent, _S.delivered, _S.read, _S.unknown, _S.returned):
        row["sent_at"] = at
    if status in (_S.delivered, _S.read):
        row["delivered_at"] = at + timedelta(seconds=3)
    if status in (_S.done, _S.failed, _S.cancelled, _S.expired):
        row["ended_at"] = at
    if status is _S.returned:
        row["ended_at"] = at + timedelta(days=5)
    return row


def _moment(attempt: Mapping[str, Any]) -> datetime:
    moment: datetime = attempt["sent_at"] or attempt["ended_at"] or attempt["due_at"]
    return moment


RESPONSES = ("responded", "message_received", "contact_declined")
WENT_OUT = ("sent", "delivered", "read", "done", "unknown", "returned", "failed")


def _belongs_to(attempts: list[dict[str, Any]], events: list[dict[str, Any]]) -> dict[UUID, UUID]:
    """To which attempt each response is noted, roughly as life would: also to one that failed or came back after it.

    Reports take it as it stands; whether the service notes it rightly is another test.
    """
    away = {row["data"]["event"] for row in events if row["kind"] == "taken_back"}
    found: dict[UUID, UUID] = {}
    for event in events:
        spoke = event["kind"].endswith("_logged") and event["data"]["result"] in ("spoke", "met", "refused")
        if (event["kind"] not in RESPONSES and not spoke) or str(event["id"]) in away:
            continue
        earlier = [row for row in attempts if row["status"] in WENT_OUT and _moment(row) <= event["at"]]
        if earlier:
            found.setdefault(max(earlier, key=lambda row: (_moment(row), row["id"]))["id"], event["id"])
    return found
