"""What staff do on a case: notes, status, coach, ways to be reached, and dealing with notices."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from outreach import clock, db
from outreach.cases import outcome_queries, timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice, OptOut
from outreach.cases.outcomes import OutcomeList
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.cases.timeline import Recorded, staff_actor
from outreach.cases.verify_queries import Compared
from outreach.errors import NotFound, Refused
from outreach.i18n import _l

LONGEST_NOTE = 4000
"""Characters that fit into a note."""

OPT_OUT_CHANNELS = ("whatsapp", "sms", "email", "letter", "call", "visit", "all")
"""Ways by which somebody can ask not to be reached."""


def add_note(case_id: UUID, text: str, *, by: UUID) -> Recorded:
    """Write a note on the timeline. Refused when it is empty or longer than LONGEST_NOTE."""
    text = text.strip()
    if not text:
        raise Refused(_l("Write something in the note first."))
    if len(text) > LONGEST_NOTE:
        raise Refused(_l("The note is too long. Make it shorter, or split it in two."))
    return timeline.record(case_id, EventKind.note_added, actor=staff_actor(by), data={"text": text})


def outcomes_for(region_id: UUID, target_group: str) -> OutcomeList:
    """The outcome list that a region's cases of a target group close with; its `choices` are those to choose from."""
    return outcome_queries.lists_in(region_id).own_list(TargetGroup(target_group))


def choose_status(
    case_id: UUID,
    status: CaseStatus,
    *,
    by: UUID,
    outcome: str | None = None,
    outcome_on: date | None = None,
    reason: str = "",
) -> Recorded:
    """Give a case another status.

    Closing needs an outcome of the target group's list, and the day on which it was so (today when left out).
    Opening a closed case again takes its outcome away; the timeline keeps it.
    Raises Refused for a missing or unknown outcome, Conflict when the status may not follow the present one.
    """
    with db.write() as session:
        case = db.table(Case).c
        query = select(case.region_id, case.target_group, case.outcome).where(case.id == case_id)
        row = session.execute(query).first()
        if row is None:
            raise NotFound(_l("This case does not exist."))
        data: dict[str, Any] = {"status": status.value, "reason": reason.strip()}
        if status is CaseStatus.afgesloten:
            # An outcome that nobody has yet may be taken off the list: not between looking and closing.
            lists = outcome_queries.lists_in(row.region_id, until_commit=True)
            outcomes = lists.own_list(TargetGroup(row.target_group))
            if outcome not in outcomes.choices:
                raise Refused(_l("Choose how it ended before you close the case."))
            day = outcome_on or clock.today()
            if day > clock.today():
                raise Refused(_l("The day of the outcome lies in the future. Choose today or earlier."))
            data |= {"outcome": outcome, "outcome_list": outcomes.name, "outcome_on": day.isoformat()}
        elif row.outcome is not None:
            data |= {"outcome": None, "outcome_list": None, "outcome_on": None}
        return timeline.record(case_id, EventKind.status_chosen, actor=staff_actor(by), data=data)


def assign_coach(case_id: UUID, coach_id: UUID, *, by: UUID) -> None:
    """Give a case to a coach, with all that waits on it. Nothing happens when it is hers already."""
    with db.write() as session:
        case, notice = db.table(Case), db.table(CoachNotice)
        present = session.execute(select(case.c.coach_id).where(case.c.id == case_id)).first()
        if present is None:
            raise NotFound(_l("This case does not exist."))
        if present.coach_id == coach_id:
            return
        session.execute(update(case).where(case.c.id == case_id).values(coach_id=coach_id))
        session.execute(
            update(notice)
            .where(notice.c.case_id == case_id, notice.c.handled_at.is_(None))
            .values(coach_id=coach_id)
        )
        data = {"coach": str(coach_id)}
        timeline.record(case_id, EventKind.coach_assigned, actor=staff_actor(by), data=data)


