"""Pages of cases: search, the page of one case, and what staff do there."""

from dataclasses import astuple, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach.cases import (
    event_words,
    notice_queries,
    queries,
    search_queries,
    service,
    taking_back_queries,
    words,
)
from outreach.cases.forms import ClosingForm, CoachForm, NoteForm, OptOutForm, SearchForm, StatusForm
from outreach.cases.queries import CaseHead
from outreach.cases.rules import ALLOWED_STATUS_CHOICES, CaseStatus
from outreach.cases.search_queries import Wanted
from outreach.cases.timeline import staff_actor
from outreach.errors import Conflict
from outreach.i18n import _, _l
from outreach.regions.queries import municipality_names
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles
from outreach.web.panels import Place, panels_of

blueprint = Blueprint("cases", __name__)

COACH, CLERK, COORDINATOR = RoleName.coach, RoleName.clerk, RoleName.coordinator


@blueprint.get("/cases")
@roles(COACH, CLERK, COORDINATOR)
def search() -> ResponseReturnValue:
    """Find a case; with htmx only the results."""
    scope = current()
    form = SearchForm(request.args)
    names = municipality_names(scope.regions)
    mine = [(code, name) for code, name in names.items() if code in scope.municipalities]
    form.municipality.choices = [("", _("All")), *mine]
    everybody = [(str(id_), name) for id_, name in search_queries.coaches(scope)]
    form.coach.choices = [("", _("All")), ("none", _("Nobody yet")), *everybody]
    wanted = Wanted(
        form.q.data or "",
        form.status.data or "",
        form.target_group.data or "",
        form.coach.data or "",
        form.municipality.data or "",
    )
    found = search_queries.search(wanted, scope, request.args.get("page", 1, int))

    def page_href(page: int) -> str:
        return f"{request.path}?{urlencode({**request.args.to_dict(), 'page': page})}"

    def file_href(kind: str) -> str:
        asked = {name: value for name, value in request.args.items() if name not in ("page", "lang")}
        return url_for("case_lists.file", kind=kind, **asked)  # type: ignore[arg-type]

    takes_files = scope.has(CLERK, COORDINATOR, RoleName.administrator)
    template = "cases/_results.html" if htmx_request.htmx else "cases/search.html"
    return render_template(
        template,
        form=form,
        found=found,
        words=words,
        asked=any(astuple(wanted)),
        filtered=any(astuple(replace(wanted, words=""))),
        previous_href=page_href(found.page - 1) if found.page > 1 else "",
        next_href=page_href(found.page + 1) if found.page < found.pages else "",
        file_hrefs={kind: file_href(kind) for kind in ("xlsx", "csv")} if takes_files else {},
    )


@blueprint.get("/cases/<uuid:case_id>")
@roles(COACH, CLERK, COORDINATOR)
def show(case_id: UUID) -> ResponseReturnValue:
    """The page of a case: the next step, then what happened."""
    scope = current()
    return _page(queries.head(case_id, scope), scope, NoteForm())


def _page(case: CaseHead, scope: Scope, note: NoteForm) -> str:
    page = max(request.args.get("page", 1, int), 1)
    events, total = queries.events(case.id, page)
    pages = max(1, -(-total // queries.PAGE))
    return render_template(
        "cases/show.html",
        case=case,
        events=events,
        words=words,
        event_words=event_words,
        page=page,
        pages=pages,
        notices=notice_queries.open_notices_of(case.id, scope),
        panels=panels_of(case.id, scope),
        Place=Place,
        note=note,
        coach=_coach_form(case),
        opt_out=OptOutForm(),
        look_alikes=queries.look_alikes(case, scope),
        marks=taking_back_queries.marks(case.id, staff_actor(_me(scope))),
        opt_outs=sorted(queries.opt_outs(case.person_id)),
        choices=_choices(case) if scope.has(COACH, COORDINATOR, RoleName.administrator) else [],
    )


def _choices(case: CaseHead) -> list[CaseStatus]:
    allowed = ALLOWED_STATUS_CHOICES[CaseStatus(case.status)]
    return [status for status in CaseStatus if status in allowed]


def _coach_form(case: CaseHead) -> CoachForm:
    form = CoachForm()
    form.coach.choices = [(str(id_), name) for id_, name in queries.coaches_for(case.municipality_code)]
    if not form.is_submitted():
        form.coach.data = str(case.coach_id or "")
    return form


def _to(case: CaseHead) -> ResponseReturnValue:
    return redirect(url_for("cases.show", case_id=case.id))


@blueprint.post("/cases/<uuid:case_id>/note")
@roles(COACH, CLERK, COORDINATOR)
def note(case_id: UUID) -> ResponseReturnValue:
    """Write a note; what is wrong with it comes back on the same page."""
    scope = current()
    case = queries.head(case_id, scope)
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(case, scope, form), 422
    service.add_note(case.id, form.text.data, by=_me(scope))
    flash(_("The note is kept."), "ok")
    return _to(case)


@blueprint.post("/cases/<uuid:case_id>/coach")
@roles(COACH, CLERK, COORDINATOR)
def coach(case_id: UUID) -> ResponseReturnValue:
    """Give the case to a coach."""
    scope = current()
    case = queries.head(case_id, scope)
    form = _coach_form(case)
    if not form.validate_on_submit():
        flash(_("Choose a coach from the list."), "bad")
        return _to(case)
    service.assign_coach(case.id, UUID(form.coach.data), by=_me(scope))
    flash(_("The case has another coach now."), "ok")
    return _to(case)


@blueprint.post("/cases/<uuid:case_id>/opt-out")
@roles(COACH, CLERK, COORDINATOR)
def opt_out(case_id: UUID) -> ResponseReturnValue:
    """Note that somebody does not want to be reached by a channel, or take that back."""
    scope = current()
    case = queries.head(case_id, scope)
    channel = request.form.get("channel", "")
    if "again" in request.form:
        service.opt_in(case.id, channel, by=_me(scope))
        flash(_("Kept: this way may be used again."), "ok")
    else:
        service.opt_out(case.id, channel, by=_me(scope))
        flash(_("Kept: this way is not used any more."), "ok")
    return _to(case)


@blueprint.route("/cases/<uuid:case_id>/status/<word>", methods=["GET", "POST"])
@roles(COACH, COORDINATOR)
def status(case_id: UUID, word: str) -> ResponseReturnValue:
    """Ask for what belongs to a status, an outcome when closing, and set it."""
    scope = current()
    case = queries.head(case_id, scope)
    if word not in {choice.value for choice in _choices(case)}:
        raise Conflict(_l("The case has changed. Look at it again and choose once more."))
    chosen = CaseStatus(word)
    form = StatusForm()
    if chosen is CaseStatus.afgesloten:
        form = ClosingForm()
        outcomes = service.outcomes_for(case.region_id, case.target_group)
        form.outcome.choices = [(label, label) for label in outcomes.choices]
    if form.validate_on_submit():
        service.choose_status(case.id, chosen, by=_me(scope), **_chosen(form))
        flash(_("The status is now: %(status)s.", status=words.word(words.STATUS_WORDS, chosen)), "ok")
        return _to(case)
    template = render_template("cases/status.html", case=case, form=form, chosen=chosen, words=words)
    return template, 422 if form.is_submitted() else 200


def _chosen(form: StatusForm) -> dict[str, Any]:
    given = {"reason": form.reason.data or ""}
    if isinstance(form, ClosingForm):
        given |= {"outcome": form.outcome.data, "outcome_on": form.outcome_on.data}
    return given


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
