"""The texts of messages: the shipped files, what may stand in a text, and filling it. Pure but for reading them.

A placeholder is a Dutch word from a closed set in double braces, as in letters: {{ voornaam }}. Behind `of` stands
what is said when it is not known: {{ voornaam of daar }}; without it the words of facts.py are. So no message ever
shows a gap, and no variable of WhatsApp is ever empty (Twilio refuses those: 21656). Values go in on one line and are
never read again.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import facts

TEXTS = Path(__file__).with_name("texts")

PLACEHOLDERS: Mapping[str, object] = {
    "voornaam": _l("first name of the young person"),
    "coach_voornaam": _l("first name of the coach"),
    "coach_telefoon": _l("phone number of the coach"),
    "coach_uren": _l("days and hours at which the coach can be reached"),
    "dienst": _l("name of the service"),
    "gemeente": _l("municipality"),
    "link": _l("address of the form, with the code of this young person"),
}
"""What a message may mention. Nothing about school or help: whoever looks at the phone may read it."""

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_SUBJECT = re.compile(r"(?:Onderwerp|Subject):[ \t]*([^\n]*)(?:\n|\Z)", re.IGNORECASE)
_OTHERWISE = re.compile(r"(\S+)\s+of(?:\s+(.*))?")
_SENTENCE_BEGINS = re.compile(r"(?:\A|[.!?…]\s|\n)\s*\Z")


@dataclass(frozen=True, slots=True, order=True)
class TextKey:
    """Which text: the template that plans name, and its language."""

    name: str
    language: str


class MessageTextInvalid(Refused):
    """A message text cannot be used; `line` is the line (from 1) where it goes wrong, 0 for the text as a whole."""

    status = 422

    def __init__(self, problem: object, line: int = 0) -> None:
        super().__init__(_l("Line %(line)d: %(problem)s", line=line, problem=problem) if line else problem)
        self.problem = problem
        self.line = line


class TextEmpty(MessageTextInvalid):
    """Nothing stands in it."""


class UnknownPlaceholder(MessageTextInvalid):
    """A word in braces that has no value."""


class WordsMissing(MessageTextInvalid):
    """An `of` in a placeholder with no words behind it."""


class BracesUnpaired(MessageTextInvalid):
    """A placeholder that is not closed, or not opened."""


class NotForPhones(MessageTextInvalid):
    """A control character."""


class LinkMissing(MessageTextInvalid):
    """A text of a step that leads nowhere."""


class SenderMissing(MessageTextInvalid):
    """A text of a step that does not say whose it is."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A placeholder as a text writes it: which, and the words for when it is not known; None when it names none."""

    name: str
    otherwise: str | None = None


def _slot(inside: str) -> Slot:
    found = _OTHERWISE.fullmatch(inside)
    return Slot(found[1], facts.said(found[2] or "")) if found else Slot(inside)


@dataclass(frozen=True, slots=True)
class MessageText:
    """A checked text; `fill` puts the values in. `language` is that of the words for what is not known."""

    source: str
    language: str = "nl"

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The different placeholders, with their own words, in the order in which they first stand."""
        return tuple(dict.fromkeys(map(_slot, _PLACEHOLDER.findall(self.source))))

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names of the placeholders in the order in which they first stand."""
        return tuple(dict.fromkeys(slot.name for slot in self.slots))

    @property
    def numbered(self) -> str:
        """The text as a WhatsApp template: {{1}} for the placeholder that comes first, again wherever it returns."""
        numbers = {slot: number for number, slot in enumerate(self.slots, 1)}
        return _PLACEHOLDER.sub(lambda match: f"{{{{{numbers[_slot(match[1])]}}}}}", self.source)

    def fill(self, values: Mapping[str, str]) -> str:
        """The message as somebody gets it; '' stands for what is not known. KeyError when a value is missing."""
        found = self._said(values)
        return _PLACEHOLDER.sub(lambda match: found[_slot(match[1])], self.source)

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """What stands in the places by number, as `numbered` counts them: what WhatsApp's templates are sent with."""
        return self._by_number(self._said(values))

    def variables_in(self, body: str) -> dict[str, str] | None:
        """The variables of a message that was filled before; None when it was not written by this text."""
        words = _PLACEHOLDER.split(self.source)
        slots, fixed = list(map(_slot, words[1::2])), words[2::2]
        if not body.startswith(words[0]) or (not slots and body != words[0]):
            return None
        found: dict[Slot, str] = {}
        at = len(words[0])
        for place, (slot, after) in enumerate(zip(slots, fixed, strict=True), 1):
            end = len(body) - len(after) if place == len(slots) else body.find(after, at)
            if end < at or not body.endswith(after, at, end + len(after)):
                return None
            if found.setdefault(slot, body[at:end]) != body[at:end]:
                return None
            at = end + len(after)
        return self._by_number(found)

    def _by_number(self, found: Mapping[Slot, str]) -> dict[str, str]:
        return {str(number): found[slot] for number, slot in enumerate(self.slots, 1)}

    def _said(self, values: Mapping[str, str]) -> dict[Slot, str]:
        return {slot: facts.said(values[slot.name]) or self._instead(slot, values) for slot in self.slots}

    def _instead(self, slot: Slot, values: Mapping[str, str]) -> str:
        """The words for what is not known, with a capital where they only begin sentences."""
        found = slot.otherwise or self._words(slot.name, values)
        return found[:1].upper() + found[1:] if self._only_begins(slot) else found

    def _words(self, name: str, values: Mapping[str, str]) -> str:
        words = facts.words(self.language)
        if name == "coach_voornaam" and "dienst" not in self.placeholders:
            # Else nothing would say whose message it is.
            return words["coach_van_dienst"].format(dienst=facts.service(values, self.language))
        return words.get(name, "")

    def _only_begins(self, slot: Slot) -> bool:
        places = [m.start() for m in _PLACEHOLDER.finditer(self.source) if _slot(m[1]) == slot]
        return all(_SENTENCE_BEGINS.search(self.source, 0, place) is not None for place in places)


