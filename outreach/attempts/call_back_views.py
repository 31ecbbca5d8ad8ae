"""Calling back at a moment that suits: offered moments, a tap each, and a page for any other."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.attempts import logging_service
from outreach.attempts.call_backs import Moment, suggestions
from outreach.attempts.forms import CallBackForm
from outreach.attempts.rules import Part
from outreach.cases import notice_queries, service
from outreach.cases import queries as cases
from outreach.cases.queries import CaseHead
from outreach.errors import NotFound, Refused
from outreach.i18n import _, _l, moment
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("call_backs", __name__)

TODAY = {Part.morning: _l("this morning"), Part.afternoon: _l("this afternoon"), Part.evening: _l("tonight")}
TOMORROW = {
    Part.morning: _l("tomorrow morning"),
    Part.afternoon: _l("tomorrow afternoon"),
    Part.evening: _l("tomorrow evening"),
}


@blueprint.app_template_global()
def call_back_moments(wished: Collection[str] = ()) -> list[dict[str, Any]]:
    """The moments that a template offers for calling back: value (ISO), label and whether she wished it."""
    now = clock.local(clock.now())
    return [
        {"value": one.at.isoformat(), "label": _label(one, now), "wished": one.wished}
        for one in suggestions(now, wished)
    ]


def _label(one: Moment, now: datetime) -> str:
    words = {now.date(): TODAY, now.date() + timedelta(days=1): TOMORROW}.get(one.at.date())
    if words is None:
        return moment(one.at)
    return f"{words[one.part]}, {moment(one.at).rpartition(', ')[2]}"


@blueprint.route("/cases/<uuid:case_id>/call-back", methods=["GET", "POST"])
@roles(RoleName.coach, RoleName.coordinator)
def call_back(case_id: UUID) -> ResponseReturnValue:
    """Say when to call back: by a moment that was offered, or by any day and time."""
    scope = current()
    case = cases.head(case_id, scope)
    form = CallBackForm(**{name: request.args[name] for name in ("back", "notice") if name in request.args})
    if form.validate_on_submit():
        try:
            logging_service.plan_call_back(case.id, form.moment, by=_me(scope))
        except NotFound:
            raise
        except Refused as refusal:
            form.on.errors = [*form.on.errors, refusal.message]
        else:
            _deal_with(form.notice.data, scope)
            flash(
                _("You will call %(name)s back: %(when)s.", name=case.short_name, when=moment(form.moment)),
                "ok",
            )
            return _back_to(scope, case, form.back.data)
    page = render_template("attempts/call_back.html", case=case, form=form)
    return page, 422 if form.is_submitted() else 200


def _deal_with(notice_id: str | None, scope: Scope) -> None:
    if not notice_id:
        return
    try:
        notice = notice_queries.notice(UUID(notice_id), scope)
    except ValueError:
        return
    service.handle_notice(notice.id, by=_me(scope))


def _back_to(scope: Scope, case: CaseHead, back: str) -> ResponseReturnValue:
    if back == "today" and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for("attempts.today"))
    return redirect(url_for("cases.show", case_id=case.id))


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
