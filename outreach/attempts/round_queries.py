"""Who goes to which door, and what to know before ringing, asked of the room that plans visits.

The coach's day and her list of visits show it without knowing that room: it registers itself in create_app.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from flask import Flask, current_app
from sqlalchemy import ColumnElement

from outreach.cases.queries import mine
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Door:
    """What else is known of a visit. `planned`: it has its moment; `companion`: who comes along, or ''."""

    planned: bool = False
    companion: str = ""
    warnings: Sequence[str] = ()


class Rounds(Protocol):
    """What the room of visits answers."""

    def goes(self, scope: Scope) -> ColumnElement[bool]:
        """What limits attempts (joined with their cases) to those that are this person's to make."""

    def doors(self, attempt_ids: Collection[UUID], scope: Scope) -> Mapping[UUID, Door]:
        """What else is known of these visits; a fixed number of queries."""


def register(app: Flask, rounds: Rounds) -> None:
    """Let the room of visits answer."""
    app.extensions["outreach_rounds"] = rounds


def goes(scope: Scope) -> ColumnElement[bool]:
    """Whose turn it is: who was given the visit, else the coach of the case, else every coach there."""
    rounds: Rounds | None = current_app.extensions.get("outreach_rounds")
    return rounds.goes(scope) if rounds else mine(scope)


def doors(attempt_ids: Collection[UUID], scope: Scope) -> Mapping[UUID, Door]:
    """Attempt to what else is known of it; a visit of which nothing is known is left out."""
    rounds: Rounds | None = current_app.extensions.get("outreach_rounds")
    return rounds.doors(attempt_ids, scope) if rounds and attempt_ids else {}