def tidy(source: str) -> str:
    """The text as it is kept: no tabs, spaces at no line's end, accents composed (as two characters they cost more)."""
    lines = unicodedata.normalize("NFC", source).replace("\t", " ").splitlines()
    return "\n".join(line.rstrip(" ") for line in lines).strip()


@lru_cache(maxsize=512)
def parse(source: str, language: str = "nl") -> MessageText:
    """Check a text in this language. Raises MessageTextInvalid with its line."""
    source = source.strip()
    if not source:
        raise TextEmpty(_l("the message is still empty."), 1)
    for number, line in enumerate(source.split("\n"), 1):
        for problem in _problems(line, number):
            raise problem
    return MessageText(source, language)


def _problems(line: str, number: int) -> Iterator[MessageTextInvalid]:
    for character in line:
        if unicodedata.category(character) == "Cc":
            sign = f"U+{ord(character):04X}"
            yield NotForPhones(
                _l("phones cannot show the character %(sign)s. Take it out.", sign=sign), number
            )
    for slot in map(_slot, _PLACEHOLDER.findall(line)):
        name = slot.name
        if slot.otherwise == "":
            yield WordsMissing(
                _l(
                    "behind 'of' come the words for when it is not known, such as {{ voornaam of daar }}.",
                ),
                number,
            )
        if name not in PLACEHOLDERS:
            yield UnknownPlaceholder(
                _l(
                    "{{ %(name)s }} is not a placeholder. You can use: %(all)s.",
                    name=name,
                    all=", ".join(PLACEHOLDERS),
                ),
                number,
            )
    rest = _PLACEHOLDER.sub("", line)
    if "{{" in rest or "}}" in rest:
        yield BracesUnpaired(
            _l("a placeholder begins with {{ and ends with }}, such as {{ voornaam }}."), number
        )


def check_for_step(text: MessageText) -> None:
    """Raises LinkMissing or SenderMissing when a step of a plan cannot send this text."""
    if "link" not in text.placeholders:
        raise LinkMissing(
            _l("Nobody can answer by the form: put {{ link }} where the address of the form has to stand.")
        )
    if "dienst" not in text.placeholders and Slot("coach_voornaam") not in text.slots:
        raise SenderMissing(
            _l("It does not say who sends it: put {{ coach_voornaam }} or {{ dienst }} in the text.")
        )


def parted(source: str) -> tuple[str, str]:
    """Subject and text of a source; the subject is '' when it has none."""
    found = _SUBJECT.match(source)
    return (found[1].strip(), source[found.end() :].strip()) if found else ("", source)


def joined(subject: str, body: str) -> str:
    """A source with this subject and text."""
    return f"Onderwerp: {subject}\n{body}" if subject else body


def shipped() -> dict[str, set[str]]:
    """The names of the shipped texts and the placeholders each uses, over its languages."""
    found: dict[str, set[str]] = {}
    for key, source in _shipped_files().items():
        found.setdefault(key.name, set()).update(MessageText(source).placeholders)
    return found


@cache
def shipped_sources() -> Mapping[TextKey, str]:
    """All shipped texts, without their subjects."""
    return {key: parted(source)[1] for key, source in _shipped_files().items()}


@cache
def shipped_subjects() -> Mapping[TextKey, str]:
    """The subjects of all shipped texts, '' for those without one."""
    return {key: parted(source)[0] for key, source in _shipped_files().items()}


@cache
def _shipped_files() -> Mapping[TextKey, str]:
    return {
        TextKey(*path.name.removesuffix(".txt").rsplit(".", 1)): path.read_text("utf-8").strip()
        for path in sorted(TEXTS.glob("*.txt"))
    }
