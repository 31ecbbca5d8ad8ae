"""What a row of a list is held against. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from outreach.cases.imports.headers import words
from outreach.cases.outcomes import SHIPPED, OutcomeList, RegionLists
from outreach.cases.target_groups import TargetGroup


@dataclass(frozen=True)
class RowContext:
    """What a row is held against: the region's data and the day of the import.

    `municipalities` maps codes (`GM0556`) to names, `coaches` e-mail addresses to staff ids.
    `default_municipality` (a code) is taken where a row names none and its town is no municipality.
    """

    today: date
    municipalities: Mapping[str, str]
    coaches: Mapping[str, UUID] = field(default_factory=dict)
    age_limit: int = 27
    default_municipality: str | None = None
    default_target_group: TargetGroup = TargetGroup.nieuwe_vsv
    outcomes: RegionLists = SHIPPED

    @cached_property
    def codes(self) -> dict[str, str]:
        """Municipality codes by everything that a list may write for them."""
        codes = {}
        for code, name in self.municipalities.items():
            codes[words(name)] = codes[words(code)] = codes[words(code).removeprefix("gm")] = code
        return codes

    @cached_property
    def staff(self) -> dict[str, UUID]:
        """Coaches by e-mail address in lower case."""
        return {email.casefold(): staff_id for email, staff_id in self.coaches.items()}

    @cached_property
    def lists(self) -> dict[str, OutcomeList]:
        """Outcome lists by name and by title, in words."""
        return {
            words(text): each for each in self.outcomes.lists.values() for text in (each.title, each.name)
        }
