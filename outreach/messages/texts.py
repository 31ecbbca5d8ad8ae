"""The texts of messages: the shipped files, what may stand in a text, and filling it. Pure but for reading them.

A placeholder is a Dutch word from a closed set in double braces, as in letters: {{ voornaam }}. Values go in as they
are and are never read again.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from outreach.errors import Refused
from outreach.i18n import _l

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

SENDER = ("dienst", "coach_voornaam")
"""Either of these says who sends a message."""

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


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
        self.line = line


class TextEmpty(MessageTextInvalid):
    """Nothing stands in it."""


class UnknownPlaceholder(MessageTextInvalid):
    """A word in braces that has no value."""


class BracesUnpaired(MessageTextInvalid):
    """A placeholder that is not closed, or not opened."""


class NotForPhones(MessageTextInvalid):
    """A control character."""


class LinkMissing(MessageTextInvalid):
    """A text of a step that leads nowhere."""


class SenderMissing(MessageTextInvalid):
    """A text of a step that does not say whose it is."""


@dataclass(frozen=True, slots=True)
class MessageText:
    """A checked text; `fill` puts the values in."""

    source: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The placeholders in the order in which they first stand."""
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(self.source)))

    @property
    def numbered(self) -> str:
        """The text as a WhatsApp template: {{1}} for the placeholder that comes first, again wherever it returns."""
        numbers = {name: number for number, name in enumerate(self.placeholders, 1)}
        return _PLACEHOLDER.sub(lambda match: f"{{{{{numbers[match[1]]}}}}}", self.source)

    def fill(self, values: Mapping[str, str]) -> str:
        """The message as somebody gets it. KeyError when a value is missing."""
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.source)

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values by number, as `numbered` counts them: what WhatsApp's templates are sent with."""
        return {str(number): values[name] for number, name in enumerate(self.placeholders, 1)}

    def variables_in(self, body: str) -> dict[str, str] | None:
        """The variables of a message that was filled before; None when it was not written by this text."""
        words = _PLACEHOLDER.split(self.source)
        names, fixed = words[1::2], words[2::2]
        if not body.startswith(words[0]) or (not names and body != words[0]):
            return None
        found: dict[str, str] = {}
        at = len(words[0])
        for place, (name, after) in enumerate(zip(names, fixed, strict=True), 1):
            end = len(body) - len(after) if place == len(names) else body.find(after, at)
            if end < at or not body.endswith(after, at, end + len(after)):
                return None
            if found.setdefault(name, body[at:end]) != body[at:end]:
                return None
            at = end + len(after)
        return self.variables(found)


def tidy(source: str) -> str:
    """The text as it is kept: no tabs, spaces at no line's end, accents composed (as two characters they cost more)."""
    lines = unicodedata.normalize("NFC", source).replace("\t", " ").splitlines()
    return "\n".join(line.rstrip(" ") for line in lines).strip()


@lru_cache(maxsize=512)
def parse(source: str) -> MessageText:
    """Check a text. Raises MessageTextInvalid with its line."""
    source = source.strip()
    if not source:
        raise TextEmpty(_l("the message is still empty."), 1)
    for number, line in enumerate(source.split("\n"), 1):
        for problem in _problems(line, number):
            raise problem
    return MessageText(source)


def _problems(line: str, number: int) -> Iterator[MessageTextInvalid]:
    for character in line:
        if unicodedata.category(character) == "Cc":
            sign = f"U+{ord(character):04X}"
            yield NotForPhones(
                _l("phones cannot show the character %(sign)s. Take it out.", sign=sign), number
            )
    for name in _PLACEHOLDER.findall(line):
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
    if not set(SENDER) & set(text.placeholders):
        raise SenderMissing(
            _l("It does not say who sends it: put {{ coach_voornaam }} or {{ dienst }} in the text.")
        )


def shipped() -> dict[str, set[str]]:
    """The names of the shipped texts and the placeholders each uses, over its languages."""
    found: dict[str, set[str]] = {}
    for key, source in shipped_sources().items():
        found.setdefault(key.name, set()).update(_PLACEHOLDER.findall(source))
    return found


@cache
def shipped_sources() -> Mapping[TextKey, str]:
    """All shipped texts."""
    return {
        TextKey(*path.name.removesuffix(".txt").rsplit(".", 1)): path.read_text("utf-8").strip()
        for path in sorted(TEXTS.glob("*.txt"))
    }
