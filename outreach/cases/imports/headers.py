"""Which column of a list is which field: names, guesses and the person's own choice. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from outreach.cases.imports.problems import ImportRefused
from outreach.i18n import _l


class Field(StrEnum):
    """The fields of the list format, by the header names that every installation understands."""

    reference = "dossiernummer"
    given_name = "voornaam"
    infix = "tussenvoegsel"
    family_name = "achternaam"
    birth_date = "geboortedatum"
    street = "straat"
    house_number = "huisnummer"
    house_addition = "toevoeging"
    postcode = "postcode"
    town = "woonplaats"
    municipality = "gemeente"
    phone = "telefoon"
    email = "email"
    language = "taal"
    target_group = "doelgroep"
    school = "school"
    brin = "brin"
    programme = "opleiding"
    left_on = "uitschrijfdatum"
    coach = "coach"
    status = "status"
    outcome = "uitkomst"
    outcome_list = "uitkomstlijst"
    outcome_on = "uitkomstdatum"


REQUIRED = (Field.reference, Field.family_name, Field.birth_date)

MANY_COLUMNS = frozenset({Field.phone})
"""Fields that several columns may fill: lists have a column for the landline and one for the mobile."""

SYNONYMS: Mapping[Field, str] = {
    Field.reference: (
        "dossiernr, dossier, dossier id, dossiercode, zaaknummer, zaaknr, casenummer, referentie, "
        "kenmerk, reference, case number, case id"
    ),
    Field.given_name: "voornamen, roepnaam, naam voor, first name, given name, voorn",
    Field.infix: "tussenvoegsels, tussenv, tussen, voorvoegsel, voorvoegsels, infix, prefix, tv, vv",
    Field.family_name: "naam, achternamen, geslachtsnaam, familienaam, last name, surname, family name",
    Field.birth_date: (
        "geb datum, gebdat, geboren, geboren op, geboorte datum, date of birth, birth date, "
        "birthdate, birthday, dob, gebdatum, geb"
    ),
    Field.street: "straatnaam, adres, street, street name, address",
    Field.house_number: "huisnr, hnr, house number, huis nummer",
    Field.house_addition: (
        "huisnummertoevoeging, huisnummer toevoeging, toev, toevoegsel, huisletter, addition, "
        "huisnr toev, huisnr toevoeging"
    ),
    Field.postcode: "pc, post code, postal code, zip, zip code, zipcode",
    Field.town: "plaats, plaatsnaam, stad, town, city, place, residence",
    Field.municipality: "gemeentenaam, gemeentecode, woongemeente, gm code, municipality",
    Field.phone: (
        "telefoonnummer, telefoonnr, tel, tel nr, telnr, tel nummer, mobiel, mobiel nummer, "
        "mobiele nummer, mobiel telefoonnummer, mobielnr, mobiele telefoon, gsm, 06, 06 nummer, "
        "vaste telefoon, vast nummer, telefoon vast, telefoon mobiel, telefoon prive, telefoon "
        "thuis, telefoon 1, telefoon 2, phone, phone number, mobile, mobile number, mobile phone, "
        "telephone, landline, cell phone"
    ),
    Field.email: (
        "e mail, mail, emailadres, e mailadres, mailadres, email adres, e mail adres, email "
        "address, mail adres"
    ),
    Field.language: "voertaal, taalcode, language, moedertaal, contacttaal",
    Field.target_group: "groep, doel groep, target group, soort melding",
    Field.school: "instelling, schoolnaam, naam school, onderwijsinstelling, school name, laatste school",
    Field.brin: "brinnummer, brinnr, brin nummer, brin code, brincode, vestiging brin",
    Field.programme: "opleidingsnaam, studie, crebo, richting, programme, program, course, laatste opleiding",
    Field.left_on: (
        "uitschrijf datum, datum uitschrijving, uitgeschreven op, uitschrijving, datum "
        "uitschrijf, left on, einddatum inschrijving, datum uit, leaving date, einddatum "
        "opleiding"
    ),
    Field.coach: (
        "doorstroomcoach, begeleider, trajectbegeleider, consulent, coach email, email coach, coach e mail"
    ),
    Field.status: "dossierstatus, case status",
    Field.outcome: (
        "uitstroomreden, resultaat, uitkomst reden, afsluitreden, outcome, result, reden uitstroom"
    ),
    Field.outcome_list: "uitkomst lijst, outcome list",
    Field.outcome_on: (
        "uitkomst datum, uitstroomdatum, datum uitstroom, datum afsluiting, afsluitdatum, outcome date"
    ),
}
"""Other names under which fields are met in lists, without capitals, accents and punctuation.

