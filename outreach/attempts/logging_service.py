"""Logging what took place: a call, a home visit, a card that was left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts import rules
from outreach.attempts.appointment_service import FURTHEST
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import CALL_RESULTS, VISIT_RESULTS, AttemptStatus, Channel, Owner, Result
from outreach.attempts.service import NewAttempt, change, plan_many
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.timeline import Recorded
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l

JUST_NOW = timedelta(hours=1)
"""A moment that was offered may have passed while somebody looked at it; then the call is due at once."""


def log_call(
    case_id: UUID,
    result: Result,
    *,
    by: UUID,
    attempt_id: UUID | None = None,
    note: str = "",
    call_back_at: datetime | None = None,
) -> Recorded:
    """Log a call that took place.

    1. The attempt (the given one, else the call that was due, else a new one) is done, or failed when the
       number was wrong.
    2. The timeline hears of it; being spoken to counts as a response and stops the plan.
    3. With `call_back_at` a new call is laid ready for that moment.

    Raises NotFound for an unknown case or attempt, Conflict when the attempt was logged already, Refused for
    a result that a call cannot have.
    """
    if result not in CALL_RESULTS:
        raise Refused(_l("Choose what came of the call."))
    with db.write() as session:
        ended = _end(session, case_id, Channel.call, result, attempt_id)
        data: dict[str, Any] = {"result": result.value, "note": note.strip(), **_unplanned(ended)}
        if call_back_at is not None:
            again = replace(_outside_plan(case_id, Channel.call), due_at=call_back_at)
            data["laid_ready"] = [str(id_) for id_ in plan_many(session, [again])]
        return timeline.record(
            case_id,
            EventKind.call_logged,
            actor=timeline.staff_actor(by),
            channel=Channel.call,
            data=data,
            attempt_id=ended.attempt_id,
        )


def plan_call_back(case_id: UUID, at: datetime, *, by: UUID) -> UUID:
    """Lay a call ready for an (aware) moment that was agreed on; gives its id.

    One that lay ready by agreement already is moved. The notices of the case that ask for it stay: who plans it may
    put them away. Raises Refused for a moment that has passed or is more than FURTHEST away, NotFound for an unknown
    case.
    """
    now = clock.now()
    if at < now - JUST_NOW:
        raise Refused(_l("This moment has passed. Choose a later one."))
    if at > now + FURTHEST:
        raise Refused(_l("This is more than two months away. Choose an earlier day."))
    with db.write() as session:
        attempt, case = db.table(ContactAttempt), db.table(Case)
        if session.execute(select(case.c.id).where(case.c.id == case_id).with_for_update()).first() is None:
            raise NotFound(_l("This case does not exist."))
        moved: UUID | None = session.execute(
            update(attempt)
            .where(attempt.c.case_id == case_id, attempt.c.channel == Channel.call.value)
            .where(attempt.c.status == AttemptStatus.planned.value, attempt.c.enrolment_id.is_(None))
            .values(due_at=at)
            .returning(attempt.c.id)
        ).scalar()
        return moved or plan_many(session, [replace(_outside_plan(case_id, Channel.call), due_at=at)])[0]


def log_visit(
    case_id: UUID,
    result: Result,
    *,
    by: UUID,
    attempt_id: UUID | None = None,
    note: str = "",
    card_left: bool = False,
) -> Recorded:
    """Log a home visit that took place, and the card that was left when nobody was home.

    1. The attempt (the given one, else the visit that was due, else a new one) is done, or failed when the
       address was wrong or the person has moved.
    2. The timeline hears of it; being spoken to counts as a response and stops the plan.
    3. With `card_left` the plan's card is done as well, so that it is not asked for again, and the timeline
       hears of the card.

    Raises as `log_call`; `card_left` is refused unless nobody was home.
    """
    data = {"note": note.strip()}
    return log_reported_visit(
        case_id, result, by=by, attempt_id=attempt_id, card_left=card_left, data=data
    ).event


@dataclass(frozen=True, slots=True)
class LoggedVisit:
    """A visit that was logged: its event and attempt, and of the card that was left the attempt and the plan's step."""

    event: Recorded
    attempt_id: UUID
    enrolment_id: UUID | None
    card_id: UUID | None = None
    card_step: str = ""


def log_reported_visit(
    case_id: UUID,
    result: Result,
    *,
    by: UUID,
    attempt_id: UUID | None = None,
    card_left: bool = False,
    data: Mapping[str, Any],
    at: datetime | None = None,
    again: bool = False,
) -> LoggedVisit:
    """`log_visit` for what was reported later: it took place `at`, and the event holds `data` beside the result.

    `again`: a visit that was logged already gets a successor, since what took place is never refused.
    """
    if result not in VISIT_RESULTS:
        raise Refused(_l("Choose what came of the visit."))
    if card_left and result is not Result.nobody_home:
        raise Refused(_l("A card is only left when nobody is home."))
    at = at or clock.now()
    with db.write() as session:
        ended = _end(session, case_id, Channel.visit, result, attempt_id, at=at, again=again)
        event = timeline.record(
            case_id,
            EventKind.visit_logged,
            actor=timeline.staff_actor(by),
            channel=Channel.visit,
            data={"result": result.value, **data, **_unplanned(ended)},
            at=at,
            attempt_id=ended.attempt_id,
        )
        if not card_left:
            return LoggedVisit(event, ended.attempt_id, ended.enrolment_id)
        card_id, step = _leave_card(session, case_id, ended, by, at)
        return LoggedVisit(event, ended.attempt_id, ended.enrolment_id, card_id, step)


