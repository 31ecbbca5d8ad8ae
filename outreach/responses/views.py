"""The pages behind the QR codes, under /r/. No cookie, no session, no CSRF token: the code is the key."""

from flask import Blueprint, Flask, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import PathConverter

from outreach import clock
from outreach.config import Settings
from outreach.responses import codes, forms, guesses, kept, pages, queries, quiet, receipts, rules, service
from outreach.responses.queries import Found
from outreach.web.access import open_to_all

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
THROWN_AWAY = 32 * 1024 * 1024
"""So much of a post that is too large is read and dropped, so that the browser gets to see the answer."""

blueprint = Blueprint("responses", __name__, url_prefix="/r")


class Anything(PathConverter):
    """Whatever stands in an address, with slashes and line ends."""

    part_isolating = False
    regex = r"[\s\S]+?"


def init_app(app: Flask, settings: Settings) -> None:
    """Open the pages, and leave out there what staff pages need."""
    kept.init_app(app, https=settings.base_url.startswith("https://"))
    quiet.init_app(app)
    app.extensions["csrf"].exempt(blueprint)
    app.url_map.converters["anything"] = Anything
    app.register_blueprint(blueprint)


@blueprint.get("/<code>")
@open_to_all
def form(code: str) -> ResponseReturnValue:
    """The form. All codes of a region get the same page."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    return kept.answer(pages.form(found.region, pages.language(found.language), found.answer_within))


@blueprint.post("/<code>")
@open_to_all
def answer(code: str) -> ResponseReturnValue:
    """Take an answer in and go to the thank-you page."""
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    request.max_form_parts = MOST_FIELDS
    try:
        fields = request.form
    except RequestEntityTooLarge:
        _drop_the_rest()
        return kept.answer(pages.too_large(pages.language()), 413)
    found = _find(code)
    if isinstance(found, Response):
        return found
    language = pages.language(found.language)
    submission = forms.read(fields, found.code)
    if submission.answers is None:
        return kept.answer(pages.filled_form(found.region, language, submission, found.answer_within), 422)
    try:
        confirmation = service.submit(found.code, submission.answers, language)
    except service.CodeNotOpen:
        # It was closed between the look and the answer.
        return kept.answer(pages.not_open(found.region, language), 404)
    receipt = receipts.give(found.code, confirmation.intent, confirmation.at)
    there = url_for("responses.thanks", code=code, receipt=receipt, lang=request.args.get("lang"))
    return redirect(there, 303)


@blueprint.get("/<code>/thanks")
@open_to_all
def thanks(code: str) -> ResponseReturnValue:
    """What happens next, by whom and when; only with the receipt of an answer."""
    found = _find(code)
    if isinstance(found, Response):
        return found
    receipt = receipts.read(found.code, request.args.get("receipt", ""))
    if receipt is None:
        return redirect(url_for("responses.form", code=code, lang=request.args.get("lang")), 303)
    language = pages.language(found.language)
    return kept.answer(pages.thanks(found.region, language, receipt, queries.contact(found)))


@blueprint.get("/")
@open_to_all
def type_code() -> ResponseReturnValue:
    """Type your code, for who cannot scan."""
    language = pages.language()
    typed = request.args.get("code", "")
    if not typed:
        return kept.answer(pages.type_code(language))
    code = codes.normalise(typed)
    if code is None:
        return kept.answer(pages.typed_wrong(language, typed[:40]), 422)
    there = url_for("responses.form", code=codes.display(code).lower(), lang=request.args.get("lang"))
    return redirect(there, 303)


@blueprint.route("/<anything:anything>", methods=["GET", "POST"])
@open_to_all
def garbled(anything: str) -> ResponseReturnValue:
    """An address that is no code at all: as wrong as a wrong code."""
    found = _find(anything)
    assert isinstance(found, Response), "a code has no slash"
    return found


def _find(text: str) -> Found | Response:
    """What the code leads to when it takes answers, else the page that says why not.

    A wrong code takes the same steps as a right one: the look at the counter, the look-up, a kept page.
    """
    if guesses.shut_out():
        return _too_often()
    found = queries.find(text)
    if found is None:
        if guesses.missed():
            return _too_often()
        language = pages.language()
        page = pages.mistyped(language) if codes.normalise(text) is None else pages.unknown(language)
        return kept.answer(page, 404)
    if not rules.takes_answers(found.case_status, found.expires_at, clock.now(), card=found.card):
        return kept.answer(pages.not_open(found.region, pages.language(found.language)), 404)
    return found


def _too_often() -> Response:
    return kept.answer(pages.too_often(pages.language()), 429, Retry_After="60")


def _drop_the_rest() -> None:
    """Read and forget a post that is too large; a browser that is cut off shows its own error page."""
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or THROWN_AWAY, THROWN_AWAY)
    while left > 0 and (chunk := stream.read(min(left, MOST_BYTES))):
        left -= len(chunk)
