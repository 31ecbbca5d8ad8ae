"""Reporting a visit on a page, by one large button or with a checklist; what was reported, on the page of a case."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from outreach import clock, db
from outreach.attempts.forms import VISIT_BUTTONS, VISIT_ICONS
from outreach.attempts.rules import AttemptStatus, Result
from outreach.campaigns import visit_queries as plans
from outreach.cases import queries as cases
from outreach.cases import words
from outreach.cases.queries import CaseHead
from outreach.cases.taking_back_views import undo_action
from outreach.errors import Conflict, NotFound
from outreach.i18n import _
from outreach.staff.scope import RoleName, Scope, current
from outreach.visits import (
    answer_words,
    checklist_files,
    checklist_rules,
    door_queries,
    forms_html,
    page_form,
    report_service,
    visit_queries,
)
from outreach.visits.checklist import Checklist
from outreach.visits.report import NextKind, Outcome
from outreach.visits.report_service import Fate
from outreach.web.access import roles
from outreach.web.panels import Panel, Place
from outreach.web.undo import flash_with_undo

blueprint = Blueprint("visit_reports", __name__)

GOES_OUT = (RoleName.coach, RoleName.coordinator)
OVER = frozenset({AttemptStatus.done, AttemptStatus.failed})
LONGEST_OPEN = timedelta(days=1)
"""A form that was opened longer ago does not say when the visit began."""


@blueprint.route("/cases/<uuid:case_id>/visit", methods=["GET", "POST"])
@roles(*GOES_OUT)
def write(case_id: UUID) -> ResponseReturnValue:
    """Say what came of a visit by one large button, or choose a checklist to fill in as well."""
    scope = current()
    case = cases.head(case_id, scope)
    visit, logged = _visit(case.id)
    usual, language = _usual(visit), str(get_locale() or "nl")
    wrong: Mapping[str, Any] = {}
    if request.method == "POST":
        result = _result(request.form.get("result", ""))
        if result is not None:
            nobody = result in (Result.nobody_home, Result.card_left)
            checklist = checklist_files.newest_or_usual(checklist_files.NOBODY_HOME) if nobody else usual
            note = request.form.get("note", "")
            body = page_form.quick_body(case.id, visit, checklist, result, note, now=clock.now())
            wrong = _take_in(body, scope)
            if not wrong:
                return _kept(scope, case)
        else:
            wrong = {"outcome": _("Choose what came of the visit.")}
    others = [one for one in checklist_files.choices() if one.name != usual.name]
    page = render_template(
        "visits/visit.html",
        **_about(case, visit, logged, scope),
        language=language,
        usual=usual,
        others=others,
        results=_buttons(),
        note=request.form.get("note", ""),
        summary=[("", "", sentence) for sentence in wrong.values()],
    )
    return page, 422 if wrong else 200


def _buttons() -> list[dict[str, Any]]:
    named = {**words.RESULTS, Result.card_left: _("Nobody home, card left")}
    return [{"value": one.value, "label": named[one], "icon": VISIT_ICONS[one]} for one in VISIT_BUTTONS]


def _result(text: str) -> Result | None:
    return Result(text) if text in VISIT_BUTTONS else None


@blueprint.route("/cases/<uuid:case_id>/visit/report", methods=["GET", "POST"])
@roles(*GOES_OUT)
def report(case_id: UUID) -> ResponseReturnValue:
    """Fill in a checklist and what came of the visit."""
    scope = current()
    case = cases.head(case_id, scope)
    visit, logged = _visit(case.id)
    checklist = _checklist(visit)
    language = str(get_locale() or "nl")
    wrong: Mapping[str, Any] = {}
    sent = request.form
    closing = page_form.closing(sent)
    if request.method == "POST":
        now = clock.now()
        body = page_form.body(case.id, visit, checklist, sent, began_at=_began(now), now=now)
        wrong = _take_in(body, scope)
        if not wrong:
            return _kept(scope, case)
        wrong = {**_of_answers(checklist, body), **wrong}
    elif checklist.name == checklist_files.NOBODY_HOME:
        closing["outcome"] = Outcome.nobody_home.value
    of_questions = {
        name.removeprefix("answers."): said for name, said in wrong.items() if name.startswith("answers.")
    }
    page = render_template(
        "visits/report.html",
        **_about(case, visit, logged, scope),
        title=checklist.title.in_language(language),
        lead=checklist.about.in_language(language),
        **forms_html.checklist_values(checklist, language, page_form.answers(checklist, sent), of_questions),
        **forms_html.closing_values(closing, wrong),
        summary=page_form.places(checklist, wrong, language),
        began=sent.get("began") or clock.now().isoformat(),
    )
    return page, 422 if wrong else 200


def _visit(case_id: UUID) -> tuple[UUID | None, bool]:
    """The visit that is reported, if it was planned, and whether that was done already."""
    asked = request.values.get("attempt", "")
    if not asked:
        return None, False
    try:
        visit = UUID(asked)
    except ValueError:
        raise NotFound(_("This task does not exist.")) from None
    return visit, visit_queries.status_of(case_id, visit) in OVER


def _usual(visit: UUID | None) -> Checklist:
    """The checklist that the plan names for this visit, else the usual one."""
    named = plans.checklists_of([visit]).get(visit) if visit else None
    return checklist_files.newest_or_usual(named)


def _checklist(visit: UUID | None) -> Checklist:
    """The checklist that was chosen: a form stays with the version that it was begun on."""
    key = request.values.get("checklist", "")
    if not key:
        return _usual(visit)
    name, _at, version = key.partition("@")
    number = int(version) if version.isdecimal() and len(version) < 5 else None
    found = checklist_files.find(name, number) if number else checklist_files.newest(name)
    if found is None:
        raise NotFound(_("This checklist does not exist."))
    return found


def _began(now: datetime) -> datetime:
    """When she opened the form, if that can be."""
    try:
        began = clock.parse(request.form.get("began", ""))
    except (ValueError, OverflowError):
        return now
    return began if now - LONGEST_OPEN <= began <= now else now


def _take_in(body: Mapping[str, Any], scope: Scope) -> Mapping[str, Any]:
    """Hand the report over as a phone does; what is wrong with it, if it is not kept. Raises Conflict."""
    try:
        report_id = UUID(request.form.get("report", ""))
    except ValueError:
        report_id = db.new_id()
    taken = report_service.take_in(report_id, body, scope, on_page=True)
    if taken.fate is Fate.other:
        raise Conflict(_("This was logged already. Look at the case to see what came of it."))
    return taken.errors if taken.fate is Fate.invalid else {}


def _of_answers(checklist: Checklist, body: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong with the answers, so that all is said at once whatever else is wrong."""
    outcome = body["outcome"]
    spoke = outcome not in Outcome.__members__ or Outcome(outcome).spoke
    wrong = checklist_rules.problems(checklist, body["answers"], spoke=spoke)
    return {f"answers.{name}": said for name, said in wrong.items()}


