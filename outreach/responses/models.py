"""Tables of response codes and of what was answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from outreach import db


class ResponseCode(SQLModel, table=True):
    """A code behind a QR code or link. A code without a case is not bound yet (cards).

    `card_batch_id`: the sheets it was printed on. `bound_at` and `bound_by`: when a card was left for the case and by
    whom. `answer_within`: working days within which the card asks for an answer.
    """

    __tablename__ = "response_code"

    code: str = Field(primary_key=True, max_length=10)
    region_id: UUID = Field(foreign_key="region.id")
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    attempt_id: UUID | None = Field(default=None, foreign_key="contact_attempt.id", index=True)
    language: str = "nl"
    issued_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    card_batch_id: UUID | None = Field(default=None, foreign_key="card_batch.id", index=True)
    bound_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    bound_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    answer_within: int | None = None


class EarlyResponse(SQLModel, table=True):
    """An answer on a card that nobody reported yet: it waits until the coach's phone says whose door it was."""

    __tablename__ = "early_response"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    code: str = Field(foreign_key="response_code.code", index=True)
    submitted_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    language: str = "nl"
    answers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    taken_up_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))


class Response(SQLModel, table=True):
    """One submission of the response form; a later one of the same code changes the answer, none is lost."""

    __table_args__ = (Index("ix_response_case", "case_id", "submitted_at"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    code: str = Field(foreign_key="response_code.code", index=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    attempt_id: UUID | None = Field(default=None, foreign_key="contact_attempt.id")
    event_id: UUID = Field(foreign_key="case_event.id")
    submitted_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    language: str = "nl"
    answers: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
