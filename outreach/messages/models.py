"""Tables of messages in both directions, of what nobody could be found for, and of the texts of regions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach import db


class Message(SQLModel, table=True):
    """A message as it goes out or came in. `address` is the number or e-mail address of the young person.

    An outgoing one is written when a worker claims its attempt (or a coach writes it), before anything leaves;
    `provider_id` is there once a provider has taken it. `staff_id`: who wrote it, None for a plan.
    """

    __table_args__ = (
        Index("ix_message_case", "case_id", "at"),
        UniqueConstraint("channel", "provider_id"),
    )

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    attempt_id: UUID | None = Field(default=None, foreign_key="contact_attempt.id", index=True)
    direction: str
    channel: str
    address: str
    body: str
    at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    provider_id: str | None = None
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")


class Conversation(SQLModel, table=True):
    """The newest of all messages with a person, for the inbox: kept up with each message, in its transaction.

    `last_text` is the beginning of the newest message, `unread` counts what came in since somebody read it.
    `whatsapp_until`: free text by WhatsApp is allowed until then (24 hours after their last message).
    `assigned_to`: a colleague who takes it over from the case's coach.
    """

    __table_args__ = (Index("ix_conversation_unread", "unread", "last_at"),)

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    last_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    last_channel: str
    last_direction: str
    last_text: str
    unread: int = 0
    whatsapp_until: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    assigned_to: UUID | None = Field(default=None, foreign_key="staff_user.id")


class UnclaimedMessage(SQLModel, table=True):
    """A message that came in from somebody unknown, or from a number that several persons have.

    It stays until a member of staff has said whose it is (`case_id`) or that it is nobody's (`case_id` None).
    """

    __tablename__ = "unclaimed_message"
    __table_args__ = (UniqueConstraint("channel", "provider_id"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    channel: str
    provider_id: str
    address: str = Field(index=True)
    body: str
    at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    settled_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    settled_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")


class MessageText(SQLModel, table=True):
    """A version of a message's text as a region wrote it; the newest counts, the shipped text when none.

    `content_sid`: the template by which WhatsApp has approved this text (HX…), for writing first.
    """

    __tablename__ = "message_text"
    __table_args__ = (UniqueConstraint("region_id", "name", "language", "version"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    name: str
    language: str = "nl"
    version: int
    body: str
    content_sid: str = ""
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    saved_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))


class SenderPace(SQLModel, table=True):
    """From when a channel may send its next message, over all processes."""

    __tablename__ = "sender_pace"

    channel: str = Field(primary_key=True)
    free_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
