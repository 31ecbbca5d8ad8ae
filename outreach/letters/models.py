"""Tables of letter texts, print batches and the letters in them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from outreach import db


class LetterText(SQLModel, table=True):
    """A version of a letter's text as a region wrote it; the newest counts, the shipped text when none."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("region_id", "name", "variant", "language", "version"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    name: str
    variant: str = ""
    language: str = "nl"
    version: int
    markdown: str
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    saved_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))


class PrintBatch(SQLModel, table=True):
    """Letters printed together. `pdf` is what was printed: a reprint gives the same bytes.

    `picture` is its first page as PNG, made from the same data, to recognise a batch by. `number` counts the
    batches of a region from 1.
    """

    __tablename__ = "print_batch"
    __table_args__ = (UniqueConstraint("region_id", "number"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    number: int
    campaign_id: UUID | None = Field(default=None, foreign_key="campaign.id")
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    printed_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    pages: int
    sha256: str
    pdf: bytes
    picture: bytes


class CardBatch(SQLModel, table=True):
    """Not-at-home cards printed ahead, with codes that belong to nobody yet. `pdf`: what was printed."""

    __tablename__ = "card_batch"
    __table_args__ = (UniqueConstraint("region_id", "number"),)

    id: UUID = Field(default_factory=db.new_id, primary_key=True)
    region_id: UUID = Field(foreign_key="region.id")
    number: int
    cards: int
    staff_id: UUID | None = Field(default=None, foreign_key="staff_user.id")
    printed_at: datetime = Field(sa_column=Column(db.UtcDateTime, nullable=False))
    sha256: str
    pdf: bytes


class Letter(SQLModel, table=True):
    """One letter: a page of a batch, carried by its contact attempt.

    `text_digest` is the SHA-256 of its Markdown, `household_key` the address it went to: when it comes back,
    the next letter waits until the address is another one.
    """

    attempt_id: UUID = Field(foreign_key="contact_attempt.id", primary_key=True)
    batch_id: UUID = Field(foreign_key="print_batch.id", index=True)
    page: int
    code: str = Field(foreign_key="response_code.code", unique=True)
    text_digest: str
    household_key: str
