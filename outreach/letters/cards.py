"""Not-at-home cards to one PDF by Typst: A6, four on a sheet of A4, PDF/UA-1, the same bytes for the same input.

Each card has its own code and is otherwise the same: who is at the door writes her name on it, so that nothing on
a card in a letter box says whom it is for.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach import paper
from outreach.letters import qr, render, wrapping
from outreach.letters.render import Layout
from outreach.responses import codes

MAY_BREAK = "\u200b"
_TEMPLATE = Path(__file__).resolve().parent / "card.typ"


def render_cards(
    drawn: Sequence[str],
    layout: Layout,
    phone: str,
    *,
    base_url: str,
    font_dir: Path,
    made_at: datetime,
    language: str = "nl",
) -> bytes:
    """A card for each code, in order. `phone`: the service's number, or empty; `made_at` the only time in it.

    Raises FontsMissing and qr.AddressTooLong.
    """
    words = render.fixed_words(language)
    sheet = {
        "title": f"{words['cards']} {layout.sender}",
        "language": language,
        "accent": layout.accent,
        "sender": layout.sender,
        "typed": MAY_BREAK.join(wrapping.pieces(render.before_the_code(base_url))),
        "words": {
            "title": words["card_title"],
            "lines": words["card_lines"],
            "scan": words["scan"],
            "or": words["card_or"],
            "from": words["card_from"],
            "phone": words["card_phone"],
            "other": words["card_other"].format(phone=phone) if phone else "",
        },
        "cards": [_card(code, base_url, words) for code in drawn],
    }
    return paper.pdf(_TEMPLATE, "sheet", sheet, font_dir=font_dir, made_at=made_at)


def _card(code: str, base_url: str, words: dict[str, Any]) -> dict[str, Any]:
    rows = qr.modules(codes.address(base_url, code))
    return {
        "svg": qr.svg(rows),
        "side": qr.SIDE_MM,
        "quiet": qr.SIDE_MM * qr.QUIET_MODULES / len(rows),
        "code": codes.display(code),
        "alt": words["alt"].format(address=codes.typed_address(base_url, code)),
    }
