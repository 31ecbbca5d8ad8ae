"""Which messages stop our messages, which let them come again, and which a person must read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.messages.stop_words import TWILIO_STOPS, Meaning, meaning, normalised, twilio_confirms


@pytest.mark.parametrize(
    "body",
    [
        *(
            "stop",
            "STOP",
            " Stop! ",
            "stop.",
            "🛑 STOP 🛑",
            "ＳＴＯＰ",
            "Stóp",
            "stop aub",
            "Stop, alsjeblieft",
        ),
        *("STOPALL", "stop alles", "Afmelden", "meld mij af", "Ik wil me afmelden", "uitschrijven"),
        *("Geen berichten meer", "geen berichten meer aub", "Hoi, ik wil geen berichten meer ontvangen."),
        *("unsubscribe", "Opt-out", "please stop", "no more messages please", "s t o p".replace(" ", "")),
    ],
)
def test_a_whole_message_that_stops(body: str) -> None:
    assert meaning(body) is Meaning.stop


@pytest.mark.parametrize("body", ["START", "unstop", "Weer berichten", "ik wil weer berichten!", "Opt in"])
def test_a_whole_message_that_lets_them_come_again(body: str) -> None:
    assert meaning(body) is Meaning.start


@pytest.mark.parametrize(
    "body",
    [
        "kun je stoppen met bellen?",
        "Ik wil stoppen met school",
        "laat me met rust",
        "niet meer bellen",
        "stop met mij lastigvallen",
        "ik wil geen contact",
        "please do not call me again",
        "Mag ik me hier afmelden of moet dat op school?",
        "stop\nmaar ik wil wel praten over werk",
    ],
)
def test_what_could_mean_it_is_for_the_coach_to_read(body: str) -> None:
    assert meaning(body) is Meaning.perhaps_stop


@pytest.mark.parametrize(
    "body",
    [
        *("Hoi! Ik werk nu bij de bakker", "ja", "yes", "ok", "", "   ", "👍", "Ik ga niet meer naar school"),
        *("bushalte busstop is dichtbij", "Ik ben gestopt in mei", "weekend", "start morgen op mijn werk"),
        *("مرحبا، أنا أعمل الآن", "你好，我在工作", "Здравствуйте", "\0\0", "١٢٣"),
    ],
)
def test_what_says_nothing_about_messages(body: str) -> None:
    assert meaning(body) is Meaning.nothing


def test_a_letter_that_begins_with_a_word_of_stopping_is_no_stop() -> None:
    assert meaning("stop " + "a" * 100_000) is Meaning.perhaps_stop


def test_twilio_confirms_its_own_words_only() -> None:
    assert all(twilio_confirms(word) and meaning(word) is Meaning.stop for word in TWILIO_STOPS)
    assert twilio_confirms(" Stop ")
    assert not twilio_confirms("afmelden")
    assert not twilio_confirms("stop aub")


@given(st.text())
def test_whatever_is_written_means_something_and_breaks_nothing(body: str) -> None:
    assert meaning(body) in Meaning
    assert normalised(normalised(body)) == normalised(body)


@given(st.text(alphabet=" .!?,;:-…🛑\n\t"), st.text(alphabet=" .!?,;:-…🛑\n\t"))
def test_signs_around_a_word_change_nothing(before: str, after: str) -> None:
    assert meaning(f"{before}afmelden{after}"[:400]) is Meaning.stop or len(before) > 390
