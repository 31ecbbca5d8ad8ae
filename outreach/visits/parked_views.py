"""The page of reports that wait for a coordinator."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases import search_queries as cases
from outreach.errors import Conflict, Refused
from outreach.i18n import _, _l
from outreach.staff.scope import RoleName, Scope, current
from outreach.visits import forms_html, parked_queries, parked_service
from outreach.visits.report import Outcome
from outreach.visits.report_rules import Flag, ParkReason, Solution
from outreach.web.access import roles

blueprint = Blueprint("parked", __name__)

REASONS: dict[str, Any] = {
    ParkReason.reassigned: _l("Another coach has this case now."),
    ParkReason.closed: _l("The case is closed or handed over."),
    ParkReason.gone: _l("The case or the visit is not there any more, or in another municipality."),
    ParkReason.unknown_checklist: _l("It was filled in with questions that we do not know here."),
}
FLAGS: dict[str, Any] = {
    Flag.called_off: _l("The visit had been called off meanwhile."),
    Flag.logged_already: _l("Somebody had logged this visit already."),
    Flag.old_checklist: _l("It was filled in with an older version of the questions."),
    Flag.clock_off: _l("The clock of the phone was wrong; the time was set right."),
    Flag.card_used: _l("The card had been left somewhere else before."),
    Flag.card_unknown: _l("The code of the card is not one of ours."),
}
SOLUTION_WORDS: dict[Solution, Any] = {
    Solution.apply: _l("Take it in as it is"),
    Solution.reopen: _l("Open the case again and take it in"),
    Solution.note: _l("Keep it as a note only"),
    Solution.move: _l("It belongs to this case"),
    Solution.discard: _l("Put it aside"),
}


def waiting(scope: Scope) -> int:
    """How many reports wait for her: the number in her menu."""
    return parked_queries.count(scope)


@blueprint.get("/visits/parked")
@roles(RoleName.coordinator)
def overview() -> ResponseReturnValue:
    """What waits, and what is to be known of."""
    return _page()


def _page(problem: str = "", about: UUID | None = None, status: int = 200) -> ResponseReturnValue:
    scope = current()
    page = render_template(
        "visits/parked.html",
        parked=parked_queries.parked(scope),
        flagged=parked_queries.flagged(scope),
        reasons=REASONS,
        flags=FLAGS,
        solution_words=SOLUTION_WORDS,
        outcome_word=lambda value: forms_html.outcome_word(Outcome(value)),
        problem=problem,
        about=about,
        sent=request.form,
    )
    return page, status


@blueprint.post("/visits/parked/<uuid:report_id>/<any(apply,reopen,note,move,discard):solution>")
@roles(RoleName.coordinator)
def settle(report_id: UUID, solution: str) -> ResponseReturnValue:
    """Settle one report by one button."""
    scope = current()
    chosen = Solution(solution)
    try:
        case = None
        if chosen is Solution.move:
            case = cases.id_of(request.form.get("reference", "").strip(), scope)
        parked_service.settle(
            report_id, chosen, scope, reason=request.form.get("reason", "")[:300], to_case=case
        )
    except Conflict:
        raise
    except Refused as refusal:
        return _page(refusal.message, report_id, refusal.status)
    flash(_("Settled. The report is kept."), "ok")
    return redirect(url_for("parked.overview"))
