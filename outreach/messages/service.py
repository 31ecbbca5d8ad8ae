"""Verbs on messages: send what is due, take in what came back.

Contact attempts are the outbox. How a message leaves:

1. Claim: what is due becomes `claimed`, with a lease, in one transaction that also writes its text and code.
2. Send: the channel is called outside any transaction.
3. Record: the attempt becomes sent, the message is stored and the timeline hears of it.

A crash after 2 leaves a claimed attempt; when its lease has run out it becomes `unknown`, and a person decides.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.campaigns.queries import planner_settings
from outreach.campaigns.rules import NOT_REACHABLE
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.timeline import NewEvent
from outreach.config import Settings
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import queries, texts
from outreach.messages.channels import channel_for
from outreach.messages.models import Message
from outreach.regions.models import Region, RegionSettings
from outreach.regions.words import hours_in
from outreach.responses import codes
from outreach.responses import service as responses
from outreach.responses.service import CodeFor

log = logging.getLogger(__name__)

NO_TEXT = "no_text"
"""Result of a message whose text is missing or cannot be used."""

BATCH = 250
LEASE = timedelta(minutes=10)
LONGEST = 4000
"""Characters of a message that comes in; more is cut off, as no channel carries more."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that is claimed and ready to leave."""

    attempt_id: UUID
    case_id: UUID
    channel: str
    step: str
    address: str
    body: str


def send_due(now: datetime, *, heed_hours: bool = True) -> Counter[str]:
    """Send all messages that are due and that quiet hours allow; how many went out, by channel.

    Without `heed_hours` quiet hours do not hold: for the sandbox of a demo alone.
    """
    sent: Counter[str] = Counter()
    channel = channel_for(_settings())
    while True:
        with db.write() as session:
            _give_up_leases(session, now)
            claimed = _claim(session, now, heed_hours)
        if claimed is None:
            return sent
        done = [
            (out, *channel.send(address=out.address, body=out.body, reference=str(out.attempt_id)))
            for out in claimed
        ]
        with db.write() as session:
            _record(session, done)
        sent.update(out.channel for out in claimed)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["outreach_settings"]
    return settings


def _give_up_leases(session: Session, now: datetime) -> None:
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(attempt.c.status == AttemptStatus.claimed, attempt.c.claimed_until < now)
        .values(status=AttemptStatus.unknown)
    )


def _claim(session: Session, now: datetime, heed_hours: bool) -> list[Outgoing] | None:
    """The next batch, claimed and written; None when nothing is left, [] when none had an address."""
    regions = {region.id: region for region in session.scalars(select(Region))}
    awake = [
        region.id
        for region in regions.values()
        if not heed_hours or planner_settings(region).quiet.allowed(now)
    ]
    ids = session.scalars(queries.due(now, awake, BATCH)).all()
    if not ids:
        return None
    rows = queries.to_compose(ids)
    hindrances = {row.id: _hindrance(row) for row in rows}
    for hindrance in (NOT_REACHABLE, NO_TEXT):
        _fail(session, [row for row in rows if hindrances[row.id] == hindrance], hindrance)
    reachable = [row for row in rows if hindrances[row.id] is None]
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(attempt.c.id.in_([row.id for row in reachable]), attempt.c.status == AttemptStatus.planned)
        .values(status=AttemptStatus.claimed, claimed_until=now + LEASE)
    )
    wanted = [CodeFor(row.case_id, row.id, row.region_id, _language(row)) for row in reachable]
    issued = responses.issue_codes(session, wanted)
    settings = {key: region.settings for key, region in regions.items()}
    return [
        Outgoing(
            row.id,
            row.case_id,
            row.channel,
            row.step,
            _address(row) or "",
            _body(row, settings[row.region_id], code),
        )
        for row, code in zip(reachable, issued, strict=True)
    ]


def _hindrance(row: Any) -> str | None:
    """Why this message cannot be sent, if it cannot; one that cannot must not hold up the others."""
    if not _address(row):
        return NOT_REACHABLE
    try:
        texts.text(row.template, row.language)
    except texts.MessageTextInvalid:
        log.exception("the message text %s of step %s cannot be used", row.template, row.step)
        return NO_TEXT
    return None


