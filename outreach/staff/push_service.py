"""Verbs on the devices on which staff hear what comes in: add one, take one away, try one."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import func, select

from outreach import clock, db, jobs
from outreach.errors import Conflict
from outreach.i18n import _l
from outreach.staff import push_keys, push_queries, push_rules
from outreach.staff.models import PushSubscription, User

MOST = 10
"""Devices of one person."""


class Subject(StrEnum):
    """What a notice is about; it says no more than that."""

    answer = "answer"
    call_back = "call_back"
    message = "message"
    test = "test"


def subscribe(user_id: UUID, *, endpoint: str, p256dh: str, auth: str, user_agent: str) -> PushSubscription:
    """Let a device hear what comes in for this person. Whoever asked last on a device is the one it tells.

    Raises Refused for an address or keys that cannot be used, Conflict when she has MOST devices.
    """
    push_rules.check_endpoint(endpoint, this_machine=push_keys.may_push_here())
    push_rules.check_keys(p256dh, auth)
    with db.write() as session:
        # The lock lets two devices that come at once be counted one after the other.
        session.exec(select(User.id).where(User.id == user_id).with_for_update()).one()
        found = session.exec(select(PushSubscription).where(PushSubscription.endpoint == endpoint)).first()
        if found is None or found.user_id != user_id:
            _leave_room(user_id)
        device = found or PushSubscription(
            user_id=user_id, endpoint=endpoint, p256dh=p256dh, auth=auth, created_at=clock.now()
        )
        device.user_id, device.p256dh, device.auth = user_id, p256dh, auth
        device.device = push_rules.device_name(user_agent)
        session.add(device)
        session.flush()
        return device


def _leave_room(user_id: UUID) -> None:
    count = select(func.count()).where(PushSubscription.user_id == user_id)
    if db.session().exec(count).one() >= MOST:
        raise Conflict(_l("You have ten devices on your list. Remove one first."))


def remove(device_id: UUID, user_id: UUID) -> None:
    """Take one of her devices away. Raises NotFound."""
    with db.write() as session:
        session.delete(push_queries.device(device_id, user_id))


def try_out(device_id: UUID, user_id: UUID) -> None:
    """Send a test to one of her devices, along the way of all notices. Raises NotFound."""
    with db.write():
        device = push_queries.device(device_id, user_id)
        jobs.soon("push", Subject.test.value, [device.id])


def forget(ids: Collection[UUID]) -> None:
    """Take devices away that are no more."""
    table = db.table(PushSubscription)
    with db.write() as session:
        session.execute(delete(table).where(table.c.id.in_(ids)))
