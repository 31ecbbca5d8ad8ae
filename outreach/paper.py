"""From data to paper by Typst: fonts, and PDFs that read aloud (PDF/UA-1) and are the same bytes for the same input.

What is printed goes to a template as one JSON document, so names are data and never markup.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from outreach.errors import Refused
from outreach.i18n import _l

_MAIN_FONT = "Atkinson Hyperlegible Next"
# In the order in which they are asked for a character: Greek and Cyrillic, Arabic, Ge'ez (Tigrinya), emoji.
_OTHER_FONTS = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic", "Noto Emoji")
_WEIGHTS = ("400Regular", "700Bold")
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_PAGES = re.compile(rb"/Type/Pages/Count (\d+)")


class FontsMissing(Refused):
    """The fonts for what is printed are not installed."""

    status = 503


@lru_cache(maxsize=4)
def fonts(font_dir: Path) -> tuple[typst.Fonts, list[str]]:
    """The fonts in the npm packages under `font_dir`, and their families in the order to try them."""
    folders = [folder for weight in _WEIGHTS for folder in sorted(font_dir.glob(f"*/{weight}"))]
    fonts = typst.Fonts(False, False, folders)
    there = set(fonts.families())
    if _MAIN_FONT not in there:
        raise FontsMissing(
            _l(
                "The fonts for the letters are not in %(folder)s. Run make setup, or set OUTREACH_FONT_DIR.",
                folder=str(font_dir),
            )
        )
    return fonts, [name for name in (_MAIN_FONT, *_OTHER_FONTS) if name in there]


def pdf(template: Path, name: str, data: Mapping[str, Any], *, font_dir: Path, made_at: datetime) -> bytes:
    """A PDF of `data`, which the template finds as JSON in sys.inputs under `name`, with `fonts` in it.

    `made_at` (aware) is the only time in it. Raises FontsMissing, and typst.TypstError (see unprintable).
    """
    found, families = fonts(font_dir)
    made = typst.compile(
        template,
        sys_inputs={name: json.dumps({**data, "fonts": families}, ensure_ascii=False)},
        font_paths=found,
        ignore_system_fonts=True,
        root=template.parent,
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    assert isinstance(made, bytes), "a PDF is one document"
    return made


def page_count(pdf: bytes) -> int:
    """Pages of a PDF that Typst made; it writes the page tree uncompressed, as one node."""
    found = _PAGES.search(pdf)
    return int(found[1]) if found else 0


def unprintable(error: typst.TypstError) -> list[str]:
    """The characters that no font has, when that is what went wrong."""
    texts = {
        _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
        for text in _NO_GLYPH.findall(error.diagnostic)
    }
    return sorted({character for text in texts for character in text})
