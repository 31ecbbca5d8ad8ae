"""Open data as files: one JSON document, or CSV with its description beside it (W3C, CSV on the Web). Pure.

Both say what each column means, what is counted, over which days and as it stood when, and what may be done with it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.i18n import _
from outreach.insight.suppression import SMALL
from outreach.insight.table import Table
from outreach.spreadsheets import csv_lines

HIDDEN = "."
"""What stands in CSV for a number that is hidden, as at CBS; in JSON it is null."""
LICENCE = "CC0-1.0"
"""What governments open their data by, unless they say otherwise (SPDX)."""


@dataclass(frozen=True, slots=True)
class About:
    """Who publishes the tables, on which day, and under which licence (an SPDX name or an address)."""

    publisher: str
    issued: date
    licence: str = LICENCE


def document(tables: Sequence[Table], about: About) -> dict[str, Any]:
    """All tables with their dictionary as one document."""
    return {
        "title": _title(),
        "publisher": about.publisher,
        "licence": about.licence,
        "issued": about.issued.isoformat(),
        "language": "nl",
        "hidden": {"json": None, "csv": HIDDEN, "meaning": _hidden_means()},
        "dictionary": [{"column": name, **meaning} for name, meaning in _dictionary(tables).items()],
        "tables": [
            {
                "table": table.name,
                "title": str(table.title),
                "unit": str(table.unit),
                "period": {"from": _iso(table.since), "to": _iso(table.until)},
                "peildatum": table.reference_day.isoformat(),
                "source": table.source,
                "rows": table.records(),
            }
            for table in tables
        ],
    }


OF_THE_TABLE = ("table", "title", "unit", "period_from", "period_to", "peildatum")
"""Columns of the CSV that say of which table a row is."""


def csv_text(tables: Sequence[Table]) -> Iterator[str]:
    """All tables below each other, a number on each line."""
    return csv_lines(_rows(tables))


def _rows(tables: Sequence[Table]) -> Iterator[Sequence[Any]]:
    yield [*OF_THE_TABLE, *(tables[0].headings() if tables else ())]
    for table in tables:
        about = [
            table.name,
            str(table.title),
            str(table.unit),
            _iso(table.since),
            _iso(table.until),
            table.reference_day.isoformat(),
        ]
        for row in table.flat():
            yield [*about, *(HIDDEN if value is None else value for value in row)]


def metadata(tables: Sequence[Table], about: About, name: str) -> str:
    """The description of the CSV called `name`, as programs look for it under `name`-metadata.json."""
    return json.dumps(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": "nl"}],
            "url": name,
            "dc:title": _title(),
            "dc:publisher": about.publisher,
            "dc:license": about.licence,
            "dc:issued": about.issued.isoformat(),
            "dc:description": _hidden_means(),
            "tableSchema": {
                "columns": [
                    {
                        "name": column,
                        "titles": meaning["label"],
                        "dc:description": meaning["meaning"],
                        "datatype": meaning["type"],
                        **({"null": HIDDEN} if column == "count" else {}),
                    }
                    for column, meaning in _dictionary(tables).items()
                ]
            },
        },
        ensure_ascii=False,
        indent=1,
    )


def _title() -> str:
    return _("Reach and outcomes of young people without a basic qualification")


def _hidden_means() -> str:
    return _(
        "Numbers from 1 up to %(small)s are hidden, and others beside them, so that nobody can work them out from the "
        "totals. A 0 is a 0. There are no personal data in these tables.",
        small=SMALL - 1,
    )


def _dictionary(tables: Sequence[Table]) -> dict[str, dict[str, str]]:
    """Each column of the CSV: its label, what it means, its type."""
    own = {
        "table": (
            _("Table"),
            _("Short name of the table: bereik, or the name of an outcome list."),
            "string",
        ),
        "title": (_("Title"), _("What the table is about."), "string"),
        "unit": (_("Unit"), _("What is counted: persons are not cases."), "string"),
        "period_from": (_("From"), _("First day that counts; empty: from the beginning."), "date"),
        "period_to": (
            _("Up to and including"),
            _("Last day that counts; empty: until the reference day."),
            "date",
        ),
        "peildatum": (_("Reference day"), _("The day on which the figures were made."), "date"),
    }
    found = {name: _meaning(*values) for name, values in own.items()}
    for column in tables[0].columns if tables else ():
        kind = "integer" if column.kind == "count" else "string"
        found[column.key] = _meaning(str(column.label), str(column.meaning), kind)
    return found


def _meaning(label: str, meaning: str, kind: str) -> dict[str, str]:
    return {"label": label, "meaning": meaning, "type": kind}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
