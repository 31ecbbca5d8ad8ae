"""The shipped letter texts: which there are, and what stands in them. Pure but for reading them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXTS = Path(__file__).with_name("texts")


@dataclass(frozen=True, slots=True, order=True)
class TextKey:
    """Which text: the template that plans name, its variant ('' when it has none) and its language."""

    name: str
    variant: str
    language: str

    @property
    def file_name(self) -> str:
        """How the shipped file is called: 'w2-brief-boven.nl.md'."""
        return f"{self.name}{'-' if self.variant else ''}{self.variant}.{self.language}.md"


@cache
def shipped(key: TextKey) -> str | None:
    """The shipped Markdown, or None when there is no such text."""
    path = TEXTS / key.file_name
    return path.read_text("utf-8") if path.exists() else None


@cache
def shipped_keys() -> tuple[TextKey, ...]:
    """All shipped texts. A name has one hyphen ('w2-brief'); what follows the next one is the variant."""
    keys = []
    for path in TEXTS.glob("*.md"):
        stem, language = path.name.removesuffix(".md").rsplit(".", 1)
        week, kind, *variant = stem.split("-", 2)
        keys.append(TextKey(f"{week}-{kind}", "".join(variant), language))
    return tuple(sorted(keys))
