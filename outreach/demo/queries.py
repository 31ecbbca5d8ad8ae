"""What the story and the first page of the demo need to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import MESSAGE_CHANNELS, AttemptStatus
from outreach.campaigns.calendar import first_working_day
from outreach.campaigns.models import Campaign, Enrolment
from outreach.cases.models import Case, CoachNotice, Person
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.letters.models import Letter
from outreach.regions.models import Municipality, Region
from outreach.responses.models import ResponseCode
from outreach.staff.models import StaffMunicipality, User


@dataclass(frozen=True, slots=True)
class Done:
    """Something that reached out to a young person: by what, when, and the code and address that went with it."""

    attempt_id: UUID
    case_id: UUID
    step: str
    variant: str | None
    channel: str
    at: datetime
    code: str | None
    address: str | None
    status: str
    coach_id: UUID | None


def reached(region_id: UUID, after: datetime) -> list[Done]:
    """Messages and letters that left since `after`, the oldest first."""
    attempt = db.table(ContactAttempt).c
    query = (
        select(
            attempt.id,
            attempt.case_id,
            attempt.step,
            attempt.variant,
            attempt.channel,
            attempt.sent_at,
            col(ResponseCode.code),
            col(Person.mobile),
            col(Case.status),
            col(Case.coach_id),
        )
        .join(Case, col(Case.id) == attempt.case_id)
        .join(Person, col(Person.id) == col(Case.person_id))
        .outerjoin(ResponseCode, col(ResponseCode.attempt_id) == attempt.id)
        .where(
            col(Case.region_id) == region_id,
            attempt.sent_at > after,
            attempt.channel.in_(("whatsapp", "sms", "letter")),
        )
        .order_by(attempt.sent_at, col(Case.reference), attempt.step)
    )
    rows = db.session().execute(query).all()
    return [
        Done(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            None if row[4] == "letter" else row[7],
            row[8],
            row[9],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Task:
    """A call or visit that waits for its coach."""

    attempt_id: UUID
    case_id: UUID
    channel: str
    coach_id: UUID
    due_at: datetime


def unplanned_visits(region_id: UUID) -> list[Task]:
    """Visits that are laid ready, in the order of their cases."""
    attempt = db.table(ContactAttempt).c
    return _tasks(region_id, (attempt.channel == "visit") & (attempt.due_at >= clock.now()))


def coming_visits(region_id: UUID, now: datetime) -> list[Task]:
    """Visits that are still to be made from now on, the soonest first."""
    attempt = db.table(ContactAttempt).c
    return _tasks(region_id, (attempt.channel == "visit") & (attempt.due_at >= now))


def due_at(attempt_id: UUID) -> datetime:
    """The moment of a visit."""
    attempt = db.table(ContactAttempt).c
    found: datetime = (
        db.session().execute(select(attempt.due_at).where(attempt.id == attempt_id)).scalar_one()
    )
    return found


def open_tasks(region_id: UUID, now: datetime) -> list[Task]:
    """Calls and visits that are due."""
    attempt = db.table(ContactAttempt).c
    return _tasks(region_id, attempt.channel.in_(("call", "visit")) & (attempt.due_at <= now))


def _tasks(region_id: UUID, which: ColumnElement[bool]) -> list[Task]:
    attempt = db.table(ContactAttempt).c
    query = (
        select(attempt.id, attempt.case_id, attempt.channel, col(Case.coach_id), attempt.due_at)
        .join(Case, col(Case.id) == attempt.case_id)
        .where(
            col(Case.region_id) == region_id,
            attempt.status == "planned",
            which,
        )
        .order_by(attempt.due_at, col(Case.reference))
    )
    return [Task(*row) for row in db.session().execute(query)]


def case(case_id: UUID) -> Case:
    """A case. Raises NotFound."""
    query = select(Case).where(col(Case.id) == case_id).execution_options(populate_existing=True)
    found = db.session().scalars(query).first()
    if found is None:
        raise NotFound(_l("This case does not exist."))
    return found


def open_notices(case_id: UUID) -> Sequence[UUID]:
    """Ids of the notices on a case that nobody has handled yet."""
    query = select(col(CoachNotice.id)).where(
        col(CoachNotice.case_id) == case_id, col(CoachNotice.handled_at).is_(None)
    )
    return db.session().scalars(query).all()


def shared_numbers(coach_id: UUID) -> list[str]:
    """The mobile numbers that several young people of this coach have."""
    query = (
        select(col(Person.mobile))
        .join(Case, col(Case.person_id) == col(Person.id))
        .where(col(Case.coach_id) == coach_id, col(Person.mobile).is_not(None))
        .group_by(col(Person.mobile))
        .having(func.count(col(Person.id).distinct()) > 1)
        .order_by(col(Person.mobile))
    )
    return list(db.session().scalars(query))


def demo_region() -> Region | None:
    """The made-up region, if this database holds one."""
    return db.session().scalars(select(Region).where(col(Region.demo))).first()


def is_empty() -> bool:
    """Whether there is no region at all yet."""
    return db.session().scalar(select(func.count()).select_from(Region)) == 0


def accounts(region_id: UUID) -> Sequence[User]:
    """The people of the demo who can sign in."""
    mine = (
        select(col(StaffMunicipality.user_id))
        .join(Municipality, col(Municipality.code) == col(StaffMunicipality.municipality_code))
        .where(col(Municipality.region_id) == region_id)
    )
    return db.session().scalars(select(User).where(col(User.id).in_(mine)).order_by(col(User.email))).all()


@dataclass(frozen=True, slots=True)
class LetterInHand:
    """A printed letter whose reader has not answered yet."""

    code: str
    given_name: str
    batch_id: UUID
    page: int


def letter_in_hand(region_id: UUID) -> LetterInHand | None:
    """The newest printed letter to somebody who is still being approached."""
    query = (
        select(col(Letter.code), col(Person.given_name), col(Letter.batch_id), col(Letter.page))
        .join(ContactAttempt, col(ContactAttempt.id) == col(Letter.attempt_id))
        .join(Case, col(Case.id) == col(ContactAttempt.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(
            col(Case.region_id) == region_id,
            col(Case.status) == "in_benadering",
            col(ContactAttempt.variant) == "boven",
        )
        .order_by(col(ContactAttempt.sent_at).desc())
        .limit(1)
    )
    row = db.session().execute(query).first()
    return LetterInHand(*row) if row else None


def before_first_message(region_id: UUID) -> dict[UUID, datetime]:
    """Running plans on their first day whose first message has not come into being, with their next moment."""
    attempt = db.table(ContactAttempt).c
    written = exists().where(
        attempt.enrolment_id == col(Enrolment.id), attempt.channel.in_(sorted(MESSAGE_CHANNELS))
    )
    query = (
        select(col(Enrolment.id), col(Enrolment.next_look_at), col(Enrolment.began_on))
        .join(Campaign, col(Campaign.id) == col(Enrolment.campaign_id))
        .join(Case, col(Case.id) == col(Enrolment.case_id))
        .join(Person, col(Person.id) == col(Case.person_id))
        .where(
            col(Campaign.region_id) == region_id,
            col(Campaign.status) == "running",
            col(Enrolment.status) == "running",
            col(Enrolment.began_on) >= clock.today(),
            col(Person.mobile).is_not(None),
            ~written,
        )
    )
    return {
        row.id: row.next_look_at
        for row in db.session().execute(query)
        if row.next_look_at and clock.local(row.next_look_at).date() <= first_working_day(row.began_on)
    }


def make_due(session: Session, enrolment_ids: Sequence[UUID], now: datetime) -> None:
    """Messages of these plans that lie ready are due now."""
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(
            attempt.c.enrolment_id.in_(enrolment_ids),
            attempt.c.channel.in_(sorted(MESSAGE_CHANNELS)),
            attempt.c.status == AttemptStatus.planned.value,
            attempt.c.due_at > now,
        )
        .values(due_at=now)
    )
