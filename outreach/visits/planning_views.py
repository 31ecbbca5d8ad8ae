"""Planning visits: a day round proposed and mended, one visit given its moment, one taken off."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DateField, HiddenField, IntegerField, RadioField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from outreach import clock
from outreach.errors import NotFound, Refused
from outreach.i18n import _, _l, moment, ngettext
from outreach.staff.scope import RoleName, Scope, current
from outreach.visits import planning_queries, planning_service, round_rules
from outreach.visits.planning_queries import PlannedVisit
from outreach.visits.planning_service import LONGEST, SHORTEST, RoundRefused, Wanted
from outreach.web.access import roles

blueprint = Blueprint("planning", __name__)

PLANS = (RoleName.coach, RoleName.clerk, RoleName.coordinator)
NOBODY = ""
LONGEST_REASON = 300
AHEAD = timedelta(days=60)
SOON = timedelta(minutes=15)
"""A round of today begins no sooner than this from now."""


@blueprint.get("/visits/plan")
@roles(*PLANS)
def round_() -> ResponseReturnValue:
    """A day of a coach: what is planned, what is wished for, and with `propose` a round of it."""
    return _page(current())


def _page(
    scope: Scope, problems: Mapping[UUID, Any] | None = None, sent: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    day, coach_id = _day(), _coach(scope)
    begin = datetime.combine(day, time(0), clock.TIMEZONE)
    planned = planning_queries.planned(scope, coach_id, begin, begin + timedelta(days=1))
    wished = planning_queries.wished(scope, coach_id, day)
    proposing = "propose" in request.args or sent is not None
    stops = _proposed(scope, wished, coach_id, day) if proposing and sent is None else {}
    areas = Counter(f"{visit.case.postcode[:4]} {visit.case.town}" for visit in wished if visit.case.postcode)
    page = render_template(
        "visits/plan.html",
        day_=day,
        coach_id=coach_id,
        coaches=planning_queries.coaches(scope),
        whole=scope.has(RoleName.clerk, RoleName.coordinator, RoleName.administrator),
        planned=planned,
        wished=wished,
        stops=stops,
        proposing=proposing,
        problems=problems or {},
        sent=sent or {},
        areas=areas,
        lost=[
            problem
            for id_, problem in (problems or {}).items()
            if all(id_ != one.attempt_id for one in wished)
        ],
        minutes=_minutes(),
        start=request.values.get("start", f"{round_rules.FROM:%H:%M}"),
        until=request.values.get("until", f"{round_rules.UNTIL:%H:%M}"),
        today=clock.today(),
        local=clock.local,
    )
    return page, 422 if problems else 200


def _proposed(
    scope: Scope, wished: list[PlannedVisit], coach_id: UUID | None, day: date
) -> dict[UUID, datetime]:
    """A round in the part of the day that was asked for, around where she has to be already."""
    begin, end = (
        datetime.combine(day, at, clock.TIMEZONE)
        for at in round_rules.within(
            _time(request.args.get("start", "")) or round_rules.FROM,
            _time(request.args.get("until", "")) or round_rules.UNTIL,
            *planning_queries.quiet_hours(scope),
        )
    )
    begin = max(begin, clock.local(clock.now()) + SOON)
    begin = begin.replace(second=0, microsecond=0) + timedelta(minutes=-begin.minute % 5)
    busy = planning_queries.busy([coach_id], begin, end + round_rules.FAR)[coach_id] if coach_id else []
    taken = [(clock.local(one.at), clock.local(one.at) + timedelta(minutes=one.minutes)) for one in busy]
    stops = round_rules.propose([one.wish for one in wished], begin, end, minutes=_minutes(), taken=taken)
    return {stop.attempt_id: stop.at for stop in stops}


def _day() -> date:
    try:
        day = date.fromisoformat(request.values.get("day", ""))
    except ValueError:
        return clock.today()
    return min(max(day, clock.today()), clock.today() + AHEAD)


def _coach(scope: Scope) -> UUID | None:
    """The coach of whom the day is: a coach herself, else the one that was chosen, else the first."""
    known = [id_ for id_, _name in planning_queries.coaches(scope)]
    if not scope.has(RoleName.clerk, RoleName.coordinator, RoleName.administrator):
        return scope.user_id
    asked = request.values.get("coach", type=UUID)
    if asked in known:
        return asked
    return scope.user_id if scope.user_id in known else (known[0] if known else None)


def _minutes() -> int:
    asked = request.values.get("minutes", type=int) or round_rules.USUAL_MINUTES
    return min(max(asked, SHORTEST), LONGEST)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


@blueprint.post("/visits/plan")
@roles(*PLANS)
def plan_round() -> ResponseReturnValue:
    """Plan the visits that were ticked; when one cannot be, none is, and the form says why."""
    scope, day, coach_id = current(), _day(), _coach(current())
    wanted: list[Wanted] = []
    problems: dict[UUID, Any] = {}
    for text in request.form.getlist("take")[: planning_queries.MOST]:
        attempt_id = _uuid(text)
        at = _time(request.form.get(f"at-{text}", ""))
        if at is None:
            problems[attempt_id] = _("Choose a time.")
        elif coach_id is not None:
            moment_ = datetime.combine(day, at, clock.TIMEZONE)
            second = request.form.get(f"with-{text}", type=UUID)
            minutes = request.form.get(f"minutes-{text}", _minutes(), type=int)
            wanted.append(Wanted(attempt_id, moment_, coach_id, second, minutes))
    if not problems and wanted:
        try:
            planning_service.plan(wanted, scope, new=True)
        except RoundRefused as refusal:
            problems = refusal.problems
        else:
            flash(ngettext("%(num)d visit is planned.", "%(num)d visits are planned.", len(wanted)), "ok")
            return redirect(url_for("planning.round_", day=day.isoformat(), coach=coach_id))
    if not wanted and not problems:
        flash(_("Nothing was planned: tick the visits that belong to the round."), "warn")
    return _page(scope, problems, request.form.to_dict() | {"take": " ".join(request.form.getlist("take"))})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("This visit does not exist.")) from None


class MomentForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The day and time of a visit, who goes, and why it moves."""

    attempt = HiddenField()
    back = HiddenField(default="case")
    on = DateField(_l("Day"), [InputRequired(message=_l("Choose a day."))])
    at = TimeField(_l("Time"), [InputRequired(message=_l("Choose a time."))])
    coach = SelectField(_l("Who goes?"))
    second = SelectField(_l("Together with"), default=NOBODY)
    minutes = IntegerField(
        _l("How many minutes?"),
        [
            Optional(),
            NumberRange(
                SHORTEST,
                LONGEST,
                _l("Give a number of minutes from %(least)d to %(most)d.", least=SHORTEST, most=LONGEST),
            ),
        ],
        default=30,
    )
    reason = StringField(
        _l("Why does it move?"), [Length(max=LONGEST_REASON, message=_l("Say it in one line."))]
    )


