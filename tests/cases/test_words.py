"""Values in words: postcodes, and what the timeline calls the plan of a case."""

import pytest
from flask import Flask

from outreach.cases import event_words
from outreach.cases.words import shown_postcode


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("3135SX", "3135 SX"), ("3135 sx", "3135 SX"), ("B-1000", "B-1000"), ("", ""), (None, "")],
)
def test_a_postcode_is_shown_as_people_write_it(stored: str | None, shown: str) -> None:
    assert shown_postcode(stored) == shown


@pytest.mark.parametrize(
    ("data", "name"),
    [({"campaign": "week-2", "campaign_name": "Najaar"}, "Najaar"), ({"campaign": "week-2"}, "week-2")],
)
def test_the_timeline_names_the_campaign_or_else_its_short_name(
    app: Flask, data: dict[str, str], name: str
) -> None:
    with app.test_request_context():
        assert event_words.say("enrolled", data).text == name


def test_what_happens_to_a_plan_has_one_word(app: Flask) -> None:
    with app.test_request_context():
        titles = [
            event_words.say(kind, {"reason": "responded"}).title
            for kind in ("enrolled", "plan_paused", "plan_resumed", "plan_stopped", "plan_finished")
        ]
    assert titles == [
        "Aanpak gestart",
        "Aanpak op pauze",
        "Aanpak gaat verder",
        "Aanpak gestopt",
        "Aanpak klaar",
    ]
