"""Reads about what waits for a coach: answers, messages and letters that came back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row as SqlRow
from sqlalchemy import Select, func, select

from outreach import db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, CoachNotice
from outreach.cases.queries import HEAD_WIDTH, CaseHead, head_of, heads, mine
from outreach.cases.taking_back_rules import gone
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that waits for a coach: the case it is about and the event that it tells of."""

    case: CaseHead
    id: UUID
    kind: str
    created_at: datetime
    data: dict[str, Any]
    channel: str | None


def _notices(scope: Scope, *, handled: bool = False) -> Select[Any]:
    """The statement for notices within scope; only open ones unless `handled`."""
    notice, event = db.table(CoachNotice).c, db.table(CaseEvent).c
    query = (
        heads(scope)
        .add_columns(notice.id, notice.kind, notice.created_at, event.data, event.channel)
        .join(db.table(CoachNotice), notice.case_id == db.table(Case).c.id)
        .join(db.table(CaseEvent), event.id == notice.event_id)
        .order_by(notice.created_at.desc(), notice.id.desc())
    )
    return query if handled else query.where(notice.handled_at.is_(None))


def _notice_of(row: SqlRow[Any]) -> Notice:
    return Notice(head_of(row), *row[HEAD_WIDTH:])


def open_notices(scope: Scope, limit: int) -> list[Notice]:
    """What waits for this coach, newest first: of her cases, and of cases without a coach."""
    rows = db.session().execute(_notices(scope).where(mine(scope)).limit(limit))
    return [_notice_of(row) for row in rows]


def open_notices_of(case_id: UUID, scope: Scope) -> list[Notice]:
    """What waits on one case, newest first, whoever its coach is."""
    rows = db.session().execute(_notices(scope).where(db.table(Case).c.id == case_id).limit(20))
    return [_notice_of(row) for row in rows]


def newest_notice(scope: Scope) -> tuple[int, UUID | None]:
    """How many wait for this coach and which came last: enough to know whether a page is still right."""
    notice, case = db.table(CoachNotice), db.table(Case)
    query = (
        select(notice.c.id)
        .join(case, case.c.id == notice.c.case_id)
        .where(case.c.municipality_code.in_(scope.municipalities), mine(scope))
        .where(notice.c.handled_at.is_(None))
    )
    count: int = db.session().execute(select(func.count()).select_from(query.subquery())).scalar_one()
    newest = query.order_by(notice.c.created_at.desc(), notice.c.id.desc()).limit(1)
    return count, db.session().execute(newest).scalar()


def notice(notice_id: UUID, scope: Scope) -> Notice:
    """One notice, handled or not. Raises NotFound as `head` does."""
    row = (
        db.session()
        .execute(_notices(scope, handled=True).where(db.table(CoachNotice).c.id == notice_id))
        .first()
    )
    if row is None:
        raise NotFound(_l("This case does not exist, or it is not one of your municipalities."))
    return _notice_of(row)


_DONE_BY_HAND = (
    EventKind.call_logged,
    EventKind.visit_logged,
    EventKind.card_left,
    EventKind.message_sent,
)


def handled_since(scope: Scope, since: datetime) -> int:
    """How many notices, calls, visits, cards and own messages this person has dealt with since `since`."""
    notice, event = db.table(CoachNotice).c, db.table(CaseEvent).c
    handled = select(func.count()).where(notice.handled_by == scope.user_id, notice.handled_at >= since)
    kinds = [kind.value for kind in (*_DONE_BY_HAND, EventKind.taken_back)]
    logged = select(event.id, event.kind, event.data).where(
        event.kind.in_(kinds), event.at >= since, event.actor == f"staff:{scope.user_id}"
    )
    rows = db.session().execute(logged).all()
    away = gone((EventKind(row.kind), row.data) for row in rows)
    done: int = sum(row.kind != EventKind.taken_back and row.id not in away for row in rows)
    return int(db.session().execute(handled).scalar_one()) + done
