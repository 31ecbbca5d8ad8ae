"""The moments of a plan for somebody who began on a certain day. Pure, and remembered, since many begin together."""

from dataclasses import dataclass
from datetime import date, datetime, time

from outreach.campaigns.calendar import QuietHours, add_working_days, moment
from outreach.campaigns.plan import Condition, ContactPlan, Step

CLOSE_OF_DAY = time(23, 59)
"""The last moment of a day for whatever people do; on screens it shows the right date, midnight would not."""

_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class StepTimes:
    """When a step is laid ready, due, and over, all in UTC.

    ready: for calls, letters, visits and cards, so that a day's work can be seen when it begins. message_due: the
    first moment from `due` on at which a message is allowed. message_closes: the moment on the last day from which no
    message may go out any more, never after `closes`.
    """

    step: Step
    conditions: frozenset[Condition]
    ready: datetime
    due: datetime
    message_due: datetime
    closes: datetime
    message_closes: datetime


_timetables: dict[tuple[int, date, QuietHours], tuple[ContactPlan, tuple[StepTimes, ...]]] = {}


def timetable(plan: ContactPlan, began_on: date, quiet: QuietHours) -> tuple[StepTimes, ...]:
    """The moments of all steps, in the order of the plan.

    Day 0 is `began_on`, or the first working day after it when nobody works on that day.
    """
    # By identity, as comparing whole plans for each of 10,000 enrolments is slow. The plan is kept beside its
    # timetable, so its id cannot be given to another plan while it stands here.
    key = (id(plan), began_on, quiet)
    known = _timetables.get(key)
    if known is None:
        if len(_timetables) >= _REMEMBERED:
            _timetables.clear()
        known = (plan, tuple(_times(step, began_on, quiet) for step in plan.steps))
        _timetables[key] = known
    return known[1]


def _times(step: Step, began_on: date, quiet: QuietHours) -> StepTimes:
    day = add_working_days(began_on, step.day)
    last = add_working_days(day, step.latest)
    due = moment(day, step.at, quiet.zone)
    return StepTimes(
        step=step,
        conditions=frozenset(step.conditions),
        # What people do lies ready when the working day begins, whatever the hour at which it is due.
        ready=moment(add_working_days(day, -step.lead), time(0), quiet.zone),
        due=due,
        message_due=quiet.next_allowed(due),
        closes=moment(last, CLOSE_OF_DAY, quiet.zone),
        message_closes=moment(last, min(quiet.end, CLOSE_OF_DAY), quiet.zone),
    )
