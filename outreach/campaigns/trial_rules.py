"""Comparisons of variants: which steps of a plan are compared, and until when answers count. Pure."""

from datetime import date, timedelta
from typing import Any

from outreach.campaigns.calendar import add_working_days
from outreach.campaigns.plan import ContactPlan, Step
from outreach.i18n import _l, day

TO_ANSWER = timedelta(weeks=4)
"""How long after the last day of a step answers usually still count: the three-week plan is over by then for the last
who began, and who answers later does so for another reason than a text that came a month ago."""
LONGEST = timedelta(days=366)
"""After the last day of a step: an end that is further away is a slip of the pen, and it could not be mended."""


def compared(plan: ContactPlan) -> list[Step]:
    """The steps of which different households get different variants."""
    return [step for step in plan.steps if step.variants]


def last_day(plan: ContactPlan, last_begins: date) -> date:
    """The last day on which a step with variants may be done for whoever begins last.

    Raises ValueError when the plan has no such step.
    """
    return max(add_working_days(add_working_days(last_begins, s.day), s.latest) for s in compared(plan))


def usual_end(plan: ContactPlan, last_begins: date) -> date:
    """Until when answers count where nobody chose otherwise: TO_ANSWER after the last day of the step."""
    return last_day(plan, last_begins) + TO_ANSWER


def problem_with(ends_on: date, plan: ContactPlan, last_begins: date) -> Any:
    """What is wrong with an end that somebody chose, as a sentence; None when it will do."""
    last = last_day(plan, last_begins)
    if ends_on < last:
        return _l(
            "Until %(day)s the step itself still goes out. Choose that day or a later one.", day=day(last)
        )
    if ends_on > last + LONGEST:
        return _l("This is more than a year after the step. Choose an earlier day.")
    return None
