"""What the page of a case shows of letters: which were printed, and noting that one came back."""

from collections.abc import Iterator
from uuid import UUID

from outreach.letters import batch_queries
from outreach.letters.views import CLERK, COORDINATOR, title_of
from outreach.staff.scope import RoleName, Scope
from outreach.web.panels import Panel, Place


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """The letters of a case, when there are any; one query."""
    letters = batch_queries.letters_of(case_id)
    if letters:
        values = {
            "letters": letters,
            "title_of": title_of,
            "may_note": scope.has(CLERK, COORDINATOR, RoleName.administrator),
        }
        yield Panel(Place.side, "letters/_case.html", values, rank=40)