def opt_out(case_id: UUID, channel: str, *, by: UUID) -> None:
    """Note that the person does not want to be reached by a channel ('all': by none). Safe to repeat."""
    if channel not in OPT_OUT_CHANNELS:
        raise Refused(_l("Choose a way of reaching somebody."))
    _opt_out(case_id, channel, staff_actor(by))


def opted_out_herself(case_id: UUID, channel: str) -> None:
    """Note that the person herself stopped a channel: by a word, or by blocking us. Safe to repeat."""
    _opt_out(case_id, channel, timeline.PERSON)


def _opt_out(case_id: UUID, channel: str, actor: str) -> None:
    with db.write() as session:
        person_id = _person_of(case_id)
        if _has_opted_out(person_id, channel):
            return
        event = timeline.record(case_id, EventKind.opted_out, actor=actor, data={"channel": channel})
        row = {"person_id": person_id, "channel": channel, "since": event.at, "event_id": event.id}
        session.execute(insert(db.table(OptOut)), [row])


def opt_in(case_id: UUID, channel: str, *, by: UUID) -> None:
    """Note that the person may be reached by a channel again. Safe to repeat."""
    _opt_in(case_id, channel, staff_actor(by))


def opted_in_herself(case_id: UUID, channel: str) -> None:
    """Note that the person herself asked for a channel again. Safe to repeat."""
    _opt_in(case_id, channel, timeline.PERSON)


def _opt_in(case_id: UUID, channel: str, actor: str) -> None:
    with db.write() as session:
        person_id = _person_of(case_id)
        if not _has_opted_out(person_id, channel):
            return
        table = db.table(OptOut)
        session.execute(delete(table).where(table.c.person_id == person_id, table.c.channel == channel))
        timeline.record(case_id, EventKind.opted_in, actor=actor, data={"channel": channel})


def _person_of(case_id: UUID) -> UUID:
    case = db.table(Case).c
    found: UUID | None = db.session().execute(select(case.person_id).where(case.id == case_id)).scalar()
    if found is None:
        raise NotFound(_l("This case does not exist."))
    return found


def _has_opted_out(person_id: UUID, channel: str) -> bool:
    table = db.table(OptOut).c
    query = select(table.channel).where(table.person_id == person_id, table.channel == channel)
    return db.session().execute(query).first() is not None


def handle_notice(notice_id: UUID, *, by: UUID) -> None:
    """Note that somebody has dealt with a notice. Safe to repeat: who was first stays."""
    with db.write() as session:
        notice = db.table(CoachNotice)
        session.execute(
            update(notice)
            .where(notice.c.id == notice_id, notice.c.handled_at.is_(None))
            .values(handled_at=clock.now(), handled_by=by)
        )


def handle_messages(case_id: UUID, *, by: UUID) -> None:
    """Note that somebody has answered the messages of this case: their notices are dealt with. Safe to repeat."""
    with db.write() as session:
        notice = db.table(CoachNotice)
        session.execute(
            update(notice)
            .where(
                notice.c.case_id == case_id,
                notice.c.kind == EventKind.message_received.value,
                notice.c.handled_at.is_(None),
            )
            .values(handled_at=clock.now(), handled_by=by)
        )


def reopen_notice(notice_id: UUID, *, by: UUID) -> None:
    """Undo `handle_notice`, only by whoever did it."""
    with db.write() as session:
        notice = db.table(CoachNotice)
        session.execute(
            update(notice)
            .where(notice.c.id == notice_id, notice.c.handled_by == by)
            .values(handled_at=None, handled_by=None)
        )


def rebuild(compared: Compared) -> bool:
    """Set the cached columns of a case to what its events say; False when they cannot be folded."""
    if compared.folded is None:
        return False
    state = compared.folded
    with db.write() as session:
        case = db.table(Case)
        session.execute(
            update(case)
            .where(case.c.id == compared.case_id, case.c.event_count == compared.cached_count)
            .values(
                event_count=compared.count,
                status=state.status.value,
                status_since=state.status_since,
                responded_at=state.responded_at,
                outcome=state.outcome,
                outcome_list=state.outcome_list,
                outcome_on=state.outcome_on,
            )
        )
    return True
