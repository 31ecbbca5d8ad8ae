"""Sending from one's own phone: the list on the day, what came of each message, and the answers to them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach.cases import queries as cases
from outreach.cases import words
from outreach.cases.notice_views import done_today
from outreach.cases.queries import CaseHead
from outreach.cases.taking_back_views import undo_action
from outreach.errors import NotFound, Refused
from outreach.i18n import _, _l
from outreach.messages import hand_panels, hand_service
from outreach.messages.hand_rules import NotSent
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.undo import flash_with_undo

blueprint = Blueprint("by_hand", __name__)

STAFF = (RoleName.coach, RoleName.coordinator)


@blueprint.get("/today/messages")
@roles(RoleName.coach)
def fresh() -> ResponseReturnValue:
    """The messages of the day when they have changed since `seen`, else 204: asked for every twenty seconds."""
    values = hand_panels.day_of(current())
    if request.args.get("seen") == values["seen"]:
        return "", 204
    return render_template("messages/_hand.html", values=values, words=words, fresh=True)


@blueprint.post("/cases/<uuid:case_id>/message/sent")
@roles(*STAFF)
def sent(case_id: UUID) -> ResponseReturnValue:
    """She sent it."""
    scope = current()
    case = cases.head(case_id, scope)
    channel = hand_service.sent(case.id, _attempt(), by=_me(scope))
    return _done(scope, case, _("Kept: sent to %(name)s.", name=case.short_name), [channel])


@blueprint.post("/cases/<uuid:case_id>/message/not-sent")
@roles(*STAFF)
def not_sent(case_id: UUID) -> ResponseReturnValue:
    """She did not send it, and why."""
    scope = current()
    case = cases.head(case_id, scope)
    try:
        why = NotSent(request.form.get("why", ""))
    except ValueError:
        raise Refused(_l("Choose why it was not sent.")) from None
    hand_service.not_sent(case.id, _attempt(), why, by=_me(scope))
    sentences = {
        NotSent.no_such_number: _("Kept. If the plan has another way to reach %(name)s, it is next."),
        NotSent.later: _("The message to %(name)s stays ready."),
        NotSent.not_needed: _("The message to %(name)s is gone from your day."),
    }
    sentence = sentences[why] % {"name": case.short_name}
    if why is NotSent.later:
        flash(sentence, "ok")
        return _back_to(scope, case)
    return _done(scope, case, sentence)


@blueprint.post("/cases/<uuid:case_id>/reply")
@roles(*STAFF)
def reply(case_id: UUID) -> ResponseReturnValue:
    """An answer came in on her phone."""
    scope = current()
    case = cases.head(case_id, scope)
    channel, body = request.form.get("channel", ""), request.form.get("body", "")
    hand_service.reply(case.id, channel, body, by=_me(scope))
    flash(_("Kept: %(name)s answered. The contact plan stops.", name=case.short_name), "ok")
    return _back_to(scope, case)


def _done(scope: Scope, case: CaseHead, sentence: str, went_by: Sequence[str] = ()) -> ResponseReturnValue:
    undo = undo_action(case.id, scope) if went_by else ""
    if not htmx_request.htmx:
        flash_with_undo(sentence, undo, request.form.get("back", ""))
        return _back_to(scope, case)
    day = hand_panels.day_of(scope)
    values: dict[str, Any] = {"case": case, "sentence": sentence, "channels": went_by, "undo": undo}
    count = {"hand_count": day["count"], "seen": day["seen"], "done_today": done_today(scope)}
    return render_template("messages/_hand_done.html", words=words, **values, **count)


def _back_to(scope: Scope, case: CaseHead) -> ResponseReturnValue:
    back = request.form.get("back", "case")
    if back == "today" and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for("attempts.today"))
    if back == "conversation":
        return redirect(url_for("inbox.conversation", case_id=case.id, _anchor="newest"))
    return redirect(url_for("cases.show", case_id=case.id))


def _attempt() -> UUID:
    try:
        return UUID(request.form.get("attempt", ""))
    except ValueError:
        raise NotFound(_l("This message does not exist.")) from None


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
