"""Reads about messages that a coach sends from her own phone: what stands ready, what went, what must be written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Owner
from outreach.campaigns.queries import planner_settings
from outreach.cases.models import Case, OptOut, Person
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads, mine
from outreach.cases.rules import CaseStatus
from outreach.config import Settings
from outreach.messages.hand_rules import CHANNELS, link
from outreach.messages.models import Message
from outreach.messages.outbox_queries import ALL
from outreach.regions.models import Region
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that stands ready to be sent. `quiet_until`: it must wait until then (an aware moment)."""

    case: CaseHead
    attempt_id: UUID
    channel: str
    number: str
    body: str
    due_at: datetime
    quiet_until: datetime | None = None

    @property
    def href(self) -> str:
        """What opens the app of her phone."""
        return link(self.channel, self.number, self.body)


@dataclass(frozen=True, slots=True)
class Gone:
    """A message that a coach sent, and after which nobody answered yet."""

    case: CaseHead
    attempt_id: UUID
    channel: str
    sent_at: datetime


def by_hand() -> list[str]:
    """The channels of this installation that go from a coach's own phone, WhatsApp first."""
    settings: Settings = current_app.extensions["outreach_settings"]
    return [channel for channel in CHANNELS if channel in settings.providers.by_hand]


def _of_a_coach() -> list[ColumnElement[bool]]:
    attempt = db.table(ContactAttempt).c
    return [attempt.owner == Owner.coach.value, attempt.channel.in_(CHANNELS)]


def _open(now: datetime) -> list[ColumnElement[bool]]:
    """Of a coach, not held by a pause, in time, and to somebody who has not opted out."""
    attempt = db.table(ContactAttempt).c
    return [
        *_of_a_coach(),
        attempt.status == AttemptStatus.planned.value,
        attempt.held.is_(False),
        or_(attempt.latest_at.is_(None), attempt.latest_at > now),
        ~_opted_out(),
    ]


def _opted_out() -> ColumnElement[bool]:
    attempt = db.table(ContactAttempt).c
    return exists().where(
        col(OptOut.person_id) == col(Case.person_id), col(OptOut.channel).in_((attempt.channel, ALL))
    )


_MESSAGE = ("id", "channel", "due_at", "enrolment_id")


def _ready(scope: Scope, now: datetime) -> Select[Any]:
    attempt, message = db.table(ContactAttempt), db.table(Message)
    return (
        heads(scope)
        .add_columns(*(attempt.c[name] for name in _MESSAGE), message.c.address, message.c.body)
        .join(attempt, attempt.c.case_id == db.table(Case).c.id)
        .join(message, message.c.attempt_id == attempt.c.id)
        .where(*_open(now))
        .order_by(attempt.c.due_at, attempt.c.id)
    )


def ready(scope: Scope, now: datetime, limit: int) -> list[Ready]:
    """What stands ready for this coach, in order: of her cases, and of those of nobody yet."""
    return _found(_ready(scope, now).where(mine(scope)).limit(limit), now)


def ready_of(case_id: UUID, scope: Scope, now: datetime) -> list[Ready]:
    """What stands ready on one case, whoever its coach is."""
    return _found(_ready(scope, now).where(db.table(Case).c.id == case_id).limit(10), now)


def _found(query: Select[Any], now: datetime) -> list[Ready]:
    rows = db.session().execute(query).all()
    quiet = quiet_regions(now) if rows else {}
    found = []
    for row in rows:
        case = head_of(row)
        attempt_id, channel, due_at, enrolment_id, number, body = row[HEAD_WIDTH:]
        # What a coach wrote herself goes at once, whatever the hour.
        until = quiet.get(case.region_id) if enrolment_id is not None else None
        found.append(Ready(case, attempt_id, channel, number, body, due_at, until))
    return found


def quiet_regions(now: datetime) -> dict[UUID, datetime]:
    """The regions in which no message of a plan may go now, each with the moment from which one may."""
    hours = {region.id: planner_settings(region).quiet for region in db.session().scalars(select(Region))}
    return {key: quiet.next_allowed(now) for key, quiet in hours.items() if not quiet.allowed(now)}


def count_ready(scope: Scope, now: datetime) -> tuple[int, str]:
    """How many stand ready for this coach, and a mark that changes when they do."""
    attempt, case = db.table(ContactAttempt), db.table(Case)
    query = (
        select(attempt.c.id)
        .join(case, case.c.id == attempt.c.case_id)
        .join(db.table(Message), db.table(Message).c.attempt_id == attempt.c.id)
        .where(case.c.municipality_code.in_(scope.municipalities), mine(scope), *_open(now))
        .order_by(attempt.c.id)
    )
    ids = db.session().scalars(query).all()
    return len(ids), f"{len(ids)}-{crc32(repr(ids).encode()):08x}"


