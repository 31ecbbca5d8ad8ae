"""Messages of which nobody knows whose they are: asked of who may know, never guessed."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases import queries as cases
from outreach.cases import search_queries, words
from outreach.cases.search_queries import Wanted
from outreach.errors import Refused
from outreach.i18n import _, _l
from outreach.messages import unclaimed_queries, unclaimed_service
from outreach.messages.inbox_forms import InboxSearchForm
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("unclaimed", __name__)

STAFF = (RoleName.coach, RoleName.clerk, RoleName.coordinator)


@blueprint.get("/messages/unclaimed/<uuid:unclaimed_id>")
@roles(*STAFF)
def show(unclaimed_id: UUID) -> ResponseReturnValue:
    """One message, who it may be from, and a search for whoever is not among them."""
    scope = current()
    one = unclaimed_queries.waiting_of(unclaimed_id, scope)
    form = InboxSearchForm(request.args)
    words_typed = (form.q.data or "").strip()
    found = search_queries.search(Wanted(words_typed), scope).cases if words_typed else []
    return render_template(
        "messages/unclaimed.html", one=one, form=form, found=found, asked=bool(words_typed), words=words
    )


@blueprint.post("/messages/unclaimed/<uuid:unclaimed_id>")
@roles(*STAFF)
def settle(unclaimed_id: UUID) -> ResponseReturnValue:
    """Say whose it is: of a case, or nobody's."""
    scope = current()
    one = unclaimed_queries.waiting_of(unclaimed_id, scope)
    assert scope.user_id is not None, "a signed-in person has an id"
    if "nobody" in request.form:
        unclaimed_service.nobodys(one.id, by=scope.user_id)
        flash(_("Put away. The message is kept."), "ok")
        return redirect(url_for("inbox.conversations"), 303)
    case_id = request.form.get("case", type=UUID)
    if case_id is None:
        raise Refused(_l("Choose whose message this is."))
    case = cases.head(case_id, scope)
    unclaimed_service.claim(one.id, case.id, by=scope.user_id)
    flash(_("The message stands with %(name)s now.", name=case.name), "ok")
    return redirect(url_for("inbox.conversation", case_id=case.id, _anchor="newest"), 303)
