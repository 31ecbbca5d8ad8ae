"""The values of one row while it is judged, and what has been found about them so far. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from outreach.cases.imports.addresses import LONGEST_ADDITION
from outreach.cases.imports.dates import DateUnclear, read_date
from outreach.cases.imports.headers import Field
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.text import clean, looks_garbled, shown
from outreach.i18n import _l

T = TypeVar("T")

_LONGEST = {
    Field.reference: 64,
    Field.given_name: 100,
    Field.infix: 30,
    Field.family_name: 100,
    Field.street: 100,
    Field.house_addition: LONGEST_ADDITION,
    Field.town: 100,
    Field.school: 200,
    Field.programme: 200,
}


class Cells:
    """One row: `problems` reject it, `notes` are told beside it."""

    def __init__(self, raw: Mapping[Field, str]) -> None:
        self.raw = raw
        self._clean = {name: clean(text) for name, text in raw.items() if text}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def value(self, name: Field) -> str:
        """The clean text of a field, empty when the list has none."""
        return self._clean.get(name, "")

    def reject(self, name: Field, sentence: object) -> None:
        """Reject the row for a field's value."""
        self.problems.append(Problem(name.value, self._shown(name), sentence))

    def note(self, name: Field, sentence: object) -> None:
        """Tell about a field's value without rejecting the row."""
        self.notes.append(Problem(name.value, self._shown(name), sentence))

    def _shown(self, name: Field) -> str:
        return shown(self.raw.get(name, ""))

    def text(self, name: Field) -> str:
        """A free text, rejected when it is longer than the field holds."""
        value = self.value(name)
        if len(value) > _LONGEST[name]:
            self.reject(
                name,
                _l(
                    "This is %(length)s characters long; at most %(longest)s fit.",
                    length=len(value),
                    longest=_LONGEST[name],
                ),
            )
        elif looks_garbled(value):
            self.note(name, _l("Letters seem to be lost. Save the list as CSV (UTF-8) and import it again."))
        return value

    def usable(self, name: Field, read: Callable[[str], T | None], sentence: object) -> T | None:
        """What `read` makes of a value, with a note when it makes nothing of it."""
        value = self.value(name)
        if not value:
            return None
        made = read(value)
        if made is None:
            self.note(name, sentence)
        return made

    def day(self, name: Field) -> date | None:
        """A date, rejected when it is none; None when it is empty or rejected."""
        value = self.value(name)
        if not value:
            return None
        try:
            return read_date(value)
        except DateUnclear as unclear:
            self.reject(name, unclear.problem)
            return None