def _address(row: Any) -> str | None:
    found: str | None = row.email if row.channel == Channel.email else row.mobile
    return found


def _language(row: Any) -> str:
    return "nl" if row.language == "nl" else "en"


def _body(row: Any, settings: RegionSettings, code: str) -> str:
    values = {
        "voornaam": row.given_name or "",
        "coach_voornaam": row.coach or settings.service_name,
        "coach_telefoon": row.coach_phone or settings.phone,
        "coach_uren": hours_in(row.coach_hours or settings.office_hours, _language(row)),
        "dienst": settings.service_name,
        "gemeente": row.municipality,
        "link": codes.address(_settings().base_url, code),
    }
    return texts.text(row.template, row.language).fill(values)


def _fail(session: Session, rows: Sequence[Any], reason: str) -> None:
    """These cannot be sent. Without an address the plan may take its fallback; without a text it goes on."""
    if not rows:
        return
    attempt = db.table(ContactAttempt)
    session.execute(
        update(attempt)
        .where(attempt.c.id.in_([row.id for row in rows]))
        .values(status=AttemptStatus.failed, result=reason, ended_at=clock.now())
    )
    timeline.record_many(
        [
            NewEvent(
                row.case_id,
                EventKind.message_failed,
                channel=row.channel,
                attempt_id=row.id,
                data={"step": row.step, "reason": reason},
            )
            for row in rows
        ]
    )


def _record(session: Session, done: Sequence[tuple[Outgoing, str, bool]]) -> None:
    if not done:
        return
    now = clock.now()
    attempt = db.table(ContactAttempt)
    statement = (
        update(attempt)
        .where(attempt.c.id == bindparam("which"), attempt.c.status == AttemptStatus.claimed.value)
        .values(
            status=bindparam("new_status"),
            provider_id=bindparam("theirs"),
            sent_at=now,
            delivered_at=bindparam("arrived"),
            claimed_until=None,
        )
    )
    session.connection().execute(
        statement,
        [
            {
                "which": out.attempt_id,
                "new_status": (AttemptStatus.delivered if arrived else AttemptStatus.sent).value,
                "theirs": provider_id,
                "arrived": now if arrived else None,
            }
            for out, provider_id, arrived in done
        ],
    )
    rows = [
        {
            "id": db.new_id(),
            "case_id": out.case_id,
            "attempt_id": out.attempt_id,
            "direction": "out",
            "channel": out.channel,
            "address": out.address,
            "body": out.body,
            "at": now,
            "provider_id": provider_id,
        }
        for out, provider_id, _arrived in done
    ]
    session.execute(insert(Message), rows)
    timeline.record_many(
        [
            NewEvent(
                out.case_id,
                EventKind.message_sent,
                channel=out.channel,
                attempt_id=out.attempt_id,
                data={"message_id": str(row["id"]), "step": out.step, "text": out.body},
            )
            for (out, _provider_id, _arrived), row in zip(done, rows, strict=True)
        ]
    )


def receive(case_id: UUID, channel: str, address: str, body: str, provider_id: str | None = None) -> Message:
    """Take in a message from a young person; the timeline hears of it, and so does the coach.

    The same `provider_id` twice is stored once. Raises Refused when nothing is in it.
    """
    body = body.replace("\0", "").strip()[:LONGEST]
    if not body:
        raise Refused(_l("Write something first."))
    with db.write() as session:
        if provider_id is not None:
            known = select(Message).where(
                db.table(Message).c.channel == channel, db.table(Message).c.provider_id == provider_id
            )
            seen = session.scalars(known).first()
            if seen is not None:
                return seen
        message = Message(
            case_id=case_id,
            direction="in",
            channel=channel,
            address=address,
            body=body,
            at=clock.now(),
            provider_id=provider_id,
        )
        session.add(message)
        session.flush()
        timeline.record(
            case_id,
            EventKind.message_received,
            actor=timeline.PERSON,
            channel=channel,
            data={"message_id": str(message.id), "text": body},
        )
        return message
