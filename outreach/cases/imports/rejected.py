"""The file of rejected rows: to mend in a spreadsheet and import again. Pure.

No cell is taken for a formula (outreach/spreadsheets.py); reading the mended list gives the values back.
Dutch Excel opens UTF-8 with a mark and `;` as columns by itself.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from outreach.cases.imports.own_columns import closing_headings, surplus_headings
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.tables import Row
from outreach.spreadsheets import harmless


def rejected_csv(headings: Sequence[str], rejected: Iterable[tuple[Row, Sequence[Problem]]]) -> bytes:
    """The rejected rows in the columns of the list, with `te veel 1` and on, `rij` and `probleem` behind them.

    `rejected` gives each row with all that is wrong with it. Values for which the list has no column are all
    there, so that none is lost when the file is imported again.
    """
    rejected = list(rejected)
    wide = max((len(row.surplus) for row, _ in rejected), default=0)
    width = len(headings) + wide
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";")
    writer.writerow([*map(harmless, headings), *surplus_headings(wide), *closing_headings(headings)])
    for row, problems in rejected:
        cells = [harmless(value) for value in (*row.values, *row.surplus)]
        cells += [""] * (width - len(cells))
        writer.writerow([*cells, row.number, harmless(" | ".join(map(_sentence, problems)))])
    return out.getvalue().encode("utf-8-sig")


def _sentence(problem: Problem) -> str:
    return f"{problem.column}: {problem.problem}" if problem.column else str(problem.problem)
