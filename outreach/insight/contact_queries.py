"""Reads all contacts of a region, in the order in which they became known, a batch at a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Campaign
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, CoachNotice, Person
from outreach.cases.taking_back_queries import taken_back_in
from outreach.insight.contacts import KINDS, Contact, Name, Task
from outreach.insight.wanted import Wanted
from outreach.staff.models import User

BATCH = 2000


def count(wanted: Wanted) -> int:
    """How many contacts there are at most: also those of other municipalities, and those that were taken back."""
    event = db.table(CaseEvent)
    query = select(func.count()).select_from(event).where(*_events(wanted))
    return int(db.session().execute(query).scalar_one())


def contacts(wanted: Wanted, *, names: bool = False) -> Iterator[Contact]:
    """The contacts that took place on a day of the period: one statement for each BATCH of events, and one before.

    What was taken back is left out. A contact is of a campaign when its attempt is, and a response when it belongs to
    an attempt of the campaign. With `names` each says who it was with and who of the staff.
    """
    away = taken_back_in(wanted.municipalities)
    staff = _staff() if names else {}
    last: UUID | None = None
    while True:
        rows = db.session().execute(_around(_page(wanted, last), names=names)).all()
        for code, *row in rows:
            if row[0] not in away and _is_wanted(code, wanted):
                yield _contact(row, staff)
        if len(rows) < BATCH:
            return
        last = rows[-1][1]


def _page(wanted: Wanted, last: UUID | None) -> Subquery:
    """The next events, by their ids: these are ordered as they became known, and the table lies in that order."""
    event = db.table(CaseEvent).c
    columns = (event.id, event.at, event.kind, event.channel, event.actor, event.data)
    query = select(*columns, event.case_id, event.attempt_id).where(*_events(wanted))
    query = query.where(event.id > last) if last else query
    return query.order_by(event.id).limit(BATCH).subquery("page")


def _around(page: Subquery, *, names: bool) -> Select[Any]:
    """The events of a page with what is known around each.

    Outer joins, so that no database begins at the other end; whose municipality it is, is looked at afterwards.
    """
    event, case, person = page.c, db.table(Case).c, db.table(Person).c
    attempt, notice = db.table(ContactAttempt).c, db.table(CoachNotice).c
    return (
        select(
            case.municipality_code,
            *(event.id, event.at, event.kind, event.channel, event.actor, event.data),
            *(case.reference, person.language, attempt.step, attempt.status),
            *(notice.created_at, notice.coach_id, notice.handled_at),
            *((person.given_name, person.infix, person.family_name) if names else ()),
        )
        .outerjoin_from(page, db.table(Case), case.id == event.case_id)
        .outerjoin(db.table(Person), person.id == case.person_id)
        .outerjoin(db.table(ContactAttempt), attempt.id == event.attempt_id)
        # By the case as well, which has an index.
        .outerjoin(db.table(CoachNotice), and_(notice.case_id == event.case_id, notice.event_id == event.id))
        .order_by(event.id)
    )


def _is_wanted(code: str, wanted: Wanted) -> bool:
    everywhere = wanted.municipalities is None or code in wanted.municipalities
    return everywhere and wanted.municipality in (None, code)


def _contact(row: Sequence[Any], staff: Mapping[str, str]) -> Contact:
    id_, at, kind, channel, actor, data, reference, language, step, status, *rest = row
    created_at, coach_id, handled_at, *name = rest
    return Contact(
        id=id_,
        at=at,
        kind=EventKind(kind),
        channel=channel,
        actor=actor,
        data=data,
        reference=reference,
        language=language,
        step=step,
        status=status,
        task=Task(created_at, coach_id, handled_at) if created_at else None,
        name=Name(*name) if name else None,
        staff_name=staff.get(actor, ""),
    )


def _events(wanted: Wanted) -> list[ColumnElement[bool]]:
    event = db.table(CaseEvent).c
    # No column as it is, so that the index by kind is not taken: it would be read whole and sorted for each page.
    found: list[ColumnElement[bool]] = [event.kind.concat("").in_([kind.value for kind in KINDS])]
    if wanted.since is not None:
        found.append(event.at >= datetime.combine(wanted.since, time(0), clock.TIMEZONE))
    if wanted.until is not None:
        end = datetime.combine(wanted.until + timedelta(days=1), time(0), clock.TIMEZONE)
        found.append(event.at < end)
    return [*found, _of_campaign(wanted.campaign)] if wanted.campaign else found


def _of_campaign(slug: str) -> ColumnElement[bool]:
    event, attempt = db.table(CaseEvent).c, db.table(ContactAttempt).c
    own = (
        select(attempt.id, attempt.response_event_id)
        .join(db.table(Campaign), db.table(Campaign).c.id == attempt.campaign_id)
        .where(db.table(Campaign).c.slug == slug)
        .cte("of_campaign")
    )
    answered = select(own.c.response_event_id).where(own.c.response_event_id.is_not(None))
    return or_(event.attempt_id.in_(select(own.c.id)), event.id.in_(answered))


def _staff() -> dict[str, str]:
    """The names of the staff by the actor of their events."""
    user = db.table(User).c
    query = select(user.id, user.given_name, user.family_name)
    return {f"staff:{row[0]}": f"{row[1]} {row[2]}" for row in db.session().execute(query)}