A school's student number is not among them: two schools give out the same one, and the second student
would silently become an update of the first. Whoever knows better can choose it on the import page.
"""

_FORBIDDEN_WORDS = frozenset(
    {"bsn", "burgerservicenummer", "burgerservicenr", "sofi", "sofinummer", "sofinr", "pgn"}
)
_FORBIDDEN_PARTS = (
    "burgerservice",
    "sofinummer",
    "bsnnummer",
    "bsnnr",
    "persoonsgebondennummer",
    "onderwijsnummer",
)


@lru_cache(maxsize=4096)
def words(heading: str) -> str:
    """A heading in lower case, without accents and punctuation, words parted by one space."""
    plain = unicodedata.normalize("NFKD", heading).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def _squeezed(heading: str) -> str:
    return words(heading).replace(" ", "")


_EXACT = {field.value: field for field in Field}
_KNOWN = {
    **{_squeezed(name): field for field, names in SYNONYMS.items() for name in names.split(", ")},
    **_EXACT,
}


def known(heading: str) -> Field | None:
    """The field that a heading means by itself, None when it is not known."""
    return _KNOWN.get(_squeezed(heading))


def is_forbidden(heading: str) -> bool:
    """Whether a heading announces a citizen service number, by whatever name."""
    squeezed = _squeezed(heading)
    return not _FORBIDDEN_WORDS.isdisjoint(words(heading).split()) or any(
        part in squeezed for part in _FORBIDDEN_PARTS
    )


def bsn_refused(heading: str) -> ImportRefused:
    """The refusal of a list with a column of citizen service numbers, with the reason."""
    return ImportRefused(
        _l(
            "The column “%(heading)s” holds citizen service numbers (BSN). They may not be stored here, "
            "so nothing has been imported. Remove the column and import the list again.",
            heading=heading,
        )
    )


def guess(headings: Iterable[str]) -> dict[str, Field | None]:
    """For each heading the field that it probably is, None where nothing fits.

    A field goes to one heading: to its own name before a synonym, to the first of equals. Only the phone
    number may come from several columns.
    """
    headings = list(headings)
    guesses: dict[str, Field | None] = dict.fromkeys(headings)
    taken: set[Field] = set()
    by_own_name_first = sorted(headings, key=lambda heading: _squeezed(heading) not in _EXACT)
    for heading in by_own_name_first:
        field = known(heading)
        if field is not None and (field not in taken or field in MANY_COLUMNS):
            guesses[heading] = field
            taken.add(field)
    return guesses


@dataclass(frozen=True, slots=True)
class Columns:
    """Which position of a row holds which field, and which headings are left out (`ignored`)."""

    headings: tuple[str, ...]
    fields: tuple[Field | None, ...]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The headings whose values are not imported."""
        return tuple(
            heading for heading, field in zip(self.headings, self.fields, strict=True) if field is None
        )

    def heading_of(self, column: str) -> str:
        """The file's own heading for a field, so that a problem names what the person sees."""
        for heading, field in zip(self.headings, self.fields, strict=True):
            if field == column:
                return heading
        return column

    def raw(self, values: Sequence[str]) -> dict[Field, str]:
        """The values of a row by field; several columns of one field are joined with ` / `."""
        raw: dict[Field, str] = {}
        for field, value in zip(self.fields, values, strict=False):
            if field is None:
                continue
            have = raw.get(field)
            raw[field] = f"{have} / {value}" if have and value else have or value
        return raw


def map_columns(headings: Sequence[str], chosen: Mapping[str, Field | None] | None = None) -> Columns:
    """The columns of a list: the person's choices before the guesses, None leaves a column out.

    Raises ImportRefused for a citizen service number column (also one that is left out), for one field in
    two columns, for a choice about a column that is not there, and where a required field is missing.
    """
    for heading in headings:
        if is_forbidden(heading):
            raise bsn_refused(heading)
    chosen = dict(chosen or {})
    for heading in chosen:
        if heading not in headings:
            raise ImportRefused(_l("The list has no column “%(heading)s”.", heading=heading))
    mapping = guess(heading for heading in headings if heading not in chosen)
    decided = {field for field in chosen.values() if field is not None and field not in MANY_COLUMNS}
    mapping = {heading: None if field in decided else field for heading, field in mapping.items()} | chosen
    columns = Columns(tuple(headings), tuple(mapping[heading] for heading in headings))
    for field in Field:
        if field not in MANY_COLUMNS and columns.fields.count(field) > 1:
            raise ImportRefused(
                _l("Two columns are both chosen as “%(field)s”. Choose one of them.", field=field.value)
            )
    missing = [field.value for field in REQUIRED if field not in columns.fields]
    if missing:
        raise ImportRefused(
            _l(
                "The list has no column for: %(fields)s. Add it, or choose which column it is.",
                fields=", ".join(missing),
            )
        )
    return columns
