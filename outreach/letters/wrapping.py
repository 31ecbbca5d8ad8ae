"""Where a line of a letter may break, so that nothing runs off the page sideways. Pure.

Typst breaks lines at spaces and hyphens. What is longer than a line without either (a row of underscores, an
address that was pasted in, a name without end) would run on over the edge of the paper. Only Typst knows how wide a
word is, so words that may be too wide are handed over with the places at which to break them if they are; measuring
every word would take as long as printing.

Parts (JSON) are the runs of markdown.py and three more, of which a segment is [style, [piece, …]]:

- ["long", [segment, …]]: a word, in one style or several. When it is wider than a line, it is broken after a piece,
  and inside a piece that is too wide itself.
- ["whole", [segment]]: as long, but when it fits on a line it is not broken at all, at a hyphen neither.
- ["kept", style, text]: is not broken, and fits.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeAlias

from outreach.letters.markdown import Run

Part: TypeAlias = list[Any]

SURELY_FITS = 18
"""So many characters fit on a line whatever they are, in the largest heading and in emoji too."""

_WORDS = re.compile("( +)")
_AT_A_HYPHEN = re.compile(r"(?<=\w-)(?=[^\W\d])")
_AFTER_A_SIGN = re.compile("(?<=[/.?&=_@:\u00a0-])")


def parts(runs: list[Run], whole: Collection[str] = ()) -> list[Part]:
    """`runs` with every word that may be too wide as a part of its own, and each string of `whole` kept whole."""
    text = "".join([run[1] if len(run) > 1 else " " for run in runs])
    if max(map(len, text.split(" "))) <= SURELY_FITS and not any(each in text for each in whole):
        return runs
    return list(_parts(runs, whole))


def _whole(style: str, text: str) -> Part:
    return ["kept", style, text] if len(text) <= SURELY_FITS else ["whole", [_segment(style, text)]]


def _parts(runs: list[Run], whole: Collection[str]) -> Iterator[Part]:
    word: list[Run] = []
    for run in runs:
        if len(run) == 1:
            yield from _word(word)
            word = []
            yield run
            continue
        style, text = run
        for kept, token in _tokens(text, whole):
            if not kept and not token.isspace():
                word.append([style, token])
                continue
            yield from _word(word)
            word = []
            yield _whole(style, token) if kept else [style, token]
    yield from _word(word)


def _tokens(text: str, whole: Collection[str]) -> Iterator[tuple[bool, str]]:
    """What must be kept whole (True), the words and the spaces between them, in their order."""
    pieces: Iterable[str] = [text]
    if whole:
        pieces = re.split(f"({'|'.join(re.escape(each) for each in whole)})", text)
    for piece in pieces:
        if piece in whole:
            yield True, piece
        else:
            yield from ((False, token) for token in _WORDS.split(piece) if token)


def _word(word: list[Run]) -> Iterator[Part]:
    # Typst breaks between a hyphen and a letter by itself: double names need not be measured.
    unbroken = _AT_A_HYPHEN.split("".join([run[1] for run in word]))
    if max(map(len, unbroken)) <= SURELY_FITS:
        yield from word
    else:
        yield ["long", [_segment(*run) for run in word]]


def _segment(style: str, text: str) -> Part:
    return [style, pieces(text)]


def pieces(text: str) -> list[str]:
    """A word or address in the pieces between which it may be broken: after each sign of an address."""
    return [piece for piece in _AFTER_A_SIGN.split(text) if piece]
