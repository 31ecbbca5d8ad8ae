"""Verbs on not-at-home cards: print sheets ahead, print them again."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, insert, select
from sqlmodel import col

from outreach import clock, db
from outreach.config import Settings
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.letters import cards, compose
from outreach.letters.models import CardBatch
from outreach.letters.service import BatchDamaged
from outreach.regions.models import Region
from outreach.responses import service as responses
from outreach.responses.service import CodeFor

MOST = 1_000
"""Cards in one batch: 250 sheets."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """A stored batch of cards, without its bytes."""

    id: UUID
    number: int
    cards: int
    printed_at: datetime


def print_cards(region_id: UUID, number: int, by: UUID | None = None) -> Sheets:
    """Print so many cards, four on a sheet, with codes that belong to nobody yet.

    1. The codes are drawn and the sheets set outside any transaction.
    2. In one transaction the batch is stored with its PDF, and its codes are given out.

    Raises Refused for a number that is not from 1 to MOST, NotFound for an unknown region, and what
    cards.render_cards raises.
    """
    if not 1 <= number <= MOST:
        raise Refused(_l("Print 1 to %(most)d cards at a time.", most=MOST))
    region = db.session().get(Region, region_id)
    if region is None:
        raise NotFound(_l("This region does not exist."))
    layout, phone = compose.layout(region.settings, region.name), region.settings.phone
    drawn = responses.draw_codes(db.session(), number)
    db.session().rollback()
    settings: Settings = current_app.extensions["outreach_settings"]
    now = clock.now()
    pdf = cards.render_cards(
        drawn, layout, phone, base_url=settings.base_url, font_dir=settings.font_dir, made_at=now
    )
    with db.write() as session:
        session.execute(select(col(Region.id)).where(col(Region.id) == region_id).with_for_update())
        last = select(func.max(col(CardBatch.number))).where(col(CardBatch.region_id) == region_id)
        sheets = Sheets(db.new_id(), (session.execute(last).scalar() or 0) + 1, number, now)
        row = {
            "id": sheets.id,
            "region_id": region_id,
            "number": sheets.number,
            "cards": number,
            "staff_id": by,
            "printed_at": now,
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "pdf": pdf,
        }
        session.execute(insert(db.table(CardBatch)), [row])
        nobody = CodeFor(None, None, region_id, card_batch_id=sheets.id)
        responses.issue_codes(session, [nobody] * number, drawn)
    return sheets


def reprint(batch_id: UUID) -> bytes:
    """The PDF of a batch of cards, byte for byte. Raises NotFound, or BatchDamaged when it is not what was printed."""
    table = db.table(CardBatch).c
    row = db.session().execute(select(table.pdf, table.sha256).where(table.id == batch_id)).first()
    if row is None:
        raise NotFound(_l("This batch does not exist."))
    if hashlib.sha256(row.pdf).hexdigest() != row.sha256:
        raise BatchDamaged(_l("The stored cards are damaged. Tell your administrator."))
    return bytes(row.pdf)
