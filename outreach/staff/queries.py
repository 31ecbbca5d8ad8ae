"""Reads about staff."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import lazyload
from sqlmodel import col, select

from outreach import db
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.models import StaffMunicipality, User
from outreach.staff.scope import Scope


def users_by_id(ids: Iterable[UUID]) -> dict[UUID, User]:
    """Members of staff by id; one query, since who asks wants names and numbers and not what they may see."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = select(User).where(col(User.id).in_(wanted)).options(lazyload("*"))
    return {user.id: user for user in db.session().exec(query)}


def coaches_by_email(municipalities: Iterable[str]) -> dict[str, UUID]:
    """E-mail address (lower case) to id of everybody who works for one of these municipalities."""
    query = (
        select(User.email, User.id)
        .join(StaffMunicipality, col(StaffMunicipality.user_id) == col(User.id))
        .where(col(StaffMunicipality.municipality_code).in_(set(municipalities)))
        .distinct()
    )
    return {email.lower(): user_id for email, user_id in db.session().exec(query)}


def administers(scope: Scope, user: User) -> bool:
    """Whether all municipalities of a person are the administrator's own: else changing her gives away too much."""
    return scope.municipalities.issuperset(place.code for place in user.municipalities)


def by_email(email: str) -> User:
    """The account with this e-mail address. Raises NotFound."""
    found = db.session().exec(select(User).where(User.email == email.strip().lower())).first()
    if found is None:
        raise NotFound(_l("Nobody has an account with this e-mail address."))
    return found


def to_administer(user_id: UUID, scope: Scope) -> User:
    """The account, if this administrator may change it. Raises NotFound."""
    found = db.session().get(User, user_id)
    if found is None or not administers(scope, found):
        raise NotFound(_l("There is no such person, or you may not change this account."))
    return found


def everybody(municipalities: Iterable[str] | None = None) -> list[User]:
    """Who works here, or for one of these municipalities: active accounts first, then by name."""
    query = select(User).order_by(col(User.active).desc(), col(User.given_name), col(User.family_name))
    if municipalities is not None:
        working = select(col(StaffMunicipality.user_id)).where(
            col(StaffMunicipality.municipality_code).in_(set(municipalities))
        )
        query = query.where(col(User.id).in_(working))
    return list(db.session().exec(query))
