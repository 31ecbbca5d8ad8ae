"""The HTML of checklists and of the end of a report: made in one place, for the page and for the phone."""

from collections.abc import Iterator, Mapping
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
from outreach.visits.page_form import NOTHING_NEXT
from outreach.visits.report import Answer, NextKind, Outcome

NEXT_WORDS = {
    NextKind.call: _l("Call"),
    NextKind.visit: _l("Visit again"),
    NextKind.handover: _l("Hand over to a partner"),
}
NEXT_ICONS = {NextKind.call: "phone", NextKind.visit: "house", NextKind.handover: "people"}


def checklist_values(
    checklist: Checklist,
    language: str,
    answers: Mapping[str, Answer] | None = None,
    errors: Mapping[str, Any] | None = None,
    *,
    phone: bool = False,
) -> dict[str, Any]:
    """The values of visits/_checklist.html: the questions, filled in.

    For the phone without saying when a question is asked, since it hides the others.
    """
    return {
        "checklist": checklist,
        "language": language,
        "answers": answers or {},
        "errors": errors or {},
        "scores": list(answer_words.SCORE_WORDS.items()),
        "conditions": None if phone else answer_words.conditions(checklist, language),
    }


def closing_values(
    filled: Mapping[str, Any] | None = None, wrong: Mapping[str, Any] | None = None, *, phone: bool = False
) -> dict[str, Any]:
    """The values of visits/_closing.html: the end of a report, filled in."""
    chosen = (filled or {}).get("next_kind")
    return {
        "outcomes": [{"value": one.value, "label": outcome_word(one), "icon": _icon(one)} for one in Outcome],
        "nexts": [
            {"value": value, "label": label, "icon": icon, "checked": chosen == value}
            for value, label, icon in _nexts()
        ],
        "filled": filled or {},
        "wrong": wrong or {},
        "phone": phone,
    }


def _nexts() -> Iterator[tuple[str, Any, str]]:
    """Value, words and pictogram of each next step; the last one takes back what was chosen."""
    for kind in NextKind:
        yield kind.value, NEXT_WORDS[kind], NEXT_ICONS[kind]
    yield NOTHING_NEXT, _("Nothing for now"), "nothing"


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
                "html": render_template(
                    "visits/_checklist.html", **checklist_values(one, language, phone=True)
                ),
            }
            for one in checklist_files.choices()
        }
        return checklists, render_template("visits/_closing.html", **closing_values(phone=True))
