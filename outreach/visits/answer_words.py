"""Answers in the words of their checklist, as people read them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from outreach.i18n import _, _l, day
from outreach.visits.checklist import Checklist, Kind, Question
from outreach.visits.report import Answer

SCORE_WORDS = {
    "1": _l("acute problems"),
    "2": _l("not self-sufficient"),
    "3": _l("limited"),
    "4": _l("sufficient"),
    "5": _l("fully self-sufficient"),
}
"""The scale of the Zelfredzaamheidsmatrix (Routekaart, step 5)."""


def words_of(question: Question, answer: Answer, language: str) -> str:
    """An answer in words; what does not fit its question stands as it came."""
    if isinstance(answer, list):
        return ", ".join(words_of(question, one, language) for one in answer)
    text = str(answer)
    if question.kind is Kind.yesno:
        return {"yes": _("Yes"), "no": _("No")}.get(text, text)
    if question.kind is Kind.score:
        return f"{text} – {SCORE_WORDS[text]}" if text in SCORE_WORDS else text
    if question.kind is Kind.date:
        return _day(text)
    if question.kind is Kind.number:
        return text if language.startswith("en") else text.replace(".", ",")
    if question.kind is Kind.signature:
        return _("Signed")
    labels = {option.id: option.label.in_language(language) for option in question.options}
    return labels.get(text, text)


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text), year=True)
    except ValueError:
        return text


def conditions(checklist: Checklist, language: str) -> dict[str, str]:
    """When each question that is not always asked is asked, in a sentence."""
    return {
        question.id: _(
            "Only if: %(when)s.",
            when="; ".join(
                _condition(checklist.by_id[name], values, language) for name, values in question.when.items()
            ),
        )
        for question in checklist.questions()
        if question.when
    }


def _condition(question: Question, values: tuple[str, ...], language: str) -> str:
    label = question.label.in_language(language)
    between = _(" or ")
    return f"{label} {between.join(words_of(question, value, language) for value in values)}"


Told = list[tuple[str, list[tuple[str, str]]]]
"""Title of a part, then its questions with their answers, all in words."""


def told(checklist: Checklist | None, answers: Mapping[str, Any], language: str) -> Told:
    """What was answered, part by part. Of a checklist that is not here any more, names and values as they came."""
    if checklist is None:
        rows = [
            (name, ", ".join(map(str, one)) if isinstance(one, list) else str(one))
            for name, one in answers.items()
        ]
        return [("", rows)] if rows else []
    found: Told = []
    for section in checklist.sections:
        rows = [
            (question.label.in_language(language), words_of(question, answers[question.id], language))
            for question in section.questions
            if question.id in answers
        ]
        if rows:
            found.append((section.title.in_language(language), rows))
    return found
