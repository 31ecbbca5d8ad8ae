"""Phones that carry visits with them: known by a secret, and emptied from afar when one is lost."""

import hashlib
import secrets
from enum import StrEnum
from uuid import UUID, uuid4

from sqlmodel import Session, col, select

from outreach import clock, db
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l
from outreach.staff import push_rules
from outreach.staff.models import User
from outreach.staff.scope import RoleName, Scope
from outreach.visits.models import FieldDevice

MOST = 5
"""Phones of one person that are in use."""

SECRET = 24
"""Bytes of a secret: nobody guesses it."""


class Standing(StrEnum):
    """What we know of a phone that says who it is."""

    ok = "ok"
    revoked = "revoked"
    unknown = "unknown"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def register(user_id: UUID, user_agent: str) -> str:
    """Know a phone from now on; gives the secret that it shows us, which is kept nowhere here.

    Raises Conflict when she has MOST phones in use.
    """
    secret = secrets.token_urlsafe(SECRET)
    now = clock.now()
    with db.write() as session:
        session.exec(select(User.id).where(User.id == user_id).with_for_update()).one()
        if len(_in_use(session, user_id)) >= MOST:
            raise Conflict(_l("You have five phones on your list. Take one off first."))
        session.add(
            FieldDevice(
                user_id=user_id,
                secret_digest=_digest(secret),
                name=push_rules.device_name(user_agent),
                created_at=now,
                seen_at=now,
            )
        )
    return secret


def _in_use(session: Session, user_id: UUID) -> list[FieldDevice]:
    query = select(FieldDevice).where(FieldDevice.user_id == user_id, col(FieldDevice.revoked_at).is_(None))
    return list(session.exec(query))


def standing(secret: str, user_id: UUID | None = None) -> Standing:
    """What we know of the phone with this secret; somebody else's than `user_id`, who is signed in, is unknown."""
    found = _by_secret(secret)
    if found is None:
        return Standing.unknown
    if found.revoked_at is not None:
        return Standing.revoked
    return Standing.ok if user_id in (None, found.user_id) else Standing.unknown


def _by_secret(secret: str) -> FieldDevice | None:
    if not secret:
        return None
    return db.session().exec(select(FieldDevice).where(FieldDevice.secret_digest == _digest(secret))).first()


def seen(secret: str) -> None:
    """The phone had contact."""
    with db.write() as session:
        found = _by_secret(secret)
        if found is not None:
            found.seen_at = clock.now()
            session.add(found)


def emptied(secret: str) -> None:
    """A phone that was reported lost says that nothing is left on it."""
    with db.write() as session:
        found = _by_secret(secret)
        if found is not None and found.revoked_at is not None and found.emptied_at is None:
            found.emptied_at = clock.now()
            session.add(found)


def revoke(device_id: UUID, scope: Scope) -> FieldDevice:
    """A phone is lost: it empties itself at its next contact, and its owner is signed out everywhere.

    By herself, or by a coordinator or administrator of one of her municipalities. Raises NotFound.
    """
    with db.write() as session:
        found = session.get(FieldDevice, device_id, with_for_update=True)
        owner = session.get(User, found.user_id, with_for_update=True) if found else None
        if found is None or owner is None or not _may_revoke(owner, scope):
            raise NotFound(_l("This phone is not on the list any more."))
        if found.revoked_at is None:
            found.revoked_at, found.revoked_by = clock.now(), scope.user_id
            # Whoever holds the phone is signed in on it: that ends as well.
            owner.fs_uniquifier = uuid4().hex
            session.add_all((found, owner))
            session.flush()
        return found


def _may_revoke(owner: User, scope: Scope) -> bool:
    if owner.id == scope.user_id:
        return True
    leads = scope.has(RoleName.coordinator, RoleName.administrator)
    return leads and not scope.municipalities.isdisjoint(place.code for place in owner.municipalities)


def of(user_id: UUID) -> list[FieldDevice]:
    """Her phones, the last seen first; those that were lost too."""
    query = select(FieldDevice).where(FieldDevice.user_id == user_id)
    return list(db.session().exec(query.order_by(col(FieldDevice.seen_at).desc())))
