"""Reads of the outbox: what may leave now, what its text needs, and whether it is still wanted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Owner
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases.models import Case, OptOut, Person
from outreach.messages.models import Conversation, Message
from outreach.regions.models import Municipality
from outreach.staff.models import User

ALL = "all"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may leave now. `first`: WhatsApp counts it as writing to this address first."""

    attempt_id: UUID
    channel: str
    address: str | None
    first: bool


def waiting(
    now: datetime, channels: Collection[str], region_ids: Collection[UUID]
) -> list[ColumnElement[bool]]:
    """When a planned message of these channels may leave: due, in time, not held, not to be tried later.

    Messages of plans only in these regions, where it is not quiet now; what a coach wrote is due when it may go.
    """
    attempt = db.table(ContactAttempt).c
    return [
        attempt.status == AttemptStatus.planned.value,
        attempt.channel.in_(sorted(channels)),
        attempt.owner == Owner.system.value,
        attempt.due_at <= now,
        or_(attempt.latest_at.is_(None), attempt.latest_at > now),
        or_(attempt.retry_at.is_(None), attempt.retry_at <= now),
        attempt.held.is_(False),
        or_(col(Case.region_id).in_(set(region_ids)), attempt.enrolment_id.is_(None)),
    ]


def candidates(
    now: datetime, channels: Collection[str], region_ids: Collection[UUID], limit: int
) -> list[Candidate]:
    """What may leave now, the longest waiting first, but fair: each municipality in turn has one.

    What a coach wrote goes before all of it: somebody waits for that, and a mail-out may take hours.
    """
    attempt = db.table(ContactAttempt).c
    turn = func.row_number().over(
        partition_by=col(Case.municipality_code), order_by=(attempt.due_at, attempt.id)
    )
    open_window = and_(col(Conversation.whatsapp_until).is_not(None), col(Conversation.whatsapp_until) > now)
    query = (
        select(
            attempt.id,
            attempt.channel,
            col(Person.mobile),
            open_window,
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Conversation, col(Conversation.person_id) == col(Person.id))
        .where(*waiting(now, channels, region_ids))
        .order_by(attempt.enrolment_id.is_not(None), turn, attempt.due_at, attempt.id)
        .limit(limit)
    )
    return [
        Candidate(row[0], row[1], row[2], row[1] == "whatsapp" and not row[3])
        for row in db.session().execute(query)
    ]


def claimable(
    now: datetime, ids: Sequence[UUID], channels: Collection[str], region_ids: Collection[UUID]
) -> Select[Any]:
    """Those of `ids` that may still leave, locked; what another worker holds is passed over."""
    return (
        select(db.table(ContactAttempt).c.id)
        .join(Case, col(Case.id) == db.table(ContactAttempt).c.case_id)
        .where(db.table(ContactAttempt).c.id.in_(ids), *waiting(now, channels, region_ids))
        .with_for_update(of=db.table(ContactAttempt), skip_locked=True)
    )


def to_compose(attempt_ids: Sequence[UUID]) -> Sequence[Any]:
    """All that these messages need, one row each by name; `body` is there when somebody has written it already."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(
            attempt.id,
            attempt.case_id,
            attempt.channel,
            attempt.step,
            attempt.template,
            attempt.variant,
            attempt.tries,
            attempt.latest_at,
            col(Case.region_id),
            col(Case.person_id),
            col(Person.given_name),
            col(Person.mobile),
            col(Person.email),
            col(Person.language),
            col(Municipality.name).label("municipality"),
            col(User.given_name).label("coach"),
            col(User.phone).label("coach_phone"),
            col(User.hours).label("coach_hours"),
            col(Conversation.whatsapp_until),
            col(Message.id).label("message_id"),
            col(Message.body),
            col(Message.address).label("address"),
            _opted_out().label("opted_out"),
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .join(Municipality, col(Municipality.code) == col(Case.municipality_code))
        .outerjoin(User, col(User.id) == col(Case.coach_id))
        .outerjoin(Conversation, col(Conversation.person_id) == col(Person.id))
        .outerjoin(Message, col(Message.attempt_id) == attempt.id)
        .where(attempt.id.in_(attempt_ids))
        .order_by(attempt.id)
    )
    return db.session().execute(query).all()


def _opted_out() -> ColumnElement[bool]:
    attempt = db.table(ContactAttempt).c
    return exists().where(
        col(OptOut.person_id) == col(Case.person_id), col(OptOut.channel).in_((attempt.channel, ALL))
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What is so with a claimed message just before it leaves."""

    attempt_id: UUID
    latest_at: datetime | None
    opted_out: bool
    plan: str | None
    campaign: str | None
    region_id: UUID


