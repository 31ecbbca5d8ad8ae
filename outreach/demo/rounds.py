"""The home visits of the made-up region: when coaches go there, with whom, and what they must know before."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from outreach import clock, db
from outreach.campaigns.calendar import add_working_days, is_working_day, moment
from outreach.demo import queries
from outreach.demo.cast import COACHES, Cast
from outreach.demo.queries import Task
from outreach.errors import Refused
from outreach.staff.models import User
from outreach.staff.scope import Scope, scope_of
from outreach.visits import planning_service, warning_service
from outreach.visits.planning_service import Wanted

TIMES = (time(10, 0), time(11, 15), time(14, 0), time(15, 30))
"""When a coach rings on a day of visits."""

TODAY, TOMORROW = 3, 2
"""Visits that the round of the first coach gets, where there are so many to make."""

DOG = "Grote hond, loopt soms los in de tuin. Bel eerst even."


def scope(user_id: UUID) -> Scope:
    """What this coach may see and plan."""
    return scope_of(db.session().get_one(User, user_id))


def appoint(task: Task, at: datetime, hers: Scope, second: UUID | None = None) -> bool:
    """Give a visit its moment; False when it cannot be then."""
    try:
        planning_service.plan([Wanted(task.attempt_id, at, task.coach_id, second)], hers)
    except Refused:
        return False
    return True


def lay_out(cast: Cast, now: datetime) -> None:
    """A round of today and of the next working day for the first coach: one visit in two, one with a warning."""
    coach, companion = (cast.coaches[code] for code, *_rest in COACHES[:2])
    hers = scope(coach)
    to_make = [task for task in queries.coming_visits(cast.region_id, now) if task.coach_id == coach]
    today = clock.local(now).date()
    later = moment(add_working_days(today, 1 if is_working_day(today) else 0), TIMES[0])
    soon = [moment(today, at) for at in TIMES if moment(today, at) > now + timedelta(minutes=30)]
    made = _fill(to_make, soon[:TODAY] if is_working_day(today) else [], hers)
    made += _fill([task for task in to_make if task not in made], _hours(later)[:TOMORROW], hers)
    for task in made[:1]:
        warning_service.add(task.case_id, DOG, today + timedelta(days=90), "coaches", hers)
    any(
        appoint(task, queries.due_at(task.attempt_id) + shift, hers, companion)
        for task in reversed(made)
        for shift in (timedelta(0), timedelta(minutes=35))
    )


def _hours(day: datetime) -> list[datetime]:
    return [moment(clock.local(day).date(), at) for at in TIMES]


def _fill(tasks: Sequence[Task], hours: Sequence[datetime], hers: Scope) -> list[Task]:
    """Give each of these hours to a visit that is not at its moment already; who is there stays there."""
    made: list[Task] = []
    waiting = iter(tasks)
    for at in hours:
        there = [task for task in tasks if task.due_at == at and task not in made]
        made += there[:1]
        while not there and (task := next(waiting, None)) is not None:
            if task not in made and task.due_at not in hours and appoint(task, at, hers):
                made.append(task)
                break
    return made
