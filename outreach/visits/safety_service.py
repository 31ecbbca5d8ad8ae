"""Verbs of safety at the door: check in and out, ask for help, watch who is overdue, choose a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from outreach import clock, db, jobs
from outreach.attempts.models import ContactAttempt
from outreach.cases.models import Case
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _, _l
from outreach.staff import push_delivery_service
from outreach.staff import push_queries as devices
from outreach.staff.push_delivery_service import Notice
from outreach.staff.scope import Scope
from outreach.visits import safety_queries
from outreach.visits.models import CheckIn, SafetyContact
from outreach.visits.report_rules import CLOCK_OFF
from outreach.visits.safety_rules import FORGOTTEN, Said, Warned, warned_by_now

WAITS = (5, 15, 60, 300)
"""Seconds until a device whose push service was busy is tried again."""


class Alarm(StrEnum):
    """What a notice is about; it names nobody."""

    check_out = "check-out"
    overdue = "overdue"
    help = "help"


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of what a phone said. `told`: devices that heard her call for help; `new`: we did not know of it."""

    new: bool
    told: int = 0


def keep(check_in_id: UUID, said: Said, scope: Scope, phone_now: datetime | None = None) -> Kept:
    """Take in what her phone says of a check-in; saying it again, late or in another order does no harm.

    1. A check-in is hers alone, and what has ended never begins again: moments are only filled in.
    2. A phone whose clock is wrong (`phone_now`, at sending) is set right by ours.
    3. Asking for help tells her colleague and the coordinators at once, once.

    Raises Conflict when the id is somebody else's, NotFound for a visit that is not there.
    """
    said = _set_right(said, phone_now, clock.now())
    try:
        return _keep(check_in_id, said, scope)
    except IntegrityError:  # The phone said it twice at once, and the other was first.
        return _keep(check_in_id, said, scope)


def _keep(check_in_id: UUID, said: Said, scope: Scope) -> Kept:
    assert scope.user_id is not None, "a signed-in person has an id"
    now = clock.now()
    with db.write() as session:
        found = session.get(CheckIn, check_in_id, with_for_update=True)
        if found is not None and found.user_id != scope.user_id:
            raise Conflict(_l("This check-in is somebody else's."))
        new = found is None
        if found is None:
            found = CheckIn(
                id=check_in_id,
                user_id=scope.user_id,
                case_id=_there(session, Case, said.case),
                attempt_id=_there(session, ContactAttempt, said.visit),
                at=min(said.at, now),
                minutes=said.minutes,
                received_at=now,
            )
        found.ended_at = found.ended_at or said.ended_at
        # She may ask for more time, as long as she is there.
        if found.ended_at is None and said.minutes > found.minutes:
            found.minutes, found.warned = said.minutes, Warned.nobody
        told = 0
        if found.help_at is not None:
            told = len(safety_queries.devices_of(safety_queries.to_tell(scope.user_id)))
        elif said.help_at is not None:
            found.help_at = said.help_at
            if now - said.help_at < FORGOTTEN:
                told = _tell_others(scope.user_id, Alarm.help)
        session.add(found)
        session.flush()
        return Kept(new, told)


def _set_right(said: Said, phone_now: datetime | None, now: datetime) -> Said:
    off = phone_now - now if phone_now is not None else timedelta()
    if abs(off) <= CLOCK_OFF:
        return said
    return replace(
        said,
        at=said.at - off,
        ended_at=said.ended_at - off if said.ended_at else None,
        help_at=said.help_at - off if said.help_at else None,
    )


def _there(session: Session, model: type[Case] | type[ContactAttempt], id_: UUID | None) -> UUID | None:
    """The id when the row exists: a check-in counts, whatever became of the visit."""
    return session.execute(select(col(model.id)).where(col(model.id) == id_)).scalar() if id_ else None


