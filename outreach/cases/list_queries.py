"""All cases that fit a search, for a list as a file: read in batches, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_

from outreach import db
from outreach.cases.models import Case
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads
from outreach.cases.search_queries import Wanted, limits
from outreach.staff.models import User
from outreach.staff.scope import Scope

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A case with all that a list says of it; `coach_email` is empty where there is no coach."""

    head: CaseHead
    brin: str
    outcome_list: str | None
    coach_email: str


def listed(wanted: Wanted, scope: Scope) -> Iterator[Listed]:
    """The cases that fit and that the person may see, the newest first: one statement for each BATCH."""
    case, coach = db.table(Case).c, db.table(User).c
    query = heads(scope).add_columns(case.brin, case.outcome_list, coach.email)
    query = query.where(and_(True, *limits(wanted, scope))).order_by(case.id.desc()).limit(BATCH)
    last: UUID | None = None
    while True:
        rows = db.session().execute(query.where(case.id < last) if last else query).all()
        for row in rows:
            brin, outcome_list, email = row[HEAD_WIDTH:]
            yield Listed(head_of(row), brin, outcome_list, email or "")
        if len(rows) < BATCH:
            return
        last = rows[-1][0]
