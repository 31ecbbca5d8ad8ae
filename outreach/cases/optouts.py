"""Who does not want to be reached: kept up with what young people themselves say about contact."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from outreach import db
from outreach.cases.events import EventKind
from outreach.cases.models import Case, OptOut
from outreach.cases.timeline import PERSON, Recorded

ALL = "all"

ANSWERS_ABOUT_CONTACT = (EventKind.contact_declined, EventKind.responded)
"""The kinds of events that `keep_up` hears of."""


def keep_up(session: Session, events: Sequence[Recorded]) -> None:
    """Timeline subscriber: 'I do not want contact' is an opt-out of everything for the person.

    Whoever later asks for contact herself (a call back, help, a way to reach her) takes that back; an
    opt-out of a single channel stays, and an answer that asks for nothing changes nothing.
    """
    for event in events:
        if event.kind is EventKind.contact_declined:
            _opt_out(session, event)
        elif event.actor == PERSON and asks_for_contact(event.data):
            _take_back(session, event)


def asks_for_contact(data: Mapping[str, Any]) -> bool:
    """Whether an answer (data of a `responded` event) says that contact is welcome."""
    return bool(data.get("call_back") or data.get("help") or data.get("reach_by"))


def _opt_out(session: Session, event: Recorded) -> None:
    table, case = db.table(OptOut), db.table(Case)
    person_id = session.execute(select(case.c.person_id).where(case.c.id == event.case_id)).scalar_one()
    there = select(table.c.person_id).where(table.c.person_id == person_id, table.c.channel == ALL)
    if session.execute(there).first() is None:
        session.execute(
            insert(table).values(person_id=person_id, channel=ALL, since=event.at, event_id=event.id)
        )


def _take_back(session: Session, event: Recorded) -> None:
    table, case = db.table(OptOut), db.table(Case)
    person = select(case.c.person_id).where(case.c.id == event.case_id).scalar_subquery()
    session.execute(delete(table).where(table.c.person_id == person, table.c.channel == ALL))
