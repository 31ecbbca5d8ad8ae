"""Which questions are asked after what was answered, and what is wrong with answers. Pure.

The phone has the same rule of what is asked (static/src/field/relevance.ts); tests/visits/relevance.json holds both.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from outreach.i18n import _l
from outreach.visits.checklist import Checklist, Kind, Question
from outreach.visits.report import Answer

Answers = Mapping[str, Answer]


def relevant(checklist: Checklist, answers: Answers) -> set[str]:
    """The questions that are asked: of each `when`, a question that is asked itself has one of the values."""
    asked: set[str] = set()
    for question in checklist.questions():
        if all(
            name in asked and not values.isdisjoint(_values(answers.get(name)))
            for name, values in ((name, frozenset(values)) for name, values in question.when.items())
        ):
            asked.add(question.id)
    return asked


def _values(answer: Answer | None) -> set[str]:
    if isinstance(answer, list):
        return set(answer)
    return set() if answer in (None, "") else {str(answer)}


def tidy(checklist: Checklist, answers: Answers) -> dict[str, Answer]:
    """The answers that count, in the order of the questions: those to questions that are asked and were answered."""
    asked = relevant(checklist, answers)
    return {
        question.id: answers[question.id]
        for question in checklist.questions()
        if question.id in asked and _values(answers.get(question.id))
    }


def problems(checklist: Checklist, answers: Answers) -> dict[str, Any]:
    """What is wrong, question to sentence; empty when the answers can be kept."""
    asked = relevant(checklist, answers)
    wrong: dict[str, Any] = {}
    for name in answers:
        if name not in checklist.by_id:
            wrong[name] = _l("This question is not on the checklist.")
    for question in checklist.questions():
        answer = answers.get(question.id)
        if question.id not in asked:
            continue
        if not _values(answer):
            if question.required:
                wrong[question.id] = _l("Answer this question.")
            continue
        sentence = _wrong_with(question, answer)
        if sentence is not None:
            wrong[question.id] = sentence
    return wrong


def _wrong_with(question: Question, answer: Answer | None) -> Any | None:
    kind = question.kind
    if kind is Kind.many:
        if not isinstance(answer, list) or not set(answer) <= set(question.values):
            return _l("Choose from the list.")
        return None
    if isinstance(answer, list):
        return _l("Choose one answer.")
    if question.values:
        return None if str(answer) in question.values else _l("Choose from the list.")
    if kind is Kind.number:
        return _wrong_number(question, answer)
    if kind is Kind.date:
        return _wrong_date(answer)
    return None if isinstance(answer, str) else _l("This is not a text.")


def _wrong_number(question: Question, answer: Answer | None) -> Any | None:
    try:
        number = float(str(answer).replace(",", "."))
    except ValueError:
        return _l("This is not a number.")
    if isinstance(answer, bool) or number != number:
        return _l("This is not a number.")
    if question.least is not None and number < question.least:
        return _l("Type %(least)s or more.", least=question.least)
    if question.most is not None and number > question.most:
        return _l("Type %(most)s or less.", most=question.most)
    return None


def _wrong_date(answer: Answer | None) -> Any | None:
    try:
        date.fromisoformat(str(answer))
    except ValueError:
        return _l("This is not a day.")
    return None
