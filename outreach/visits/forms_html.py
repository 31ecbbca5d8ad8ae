"""The HTML of checklists and of the end of a report: made in one place, for the page and for the phone."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import render_template
from flask_babel import force_locale

from outreach.attempts.forms import VISIT_ICONS
from outreach.attempts.rules import Result
from outreach.cases import words
from outreach.i18n import _, _l
from outreach.visits import answer_words, checklist_files
from outreach.visits.checklist import Checklist
from outreach.visits.report import Answer, NextKind, Outcome

NEXT_WORDS = {
    NextKind.call: _l("Call"),
    NextKind.visit: _l("Visit again"),
    NextKind.handover: _l("Hand over to a partner"),
}
NEXT_ICONS = {NextKind.call: "phone", NextKind.visit: "house", NextKind.handover: "people"}


def checklist_html(
    checklist: Checklist,
    language: str,
    answers: Mapping[str, Answer] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    phone: bool = False,
) -> str:
    """The questions, filled in; for the phone without saying when a question is asked, since it hides the others."""
    return render_template(
        "visits/_checklist.html",
        checklist=checklist,
        language=language,
        answers=answers or {},
        errors=errors or {},
        scores=list(answer_words.SCORE_WORDS.items()),
        conditions=None if phone else answer_words.conditions(checklist, language),
    )


def closing_html(
    filled: Mapping[str, Any] | None = None, wrong: Mapping[str, Any] | None = None, *, phone: bool = False
) -> str:
    """The end of a report, filled in."""
    return render_template(
        "visits/_closing.html",
        outcomes=[{"value": one.value, "label": outcome_word(one), "icon": _icon(one)} for one in Outcome],
        nexts=[
            {
                "value": kind.value,
                "label": NEXT_WORDS[kind],
                "icon": NEXT_ICONS[kind],
                "checked": (filled or {}).get("next_kind") == kind.value,
            }
            for kind in NextKind
        ],
        filled=filled or {},
        wrong=wrong or {},
        phone=phone,
    )


def outcome_word(outcome: Outcome) -> str:
    """An outcome as the large buttons say it."""
    return _("Did not go") if outcome.result is None else words.word(words.RESULTS, outcome.value)


def _icon(outcome: Outcome) -> str:
    return "calendar" if outcome.result is None else VISIT_ICONS[Result(outcome.value)]


@lru_cache(maxsize=8)
def forms_for_phone(language: str) -> tuple[dict[str, dict[str, str]], str]:
    """Every checklist in its newest version, and the closing part, in one language: the same for everybody."""
    with force_locale(language):
        checklists = {
            one.key: {
                "title": one.title.in_language(language),
                "about": one.about.in_language(language),
                "html": checklist_html(one, language, phone=True),
            }
            for one in checklist_files.choices()
        }
        return checklists, closing_html(phone=True)
