"""Reads about what was printed: batches, the letters of a case, and the way from a code to its letter."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns.models import Campaign
from outreach.cases.models import Case
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.letters.models import Letter, PrintBatch
from outreach.staff.models import User
from outreach.staff.scope import Scope

PAGE = 25
RETURNED = AttemptStatus.returned

_batch = db.table(PrintBatch).c
_letter = db.table(Letter).c
_attempt = db.table(ContactAttempt).c


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch without its bytes. `campaign` and `staff` are names, '' for all campaigns and for a command."""

    id: UUID
    number: int
    pages: int
    printed_at: datetime
    campaign: str
    staff: str


def _lines(scope: Scope) -> Select[Any]:
    """The batches of the person's regions of which she may see every letter."""
    of_others = exists(
        select(_letter.page)
        .join(db.table(ContactAttempt), _attempt.id == _letter.attempt_id)
        .join(Case, col(Case.id) == _attempt.case_id)
        .where(_letter.batch_id == _batch.id, col(Case.municipality_code).not_in(scope.municipalities))
    )
    return (
        select(
            _batch.id,
            _batch.number,
            _batch.pages,
            _batch.printed_at,
            col(Campaign.name),
            col(User.given_name),
            col(User.family_name),
        )
        .select_from(db.table(PrintBatch))
        .outerjoin(Campaign, col(Campaign.id) == _batch.campaign_id)
        .outerjoin(User, col(User.id) == _batch.staff_id)
        .where(_batch.region_id.in_(scope.regions), ~of_others)
    )


def _line(row: Any) -> BatchLine:
    staff = f"{row[5]} {row[6]}" if row[5] is not None else ""
    return BatchLine(row[0], row[1], row[2], row[3], row[4] or "", staff)


def batches(scope: Scope, page: int) -> tuple[list[BatchLine], int]:
    """One page of batches, newest first, and how many pages there are; two queries."""
    query = _lines(scope)
    total = db.session().scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    newest = query.order_by(_batch.printed_at.desc(), _batch.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [_line(row) for row in db.session().execute(newest)], pages


def batch(batch_id: UUID, scope: Scope) -> BatchLine:
    """One batch. Raises NotFound when there is none, or when a letter in it is not for her eyes."""
    row = db.session().execute(_lines(scope).where(_batch.id == batch_id)).first()
    if row is None:
        raise NotFound(_l("This batch does not exist."))
    return _line(row)


def batch_id_of(region_id: UUID, number: int) -> UUID:
    """The id of a region's batch by its number. Raises NotFound."""
    found: UUID | None = db.session().scalar(
        select(_batch.id).where(_batch.region_id == region_id, _batch.number == number)
    )
    if found is None:
        raise NotFound(_l("There is no batch %(number)s.", number=number))
    return found


def picture(batch_id: UUID) -> bytes:
    """Page 1 of a batch as PNG. Raises NotFound."""
    found: bytes | None = db.session().scalar(select(_batch.picture).where(_batch.id == batch_id))
    if found is None:
        raise NotFound(_l("This batch does not exist."))
    return found


@dataclass(frozen=True, slots=True)
class SentLetter:
    """A letter that was printed for a case. `returned` when it came back."""

    code: str
    step: str
    plan_name: str
    sent_at: datetime
    batch_id: UUID
    number: int
    page: int
    returned: bool


def letters_of(case_id: UUID) -> list[SentLetter]:
    """The printed letters of a case, newest first; one query."""
    query = (
        select(
            _letter.code,
            _attempt.step,
            col(Campaign.plan_name),
            _attempt.sent_at,
            _batch.id,
            _batch.number,
            _letter.page,
            _attempt.status,
        )
        .select_from(db.table(Letter))
        .join(db.table(ContactAttempt), _attempt.id == _letter.attempt_id)
        .join(db.table(PrintBatch), _batch.id == _letter.batch_id)
        .outerjoin(Campaign, col(Campaign.id) == _attempt.campaign_id)
        .where(_attempt.case_id == case_id)
        .order_by(_attempt.sent_at.desc())
    )
    return [
        SentLetter(row[0], row[1], row[2] or "", row[3], row[4], row[5], row[6], row[7] == RETURNED)
        for row in db.session().execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Carried:
    """The letter behind a code: its attempt and case."""

    attempt_id: UUID
    case_id: UUID
    step: str
    number: int


def by_code(code: str, municipalities: Collection[str]) -> Carried | None:
    """The letter that carries this (canonical) code, if its case is in one of these municipalities."""
    query = (
        select(_attempt.id, _attempt.case_id, _attempt.step, _batch.number)
        .select_from(db.table(Letter))
        .join(db.table(ContactAttempt), _attempt.id == _letter.attempt_id)
        .join(Case, col(Case.id) == _attempt.case_id)
        .join(db.table(PrintBatch), _batch.id == _letter.batch_id)
        .where(_letter.code == code, col(Case.municipality_code).in_(set(municipalities)))
    )
    row = db.session().execute(query).first()
    return Carried(*row) if row else None
