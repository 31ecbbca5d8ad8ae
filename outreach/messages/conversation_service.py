"""The newest of all messages with a person, kept up with each message for the inbox."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from outreach import db
from outreach.messages.models import Conversation
from outreach.messages.outbox_queries import DAY
from outreach.messages.outcomes import Outgoing

BEGINNING = 160
"""Characters of a message that the list shows."""


def sent(session: Session, messages: Sequence[Outgoing], at: datetime) -> None:
    """Messages left: the newest word is ours. Inside `db.write()`."""
    rows = [
        _row(m.person_id, m.case_id, at, m.channel, "out", m.body) | {"whatsapp_until": None}
        for m in messages
    ]
    # The same person twice in one statement would be refused by PostgreSQL.
    _upsert(session, list({row["person_id"]: row for row in rows}.values()))


def received(session: Session, person_id: UUID, case_id: UUID, at: datetime, channel: str, body: str) -> None:
    """A message came in: unread, and by WhatsApp free text is allowed for a day. Inside `db.write()`."""
    until = at + DAY if channel == "whatsapp" else None
    row = _row(person_id, case_id, at, channel, "in", body)
    _upsert(session, [row | {"unread": 1, "whatsapp_until": until}])


def newest_is(session: Session, person_id: UUID, row: Any) -> None:
    """The newest word is this message after all (a row of messages; None: there is no word). Inside `db.write()`."""
    conversation = db.table(Conversation)
    if row is None:
        session.execute(delete(conversation).where(conversation.c.person_id == person_id))
        return
    newest = _row(person_id, row.case_id, row.at, row.channel, row.direction, row.body)
    del newest["unread"]
    session.execute(update(conversation).where(conversation.c.person_id == person_id).values(newest))


def read(session: Session, person_id: UUID) -> None:
    """Somebody has read all of it. Inside `db.write()`."""
    conversation = db.table(Conversation)
    session.execute(
        update(conversation)
        .where(conversation.c.person_id == person_id, conversation.c.unread > 0)
        .values(unread=0)
    )


def assign(session: Session, person_id: UUID, staff_id: UUID | None, *, news: bool) -> None:
    """Give the conversation to a colleague, or back to the case's coach (None). Inside `db.write()`.

    `news`: who gets it finds it among what is unread.
    """
    conversation = db.table(Conversation)
    unread = case((conversation.c.unread > 0, conversation.c.unread), else_=1 if news else 0)
    session.execute(
        update(conversation)
        .where(conversation.c.person_id == person_id)
        .values(assigned_to=staff_id, unread=unread)
    )


def _row(
    person_id: UUID, case_id: UUID, at: datetime, channel: str, direction: str, body: str
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "case_id": case_id,
        "last_at": at,
        "last_channel": channel,
        "last_direction": direction,
        "last_text": body[:BEGINNING],
        "unread": 0,
    }


def _upsert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(_newest_word(session.get_bind().dialect.name), list(rows))


@cache
def _newest_word(dialect: str) -> Any:
    """Built once: putting it together took five times as long as running it, for each message that comes in."""
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(db.table(Conversation))
    present = db.table(Conversation).c
    # What came in while nobody knew whose it was may be older than the newest word.
    newer = insert.excluded.last_at >= present.last_at
    newest = {
        name: case((newer, insert.excluded[name]), else_=present[name])
        for name in ("case_id", "last_at", "last_channel", "last_direction", "last_text")
    }
    until, told = present.whatsapp_until, insert.excluded.whatsapp_until
    longer = case((until > told, until), else_=func.coalesce(told, until))
    more = {"unread": present.unread + insert.excluded.unread, "whatsapp_until": longer}
    return insert.on_conflict_do_update(index_elements=["person_id"], set_=newest | more)
