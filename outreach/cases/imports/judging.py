"""The rows of one list, one after the other: accepted, rejected or seen before. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from outreach.cases.imports.context import RowContext
from outreach.cases.imports.differences import given_fields
from outreach.cases.imports.headers import Columns, Field
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.row import CaseRow, parse_row
from outreach.cases.imports.tables import Row
from outreach.cases.imports.text import clean
from outreach.i18n import _l


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be imported; `given` are the fields that it says something about itself."""

    number: int
    row: CaseRow
    given: frozenset[Field]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot, with all that is wrong with it, by the headings of the file."""

    row: Row
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Report:
    """What a list does or did: numbers of rows, the rejected rows, and notes (row None: the whole list).

    `look_alikes` are notes too: rows of perhaps the same person as other numbers, with these numbers.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int | None, Problem]] = field(default_factory=list)
    look_alikes: list[tuple[int, Problem, tuple[str, ...]]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Rows that are or would be in the database."""
        return self.created + self.updated + self.unchanged

    def as_json(self, most: int | None = None) -> dict[str, Any]:
        """The report in the shape of `outreach import --json`, with at most so many problems and notes."""
        problems = [
            problem.as_json(rejected.row.number)
            for rejected in self.rejected
            for problem in rejected.problems
        ]
        notes: list[dict[str, Any]] = [
            {"row": row, "column": note.column, "value": note.value, "problem": str(note.problem)}
            for row, note in self.notes[:most]
        ]
        notes += self.look_alike_notes()[:most]
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": problems[:most],
            "notes": notes,
        }

    def look_alike_notes(self) -> list[dict[str, Any]]:
        """The notes about perhaps the same person; beside what all notes have, `others` are the numbers."""
        return [note.as_json(row) | {"others": list(others)} for row, note, others in self.look_alikes]


class Judge:
    """Judges the rows of one list in order, and remembers which numbers it has seen.

    The same dossiernummer twice in one list: an equal row says nothing new, another one is rejected, as
    nobody can say which of the two is right.
    """

    def __init__(self, columns: Columns, context: RowContext) -> None:
        self._columns = columns
        self._context = context
        self._by_municipality: dict[str, RowContext] = {}
        self._seen: dict[str, tuple[int, int]] = {}

    def raw(self, row: Row) -> dict[Field, str]:
        """The values of a row by field."""
        return self._columns.raw(row.values)

    def judge(
        self, row: Row, raw: Mapping[Field, str], at_home_in: str | None = None
    ) -> Accepted | Rejected | None:
        """The verdict on a row; None for one that stood in the list before, word for word.

        `at_home_in` is the municipality of the case that has this number already: it counts where the row
        names none.
        """
        if row.problems:
            return Rejected(row, row.problems)
        parsed = parse_row(raw, self._context_for(at_home_in))
        if isinstance(parsed, list):
            return Rejected(row, tuple(map(self.named, parsed)))
        mark = hash(parsed)
        first, first_mark = self._seen.setdefault(parsed.reference, (row.number, mark))
        if first != row.number:
            if first_mark == mark:
                return None
            sentence = _l("Row %(row)s has the same number with other values.", row=first)
            problem = Problem(Field.reference.value, parsed.reference, sentence)
            return Rejected(row, (self.named(problem),))
        return Accepted(row.number, parsed, given_fields(raw, parsed))

    def out_of_reach(self, row: Row, reference: str) -> Rejected:
        """The rejection of a row whose number belongs to a case of a municipality that is not hers."""
        sentence = _l("This number is in use in another municipality of the region.")
        return Rejected(row, (self.named(Problem(Field.reference.value, reference, sentence)),))

    def row_of(self, reference: str) -> int | None:
        """The row of this list, so far, that has this number."""
        found = self._seen.get(reference)
        return found[0] if found else None

    def look_alike(self, reference: str, others: Sequence[str]) -> Problem:
        """The note on a row of perhaps the same person as other numbers."""
        sentence = _l(
            "This may be the same person as number %(numbers)s. They are not merged: look whether it is one person.",
            numbers=", ".join(others),
        )
        return self.named(Problem(Field.reference.value, reference, sentence))

    def named(self, problem: Problem) -> Problem:
        """The problem under the file's own heading."""
        heading = self._columns.heading_of(problem.column)
        return problem if heading == problem.column else replace(problem, column=heading)

    def _context_for(self, municipality: str | None) -> RowContext:
        if municipality is None or municipality not in self._context.municipalities:
            return self._context
        found = self._by_municipality.get(municipality)
        if found is None:
            found = replace(self._context, default_municipality=municipality)
            self._by_municipality[municipality] = found
        return found


def reference_of(raw: Mapping[Field, str]) -> str:
    """The number of a row as parse_row will read it."""
    return clean(raw.get(Field.reference, ""))


def notes_on_the_list(columns: Columns, other_sheets: Sequence[str]) -> list[tuple[int | None, Problem]]:
    """What must be said about the list as a whole: columns and sheets that are left out."""
    notes: list[tuple[int | None, Problem]] = [
        (None, Problem(heading, "", _l("This column is not imported."))) for heading in columns.ignored
    ]
    if other_sheets:
        sentence = _l("Only the first sheet is imported, not: %(sheets)s.", sheets=", ".join(other_sheets))
        notes.append((None, Problem("", "", sentence)))
    return notes