def standing(claim: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """How the messages of this claim stand now; what is no longer claimed by it is missing."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(
            attempt.id,
            attempt.latest_at,
            _opted_out(),
            col(Enrolment.status),
            col(Campaign.status),
            col(Case.region_id),
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .outerjoin(Enrolment, col(Enrolment.id) == attempt.enrolment_id)
        .outerjoin(Campaign, col(Campaign.id) == attempt.campaign_id)
        .where(
            attempt.id.in_(attempt_ids), attempt.claim == claim, attempt.status == AttemptStatus.claimed.value
        )
    )
    return {row[0]: Standing(*row) for row in db.session().execute(query)}


def written_to_first(since: datetime) -> set[str]:
    """The WhatsApp addresses to which something left since then: Meta counts each once in 24 hours."""
    message = db.table(Message).c
    query = select(message.address).where(
        message.channel == "whatsapp", message.direction == "out", message.at > since
    )
    return set(db.session().scalars(query.distinct()))


def run_out(now: datetime) -> Select[Any]:
    """Claimed messages whose lease is over: whoever claimed them is gone, or nearly."""
    attempt = db.table(ContactAttempt).c
    return (
        select(attempt.id)
        .where(attempt.status == AttemptStatus.claimed.value, attempt.claimed_until < now)
        .with_for_update(skip_locked=True)
    )


def overtaken(now: datetime, limit: int) -> dict[UUID, str | None]:
    """Messages of which the provider told before their worker had recorded the sending, and which died then.

    The ids, each with the provider's id of it. See CLAIMED in attempts/models.py: there are never many.
    """
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id, attempt.provider_id)
        .where(
            attempt.claim.is_not(None),
            attempt.claimed_until < now,
            attempt.status.in_(
                [AttemptStatus.sent.value, AttemptStatus.delivered.value, AttemptStatus.read.value]
            ),
        )
        .limit(limit)
    )
    return {row.id: row.provider_id for row in db.session().execute(query)}


def unknown(now: datetime, channels: Collection[str], limit: int) -> Sequence[Any]:
    """Messages of unknown fate that are to be looked up now, with all that `to_compose` gives."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id)
        .where(
            attempt.status == AttemptStatus.unknown.value,
            attempt.channel.in_(sorted(channels)),
            attempt.retry_at <= now,
        )
        .order_by(attempt.retry_at, attempt.id)
        .limit(limit)
    )
    return to_compose(db.session().scalars(query).all())


def without_news(
    before: datetime, after: datetime, channels: Collection[str], ids: Collection[UUID] | None
) -> Sequence[Any]:
    """Messages that left between two moments and of which nobody has heard since: id, channel, provider_id."""
    attempt = db.table(ContactAttempt).c
    query = select(attempt.id, attempt.channel, attempt.provider_id).where(
        attempt.status == AttemptStatus.sent.value,
        attempt.channel.in_(sorted(channels)),
        attempt.sent_at.between(after, before),
        attempt.provider_id.is_not(None),
    )
    if ids is not None:
        query = query.where(attempt.id.in_(ids))
    return db.session().execute(query.order_by(attempt.sent_at)).all()


DAY = timedelta(hours=24)
"""Meta's window for free text, and the time over which it counts to whom we write first."""
