"""Verbs on letters: print what waits, print a batch again, note that a letter came back."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, insert, select, update
from sqlmodel import Session, col

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.timeline import NewEvent
from outreach.errors import Conflict, NotFound
from outreach.i18n import _l
from outreach.letters import batch_queries, queries, typesetting
from outreach.letters.models import Letter, PrintBatch
from outreach.letters.render import Rendered
from outreach.letters.typesetting import Composed, NotPrinted
from outreach.regions.models import Region
from outreach.responses import codes
from outreach.responses import service as responses
from outreach.responses.service import CodeFor

CHUNK = 500
TRIES = 3


@dataclass(frozen=True, slots=True)
class Batch:
    """A stored batch, without its bytes."""

    id: UUID
    number: int
    pages: int
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of printing. Without a batch nothing could be printed. `left`: letters for a next batch."""

    batch: Batch | None
    pages: int = 0
    not_printed: list[NotPrinted] = field(default_factory=list)
    left: int = 0


class _Faster(Exception):
    """Somebody answered, or somebody else printed, while the letters were being set."""


class BatchDamaged(Conflict):
    """The stored bytes are not those that were printed."""


def print_waiting(
    region_id: UUID,
    municipalities: Collection[str],
    campaign_id: UUID | None = None,
    by: UUID | None = None,
) -> Printed:
    """Print the letters that wait, the oldest first, at most typesetting.MOST, as one stored PDF.

    1. What waits is read and composed, and codes are drawn, in memory. What cannot be printed (no usable
       address, a value missing) is set aside with the reason and stays planned.
    2. The letters are set by Typst, outside any transaction, since it takes seconds. What does not fit is set aside
       too, with how much is too long; when nothing is left because every letter is too long, LettersTooLong.
    3. In one transaction: the cases are locked in the order in which every writer locks them; all attempts become
       sent on the condition that they are still planned and not held; the codes, the batch with its PDF and the
       letters are stored; the timeline hears of each.
    4. If a single attempt was not planned any more (a response cancelled it, somebody else printed it), all of 3
       is undone and it begins again at 1, TRIES times at most; after that Conflict.

    So no letter is printed twice, no letter in a batch was cancelled before it, and a crash before the commit of 3
    leaves nothing. Not to be called inside `db.write()`: RuntimeError.
    """
    for _attempt in range(TRIES):
        ready, set_aside = typesetting.compose_waiting(region_id, municipalities, campaign_id)
        done = typesetting.set_letters(region_id, ready)
        not_printed = set_aside + done.left_out
        not_printed += typesetting.hindered(region_id, municipalities, campaign_id)
        if done.rendered is None:
            return Printed(None, not_printed=not_printed)
        try:
            batch = _store(region_id, campaign_id, done.letters, done.rendered, done.picture, by)
        except _Faster:
            continue
        left = queries.count_ready(region_id, municipalities, clock.now(), campaign_id)
        return Printed(batch, batch.pages, not_printed, left - len(set_aside) - len(done.left_out))
    raise Conflict(_l("Answers came in while the letters were being made. Nothing was printed. Try again."))


def _store(
    region_id: UUID,
    campaign_id: UUID | None,
    letters: Sequence[Composed],
    rendered: Rendered,
    picture: bytes,
    by: UUID | None,
) -> Batch:
    now = clock.now()
    with db.write() as session:
        _lock(session, [letter.waiting.case_id for letter in letters])
        _send(session, [letter.waiting.attempt_id for letter in letters], now)
        issued = [
            CodeFor(letter.waiting.case_id, letter.waiting.attempt_id, region_id, letter.data.language)
            for letter in letters
        ]
        responses.issue_codes(session, issued, [letter.data.code or "" for letter in letters])
        batch = Batch(db.new_id(), _next_number(session, region_id), rendered.page_count, now)
        row = {
            "id": batch.id,
            "region_id": region_id,
            "number": batch.number,
            "campaign_id": campaign_id,
            "staff_id": by,
            "printed_at": now,
            "pages": batch.pages,
            "sha256": hashlib.sha256(rendered.pdf).hexdigest(),
            "pdf": rendered.pdf,
            "picture": picture,
        }
        session.execute(insert(db.table(PrintBatch)), [row])
        session.execute(insert(db.table(Letter)), list(_rows(letters, batch.id)))
        timeline.record_many(_events(letters, batch.number, by))
        return batch


