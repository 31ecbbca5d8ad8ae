"""What a coach's day says of visits that she need not make any more."""

from collections.abc import Iterator

from outreach import clock
from outreach.staff.scope import Scope
from outreach.visits import door_queries
from outreach.web.panels import Panel, Place


def day_panels(scope: Scope) -> Iterator[Panel]:
    """Visits in a colleague's place, or along with her, that are called off; until their moment has passed."""
    found = door_queries.called_off(scope, clock.now())
    if found:
        yield Panel(Place.day, "visits/_called_off.html", {"visits": found}, rank=5)
