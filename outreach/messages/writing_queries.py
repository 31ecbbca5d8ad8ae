"""Reads for who writes: what decides how a message can go, and the texts that may be sent first."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import OPEN
from outreach.cases.models import Case, Person
from outreach.cases.queries import CaseHead, opt_outs
from outreach.config import Settings
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.messages import facts, limits, text_service
from outreach.messages.facts import Known
from outreach.messages.models import Conversation, Message
from outreach.messages.text_service import Text
from outreach.messages.texts import MessageTextInvalid
from outreach.messages.writing_rules import Facts
from outreach.providers import HAND
from outreach.regions.models import Region
from outreach.staff.queries import users_by_id

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom one writes. `texts_in`: the language of texts for this person, 'nl' or 'en'."""

    case_id: UUID
    person_id: UUID
    region: Region
    texts_in: str
    facts: Facts


def recipient(case_id: UUID) -> Recipient:
    """All that decides how one can write to the person of a case. Raises NotFound."""
    row = (
        db.session()
        .execute(
            select(Case, Person, Region, col(Conversation.whatsapp_until))
            .join(Person, col(Person.id) == col(Case.person_id))
            .join(Region, col(Region.id) == col(Case.region_id))
            .outerjoin(Conversation, col(Conversation.person_id) == col(Person.id))
            .where(col(Case.id) == case_id)
        )
        .first()
    )
    if row is None:
        raise NotFound(_l("This case does not exist."))
    settings: Settings = current_app.extensions["outreach_settings"]
    person, region = row[1], row[2]
    facts = Facts(
        mobile=person.mobile,
        email=person.email,
        way_of=settings.providers.ways,
        channels_off=region.settings.channels_off,
        opt_outs=opt_outs(person.id),
        open_until=row[3],
        wrote_from=_wrote_from(person.id),
    )
    return Recipient(case_id, person.id, region, "nl" if person.language == "nl" else "en", facts)


def has_window() -> bool:
    """Whether WhatsApp's 24 hours hold here: not for what goes from a coach's own phone."""
    settings: Settings = current_app.extensions["outreach_settings"]
    return settings.providers.ways.get("whatsapp", HAND) != HAND


def _wrote_from(person_id: UUID) -> dict[str, str]:
    query = (
        select(col(Message.channel), col(Message.address))
        .join(Case, col(Case.id) == col(Message.case_id))
        .where(
            col(Case.person_id) == person_id,
            col(Message.direction) == "in",
            col(Message.at) > clock.now() - DAY,
        )
        .order_by(col(Message.at))
    )
    return {row.channel: row.address for row in db.session().execute(query)}


@dataclass(frozen=True, slots=True)
class Approved:
    """A text that may be sent to somebody who did not write first: its name, and as this person would read it."""

    name: str
    body: str


def approved(to: Recipient, channel: str) -> list[Text]:
    """The texts of the region in the language of this person, by name, that this channel can carry.

    Where WhatsApp goes by Twilio, only those that WhatsApp has approved.
    """
    texts = text_service.texts_of(to.region.id)
    names = sorted({key.name for key in texts.all})
    found = [text for name in names if (text := texts.for_message(name, to.texts_in)) is not None]
    way = to.facts.way_of.get(channel, "")
    strict, most = channel == "whatsapp" and way == "twilio", limits.longest(channel, way)
    return [text for text in found if (text.content_sid or not strict) and _fits(text, to.region, most)]


def _fits(text: Text, region: Region, most: int) -> bool:
    try:
        return text_service.longest_message(text.parsed, region) <= most
    except MessageTextInvalid:
        return False


def previews(case: CaseHead, to: Recipient, channel: str) -> list[Approved]:
    """The approved texts as this person would read them; a text that cannot be used is left out."""
    values = _values(case, to)
    found = []
    for text in approved(to, channel):
        with suppress(MessageTextInvalid):
            found.append(Approved(text.key.name, text.parsed.fill(values)))
    return found


def _values(case: CaseHead, to: Recipient) -> dict[str, str]:
    """As composing fills them in, but for the code in the link, which is made when the message leaves."""
    coach = users_by_id([case.coach_id]).get(case.coach_id) if case.coach_id else None
    known = Known(
        given_name=case.given_name,
        municipality=case.municipality,
        coach=coach.given_name if coach else "",
        coach_phone=coach.phone if coach else "",
        coach_hours=coach.hours if coach else "",
        link=text_service.example_link(),
    )
    return facts.values(known, to.region.settings, to.texts_in)


def waits(case_id: UUID, channel: str, name: str) -> bool:
    """Whether this text already waits to leave to this person, chosen by somebody."""
    attempt = db.table(ContactAttempt).c
    query = select(attempt.id).where(
        attempt.case_id == case_id,
        attempt.enrolment_id.is_(None),
        attempt.channel == channel,
        attempt.template == name,
        attempt.status.in_([status.value for status in OPEN]),
    )
    return db.session().execute(query.limit(1)).first() is not None


def is_there(message_id: UUID) -> bool:
    """Whether there is a message with this id."""
    return (
        db.session().execute(select(col(Message.id)).where(col(Message.id) == message_id)).first() is not None
    )
