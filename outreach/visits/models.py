"""Tables of home visits, beside the contact attempt that each of them is."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from outreach import db


class Appointment(SQLModel, table=True):
    """A visit that got its moment: who goes, perhaps with whom. The moment is the attempt's own `due_at`.

    A visit without one is only wished for. `minutes`: how long it is expected to take. `called_off_at`: when a
    response made it needless.
    """

    __tablename__ = "visit_appointment"

    attempt_id: UUID = Field(foreign_key="contact_attempt.id", primary_key=True)
    coach_id: UUID = Field(foreign_key="staff_user.id", index=True)
    second_coach_id: UUID | None = Field(default=None, foreign_key="staff_user.id", index=True)
    minutes: int = 30
    made_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    made_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    called_off_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))


class TakenOff(SQLModel, table=True):
    """A visit that a coach had and has no more, so that her calendar can say so: the moment and length it had."""

    __tablename__ = "visit_taken_off"

    attempt_id: UUID = Field(foreign_key="contact_attempt.id", primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True)
    at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    minutes: int
    off_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))


class VisitReport(SQLModel, table=True):
    """What a coach reported of a visit, as her phone sent it.

    `id` comes from the phone: by it, sending again is harmless.
    `digest`: SHA-256 of the body, so that the same id with another body is told apart. `state`: applied, parked,
    discarded or taken_back (see report_rules.py). `visited_at` by the phone's clock, mended by `clock_off` (seconds
    that it is ahead of ours); `received_at` by ours. `body` holds answers, note and next step; photos lie apart.
    `reason` says why it is parked, `flags` what its coach and coordinator should know of it.
    """

    __tablename__ = "visit_report"
    __table_args__ = (Index("ix_visit_report_state", "state", "received_at"),)

    id: UUID = Field(primary_key=True)
    digest: str = Field(max_length=64)
    coach_id: UUID = Field(foreign_key="staff_user.id", index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id", index=True)
    attempt_id: UUID | None = Field(default=None, foreign_key="contact_attempt.id")
    state: str = "applied"
    reason: str | None = None
    flags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    checklist: str
    checklist_version: int
    outcome: str
    visited_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    received_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    clock_off: int = 0
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    event_id: UUID | None = Field(default=None, foreign_key="case_event.id")
    settled_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    settled_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    settlement: str | None = None


class VisitPicture(SQLModel, table=True):
    """A photo of a note that was left, or a signature, that came with a report."""

    __tablename__ = "visit_picture"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    report_id: UUID = Field(foreign_key="visit_report.id", index=True, ondelete="CASCADE")
    kind: str
    media_type: str
    content: bytes


class FieldDevice(SQLModel, table=True):
    """A phone that carries visits with it. `secret_digest`: SHA-256 of what the phone shows to say which one it is.

    A lost one is revoked; at its next contact it empties itself and says so (`emptied_at`).
    """

    __tablename__ = "field_device"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True, ondelete="CASCADE")
    secret_digest: str = Field(unique=True, max_length=64)
    name: str = ""
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    revoked_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    emptied_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))


class AddressWarning(SQLModel, table=True):
    """Something to know before somebody stands at a door. It ends by itself after the day `until`.

    `seen_by`: 'coaches' (who visit there) or 'staff' (everybody who sees the case).
    """

    __tablename__ = "address_warning"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    text: str
    seen_by: str = "coaches"
    until: date
    made_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    made_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    ended_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    ended_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class CheckIn(SQLModel, table=True):
    """A coach at a door: from `at` for `minutes`, until she says that she is out (`ended_at`). The id is the phone's.

    `help_at`: she asked for help. `warned`: who was told that it is overdue (0 nobody, 1 herself, 2 her colleague and
    the coordinators), `warned_at` when last.
    """

    __tablename__ = "check_in"
    __table_args__ = (Index("ix_check_in_open", "ended_at", "at"),)

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="staff_user.id", index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case_file.id")
    attempt_id: UUID | None = Field(default=None, foreign_key="contact_attempt.id")
    at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    minutes: int
    received_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    help_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    help_seen_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    help_seen_by: UUID | None = Field(default=None, foreign_key="staff_user.id")
    warned: int = 0
    warned_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))


class SafetyContact(SQLModel, table=True):
    """The colleague whom a coach chose to be told when she does not check out."""

    __tablename__ = "safety_contact"

    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True, ondelete="CASCADE")
    colleague_id: UUID = Field(foreign_key="staff_user.id", ondelete="CASCADE")


class CalendarFeed(SQLModel, table=True):
    """The secret address at which a calendar program reads a coach's visits; only its SHA-256 is kept."""

    __tablename__ = "calendar_feed"

    user_id: UUID = Field(foreign_key="staff_user.id", primary_key=True, ondelete="CASCADE")
    secret_digest: str = Field(unique=True, max_length=64)
    made_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
