"""Tables of persons, households, cases, their events and the notices to coaches."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach import db


class Household(SQLModel, table=True):
    """An address at which persons live; one per region and key (postcode, number, addition)."""

    __table_args__ = (UniqueConstraint("region_id", "key"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    key: str
    street: str = ""
    house_number: str = ""
    house_addition: str = ""
    postcode: str = Field(default="", index=True)
    town: str = ""

    @property
    def usable(self) -> bool:
        """Whether a letter can be sent there."""
        return bool(self.street and self.house_number and self.postcode and self.town)


class Person(SQLModel, table=True):
    """A young person. Phones are E.164; `landline` is for calls only."""

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    household_id: UUID | None = Field(default=None, foreign_key="household.id", index=True)
    given_name: str = ""
    infix: str = ""
    family_name: str
    birth_date: date
    mobile: str | None = Field(default=None, index=True)
    landline: str | None = Field(default=None, index=True)
    email: str | None = None
    language: str = "nl"
    match_key: str = Field(default="", index=True)

    @property
    def name(self) -> str:
        """The full name as one says it."""
        return " ".join(part for part in (self.given_name, self.infix, self.family_name) if part)

    @property
    def phone(self) -> str | None:
        """The number to call: the mobile, else the landline."""
        return self.mobile or self.landline

    def age_on(self, day: date) -> int:
        """The age in whole years on `day`."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (not had_birthday)


class PersonName(SQLModel, table=True):
    """A word of a person's name without capitals and accents (see names.py): by these she is looked for."""

    __tablename__ = "person_name"
    # Words are looked for by how they begin: for that PostgreSQL needs its pattern operators.
    __table_args__ = (
        Index("ix_person_name_word", "word", "person_id", postgresql_ops={"word": "text_pattern_ops"}),
    )

    person_id: UUID = Field(foreign_key="person.id", primary_key=True, ondelete="CASCADE")
    word: str = Field(primary_key=True)


class Case(SQLModel, table=True):
    """A case (dossier). The columns from `status` on cache its events: only the timeline sets them."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("region_id", "reference"),
        Index("ix_case_municipality_status", "municipality_code", "status", "coach_id"),
        Index("ix_case_outcome", "outcome_list", "outcome_on"),
    )

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    reference: str
    person_id: UUID = Field(foreign_key="person.id", index=True)
    municipality_code: str = Field(foreign_key="municipality.code")
    coach_id: UUID | None = Field(default=None, foreign_key="staff_user.id", index=True)
    target_group: str = "nieuwe_vsv"
    school: str = ""
    brin: str = ""
    programme: str = ""
    left_on: date | None = None
    opened_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))

    event_count: int = 0
    status: str = Field(default="nieuw", index=True)
    status_since: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    responded_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    outcome: str | None = None
    outcome_list: str | None = None
    outcome_on: date | None = None


class CaseEvent(SQLModel, table=True):
    """Something that happened to a case; only ever added. `seq` counts the events of a case from 1.

    `at` is when it happened, `recorded_at` when we heard. `actor` is 'system', 'person' or 'staff:<id>'.
    """

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "seq"), Index("ix_case_event_kind_at", "kind", "at"))

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id")
    seq: int
    at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    recorded_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    kind: str
    channel: str | None = None
    actor: str = "system"
    attempt_id: UUID | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class CoachNotice(SQLModel, table=True):
    """Something a coach must see: it stands on top of her day until somebody has handled it."""

    __tablename__ = "coach_notice"
    __table_args__ = (Index("ix_coach_notice_open", "coach_id", "handled_at"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    event_id: UUID = Field(foreign_key="case_event.id")
    coach_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    kind: str
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    handled_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    handled_by: UUID | None = Field(default=None, foreign_key="staff_user.id")


class OptOut(SQLModel, table=True):
    """A person who does not want to be reached by a channel ('all' for none at all)."""

    __tablename__ = "opt_out"

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    channel: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    event_id: UUID | None = Field(default=None, foreign_key="case_event.id")


class ImportRun(SQLModel, table=True):
    """One list that somebody brought: the file while it waits for its mapping, and what came of it."""

    __tablename__ = "import_run"

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id", index=True)
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    applied_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    filename: str
    content: bytes | None = None
    mapping: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
