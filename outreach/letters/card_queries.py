"""Reads about cards that were printed ahead."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from outreach import db
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.letters.models import CardBatch
from outreach.responses.models import ResponseCode
from outreach.staff.models import User
from outreach.staff.scope import Scope

SHOWN = 50


@dataclass(frozen=True, slots=True)
class CardSheets:
    """A batch of cards without its bytes; `left` were left at a door, `staff` is a name or ''."""

    id: UUID
    number: int
    cards: int
    printed_at: datetime
    staff: str
    left: int


def batches(scope: Scope) -> list[CardSheets]:
    """The newest batches of the person's regions, the last one first."""
    batch, user, code = (db.table(one) for one in (CardBatch, User, ResponseCode))
    left = (
        select(func.count())
        .where(code.c.card_batch_id == batch.c.id, code.c.bound_at.is_not(None))
        .correlate(batch)
        .scalar_subquery()
    )
    columns = [batch.c[name] for name in ("id", "number", "cards", "printed_at")]
    query = (
        select(*columns, user.c.given_name, user.c.family_name, left)
        .outerjoin(user, user.c.id == batch.c.staff_id)
        .where(batch.c.region_id.in_(scope.regions))
        .order_by(batch.c.printed_at.desc())
        .limit(SHOWN)
    )
    return [
        CardSheets(id_, number, cards, at, " ".join(part for part in (given, family) if part), left_)
        for id_, number, cards, at, given, family, left_ in db.session().execute(query)
    ]


def number_of(batch_id: UUID, scope: Scope) -> int:
    """The number of a batch of the person's regions. Raises NotFound."""
    batch = db.table(CardBatch).c
    query = select(batch.number).where(batch.id == batch_id, batch.region_id.in_(scope.regions))
    number: int | None = db.session().execute(query).scalar()
    if number is None:
        raise NotFound(_l("This batch does not exist."))
    return number
