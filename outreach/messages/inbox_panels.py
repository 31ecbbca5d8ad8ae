"""What the page of a case shows of messages: the way to write one."""

from collections.abc import Iterator
from uuid import UUID

from outreach.staff.scope import RoleName, Scope
from outreach.web.panels import Panel, Place


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """A link to the conversation, for who may write."""
    if scope.has(RoleName.coach, RoleName.clerk, RoleName.coordinator):
        yield Panel(Place.action, "messages/_write_link.html", {"case_id": case_id}, rank=5)
