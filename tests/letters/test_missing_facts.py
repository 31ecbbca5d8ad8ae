"""What is not known of somebody never shows in a letter: it reads well, or it waits for who must fill it in."""

import re
from datetime import date
from itertools import product
from typing import Any

import pytest

from outreach.letters import compose, markdown
from outreach.letters.compose import FILLED_BY_RENDER, OF_THE_COACH, OF_THE_VISIT, Recipient
from outreach.letters.texts import TextKey, shipped, shipped_keys
from outreach.regions.models import RegionSettings

GIVEN = ("Noor", "", "-", " Noor\n  Maria ")
COACH = (("Samira", "el Amrani", "06 12 34 56 78", "ma t/m do"), ("Samira", "", "", ""), ("", "", "", ""))
REGION = (("010 123 45 67", "ma t/m vr"), ("", "ma t/m vr"), ("010 123 45 67", ""), ("", ""))
VISITS = (date(2026, 3, 11), None)


def words(block: dict[str, Any]) -> list[str]:
    """The text of a block, an item or a paragraph each; a line end as a space."""
    rows = block.get("items") or ([block["runs"]] if "runs" in block else [])
    return ["".join(run[1] if len(run) > 1 else " " for run in runs) for runs in rows]


@pytest.mark.parametrize("key", shipped_keys(), ids=lambda key: key.file_name)
def test_a_shipped_letter_shows_no_gap_or_waits(key: TextKey) -> None:
    text = markdown.parse(shipped(key) or "")
    made = 0
    for given, coach, (phone, hours), visit in product(GIVEN, COACH, REGION, VISITS):
        somebody = Recipient(given, "de", "Vries", "Vlaardingen", *coach)
        settings = RegionSettings(phone=phone, office_hours=hours)
        values = compose.values(
            somebody, settings, language=key.language, today=date(2026, 3, 2), visit_on=visit
        )
        missing = compose.missing(text, values)
        assert set(missing) <= OF_THE_COACH.keys() | OF_THE_VISIT, "the rest has words of its own"
        if missing:
            assert compose.what_to_do(missing, somebody)
            continue
        made += 1
        for block in text.fill(dict.fromkeys(FILLED_BY_RENDER, "Doorstroompunt") | values):
            for line in words(block):
                assert line == line.strip() and "  " not in line
                assert not re.search(r"\s[,.!?;:)]|\(\s*\)|\{\{", line), line
                for sentence in re.split(r"[.!?:]\s", line):
                    assert sentence.count("Doorstroompunt") <= 1, sentence
    assert made > 4


@pytest.mark.parametrize(
    ("given", "language", "called"),
    [("", "nl", "daar"), ("-", "en", "there"), (" Noor\nMaria", "nl", "Noor Maria"), ("M.", "nl", "M.")],
)
def test_how_somebody_is_greeted(given: str, language: str, called: str) -> None:
    somebody = Recipient(given, "de", "Vries", "Vlaardingen")
    values = compose.values(
        somebody, RegionSettings(), language=language, today=date(2026, 3, 2), visit_on=None
    )
    assert values["voornaam"] == called
