"""The table of contact attempts: outbox, task list and what the response rates count, in one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Computed, Index, Integer, UniqueConstraint, literal_column
from sqlmodel import Field, SQLModel

from outreach import db
from outreach.attempts.reach import REACH_SQL

CLAIMED: ColumnElement[bool] = literal_column("claim IS NOT NULL")


class ContactAttempt(SQLModel, table=True):
    """One thing sent or done to reach a person: a message, letter, call, visit or card.

    `step` is the name of the plan's step; `ordinal` 2 is its fallback. An attempt outside a plan has no
    enrolment and its channel as step. `due_at` is when it should happen, `latest_at` until when it may.
    `held` while its campaign or plan is paused: it stays planned, but nobody carries it out.
    `claim` is the worker's claim until what became of the sending is recorded, `claimed_until` the lease. `tries`
    counts calls to a provider that it refused for the moment, `retry_at` is when the next may come. `error_code` is
    the provider's own.
    `response_event_id` is the response that came after it, when it was the last that had reached out; `responded_at` is
    the moment of that event, so that reports need not look it up. `scanned_at`: when the code that it carried was first
    used to answer. `reach` says how far it came (reach.py); the database works it out.
    """

    __tablename__ = "contact_attempt"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "step", "ordinal"),
        Index("ix_attempt_open", "status", "channel", "due_at"),
        Index("ix_attempt_case", "case_id", "due_at"),
        Index("ix_attempt_campaign_step", "campaign_id", "step"),
        # What reports count stands in these two indexes, so that they need not open the rows themselves.
        Index("ix_attempt_due", "due_at", "channel", "campaign_id", "step", "variant", "reach", "case_id"),
        Index("ix_attempt_reach", "enrolment_id", "reach", "channel"),
        # Only what is being sent has a claim: a handful of rows among millions.
        Index("ix_attempt_claimed", "claimed_until", sqlite_where=CLAIMED, postgresql_where=CLAIMED),
    )

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    enrolment_id: UUID | None = Field(default=None, foreign_key="enrolment.id")
    campaign_id: UUID | None = Field(default=None, foreign_key="campaign.id")
    step: str
    ordinal: int = 1
    channel: str
    owner: str
    template: str | None = None
    variant: str | None = None
    status: str = "planned"
    held: bool = False
    result: str | None = None
    reason: str | None = None
    provider_id: str | None = Field(default=None, index=True)
    planned_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    due_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    latest_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    claim: UUID | None = None
    claimed_until: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    tries: int = 0
    retry_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    error_code: str | None = None
    sent_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    response_event_id: UUID | None = Field(default=None, foreign_key="case_event.id")
    responded_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    scanned_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    reach: int | None = Field(default=None, sa_column=Column(Integer, Computed(REACH_SQL, persisted=True)))
