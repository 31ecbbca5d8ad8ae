"""The coach's day, her visits, and logging what came of a call or that a card was left."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock
from outreach.attempts import logging_service, queries
from outreach.attempts import round_queries as rounds
from outreach.attempts.forms import CALL_ICONS, CallForm
from outreach.attempts.queries import Task, Until
from outreach.attempts.rules import AT_THE_DOOR, CALL_RESULTS, NOT_REACHED, Channel, Result
from outreach.cases import queries as cases
from outreach.cases import words
from outreach.cases.notice_views import done_today, waiting
from outreach.cases.queries import CaseHead
from outreach.cases.taking_back_views import undo_action
from outreach.errors import NotFound
from outreach.i18n import _
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.panels import panels_of_day
from outreach.web.undo import flash_with_undo

blueprint = Blueprint("attempts", __name__)

SHOWN = 20
MOST = 200
WEEK = timedelta(days=7)
FAR = timedelta(days=60)
GLANCED = 3
"""Visits of the coming week that her day shows; the others are on the page of visits."""


@blueprint.get("/today")
@roles(RoleName.coach)
def today() -> ResponseReturnValue:
    """Her day: who answered, whom to call, where to go."""
    scope = current()
    shown = min(max(request.args.get("shown", SHOWN, int), SHOWN), MOST)
    return render_template(
        "attempts/today.html",
        today=clock.today(),
        shown=shown,
        SHOWN=SHOWN,
        MOST=MOST,
        done_today=done_today(scope),
        **waiting(scope, shown),
        **_list(scope, "call", _calls(), shown),
        **_list(scope, "visit", _at_the_door(), shown),
        **_coming_week(scope, GLANCED),
        panels=panels_of_day(scope),
        **choices(),
    )


def _calls() -> Until:
    return {Channel.call: clock.end_of_day()}


def _at_the_door() -> Until:
    """Visits that are due today or late; cards at once, since one is only planned when nobody was home."""
    return {Channel.visit: clock.end_of_day(), Channel.card: clock.end_of_day() + WEEK}


def _list(scope: Scope, name: str, until: Until, shown: int) -> dict[str, Any]:
    now = clock.now()
    count = queries.count_tasks(scope, until, now)
    found = queries.tasks(scope, until, now, shown) if count and shown else []
    known = rounds.doors([task.attempt_id for task in found], scope) if name == "visit" else {}
    return {f"{name}s": found, f"{name}_count": count, **({"doors": known} if name == "visit" else {})}


def _coming_week(scope: Scope, glanced: int = 0) -> dict[str, Any]:
    """The first `glanced` visits of the coming week after today, and how many there are."""
    now, since = clock.now(), clock.end_of_day()
    until = {Channel.visit: since + WEEK}
    count = queries.count_tasks(scope, until, now, since)
    found = queries.tasks(scope, until, now, glanced, since) if glanced else []
    return {"coming": found, "coming_count": count}


def choices() -> dict[str, Any]:
    """The buttons for what came of a call."""
    named = words.RESULTS
    return {
        "words": words,
        "call_results": [
            {"value": one.value, "label": named[one], "icon": CALL_ICONS[one]} for one in CALL_RESULTS
        ],
    }


@blueprint.get("/visits")
@roles(RoleName.coach, RoleName.coordinator)
def visits() -> ResponseReturnValue:
    """The visits and cards that are planned, by day; what is late stands under today."""
    scope = current()
    shown = min(max(request.args.get("shown", SHOWN, int), SHOWN), MOST)
    values = _list(scope, "visit", dict.fromkeys(AT_THE_DOOR, clock.end_of_day() + FAR), shown)
    days = [(day, list(those)) for day, those in groupby(values["visits"], key=_day)]
    return render_template("attempts/visits.html", days=days, shown=shown, SHOWN=SHOWN, **values, words=words)


def _day(task: Task) -> date:
    return max(clock.local(task.due_at).date(), clock.today())


@blueprint.route("/cases/<uuid:case_id>/call", methods=["GET", "POST"])
@roles(RoleName.coach, RoleName.coordinator)
def call(case_id: UUID) -> ResponseReturnValue:
    """Log what came of a call: with a note on this page, or at once from the day or the case."""
    scope = current()
    case = cases.head(case_id, scope)
    form = CallForm(**_asked())
    if form.validate_on_submit():
        logging_service.log_call(
            case.id,
            Result(form.result.data),
            by=_me(scope),
            attempt_id=_attempt(form.attempt.data),
            note=form.note.data or "",
            call_back_at=form.call_back_at,
        )
        call_back = form.call_back_at is None and Result(form.result.data) not in NOT_REACHED
        return _logged(scope, case, form.back.data, form.result.data, call_back=call_back)
    page = render_template("attempts/call.html", case=case, form=form, **choices())
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/cases/<uuid:case_id>/card")
@roles(RoleName.coach, RoleName.coordinator)
def card(case_id: UUID) -> ResponseReturnValue:
    """Log that the card was left: one tap on her day, on the list of visits or on the case."""
    scope = current()
    case = cases.head(case_id, scope)
    attempt_id = _attempt(request.form.get("attempt"))
    if attempt_id is None:
        raise NotFound(_("This task does not exist."))
    logging_service.log_card(case.id, by=_me(scope), attempt_id=attempt_id)
    sentence = _("Kept: card left for %(name)s.", name=case.short_name)
    if htmx_request.htmx:
        count = queries.count_tasks(scope, _at_the_door(), clock.now())
        values = {"visit_count": count, "done_today": done_today(scope), "sentence": sentence}
        return render_template("attempts/_card_left.html", **values, **_coming_week(scope))
    flash(sentence, "ok")
    return _back_to(scope, case, request.form.get("back", "case"))


def _asked() -> dict[str, str]:
    """Which task it is about and where to go afterwards, as a link to the page says."""
    return {name: request.args[name] for name in ("attempt", "back") if name in request.args}


def _attempt(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _logged(scope: Scope, case: CaseHead, back: str, result: str, *, call_back: bool) -> ResponseReturnValue:
    sentence = _("Kept: called %(name)s.", name=case.short_name)
    undo = undo_action(case.id, scope)
    if htmx_request.htmx:
        count = queries.count_tasks(scope, _calls(), clock.now())
        values = {"call_count": count, "done_today": done_today(scope), "sentence": sentence, "undo": undo}
        done = {"case": case, "result": result, "call_back": call_back, "words": words}
        return render_template("attempts/_logged.html", **values, **done)
    flash_with_undo(sentence, undo, back)
    return _back_to(scope, case, back)


def _back_to(scope: Scope, case: CaseHead, back: str) -> ResponseReturnValue:
    pages = {"today": "attempts.today", "visits": "attempts.visits"}
    if back in pages and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for(pages[back]))
    return redirect(url_for("cases.show", case_id=case.id))


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