def _about(case: CaseHead, visit: UUID | None, logged: bool, scope: Scope) -> dict[str, Any]:
    """What both pages show and send along. `report_id` lets a form that is sent twice count once."""
    return {
        "case": case,
        "warnings": door_queries.warnings(case.id, scope),
        "attempt": visit,
        "logged": logged,
        "back": request.values.get("back", "case"),
        "report_id": request.form.get("report") or db.new_id(),
    }


def _kept(scope: Scope, case: CaseHead) -> ResponseReturnValue:
    sentence = _("Kept: visited %(name)s.", name=case.short_name)
    flash_with_undo(sentence, undo_action(case.id, scope), request.form.get("back", ""))
    pages = {"today": "attempts.today", "visits": "attempts.visits"}
    back = pages.get(request.form.get("back", ""))
    if back is not None and scope.has(RoleName.coach, RoleName.administrator):
        return redirect(url_for(back))
    return redirect(url_for("cases.show", case_id=case.id))


@blueprint.get("/cases/<uuid:case_id>/visit/pictures/<uuid:picture_id>")
@roles(*GOES_OUT)
def picture(case_id: UUID, picture_id: UUID) -> ResponseReturnValue:
    """A photo or signature that came with a report."""
    case = cases.head(case_id, current())
    media_type, content = visit_queries.picture_of(case.id, picture_id)
    return Response(content, mimetype=media_type, headers={"Cache-Control": "no-store"})


def panels(case_id: UUID, scope: Scope) -> Iterator[Panel]:
    """What was reported of visits in the words of its checklists, for who visits; folded away."""
    if not scope.has(*GOES_OUT, RoleName.administrator):
        return
    language = str(get_locale() or "nl")
    rows = []
    for one in visit_queries.reported(case_id):
        checklist = checklist_files.find(one.checklist, one.version)
        next_ = one.body.get("next") or {}
        rows.append(
            {
                "report": one,
                "title": checklist.title.in_language(language) if checklist else one.checklist,
                "outcome": forms_html.outcome_word(Outcome(one.outcome)),
                "told": answer_words.told(checklist, one.answers, language),
                "next": forms_html.NEXT_WORDS[NextKind(next_["kind"])] if next_ else "",
                "next_on": date.fromisoformat(next_["on"]) if next_ else None,
            }
        )
    if rows:
        yield Panel(Place.side, "visits/_reported.html", {"reported": rows, "case_id": case_id}, rank=20)
