"""What the person who is asking may see: her municipalities and nothing else."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from flask_security import current_user

from outreach.staff.models import User


class RoleName(StrEnum):
    """The four roles."""

    coach = "coach"
    clerk = "clerk"
    coordinator = "coordinator"
    administrator = "administrator"


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose work this is: the person, her roles, her municipalities (codes) and their regions."""

    user_id: UUID | None
    roles: frozenset[RoleName]
    municipalities: frozenset[str]
    regions: frozenset[UUID]

    def has(self, *roles: RoleName) -> bool:
        """Whether the person has one of these roles."""
        return any(role in self.roles for role in roles)


def scope_of(user: User) -> Scope:
    """The scope of a member of staff."""
    return Scope(
        user.id,
        frozenset(RoleName(role.name) for role in user.roles),
        frozenset(municipality.code for municipality in user.municipalities),
        frozenset(municipality.region_id for municipality in user.municipalities),
    )


def current() -> Scope:
    """The scope of whoever is signed in on this request."""
    return scope_of(current_user)
