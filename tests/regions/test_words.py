"""Hours that somebody wrote in Dutch, for who reads English."""

import pytest

from outreach.regions.words import hours_in


@pytest.mark.parametrize(
    ("written", "english"),
    [
        ("ma t/m do, 9.00 – 17.00", "Mon to Thu, 9:00 – 17:00"),
        ("ma t/m vr, 9.00 – 17.00", "Mon to Fri, 9:00 – 17:00"),
        ("Ma, di en do van 9.00 tot 12.30 uur", "Mon, Tue and Thu from 9:00 to 12:30"),
        ("maandag tot en met woensdag 9-17 uur", "Mon to Wed 9-17"),
        ("werkdagen 8:30-17:00", "weekdays 8:30-17:00"),
        ("", ""),
    ],
)
def test_the_usual_form_is_translated(written: str, english: str) -> None:
    assert hours_in(written, "en") == english
    assert hours_in(written, "en_GB") == english


@pytest.mark.parametrize(
    "written",
    [
        "altijd",
        "ma t/m do, niet in de vakantie",
        "Mon to Thu, 9:00 – 17:00",
        "dinsdagen",
        "9.00-17.00 op school",
        "1" * 60 + "x",
    ],
)
def test_any_other_text_stays_as_it_is(written: str) -> None:
    assert hours_in(written, "en") == written


def test_who_reads_dutch_gets_what_was_written() -> None:
    assert hours_in("ma t/m do, 9.00 – 17.00", "nl") == "ma t/m do, 9.00 – 17.00"
