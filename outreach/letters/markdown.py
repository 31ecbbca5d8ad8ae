"""Letter texts: Markdown with placeholders, checked when written, filled when printed.

What may stand in a letter: headings (#, ##, ###), bold (**so**), bullets and numbered lists, paragraphs,
line breaks (a new line is a new line), and a paragraph that consists of QR alone: there comes the code
with its address. A placeholder is a Dutch word from a closed set in double braces: {{ voornaam }}.
Everything else is refused with its line, so that a clerk sees it before a letter is printed.

The result is plain data. Values go in as strings after the Markdown has been read, so nothing in a name
can ever be markup. Shapes (JSON):

- block: {"kind": "heading", "level": 1, "runs": [run]}, {"kind": "paragraph", "runs": [run]},
  {"kind": "bullets", "items": [[run]]}, {"kind": "numbers", "start": 1, "items": [[run]]}, {"kind": "qr"}
- run: ["text", "…"], ["bold", "…"] or ["break"]
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from outreach.errors import Refused
from outreach.i18n import _l

# Name: what is printed for it. The page that edits letter texts shows this list.
PLACEHOLDERS: Mapping[str, object] = {
    "voornaam": _l("first name of the young person"),
    "achternaam": _l("last name with its prefix"),
    "naam": _l("first and last name"),
    "gemeente": _l("municipality"),
    "dienst": _l("name of the service"),
    "datum": _l("date of the letter"),
    "code": _l("the code under the QR code"),
    "adres_kort": _l("the address to type when scanning does not work"),
    "coach_voornaam": _l("first name of the coach"),
    "coach_naam": _l("first and last name of the coach"),
    "coach_telefoon": _l("phone number of the coach"),
    "coach_uren": _l("days and hours at which the coach can be reached"),
    "bezoekdatum": _l("day of the home visit"),
    "bezoekweek": _l("week of the home visit"),
}

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_READER = MarkdownIt("commonmark").enable(["table"]).disable(["lheading", "reference"])

Run: TypeAlias = list[str]
Block: TypeAlias = dict[str, Any]


class LetterTextInvalid(Refused):
    """A letter text cannot be used; `line` is the line of the text (from 1) where it goes wrong."""

    def __init__(self, message: object, line: int) -> None:
        super().__init__(message)
        self.line = line


class ValueMissing(Refused):
    """A letter has no value for placeholder `name` of its text."""

    def __init__(self, name: str) -> None:
        super().__init__(_l("There is no value for {{ %(name)s }} in this letter.", name=name))
        self.name = name


@dataclass(frozen=True, slots=True)
class LetterText:
    """A checked letter text: its blocks with the placeholders still in them, and which those are."""

    blocks: tuple[Block, ...]
    placeholders: frozenset[str] = field(default=frozenset())

    @property
    def has_qr(self) -> bool:
        """Whether the letter carries a QR code."""
        return any(block["kind"] == "qr" for block in self.blocks)

    def fill(self, values: Mapping[str, str]) -> list[Block]:
        """The blocks with `values` in them as plain strings. Raises ValueMissing; empty counts as missing."""
        for name in sorted(self.placeholders):
            if not values.get(name):
                raise ValueMissing(name)
        return [_filled(block, values) for block in self.blocks]


def parse(source: str, allowed: Collection[str] = frozenset(PLACEHOLDERS)) -> LetterText:
    """Read a letter text. Raises LetterTextInvalid for whatever cannot be printed or is unknown."""
    reader = _Reader(frozenset(allowed))
    blocks = reader.blocks(_READER.parse(source))
    if not blocks:
        raise LetterTextInvalid(_l("Line 1: the letter is still empty."), 1)
    return LetterText(tuple(blocks), frozenset(reader.used))


def _filled(block: Block, values: Mapping[str, str]) -> Block:
    if "runs" in block:
        return {**block, "runs": [_filled_run(run, values) for run in block["runs"]]}
    if "items" in block:
        return {**block, "items": [[_filled_run(run, values) for run in item] for item in block["items"]]}
    return block


def _filled_run(run: Run, values: Mapping[str, str]) -> Run:
    if len(run) == 1 or "{{" not in run[1]:
        return run
    return [run[0], _PLACEHOLDER.sub(lambda match: values[match[1]], run[1])]


class _Reader:
    """Walks the tokens of one text; keeps which placeholders it met."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed
        self.used: set[str] = set()
        self.level = 0
        self.line = 1
        self.qr_seen = False

    def blocks(self, tokens: list[Token]) -> list[Block]:
        """Blocks of a whole text."""
        blocks: list[Block] = []
        items: list[list[Run]] | None = None
        for index, token in enumerate(tokens):
            if token.map:
                self.line = token.map[0] + 1
            match token.type:
                case "heading_open":
                    if items is not None:
                        raise self._refuse(_l("a heading cannot stand in a list."))
                    level = self._level(int(token.tag[1]))
                    blocks.append({"kind": "heading", "level": level, "runs": self._runs(tokens[index + 1])})
                case "bullet_list_open" | "ordered_list_open":
                    if items is not None:
                        raise self._refuse(_l("a list cannot stand inside another list."))
                    items = []
                    if token.type == "bullet_list_open":
                        blocks.append({"kind": "bullets", "items": items})
                    else:
                        start = int(token.attrGet("start") or 1)
                        blocks.append({"kind": "numbers", "start": start, "items": items})
                case "bullet_list_close" | "ordered_list_close":
                    items = None
                case "list_item_open" if items is not None:
                    items.append([])
                case "paragraph_open":
                    runs = self._runs(tokens[index + 1])
                    if items is None:
                        blocks.append(self._paragraph(runs))
                    elif items[-1]:
                        raise self._refuse(
                            _l("an item of a list is one paragraph; start a new item with - or 1.")
                        )
                    else:
                        items[-1].extend(runs)
                case "heading_close" | "paragraph_close" | "list_item_close" | "inline":
                    pass
                case other:
                    raise self._refuse(_NOT_IN_LETTERS.get(other, _OTHER))
        return blocks

    def _paragraph(self, runs: list[Run]) -> Block:
        if runs != [["text", "QR"]]:
            return {"kind": "paragraph", "runs": runs}
        if self.qr_seen:
            raise self._refuse(_l("there is a second QR; a letter has one code."))
        self.qr_seen = True
        return {"kind": "qr"}

    def _level(self, level: int) -> int:
        """Headings go down a step at a time: people who listen to a letter find their way by them."""
        if level > min(self.level + 1, 3):
            raise self._refuse(_l("this heading has too many # signs; begin with # and go a step at a time."))
        self.level = level
        return level

    def _runs(self, inline: Token) -> list[Run]:
        runs: list[Run] = []
        bold = False
        for token in inline.children or []:
            match token.type:
                case "text" if token.content:
                    self._check_placeholders(token.content)
                    runs.append(["bold" if bold else "text", token.content])
                case "strong_open" | "strong_close":
                    bold = token.type == "strong_open"
                case "softbreak" | "hardbreak":
                    runs.append(["break"])
                    self.line += 1
                case "text":
                    pass
                case other:
                    raise self._refuse(_NOT_IN_LETTERS.get(other, _OTHER))
        return runs

    def _check_placeholders(self, text: str) -> None:
        for match in _PLACEHOLDER.finditer(text):
            name = match[1]
            if name not in self.allowed:
                raise self._refuse(self._unknown(name))
            self.used.add(name)
        rest = _PLACEHOLDER.sub("", text)
        if "{{" in rest or "}}" in rest:
            raise self._refuse(_l("a placeholder begins with {{ and ends with }}, such as {{ voornaam }}."))

    def _unknown(self, name: str) -> object:
        nearest = get_close_matches(name.casefold(), sorted(self.allowed), n=1, cutoff=0.5)
        if nearest:
            return _l(
                "{{ %(name)s }} is not a placeholder. Do you mean {{ %(nearest)s }}?",
                name=name,
                nearest=nearest[0],
            )
        return _l(
            "{{ %(name)s }} is not a placeholder. You can use: %(all)s.",
            name=name,
            all=", ".join(sorted(self.allowed)),
        )

    def _refuse(self, problem: object) -> LetterTextInvalid:
        return LetterTextInvalid(_l("Line %(line)d: %(problem)s", line=self.line, problem=problem), self.line)


_OTHER = _l("this cannot stand in a letter; use headings, bold, lists and paragraphs.")
_NOT_IN_LETTERS: Mapping[str, object] = {
    "link_open": _l("a link does not work on paper; write the address out, or use QR."),
    "image": _l("pictures cannot stand in a letter text."),
    "html_block": _l("HTML cannot stand in a letter text."),
    "html_inline": _l("HTML cannot stand in a letter text."),
    "table_open": _l("a table cannot stand in a letter; use a list."),
    "code_block": _l("this line begins with spaces; take them away."),
    "fence": _l("code (```) cannot stand in a letter."),
    "code_inline": _l("code (`) cannot stand in a letter."),
    "em_open": _l("use **bold** instead of *italics*; it is easier to read."),
    "hr": _l("a line across the page cannot stand in a letter; leave a blank line instead."),
    "blockquote_open": _l("a quotation (>) cannot stand in a letter."),
}
