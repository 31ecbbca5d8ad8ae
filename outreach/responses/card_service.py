"""Not-at-home cards: their codes belong to nobody until a coach leaves one at a door."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.regions.models import Region
from outreach.responses import codes, service
from outreach.responses.models import EarlyResponse, ResponseCode


class Binding(StrEnum):
    """What came of binding a card: bound now, bound to this case before, to another case, or no card of ours."""

    bound = "bound"
    again = "again"
    elsewhere = "elsewhere"
    unknown = "unknown"


FLAGGED = frozenset({Binding.again, Binding.elsewhere})
"""The card was used before: somebody must look which visit it belongs to."""


def bind(
    session: Session,
    text: str,
    case_id: UUID,
    attempt_id: UUID | None,
    *,
    by: UUID,
    at: datetime,
    answer_within: int | None = None,
) -> Binding:
    """Let the code of a card (as scanned or typed) belong to a case; `at` is when it was left at the door.

    Inside `db.write()`, with the case locked.
    1. One conditional UPDATE binds a card that is nobody's yet, of the region of the case. From then on it is valid
       as long as its region says.
    2. What somebody answered on it meanwhile is taken in, at its own time.
    3. A card that was used before stays where it is; both cases hear of it (`card_flagged`).
    """
    code = codes.normalise(text) or ""
    region = session.scalars(
        select(Region).join(Case, col(Case.region_id) == col(Region.id)).where(col(Case.id) == case_id)
    ).one()
    table = db.table(ResponseCode)
    free = (table.c.code == code) & table.c.card_batch_id.is_not(None) & (table.c.region_id == region.id)
    bound = session.execute(
        update(table)
        .where(free, table.c.case_id.is_(None))
        .values(
            case_id=case_id,
            attempt_id=attempt_id,
            bound_at=at,
            bound_by=by,
            answer_within=answer_within,
            expires_at=max(at, clock.now()) + timedelta(days=region.settings.code_valid_days),
        )
        .returning(table.c.code)
    ).first()
    if bound is not None:
        _take_up(session, code, case_id, attempt_id)
        return Binding.bound
    there = session.execute(select(table.c.case_id, table.c.attempt_id).where(free)).first()
    if there is None:
        return Binding.unknown
    again = there.case_id == case_id
    if again and there.attempt_id == attempt_id:
        return Binding.bound
    for flagged in sorted({case_id, there.case_id}):
        timeline.record(flagged, EventKind.card_flagged, actor=timeline.staff_actor(by), data={"code": code})
    return Binding.again if again else Binding.elsewhere


def bind_by_hand(text: str, case_id: UUID, *, by: UUID) -> Binding:
    """Say whose a card is that no coach reported; see `bind`."""
    with db.write() as session:
        session.execute(select(col(Case.id)).where(col(Case.id) == case_id).with_for_update())
        return bind(session, text, case_id, None, by=by, at=clock.now())


def _take_up(session: Session, code: str, case_id: UUID, attempt_id: UUID | None) -> None:
    early = session.scalars(
        select(EarlyResponse)
        .where(col(EarlyResponse.code) == code, col(EarlyResponse.taken_up_at).is_(None))
        .order_by(col(EarlyResponse.submitted_at), col(EarlyResponse.id))
    ).all()
    for one in early:
        service.take_in(
            session, code, case_id, attempt_id, one.answers, at=one.submitted_at, language=one.language
        )
        one.taken_up_at = clock.now()
        session.add(one)
    session.flush()


def waiting(regions: Collection[UUID]) -> list[tuple[str, datetime]]:
    """Codes of cards that were answered and belong to nobody yet, each with its first answer; the oldest first."""
    code, early = db.table(ResponseCode).c, db.table(EarlyResponse).c
    query = (
        select(code.code, early.submitted_at)
        .join_from(db.table(EarlyResponse), db.table(ResponseCode), code.code == early.code)
        .where(early.taken_up_at.is_(None), code.region_id.in_(regions))
        .order_by(early.submitted_at)
        .limit(200)
    )
    found: dict[str, datetime] = {}
    for text, at in db.session().execute(query):
        found.setdefault(text, at)
    return list(found.items())
