"""The newest of all messages with a person, kept up with each message for the inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, update
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
    rows = [_row(m.person_id, m.case_id, at, m.channel, "out", m.body) for m in messages]
    # The same person twice in one statement would be refused by PostgreSQL.
    _upsert(session, list({row["person_id"]: row for row in rows}.values()), {})


def received(session: Session, person_id: UUID, case_id: UUID, at: datetime, channel: str, body: str) -> None:
    """A message came in: unread, and by WhatsApp free text is allowed for a day. Inside `db.write()`."""
    conversation = db.table(Conversation)
    row = _row(person_id, case_id, at, channel, "in", body) | {"unread": 1}
    more: dict[str, Any] = {"unread": conversation.c.unread + 1}
    if channel == "whatsapp":
        row["whatsapp_until"] = at + DAY
        longer = func.coalesce(conversation.c.whatsapp_until, at, type_=db.UtcDateTime()) < at + DAY
        more["whatsapp_until"] = case((longer, at + DAY), else_=conversation.c.whatsapp_until)
    _upsert(session, [row], more)


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


def _upsert(session: Session, rows: Sequence[dict[str, Any]], more: dict[str, Any]) -> None:
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(db.table(Conversation))
    present = db.table(Conversation).c
    # What came in while nobody knew whose it was may be older than the newest word.
    newer = insert.excluded.last_at >= present.last_at
    newest = {
        name: case((newer, insert.excluded[name]), else_=present[name])
        for name in ("case_id", "last_at", "last_channel", "last_direction", "last_text")
    }
    session.connection().execute(
        insert.on_conflict_do_update(index_elements=["person_id"], set_=newest | more), list(rows)
    )
