"""What waits for a coach: the list that keeps itself fresh, dealing with one, and taking that back."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock
from outreach.cases import event_words, notice_queries, service, words
from outreach.i18n import _
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.undo import flash_with_undo
from outreach.web.views import home

blueprint = Blueprint("notices", __name__)

SHOWN = 20


def waiting(scope: Scope, shown: int = SHOWN) -> dict[str, Any]:
    """The values of cases/_responses.html: what waits, how much, and a mark by which to see a change."""
    count, newest = notice_queries.newest_notice(scope)
    return {
        "notices": notice_queries.open_notices(scope, shown) if count else [],
        "notice_count": count,
        "seen": f"{count}-{newest}",
        "event_words": event_words,
    }


def done_today(scope: Scope) -> int:
    """How many notices, calls and visits this person has dealt with since midnight."""
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return notice_queries.handled_since(scope, midnight)


@blueprint.get("/notices")
@roles(RoleName.coach)
def fresh() -> ResponseReturnValue:
    """The list when it has changed since `seen`, else 204: asked for every twenty seconds."""
    scope = current()
    count, newest = notice_queries.newest_notice(scope)
    if request.args.get("seen") == f"{count}-{newest}":
        return "", 204
    return render_template("cases/_responses.html", words=words, **waiting(scope))


@blueprint.post("/notices/<uuid:notice_id>/done")
@roles(RoleName.coach, RoleName.clerk, RoleName.coordinator)
def done(notice_id: UUID) -> ResponseReturnValue:
    """Deal with a notice: its card goes, the count grows, and for ten seconds it can be undone."""
    scope = current()
    notice = notice_queries.notice(notice_id, scope)
    assert scope.user_id is not None, "a signed-in person has an id"
    service.handle_notice(notice.id, by=scope.user_id)
    if htmx_request.htmx:
        values = waiting(scope, 0) | {"notice": notice, "done_today": done_today(scope)}
        return render_template("cases/_notice_done.html", **values)
    back = request.form.get("back", "")
    sentence = _("Done: %(name)s.", name=notice.case.short_name)
    flash_with_undo(sentence, url_for("notices.undo", notice_id=notice.id), back)
    if back == "case":
        return redirect(url_for("cases.show", case_id=notice.case.id))
    return redirect(home())


@blueprint.post("/notices/<uuid:notice_id>/undo")
@roles(RoleName.coach, RoleName.clerk, RoleName.coordinator)
def undo(notice_id: UUID) -> ResponseReturnValue:
    """Put a notice back on the list."""
    scope = current()
    notice = notice_queries.notice(notice_id, scope)
    assert scope.user_id is not None, "a signed-in person has an id"
    service.reopen_notice(notice.id, by=scope.user_id)
    flash(_("%(name)s is on your list again.", name=notice.case.short_name), "ok")
    if request.form.get("back") == "case":
        return redirect(url_for("cases.show", case_id=notice.case.id))
    return redirect(home())
