"""Reads about who is reached when: days until a response, hours, calls and visits, the work of coaches."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.reach import BY_VOICE, Reach
from outreach.attempts.rules import Channel
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.insight import measure_queries as measure
from outreach.insight.dialects import hour_of, whole_days
from outreach.insight.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Waited:
    """How long young people took: `days` holds how many responded after so many whole days; `all` were approached."""

    all: int
    days: Counter[int]


def waited(wanted: Wanted) -> Waited:
    """The days from the first attempt that was carried out to the first response, of plans begun in the period.

    Counted are plans in which something was carried out. A day is 24 hours.
    """
    attempt, plan = db.table(ContactAttempt).c, measure.begun(wanted)
    moment = func.coalesce(attempt.sent_at, attempt.ended_at, attempt.due_at)
    plans = (
        select(
            func.min(case((measure.sent(), moment))).label("first"),
            func.min(attempt.responded_at).label("response"),
        )
        .join_from(plan, db.table(ContactAttempt), attempt.enrolment_id == plan.c.id)
        .group_by(plan.c.id)
    )
    each = measure.among(plans, plan.c.case_id, wanted).subquery()
    took = whole_days(each.c.first, each.c.response)
    query = select(took, func.count()).where(each.c.first.is_not(None)).group_by(took)
    found: Counter[int] = Counter()
    together = 0
    for number_of_days, number in db.session().execute(query):
        together += number
        if number_of_days is not None:
            # Before the first attempt: who called by herself, as it were on the same day.
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


Hours = dict[Channel, dict[Hour, Tried]]


def hours(wanted: Wanted) -> Hours:
    """At which hour of which weekday calls and visits were made, and when they reached somebody: BY_VOICE each.

    Counted are those due on a day of the period, by the moment at which they took place.
    """
    attempt = db.table(ContactAttempt)
    hour = hour_of(func.coalesce(attempt.c.ended_at, attempt.c.due_at))
    query = (
        select(
            attempt.c.channel, hour, func.count(), func.sum(case((measure.reached(Reach.spoken), 1), else_=0))
        )
        .where(attempt.c.channel.in_(measure.values(BY_VOICE)))
        .where(measure.reached(Reach.called, Reach.visited))
        .where(*measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(attempt.c.channel, hour)
    )
    query = measure.among(query, attempt.c.case_id, wanted)
    found: Hours = {channel: {} for channel in BY_VOICE}
    for channel, text, done, contact in db.session().execute(query):
        tried = found[Channel(channel)].setdefault(_local(text), Tried())
        tried.done += done
        tried.contact += contact
    return found


def response_hours(wanted: Wanted) -> dict[Hour, int]:
    """At which hour of which weekday responses came to the attempts of campaigns that were due in the period."""
    attempt = db.table(ContactAttempt)
    hour = hour_of(attempt.c.responded_at)
    query = (
        select(hour, func.count())
        .select_from(attempt)
        .where(measure.sent(), measure.reached(Reach.answered), attempt.c.campaign_id.is_not(None))
        .where(*measure.in_campaign(attempt.c.campaign_id, wanted))
        .where(*measure.within(attempt.c.due_at, wanted))
        .group_by(hour)
    )
    query = measure.among(query, attempt.c.case_id, wanted)
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
