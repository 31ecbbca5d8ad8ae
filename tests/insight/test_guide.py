"""The guide says of each figure what the pages say: docs/guide/figures.md is made from definitions.py.

OUTREACH_WRITE_GUIDE=1 writes it anew.
"""

import os
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from outreach.insight import definitions

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide/figures.md"
HEAD = """# What the figures mean

The same words stand on the pages of *Cijfers* beside each figure, in its files, and on the sheet for the council.
They are kept in `outreach/insight/definitions.py`; this page is made from them
(`OUTREACH_WRITE_GUIDE=1 pytest tests/insight/test_guide.py`). A slow count in `tests/insight/reference.py` holds
every query to them.
"""
PARTS = (
    ("Where young people are counted", definitions.PEOPLE),
    ("Where contact attempts are counted", definitions.ATTEMPTS),
    ("Where the work is counted", definitions.WORK),
    ("Where outcomes are counted", definitions.OUTCOMES),
    ("Where variants are compared", definitions.EFFECT),
)


def guide() -> str:
    """All definitions in English, each under the heading that the page gives it in Dutch and English."""
    lines = [HEAD]
    for title, meanings in PARTS:
        lines.append(f"## {title}\n")
        for key, meaning in meanings.items():
            with force_locale("en"):
                english, words = str(definitions.LABELS.get(key, "")), str(meaning)
            with force_locale("nl"):
                dutch = str(definitions.LABELS.get(key, ""))
            name = f"**{dutch}** ({english}): " if dutch else ""
            lines.append(f"- {name}{words}")
        lines.append("")
    with force_locale("en"):
        lines.append(f"Beside every rate stands an interval. {definitions.INTERVAL}\n")
    return "\n".join(lines)


def test_the_guide_says_what_the_pages_say(app: Flask) -> None:
    with app.app_context():
        expected = guide()
    if os.environ.get("OUTREACH_WRITE_GUIDE"):
        GUIDE.write_text(expected)
    assert GUIDE.read_text() == expected
