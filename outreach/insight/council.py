"""A page for the council: what was done for the young people of a municipality, as one sheet of A4 with figures.

Anybody may read it, so small numbers are hidden here (council_figures.py) and not by whoever asks for it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typst
from babel.dates import format_date
from flask_babel import force_locale

from outreach import paper
from outreach.errors import Refused
from outreach.i18n import _, _l
from outreach.insight import council_figures
from outreach.insight.council_figures import FEW, HIDDEN, Figures, Line, Parts
from outreach.insight.suppression import SMALL
from outreach.insight.table import Table
from outreach.insight.words import DASH, number, whole_percent

_TEMPLATE = Path(__file__).resolve().parent / "council.typ"
LONGEST_NAME = 110
MAY_BREAK = "\u200b"
_ENDLESS = re.compile(r"[^\s/-]{27,}")
_PIECES = re.compile(r".{1,18}")


@dataclass(frozen=True, slots=True)
class CouncilReport:
    """What the page says.

    `funnel`: young people of this municipality, in its first row (funnel_tables.of_people). `outcomes`: a row for each
    outcome, counted in its column `total` or else its first count; with a total its rows add up (outcome_tables.table).
    `visits`: what came of home visits, in its first row (reach_tables.visits). Period, reference day and source are
    the funnel's. `sentences`: instead of the three that follow from the tables; they are printed as they are, so small
    numbers must not stand in them. `accent`: a colour as #rrggbb. `made_at` (aware) is the only time in the file.
    """

    region: str
    municipality: str
    funnel: Table
    outcomes: Table
    visits: Table
    made_at: datetime
    language: str = "nl"
    sentences: tuple[str, ...] = ()
    accent: str = "#14505c"


def pdf(data: CouncilReport, *, font_dir: Path) -> bytes:
    """One A4 as PDF/UA-1 in Dutch or English: the same bytes for the same data. Its words need an app context.

    Raises paper.FontsMissing, and Refused when it holds characters that cannot be printed or does not fit on one page.
    """
    with force_locale(data.language):
        page = _page(data)
    try:
        made = paper.pdf(_TEMPLATE, "page", page, font_dir=font_dir, made_at=data.made_at)
    except typst.TypstError as error:
        characters = paper.unprintable(error)
        if not characters:
            raise
        raise Refused(
            _l("These characters cannot be printed: %(characters)s", characters=" ".join(characters))
        ) from error
    if paper.page_count(made) != 1:
        raise Refused(_l("The report does not fit on one page."))
    return made


def _page(data: CouncilReport) -> dict[str, Any]:
    """All that is printed, in the language at hand."""
    told = council_figures.figures(data.funnel, data.outcomes, data.visits)
    heading = _("Young people in %(municipality)s", municipality=data.municipality)
    period = _period(data.funnel, data.language)
    stood = _("As it stood on %(day)s", day=_day(data.funnel.reference_day, data.language))
    return {
        "language": data.language,
        "accent": data.accent,
        "region": data.region,
        "title": f"{heading}. {period}",
        "heading": _breakable(heading),
        "lead": ". ".join((_("For the council"), period, stood)) + ".",
        "sentences": list(data.sentences or _sentences(data.municipality, told)),
        "funnel": _funnel(told.funnel),
        "tables": [
            _table(data.outcomes, _("Outcome"), told.outcomes),
            _table(data.visits, _("Result"), told.visits),
        ],
        "meanings": {
            "title": _("What these figures mean"),
            "items": [
                [line.name, str(line.meaning)] for line in (*told.funnel, *told.visits.lines) if line.meaning
            ],
        },
        "notes": [*_signs(told), _("Source: %(source)s.", source=data.funnel.source)],
    }


def _day(on: date, language: str) -> str:
    return str(format_date(on, "d MMMM y", locale=language))


def _period(table: Table, language: str) -> str:
    until = _day(table.until or table.reference_day, language)
    if table.since is None:
        return _("Up to and including %(until)s", until=until)
    return _("From %(since)s up to and including %(until)s", since=_day(table.since, language), until=until)


def _sentences(municipality: str, told: Figures) -> Iterator[str]:
    """Up to three sentences with the figures that matter; nothing that is hidden stands in them."""
    people, approached = told.told("people"), told.told("approached")
    responded, contact = told.told("responded"), told.told("contact")
    if people and approached is not None:
        yield _(
            "For %(people)s young people in %(municipality)s a plan to reach them began; %(approached)s of them were "
            "approached.",
            people=number(people),
            municipality=municipality,
            approached=number(approached),
        )
    elif people == 0:
        yield _(
            "For no young people in %(municipality)s a plan began in this period.", municipality=municipality
        )
    else:
        yield _(
            "For a few young people in %(municipality)s a plan to reach them began.",
            municipality=municipality,
        )
    if people and responded is not None:
        words = {"responded": number(responded), "rate": whole_percent(responded / people)}
        if contact is None:
            yield _("Of all of them %(responded)s responded (%(rate)s).", **words)
        else:
            yield _(
                "Of all of them %(responded)s responded (%(rate)s), and %(contact)s of those are in contact with "
                "a coach.",
                contact=number(contact),
                **words,
            )
    yield _sentence_of_visits(told.visits.total, told.told("with_contact"))


def _sentence_of_visits(visits: int | None, contact: int | None) -> str:
    if visits is None:
        return _("A few home visits were made.")
    if not visits:
        return _("No home visits were made.")
    if contact is None:
        return _("Coaches made %(visits)s home visits.", visits=number(visits))
    return _(
        "Coaches made %(visits)s home visits; at %(contact)s of them they spoke to the young person.",
        visits=number(visits),
        contact=number(contact),
    )


def _signs(told: Figures) -> Iterator[str]:
    """What the signs mean that stand for hidden numbers, where they do."""
    lines = (*told.funnel, *told.outcomes.lines, *told.visits.lines)
    signs = {line.sign for line in lines if line.count is None}
    if FEW in signs:
        yield _("%(few)s: from 1 to %(most)s, too few to tell how many.", few=FEW, most=SMALL - 1)
    if HIDDEN in signs:
        yield _(
            "%(hidden)s: not told, since it is below %(small)s or another number that is could be worked out from it.",
            hidden=HIDDEN,
            small=SMALL,
        )


def _drawn(line: Line, whole: int | None) -> dict[str, Any]:
    """A line with its share in words and as the length of its bar."""
    share = line.share(whole)
    return {
        "name": _breakable(line.name),
        "shown": line.shown,
        "share": DASH if share is None else whole_percent(share),
        "part": share or 0,
    }


def _funnel(lines: tuple[Line, ...]) -> dict[str, Any]:
    bars = [_drawn(line, lines[0].count) for line in lines]
    figures = "; ".join(
        f"{line.name} {line.shown} ({bar['share']})" for line, bar in zip(lines, bars, strict=True)
    )
    return {
        "title": _("From plan to outcome"),
        "lead": _("Counted are young people; the percentage is of all of them."),
        "bars": bars,
        "alt": _("Bars: %(figures)s.", figures=figures),
        "empty": "" if any(line.count != 0 for line in lines) else _("Nothing to count for this choice."),
    }


def _table(table: Table, heading: str, parts: Parts) -> dict[str, Any]:
    """A table with bars: shares of the total, or where rows do not add up bars against the longest and no shares."""
    longest = max((line.count or 0 for line in parts.lines), default=0)
    rows = [_drawn(line, parts.total if parts.adds_up else longest) for line in parts.lines]
    return {
        "title": str(table.title),
        "lead": _("Counted are %(unit)s.", unit=table.unit),
        "headings": [heading, _("Number"), *([_("Share")] if parts.adds_up else [])],
        "rows": rows,
        "total": [_("Altogether"), HIDDEN if parts.total is None else number(parts.total)]
        if parts.adds_up
        else [],
        "empty": "" if parts.something else _("Nothing to count for this choice."),
    }


def _breakable(name: str) -> str:
    """A name that fits its column: cut where it is endless, and with places to break a word that is."""
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
    return _ENDLESS.sub(lambda word: MAY_BREAK.join(_PIECES.findall(word[0])), short)
