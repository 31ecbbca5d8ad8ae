"""Which questions are asked after what was answered, what is wrong with answers, and which of them count. Pure.

The phone has the same rule of what is asked (static/src/field/relevance.ts); tests/visits/relevance.json holds both.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from outreach.i18n import _l
from outreach.visits.checklist import Checklist, Kind, Question
from outreach.visits.report import Answer

Answers = Mapping[str, Answer]

SIGNED = "signed"
"""The answer to a question for a signature: the drawing itself comes along as a picture."""

_NUMBER = re.compile(r"[+-]?\d{1,9}([.,]\d{1,2})?", re.ASCII)
_DAY = re.compile(r"(19|20)\d\d-\d\d-\d\d", re.ASCII)


def relevant(checklist: Checklist, answers: Answers) -> set[str]:
    """The questions that are asked: of each `when`, a question that is asked itself has one of the values."""
    asked: set[str] = set()
    for question in checklist.questions():
        if all(
            name in asked and not _values(answers.get(name)).isdisjoint(values)
            for name, values in question.when.items()
        ):
            asked.add(question.id)
    return asked


def _values(answer: Answer | None) -> set[str]:
    """The values of an answer as text; none when nothing was answered, also not by blanks."""
    if isinstance(answer, list):
        return {one for one in answer if one.strip()}
    text = "" if answer is None else str(answer).strip()
    return {text} if text else set()


def tidy(checklist: Checklist, answers: Answers) -> dict[str, Answer]:
    """The answers that count, in the order of the questions: those to questions that are asked and were answered.

    Each is written in one way: texts without blanks around them, choices as they stand on the checklist, numbers as
    numbers. What is wrong by `problems` stays as it is.
    """
    asked = relevant(checklist, answers)
    return {
        question.id: _in_one_way(question, answers[question.id])
        for question in checklist.questions()
        if question.id in asked and _values(answers.get(question.id))
    }


def _in_one_way(question: Question, answer: Answer) -> Answer:
    if _wrong_with(question, answer) is not None:
        return answer
    if isinstance(answer, list):
        return [value for value in question.values if value in answer]
    if question.kind is Kind.number:
        number = float(str(answer).strip().replace(",", "."))
        return int(number) if number.is_integer() else number
    return str(answer).strip()


def problems(checklist: Checklist, answers: Answers, *, spoke: bool = True) -> dict[str, Any]:
    """What is wrong, question to (lazily translated) sentence; empty when the answers can be kept.

    A report may have no answers at all: then only what came of the visit counts, and no question must be answered. So
    it is when she `spoke` to nobody.
    """
    wrong: dict[str, Any] = {
        name: _l("This question is not on the checklist.") for name in answers if name not in checklist.by_id
    }
    asked = relevant(checklist, answers)
    if not any(_values(answers.get(name)) for name in asked):
        return wrong
    for question in checklist.questions():
        if question.id not in asked:
            continue
        answer = answers.get(question.id)
        if answer is not None and _values(answer):
            sentence = _wrong_with(question, answer)
        else:
            sentence = _l("Answer this question.") if question.required and spoke else None
        if sentence is not None:
            wrong[question.id] = sentence
    return wrong


def _wrong_with(question: Question, answer: Answer) -> Any | None:
    if question.kind is Kind.many:
        right = isinstance(answer, list) and set(answer) <= set(question.values)
        return None if right else _l("Choose from the list.")
    if isinstance(answer, list):
        return _l("Choose one answer.")
    if question.values:
        return None if str(answer).strip() in question.values else _l("Choose from the list.")
    return _RULES[question.kind](question, answer)


def _wrong_number(question: Question, answer: Answer) -> Any | None:
    written = _NUMBER.fullmatch(str(answer).strip()) if isinstance(answer, str) else None
    counted = isinstance(answer, (int, float)) and not isinstance(answer, bool) and isfinite(answer)
    if not written and not counted:
        return _l("Type a number in digits, such as 3 or 12,5.")
    number = float(str(answer).strip().replace(",", "."))
    if question.least is not None and number < question.least:
        return _l("Type %(least)s or more.", least=question.least)
    if question.most is not None and number > question.most:
        return _l("Type %(most)s or less.", most=question.most)
    return None


def _wrong_day(_question: Question, answer: Answer) -> Any | None:
    text = str(answer).strip()
    try:
        date.fromisoformat(text)
    except ValueError:
        return _l("This is not a day.")
    return None if _DAY.fullmatch(text) else _l("This is not a day.")


def _wrong_text(_question: Question, answer: Answer) -> Any | None:
    return None if isinstance(answer, str) else _l("This is not a text.")


def _wrong_signature(_question: Question, answer: Answer) -> Any | None:
    return None if answer == SIGNED else _l("This is not a signature.")


_RULES: Mapping[Kind, Callable[[Question, Answer], Any | None]] = {
    Kind.number: _wrong_number,
    Kind.date: _wrong_day,
    Kind.text: _wrong_text,
    Kind.signature: _wrong_signature,
}
"""For the kinds without fixed values."""
