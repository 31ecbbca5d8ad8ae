"""Letters that cannot be printed as they are, which and by how much, read from what Typst reports."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import typst

from outreach import paper
from outreach.errors import Refused
from outreach.i18n import _l

What = Literal["body", "address", "contact", "characters"]
_LINE_MM = 11.5 * 1.35 * 25.4 / 72  # one line of body text with its leading


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why letter `index` (from 0) cannot be printed: `mm` too high, `lines` of body text that is about.

    mm is 0 when the address is not too high but too wide. `characters` are those that no font has.
    """

    index: int
    what: What
    mm: float = 0.0
    characters: str = ""

    @property
    def lines(self) -> int:
        """About how many lines of text have to go."""
        return max(1, -int(-self.mm // _LINE_MM))


class LettersDoNotFit(Refused):
    """Letters cannot be printed as they are; nothing was printed. `misfits` names each and its reason."""

    def __init__(self, message: object, misfits: tuple[Misfit, ...]) -> None:
        super().__init__(message)
        self.misfits = misfits


class LettersTooLong(LettersDoNotFit):
    """The text of a letter needs more than one page."""


class AddressDoesNotFit(LettersDoNotFit):
    """An address does not fit in the window of the envelope."""


class ContactDoesNotFit(LettersDoNotFit):
    """The coach's name, phone and hours do not fit beside the window."""


class CharactersNotPrintable(LettersDoNotFit):
    """A letter holds characters that none of the fonts has: a letter with holes does not go out."""


_FOUND = re.compile(r"LETTERS-DO-NOT-FIT(.*)END", re.DOTALL)


def refusal(error: typst.TypstError, letters: Sequence[Mapping[str, Any]]) -> Exception:
    """What a Typst error means to the person who prints; an error of the program stays what it is."""
    found = _FOUND.search(error.message)
    if found:
        misfits = [Misfit(**item) for item in json.loads(found[1].replace('\\"', '"'))]
        return _misfit_refusal(tuple(misfits), len(letters))
    missing = paper.unprintable(error)
    if not missing:
        return error
    misfits = []
    for index, letter in enumerate(letters):
        page = json.dumps(letter, ensure_ascii=False)
        characters = "".join(character for character in missing if character in page)
        if characters:
            misfits.append(Misfit(index, "characters", characters=characters))
    return _misfit_refusal(tuple(misfits), len(letters)) if misfits else error


def _misfit_refusal(misfits: tuple[Misfit, ...], total: int) -> LettersDoNotFit:
    kinds = {misfit.what for misfit in misfits}
    if "body" in kinds:
        longest = max((misfit for misfit in misfits if misfit.what == "body"), key=lambda misfit: misfit.mm)
        return LettersTooLong(
            _l(
                "A letter is one page. %(count)d of %(total)d are too long, by %(mm)s mm at most: "
                "that is about %(lines)d lines.",
                count=sum(misfit.what == "body" for misfit in misfits),
                total=total,
                mm=f"{longest.mm:g}",
                lines=longest.lines,
            ),
            misfits,
        )
    if "address" in kinds:
        return AddressDoesNotFit(
            _l(
                "%(count)d of %(total)d addresses do not fit in the window of the envelope.",
                count=sum(misfit.what == "address" for misfit in misfits),
                total=total,
            ),
            misfits,
        )
    if "contact" in kinds:
        return ContactDoesNotFit(_l("The name, phone and hours of the coach need too much room."), misfits)
    return CharactersNotPrintable(
        _l(
            "These characters cannot be printed: %(characters)s",
            characters=" ".join(sorted({character for misfit in misfits for character in misfit.characters})),
        ),
        misfits,
    )
