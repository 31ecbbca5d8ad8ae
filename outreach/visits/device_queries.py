"""Reads about the phones of colleagues, for who must act when one is lost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from outreach import db
from outreach.staff.models import StaffMunicipality, User
from outreach.staff.scope import Scope
from outreach.visits.models import FieldDevice

MOST = 200


@dataclass(frozen=True, slots=True)
class PhoneOfColleague:
    """A phone and whose it is."""

    id: UUID
    name: str
    owner: str
    seen_at: datetime
    revoked_at: datetime | None
    emptied_at: datetime | None


def of_colleagues(scope: Scope) -> list[PhoneOfColleague]:
    """The phones of everybody who works for her municipalities, but her own; by owner."""
    phone, user, place = db.table(FieldDevice).c, db.table(User).c, db.table(StaffMunicipality).c
    there = select(place.user_id).where(place.municipality_code.in_(scope.municipalities))
    query = (
        select(
            phone.id,
            phone.name,
            user.given_name,
            user.family_name,
            phone.seen_at,
            phone.revoked_at,
            phone.emptied_at,
        )
        .join_from(db.table(FieldDevice), db.table(User), user.id == phone.user_id)
        .where(phone.user_id.in_(there), phone.user_id != scope.user_id)
        .order_by(user.given_name, user.family_name, phone.seen_at.desc())
        .limit(MOST)
    )
    return [
        PhoneOfColleague(row[0], row[1], f"{row[2]} {row[3]}".strip(), *row[4:])
        for row in db.session().execute(query)
    ]
