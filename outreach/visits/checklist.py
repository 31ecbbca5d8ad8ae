"""What a checklist is: sections of questions, when each is asked, and what makes a checklist unusable. Pure.

Checklists are written in YAML (checklists/NAME.VERSION.yaml, read by checklist_files.py). One that was released is
never changed: reports and drafts stay with the version they were begun on, so a change is a new file with the next
version.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from outreach.i18n import _l

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
LONGEST_TEXT = 400


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Words(_Part):
    """The same words in Dutch and English."""

    nl: str = Field(min_length=1, max_length=LONGEST_TEXT)
    en: str = Field(min_length=1, max_length=LONGEST_TEXT)

    def in_language(self, language: str) -> str:
        """The English words for 'en' (also 'en_GB'), the Dutch ones for every other language."""
        return self.en if language.startswith("en") else self.nl


class Kind(StrEnum):
    """How a question is answered; score is 1 to 5."""

    yesno = "yesno"
    choice = "choice"
    many = "many"
    number = "number"
    date = "date"
    text = "text"
    score = "score"
    signature = "signature"


CHOOSING = frozenset({Kind.choice, Kind.many})
SCORES = ("1", "2", "3", "4", "5")
YES_NO = ("yes", "no")


class Option(_Part):
    """One of the answers of a choice."""

    id: Id
    label: Words


class Question(_Part):
    """One question. `when`: question to values; it is asked only when each of those questions has one of its values.

    `least` and `most` bound a number; a required question must be answered, but only when it is asked.
    """

    id: Id
    kind: Kind
    label: Words
    help: Words | None = None
    options: tuple[Option, ...] = Field(default=(), max_length=40)
    required: bool = False
    when: Mapping[Id, tuple[str, ...]] = {}
    least: int | None = None
    most: int | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """All values that a choosing question can have; empty for the others."""
        if self.kind is Kind.yesno:
            return YES_NO
        return SCORES if self.kind is Kind.score else tuple(option.id for option in self.options)


class Section(_Part):
    """A part of a checklist that is shown at one time."""

    id: Id
    title: Words
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)


class Checklist(_Part):
    """A checklist in one version."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")
    version: int = Field(ge=1, le=1_000)
    title: Words
    about: Words
    sections: tuple[Section, ...] = Field(min_length=1, max_length=40)

    @property
    def key(self) -> str:
        """Name and version, as drafts and reports mention it: 'deurgesprek@1'."""
        return f"{self.name}@{self.version}"

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """The questions by their ids, in order."""
        return {question.id: question for question in self.questions()}

    def questions(self) -> Iterator[Question]:
        """All questions, in order."""
        for section in self.sections:
            yield from section.questions


Problem = tuple[str, str, str, Any]
"""Section, question, field (each may be ''), and the (lazily translated) sentence about it."""


def problems_within(checklist: Checklist) -> list[Problem]:
    """What is wrong between the parts of a checklist whose single fields are right."""
    found: list[Problem] = []
    earlier: dict[str, Question] = {}
    sections: set[str] = set()
    for section in checklist.sections:
        if section.id in sections:
            found.append((section.id, "", "id", _l("two sections have this name")))
        sections.add(section.id)
        for question in section.questions:
            if question.id in earlier:
                found.append((section.id, question.id, "id", _l("two questions have this name")))
            found += [(section.id, question.id, field, text) for field, text in _of_question(question)]
            found += [(section.id, question.id, "when", text) for text in _of_when(question, earlier)]
            earlier[question.id] = question
    return found


def _of_question(question: Question) -> Iterator[tuple[str, Any]]:
    if question.kind in CHOOSING:
        if len(question.options) < 2:
            yield "options", _l("a choice needs at least two options")
        if len({option.id for option in question.options}) < len(question.options):
            yield "options", _l("two options have this name")
    elif question.options:
        yield "options", _l("only a choice has options")
    bounded = question.least is not None or question.most is not None
    if bounded and question.kind is not Kind.number:
        yield "least", _l("only a number has bounds")
    if question.least is not None and question.most is not None and question.least > question.most:
        yield "least", _l("the least is more than the most")


def _of_when(question: Question, earlier: Mapping[str, Question]) -> Iterator[Any]:
    for name, values in question.when.items():
        asked = earlier.get(name)
        if asked is None:
            yield _l("'%(name)s' must be a question before this one", name=name)
        elif not asked.values:
            yield _l("'%(name)s' has no fixed answers to wait for", name=name)
        elif not values or not set(values) <= set(asked.values):
            yield _l("'%(name)s' cannot have one of these answers", name=name)