def gone(scope: Scope, since: datetime, limit: int) -> list[Gone]:
    """What went from coaches' phones since then, to people of hers who have not answered, the last one first."""
    attempt = db.table(ContactAttempt).c
    query = (
        heads(scope)
        .add_columns(attempt.id, attempt.channel, attempt.sent_at)
        .join(db.table(ContactAttempt), attempt.case_id == db.table(Case).c.id)
        .where(mine(scope), *_of_a_coach())
        .where(attempt.status == AttemptStatus.sent.value, attempt.sent_at >= since)
        .where(db.table(Case).c.status == CaseStatus.in_benadering.value)
        .order_by(attempt.sent_at.desc(), attempt.id)
        .limit(limit)
    )
    return [Gone(head_of(row), *row[HEAD_WIDTH:]) for row in db.session().execute(query)]


def unwritten(now: datetime, awake: Collection[UUID], limit: int) -> Select[Any]:
    """Messages for coaches that are due and have no text yet, locked; those of plans only where it is not quiet."""
    attempt = db.table(ContactAttempt)
    return (
        select(attempt.c.id)
        .join(Case, col(Case.id) == attempt.c.case_id)
        .where(
            *_of_a_coach(),
            attempt.c.status == AttemptStatus.planned.value,
            attempt.c.held.is_(False),
            attempt.c.due_at <= now,
            or_(attempt.c.latest_at.is_(None), attempt.c.latest_at > now),
            or_(col(Case.region_id).in_(set(awake)), attempt.c.enrolment_id.is_(None)),
            ~exists().where(col(Message.attempt_id) == attempt.c.id),
        )
        .order_by(attempt.c.due_at, attempt.c.id)
        .limit(limit)
        .with_for_update(of=attempt, skip_locked=True)
    )


def unwanted() -> Select[Any]:
    """Messages for coaches to people who have opted out since."""
    attempt = db.table(ContactAttempt)
    return (
        select(attempt.c.id)
        .join(Case, col(Case.id) == attempt.c.case_id)
        .where(*_of_a_coach(), attempt.c.status == AttemptStatus.planned.value, _opted_out())
    )


def left_to_the_system(channels: Sequence[str]) -> Select[Any]:
    """Messages of these channels that wait for a worker."""
    attempt = db.table(ContactAttempt).c
    return select(attempt.id).where(
        attempt.channel.in_(channels),
        attempt.owner == Owner.system.value,
        attempt.status == AttemptStatus.planned.value,
    )


def message_of(case_id: UUID, attempt_id: UUID) -> Any:
    """A written message of a coach with its attempt, as `written`; None when the case has none such."""
    attempt = db.table(ContactAttempt).c
    return db.session().execute(_written([attempt_id]).where(attempt.case_id == case_id)).first()


def written(attempt_ids: Collection[UUID]) -> Sequence[Any]:
    """Written messages of coaches with their attempts, a row each by name; `at` is when it was written or went."""
    return db.session().execute(_written(attempt_ids)).all()


def _written(attempt_ids: Collection[UUID]) -> Select[Any]:
    attempt, message = db.table(ContactAttempt).c, db.table(Message).c
    return (
        select(
            *(attempt[name] for name in ("id", "case_id", "channel", "step", "status")),
            message.id.label("message_id"),
            message.address,
            message.body,
            message.at,
            col(Case.person_id),
        )
        .join(db.table(Message), message.attempt_id == attempt.id)
        .join(Case, col(Case.id) == attempt.case_id)
        .where(attempt.id.in_(set(attempt_ids)), *_of_a_coach())
    )


def number_of(case_id: UUID, channel: str) -> tuple[str, UUID | None] | None:
    """The number that somebody answers from by this channel, and the coach of the case; None when none is known.

    That is the number of the last message by it, else her mobile.
    """
    last = (
        select(col(Message.address))
        .where(col(Message.case_id) == case_id, col(Message.channel) == channel)
        .order_by(col(Message.at).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(func.coalesce(last, col(Person.mobile)), col(Case.coach_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(col(Case.id) == case_id)
    )
    row = db.session().execute(query).first()
    return (row[0], row[1]) if row and row[0] else None
