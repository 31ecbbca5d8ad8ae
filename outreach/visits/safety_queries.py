"""Reads about coaches at doors: who is overdue or asked for help, and who must hear of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from outreach import clock, db
from outreach.responses.queries import Phone, phone_of
from outreach.staff.models import PushSubscription, Role, StaffMunicipality, StaffRole, User
from outreach.staff.scope import RoleName, Scope
from outreach.visits.models import CheckIn, SafetyContact
from outreach.visits.safety_rules import FORGOTTEN, Warned

MOST = 200

_check, _user = db.table(CheckIn).c, db.table(User).c


@dataclass(frozen=True, slots=True)
class AtADoor:
    """A coach at a door, as her colleagues see it: nothing of whom she visits. `phone` is hers, if it can be called."""

    id: UUID
    user_id: UUID
    name: str
    phone: Phone | None
    at: datetime
    minutes: int
    help_at: datetime | None
    help_seen_at: datetime | None
    warned: int

    @property
    def until(self) -> datetime:
        """When she expected to be out."""
        return self.at + timedelta(minutes=self.minutes)

    @property
    def late(self) -> bool:
        """Whether she should have been out by now."""
        return clock.now() >= self.until


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(_check.ended_at.is_(None), _check.at > now - FORGOTTEN - timedelta(hours=4))


def _of_colleagues(scope: Scope) -> ColumnElement[bool]:
    """Of whom this person must hear: who chose her, and for a coordinator all who work for her municipalities."""
    chose = select(db.table(SafetyContact).c.user_id).where(
        db.table(SafetyContact).c.colleague_id == scope.user_id
    )
    if not scope.has(RoleName.coordinator, RoleName.administrator):
        return _check.user_id.in_(chose)
    place = db.table(StaffMunicipality).c
    there = select(place.user_id).where(place.municipality_code.in_(scope.municipalities))
    return or_(_check.user_id.in_(chose), _check.user_id.in_(there))


def _alarming(now: datetime) -> ColumnElement[bool]:
    return or_(_check.help_at.is_not(None), _check.warned >= Warned.others.value)


def _doors() -> Select[Any]:
    columns = ("id", "user_id", "at", "minutes", "help_at", "help_seen_at", "warned")
    return select(
        *(_check[name] for name in columns), _user.given_name, _user.family_name, _user.phone
    ).join_from(db.table(CheckIn), db.table(User), _user.id == _check.user_id)


def _door(row: Any) -> AtADoor:
    name = f"{row.given_name} {row.family_name}".strip()
    return AtADoor(
        row.id,
        row.user_id,
        name,
        phone_of(row.phone),
        row.at,
        row.minutes,
        row.help_at,
        row.help_seen_at,
        row.warned,
    )


def doors(scope: Scope, now: datetime) -> list[AtADoor]:
    """Colleagues at a door now: who asked for help first, then who is longest overdue."""
    query = (
        _doors()
        .where(_open(now), _of_colleagues(scope), _check.user_id != scope.user_id)
        .order_by(_check.help_at.is_(None), _check.at)
        .limit(MOST)
    )
    return [_door(row) for row in db.session().execute(query)]


def alarms(scope: Scope, now: datetime) -> list[AtADoor]:
    """Of those, whom somebody must look after: help was asked for, or nobody heard of her in time."""
    query = (
        _doors()
        .where(_open(now), _alarming(now), _of_colleagues(scope), _check.user_id != scope.user_id)
        .order_by(_check.help_at.is_(None), _check.at)
        .limit(20)
    )
    return [_door(row) for row in db.session().execute(query)]


def mine(user_id: UUID, now: datetime) -> AtADoor | None:
    """Where she herself is checked in."""
    query = _doors().where(_open(now), _check.user_id == user_id).order_by(_check.at.desc()).limit(1)
    row = db.session().execute(query).first()
    return _door(row) if row else None


def colleague_of(user_id: UUID) -> User | None:
    """The colleague whom she chose, while that account is open."""
    contact = db.table(SafetyContact).c
    query = select(User).join(SafetyContact, contact.colleague_id == _user.id)
    return db.session().scalars(query.where(contact.user_id == user_id, _user.active)).first()


def colleagues_for(scope: Scope) -> list[tuple[UUID, str]]:
    """Whom she may choose: everybody who works for one of her municipalities, by name."""
    place = db.table(StaffMunicipality).c
    there = select(place.user_id).where(place.municipality_code.in_(scope.municipalities))
    query = (
        select(_user.id, _user.given_name, _user.family_name)
        .where(_user.id.in_(there), _user.active, _user.id != scope.user_id)
        .order_by(_user.given_name, _user.family_name)
    )
    return [(row[0], f"{row[1]} {row[2]}".strip()) for row in db.session().execute(query)]


def to_tell(user_id: UUID) -> list[UUID]:
    """Who must hear that she needs somebody: the colleague she chose, the coordinators of her municipalities."""
    contact = db.table(SafetyContact).c
    chosen = select(contact.colleague_id).where(contact.user_id == user_id)
    place, other, role = (
        db.table(StaffMunicipality),
        db.table(StaffMunicipality).alias("other"),
        db.table(Role),
    )
    coordinators = (
        select(other.c.user_id)
        .join_from(place, other, other.c.municipality_code == place.c.municipality_code)
        .join(db.table(StaffRole), db.table(StaffRole).c.user_id == other.c.user_id)
        .join(role, role.c.id == db.table(StaffRole).c.role_id)
        .where(place.c.user_id == user_id, role.c.name == RoleName.coordinator)
    )
    query = select(_user.id).where(
        or_(_user.id.in_(chosen), _user.id.in_(coordinators)), _user.active, _user.id != user_id
    )
    return list(db.session().execute(query.order_by(_user.id)).scalars())


def devices_of(user_ids: Collection[UUID]) -> list[UUID]:
    """All devices of these people."""
    device = db.table(PushSubscription).c
    query = select(device.id).where(device.user_id.in_(user_ids)).order_by(device.id)
    return list(db.session().execute(query).scalars())


def overdue(now: datetime) -> list[tuple[UUID, UUID, datetime, int, int]]:
    """(id, coach, at, minutes, warned) of every open check-in whose others were not warned yet."""
    query = select(_check.id, _check.user_id, _check.at, _check.minutes, _check.warned).where(
        _open(now), _check.warned < Warned.others.value
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in db.session().execute(query)]
