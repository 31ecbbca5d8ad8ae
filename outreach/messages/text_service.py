"""The text of a message: the newest version of the region, else the shipped one; checked before it is kept."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, db
from outreach.campaigns.plan_files import shipped_plans
from outreach.config import Settings
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.letters import text_service as letter_texts
from outreach.messages import texts
from outreach.messages.models import MessageText as Version
from outreach.messages.texts import MessageText, MessageTextInvalid, TextKey
from outreach.regions.models import Region
from outreach.responses import codes

LONGEST = 1_600
"""Characters of a message with its values in it: Twilio takes no more."""

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

    `content_sid`: the template by which WhatsApp approved just this text; '' when it did not.
    """

    key: TextKey
    body: str
    version: int = 0
    content_sid: str = ""
    staff_id: UUID | None = None
    saved_at: datetime | None = None

    @property
    def parsed(self) -> MessageText:
        """The checked text. Raises MessageTextInvalid."""
        return texts.parse(self.body)


class Texts:
    """All texts of a region."""

    def __init__(self, own: dict[TextKey, Text]) -> None:
        self.all = {key: Text(key, source) for key, source in texts.shipped_sources().items()} | own

    def one(self, key: TextKey) -> Text:
        """The text of that key. Raises NotFound."""
        try:
            return self.all[key]
        except KeyError:
            raise NotFound(_l("There is no such message text.")) from None

    def for_message(self, name: str, language: str) -> Text | None:
        """The text for somebody who reads `language`: Dutch, or English for every other language.

        Where there is no English text it is the Dutch one. None when there is nothing at all.
        """
        wanted = ("nl",) if language == "nl" else ("en", "nl")
        return next((self.all[key] for code in wanted if (key := TextKey(name, code)) in self.all), None)


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
    return Text(key, row.body, row.version, row.content_sid, row.staff_id, row.saved_at)


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
        return Text(key, texts.shipped_sources()[key])
    raise NotFound(_l("There is no such message text."))


def save(region: Region, key: TextKey, source: str, content_sid: str, by: UUID | None) -> Text:
    """Keep a new version of a text; older ones stay. The same text and template again make no version.

    1. It is read and filled with long example values: MessageTextInvalid when it cannot go out.
    2. The region is locked, so that two versions never get the same number.
    3. A template belongs to the words that WhatsApp approved: ContentSidOfAnotherText when it has others already.

    Raises ContentSidInvalid, and NotFound when plans know no such text.
    """
    check(region, key, source)
    source, content_sid = texts.tidy(source), content_sid.strip()
    if content_sid and not _CONTENT_SID.fullmatch(content_sid):
        raise ContentSidInvalid(
            _l(
                "The number of a WhatsApp template is HX and 32 digits and letters a to f, as Twilio shows it."
            )
        )
    with db.write() as session:
        session.execute(select(col(Region.id)).where(col(Region.id) == region.id).with_for_update())
        present = texts_of(region.id).one(key)
        if (present.body, present.content_sid) == (source, content_sid):
            return present
        if content_sid:
            _refuse_of_another(region.id, source, content_sid)
        row = Version(
            region_id=region.id,
            name=key.name,
            language=key.language,
            version=present.version + 1,
            body=source,
            content_sid=content_sid,
            staff_id=by,
            saved_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return _text(row)


def _refuse_of_another(region_id: UUID, source: str, content_sid: str) -> None:
    """Else somebody would be sent other words than her case shows."""
    query = select(Version).where(
        col(Version.region_id) == region_id,
        func.lower(col(Version.content_sid)) == content_sid.lower(),
        col(Version.body) != source,
    )
    other = db.session().scalars(query.limit(1)).first()
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
    _refuse_too_long(len(source), LONGEST_SOURCE)
    text = texts.parse(texts.tidy(source))
    if is_of_a_step(key):
        texts.check_for_step(text)
    _refuse_too_long(len(text.fill(example(region, key.language))), LONGEST)
    return text


def _refuse_too_long(length: int, most: int) -> None:
    if length > most:
        raise TextTooLong(
            _l(
                "With long names in it this message has %(length)d characters; %(longest)d is the most.",
                length=length,
                longest=LONGEST,
            )
        )


def is_of_a_step(key: TextKey) -> bool:
    """Whether a plan sends this text by itself."""
    return any(key.name in plan.template_names() for plan in shipped_plans().values())


def example(region: Region, language: str) -> dict[str, str]:
    """The values of somebody made up with long names, the same as in letters."""
    settings: Settings = current_app.extensions["outreach_settings"]
    values = letter_texts.example(region, language, clock.today()).values
    link = codes.address(settings.base_url, letter_texts.EXAMPLE_CODE)
    return {name: link if name == "link" else values[name] for name in texts.PLACEHOLDERS}
