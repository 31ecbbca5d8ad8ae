"""The button that takes back what one has just logged: beside the sentence that it is kept, and on the timeline."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases import queries, taking_back_queries, taking_back_service
from outreach.cases.timeline import staff_actor
from outreach.i18n import _
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("taking_back", __name__)

PAGES = {"today": "attempts.today", "visits": "attempts.visits"}


@blueprint.post("/cases/<uuid:case_id>/events/<uuid:event_id>/take-back")
@roles(RoleName.coach, RoleName.coordinator)
def take_back(case_id: UUID, event_id: UUID) -> ResponseReturnValue:
    """Take back what she logged; said twice, it is once."""
    scope = current()
    case = queries.head(case_id, scope)
    taking_back_service.take_back(case.id, event_id, by=_me(scope))
    flash(_("Taken back. For %(name)s all is as it was before.", name=case.short_name), "ok")
    back = PAGES.get(request.form.get("back", ""))
    if back and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for(back))
    return redirect(url_for("cases.show", case_id=case.id))


def undo_action(case_id: UUID, scope: Scope) -> str:
    """The address that takes back what she logged last on this case; empty when that cannot be taken back."""
    takeable = taking_back_queries.takeable(case_id, staff_actor(_me(scope)))
    if not takeable:
        return ""
    return url_for("taking_back.take_back", case_id=case_id, event_id=max(takeable))


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
