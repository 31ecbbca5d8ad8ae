"""How large a list may be. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused unread: sizes in bytes, `unpacked_bytes` for all parts of a workbook together."""

    file_bytes: int = 25_000_000
    unpacked_bytes: int = 250_000_000
    shared_text_bytes: int = 60_000_000
    """A workbook's table of texts, which is the one part that has to be in memory as a whole."""
    rows: int = 200_000
    columns: int = 200


LONGEST_CELL = 131_072
"""Characters of a cell, four times what a spreadsheet can hold: beyond it the row is rejected."""
SHEET_ROWS = 1_048_576
"""The last row that a spreadsheet can have."""
