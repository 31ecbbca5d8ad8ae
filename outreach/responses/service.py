"""Verbs of the response form: hand out codes, take an answer in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session, col, select

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.cases import timeline
from outreach.cases.models import Case
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.regions.models import Region
from outreach.responses import codes, queries, rules
from outreach.responses.models import EarlyResponse, Response, ResponseCode
from outreach.responses.rules import Answers, Intent

CHUNK = 500
CHANNEL = "form"


class CodeNotOpen(NotFound):
    """The code takes no answer: unknown, expired, not bound to a case, or its case is closed."""


@dataclass(frozen=True, slots=True)
class CodeFor:
    """What a new code leads to; without a case it is a card's code, bound when the card is left behind."""

    case_id: UUID | None
    attempt_id: UUID | None
    region_id: UUID
    language: str = "nl"
    card_batch_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the sender is told: what came in, when, and who goes on with it. `again`: it was a double tap."""

    code: str
    intent: Intent
    at: datetime
    contact: queries.Contact
    again: bool = False


def issue_codes(session: Session, wanted: Sequence[CodeFor], drawn: Sequence[str] | None = None) -> list[str]:
    """New codes, in the order of `wanted`, each valid as long as its region says (`code_valid_days`).

    `drawn` are codes from `draw_codes` that already stand on paper. To be called inside `db.write()`.
    """
    if not wanted:
        return []
    now = clock.now()
    expires = {
        region.id: now + timedelta(days=region.settings.code_valid_days)
        for region in session.exec(select(Region).where(col(Region.id).in_({w.region_id for w in wanted})))
    }
    drawn = list(drawn) if drawn is not None else draw_codes(session, len(wanted))
    rows = [
        {
            "code": code,
            "region_id": want.region_id,
            "case_id": want.case_id,
            "attempt_id": want.attempt_id,
            "language": want.language,
            "issued_at": now,
            "expires_at": expires[want.region_id],
            "card_batch_id": want.card_batch_id,
        }
        for code, want in zip(drawn, wanted, strict=True)
    ]
    session.connection().execute(insert(db.table(ResponseCode)), rows)
    return drawn


def draw_codes(session: Session, number: int) -> list[str]:
    """So many codes that differ from each other and from all that were ever given out; none is stored.

    A code that happens to exist already is drawn again. Letters are printed with such codes outside any
    transaction and then handed to `issue_codes`.
    """
    drawn: dict[str, None] = {}
    while len(drawn) < number:
        fresh: dict[str, None] = {}
        while len(fresh) < min(CHUNK, number - len(drawn)):
            fresh[codes.new_code()] = None
        taken = session.exec(select(ResponseCode.code).where(col(ResponseCode.code).in_(list(fresh)))).all()
        drawn |= dict.fromkeys(fresh.keys() - set(taken))
    return list(drawn)


def submit(code: str, answers: Answers, language: str) -> Confirmation:
    """Take an answer in; `code` as typed or scanned, `language` that of the page.

    In one transaction:
    1. The case is locked, so that two submissions at once come one after the other.
    2. The code is looked up again: it must still be open.
    3. The same answers as the last ones of this code, within a minute, are a double tap: nothing is stored.
    4. The event goes to the timeline (actor 'person', channel 'form', the attempt that carried the code),
       the answers into a Response row; an earlier answer stays as it was.

    An answer on a card that is bound to nobody yet is kept, and taken in as soon as it is (card_service.bind).
    Raises CodeNotOpen when the code takes no answer.
    """
    try:
        return _submit(code, answers, language)
    except _BoundMeanwhile:
        return _submit(code, answers, language)


class _BoundMeanwhile(Exception):
    """The card was bound to a case while its answer waited for the lock on its code."""


def _submit(code: str, answers: Answers, language: str) -> Confirmation:
    now = clock.now()
    with db.write() as session:
        found, whose = _open_code(session, code, now)
        stored = rules.stored_as(answers)
        confirmation = Confirmation(found.code, answers.intent, now, queries.contact(found))
        last_answers, last_at = _last(session, found.code, bound=whose is not None)
        if last_at is not None and rules.same_again(last_answers, last_at, stored, now):
            return Confirmation(found.code, answers.intent, last_at, confirmation.contact, again=True)
        if whose is None:
            session.add(EarlyResponse(code=found.code, submitted_at=now, language=language, answers=stored))
        else:
            take_in(session, found.code, whose.case_id, whose.attempt_id, stored, at=now, language=language)
        session.flush()
        return confirmation


def take_in(
    session: Session,
    code: str,
    case_id: UUID,
    attempt_id: UUID | None,
    stored: Mapping[str, Any],
    *,
    at: datetime,
    language: str,
) -> None:
    """Tell the timeline of an answer (as rules.stored_as keeps it) and keep it. The case is locked."""
    kind, data = rules.event_of_stored(stored)
    response_id = db.new_id()
    event = timeline.record(
        case_id,
        kind,
        actor=timeline.PERSON,
        channel=CHANNEL,
        data={"response_id": str(response_id), **data},
        at=at,
        attempt_id=attempt_id,
    )
    if attempt_id is not None:
        attempts.note_scanned(session, attempt_id, at)
    session.add(
        Response(
            id=response_id,
            code=code,
            case_id=case_id,
            attempt_id=attempt_id,
            event_id=event.id,
            submitted_at=at,
            language=language,
            answers=dict(stored),
        )
    )


def _last(session: Session, code: str, *, bound: bool) -> tuple[Mapping[str, Any], datetime | None]:
    """The last answer of this code and when it came; without one ({}, None)."""
    table = Response if bound else EarlyResponse
    row = session.execute(
        select(col(table.answers), col(table.submitted_at))
        .where(col(table.code) == code)
        .order_by(col(table.submitted_at).desc(), col(table.id).desc())
        .limit(1)
    ).first()
    return (row[0], row[1]) if row else ({}, None)


def _open_code(session: Session, text: str, now: datetime) -> tuple[queries.Found, queries.Behind | None]:
    """What the code opens and whose it is, with the case locked; of a card that is nobody's yet, the code itself.

    Raises CodeNotOpen, and _BoundMeanwhile when somebody bound the card before the lock was ours.
    """
    code = codes.normalise(text) or ""
    whose = queries.behind(code)
    if whose is not None:
        session.exec(select(Case.id).where(Case.id == whose.case_id).with_for_update()).first()
    else:
        session.exec(select(ResponseCode.code).where(ResponseCode.code == code).with_for_update()).first()
    found = queries.find(text, session.connection())
    if found is None or not rules.takes_answers(found.case_status, found.expires_at, now, card=found.card):
        raise CodeNotOpen(_l("This code does not work (any more)."))
    if whose is None and found.case_status is not None:
        raise _BoundMeanwhile
    return found, whose
