"""Perhaps one person under two numbers, side by side, as the pages of an import show it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach.cases.queries import Mentioned


@dataclass(frozen=True, slots=True)
class Side:
    """One of two: its number, its row where it stands in the list, and its case where there is one."""

    number: str
    row: int | None
    case: Mentioned | None


def told(notes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The notes of a report that are about perhaps the same person."""
    return [note for note in notes if "others" in note]


def numbers(notes: Iterable[Mapping[str, Any]]) -> set[str]:
    """All numbers that such notes are about."""
    return {number for note in notes for number in (note["value"], *note["others"])}


def side_by_side(
    notes: Sequence[Mapping[str, Any]], cases: Mapping[str, Mentioned]
) -> list[tuple[Side, Side]]:
    """Each two numbers once, in the order of the rows."""
    rows = {note["value"]: note["row"] for note in notes}
    found: dict[frozenset[str], tuple[Side, Side]] = {}
    for note in sorted(notes, key=lambda note: int(note["row"])):
        for other in note["others"]:
            pair = (note["value"], other)
            one, two = (Side(number, rows.get(number), cases.get(number)) for number in pair)
            found.setdefault(frozenset(pair), (one, two))
    return list(found.values())
