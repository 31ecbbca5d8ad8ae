"""Words by which somebody stops our messages, or lets them come again. Pure.

A whole message counts, never a word in the middle of one: 'stop' stops, 'kun je stoppen met bellen?' is for the coach
to read. Twilio's own words are among them: it blocks the number on those by itself.
"""

import re
import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a message says about messages. perhaps_stop: a person must read it and ask."""

    nothing = "nothing"
    stop = "stop"
    start = "start"
    perhaps_stop = "perhaps_stop"


TWILIO_STOPS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
"""Words on which Twilio blocks a text number and confirms by itself (its documentation on opt-out keywords)."""

_STOP = TWILIO_STOPS | {
    *("stop all", "stop alles", "stop nu", "stop maar", "stoppen", "opt out", "remove me"),
    *("afmelden", "afmelding", "meld me af", "meld mij af", "ik wil me afmelden", "ik wil mij afmelden"),
    *("ik meld me af", "wil me afmelden", "uitschrijven", "schrijf me uit", "schrijf mij uit"),
    *("ik wil me uitschrijven", "ik wil mij uitschrijven", "uitschrijving"),
    *("geen berichten", "geen berichten meer", "geen bericht meer", "geen berichtjes meer"),
    *("geen appjes meer", "geen apps meer", "geen whatsapp meer", "geen sms meer", "geen smsjes meer"),
    *("ik wil geen berichten", "ik wil geen berichten meer", "ik wil geen berichten meer ontvangen"),
    *("ik wil geen berichten ontvangen", "wil geen berichten meer", "ik hoef geen berichten meer"),
    *("stuur geen berichten meer", "stuur me geen berichten meer", "stuur mij geen berichten meer"),
    *("stuur mij niks meer", "stuur me niks meer", "stuur me niets meer", "niet meer sturen"),
    *("niet meer appen", "niet meer berichten", "niet meer smsen"),
    *("stop met berichten", "stop met berichten sturen", "stop met sturen", "stop met appen"),
    *("stop met sms", "stop met smsen", "stop deze berichten", "stop de berichten"),
    *("no more messages", "no more texts", "no messages", "stop messaging me", "stop texting me"),
    *("stop texting", "stop messages", "stop sending messages", "stop sending me messages"),
}

_START = frozenset(
    {
        *("start", "unstop", "opt in", "optin", "subscribe", "resume"),
        *("weer berichten", "weer aanmelden", "aanmelden", "meld me weer aan", "meld mij weer aan"),
        *("toch weer berichten", "ik wil weer berichten", "wel berichten", "toch wel berichten"),
        *("berichten weer aan", "messages again", "i want messages again"),
    }
)

_AROUND = frozenset(
    {
        *("aub", "svp", "alsjeblieft", "alstublieft", "graag", "hallo", "hoi", "hey", "hi"),
        *("bedankt", "dank", "dankje", "je", "please", "pls", "plz", "thanks"),
    }
)
"""Polite words before and after, which change nothing."""

_PERHAPS = re.compile(
    r"\b(?:stop|stoppen|stopt|stops|stopping|ophouden|afmelden|afgemeld|uitschrijven|uitgeschreven|unsubscribe|opt out"
    r"|lastig ?(?:vallen|gevallen)|met rust|rot op|donder op|fuck off|leave me alone"
    r"|(?:geen|no more|no) (?:\w+ )?(?:contact|berichten|bericht|berichtjes|appjes|apps|sms|whatsapp)"
    r"|(?:no more|no) (?:\w+ )?(?:messages|texts|calls)"
    r"|(?:niet|niks|nooit) meer (?:appen|bellen|sturen|mailen|smsen|berichten|contact|langskomen|hebben|horen)"
    r"|(?:not|dont|don t|do not|never) (?:text|message|contact|call|write)"
    r"|verwijder (?:mij|me|mijn)|wis mijn|haal (?:mij|me|mijn)|remove (?:me|my)|delete (?:me|my))\b"
)

LONGEST = 400
"""Characters of the beginning in which it is looked for: whoever stops does not write a letter."""


def meaning(body: str) -> Meaning:
    """What a message that came in says about our messages."""
    text = normalised(body[:LONGEST])
    core = _core(text)
    if len(body) <= LONGEST and core in _STOP:
        return Meaning.stop
    if len(body) <= LONGEST and core in _START:
        return Meaning.start
    return Meaning.perhaps_stop if _PERHAPS.search(text) else Meaning.nothing


def twilio_confirms(body: str) -> bool:
    """Whether Twilio knows this word by itself; it takes it as a whole message, in any case."""
    return body.strip().casefold() in TWILIO_STOPS


def normalised(body: str) -> str:
    """Letters and digits in lower case without accents, one space between words: '🛑 Stóp!!' is 'stop'."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", body).casefold())
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


def _core(text: str) -> str:
    words = text.split()
    while len(words) > 1 and words[0] in _AROUND:
        words.pop(0)
    while len(words) > 1 and words[-1] in _AROUND:
        words.pop()
    return " ".join(words)
