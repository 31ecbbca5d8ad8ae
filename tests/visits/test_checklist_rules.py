"""Answers against a checklist: what must be answered, what is wrong, and what of it counts."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.visits import checklist_files
from outreach.visits.checklist import Checklist, Kind, Question
from outreach.visits.checklist_rules import SIGNED, problems, relevant, tidy
from tests.visits.asked import checklist, options

SHIPPED = list(checklist_files.shipped().values())

ALL_KINDS = checklist(
    {"id": "ja", "kind": "yesno", "required": True},
    {"id": "kleur", "kind": "choice", "options": options("rood", "blauw")},
    {"id": "meer", "kind": "many", "options": options("a", "b", "c")},
    {"id": "aantal", "kind": "number", "least": 1, "most": 10},
    {"id": "dag", "kind": "date"},
    {"id": "tekst", "kind": "text"},
    {"id": "cijfer", "kind": "score"},
    {"id": "naam", "kind": "signature"},
    {"id": "waarom", "kind": "text", "required": True, "when": {"ja": ["no"]}},
)


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("ja", "misschien", "Kies uit de lijst."),
        ("ja", True, "Kies uit de lijst."),
        ("ja", ["yes"], "Kies één antwoord."),
        ("ja", " ", "Beantwoord deze vraag."),
        ("kleur", "groen", "Kies uit de lijst."),
        ("kleur", 7, "Kies uit de lijst."),
        ("meer", "a", "Kies uit de lijst."),
        ("meer", ["a", "d"], "Kies uit de lijst."),
        ("aantal", "veel", "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", "1_0", "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", "1e1", "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", "1.000", "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", "٣", "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", True, "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", float("nan"), "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", float("inf"), "Typ een getal in cijfers, zoals 3 of 12,5."),
        ("aantal", "0", "Typ 1 of meer."),
        ("aantal", 11, "Typ 10 of minder."),
        ("dag", "morgen", "Dit is geen datum."),
        ("dag", "2026-02-30", "Dit is geen datum."),
        ("dag", "20260228", "Dit is geen datum."),
        ("dag", "0001-01-01", "Dit is geen datum."),
        ("dag", 20260228, "Dit is geen datum."),
        ("tekst", 5, "Dit is geen tekst."),
        ("tekst", ["a"], "Kies één antwoord."),
        ("cijfer", "6", "Kies uit de lijst."),
        ("cijfer", 0, "Kies uit de lijst."),
        ("cijfer", "drie", "Kies uit de lijst."),
        ("naam", "Noor", "Dit is geen handtekening."),
        ("nergens", "x", "Deze vraag staat niet op de vragenlijst."),
    ],
)
def test_what_is_wrong_is_said_of_its_question(app: Any, question: str, answer: Any, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "nl"}):
        wrong = problems(ALL_KINDS, {"ja": "yes", "kleur": "rood"} | {question: answer})
        assert {name: str(sentence) for name, sentence in wrong.items()} == {question: said}


@pytest.mark.parametrize(
    ("question", "answer", "kept"),
    [
        ("aantal", "3", 3),
        ("aantal", " 2,5 ", 2.5),
        ("aantal", "2.5", 2.5),
        ("aantal", 4, 4),
        ("aantal", 4.0, 4),
        ("cijfer", 3, "3"),
        ("cijfer", "5", "5"),
        ("meer", ["c", "a", "a"], ["a", "c"]),
        ("tekst", "  met zijn broer \n", "met zijn broer"),
        ("dag", "2026-11-24", "2026-11-24"),
        ("naam", SIGNED, SIGNED),
    ],
)
def test_what_is_right_is_kept_in_one_way(question: str, answer: Any, kept: Any) -> None:
    answers = {"ja": "yes", question: answer}
    assert problems(ALL_KINDS, answers) == {}
    assert tidy(ALL_KINDS, answers) == {"ja": "yes", question: kept}


def test_a_question_is_required_only_when_it_is_asked() -> None:
    assert problems(ALL_KINDS, {"ja": "yes"}) == {}
    assert set(problems(ALL_KINDS, {"ja": "no"})) == {"waarom"}
    assert problems(ALL_KINDS, {"ja": "no", "waarom": "geen zin"}) == {}
    assert set(problems(ALL_KINDS, {"kleur": "rood"})) == {"ja"}


def test_what_is_not_asked_is_neither_checked_nor_kept() -> None:
    answers: dict[str, Any] = {"ja": "yes", "waarom": ["dit", "kan", "niet"]}
    assert problems(ALL_KINDS, answers) == {}
    assert tidy(ALL_KINDS, answers) == {"ja": "yes"}


@pytest.mark.parametrize("nothing", [{}, {"ja": ""}, {"tekst": "  "}, {"meer": []}, {"meer": [""]}])
def test_without_any_answer_only_the_outcome_counts(nothing: dict[str, Any]) -> None:
    for one in (ALL_KINDS, *SHIPPED):
        answers = nothing if one is ALL_KINDS else {}
        assert problems(one, answers) == {}
        assert tidy(one, answers) == {}


def _right(question: Question) -> st.SearchStrategy[Any]:
    """Answers that a question takes."""
    if question.kind is Kind.many:
        return st.lists(st.sampled_from(question.values), min_size=1, max_size=5)
    if question.values:
        return st.sampled_from(question.values)
    if question.kind is Kind.number:
        return st.integers(question.least or -1000, question.most or 1000)
    if question.kind is Kind.date:
        return st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
    if question.kind is Kind.signature:
        return st.just(SIGNED)
    return st.text(min_size=1, max_size=20).filter(lambda text: bool(text.strip()))


ODD = st.one_of(
    st.text(max_size=8),
    st.integers(-10, 10),
    st.floats(),
    st.booleans(),
    st.lists(st.text(max_size=4), max_size=4),
)


@st.composite
def filled(draw: st.DrawFn, *, odd: bool = False) -> tuple[Checklist, dict[str, Any]]:
    """A checklist with answers to some of its questions; odd ones, too, if wanted."""
    one = draw(st.sampled_from([*SHIPPED, ALL_KINDS]))
    answers: dict[str, Any] = {}
    for question in one.questions():
        if draw(st.booleans()):
            answers[question.id] = draw(ODD if odd and draw(st.booleans()) else _right(question))
    return one, answers


@given(filled(odd=True))
@settings(max_examples=400, deadline=None)
def test_whatever_was_answered_never_crashes_and_tidying_changes_nothing_further(
    given_: tuple[Checklist, dict[str, Any]],
) -> None:
    one, answers = given_
    wrong = problems(one, answers)
    kept = tidy(one, answers)
    asked = relevant(one, answers)
    assert set(wrong) <= asked
    assert set(kept) <= asked
    assert tidy(one, kept) == kept or wrong
    assert relevant(one, kept) == asked
    if not wrong:
        assert problems(one, kept) == {}


@given(filled())
@settings(max_examples=300, deadline=None)
def test_right_answers_lack_only_what_is_required_and_asked(given_: tuple[Checklist, dict[str, Any]]) -> None:
    one, answers = given_
    asked = relevant(one, answers)
    lacking = {name for name in asked - set(answers) if one.by_id[name].required}
    assert set(problems(one, answers)) == (lacking if asked & set(answers) else set())


@given(filled(), st.data())
@settings(max_examples=200, deadline=None)
def test_an_answer_to_what_is_not_asked_changes_nothing(
    given_: tuple[Checklist, dict[str, Any]], data: st.DataObject
) -> None:
    one, answers = given_
    away = sorted(set(one.by_id) - relevant(one, answers))
    if not away:
        return
    name = data.draw(st.sampled_from(away))
    more = answers | {name: data.draw(ODD)}
    assert relevant(one, more) == relevant(one, answers)
    assert tidy(one, more) == tidy(one, answers)
    assert set(problems(one, more)) == set(problems(one, answers))
