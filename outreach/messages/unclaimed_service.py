"""Saying whose a message is that came from somebody unknown, or from a number that several persons have."""

from uuid import UUID

from sqlalchemy import update

from outreach import clock, db
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l
from outreach.messages import service
from outreach.messages.models import UnclaimedMessage


def claim(unclaimed_id: UUID, case_id: UUID, *, by: UUID) -> None:
    """It is from the young person of this case: it comes in there as of when it came, and is settled. Safe to repeat.

    Raises NotFound, or Conflict when somebody has said something else of it meanwhile.
    """
    _settle(unclaimed_id, case_id, by)


def nobodys(unclaimed_id: UUID, *, by: UUID) -> None:
    """It is from nobody we know: it is settled and kept. Safe to repeat. Raises NotFound and Conflict as `claim`."""
    _settle(unclaimed_id, None, by)


def _settle(unclaimed_id: UUID, case_id: UUID | None, by: UUID) -> None:
    message = db.table(UnclaimedMessage)
    with db.write() as session:
        row = session.execute(
            update(message)
            .where(message.c.id == unclaimed_id, message.c.settled_at.is_(None))
            .values(settled_at=clock.now(), settled_by=by, case_id=case_id)
            .returning(*(message.c[name] for name in ("channel", "address", "body", "provider_id", "at")))
        ).first()
        if row is None:
            _same_as_before(unclaimed_id, case_id)
        elif case_id is not None:
            service.receive(case_id, *row)


def _same_as_before(unclaimed_id: UUID, case_id: UUID | None) -> None:
    settled = db.session().get(UnclaimedMessage, unclaimed_id, populate_existing=True)
    if settled is None:
        raise NotFound(_l("This message does not exist, or it is not for you to say whose it is."))
    if settled.case_id != case_id:
        raise Conflict(_l("A colleague has already said whose message this is."))
