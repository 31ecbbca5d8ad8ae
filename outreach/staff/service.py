"""Verbs on accounts: make one, change it, close it and open it again.

`by` is the administrator who asks. She acts on people all of whose municipalities are hers, and gives municipalities
that are hers; anybody else does not exist for her. None is the command line, which may do everything.
"""

from collections.abc import Collection, Iterable
from uuid import UUID, uuid4

from email_validator import EmailNotValidError, validate_email
from flask_security import hash_password
from sqlmodel import Session, col, select

from outreach import clock, db
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l
from outreach.regions.models import Municipality
from outreach.regions.rules import is_phone
from outreach.staff import passwords, queries
from outreach.staff.models import Role, StaffMunicipality, StaffRole, User
from outreach.staff.scope import RoleName, Scope

LONGEST = 60
"""Characters of a name, a phone number or the hours: they stand on one line of a letter."""


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
    by: Scope | None = None,
) -> User:
    """A new member of staff.

    Raises Conflict when the e-mail address is in use, NotFound for an unknown municipality code, PasswordWeak, and
    Refused for what is no e-mail address, phone number or name.
    """
    email = _checked_email(email)
    details = _checked_details(given_name, family_name, phone, hours)
    with db.write() as session:
        if session.exec(select(User).where(User.email == email)).first():
            raise Conflict(_l("This e-mail address already has an account."))
        user = User(
            email=email,
            password=hash_password(passwords.check(password, email)) if password else None,
            fs_uniquifier=uuid4().hex,
            given_name=details["given_name"],
            family_name=details["family_name"],
            phone=details["phone"],
            hours=details["hours"],
            created_at=clock.now(),
            roles=[_role(name) for name in sorted(set(roles))],
            municipalities=_places(session, municipalities, by),
        )
        session.add(user)
        session.flush()
        return user


def change_user(
    user_id: UUID,
    *,
    given_name: str,
    family_name: str,
    roles: Collection[RoleName],
    municipalities: Collection[str],
    phone: str,
    hours: str,
    by: Scope | None = None,
) -> User:
    """Change an account.

    Raises NotFound when she is not `by`'s to change, Refused without a role or municipality, and Conflict when a
    municipality would be left without an administrator.
    """
    if not roles:
        raise Refused(_l("Choose at least one role."))
    if not municipalities:
        raise Refused(_l("Choose at least one municipality."))
    with db.write() as session:
        user = _to_change(session, user_id, by)
        kept = set(municipalities) if RoleName.administrator in roles else set()
        _keep_an_administrator(session, user, kept)
        user.sqlmodel_update(_checked_details(given_name, family_name, phone, hours))
        user.roles = [_role(name) for name in sorted(set(roles))]
        user.municipalities = _places(session, municipalities, by)
        session.add(user)
        return user


def change_own(
    user_id: UUID, *, given_name: str, family_name: str, phone: str, hours: str, language: str
) -> User:
    """What everybody may change of herself."""
    with db.write() as session:
        user = _to_change(session, user_id, None)
        user.sqlmodel_update(_checked_details(given_name, family_name, phone, hours))
        user.language = language
        session.add(user)
        return user


def deactivate(user_id: UUID, *, by: Scope | None = None) -> User:
    """Close an account: she cannot sign in, and wherever she is signed in it ends. Her work stays as it is.

    Raises NotFound when she is not `by`'s to change, Conflict for `by` herself or when a municipality would be left
    without an administrator.
    """
    with db.write() as session:
        user = _to_change(session, user_id, by)
        if by is not None and by.user_id == user.id:
            raise Conflict(_l("You cannot close your own account. Ask another administrator."))
        _keep_an_administrator(session, user, set())
        user.active = False
        user.fs_uniquifier = uuid4().hex
        session.add(user)
        return user


def activate(user_id: UUID, *, by: Scope | None = None) -> User:
    """Open a closed account again; the password is the one it had. Raises NotFound."""
    with db.write() as session:
        user = _to_change(session, user_id, by)
        user.active = True
        session.add(user)
        return user


def set_password(user_id: UUID, password: str, *, by: Scope | None = None) -> User:
    """Give somebody a password; wherever she is signed in, that ends. Raises NotFound, PasswordWeak."""
    with db.write() as session:
        user = _to_change(session, user_id, by)
        user.password = hash_password(passwords.check(password, user.email))
        user.fs_uniquifier = uuid4().hex
        session.add(user)
        return user


def _checked_email(text: str) -> str:
    try:
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Refused(_l("This is not an e-mail address.")) from error
    return found.normalized.lower()


def _checked_details(given_name: str, family_name: str, phone: str, hours: str) -> dict[str, str]:
    """What stands in letters and on pages: one line each, and a number that can be called."""
    details = {"given_name": given_name, "family_name": family_name, "phone": phone, "hours": hours}
    details = {field: " ".join(text.split()) for field, text in details.items()}
    if not details["given_name"] or not details["family_name"]:
        raise Refused(_l("Fill in a first name and a family name."))
    if any(len(text) > LONGEST for text in details.values()):
        raise Refused(_l("Keep names, phone number and hours within 60 characters each."))
    if details["phone"] and not is_phone(details["phone"]):
        raise Refused(_l("This is not a phone number. Write it as 06 12 34 56 78, or leave it empty."))
    return details


def _to_change(session: Session, user_id: UUID, by: Scope | None) -> User:
    user = session.exec(select(User).where(User.id == user_id).with_for_update()).first()
    if user is None or (by is not None and not queries.administers(by, user)):
        raise NotFound(_l("There is no such person, or you may not change this account."))
    return user


def _places(session: Session, codes: Iterable[str], by: Scope | None) -> list[Municipality]:
    wanted = sorted(set(codes))
    found = session.exec(select(Municipality).where(col(Municipality.code).in_(wanted))).all()
    if len(found) < len(wanted) or (by is not None and not by.municipalities.issuperset(wanted)):
        raise NotFound(_l("This municipality does not exist."))
    return list(found)


def _keep_an_administrator(session: Session, user: User, kept: set[str]) -> None:
    """Refuse when a municipality that `user` administers, and is not in `kept`, would have nobody left to do so."""
    if not user.active or all(role.name != RoleName.administrator for role in user.roles):
        return
    given_up = {municipality.code for municipality in user.municipalities} - kept
    # The lock makes two administrators who close each other's accounts at once wait for each other.
    others = session.exec(
        select(User.id, StaffMunicipality.municipality_code)
        .join(StaffMunicipality, col(StaffMunicipality.user_id) == col(User.id))
        .join(StaffRole, col(StaffRole.user_id) == col(User.id))
        .join(Role, col(Role.id) == col(StaffRole.role_id))
        .where(Role.name == RoleName.administrator, col(User.active))
        .with_for_update(of=db.table(User))
    ).all()
    if given_up - {code for user_id, code in others if user_id != user.id}:
        raise Conflict(
            _l("This is the last administrator of a municipality. Make somebody else administrator first.")
        )


def _role(name: RoleName) -> Role:
    with db.write() as session:
        role = session.exec(select(Role).where(Role.name == name)).first()
        if role is None:
            role = Role(name=name.value)
            session.add(role)
            session.flush()
        return role
