"""Tables of campaigns, plan versions, enrolments, and variants: who gets which, and until when they are compared."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach import db


class PlanVersion(SQLModel, table=True):
    """A contact plan as it was when somebody was enrolled in it: the YAML text itself, kept for good."""

    __tablename__ = "plan_version"
    __table_args__ = (UniqueConstraint("name", "digest"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    name: str
    digest: str
    document: str
    stored_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))


class Campaign(SQLModel, table=True):
    """Cases approached together by one contact plan. `status`: draft, running, paused, stopped, finished."""

    __table_args__ = (UniqueConstraint("region_id", "slug"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    slug: str
    name: str
    plan_name: str
    status: str = "draft"
    created_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    resumed_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    ended_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))


class Enrolment(SQLModel, table=True):
    """A case in a campaign. `status`: waiting (campaign not started), running, paused, stopped, finished.

    `began_on` is the first day of the plan, `next_look_at` the next moment at which something may be due.
    """

    __table_args__ = (
        UniqueConstraint("campaign_id", "case_id"),
        Index("ix_enrolment_look", "status", "next_look_at"),
        Index("ix_enrolment_campaign", "campaign_id", "status"),
        Index("ix_enrolment_began", "began_on"),
    )

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    campaign_id: UUID = Field(foreign_key="campaign.id")
    case_id: UUID = Field(foreign_key="case_file.id", index=True)
    plan_version_id: UUID | None = Field(default=None, foreign_key="plan_version.id")
    status: str = "waiting"
    began_on: date | None = None
    next_look_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    resumed_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(db.UtcDateTime))
    stop_reason: str | None = None


class VariantAssignment(SQLModel, table=True):
    """Which variant of a step a household gets in a campaign: drawn once, then frozen."""

    __tablename__ = "variant_assignment"

    campaign_id: UUID = Field(foreign_key="campaign.id", primary_key=True)
    step: str = Field(primary_key=True)
    household_key: str = Field(primary_key=True)
    variant: str


class VariantTrial(SQLModel, table=True):
    """The comparison of a step's variants in a campaign: which variants, from when, and until when answers count.

    It is set when the campaign starts and never changes: whoever could move the end while looking would stop at the
    moment that suits. Both days count. `set_by` is 'system' or 'staff:<id>', as in the timeline.
    """

    __tablename__ = "variant_trial"

    campaign_id: UUID = Field(foreign_key="campaign.id", primary_key=True)
    step: str = Field(primary_key=True)
    arms: list[str] = Field(sa_column=Column(JSON, nullable=False))
    began_on: date
    ends_on: date
    set_by: str
