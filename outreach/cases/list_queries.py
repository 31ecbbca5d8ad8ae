"""All cases that fit a search, for a list as a file: one statement, read bit by bit, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass

from outreach import db
from outreach.cases.models import Case
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads
from outreach.cases.search_queries import Wanted, limits
from outreach.staff.models import User
from outreach.staff.scope import Scope

AT_ONCE = 1000
"""Rows in memory at a time."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A case with all that a list says of it; `coach_email` is empty where there is no coach."""

    head: CaseHead
    brin: str
    outcome_list: str | None
    coach_email: str


def listed(wanted: Wanted, scope: Scope) -> Iterator[Listed]:
    """The cases that fit and that the person may see, the newest first.

    The statement stays open while it is read: asking for each bit anew would sort all of them for each.
    """
    case, coach = db.table(Case).c, db.table(User).c
    query = heads(scope).add_columns(case.brin, case.outcome_list, coach.email)
    query = query.where(*limits(wanted, scope)).order_by(case.id.desc())
    for row in db.session().execute(query, execution_options={"yield_per": AT_ONCE}):
        brin, outcome_list, email = row[HEAD_WIDTH:]
        yield Listed(head_of(row), brin, outcome_list, email or "")
