"""Small lists in the forms in which spreadsheets hand them over."""

import io
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import openpyxl

from outreach.cases.imports.context import RowContext
from outreach.cases.imports.headers import Field
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.row import CaseRow, parse_row

TODAY = date(2026, 11, 22)
COACH = UUID("01939a3e-0000-7000-8000-000000000001")
MVS = RowContext(
    today=TODAY,
    municipalities={"GM0556": "Maassluis", "GM0622": "Vlaardingen", "GM0606": "Schiedam"},
    coaches={"Sanne@leerrecht.nl": COACH},
)


def xlsx(*rows: Sequence[object], others: Sequence[str] = ()) -> bytes:
    """A workbook whose first sheet holds the rows."""
    book = openpyxl.Workbook()
    book.active.title = "Lijst"
    for row in rows:
        book.active.append(list(row))
    for title in others:
        book.create_sheet(title)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def judged(**values: str) -> CaseRow | list[Problem]:
    """A row that is good but for the values given by their header names."""
    raw = {
        "dossiernummer": "D-1",
        "voornaam": "Anna",
        "achternaam": "Jansen",
        "geboortedatum": "31-12-2005",
        "gemeente": "Schiedam",
    } | values
    return parse_row({Field(name): value for name, value in raw.items()}, MVS)


def accepted(**values: str) -> CaseRow:
    row = judged(**values)
    assert isinstance(row, CaseRow), row
    return row


def rejected(**values: str) -> dict[str, str]:
    """The sentence for each column of a row that is rejected."""
    problems = judged(**values)
    assert isinstance(problems, list), problems
    return {problem.column: str(problem.problem) for problem in problems}


def noted(row: CaseRow) -> set[str]:
    return {note.column for note in row.notes}
