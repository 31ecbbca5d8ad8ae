"""The text of a message: the newest version of the region, else the shipped one; checked before it is kept."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, db
from outreach.campaigns.plan_files import of_variant, steps_of_text
from outreach.cases.words import CHANNELS
from outreach.config import Settings
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.letters import text_service as letter_texts
from outreach.messages import facts, limits, subjects, texts
from outreach.messages.facts import Known
from outreach.messages.models import MessageText as Version
from outreach.messages.texts import MessageText, MessageTextInvalid, TextKey
from outreach.regions.models import Region
from outreach.responses import codes

LONGEST_SOURCE = 16_000
"""Characters of what somebody typed that is looked at at all."""

VERSIONS = 20
"""Versions that are shown of a text."""

_CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")


class TextTooLong(MessageTextInvalid):
    """A message that providers do not take for its length."""


class ContentSidInvalid(Refused):
    """Not the number of a WhatsApp template at Twilio."""

    status = 422


class ContentSidOfAnotherText(Refused):
    """WhatsApp approved this template for other words."""

    status = 422


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is used now. Version 0 is the shipped one, which nobody saved.

    `content_sid`: the template by which WhatsApp approved just this text; '' when it did not. `subject`: of the
    e-mail; '' for the usual one.
    """

    key: TextKey
    body: str
    version: int = 0
    content_sid: str = ""
    staff_id: UUID | None = None
    saved_at: datetime | None = None
    subject: str = ""

    @property
    def parsed(self) -> MessageText:
        """The checked text. Raises MessageTextInvalid."""
        return texts.parse(self.body, self.key.language)

    def subject_with(self, values: Mapping[str, str]) -> str:
        """The subject of the e-mail with these values."""
        return subjects.filled(self.subject, values, self.key.language)


def _shipped(key: TextKey) -> Text:
    return Text(key, texts.shipped_sources()[key], subject=texts.shipped_subjects()[key])


class Texts:
    """All texts of a region."""

    def __init__(self, own: dict[TextKey, Text]) -> None:
        self.all = {key: _shipped(key) for key in texts.shipped_sources()} | own

    def one(self, key: TextKey) -> Text:
        """The text of that key. Raises NotFound."""
        try:
            return self.all[key]
        except KeyError:
            raise NotFound(_l("There is no such message text.")) from None

    def for_message(self, name: str, language: str, variant: str | None = None) -> Text | None:
        """The text for somebody who reads `language`: Dutch, or English for every other language.

        Where there is no English text it is the Dutch one; a variant without a text of its own gets the text of the
        template, as in letters. None when there is nothing at all.
        """
        wanted = ("nl",) if language == "nl" else ("en", "nl")
        names = (of_variant(name, variant), name) if variant else (name,)
        keys = (TextKey(each, code) for code in wanted for each in names)
        return next((self.all[key] for key in keys if key in self.all), None)


def texts_of(region_id: UUID) -> Texts:
    """All texts of a region, read at once."""
    return texts_of_regions([region_id])[region_id]


def texts_of_regions(region_ids: Collection[UUID]) -> dict[UUID, Texts]:
    """All texts of these regions, read at once."""
    own: dict[UUID, dict[TextKey, Text]] = {region_id: {} for region_id in region_ids}
    if not own:
        return {}
    key = (col(Version.region_id), col(Version.name), col(Version.language))
    newest = (
        select(*key, func.max(col(Version.version)).label("version"))
        .where(col(Version.region_id).in_(own))
        .group_by(*key)
        .subquery()
    )
    query = select(Version).join(
        newest,
        (col(Version.region_id) == newest.c.region_id)
        & (col(Version.name) == newest.c.name)
        & (col(Version.language) == newest.c.language)
        & (col(Version.version) == newest.c.version),
    )
    for row in db.session().scalars(query):
        text = _text(row)
        own[row.region_id][text.key] = text
    return {region_id: Texts(found) for region_id, found in own.items()}


def _text(row: Version) -> Text:
    key = TextKey(row.name, row.language)
    subject, body = texts.parted(row.body)
    return Text(key, body, row.version, row.content_sid, row.staff_id, row.saved_at, subject)


def versions(region_id: UUID, key: TextKey) -> list[Text]:
    """The newest versions of a text that the region saved, the newest first."""
    query = (
        select(Version)
        .where(
            col(Version.region_id) == region_id,
            col(Version.name) == key.name,
            col(Version.language) == key.language,
        )
        .order_by(col(Version.version).desc())
        .limit(VERSIONS)
    )
    return [_text(row) for row in db.session().scalars(query)]


def version(region_id: UUID, key: TextKey, number: int) -> Text:
    """One version of a text, 0 for the shipped one. Raises NotFound."""
    query = select(Version).where(
        col(Version.region_id) == region_id,
        col(Version.name) == key.name,
        col(Version.language) == key.language,
        col(Version.version) == number,
    )
    row = db.session().scalars(query).one_or_none() if abs(number) < 2**31 else None
    if row is not None:
        return _text(row)
    if number == 0 and key in texts.shipped_sources():
        return _shipped(key)
    raise NotFound(_l("There is no such message text."))


