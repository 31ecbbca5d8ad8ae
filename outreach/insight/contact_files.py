"""Contacts as a file: one JSON document, CSV or a workbook, written as they come."""

import json
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import IO, Any

from outreach.insight.contacts import COLUMNS, NAME_COLUMNS, flat
from outreach.spreadsheets import csv_lines, write_workbook

NAME = "klantcontacten"
Record = Mapping[str, Any]


def write(kind: str, file: IO[bytes], records: Iterable[Record], about: Record, *, names: bool) -> int:
    """Write the records as `kind` (json, csv, xlsx) and give their number. `about` stands on top of the document."""
    counted = _Counted(records)
    columns = COLUMNS | NAME_COLUMNS if names else COLUMNS
    rows = (flat(record, columns) for record in counted)
    if kind == "xlsx":
        write_workbook(file, NAME, list(columns), rows)
    elif kind == "csv":
        for line in csv_lines(chain([list(columns)], rows)):
            file.write(line.encode())
    else:
        _write_document(file, counted, about)
    return counted.number


def _write_document(file: IO[bytes], records: Iterable[Record], about: Record) -> None:
    """One JSON object; the list in it is never in memory."""
    head = json.dumps(dict(about), ensure_ascii=False)
    file.write(f'{head[:-1]}{", " if about else ""}"{NAME}": ['.encode())
    for number, record in enumerate(records):
        line = json.dumps(record, ensure_ascii=False)
        file.write(f"{',' if number else ''}\n{line}".encode())
    file.write(b"\n]}\n")


class _Counted:
    """Records that are counted on their way."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = records
        self.number = 0

    def __iter__(self) -> Any:
        for record in self._records:
            self.number += 1
            yield record
