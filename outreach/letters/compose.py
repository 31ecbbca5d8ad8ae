"""What stands in one letter: address lines and the values of the placeholders. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from outreach.cases.words import shown_postcode
from outreach.i18n import _, _l
from outreach.letters import render
from outreach.letters.markdown import LetterText
from outreach.letters.render import Layout
from outreach.regions.models import RegionSettings
from outreach.regions.words import hours_in

FILLED_BY_RENDER = frozenset({"dienst", "code", "adres_kort"})
OF_THE_COACH = {
    "coach_telefoon": _l("a phone number"),
    "coach_uren": _l("the hours at which it is answered"),
}
OF_THE_VISIT = frozenset({"bezoekdatum", "bezoekweek"})


@dataclass(frozen=True, slots=True)
class Address:
    """A household's address as it is stored."""

    street: str
    house_number: str
    house_addition: str
    postcode: str
    town: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter is for and who signs it; the coach's fields are empty when there is no coach."""

    given_name: str
    infix: str
    family_name: str
    municipality: str
    coach_given_name: str = ""
    coach_family_name: str = ""
    coach_phone: str = ""
    coach_hours: str = ""

    @property
    def family(self) -> str:
        """The family name with its prefix."""
        return " ".join(part for part in (self.infix, self.family_name) if part)

    @property
    def name(self) -> str:
        """The full name as one says it."""
        return " ".join(part for part in (self.given_name, self.family) if part)


def layout(settings: RegionSettings, region_name: str) -> Layout:
    """How the letters of a region look."""
    return Layout(
        sender=settings.service_name,
        subtitle=region_name,
        return_address=settings.return_address or settings.service_name,
        window=settings.window,
        offset_x=settings.window_offset_x_mm,
        offset_y=settings.window_offset_y_mm,
    )


def address_lines(name: str, address: Address) -> tuple[str, ...]:
    """Name, street with number, and '1234 AB  PLAATS': two spaces and capitals (DOMAIN.md, PostNL)."""
    addition = address.house_addition
    joint = "-" if addition[:1].isdigit() else " "
    number = f"{address.house_number}{joint}{addition}" if addition else address.house_number
    return (
        name,
        f"{address.street} {number}",
        f"{shown_postcode(address.postcode)}  {address.town.upper()}",
    )


def values(
    recipient: Recipient, settings: RegionSettings, *, language: str, today: date, visit_on: date | None
) -> dict[str, str]:
    """The values of all placeholders but those that render fills in, in the language of the letter.

    Without a coach the service itself signs, with the region's phone and hours; in a sentence she is 'your coach'
    then, since nobody is called Doorstroompunt. Whose first name is not known is greeted without one ('Hoi daar'),
    since nobody is called de Vries. The day of the visit is empty when no visit is planned.
    """
    locale = "en_GB" if language == "en" else "nl"
    visit = week = ""
    if visit_on is not None:
        visit = format_date(visit_on, "EEEE d MMMM", locale=locale)
        monday = date.fromordinal(visit_on.toordinal() - visit_on.weekday())
        week = render.fixed_words(language)["week"].format(day=format_date(monday, "d MMMM", locale=locale))
    coach = f"{recipient.coach_given_name} {recipient.coach_family_name}".strip()
    return {
        "voornaam": _called(recipient.given_name) or render.fixed_words(language)["nameless"],
        "achternaam": recipient.family,
        "naam": recipient.name,
        "gemeente": recipient.municipality,
        "dienst": settings.service_name,
        "datum": format_date(today, "d MMMM y", locale=locale),
        "coach_voornaam": recipient.coach_given_name or render.fixed_words(language)["somebody"],
        "coach_naam": coach or settings.service_name,
        "coach_telefoon": recipient.coach_phone or settings.phone,
        "coach_uren": hours_in(recipient.coach_hours or settings.office_hours, language),
        "bezoekdatum": visit,
        "bezoekweek": week,
    }


def _called(given_name: str) -> str:
    """A first name on one line; '' for what is none, such as '-'."""
    line = " ".join(given_name.split())
    return line if any(character.isalpha() for character in line) else ""


def missing(text: LetterText, filled: Mapping[str, str]) -> list[str]:
    """Placeholders of the text for which there is no value."""
    return sorted(name for name in text.placeholders - FILLED_BY_RENDER if not filled.get(name))


def what_to_do(names: Collection[str], recipient: Recipient) -> str:
    """What has to be done before a letter can be printed for which these placeholders have no value."""
    if OF_THE_VISIT.intersection(names):
        return _("The letter announces a home visit, but none is planned.")
    if not set(names) <= set(OF_THE_COACH):
        return _("There is no value for %(names)s.", names=", ".join(names))
    wanted = [str(OF_THE_COACH[name]) for name in OF_THE_COACH if name in names]
    what = _("%(one)s and %(other)s", one=wanted[0], other=wanted[1]) if len(wanted) > 1 else wanted[0]
    if recipient.coach_given_name:
        return _("Fill in %(what)s: the coach's under Staff, or the service's under Region.", what=what)
    return _("Fill in %(what)s under Region, or give the case a coach.", what=what)
