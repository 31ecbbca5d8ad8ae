"""Made-up young people: names, addresses and numbers drawn by seed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import yaml

from outreach.cases.target_groups import TargetGroup

MUNICIPALITIES = {"GM0556": "Maassluis", "GM0622": "Vlaardingen", "GM0606": "Schiedam"}
SHARE = {"GM0556": 1, "GM0622": 2, "GM0606": 2}
POSTCODES = {"GM0556": range(3141, 3148), "GM0622": range(3131, 3139), "GM0606": range(3111, 3126)}

_NAMES = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text("utf-8"))
GIVEN: list[str] = _NAMES["given"]
FAMILY: list[str] = _NAMES["family"]
INFIXED: list[str] = _NAMES["infixed"]
STREETS: list[str] = _NAMES["streets"]
SCHOOLS = (
    ("Delta College", "99ZA00", "Sociaal werk, niveau 4"),
    ("Delta College", "99ZA00", "Zorg en welzijn, niveau 2"),
    ("Havenlyceum", "99ZB01", "Havo 4"),
    ("Techniekschool Nieuwe Waterweg", "99ZC00", "Elektrotechniek, niveau 2"),
    ("Techniekschool Nieuwe Waterweg", "99ZC00", "Entree logistiek, niveau 1"),
    ("Maaslandse Vakschool", "99ZD00", "Kapper, niveau 2"),
    ("Maaslandse Vakschool", "99ZD00", "Horeca, niveau 3"),
)
GROUPS = (TargetGroup.nieuwe_vsv,) * 6 + (TargetGroup.oud_vsv,) * 3 + (TargetGroup.jikp,)
LANGUAGES = ("nl",) * 20 + ("en", "pl", "ar", "uk")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXZ"


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A made-up young person at an address; `mobile` is E.164."""

    given_name: str
    infix: str
    family_name: str
    birth_date: date
    municipality: str
    street: str
    house_number: str
    postcode: str
    town: str
    mobile: str | None
    landline: str | None
    email: str | None
    language: str
    target_group: TargetGroup
    school: str
    brin: str
    programme: str
    left_on: date


def people(number: int, seed: int, today: date) -> Iterator[MadeUp]:
    """So many young people; the same ones for the same seed. One in eight has no phone, one in forty no address."""
    random = Random(f"outreach-people-{seed}")  # noqa: S311 (a story, not a secret)
    codes = random.choices(list(SHARE), list(SHARE.values()), k=number)
    last: MadeUp | None = None
    for index, code in enumerate(codes):
        someone = _person(random, code, today, index)
        if last is not None and index % 16 == 7:
            someone = _sibling(someone, last, one_phone=index % 48 == 7)
        last = someone
        yield someone


def _person(random: Random, code: str, today: date, index: int) -> MadeUp:
    infix, family = "", random.choice(FAMILY)
    if random.random() < 0.25:
        infix, family = random.choice(INFIXED).split("|")
    school, brin, programme = random.choice(SCHOOLS)
    given = random.choice(GIVEN)
    addressed = index % 40 != 13
    return MadeUp(
        given_name=given,
        infix=infix,
        family_name=family,
        birth_date=today - timedelta(days=random.randint(17 * 365, 23 * 365)),
        municipality=code,
        street=random.choice(STREETS) if addressed else "",
        house_number=str(random.randint(1, 240)) if addressed else "",
        postcode=_postcode(random, code) if addressed else "",
        town=MUNICIPALITIES[code],
        mobile=f"+316{random.randint(10_000_000, 59_999_999)}" if index % 8 != 5 else None,
        landline=f"+3110{random.randint(2_000_000, 5_999_999)}" if index % 24 == 5 else None,
        email=f"{given.lower()}{index}@example.org" if random.random() < 0.5 and given.isascii() else None,
        language=random.choice(LANGUAGES),
        target_group=random.choice(GROUPS),
        school=school,
        brin=brin,
        programme=programme,
        left_on=today - timedelta(days=random.randint(40, 400)),
    )


def _postcode(random: Random, code: str) -> str:
    return f"{random.choice(POSTCODES[code])}{random.choice(LETTERS)}{random.choice(LETTERS)}"


def _sibling(someone: MadeUp, other: MadeUp, *, one_phone: bool) -> MadeUp:
    """The same young person, living where `other` does; `one_phone`: both are known by the number of a parent."""
    return replace(
        someone,
        infix=other.infix,
        family_name=other.family_name,
        municipality=other.municipality,
        street=other.street,
        house_number=other.house_number,
        postcode=other.postcode,
        town=other.town,
        mobile=other.mobile if one_phone else someone.mobile,
    )
