"""Reads about who is reached when: days until a response, hours, calls and visits, the work of coaches."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, func, literal, select, union_all

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.reach import Reach
from outreach.attempts.rules import Channel
from outreach.campaigns.models import Enrolment
from outreach.cases.models import Case, CaseEvent
from outreach.cases.rules import CaseStatus
from outreach.insight import measure_queries as measure
from outreach.insight.dialects import bits_of, hour_of, whole_days
from outreach.insight.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Waited:
    """How long young people took: `days` holds how many responded after so many whole days; `all` were approached."""

    all: int
    days: Counter[int]


def waited(wanted: Wanted) -> Waited:
    """The days from the first attempt that was carried out to the first response, of plans begun in the period.

    Counted are plans in which something was carried out. A day is 24 hours. Only the attempts of plans that were
    responded to are opened; of the others the index tells enough.
    """
    attempt, event, enrolment = db.table(ContactAttempt), db.table(CaseEvent), db.table(Enrolment)
    query = select(enrolment.c.id).where(
        *measure.on_days(enrolment.c.began_on, wanted), *measure.in_campaign(enrolment.c.campaign_id, wanted)
    )
    limits = measure.of_case(wanted)
    if limits:
        query = query.join(db.table(Case), db.table(Case).c.id == enrolment.c.case_id).where(*limits)
    begun = query.cte("begun").prefix_with("MATERIALIZED", dialect="sqlite")
    plans = (
        select(begun.c.id.label("plan"), bits_of(func.coalesce(attempt.c.reach, 0)).label("reach"))
        .join_from(begun, attempt, attempt.c.enrolment_id == begun.c.id, isouter=True)
        .group_by(begun.c.id)
        .cte("plans")
        .prefix_with("MATERIALIZED")
    )
    tried = plans.c.reach.bitwise_and(Reach.sent.value) != 0
    moment = func.coalesce(attempt.c.sent_at, attempt.c.ended_at, attempt.c.due_at)
    each = (
        select(
            func.min(case((measure.sent(), moment))).label("first"),
            func.min(event.c.at).label("response"),
        )
        .join_from(plans, attempt, attempt.c.enrolment_id == plans.c.plan)
        .outerjoin(event, event.c.id == attempt.c.response_event_id)
        .where(tried, plans.c.reach.bitwise_and(Reach.answered.value) != 0)
        .group_by(plans.c.plan)
        .subquery()
    )
    took = whole_days(each.c.first, each.c.response)
    everybody = select(literal(None, Integer), func.count()).select_from(plans).where(tried)
    found: Counter[int] = Counter()
    together = 0
    for number_of_days, number in db.session().execute(
        union_all(everybody, select(took, func.count()).group_by(took))
    ):
        if number_of_days is None:
            together = number
        else:  # before the first attempt: who called by herself, on the same day as it were
            found[max(0, number_of_days)] += number
    return Waited(together, found)


@dataclass(frozen=True, slots=True)
class Hour:
    """A weekday (0 is Monday) and an hour of the day, both local."""

    weekday: int
    hour: int


@dataclass(slots=True)
class Tried:
    """How often something was done in an hour, and how often the young person was spoken to."""

    done: int = 0
    contact: int = 0


def hours(wanted: Wanted, channel: Channel) -> dict[Hour, Tried]:
    """At which hour of which weekday calls or visits were made, and when they reached somebody.

    Counted are those due on a day of the period, by the moment at which they took place.
    """
    attempt = db.table(ContactAttempt)
    hour = hour_of(func.coalesce(attempt.c.ended_at, attempt.c.due_at))
    query = (
        select(hour, func.count(), func.sum(case((measure.reached(Reach.spoken), 1), else_=0)))
        .join_from(attempt, db.table(Case), db.table(Case).c.id == attempt.c.case_id)
        .where(attempt.c.channel == channel.value, measure.reached(Reach.called, Reach.visited))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(hour)
    )
    found: dict[Hour, Tried] = {}
    for text, done, contact in db.session().execute(query):
        tried = found.setdefault(_local(text), Tried())
        tried.done += done
        tried.contact += contact
    return found


def response_hours(wanted: Wanted) -> dict[Hour, int]:
    """At which hour of which weekday responses came to the attempts of campaigns that were due in the period."""
    attempt, event = db.table(ContactAttempt), db.table(CaseEvent)
    hour = hour_of(event.c.at)
    query = (
        select(hour, func.count())
        .join_from(attempt, event, event.c.id == attempt.c.response_event_id)
        .join(db.table(Case), db.table(Case).c.id == attempt.c.case_id)
        .where(measure.sent(), measure.reached(Reach.answered), attempt.c.campaign_id.is_not(None))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(hour)
    )
    found: Counter[Hour] = Counter()
    for text, number in db.session().execute(query):
        found[_local(text)] += number
    return dict(found)


def _local(hour: str) -> Hour:
    at = clock.local(datetime.fromisoformat(f"{hour}:00").replace(tzinfo=UTC))
    return Hour(at.weekday(), at.hour)


@dataclass(frozen=True, slots=True)
class Done:
    """So many attempts alike that were carried out, with or without a plan. `coach_id` is the coach of the case now."""

    municipality: str
    coach_id: UUID | None
    channel: str
    reach: Reach
    number: int


def done(wanted: Wanted) -> list[Done]:
    """What was carried out of all that was due on a day of the period: one grouped statement for all tables of work."""
    attempt, file = db.table(ContactAttempt), db.table(Case)
    keys = (file.c.municipality_code, file.c.coach_id, attempt.c.channel, attempt.c.reach)
    query = (
        select(*keys, func.count())
        .join_from(attempt, file, file.c.id == attempt.c.case_id)
        .where(measure.reached(Reach.sent, Reach.called, Reach.visited))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        Done(code, coach_id, channel, Reach(reach), number)
        for code, coach_id, channel, reach, number in db.session().execute(query)
    ]


def called(wanted: Wanted) -> tuple[int, int]:
    """How many different young people were called in the period, and how many of them were spoken to by it."""
    attempt, file = db.table(ContactAttempt), db.table(Case)
    each = (
        select(func.max(case((measure.reached(Reach.spoken), 1), else_=0)).label("spoken"))
        .join_from(attempt, file, file.c.id == attempt.c.case_id)
        .where(attempt.c.channel == Channel.call.value, measure.reached(Reach.called))
        .where(*measure.of_case(wanted), *measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(file.c.person_id)
        .subquery()
    )
    row = db.session().execute(select(func.count(), func.coalesce(func.sum(each.c.spoken), 0))).one()
    return row[0], row[1]


OPEN_STATUSES = [status.value for status in CaseStatus if status is not CaseStatus.afgesloten]


def _by_index(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Of which cases, where all cases of a municipality are just what is asked for: by its index."""
    file = db.table(Case).c
    codes = set(wanted.municipalities) if wanted.municipalities is not None else None
    if wanted.municipality:
        codes = {wanted.municipality} if codes is None else codes & {wanted.municipality}
    found = [] if codes is None else [file.municipality_code.in_(sorted(codes))]
    return [*found, *([file.target_group == wanted.target_group] if wanted.target_group else [])]


def open_cases(wanted: Wanted) -> dict[UUID | None, dict[str, int]]:
    """How many cases each coach has now, by status, closed ones left out. The period says nothing here."""
    file = db.table(Case)
    query = (
        select(file.c.coach_id, file.c.status, func.count())
        .where(file.c.status.in_(OPEN_STATUSES), *_by_index(wanted))
        .group_by(file.c.coach_id, file.c.status)
    )
    found: dict[UUID | None, dict[str, int]] = {}
    for coach_id, status, number in db.session().execute(query):
        found.setdefault(coach_id, {})[status] = number
    return found
