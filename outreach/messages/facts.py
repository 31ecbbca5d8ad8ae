"""What is known of somebody as the values of a message's placeholders, and the words for what is not known. Pure.

A value that is not known is ''. Texts never show that: a text says itself what stands there then
({{ voornaam of daar }}), else the words of texts/words/LANGUAGE.json do, which read well in every sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from outreach.regions.models import RegionSettings
from outreach.regions.words import hours_in

WORDS = Path(__file__).with_name("texts") / "words"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody and of her coach; '' for what is not. `link`: the address of her form."""

    given_name: str = ""
    municipality: str = ""
    coach: str = ""
    coach_phone: str = ""
    coach_hours: str = ""
    link: str = ""


def values(known: Known, settings: RegionSettings, language: str) -> dict[str, str]:
    """The values of all placeholders; without a coach's number and hours those of the region."""
    return {
        "voornaam": known.given_name,
        "coach_voornaam": known.coach,
        "coach_telefoon": known.coach_phone or settings.phone,
        "coach_uren": hours_in(known.coach_hours or settings.office_hours, language),
        "dienst": settings.service_name,
        "gemeente": known.municipality,
        "link": known.link,
    }


def said(value: str) -> str:
    """A value as it stands in a message: on one line, single spaces; '' for what says nothing, such as '-'."""
    line = " ".join(value.split())
    return line if any(character.isalnum() for character in line) else ""


@cache
def words(language: str) -> Mapping[str, str]:
    """What stands for each fact that may be missing, in the language of the text: Dutch for one we have not."""
    path = WORDS / f"{language}.json"
    found: dict[str, str] = json.loads(
        (path if path.exists() else path.with_name("nl.json")).read_text("utf-8")
    )
    return found


def service(values: Mapping[str, str], language: str) -> str:
    """The service's name, or words for it."""
    return said(values["dienst"]) or words(language)["dienst"]
