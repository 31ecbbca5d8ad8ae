"""The file of rejected rows: to mend in a spreadsheet and import again. Pure.

No cell is taken for a formula (outreach/spreadsheets.py); reading the mended list gives the values back.
Dutch Excel opens UTF-8 with a mark and `;` as columns by itself.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from outreach.cases.imports.problems import Problem
from outreach.spreadsheets import harmless

ROW_COLUMN = "rij"
PROBLEM_COLUMN = "probleem"


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
