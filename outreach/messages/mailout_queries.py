"""Reads behind the page of a campaign's mail-out: how many messages wait, went, arrived, failed or are in doubt."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import MESSAGE_CHANNELS, AttemptStatus
from outreach.cases.models import Case, Person
from outreach.messages.models import Message
from outreach.staff.scope import Scope

_S = AttemptStatus
CHANNELS = sorted(channel.value for channel in MESSAGE_CHANNELS)
WAITING = (_S.planned, _S.claimed)
NO_LONGER_WANTED = (_S.cancelled, _S.expired)


@dataclass(slots=True)
class Standing:
    """Messages of a campaign by channel and status, and why those failed that did."""

    numbers: dict[tuple[str, AttemptStatus], int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    held: int = 0
    by_hand: int = 0

    def of(self, *statuses: AttemptStatus) -> int:
        """How many are in one of these statuses."""
        return sum(number for (_channel, status), number in self.numbers.items() if status in statuses)

    def waiting(self) -> dict[str, int]:
        """How many wait, by channel."""
        found: dict[str, int] = {}
        for (channel, status), number in self.numbers.items():
            if status in WAITING:
                found[channel] = found.get(channel, 0) + number
        return found

    @property
    def all(self) -> int:
        """All but those that are no longer wanted."""
        return sum(self.numbers.values()) - self.of(*NO_LONGER_WANTED)

    @property
    def settled(self) -> int:
        """Of these, the ones with which nothing more has to be done by a worker."""
        return self.all - self.of(*WAITING)


def standing(campaign_id: UUID, scope: Scope) -> Standing:
    """How far the messages of a campaign are, of cases that the person may see; one grouped statement."""
    attempt = db.table(ContactAttempt).c
    groups = (attempt.channel, attempt.status, attempt.result, attempt.held, attempt.owner)
    query = (
        select(*groups, func.count())
        .join(Case, col(Case.id) == attempt.case_id)
        .where(
            attempt.campaign_id == campaign_id,
            attempt.channel.in_(CHANNELS),
            col(Case.municipality_code).in_(scope.municipalities),
        )
        .group_by(*groups)
    )
    found = Standing()
    for channel, word, result, held, owner, number in db.session().execute(query):
        status = AttemptStatus(word)
        found.numbers[channel, status] = found.numbers.get((channel, status), 0) + number
        if status is _S.failed:
            found.failed[result or ""] = found.failed.get(result or "", 0) + number
        if status is _S.planned:
            found.held += number if held else 0
            found.by_hand += number if owner == "coach" else 0
    return found


@dataclass(frozen=True, slots=True)
class InDoubt:
    """A message of which nobody knows whether it left. `looked_for`: whether its provider is still asked by itself."""

    attempt_id: UUID
    case_id: UUID
    name: str
    channel: str
    at: Any
    looked_for: bool


def in_doubt(campaign_id: UUID, scope: Scope, limit: int) -> list[InDoubt]:
    """The messages of unknown fate, the oldest first."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id, attempt.case_id, Person, attempt.channel, col(Message.at), attempt.retry_at)
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Message, col(Message.attempt_id) == attempt.id)
        .where(
            attempt.campaign_id == campaign_id,
            attempt.status == _S.unknown.value,
            attempt.channel.in_(CHANNELS),
            col(Case.municipality_code).in_(scope.municipalities),
        )
        .order_by(attempt.due_at, attempt.id)
        .limit(limit)
    )
    return [
        InDoubt(row[0], row[1], row[2].name, row[3], row[4], row[5] is not None)
        for row in db.session().execute(query)
    ]


def failed(campaign_id: UUID, result: str, scope: Scope, limit: int) -> list[tuple[UUID, str]]:
    """The cases whose message failed for this reason, with the person's name."""
    attempt = db.table(ContactAttempt).c
    reason = attempt.result == result if result else attempt.result.is_(None)
    query = (
        select(attempt.case_id, Person)
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(
            attempt.campaign_id == campaign_id,
            attempt.status == _S.failed.value,
            attempt.channel.in_(CHANNELS),
            reason,
            col(Case.municipality_code).in_(scope.municipalities),
        )
        .order_by(attempt.due_at, attempt.id)
        .limit(limit)
    )
    return [(row[0], row[1].name) for row in db.session().execute(query)]
