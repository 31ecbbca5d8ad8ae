"""Verbs on staff: make an account, set the municipalities of a person."""

from collections.abc import Iterable
from uuid import uuid4

from flask_security import hash_password
from sqlmodel import col, select

from outreach import clock, db
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l
from outreach.regions.models import Municipality
from outreach.staff.models import Role, User
from outreach.staff.scope import RoleName


def add_user(
    *,
    email: str,
    password: str | None,
    given_name: str,
    family_name: str,
    roles: Iterable[RoleName],
    municipalities: Iterable[str],
    phone: str = "",
    hours: str = "",
) -> User:
    """A new member of staff.

    Raises Conflict when the e-mail address is in use, NotFound for an unknown municipality code.
    """
    with db.write() as session:
        email = email.strip().lower()
        if session.exec(select(User).where(User.email == email)).first():
            raise Conflict(_l("This e-mail address already has an account."))
        codes = sorted(set(municipalities))
        places = session.exec(select(Municipality).where(col(Municipality.code).in_(codes))).all()
        if len(places) < len(codes):
            raise NotFound(_l("This municipality does not exist."))
        user = User(
            email=email,
            password=hash_password(password) if password else None,
            fs_uniquifier=uuid4().hex,
            given_name=given_name,
            family_name=family_name,
            phone=phone,
            hours=hours,
            created_at=clock.now(),
            roles=[_role(name) for name in sorted(set(roles))],
            municipalities=list(places),
        )
        session.add(user)
        session.flush()
        return user


def _role(name: RoleName) -> Role:
    with db.write() as session:
        role = session.exec(select(Role).where(Role.name == name)).first()
        if role is None:
            role = Role(name=name.value)
            session.add(role)
            session.flush()
        return role
