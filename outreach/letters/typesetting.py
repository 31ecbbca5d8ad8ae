"""From what waits to set pages: letters are composed in memory, then set by Typst, and nothing is stored.

Whatever keeps a letter from being printed is said in a sentence, letter by letter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from flask import current_app

from outreach import clock, db
from outreach.config import Settings
from outreach.errors import NotFound
from outreach.i18n import _, _l, ngettext
from outreach.letters import compose, mending, queries, render
from outreach.letters.markdown import LetterTextInvalid
from outreach.letters.misfits import LettersDoNotFit, LettersTooLong, Misfit
from outreach.letters.queries import HINDRANCE_SENTENCES, Waiting
from outreach.letters.render import LetterData, Rendered
from outreach.letters.text_service import Text, Texts
from outreach.regions.models import Region
from outreach.responses import service as responses

MOST = 1_000
"""Letters in one batch, and so in one PDF: setting them takes about 600 MB. What is left is the next batch."""

PICTURE_PPI = 80


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """A letter that stays planned, and why in a sentence."""

    case_id: UUID
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter ready to be set, and the text and code that it carries."""

    waiting: Waiting
    text: Text
    data: LetterData


def _settings() -> Settings:
    settings: Settings = current_app.extensions["outreach_settings"]
    return settings


def compose_waiting(
    region_id: UUID, municipalities: Collection[str], campaign_id: UUID | None
) -> tuple[list[Composed], list[NotPrinted]]:
    """Up to MOST letters that have a text and all values, and those met on the way that have not."""
    now = clock.now()
    region = _region(region_id)
    texts = Texts(region_id)
    ready: list[tuple[Waiting, Text, dict[str, str]]] = []
    set_aside: list[NotPrinted] = []
    after = None
    while len(ready) < MOST:
        found = queries.to_print(
            region_id,
            municipalities,
            now,
            campaign_id=campaign_id,
            limit=MOST - len(ready),
            after=after,
        )
        if not found:
            break
        for waiting in found:
            problem, text, values = _fill(waiting, texts, region)
            if text is None or problem:
                set_aside.append(NotPrinted(waiting.case_id, waiting.reference, problem))
            else:
                ready.append((waiting, text, values))
        after = (found[-1].due_at, found[-1].attempt_id)
    drawn = responses.draw_codes(db.session(), len(ready))
    return [
        Composed(
            waiting,
            text,
            LetterData(
                text=text.key.file_name,
                address=compose.address_lines(waiting.recipient.name, waiting.address),
                values=values,
                code=code,
                language=text.key.language,
            ),
        )
        for (waiting, text, values), code in zip(ready, drawn, strict=True)
    ], set_aside


def _fill(waiting: Waiting, texts: Texts, region: Region) -> tuple[str, Text | None, dict[str, str]]:
    """What keeps a letter from being filled ('' when nothing does), its text and its values."""
    text = texts.for_letter(waiting.template, waiting.variant, waiting.language)
    if text is None:
        return _("There is no letter text '%(name)s'.", name=waiting.template), None, {}
    values = compose.values(
        waiting.recipient,
        region.settings,
        language=text.key.language,
        today=clock.today(),
        visit_on=waiting.visit_on,
    )
    try:
        missing = compose.missing(text.parsed, values)
    except LetterTextInvalid as refusal:
        return refusal.message, text, values
    return compose.what_to_do(missing, waiting.recipient) if missing else "", text, values


def _region(region_id: UUID) -> Region:
    region = db.session().get(Region, region_id)
    if region is None:
        raise NotFound(_l("This region does not exist."))
    return region


@dataclass(frozen=True, slots=True)
class SetLetters:
    """Letters as a PDF, page n is letter n; `picture` is page 1 as PNG. `left_out` did not fit."""

    letters: list[Composed]
    rendered: Rendered | None
    picture: bytes
    left_out: list[NotPrinted]


def set_letters(region_id: UUID, letters: list[Composed]) -> SetLetters:
    """Set the letters; what does not fit is left out and named.

    Raises LettersTooLong when every letter is too long: then the text is at fault and not a name in it.
    """
    region = _region(region_id)
    layout = compose.layout(region.settings, region.name)
    _let_go()
    settings = _settings()
    made_at = clock.now()
    left_out: list[NotPrinted] = []
    while letters:
        texts = {letter.data.text: letter.text.parsed for letter in letters}
        try:
            rendered = render.render_batch(
                [letter.data for letter in letters],
                layout,
                texts,
                base_url=settings.base_url,
                font_dir=settings.font_dir,
                made_at=made_at,
            )
        except LettersDoNotFit as refusal:
            if isinstance(refusal, LettersTooLong) and _all_too_long(refusal, len(letters)):
                raise
            problems = {misfit.index: misfit for misfit in reversed(refusal.misfits)}
            left_out += [
                NotPrinted(letters[i].waiting.case_id, letters[i].waiting.reference, _misfit(problem))
                for i, problem in sorted(problems.items())
            ]
            letters = [letter for i, letter in enumerate(letters) if i not in problems]
            continue
        first = letters[0]
        picture = render.preview_png(
            first.data,
            layout,
            first.text.parsed,
            base_url=settings.base_url,
            font_dir=settings.font_dir,
            pixels_per_inch=PICTURE_PPI,
        )
        return SetLetters(letters, rendered, picture, left_out)
    return SetLetters([], None, b"", left_out)


def _let_go() -> None:
    """End the reading transaction, so that PostgreSQL keeps nothing open while letters are set."""
    session = db.session()
    if getattr(session, "writing", False):
        raise RuntimeError("letters are not printed inside db.write()")
    session.rollback()


def _all_too_long(refusal: LettersTooLong, total: int) -> bool:
    return sum(misfit.what == "body" for misfit in refusal.misfits) == total


def too_long(misfit: Misfit) -> str:
    """How much of a letter is too long, in a sentence."""
    return str(
        ngettext(
            "The letter is %(mm)s mm too long: about %(num)d line.",
            "The letter is %(mm)s mm too long: about %(num)d lines.",
            misfit.lines,
            mm=f"{misfit.mm:g}",
        )
    )


def _misfit(misfit: Misfit) -> str:
    if misfit.what == "body":
        return too_long(misfit)
    if misfit.what == "address":
        return _("The address does not fit in the window of the envelope.")
    if misfit.what == "contact":
        return _("The name, phone and hours of the coach need too much room.")
    return _("These characters cannot be printed: %(characters)s", characters=" ".join(misfit.characters))


def hindered(region_id: UUID, municipalities: Collection[str], campaign_id: UUID | None) -> list[NotPrinted]:
    """The letters that their cases keep from being printed: no address, one that a letter came back from."""
    found = mending.to_mend(municipalities, clock.now(), region_id, campaign_id)
    return [NotPrinted(each.case_id, each.reference, str(HINDRANCE_SENTENCES[each.reason])) for each in found]
