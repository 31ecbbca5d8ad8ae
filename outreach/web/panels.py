"""What other rooms show on the page of a case and in a coach's day, without those pages knowing the rooms.

A room registers a maker in create_app; the page asks all makers and sets their panels in places.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask import Flask, current_app

from outreach.staff.scope import Scope


class Place(StrEnum):
    """Where on the page. next_step: only the panel with the lowest rank is shown; the others all are.

    day: not on the page of a case but in the coach's day, between who answered and whom to call.
    """

    next_step = "next_step"
    planned = "planned"
    action = "action"
    side = "side"
    day = "day"


@dataclass(frozen=True, slots=True)
class Panel:
    """A template with its values (`values` in the template), in a place; a lower rank comes first."""

    place: Place
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    rank: int = 50


PanelMaker = Callable[[UUID, Scope], Iterable[Panel]]
"""Given a case that the person may see, the panels of a room; a fixed number of queries."""


def register(app: Flask, maker: PanelMaker) -> None:
    """Let `maker` give panels for the page of a case."""
    app.extensions.setdefault("outreach_case_panels", []).append(maker)


DayPanelMaker = Callable[[Scope], Iterable[Panel]]
"""Given a coach, what a room adds to her day; a fixed number of queries."""


def register_for_day(app: Flask, maker: DayPanelMaker) -> None:
    """Let `maker` give panels for the coach's day."""
    app.extensions.setdefault("outreach_day_panels", []).append(maker)


def panels_of_day(scope: Scope) -> list[Panel]:
    """What the other rooms add to a coach's day, by rank."""
    makers: list[DayPanelMaker] = current_app.extensions.get("outreach_day_panels", [])
    return sorted((panel for maker in makers for panel in maker(scope)), key=lambda panel: panel.rank)


def panels_of(case_id: UUID, scope: Scope) -> dict[Place, list[Panel]]:
    """All panels of a case by place, by rank."""
    makers: list[PanelMaker] = current_app.extensions.get("outreach_case_panels", [])
    found: defaultdict[Place, list[Panel]] = defaultdict(list)
    for maker in makers:
        for panel in maker(case_id, scope):
            found[panel.place].append(panel)
    for panels in found.values():
        panels.sort(key=lambda panel: panel.rank)
    return found
