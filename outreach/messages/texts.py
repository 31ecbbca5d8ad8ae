"""The texts of messages: shipped files with placeholders, checked, then filled. Pure but for reading them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach.errors import Refused
from outreach.i18n import _l

TEXTS = Path(__file__).with_name("texts")
PLACEHOLDERS = frozenset(
    {"voornaam", "coach_voornaam", "coach_telefoon", "coach_uren", "dienst", "gemeente", "link"}
)
"""What a message may mention. Nothing about school or help: whoever looks at the phone may read it."""

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


class MessageTextInvalid(Refused):
    """A message text is missing or mentions something it may not."""

    status = 422


@dataclass(frozen=True, slots=True)
class MessageText:
    """A checked text; `fill` puts the values in."""

    source: str

    def fill(self, values: Mapping[str, str]) -> str:
        """The message as somebody gets it. KeyError when a value is missing."""
        return _PLACEHOLDER.sub(lambda match: values[match[1]], self.source)

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values by number, "1" for the placeholder that comes first: as WhatsApp's templates name them."""
        names = dict.fromkeys(_PLACEHOLDER.findall(self.source))
        return {str(number): values[name] for number, name in enumerate(names, 1)}


@cache
def text(name: str, language: str) -> MessageText:
    """The text of this name in a language, else in Dutch.

    Raises MessageTextInvalid when there is none, or when it has an unknown placeholder.
    """
    for candidate in (language, "nl"):
        path = TEXTS / f"{name}.{candidate}.txt"
        if path.exists():
            return parse(name, path.read_text("utf-8"))
    raise MessageTextInvalid(_l("There is no message text '%(name)s'.", name=name))


def parse(name: str, source: str) -> MessageText:
    """Check a text. Raises MessageTextInvalid for an unknown placeholder."""
    unknown = sorted(set(_PLACEHOLDER.findall(source)) - PLACEHOLDERS)
    if unknown:
        raise MessageTextInvalid(
            _l("The message text '%(name)s' has an unknown word: %(word)s.", name=name, word=unknown[0])
        )
    return MessageText(source.strip())


def shipped() -> dict[str, set[str]]:
    """The names of the shipped texts and the placeholders each uses, over its languages."""
    found: dict[str, set[str]] = {}
    for path in sorted(TEXTS.glob("*.txt")):
        name = path.name.split(".")[0]
        found.setdefault(name, set()).update(_PLACEHOLDER.findall(path.read_text("utf-8")))
    return found
