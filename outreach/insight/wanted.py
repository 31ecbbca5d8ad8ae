"""What a report is asked for: whose young people, which campaign, which days. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which young people and attempts count. Days are local and both count; None leaves a side open.

    `municipalities` limits to what somebody may see (None: all of the installation, for commands);
    `municipality` (a code), `campaign` (a short name) and `target_group` (a code) are what she asked for.
    """

    municipalities: Collection[str] | None = None
    municipality: str | None = None
    campaign: str | None = None
    target_group: str | None = None
    since: date | None = None
    until: date | None = None
