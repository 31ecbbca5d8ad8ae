"""The first rows of a list as they will be read, with what is wrong beside each value. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from outreach.cases.imports.context import RowContext
from outreach.cases.imports.headers import Columns, Field
from outreach.cases.imports.row import CaseRow, parse_row
from outreach.cases.imports.tables import Row
from outreach.cases.imports.text import shown
from outreach.cases.words import shown_postcode
from outreach.i18n import day

ROWS = 10
GROUPS: tuple[tuple[Field, ...], ...] = (
    (Field.reference,),
    (Field.given_name, Field.infix, Field.family_name, Field.birth_date),
    (Field.street, Field.house_number, Field.house_addition, Field.postcode, Field.town),
    (Field.phone, Field.email, Field.language),
    (Field.municipality, Field.target_group, Field.coach, Field.status, Field.outcome),
    (
        Field.school,
        Field.brin,
        Field.programme,
        Field.left_on,
        Field.outcome_list,
        Field.outcome_on,
    ),
)
"""Fields that stand together in a cell of the preview: number, person, address, ways to reach, case, school."""


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """What will be read, a line each, and the sentences about it."""

    lines: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the preview; `rejected` when it will not be imported."""

    number: int
    rejected: bool
    cells: tuple[PreviewCell, ...]


def preview(rows: Iterable[Row], columns: Columns, context: RowContext) -> list[PreviewRow]:
    """The first rows."""
    return [_row(row, columns, context) for row in islice(rows, ROWS)]


def _row(row: Row, columns: Columns, context: RowContext) -> PreviewRow:
    raw = columns.raw(row.values)
    parsed = parse_row(raw, context)
    problems = list(row.problems)
    problems += parsed.notes if isinstance(parsed, CaseRow) else parsed
    rejected = bool(row.problems) or not isinstance(parsed, CaseRow)
    cells = []
    for place, group in enumerate(GROUPS):
        lines = _read(parsed, context)[place] if isinstance(parsed, CaseRow) else _as_given(raw, group)
        about = [
            problem
            for problem in problems
            if problem.column in group or (place == 0 and problem.column not in Field.__members__.values())
        ]
        sentences = tuple(
            f"{columns.heading_of(problem.column)}: {problem.problem}"
            if problem.column
            else str(problem.problem)
            for problem in about
        )
        cells.append(PreviewCell(tuple(line for line in lines if line), sentences))
    return PreviewRow(row.number, rejected, tuple(cells))


def _as_given(raw: Mapping[Field, str], group: Sequence[Field]) -> list[str]:
    """A rejected row as it stands in the list, on one line but for the birth date."""
    born = raw.get(Field.birth_date, "") if Field.birth_date in group else ""
    values = (raw.get(field, "") for field in group if field is not Field.birth_date)
    return [" ".join(shown(value) for value in values if value), shown(born)]


def _read(row: CaseRow, context: RowContext) -> tuple[list[str], ...]:
    """The lines of each group of GROUPS."""
    house = " ".join(part for part in (row.street, row.house_number, row.house_addition) if part)
    coaches = {staff_id: email for email, staff_id in context.coaches.items()}
    return (
        [row.reference],
        [
            " ".join(part for part in (row.given_name, row.infix, row.family_name) if part),
            day(row.birth_date, year=True),
        ],
        [house, f"{shown_postcode(row.postcode)} {row.town}".strip()],
        [row.mobile or "", row.landline or "", row.email or "", row.language if row.language != "nl" else ""],
        [
            context.municipalities[row.municipality_code],
            row.target_group.label,
            coaches.get(row.coach_id, "") if row.coach_id else "",
            row.status.value.replace("_", " ") if row.status.value != "nieuw" or row.outcome else "",
            row.outcome or "",
        ],
        [row.school, row.programme, day(row.left_on, year=True) if row.left_on else ""],
    )
