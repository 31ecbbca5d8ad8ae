"""Writing the messages of a claim: text, code, and the row that keeps them before anything leaves."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import insert
from sqlmodel import Session

from outreach import clock, db
from outreach.attempts.rules import AttemptStatus, Channel
from outreach.config import Settings
from outreach.messages import (
    delivery_service,
    facts,
    outbox_queries,
    subjects,
    text_service,
    unsubscribe_service,
)
from outreach.messages.delivery_service import Release
from outreach.messages.facts import Known
from outreach.messages.models import Message
from outreach.messages.outcomes import Outgoing, Reason
from outreach.messages.text_service import Text, Texts
from outreach.messages.texts import MessageTextInvalid
from outreach.regions.models import Region, RegionSettings
from outreach.responses import codes
from outreach.responses import service as responses
from outreach.responses.service import CodeFor

log = logging.getLogger(__name__)

NO_TEXT = "no_text"
"""Result of a message whose text is missing or cannot be used."""


def write(session: Session, attempt_ids: Sequence[UUID], regions: Mapping[UUID, Region]) -> list[Outgoing]:
    """The messages of these claimed attempts, ready to leave, in their order; inside the transaction that claims them.

    1. Whoever has opted out, has no address or no text gets none: the attempt is cancelled or failed at once.
    2. A message that was written before (by a coach, or at an earlier try) keeps its text and code.
    3. All others get their text, in their language, and a code of their own.
    """
    place = {attempt_id: number for number, attempt_id in enumerate(attempt_ids)}
    rows = sorted(outbox_queries.to_compose(attempt_ids), key=lambda row: place[row.id])
    of_regions = text_service.texts_of_regions({row.region_id for row in rows})
    texts = {row.id: _text(row, of_regions[row.region_id]) for row in rows}
    hindrances = {row.id: _hindrance(row, texts[row.id]) for row in rows}
    delivery_service.release(
        session, None, [(row_id, release) for row_id, release in hindrances.items() if release is not None]
    )
    good = [row for row in rows if hindrances[row.id] is None]
    new = [row for row in good if row.message_id is None]
    wanted = [CodeFor(row.case_id, row.id, row.region_id, language(row)) for row in new]
    issued = dict(zip((row.id for row in new), responses.issue_codes(session, wanted), strict=True))
    found = [
        _outgoing(row, regions[row.region_id].settings, texts[row.id], issued.get(row.id)) for row in good
    ]
    _keep(session, [message for message in found if message.attempt_id in issued])
    return found


def _keep(session: Session, messages: Sequence[Outgoing]) -> None:
    if not messages:
        return
    now = clock.now()
    rows = [
        {
            "id": db.new_id(),
            "case_id": message.case_id,
            "attempt_id": message.attempt_id,
            "direction": "out",
            "channel": message.channel,
            "address": message.address,
            "body": message.body,
            "at": now,
        }
        for message in messages
    ]
    session.execute(insert(Message), rows)


def _text(row: Any, texts: Texts) -> Text | None:
    """What the region has for this message and its variant in its language; None when nothing of it can be used."""
    text = texts.for_message(row.template, language(row), row.variant) if row.template else None
    if text is None:
        return None
    try:
        return text if text.parsed else None
    except MessageTextInvalid:
        log.exception("the message text %s, version %d, cannot be used", text.key.name, text.version)
        return None


def _hindrance(row: Any, text: Text | None) -> Release | None:
    """Why this message cannot be sent, if it cannot; one that cannot must not hold up the others."""
    if row.opted_out:
        return Release(AttemptStatus.cancelled, reason=Reason.opted_out.value)
    if not address(row):
        return Release(AttemptStatus.failed, result=Reason.not_reachable.value)
    if row.body is None and text is None:
        log.error("there is no message text %s for step %s", row.template, row.step)
        return Release(AttemptStatus.failed, result=NO_TEXT)
    return None


def address(row: Any) -> str | None:
    """Where a message of this channel goes: what it was written to, else the person's number or e-mail address."""
    found: str | None = row.address or (row.email if row.channel == Channel.email else row.mobile)
    return found


def language(row: Any) -> str:
    """Dutch for whoever reads it, English for everybody else."""
    return "nl" if row.language == "nl" else "en"


def _outgoing(row: Any, settings: RegionSettings, text: Text | None, code: str | None) -> Outgoing:
    body, values = row.body, _values(row, settings, code)
    if text is not None and code is not None:
        body = text.parsed.fill(values)
    # WhatsApp's template stands for these words alone: a message that was written otherwise goes without, and so
    # does one with a gap from before there were words for it, which Twilio would refuse (21656).
    variables = text.parsed.variables_in(body) if text is not None else None
    if variables is not None and not all(variables.values()):
        variables = None
    until = row.whatsapp_until
    return Outgoing(
        attempt_id=row.id,
        case_id=row.case_id,
        person_id=row.person_id,
        channel=row.channel,
        step=row.step,
        address=address(row) or "",
        body=body,
        subject=_subject(row, text, values),
        unsubscribe=unsubscribe_service.address(row.id) if row.channel == Channel.email else "",
        free_text=until is not None and until > clock.now(),
        content_sid=text.content_sid if text is not None and variables is not None else "",
        content_variables=variables or {},
        latest_at=row.latest_at,
        tries=row.tries,
        language=text.key.language if text is not None else language(row),
    )


def _subject(row: Any, text: Text | None, values: Mapping[str, str]) -> str:
    if row.channel != Channel.email:
        return ""
    return text.subject_with(values) if text is not None else subjects.filled("", values, language(row))


def _values(row: Any, settings: RegionSettings, code: str | None) -> dict[str, str]:
    base: Settings = current_app.extensions["outreach_settings"]
    known = Known(
        given_name=row.given_name,
        municipality=row.municipality,
        coach=row.coach or "",
        coach_phone=row.coach_phone or "",
        coach_hours=row.coach_hours or "",
        link=codes.address(base.base_url, code) if code is not None else "",
    )
    return facts.values(known, settings, language(row))
