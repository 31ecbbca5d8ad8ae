"""The file of rejected rows: to mend in a spreadsheet and import again. Pure.

A cell that begins with a sign by which a spreadsheet knows a formula gets an apostrophe in front, so
that it stays text (OWASP, 'CSV injection'). Reading the mended list takes that apostrophe away again.
Dutch Excel opens UTF-8 with a mark and `;` as columns by itself.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from outreach.cases.imports.problems import Problem

ROW_COLUMN = "rij"
PROBLEM_COLUMN = "probleem"

_HARMFUL = re.compile(r"[=+\-@\t\r\n]")
_HARMLESS = re.compile(r"'+[=+\-@\t\r\n]")


def harmless(value: str) -> str:
    """A value that no spreadsheet takes for a formula; `unharmed` gives the value back."""
    return f"'{value}" if _HARMFUL.match(value) or _HARMLESS.match(value) else value


def unharmed(value: str) -> str:
    """What a cell of a mended list meant before `harmless` put an apostrophe in front."""
    return value[1:].strip() if _HARMLESS.match(value) else value


def rejected_csv(
    headings: Sequence[str], rows: Iterable[tuple[int, Sequence[str], Sequence[Problem]]]
) -> bytes:
    """The rejected rows in the columns of the list, with `rij` and `probleem` behind them.

    `rows` gives the row's number, its values in the order of the headings, and all that is wrong with it.
    A list that was itself a file of rejected rows keeps one `rij` and one `probleem`, the new ones.
    """
    kept = [place for place, heading in enumerate(headings) if heading not in (ROW_COLUMN, PROBLEM_COLUMN)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*(harmless(headings[place]) for place in kept), ROW_COLUMN, PROBLEM_COLUMN])
    for number, values, problems in rows:
        cells = [harmless(values[place]) if place < len(values) else "" for place in kept]
        writer.writerow([*cells, number, harmless(" | ".join(map(_sentence, problems)))])
    return out.getvalue().encode("utf-8-sig")


def _sentence(problem: Problem) -> str:
    return f"{problem.column}: {problem.problem}" if problem.column else str(problem.problem)
