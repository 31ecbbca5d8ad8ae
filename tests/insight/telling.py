"""Lays the world of a story in the tables, in one go, and takes it away again.

It happens inside a transaction that is never committed: hundreds of worlds take seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import insert
from sqlmodel import Session

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.cases.models import Case, CaseEvent, Household, Person
from outreach.config import ROOT
from outreach.regions.models import Municipality, Region
from outreach.responses.models import Response, ResponseCode
from tests.factories import World
from tests.insight.story import Dossier, Enrolled, Story, Try

PLAN = ROOT / "outreach" / "campaigns" / "plans" / "drie-weken.yaml"
NOON = datetime(2026, 3, 29, 11, tzinfo=UTC)
_S = AttemptStatus


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
        moments = {row["id"]: row["at"] for row in events.rows}
        for attempt_id, event_id in _belongs_to(attempts, events.rows).items():
            attempt = next(row for row in attempts if row["id"] == attempt_id)
            attempt |= {"response_event_id": event_id, "responded_at": moments[event_id]}
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
                "responded_at": None,
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
            at = each.after + (_moment(attempt) if attempt else NOON)
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
