"""Finding citizen service numbers that a list holds under another name. Pure."""

from collections.abc import Sequence

from stdnum.nl import bsn

from outreach.cases.imports.headers import known

_ENOUGH_UNKNOWN = 3
_ENOUGH_KNOWN = 8
_MOST = 0.8
_SAMPLE = 500


class BsnWatch:
    """Counts, per column, how many values pass the eleven test of a citizen service number.

    One number of nine digits in eleven passes by chance. So three of three in a column with an unknown
    heading happens once in 1,300 lists of three rows, and eight in a column that says to be something
    else once in 200 million: long enough odds to refuse, as dossier numbers and phone numbers are not
    made to pass. Phone numbers have ten digits, and nine when a spreadsheet ate the zero; those pass by
    chance only.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        self._headings = headings
        self._seen = [0] * len(headings)
        self._passed = [0] * len(headings)

    def see(self, cells: Sequence[str]) -> None:
        """Take the values of one row into account, up to a sample per column."""
        for place, cell in zip(range(len(self._headings)), cells, strict=False):
            if cell and self._seen[place] < _SAMPLE:
                self._seen[place] += 1
                if _may_be_bsn(cell):
                    self._passed[place] += 1

    def suspect(self) -> str | None:
        """The heading of the first column whose values mostly pass, None when there is none."""
        for heading, seen, passed in zip(self._headings, self._seen, self._passed, strict=True):
            enough = _ENOUGH_KNOWN if known(heading) else _ENOUGH_UNKNOWN
            if seen >= enough and passed >= _MOST * seen:
                return heading
        return None


def _may_be_bsn(cell: str) -> bool:
    digits = cell.replace(".", "").replace(" ", "").replace("-", "")
    return digits.isascii() and digits.isdigit() and len(digits) in (8, 9) and bool(bsn.is_valid(digits))
