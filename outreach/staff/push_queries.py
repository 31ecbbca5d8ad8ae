"""Reads about the devices on which staff hear what comes in."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import col, select

from outreach import db
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.models import PushSubscription, User


def devices_of(user_id: UUID) -> list[PushSubscription]:
    """The devices of one person, newest first."""
    query = select(PushSubscription).where(PushSubscription.user_id == user_id)
    return list(db.session().exec(query.order_by(col(PushSubscription.created_at).desc())))


def device(device_id: UUID, user_id: UUID) -> PushSubscription:
    """A device of this person. Raises NotFound, also for somebody else's."""
    found = db.session().get(PushSubscription, device_id)
    if found is None or found.user_id != user_id:
        raise NotFound(_l("This device is not on your list any more."))
    return found


def with_owners(ids: Collection[UUID]) -> list[tuple[PushSubscription, User]]:
    """Those of the devices that are still there, each with its owner; none of closed accounts."""
    query = (
        select(PushSubscription, User)
        .join(User, col(User.id) == col(PushSubscription.user_id))
        .where(col(PushSubscription.id).in_(ids), col(User.active))
        .order_by(col(PushSubscription.id))
    )
    return list(db.session().exec(query))
