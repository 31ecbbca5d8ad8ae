"""The list of cases as a file: what a search finds, in the format that can be imported again."""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import chain
from typing import IO

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.cases.list_file import DELIMITER, HEADINGS, line
from outreach.cases.list_queries import listed
from outreach.cases.search_queries import Wanted
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.spreadsheets import MARK, csv_lines, write_workbook
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("case_lists", __name__)

NAME = "dossiers"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.get("/cases/list.<any(csv,xlsx):kind>")
@roles(RoleName.clerk, RoleName.coordinator)
def file(kind: str) -> ResponseReturnValue:
    """All cases that the search finds, not only the page on screen; limited as the search is.

    A coach has her cases in the app and needs no file that lies around. Raises NotFound for a municipality that is
    not hers, as if there were none.
    """
    scope = current()
    wanted = _wanted(scope)
    lines = (line(case) for case in listed(wanted, scope))
    # Into a file without a name first, gone once it was sent: whoever gets a file gets a whole one, and a list of
    # a hundred thousand needs no more memory than a short one.
    with ExitStack() as stack:
        whole = stack.enter_context(tempfile.TemporaryFile())
        if kind == "csv":
            _write_csv(whole, lines)
        else:
            write_workbook(whole, NAME, HEADINGS, lines)
        whole.seek(0)
        stack.pop_all()
    name = f"{NAME}-{clock.today():%Y-%m-%d}.{kind}"
    return send_file(whole, mimetype=TYPES[kind], as_attachment=True, download_name=name)


def _write_csv(file: IO[bytes], lines: Iterable[Sequence[object]]) -> None:
    file.write(MARK.encode())
    for text in csv_lines(chain([HEADINGS], lines), DELIMITER):
        file.write(text.encode())


def _wanted(scope: Scope) -> Wanted:
    """What the search page asks for in its address, under the same names."""
    asked = [request.args.get(name, "") for name in ("q", "status", "target_group", "coach", "municipality")]
    wanted = Wanted(*asked)
    if wanted.municipality and wanted.municipality not in scope.municipalities:
        raise NotFound(_l("There is no such municipality."))
    return wanted