def watch(now: datetime) -> int:
    """See who is overdue, as the worker does each minute; gives how many were told of.

    First she herself hears of it, ten minutes later the others; each once, by one conditional UPDATE.
    """
    told = 0
    for id_, user_id, at, minutes, warned in safety_queries.overdue(now):
        wanted = warned_by_now(at, minutes, now)
        if wanted <= warned:
            continue
        with db.write() as session:
            check = db.table(CheckIn)
            changed = session.scalars(
                update(check)
                .where(check.c.id == id_, check.c.ended_at.is_(None), check.c.warned < wanted.value)
                .where(check.c.minutes == minutes)
                .values(warned=wanted.value, warned_at=now)
                .returning(check.c.id)
            ).first()
            if changed is None:
                continue
            told += 1
            if wanted is Warned.herself:
                _tell([user_id], Alarm.check_out)
            else:
                _tell_others(user_id, Alarm.overdue)
    return told


def _tell_others(user_id: UUID, alarm: Alarm) -> int:
    return _tell(safety_queries.to_tell(user_id), alarm)


def _tell(user_ids: Sequence[UUID], alarm: Alarm) -> int:
    """Queue a notice to all devices of these people; gives how many devices. Inside `db.write()`."""
    found = safety_queries.devices_of(user_ids) if user_ids else []
    if found:
        jobs.soon("alarm", alarm.value, found)
    return len(found)


def tell(alarm: str, device_ids: Sequence[UUID], tries: int = 0) -> None:
    """The job: tell these devices, each in the language of its owner; who could not be told now is tried again."""
    about = Alarm(alarm)
    notices: list[Notice] = []
    for device, user in devices.with_owners(device_ids):
        with force_locale(user.language):
            title, body = _words(about)
        notices.append(Notice(device, title, body, f"safety-{about.value}", "/safety"))
    delivery = push_delivery_service.deliver(notices)
    if delivery.busy and tries < len(WAITS):
        jobs.later(max(WAITS[tries], delivery.seconds), "alarm", alarm, delivery.busy, tries + 1)


def _words(alarm: Alarm) -> tuple[str, str]:
    if alarm is Alarm.check_out:
        return _("Are you out of the door yet?"), _("Check out, or give yourself more time.")
    if alarm is Alarm.overdue:
        return _("A colleague has not checked out."), _("Tap to see who, and call her.")
    return _("A colleague asks for help."), _("Tap to see who, and call her. In danger: call 112.")


def seen(check_in_id: UUID, scope: Scope) -> None:
    """Somebody has contact with her: the others need not call any more. Raises NotFound."""
    with db.write() as session:
        found = _of_a_colleague(session, check_in_id, scope)
        found.help_seen_at = found.help_seen_at or clock.now()
        found.help_seen_by = found.help_seen_by or scope.user_id
        session.add(found)


def check_out(check_in_id: UUID, scope: Scope) -> None:
    """She is out: she says so herself on a page, or a colleague who spoke to her does. Raises NotFound."""
    with db.write() as session:
        found = session.get(CheckIn, check_in_id, with_for_update=True)
        if found is None or found.user_id != scope.user_id:
            found = _of_a_colleague(session, check_in_id, scope)
        found.ended_at = found.ended_at or clock.now()
        session.add(found)


def _of_a_colleague(session: Session, check_in_id: UUID, scope: Scope) -> CheckIn:
    if check_in_id not in {one.id for one in safety_queries.doors(scope, clock.now())}:
        raise NotFound(_l("This colleague is not at a door any more."))
    return session.get_one(CheckIn, check_in_id, with_for_update=True)


def choose_colleague(colleague_id: UUID | None, scope: Scope) -> None:
    """Say who is told when she does not check out; None: only the coordinators. Raises Refused."""
    assert scope.user_id is not None, "a signed-in person has an id"
    if colleague_id is not None and colleague_id not in dict(safety_queries.colleagues_for(scope)):
        raise Refused(_l("Choose a colleague from the list."))
    with db.write() as session:
        found = session.get(SafetyContact, scope.user_id)
        if colleague_id is None:
            if found is not None:
                session.delete(found)
            return
        found = found or SafetyContact(user_id=scope.user_id, colleague_id=colleague_id)
        found.colleague_id = colleague_id
        session.add(found)
