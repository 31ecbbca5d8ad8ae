"""Reads about staff."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select

from outreach import db
from outreach.staff.models import StaffMunicipality, User


def users_by_id(ids: Iterable[UUID]) -> dict[UUID, User]:
    """Members of staff by id; one query."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {user.id: user for user in db.session().exec(select(User).where(col(User.id).in_(wanted)))}


def coaches_by_email(municipalities: Iterable[str]) -> dict[str, UUID]:
    """E-mail address (lower case) to id of everybody who works for one of these municipalities."""
    query = (
        select(User.email, User.id)
        .join(StaffMunicipality, col(StaffMunicipality.user_id) == col(User.id))
        .where(col(StaffMunicipality.municipality_code).in_(set(municipalities)))
        .distinct()
    )
    return {email.lower(): user_id for email, user_id in db.session().exec(query)}