def _chunks(ids: Sequence[UUID]) -> Iterator[list[UUID]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def _lock(session: Session, case_ids: Sequence[UUID]) -> None:
    """Cases before attempts, as whoever takes a response in does: so the two never wait for each other."""
    for ids in _chunks(case_ids):
        session.execute(
            select(col(Case.id)).where(col(Case.id).in_(ids)).order_by(col(Case.id)).with_for_update()
        )


def _send(session: Session, attempt_ids: Sequence[UUID], now: datetime) -> None:
    attempt = db.table(ContactAttempt)
    for ids in _chunks(attempt_ids):
        done = session.execute(
            update(attempt)
            .where(
                attempt.c.id.in_(ids),
                attempt.c.status == AttemptStatus.planned.value,
                attempt.c.held.is_(False),
            )
            .values(status=AttemptStatus.sent.value, sent_at=now)
        )
        assert isinstance(done, CursorResult)
        if done.rowcount != len(ids):
            raise _Faster


def _next_number(session: Session, region_id: UUID) -> int:
    session.execute(select(col(Region.id)).where(col(Region.id) == region_id).with_for_update())
    last = session.execute(
        select(func.max(col(PrintBatch.number))).where(col(PrintBatch.region_id) == region_id)
    ).scalar()
    return (last or 0) + 1


def _rows(letters: Sequence[Composed], batch_id: UUID) -> Iterator[dict[str, Any]]:
    digests = {letter.data.text: letter.text.digest for letter in letters}
    for page, letter in enumerate(letters, start=1):
        yield {
            "attempt_id": letter.waiting.attempt_id,
            "batch_id": batch_id,
            "page": page,
            "code": letter.data.code,
            "text_digest": digests[letter.data.text],
            "household_key": letter.waiting.household_key,
        }


def _events(letters: Sequence[Composed], number: int, by: UUID | None) -> list[NewEvent]:
    return [
        NewEvent(
            letter.waiting.case_id,
            EventKind.letter_printed,
            actor=timeline.staff_actor(by) if by else timeline.SYSTEM,
            channel=Channel.letter,
            data={"batch": number, "step": letter.waiting.step, "variant": letter.waiting.variant},
            attempt_id=letter.waiting.attempt_id,
        )
        for letter in letters
    ]


def reprint(batch_id: UUID) -> bytes:
    """The PDF of a batch, byte for byte as it was printed.

    Raises NotFound, or BatchDamaged when the stored bytes are not those any more.
    """
    table = db.table(PrintBatch).c
    row = db.session().execute(select(table.pdf, table.sha256).where(table.id == batch_id)).first()
    if row is None:
        raise NotFound(_l("This batch does not exist."))
    if hashlib.sha256(row.pdf).hexdigest() != row.sha256:
        raise BatchDamaged(_l("The stored letters are damaged. Tell your administrator."))
    return bytes(row.pdf)


def letter_returned(text: str, municipalities: Collection[str], by: UUID) -> UUID:
    """Note that the letter with this code (as scanned or typed) came back; gives its case.

    1. The attempt becomes returned, on the condition that it was sent.
    2. The timeline hears of it: the case and its coach see that the address is wrong, and letters to this
       address wait until it is mended.

    Raises NotFound for an unknown code, one of another municipality or one that was never in a letter, Conflict
    when it was noted already.
    """
    code = codes.normalise(text.rsplit("/", 1)[-1]) or ""
    with db.write() as session:
        found = batch_queries.by_code(code, municipalities)
        if found is None:
            raise NotFound(_l("No letter has this code. Check the ten characters under the QR code."))
        if not attempts.change(session, found.attempt_id, AttemptStatus.returned, ended_at=clock.now()):
            raise Conflict(_l("It was noted already that this letter came back."))
        timeline.record(
            found.case_id,
            EventKind.letter_returned,
            actor=timeline.staff_actor(by),
            channel=Channel.letter,
            data={"batch": found.number, "step": found.step},
            attempt_id=found.attempt_id,
        )
        return found.case_id
