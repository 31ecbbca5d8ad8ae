"""Reads about whose devices must hear of an event, and how much waits for somebody."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session

from outreach import db
from outreach.cases.models import Case, CaseEvent, CoachNotice
from outreach.cases.queries import mine
from outreach.staff.models import PushSubscription, Role, StaffMunicipality, StaffRole, User
from outreach.staff.scope import RoleName, Scope

CHUNK = 500
MOST = 100
"""Open notices that are counted."""


def devices_for(session: Session, case_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, UUID]]]:
    """Case to the devices that must hear of it, each with its owner; one query for 500 cases.

    They are of the case's coach, or of every coach of its municipality when nobody has it; of active accounts that
    work for that municipality, for nobody else may see the case.
    """
    wanted = sorted(case_ids)
    found: dict[UUID, list[tuple[UUID, UUID]]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(_devices(), {"cases": wanted[start : start + CHUNK]})
        for case_id, device_id, user_id in rows:
            found.setdefault(case_id, []).append((device_id, user_id))
    return found


@cache
def _devices() -> Any:
    case, place, user, device = (
        db.table(model).c for model in (Case, StaffMunicipality, User, PushSubscription)
    )
    coaches = (
        select(db.table(StaffRole).c.user_id)
        .join(db.table(Role), db.table(Role).c.id == db.table(StaffRole).c.role_id)
        .where(db.table(Role).c.name == RoleName.coach)
    )
    return (
        select(case.id, device.id, user.id)
        .join(db.table(StaffMunicipality), place.municipality_code == case.municipality_code)
        .join(db.table(User), user.id == place.user_id)
        .join(db.table(PushSubscription), device.user_id == user.id)
        .where(case.id.in_(bindparam("cases", expanding=True)), user.active)
        .where((case.coach_id == user.id) | (case.coach_id.is_(None) & user.id.in_(coaches)))
        .order_by(device.id)
    )


def waiting(scope: Scope) -> list[tuple[str, dict[str, object]]]:
    """Kind and data of what waits for this coach, newest first, at most MOST."""
    notice, case, event = db.table(CoachNotice).c, db.table(Case).c, db.table(CaseEvent).c
    query = (
        select(notice.kind, event.data)
        .join(db.table(Case), case.id == notice.case_id)
        .join(db.table(CaseEvent), event.id == notice.event_id)
        .where(case.municipality_code.in_(scope.municipalities), mine(scope), notice.handled_at.is_(None))
        .order_by(notice.created_at.desc())
        .limit(MOST)
    )
    return [(kind, data) for kind, data in db.session().execute(query)]
