"""Safety at the door: check in and out, ask for help, and who of the colleagues needs somebody."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from outreach import clock, db
from outreach.i18n import _, _l, ngettext
from outreach.staff.scope import RoleName, Scope, current
from outreach.visits import safety_queries, safety_rules, safety_service
from outreach.visits.safety_queries import AtADoor
from outreach.visits.safety_rules import Said
from outreach.web.access import roles
from outreach.web.panels import Panel, Place

blueprint = Blueprint("safety", __name__)

GOES_OUT = (RoleName.coach, RoleName.coordinator)
MINUTES = (15, 30, 45, 60, 90, 120)
USUAL = 30
NOBODY = ""


class CheckInForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """How long a visit is expected to take, in minutes."""

    minutes = SelectField(_l("How long do you expect to be there?"), coerce=int, default=USUAL)


class ColleagueForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who is told when she does not check out."""

    colleague = SelectField(_l("Who is told when you do not check out?"))


@blueprint.get("/safety")
@roles(*GOES_OUT)
def overview() -> ResponseReturnValue:
    """Where she is checked in, which colleagues are at a door, whom she chose."""
    scope = current()
    now = clock.now()
    return render_template(
        "visits/safety.html",
        mine=safety_queries.mine(_me(scope), now),
        doors=safety_queries.doors(scope, now),
        check_in=_check_in_form(),
        colleague=_colleague_form(scope),
    )


def _check_in_form() -> CheckInForm:
    form = CheckInForm()
    form.minutes.choices = [
        SelectChoice(n, ngettext("%(num)d minute", "%(num)d minutes", n)) for n in MINUTES
    ]
    return form


def _colleague_form(scope: Scope) -> ColleagueForm:
    form = ColleagueForm()
    choices = [SelectChoice(NOBODY, _("Only the coordinators"))]
    choices += [SelectChoice(str(id_), name) for id_, name in safety_queries.colleagues_for(scope)]
    form.colleague.choices = choices
    if not form.is_submitted():
        chosen = safety_queries.colleague_of(_me(scope))
        form.colleague.data = str(chosen.id) if chosen else NOBODY
    return form


@blueprint.post("/safety/in")
@roles(*GOES_OUT)
def check_in() -> ResponseReturnValue:
    """She is at a door from now on; or she gives herself more time."""
    scope, now = current(), clock.now()
    form = _check_in_form()
    if not form.validate_on_submit():
        return redirect(url_for("safety.overview"))
    there = safety_queries.mine(_me(scope), now)
    if there is None:
        id_, at, minutes = db.new_id(), now, form.minutes.data
    else:
        id_, at = there.id, there.at
        minutes = int((now - at).total_seconds() // 60) + form.minutes.data
    minutes = min(minutes, safety_rules.LONGEST)
    safety_service.keep(id_, Said(None, None, at, minutes, None, None), scope)
    flash(_("You are checked in. Check out when you are outside again."), "ok")
    return redirect(url_for("safety.overview"))


@blueprint.post("/safety/<uuid:check_in_id>/out")
@roles(*GOES_OUT)
def check_out(check_in_id: UUID) -> ResponseReturnValue:
    """She, or the colleague about whom we worried, is out."""
    safety_service.check_out(check_in_id, current())
    flash(_("Checked out."), "ok")
    return redirect(url_for("safety.overview"))


@blueprint.post("/safety/help")
@roles(*GOES_OUT)
def ask_for_help() -> ResponseReturnValue:
    """She needs somebody: her colleague and the coordinators hear of it at once."""
    scope, now = current(), clock.now()
    there = safety_queries.mine(_me(scope), now)
    id_ = there.id if there else db.new_id()
    said = Said(
        None,
        None,
        there.at if there else now,
        there.minutes if there else safety_rules.SHORTEST,
        None,
        now,
    )
    kept = safety_service.keep(id_, said, scope)
    if kept.told:
        flash(_("Your colleague and the coordinators are told. In danger: call 112."), "warn")
    else:
        flash(_("Nobody who could be told has notices on. Call a colleague. In danger: call 112."), "bad")
    return redirect(url_for("safety.overview"))


@blueprint.post("/safety/<uuid:check_in_id>/seen")
@roles(*GOES_OUT)
def seen(check_in_id: UUID) -> ResponseReturnValue:
    """Somebody has contact with her."""
    safety_service.seen(check_in_id, current())
    flash(_("The others see that you have contact."), "ok")
    return redirect(url_for("safety.overview"))


@blueprint.post("/safety/colleague")
@roles(*GOES_OUT)
def choose() -> ResponseReturnValue:
    """Choose the colleague who is told."""
    scope = current()
    form = _colleague_form(scope)
    if form.validate_on_submit():
        safety_service.choose_colleague(UUID(form.colleague.data) if form.colleague.data else None, scope)
        flash(_("Kept."), "ok")
    return redirect(url_for("safety.overview"))


@blueprint.put("/field/api/check-ins/<uuid:check_in_id>")
@roles(*GOES_OUT)
def keep(check_in_id: UUID) -> ResponseReturnValue:
    """What her phone says of a check-in: 201 new, 200 known, 409 somebody else's, 422 not right."""
    scope = current()
    said, wrong = safety_rules.read(request.get_json(silent=True))
    if said is None:
        return jsonify(errors={name: str(sentence) for name, sentence in wrong.items()}), 422
    kept = safety_service.keep(check_in_id, said, scope, _phone_now())
    colleague = safety_queries.colleague_of(_me(scope))
    answer = {
        "told": kept.told,
        "colleague": {"name": colleague.name, "phone": colleague.phone} if colleague else None,
    }
    return jsonify(answer), 201 if kept.new else 200


def _phone_now() -> datetime | None:
    try:
        return clock.parse(request.headers.get("X-Phone-Time", ""))
    except ValueError:
        return None


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id


def day_panels(scope: Scope) -> Iterator[Panel]:
    """What stands in her day: where she is checked in."""
    mine = safety_queries.mine(_me(scope), clock.now())
    if mine is not None:
        yield Panel(Place.day, "visits/_checked_in.html", {"mine": mine}, rank=1)


def alarms(scope: Scope) -> list[AtADoor]:
    """Colleagues who need somebody now, above every page of who must look after them."""
    return safety_queries.alarms(scope, clock.now()) if scope.has(*GOES_OUT) else []
