"""Taking back what one has logged by mistake: a new event, after which the case stands as if it had not been logged."""

from uuid import UUID

from sqlalchemy import delete, select

from outreach import clock, db
from outreach.cases import taking_back_queries as queries
from outreach.cases import taking_back_rules as rules
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l


def take_back(case_id: UUID, event_id: UUID, *, by: UUID) -> bool:
    """Take an event of a case back. False when it was taken back already: a double tap does no harm.

    1. The case is locked, so that no answer comes in between.
    2. taking_back_rules says whether this person may, and which events followed from it by themselves.
    3. The timeline hears of it, refolds the case without them, and tells the rooms that undo their part.
    4. The notices of what followed go: nobody need look at them.

    Raises NotFound for an event that is not this case's, Conflict with the sentence of the rules.
    """
    with db.write() as session:
        case = db.table(Case).c
        session.execute(select(case.id).where(case.id == case_id).with_for_update())
        told = queries.since(case_id, event_id)
        if not told:
            raise NotFound(_l("This case does not exist, or it is not one of your municipalities."))
        event, later = told[0], told[1:]
        if event.id in rules.gone((one.kind, one.data) for one in later):
            return False
        refusal = rules.why_not(event, later, timeline.staff_actor(by), clock.now())
        if refusal is not None:
            raise Conflict(refusal)
        # What followed from an event that was taken back earlier went with that one.
        away = rules.gone((one.kind, one.data) for one in later)
        also = [id_ for id_ in rules.followed(event, later) if id_ not in away]
        data = {"event": str(event_id), "kind": event.kind.value}
        if event.data.get("result"):
            data["result"] = event.data["result"]
        timeline.record(
            case_id,
            EventKind.taken_back,
            actor=timeline.staff_actor(by),
            data=data | ({"also": [str(id_) for id_ in also]} if also else {}),
        )
        notice = db.table(CoachNotice)
        if also:
            session.execute(delete(notice).where(notice.c.event_id.in_(also)))
        return True
