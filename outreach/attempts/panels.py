"""What the page of a case shows of contact attempts: the next call or visit, what is planned, logging."""

from collections.abc import Iterator
from uuid import UUID

from outreach import clock
from outreach.attempts import queries
from outreach.attempts.views import choices
from outreach.staff.scope import RoleName, Scope
from outreach.web.panels import Panel, Place


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """The panels of this room, for who may log calls; what is planned for everybody."""
    planned = queries.attempts_of(case_id, only_planned=True)
    if planned:
        yield Panel(Place.planned, "attempts/_planned.html", {"attempts": planned}, rank=10)
    if not scope.has(RoleName.coach, RoleName.coordinator, RoleName.administrator):
        return
    task = queries.next_task(case_id, scope, clock.now(), clock.end_of_day()) if planned else None
    if task is not None:
        yield Panel(Place.next_step, "attempts/_next_step.html", {"task": task, **choices()}, rank=10)
    yield Panel(Place.action, "attempts/_log.html", choices(), rank=10)
