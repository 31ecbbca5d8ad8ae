"""Table of messages in both directions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach import db


class Message(SQLModel, table=True):
    """A message as it went out or came in. `address` is the number or e-mail address of the young person."""

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