def save(
    region: Region, key: TextKey, source: str, content_sid: str, by: UUID | None, subject: str = ""
) -> Text:
    """Keep a new version of a text; older ones stay. The same text, subject and template again make no version.

    1. It is read and filled with long example values: MessageTextInvalid or SubjectInvalid when it cannot go out.
    2. The region is locked, so that two versions never get the same number.
    3. A template belongs to the words that WhatsApp approved: ContentSidOfAnotherText when it has others already.

    Raises ContentSidInvalid, and NotFound when plans know no such text.
    """
    check(region, key, source)
    body, subject, content_sid = texts.tidy(source), subjects.tidy(subject), content_sid.strip()
    subjects.check(subject, example(region, key.language), key.language)
    if content_sid and not _CONTENT_SID.fullmatch(content_sid):
        raise ContentSidInvalid(
            _l(
                "The number of a WhatsApp template is HX and 32 digits and letters a to f, as Twilio shows it."
            )
        )
    with db.write() as session:
        session.execute(select(col(Region.id)).where(col(Region.id) == region.id).with_for_update())
        present = texts_of(region.id).one(key)
        if (present.body, present.subject, present.content_sid) == (body, subject, content_sid):
            return present
        if content_sid:
            _refuse_of_another(region.id, body, content_sid)
        row = Version(
            region_id=region.id,
            name=key.name,
            language=key.language,
            version=present.version + 1,
            body=texts.joined(subject, body),
            content_sid=content_sid,
            staff_id=by,
            saved_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return _text(row)


def _refuse_of_another(region_id: UUID, body: str, content_sid: str) -> None:
    """Else somebody would be sent other words than her case shows. WhatsApp knows no subject."""
    query = select(Version).where(
        col(Version.region_id) == region_id,
        func.lower(col(Version.content_sid)) == content_sid.lower(),
    )
    other = next((each for each in db.session().scalars(query) if texts.parted(each.body)[1] != body), None)
    if other is not None:
        raise ContentSidOfAnotherText(
            _l(
                "This template is of other words (%(name)s, version %(version)d). Have WhatsApp approve the new text "
                "and fill in its number, or leave this empty until then.",
                name=other.name,
                version=other.version,
            )
        )


def check(region: Region, key: TextKey, source: str) -> MessageText:
    """The text as it can be sent. Raises MessageTextInvalid, and NotFound when plans know no such text."""
    if key not in texts.shipped_sources():
        raise NotFound(_l("There is no such message text."))
    channel, most = shortest(key)
    if len(source) > LONGEST_SOURCE:
        raise _too_long(len(source), most, channel)
    text = texts.parse(texts.tidy(source), key.language)
    if is_of_a_step(key):
        texts.check_for_step(text)
    length = longest_message(text, region)
    if length > most:
        raise _too_long(length, most, channel)
    return text


def longest_message(text: MessageText, region: Region) -> int:
    """Characters of this text with long names in it, or with the words for when nothing is known."""
    fillings = (example(region, text.language), nothing_known(region, text.language))
    return max(len(text.fill(values)) for values in fillings)


def shortest(key: TextKey) -> tuple[str, int]:
    """Of the channels by which this text may go, the one that takes least, and how many characters that is.

    A text of a step goes by the channels of its steps, any other by whatever channel a coach chooses.
    """
    settings: Settings = current_app.extensions["outreach_settings"]
    ways = settings.providers.ways
    of_steps = {channel.value for step in steps_of_text(key.name) for channel in step.channels}
    channels = [channel for channel in limits.LONGEST if channel in (of_steps or ways)] or list(
        limits.LONGEST
    )
    most = {channel: limits.longest(channel, ways.get(channel, "")) for channel in channels}
    channel = min(channels, key=lambda each: most[each])
    return channel, most[channel]


def _too_long(length: int, most: int, channel: str) -> TextTooLong:
    return TextTooLong(
        _l(
            "With long names in it this message has %(length)d characters; %(longest)d is the most (%(channel)s).",
            length=length,
            longest=most,
            channel=CHANNELS[channel],
        )
    )


def is_of_a_step(key: TextKey) -> bool:
    """Whether a plan sends this text by itself."""
    return bool(steps_of_text(key.name))


def example(region: Region, language: str) -> dict[str, str]:
    """The values of somebody made up with long names, the same as in letters."""
    values = letter_texts.example(region, language, clock.today()).values
    return {name: example_link() if name == "link" else values[name] for name in texts.PLACEHOLDERS}


def nothing_known(region: Region, language: str) -> dict[str, str]:
    """The values of somebody whose first name is not known and who has no coach."""
    municipality = letter_texts.example(region, language, clock.today()).values["gemeente"]
    return facts.values(Known(municipality=municipality, link=example_link()), region.settings, language)


def example_link() -> str:
    """The address of a form with a made-up code, as long as all others."""
    settings: Settings = current_app.extensions["outreach_settings"]
    return codes.address(settings.base_url, letter_texts.EXAMPLE_CODE)
