"""Tables of staff, their roles and their municipalities (Flask-Security-Too on SQLModel)."""

from datetime import datetime
from uuid import UUID

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column
from sqlmodel import Field, Relationship, SQLModel

from outreach import db
from outreach.regions.models import Municipality


class StaffRole(SQLModel, table=True):
    """Which person has which role."""

    __tablename__ = "staff_role"

    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True, ondelete="CASCADE")
    role_id: UUID = Field(foreign_key="role.id", primary_key=True)


class StaffMunicipality(SQLModel, table=True):
    """Which person works for which municipality; nobody sees cases of another one."""

    __tablename__ = "staff_municipality"

    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True, ondelete="CASCADE")
    municipality_code: str = Field(foreign_key="municipality.code", primary_key=True)


class Role(SQLModel, RoleMixin, table=True):
    """coach, clerk, coordinator or administrator."""

    id: UUID = Field(  # type: ignore[assignment]  # the mixin says int
        default_factory=db.new_id, primary_key=True
    )
    name: str = Field(unique=True)
    description: str = ""


class User(SQLModel, UserMixin, table=True):
    """Somebody who signs in. `phone` and `hours` stand in letters when she is the coach."""

    __tablename__ = "staff_user"

    id: UUID = Field(  # type: ignore[assignment]  # the mixin says int
        default_factory=db.new_id, primary_key=True
    )
    email: str = Field(unique=True)
    password: str | None = None
    active: bool = True
    fs_uniquifier: str = Field(unique=True, max_length=64)
    given_name: str
    family_name: str
    phone: str = ""
    hours: str = ""
    language: str = "nl"
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))

    roles: list[Role] = Relationship(  # type: ignore[assignment]  # UserMixin says list[RoleMixin]
        link_model=StaffRole, sa_relationship_kwargs={"lazy": "selectin"}
    )
    municipalities: list[Municipality] = Relationship(
        link_model=StaffMunicipality, sa_relationship_kwargs={"lazy": "selectin"}
    )

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.given_name} {self.family_name}"


class PushSubscription(SQLModel, table=True):
    """A device on which a member of staff wants to hear at once what comes in (RFC 8030, 8291).

    `endpoint` is the push service's address for it; `p256dh` and `auth` are its keys, base64url. `device`: a name by
    which she knows it again.
    """

    __tablename__ = "push_subscription"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True, ondelete="CASCADE")
    endpoint: str = Field(unique=True)
    p256dh: str
    auth: str
    device: str = ""
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
