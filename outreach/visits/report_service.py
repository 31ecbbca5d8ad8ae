"""Verbs on reports of visits: take one in as a phone sends it, and settle one that had to wait."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import logging_service
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel, Owner, Result
from outreach.attempts.service import NewAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns import visit_queries
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.responses import card_service
from outreach.responses.card_service import Binding
from outreach.staff.scope import Scope
from outreach.visits import checklist_files, checklist_rules, pictures
from outreach.visits import report as reports
from outreach.visits.models import Appointment, VisitPicture, VisitReport
from outreach.visits.report import Answer, NextKind, Picture, PlanWish, Problems, Report
from outreach.visits.report_rules import CLOCK_OFF, Facts, Flag, ReportState, flags, park_reason

MORNING = time(9)


class Fate(StrEnum):
    """What became of a body under an id."""

    new = "new"
    same = "same"
    parked = "parked"
    other = "other"
    invalid = "invalid"


@dataclass(frozen=True, slots=True)
class Taken:
    """The fate, and of an invalid body what is wrong, field by field."""

    fate: Fate
    errors: Problems = field(default_factory=dict)


def take_in(
    report_id: UUID,
    body: object,
    scope: Scope,
    *,
    phone_now: datetime | None = None,
    on_page: bool = False,
) -> Taken:
    """Take a report in; the same again changes nothing. `phone_now`: the phone's clock at sending.

    `on_page`: it was written on a page of the case, which showed whose it is and how it stands.

    1. A body that the phone can mend is refused field by field, and nothing is kept.
    2. An id that is there already is the same again (same digest, same coach) or another report.
    3. The case is locked. What it met decides whether the report is applied or parked (report_rules).
    4. Report, pictures, events, attempt, card, plan and next step are one transaction.

    Nobody's report is refused for what happened meanwhile: it is applied and flagged, or parked.
    """
    report, wrong = reports.read(body)
    if report is None:
        return Taken(Fate.invalid, wrong)
    checklist = checklist_files.find(report.checklist, report.version)
    if checklist is not None:
        wrong = checklist_rules.problems(checklist, report.answers, spoke=report.outcome.spoke)
        if wrong:
            return Taken(Fate.invalid, {f"answers.{name}": sentence for name, sentence in wrong.items()})
    kept, wrong = pictures.cleaned(report.pictures)
    if wrong:
        return Taken(Fate.invalid, wrong)
    answers = checklist_rules.tidy(checklist, report.answers) if checklist else report.answers
    incoming = _Incoming(
        report_id, reports.digest(body), report, kept, phone_now, checklist is not None, answers, on_page
    )
    try:
        return _take_in(incoming, scope)
    except IntegrityError:  # It came twice at once, and the other was first.
        return _take_in(incoming, scope)


@dataclass(frozen=True, slots=True)
class _Incoming:
    id: UUID
    digest: str
    report: Report
    pictures: tuple[Picture, ...]
    phone_now: datetime | None
    checklist_known: bool
    answers: Mapping[str, Answer]
    on_page: bool


def _take_in(incoming: _Incoming, scope: Scope) -> Taken:
    assert scope.user_id is not None, "a signed-in person has an id"
    with db.write() as session:
        report = incoming.report
        status, coach_id = _locked_case(session, report.case, scope)
        there = session.get(VisitReport, incoming.id)
        if there is not None:
            return _again(there, incoming.digest, scope.user_id)
        now = clock.now()
        off = incoming.phone_now - now if incoming.phone_now is not None else timedelta()
        facts = _facts(session, incoming, scope.user_id, status, coach_id)
        reason = park_reason(facts)
        known = status is not None
        row = VisitReport(
            id=incoming.id,
            digest=incoming.digest,
            coach_id=scope.user_id,
            case_id=report.case if known else None,
            attempt_id=report.visit if known and facts.visit_status and facts.visit_of_case else None,
            state=ReportState.parked if reason else ReportState.applied,
            reason=reason,
            flags=[flag.value for flag in flags(facts, off)],
            checklist=report.checklist,
            checklist_version=report.version,
            outcome=report.outcome,
            visited_at=_mended(report.ended_at, off, now),
            received_at=now,
            clock_off=int(off.total_seconds()),
            body=_stored(report, incoming.answers),
        )
        session.add(row)
        session.flush()
        _keep_pictures(session, row.id, incoming.pictures)
        if reason is None:
            apply(session, row, report)
        session.flush()
        return Taken(Fate.parked if reason else Fate.new)


def _again(there: VisitReport, digest: str, user_id: UUID) -> Taken:
    if there.coach_id != user_id or there.digest != digest:
        return Taken(Fate.other)
    return Taken(Fate.parked if there.state == ReportState.parked else Fate.same)


def _locked_case(session: Session, case_id: UUID, scope: Scope) -> tuple[CaseStatus | None, UUID | None]:
    """Status and coach of the case, locked; (None, None) when the reporter may not see such a case."""
    query = (
        select(col(Case.status), col(Case.coach_id))
        .where(col(Case.id) == case_id, col(Case.municipality_code).in_(scope.municipalities))
        .with_for_update()
    )
    row = session.execute(query).first()
    return (CaseStatus(row[0]), row[1]) if row else (None, None)


def _facts(
    session: Session, incoming: _Incoming, reporter: UUID, status: CaseStatus | None, coach_id: UUID | None
) -> Facts:
    report = incoming.report
    row = None
    if report.visit is not None and status is not None:
        attempt, appointment = db.table(ContactAttempt).c, db.table(Appointment).c
        row = session.execute(
            select(
                attempt.case_id,
                attempt.channel,
                attempt.status,
                appointment.coach_id,
                appointment.second_coach_id,
            )
            .join_from(
                db.table(ContactAttempt),
                db.table(Appointment),
                appointment.attempt_id == attempt.id,
                isouter=True,
            )
            .where(attempt.id == report.visit)
        ).first()
    right = row is not None and row.case_id == report.case and row.channel == Channel.visit
    return Facts(
        reporter=reporter,
        status=status,
        case_coach=coach_id,
        appointed=frozenset(one for one in row[3:] if one) if row is not None else frozenset(),
        visit_status=AttemptStatus(row.status) if row is not None and right else None,
        visit_of_case=report.visit is None or right,
        checklist_known=incoming.checklist_known,
        checklist_newest=report.version == checklist_files.newest_version(report.checklist),
        on_page=incoming.on_page,
    )


def _mended(at: datetime, off: timedelta, now: datetime) -> datetime:
    """When it was by our clock; nothing took place in the future."""
    return min(at - off if abs(off) > CLOCK_OFF else at, now)


def _stored(report: Report, answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {
        "answers": dict(answers),
        "note": report.note,
        "card_left": report.card_left,
        "card_code": report.card_code,
        "next": {"kind": report.next.kind, "on": report.next.on.isoformat()} if report.next else None,
        "plan": report.plan,
        "began_at": report.began_at.isoformat(),
        "ended_at": report.ended_at.isoformat(),
    }


def _keep_pictures(session: Session, report_id: UUID, kept: tuple[Picture, ...]) -> None:
    rows = [
        {
            "id": db.new_id(),
            "report_id": report_id,
            "kind": one.kind,
            "media_type": one.media_type,
            "content": one.content,
        }
        for one in kept
    ]
    if rows:
        session.execute(insert(db.table(VisitPicture)), rows)


def apply(session: Session, row: VisitReport, report: Report) -> None:
    """Let a report change its case: attempt, event, card, plan, next step. Inside `db.write()`, the case locked."""
    assert row.case_id is not None, "a report without a case is parked"
    result = report.outcome.result
    if result is None:
        _call_off(session, row, report)
    else:
        _log(session, row, report, result)
    if report.plan is PlanWish.stop:
        campaigns.stop_plans_of(row.case_id, timeline.staff_actor(row.coach_id))
    _next_step(session, row, report)
    session.add(row)


def _log(session: Session, row: VisitReport, report: Report, result: Result) -> None:
    assert row.case_id is not None
    data: dict[str, Any] = {"note": report.note, "report": str(row.id)}
    if row.flags:
        data["flags"] = list(row.flags)
    if report.next is not None:
        data["next"] = {"kind": report.next.kind.value, "on": report.next.on.isoformat()}
    logged = logging_service.log_reported_visit(
        row.case_id,
        result,
        by=row.coach_id,
        attempt_id=row.attempt_id,
        card_left=report.card_left,
        data=data,
        at=row.visited_at,
        again=True,
    )
    row.event_id, row.attempt_id = logged.event.id, logged.attempt_id
    if report.card_code:
        within = visit_queries.card_answer_within(logged.enrolment_id, logged.card_step)
        _bind_card(session, row, report.card_code, logged.card_id, within)


def _bind_card(
    session: Session, row: VisitReport, code: str, card_id: UUID | None, within: int | None
) -> None:
    assert row.case_id is not None
    done = card_service.bind(
        session, code, row.case_id, card_id, by=row.coach_id, at=row.visited_at, answer_within=within
    )
    if done in card_service.FLAGGED:
        row.flags = [*row.flags, Flag.card_used.value]
    elif done is Binding.unknown:
        row.flags = [*row.flags, Flag.card_unknown.value]


def _call_off(session: Session, row: VisitReport, report: Report) -> None:
    """There was no visit after all: the attempt is cancelled, so that nobody goes there by it."""
    assert row.case_id is not None
    data: dict[str, Any] = {"reason": report.note, "report": str(row.id)}
    if row.attempt_id is not None:
        attempts.change(
            session, row.attempt_id, AttemptStatus.cancelled, reason="called_off", ended_at=row.visited_at
        )
    event = timeline.record(
        row.case_id,
        EventKind.visit_cancelled,
        actor=timeline.staff_actor(row.coach_id),
        channel=Channel.visit,
        data=data,
        at=row.visited_at,
        attempt_id=row.attempt_id,
    )
    row.event_id = event.id


def _next_step(session: Session, row: VisitReport, report: Report) -> None:
    """The call or visit that she chose; a day that passed before the report came is today.

    The day is by the phone's clock: one that is far ahead must not make a report refused.
    """
    if report.next is None or row.case_id is None:
        return
    today = clock.today()
    on = min(max(report.next.on, today), today + reports.FURTHEST - timedelta(days=1))
    at = datetime.combine(on, MORNING, clock.TIMEZONE)
    if report.next.kind is NextKind.call:
        logging_service.plan_call_back(row.case_id, max(at, clock.now()), by=row.coach_id)
    elif report.next.kind is NextKind.visit:
        new = NewAttempt(
            case_id=row.case_id,
            enrolment_id=None,
            campaign_id=None,
            step=Channel.visit.value,
            ordinal=1,
            channel=Channel.visit.value,
            owner=Owner.coach.value,
            template=None,
            variant=None,
            due_at=at,
            latest_at=None,
        )
        attempts.plan_many(session, [new])


def report_of(row: VisitReport) -> Report:
    """The report that a row keeps, for applying it later. Its pictures are kept already."""
    body: Mapping[str, Any] = row.body
    report, wrong = reports.read(
        {
            "visit": str(row.attempt_id) if row.attempt_id else None,
            "case": str(row.case_id or UUID(int=0)),
            "checklist": row.checklist,
            "version": row.checklist_version,
            "outcome": row.outcome,
            "pictures": [],
            **body,
        }
    )
    assert report is not None, f"what was kept can be read again: {sorted(wrong)}"
    return report