def log_card(case_id: UUID, *, by: UUID, attempt_id: UUID) -> Recorded:
    """Log that a planned card was left in the letter box: it is done, and the timeline hears of it.

    Raises NotFound for a task that is no card of this case, Conflict when it was logged already.
    """
    with db.write() as session:
        ended = _end(session, case_id, Channel.card, Result.card_left, attempt_id)
        return _card_left(case_id, ended.attempt_id, by, clock.now())


@dataclass(frozen=True, slots=True)
class _Ended:
    """The attempt that is ended, the plan it belongs to and the status it had."""

    attempt_id: UUID
    enrolment_id: UUID | None
    campaign_id: UUID | None
    step: str
    status: str
    unplanned: bool = False


def _unplanned(ended: _Ended) -> dict[str, Any]:
    """What an event keeps of it that nobody had planned this attempt: taken back, it is not to be done either."""
    return {"unplanned": True} if ended.unplanned else {}


def _end(
    session: Session,
    case_id: UUID,
    channel: Channel,
    result: Result,
    attempt_id: UUID | None,
    *,
    at: datetime | None = None,
    again: bool = False,
) -> _Ended:
    found = _find(session, case_id, channel, attempt_id)
    if found is None and attempt_id is not None:
        raise NotFound(_l("This task does not exist."))
    over = {AttemptStatus.cancelled, AttemptStatus.expired}
    if found is None or found.status in (
        over | {AttemptStatus.done, AttemptStatus.failed} if again else over
    ):
        # What took place is never refused: a task that ran out or was called off meanwhile gets a successor.
        new = _outside_plan(case_id, channel)
        found = _Ended(plan_many(session, [new])[0], None, None, new.step, AttemptStatus.planned, True)
    after = rules.status_after(result)
    if not change(session, found.attempt_id, after, result=result.value, ended_at=at or clock.now()):
        raise Conflict(_l("This was logged already. Look at the case to see what came of it."))
    return found


def _find(session: Session, case_id: UUID, channel: Channel, attempt_id: UUID | None) -> _Ended | None:
    """The given attempt, or without one the earliest that is due today: what was done is not asked for again."""
    attempt = db.table(ContactAttempt)
    names = ("id", "enrolment_id", "campaign_id", "step", "status")
    query = select(*(attempt.c[name] for name in names)).where(
        attempt.c.case_id == case_id, attempt.c.channel == channel.value
    )
    if attempt_id is not None:
        query = query.where(attempt.c.id == attempt_id)
    else:
        query = query.where(
            attempt.c.status == AttemptStatus.planned.value, attempt.c.due_at < clock.end_of_day()
        ).order_by(attempt.c.due_at)
    row = session.execute(query.limit(1)).first()
    return _Ended(*row) if row else None


def _outside_plan(case_id: UUID, channel: Channel) -> NewAttempt:
    return NewAttempt(
        case_id=case_id,
        enrolment_id=None,
        campaign_id=None,
        step=channel.value,
        ordinal=1,
        channel=channel.value,
        owner=Owner.coach.value,
        template=None,
        variant=None,
        due_at=clock.now(),
        latest_at=None,
    )


def _leave_card(session: Session, case_id: UUID, visit: _Ended, by: UUID, at: datetime) -> tuple[UUID, str]:
    """The card's attempt and step: the one that the plan laid ready, else a new one."""
    attempt = db.table(ContactAttempt)
    query = (
        select(attempt.c.id, attempt.c.step)
        .where(attempt.c.case_id == case_id, attempt.c.channel == Channel.card.value)
        .where(attempt.c.status == AttemptStatus.planned.value)
        .order_by(attempt.c.due_at)
        .limit(1)
    )
    planned = session.execute(query).first()
    if planned is not None:
        card, step = planned
    else:
        new = replace(
            _outside_plan(case_id, Channel.card),
            enrolment_id=visit.enrolment_id,
            campaign_id=visit.campaign_id,
            step=rules.card_step(visit.step) if visit.enrolment_id else Channel.card.value,
        )
        card, step = plan_many(session, [new])[0], new.step
    change(session, card, AttemptStatus.done, result=Result.card_left.value, ended_at=at)
    _card_left(case_id, card, by, at)
    return card, step


def _card_left(case_id: UUID, card: UUID, by: UUID, at: datetime) -> Recorded:
    return timeline.record(
        case_id,
        EventKind.card_left,
        actor=timeline.staff_actor(by),
        channel=Channel.card,
        data={},
        at=at,
        attempt_id=card,
    )
