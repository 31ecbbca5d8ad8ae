"""Verbs on conversations: seen by who answers it, given to a colleague and back."""

from uuid import UUID

from outreach import db
from outreach.cases.queries import CaseHead
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import conversation_service
from outreach.messages.inbox_queries import standing


def seen(case: CaseHead, *, by: UUID) -> None:
    """Somebody has the conversation before her: it counts as read when she is who answers it, or nobody is.

    A colleague who looks in does not take it off somebody's list.
    """
    talk = standing(case.person_id)
    if talk is None or not talk.unread or (talk.assigned_to or case.coach_id) not in (by, None):
        return
    with db.write() as session:
        conversation_service.read(session, case.person_id)


def assign(case: CaseHead, staff_id: UUID | None, *, by: UUID) -> None:
    """Give the conversation to a colleague; None, or the case's coach, gives it back. She finds it as unread.

    Raises Refused when there is no conversation yet.
    """
    to = None if staff_id == case.coach_id else staff_id
    talk = standing(case.person_id)
    if talk is None:
        raise Refused(_l("There is no conversation yet. Write a message first."))
    if talk.assigned_to == to:
        return
    with db.write() as session:
        conversation_service.assign(session, case.person_id, to, news=(to or case.coach_id) != by)