@blueprint.route("/cases/<uuid:case_id>/visit/moment", methods=["GET", "POST"])
@roles(*PLANS)
def appoint(case_id: UUID) -> ResponseReturnValue:
    """Give one visit its day and time, or another one."""
    scope = current()
    visit = _visit(case_id, scope)
    form = _moment_form(visit, scope)
    if form.validate_on_submit():
        wanted = Wanted(
            visit.attempt_id,
            datetime.combine(form.on.data, form.at.data, clock.TIMEZONE),
            UUID(form.coach.data),
            UUID(form.second.data) if form.second.data else None,
            form.minutes.data or round_rules.USUAL_MINUTES,
            (form.reason.data or "").strip(),
        )
        try:
            planning_service.plan([wanted], scope)
        except RoundRefused as refusal:
            form.on.errors = [*form.on.errors, *(str(text) for text in refusal.problems.values())]
        else:
            name = visit.case.short_name
            flash(_("Planned: %(name)s on %(when)s.", name=name, when=moment(wanted.at)), "ok")
            return _back(scope, visit, form.back.data)
    page = render_template("visits/moment.html", case=visit.case, visit=visit, form=form)
    return page, 422 if form.is_submitted() else 200


def _visit(case_id: UUID, scope: Scope) -> PlannedVisit:
    asked = request.values.get("attempt", type=UUID)
    if asked is None:
        raise NotFound(_("This visit does not exist."))
    visit = planning_queries.visit(asked, scope)
    if visit.case.id != case_id:
        raise NotFound(_("This visit does not exist."))
    return visit


def _moment_form(visit: PlannedVisit, scope: Scope) -> MomentForm:
    at = clock.local(visit.at)
    usual = {
        "attempt": str(visit.attempt_id),
        "back": request.args.get("back", "case"),
        "coach": str(visit.coach_id or visit.case.coach_id or scope.user_id),
        "second": str(visit.second_id or NOBODY),
        "minutes": visit.minutes,
    }
    if visit.coach_id is not None:
        usual |= {"on": at.date(), "at": at.time()}
    form = MomentForm(data=usual)
    choices = [SelectChoice(str(id_), name) for id_, name in planning_queries.coaches(scope)]
    form.coach.choices = choices
    form.second.choices = [SelectChoice(NOBODY, _("Nobody else")), *choices]
    return form


class OffForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why a visit leaves the round, and what becomes of it."""

    attempt = HiddenField()
    back = HiddenField(default="case")
    reason = StringField(
        _l("Why?"),
        [
            InputRequired(_l("Say why, so that a colleague understands it later.")),
            Length(max=LONGEST_REASON, message=_l("Say it in one line.")),
        ],
    )
    what = RadioField(
        _l("And then?"),
        choices=[
            SelectChoice("again", _l("It must be planned again")),
            SelectChoice("never", _l("It is not needed any more")),
        ],
        default="again",
    )


@blueprint.route("/cases/<uuid:case_id>/visit/off", methods=["GET", "POST"])
@roles(*PLANS)
def take_off(case_id: UUID) -> ResponseReturnValue:
    """Take a visit off the round, with the reason."""
    scope = current()
    visit = _visit(case_id, scope)
    usual = {"attempt": str(visit.attempt_id), "back": request.args.get("back", "case"), "what": "again"}
    form = OffForm(data=usual)
    if form.validate_on_submit():
        try:
            planning_service.take_off(
                visit.attempt_id, form.reason.data, scope, for_good=form.what.data == "never"
            )
        except Refused as refusal:
            form.reason.errors = [*form.reason.errors, refusal.message]
        else:
            flash(_("Taken off: %(name)s.", name=visit.case.short_name), "ok")
            return _back(scope, visit, form.back.data)
    page = render_template("visits/off.html", case=visit.case, visit=visit, form=form)
    return page, 422 if form.is_submitted() else 200


def _back(scope: Scope, visit: PlannedVisit, back: str) -> ResponseReturnValue:
    pages = {"today": "attempts.today", "visits": "attempts.visits"}
    if back in pages and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for(pages[back]))
    if back == "plan":
        day = clock.local(visit.at).date().isoformat()
        return redirect(url_for("planning.round_", day=day, coach=visit.coach_id))
    return redirect(url_for("cases.show", case_id=visit.case.id))
