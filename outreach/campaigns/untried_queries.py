"""Whose plan ended without one attempt to reach them, and why: silence says nothing about them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Enrolment
from outreach.campaigns.page_queries import was_tried
from outreach.campaigns.rules import EnrolmentStatus
from outreach.cases.models import Case, Household, OptOut, Person
from outreach.i18n import _l
from outreach.staff.scope import Scope

PAGE = 50


class Why(StrEnum):
    """Why nothing was tried, as far as the case shows now."""

    opted_out = "opted_out"
    not_done = "not_done"
    nothing_known = "nothing_known"
    incomplete = "incomplete"
    only_email = "only_email"
    missed = "missed"


TO_FILL_IN = frozenset({Why.nothing_known, Why.incomplete, Why.only_email})
"""What somebody can do something about by filling in how to reach the person."""


WHY_SENTENCES = {
    Why.opted_out: _l("This person does not want contact."),
    Why.not_done: _l("Something was laid ready, but it was not done in time."),
    Why.nothing_known: _l("No phone number, e-mail address or address is known."),
    Why.incomplete: _l("No phone number or e-mail address is known, and the address is not complete."),
    Why.only_email: _l("Only an e-mail address is known, and no step of the plan went there."),
    Why.missed: _l(
        "A number or address is known now, but it came too late, the plan was paused, or no step uses it."
    ),
}


@dataclass(frozen=True, slots=True)
class Untried:
    """Somebody whose plan ended with nothing tried."""

    case_id: UUID
    reference: str
    name: str
    why: Why


def untried(campaign_id: UUID, scope: Scope, page: int) -> tuple[list[Untried], int, int]:
    """One page of them by name, the page it is, and how many pages there are; two queries."""
    total = db.session().scalar(_of(campaign_id, scope, func.count())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    query = (
        _of(
            campaign_id,
            scope,
            col(Case.id),
            col(Case.reference),
            col(Person.given_name),
            col(Person.infix),
            col(Person.family_name),
            _why(),
        )
        .order_by(col(Person.family_name), col(Person.given_name), col(Case.id))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    found = [
        Untried(row[0], row[1], " ".join(part for part in row[2:5] if part), Why(row[5]))
        for row in db.session().execute(query)
    ]
    return found, page, pages


def _of(campaign_id: UUID, scope: Scope, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Enrolment)
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(Household, col(Household.id) == col(Person.household_id))
        .where(
            col(Enrolment.campaign_id) == campaign_id,
            col(Enrolment.status) == EnrolmentStatus.finished,
            col(Case.municipality_code).in_(scope.municipalities),
            ~was_tried(),
        )
    )


def _why() -> ColumnElement[str]:
    attempt = db.table(ContactAttempt).c
    parts = (Household.street, Household.house_number, Household.postcode, Household.town)
    no_home, not_complete = col(Household.id).is_(None), or_(*(col(part) == "" for part in parts))
    no_way = and_(col(Person.mobile).is_(None), col(Person.landline).is_(None), or_(no_home, not_complete))
    wants_nothing = exists().where(col(OptOut.person_id) == col(Person.id), col(OptOut.channel) == "all")
    laid_ready = exists().where(attempt.enrolment_id == col(Enrolment.id))
    return case(
        (wants_nothing.correlate(Person), Why.opted_out.value),
        (laid_ready.correlate(Enrolment), Why.not_done.value),
        (and_(no_way, col(Person.email).is_not(None)), Why.only_email.value),
        (and_(no_way, no_home), Why.nothing_known.value),
        (no_way, Why.incomplete.value),
        else_=Why.missed.value,
    )
