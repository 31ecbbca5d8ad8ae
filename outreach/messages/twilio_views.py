"""What Twilio tells us, at /twilio/inbound and /twilio/status/ID. No session, no cookie: its signature is the key.

The addresses are always there. Without TWILIO_AUTH_TOKEN nobody can sign, and both answer 403.
"""

import hashlib
import logging
from uuid import UUID

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from outreach.attempts.rules import Channel
from outreach.config import Settings
from outreach.i18n import _
from outreach.messages import delivery_service, inbound_service, stop_words
from outreach.messages.channels import twilio_codes
from outreach.messages.inbound_service import Came, Inbound, TakenIn
from outreach.messages.stop_words import Meaning
from outreach.web.access import open_to_all

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
"""Twilio's own are under 10,000 bytes."""

THROWN_AWAY = 2 * 1024 * 1024
"""So much of a body that is too large is read and dropped, so that whoever sent it gets to see the answer."""

WHATSAPP = "whatsapp:"
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
_WISHES = {"STOP": Meaning.stop, "START": Meaning.start}
"""Twilio's OptOutType: what it has itself made of a message, and confirmed."""

Form = ImmutableMultiDict[str, str]

blueprint = Blueprint("twilio", __name__, url_prefix="/twilio")


def init_app(app: Flask) -> None:
    """Open the addresses; Twilio knows no CSRF token."""
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint)


@blueprint.post("/status/<uuid:attempt_id>")
@open_to_all
def status(attempt_id: UUID) -> ResponseReturnValue:
    """Take in what became of a message.

    204 also for what was told before, for a status that we do not know and for an attempt that is not ours: Twilio
    does not mend it by telling it again. 403 without its signature, 413 for what is too large.
    """
    form = _signed_form()
    if isinstance(form, Response):
        return form
    told = form.get("MessageStatus") or form.get("SmsStatus", "")
    outcome = twilio_codes.status_outcome(told, _number(form.get("ErrorCode")), form.get("MessageSid"))
    if outcome is None:
        log.warning("Twilio told a status of %s that is not known: %.40r", attempt_id, told)
    else:
        delivery_service.arrived(attempt_id, outcome)
    return Response(status=204)


@blueprint.post("/inbound")
@open_to_all
def inbound() -> ResponseReturnValue:
    """Take a message in, and answer in TwiML: mostly nothing.

    400 for a message that has neither sender nor content; 403 and 413 as above.
    """
    form = _signed_form()
    if isinstance(form, Response):
        return form
    message = _message(form)
    if message is None:
        log.warning("a message by Twilio has neither sender nor content")
        return _plain(400, "neither sender nor content")
    taken = inbound_service.take_in(message)
    return Response(_answer(message, taken, form), mimetype="text/xml")


def _signed_form() -> Form | Response:
    """The parameters when Twilio's signature fits them and the exact public address; else the refusal."""
    g.no_cookies = True
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    try:
        form = request.form
    except RequestEntityTooLarge:
        _drop_the_rest()
        log.warning("a webhook of Twilio was refused: over %d bytes", MOST_BYTES)
        return _plain(413, "too large")
    settings: Settings = current_app.extensions["outreach_settings"]
    token = settings.providers.twilio.auth_token
    signature = request.headers.get("X-Twilio-Signature", "")
    # Not the address that a proxy made of it, but the one that Twilio was given.
    query = request.query_string.decode("latin-1")
    url = settings.base_url + request.path + (f"?{query}" if query else "")
    if token and signature and RequestValidator(token).validate(url, form, signature):
        return form
    log.warning("a webhook of Twilio was refused: its signature does not fit (%s)", request.endpoint)
    return _plain(403, "the signature does not fit")


def _message(form: Form) -> Inbound | None:
    sender, body = form.get("From", "").strip(), form.get("Body", "")
    attachments = _number(form.get("NumMedia")) or 0
    if not sender and not body.strip() and not attachments:
        return None
    whatsapp = sender.startswith(WHATSAPP) or form.get("To", "").startswith(WHATSAPP)
    return Inbound(
        channel=Channel.whatsapp if whatsapp else Channel.sms,
        address=sender.removeprefix(WHATSAPP),
        body=body,
        provider_id=_id(form),
        attachments=attachments,
        wish=_WISHES.get(form.get("OptOutType", "").upper(), Meaning.nothing),
    )


def _id(form: Form) -> str:
    """Twilio's id of the message; without one a name made of all it said, so that it still comes in once."""
    sid = (form.get("MessageSid") or form.get("SmsMessageSid") or "").replace("\0", "")[:64]
    if sid:
        return sid
    log.warning("a message by Twilio came without MessageSid")
    return "none-" + hashlib.sha256(repr(sorted(form.items(multi=True))).encode()).hexdigest()[:40]


def _answer(message: Inbound, taken: TakenIn, form: Form) -> str:
    """What goes back to the sender, in her language; Twilio confirms its own opt-out words by itself."""
    if taken.came is Came.before:
        return NO_ANSWER
    with force_locale(taken.language):
        if taken.wish is Meaning.stop:
            by_twilio = form.get("OptOutType") or stop_words.twilio_confirms(message.body)
            text = "" if by_twilio else _("We will not send you any more messages here.")
        elif message.attachments:
            text = _("We cannot receive photos or files here. Please write it in a message.")
        else:
            text = ""
    if not text:
        return NO_ANSWER
    answer = MessagingResponse()
    answer.message(text)
    return str(answer)


def _plain(status_code: int, sentence: str) -> Response:
    return Response(f"{sentence}\n", status_code, mimetype="text/plain")


def _drop_the_rest() -> None:
    stream = request.environ["wsgi.input"]
    left = min(request.content_length or THROWN_AWAY, THROWN_AWAY)
    while left > 0 and (chunk := stream.read(min(left, MOST_BYTES))):
        left -= len(chunk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None
