"""The text of a letter: the newest version of the region, else the shipped one; checked before it is kept."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from flask import current_app
from sqlalchemy import func, select
from sqlmodel import col

from outreach import clock, db
from outreach.config import Settings
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.letters import compose, markdown, render
from outreach.letters.compose import Address, Recipient
from outreach.letters.markdown import LetterText as ParsedText
from outreach.letters.models import LetterText
from outreach.letters.render import LetterData
from outreach.letters.texts import TextKey, shipped, shipped_keys
from outreach.regions.models import Region
from outreach.regions.queries import municipality_names
from outreach.responses import codes

LONGEST = 20_000
"""Characters of a text; a page holds a sixth of it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is used now. Version 0 is the shipped one, which nobody saved."""

    key: TextKey
    markdown: str
    version: int = 0
    staff_id: UUID | None = None
    saved_at: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the Markdown: letters know by it which text they carry."""
        return hashlib.sha256(self.markdown.encode()).hexdigest()

    @property
    def parsed(self) -> ParsedText:
        """The checked blocks. Raises LetterTextInvalid."""
        return _parsed(self.markdown)


@lru_cache(maxsize=256)
def _parsed(source: str) -> ParsedText:
    return markdown.parse(source)


class CodeMissing(Refused):
    """A text without the QR code that belongs in it."""


class Texts:
    """All texts of a region, read at once."""

    def __init__(self, region_id: UUID) -> None:
        self.all = {key: Text(key, shipped(key) or "") for key in shipped_keys()} | _newest(region_id)

    def one(self, key: TextKey) -> Text:
        """The text of that key. Raises NotFound."""
        try:
            return self.all[key]
        except KeyError:
            raise NotFound(_l("There is no such letter text.")) from None

    def for_letter(self, template: str, variant: str, language: str) -> Text | None:
        """The text for somebody who reads `language`: Dutch, or English for every other language.

        Where there is no English text it is the Dutch one; a variant without a text of its own gets the
        text of the template. None when there is nothing at all.
        """
        wanted = ("nl",) if language == "nl" else ("en", "nl")
        for code in wanted:
            for which in (variant, ""):
                found = self.all.get(TextKey(template, which, code))
                if found is not None:
                    return found
        return None


def _newest(region_id: UUID) -> dict[TextKey, Text]:
    key = (col(LetterText.name), col(LetterText.variant), col(LetterText.language))
    newest = (
        select(*key, func.max(col(LetterText.version)).label("version"))
        .where(col(LetterText.region_id) == region_id)
        .group_by(*key)
        .subquery()
    )
    query = select(LetterText).join(
        newest,
        (col(LetterText.name) == newest.c.name)
        & (col(LetterText.variant) == newest.c.variant)
        & (col(LetterText.language) == newest.c.language)
        & (col(LetterText.version) == newest.c.version),
    )
    rows = db.session().scalars(query.where(col(LetterText.region_id) == region_id))
    found = (
        Text(
            TextKey(row.name, row.variant, row.language),
            row.markdown,
            row.version,
            row.staff_id,
            row.saved_at,
        )
        for row in rows
    )
    return {text.key: text for text in found}


def save(region: Region, key: TextKey, source: str, by: UUID | None) -> Text:
    """Keep a new version of a text; older ones stay. The same text again makes no version.

    1. It is read and set with long example values: LetterTextInvalid, CodeMissing or LettersTooLong when it cannot
       go out.
    2. The region is locked, so that two versions never get the same number.

    Raises NotFound when plans know no such text.
    """
    source = source.replace("\r\n", "\n").strip() + "\n"
    check(key, source)
    present = Texts(region.id).one(key)
    if present.markdown.strip() == source.strip():
        return present
    picture(region, source, key.language)
    with db.write() as session:
        session.execute(select(col(Region.id)).where(col(Region.id) == region.id).with_for_update())
        version = Texts(region.id).one(key).version + 1
        row = LetterText(
            region_id=region.id,
            name=key.name,
            variant=key.variant,
            language=key.language,
            version=version,
            markdown=source,
            staff_id=by,
            saved_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return Text(key, source, version, by, row.saved_at)


def needs_code(key: TextKey) -> bool:
    """Whether letters by this text must carry the code: those whose shipped text does."""
    text = shipped(key)
    return text is not None and _parsed(text).has_qr


def check(key: TextKey, source: str) -> None:
    """Raises LetterTextInvalid for a text that cannot be read, CodeMissing for one that lacks the code it needs."""
    if not markdown.parse(source.replace("\r\n", "\n")).has_qr and needs_code(key):
        raise CodeMissing(
            _l(
                "This letter has no code, and without it nobody can answer by phone. Put QR on a line of its own, "
                "with a blank line above and below it."
            )
        )


def picture(region: Region, source: str, language: str) -> bytes:
    """A letter with this text and long example values as PNG.

    Raises LetterTextInvalid with its line, or LettersTooLong with how much has to go.
    """
    text = markdown.parse(source.replace("\r\n", "\n"))
    settings: Settings = current_app.extensions["outreach_settings"]
    return render.preview_png(
        example(region, language, clock.today()),
        compose.layout(region.settings, region.name),
        text,
        base_url=settings.base_url,
        font_dir=settings.font_dir,
    )


EXAMPLE_CODE = "0000000000"


def example(region: Region, language: str, today: date) -> LetterData:
    """A letter to somebody made up whose names are longer than most: what fits her fits nearly everybody.

    She lives in the municipality of the region with the longest name.
    """
    assert codes.normalise(EXAMPLE_CODE)
    somebody = Recipient(
        "Maximiliaan-Alexander",
        "van der",
        "Wijngaarden-Schuttevaer",
        max(municipality_names([region.id]).values(), key=len, default="Vlaardingen"),
        "Wilhelmina-Josephina",
        "van Steenbergen-Oudshoorn",
        region.settings.phone or "010 123 45 67",
        region.settings.office_hours,
    )
    address = Address("Burgemeester van Haarenlaan", "1234", "B", "3118GA", "Schiedam")
    return LetterData(
        text="example",
        address=compose.address_lines("M.A. van der Wijngaarden", address),
        values=compose.values(
            somebody,
            region.settings,
            language=language,
            today=today,
            visit_on=_next_wednesday(today),
        ),
        code=EXAMPLE_CODE,
        language=language,
    )


def _next_wednesday(today: date) -> date:
    """The day with the longest name, in the next week: on a Sunday nobody visits."""
    return today + timedelta(days=7 - today.weekday() + 2)
