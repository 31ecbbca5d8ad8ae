"""Taking in a message from a number: whose it is, what it asks, and nothing twice.

How a message comes in, all in one transaction:

1. A message that we have (the provider's id) changes nothing: a provider tells it again when it missed our answer.
2. When exactly one person with an open case has the number, it is hers, and comes in on her newest open case.
3. Else it waits unclaimed until a person says whose it is: nobody has the number, several do (a household), or it has
   none (WhatsApp lets people hide it).
4. A number that stops is heeded at once for everybody who has it; who lets messages come again must be one person.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from flask_babel import force_locale
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from outreach import clock, db
from outreach.cases import service as cases
from outreach.i18n import _
from outreach.messages import inbound_queries, service, stop_words
from outreach.messages.limits import LONGEST_IN
from outreach.messages.models import UnclaimedMessage
from outreach.messages.stop_words import Meaning

log = logging.getLogger(__name__)

LONGEST_ADDRESS = 120


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as a provider tells of it. `address` is E.164, or whatever the provider calls the sender.

    `attachments`: how many files came along. They are never fetched: a photo may show anything, and its place is not
    a case file. `wish`: what the provider itself has made of it (it knows opt-out words of its own).
    """

    channel: str
    address: str
    body: str
    provider_id: str
    attachments: int = 0
    wish: Meaning = Meaning.nothing


class Came(StrEnum):
    """Where a message ended up."""

    to_case = "to_case"
    unclaimed = "unclaimed"
    before = "before"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of it, what it says about our messages, and in which language to answer (nl or en)."""

    came: Came
    wish: Meaning
    language: str = "nl"


def take_in(message: Inbound) -> TakenIn:
    """Take a message in; see above. Nothing that was told to us is lost: what has no words is noted in words."""
    wish = message.wish if message.wish is not Meaning.nothing else stop_words.meaning(message.body)
    try:
        with db.write():
            return _take_in(message, wish)
    except IntegrityError:
        # Told twice at the same moment, and the other one was faster.
        if inbound_queries.known(message.channel, message.provider_id):
            return TakenIn(Came.before, wish)
        raise


def _take_in(message: Inbound, wish: Meaning) -> TakenIn:
    if inbound_queries.known(message.channel, message.provider_id):
        return TakenIn(Came.before, wish)
    number = e164(message.address)
    owners = inbound_queries.owners(number) if number else []
    language = "nl" if any(owner.language == "nl" for owner in owners) or not owners else "en"
    only = owners[0] if len(owners) == 1 else None
    if only is not None and only.open_case_id is not None:
        service.receive(
            only.open_case_id,
            message.channel,
            number or message.address,
            _words(message),
            message.provider_id,
        )
        came = Came.to_case
    else:
        _keep_unclaimed(message, number)
        came = Came.unclaimed
    if wish is Meaning.stop:
        for owner in owners:
            cases.opted_out_herself(owner.open_case_id or owner.case_id, message.channel)
    elif wish is Meaning.start and only is not None:
        cases.opted_in_herself(only.open_case_id or only.case_id, message.channel)
    return TakenIn(came, wish, language)


def _keep_unclaimed(message: Inbound, number: str | None) -> None:
    row = {
        "id": db.new_id(),
        "channel": message.channel,
        "provider_id": message.provider_id,
        "address": number or message.address.replace("\0", "").strip()[:LONGEST_ADDRESS],
        "body": _words(message)[:LONGEST_IN],
        "at": clock.now(),
    }
    db.session().execute(insert(db.table(UnclaimedMessage)), [row])
    log.info("a message came in of which nobody knows yet whose it is: %s", row["id"])


def _words(message: Inbound) -> str:
    """The text, with what cannot be kept named below it; in Dutch, as part of the file."""
    body = message.body.replace("\0", "").strip()
    if body and not message.attachments:
        return body
    with force_locale("nl"):
        left_out, empty = _("attachment not kept"), _("message without text")
    return f"{body[: LONGEST_IN - 100]}\n[{left_out}]".strip() if message.attachments else f"[{empty}]"


def e164(address: str) -> str | None:
    """The number in an address of a sender; one without country code is Dutch. None for names, ids and short codes."""
    text = address.strip()
    # Letters would be read as a keypad word, and an id of WhatsApp (NL.1349…) has digits enough for a number.
    if (
        not text
        or len(text) > LONGEST_ADDRESS
        or any(not (c in "+ -().\u00a0" or c in "0123456789") for c in text)
    ):
        return None
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < 8:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
