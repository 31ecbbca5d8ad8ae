"""Letters to one PDF by Typst: A4, PDF/UA-1, one page a letter, the same bytes for the same input.

Everything goes to letter.typ as one JSON document, so names are data and never markup. All letters of a
batch are laid out in one document: fonts are embedded once, and Typst reaches hundreds of pages a second.
What does not fit is an error that says how much, for all letters at once, and no PDF.

Measures (FACTS): address field 50 to 90 mm from the top; window left x = 33 to 116 mm, right 109 to 185.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from outreach import paper
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.letters import misfits, qr, wrapping
from outreach.letters.markdown import Block, LetterText, ValueMissing
from outreach.letters.wrapping import Part
from outreach.responses import codes

_HERE = Path(__file__).resolve().parent
_TEMPLATE = _HERE / "letter.typ"

Window = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a region's letters look. `offset_x`, `offset_y`: shift of the address in mm, for its envelopes."""

    sender: str
    return_address: str
    subtitle: str = ""
    window: Window = "left"
    offset_x: float = 0.0
    offset_y: float = 0.0
    accent: str = "#14505c"
    fold_marks: bool = True


@dataclass(frozen=True, slots=True)
class LetterData:
    """One letter. `text` is a key of the texts of its batch; `address` its lines without the return address.

    `values` fills the placeholders and the fixed parts: datum (required), coach_naam, coach_telefoon and
    coach_uren. `code` is the canonical response code; code and adres_kort follow from it, and dienst is the
    layout's sender unless given.
    """

    text: str
    address: tuple[str, ...]
    values: Mapping[str, str]
    code: str | None = None
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF of `page_count` pages: page n is letter n."""

    pdf: bytes
    page_count: int


def render_batch(
    letters: Sequence[LetterData],
    layout: Layout,
    texts: Mapping[str, LetterText],
    *,
    base_url: str,
    font_dir: Path,
    made_at: datetime,
) -> Rendered:
    """All letters as one PDF. `made_at` (aware) is the only time in it: the same input, the same bytes.

    Raises LettersTooLong, AddressDoesNotFit, ContactDoesNotFit or CharactersNotPrintable with a Misfit for
    every letter that has a problem (of any of these kinds), ValueMissing, FontsMissing, qr.AddressTooLong.
    """
    if not letters:
        raise Refused(_l("There are no letters to print."))
    pdf = _compile(letters, layout, texts, base_url, font_dir, made_at=made_at)
    return Rendered(pdf, len(letters))


def preview_png(
    letter: LetterData,
    layout: Layout,
    text: LetterText,
    *,
    base_url: str,
    font_dir: Path,
    pixels_per_inch: float = 110,
) -> bytes:
    """One letter as a picture, for the page where its text is edited. Raises as render_batch does."""
    return _compile(
        [letter], layout, {letter.text: text}, base_url, font_dir, pixels_per_inch=pixels_per_inch
    )


def _compile(
    letters: Sequence[LetterData],
    layout: Layout,
    texts: Mapping[str, LetterText],
    base_url: str,
    font_dir: Path,
    *,
    made_at: datetime | None = None,
    pixels_per_inch: float | None = None,
) -> bytes:
    found, families = paper.fonts(font_dir)
    batch = {
        "title": _title(letters, layout),
        "language": letters[0].language,
        "fonts": families,
        "measure": False,
        "typed": wrapping.pieces(before_the_code(base_url)),
        "layout": asdict(layout) | _wrapped(layout),
        "letters": [_letter_as_data(letter, layout, texts[letter.text], base_url) for letter in letters],
    }
    job: dict[str, Any] = {"font_paths": found, "ignore_system_fonts": True, "root": _HERE}
    if made_at is not None:
        job |= {"pdf_standards": ["ua-1"], "timestamp": int(made_at.timestamp())}
    else:
        job |= {"format": "png", "ppi": pixels_per_inch}
    pages = _typeset(batch, job)
    if _page_count(pages) == len(letters):
        return pages[0]
    _typeset(batch | {"measure": True}, job)
    raise RuntimeError("Typst made more pages than letters, yet every letter measures less than a page")


def _typeset(batch: Mapping[str, Any], job: Mapping[str, Any]) -> list[bytes]:
    """One PDF, or one PNG per page. Raises what misfits.refusal makes of an error."""
    try:
        made = typst.compile(_TEMPLATE, sys_inputs={"batch": json.dumps(batch, ensure_ascii=False)}, **job)
    except typst.TypstError as error:
        raise misfits.refusal(error, batch["letters"]) from error
    return made if isinstance(made, list) else [made]


def _page_count(made: list[bytes]) -> int:
    return paper.page_count(made[0]) if made[0].startswith(b"%PDF") else len(made)


def _title(letters: Sequence[LetterData], layout: Layout) -> str:
    words = fixed_words(letters[0].language)
    return f"{words['letter'] if len(letters) == 1 else words['letters']} {layout.sender}"


def _wrapped(layout: Layout) -> dict[str, list[Part]]:
    """What stands at the top of every letter, so that it breaks where it must."""
    return {
        "sender_parts": _parts(layout.sender),
        "subtitle_parts": _parts(layout.subtitle),
        "return_parts": _parts(layout.return_address),
    }


def _parts(text: str) -> list[Part]:
    return wrapping.parts([["text", text]]) if text else []


def _letter_as_data(letter: LetterData, layout: Layout, text: LetterText, base_url: str) -> dict[str, Any]:
    words = fixed_words(letter.language)
    values = {"dienst": layout.sender, **letter.values}
    if "coach_telefoon" in values:
        values["coach_telefoon"] = values["coach_telefoon"].replace(
            " ", "\u00a0"
        )  # a number stays on one line
    code, whole = None, []
    if letter.code is not None:
        values |= {
            "code": codes.display(letter.code),
            "adres_kort": codes.typed_address(base_url, letter.code),
        }
        code = _qr_as_data(codes.address(base_url, letter.code), values, words["alt"])
        if text.placeholders & {"code", "adres_kort"}:
            whole = [before_the_code(base_url), values["code"]]
    elif text.has_qr:
        raise ValueMissing("code")
    if not values.get("datum"):
        raise ValueMissing("datum")
    return {
        "language": letter.language,
        "words": words,
        "date": values["datum"],
        "address": list(letter.address),
        "coach": {
            "label": words["service" if values.get("coach_naam") == values["dienst"] else "coach"],
            "name": _parts(values.get("coach_naam", "")),
            "phone": _parts(values.get("coach_telefoon", "")),
            "hours": _parts(values.get("coach_uren", "")),
        },
        "blocks": [_block_as_data(block, whole) for block in text.fill(values)],
        "qr": code,
    }


def _block_as_data(block: Block, whole: list[str]) -> Block:
    if "runs" in block:
        return {**block, "runs": wrapping.parts(block["runs"], whole)}
    if "items" in block:
        return {**block, "items": [wrapping.parts(item, whole) for item in block["items"]]}
    return block


@lru_cache(maxsize=8)
def before_the_code(base_url: str) -> str:
    """The address to type up to its code."""
    code = "0" * codes.LENGTH
    return codes.typed_address(base_url, code).removesuffix(codes.display(code))


def _qr_as_data(address: str, values: Mapping[str, str], alt: str) -> dict[str, Any]:
    rows = qr.modules(address)
    return {
        "svg": qr.svg(rows),
        "modules": len(rows),
        "side": qr.SIDE_MM,
        "quiet": qr.QUIET_MODULES,
        "code": values["code"],
        "alt": alt.format(address=values["adres_kort"]),
    }


@lru_cache(maxsize=8)
def fixed_words(language: str) -> dict[str, Any]:
    """The fixed words on the page, in the language of the letter and not of whoever prints it."""
    path = _HERE / "texts" / "words" / f"{language}.json"
    words: dict[str, Any] = json.loads(
        (path if path.exists() else path.with_name("nl.json")).read_text("utf-8")
    )
    return words
