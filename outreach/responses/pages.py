"""What the public pages look like, in the language of whoever reads them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app, render_template, request
from flask_babel import force_locale
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from outreach import clock
from outreach.i18n import LANGUAGES
from outreach.regions.words import hours_in
from outreach.responses import forms, kept, queries
from outreach.responses.forms import Submission
from outreach.responses.queries import Contact, Face
from outreach.responses.receipts import Receipt

FACES_FRESH = timedelta(minutes=1)


def language(of_the_letter: str = "nl") -> str:
    """Asked for in the address; else the phone's; else the letter's; else Dutch."""
    asked = request.args.get("lang") if request.query_string else None
    if asked in LANGUAGES:
        return asked
    spoken = _spoken(request.environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    return spoken or (of_the_letter if of_the_letter in LANGUAGES else "nl")


@lru_cache(maxsize=512)
def _spoken(header: str) -> str | None:
    return parse_accept_header(header, LanguageAccept).best_match(list(LANGUAGES))


def form(face: Face, language: str, within: int | None = None) -> kept.Page:
    """The empty form: the same bytes for every code of a region in a language.

    `within`: working days within which a card asks for an answer.
    """
    return kept.page(("form", face, language, within), lambda: _form(face, language, forms.blank(), within))


def filled_form(face: Face, language: str, submission: Submission, within: int | None = None) -> kept.Page:
    """The form as it came in, with what is wrong said beside it."""
    return kept.pressed(_form(face, language, submission, within))


def _form(face: Face, language: str, submission: Submission, within: int | None) -> str:
    return _render("responses/form.html", language, [face], submission=submission, within=within)


def thanks(face: Face, language: str, receipt: Receipt, contact: Contact) -> kept.Page:
    """Who goes on with it, and when. Nothing about who answered or what."""
    keep = f"&receipt={request.args['receipt']}"
    html = _render("responses/thanks.html", language, [face], keep, receipt=receipt, contact=contact)
    return kept.pressed(html)


def not_open(face: Face, language: str) -> kept.Page:
    """The code was right once: expired, or nothing waits for an answer any more."""
    return _fixed("responses/not_open.html", language, (face,))


def unknown(language: str) -> kept.Page:
    """No such code."""
    return _fixed("responses/unknown.html", language, faces())


def mistyped(language: str) -> kept.Page:
    """This cannot be a code: a character is wrong or missing."""
    return _fixed("responses/mistyped.html", language, faces())


def typed_wrong(language: str, typed: str) -> kept.Page:
    """The same, with what was typed still in the field."""
    return kept.pressed(_render("responses/mistyped.html", language, faces(), typed=typed))


def type_code(language: str) -> kept.Page:
    """A field for who cannot scan."""
    return _fixed("responses/type_code.html", language, faces())


def too_often(language: str) -> kept.Page:
    """Too many wrong codes."""
    return _fixed("responses/too_often.html", language, faces())


def too_large(language: str) -> kept.Page:
    """More was sent than fits into an answer."""
    return _fixed("responses/too_large.html", language, faces())


def _fixed(template: str, language: str, shown: tuple[Face, ...]) -> kept.Page:
    return kept.page((template, shown, language), lambda: _render(template, language, shown))


def faces() -> tuple[Face, ...]:
    """The regions of this installation, at most a minute old."""
    store = current_app.extensions
    known: tuple[datetime, tuple[Face, ...]] | None = store.get("outreach_response_faces")
    now = clock.now()
    if known is None or abs(now - known[0]) > FACES_FRESH:
        known = store["outreach_response_faces"] = (now, tuple(queries.faces()))
    return known[1]


def _render(template: str, language: str, shown: Sequence[Face], keep: str = "", **more: Any) -> str:
    """`shown`: the regions whose numbers the page gives; with one of them it is the page's region.

    `keep` goes with the language switch: what the address of this page must hold besides the language.
    """
    links = [
        {"code": code, "label": label, "href": f"?lang={code}{keep}", "current": code == language}
        for code, label in LANGUAGES.items()
    ]
    with force_locale(language):
        return render_template(
            template,
            language=language,
            languages=links,
            region=shown[0] if len(shown) == 1 else None,
            faces=[face for face in shown if face.phone],
            hours_in=hours_in,
            **more,
        )
