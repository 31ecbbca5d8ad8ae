"""What the tests of letters need: letters that wait, and a printed page as text and pixels."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdfium2
import zxingcpp
from pypdf import PdfReader
from sqlmodel import col, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import NewAttempt, plan_many
from outreach.cases.models import Case
from outreach.letters import service
from outreach.letters.service import Printed
from tests.factories import MUNICIPALITIES, World


def lay_ready(
    cases: Sequence[Case], template: str = "w1-brief", variant: str | None = None, **more: Any
) -> list[UUID]:
    """A letter outside a plan for each case, due now, four days open."""
    now = clock.now()
    with db.write() as session:
        return plan_many(
            session,
            [
                NewAttempt(
                    case_id=case.id,
                    enrolment_id=more.get("enrolment_id"),
                    campaign_id=more.get("campaign_id"),
                    step=template,
                    ordinal=1,
                    channel="letter",
                    owner="clerk",
                    template=template,
                    variant=variant,
                    due_at=more.get("due_at", now),
                    latest_at=more.get("latest_at", now + timedelta(days=4)),
                )
                for case in cases
            ],
        )


def print_all(world: World, municipalities: Sequence[str] = tuple(MUNICIPALITIES)) -> Printed:
    """Print what waits, as the clerk does."""
    return service.print_waiting(world.region.id, municipalities, by=world.clerk.id)


def attempt(attempt_id: UUID) -> ContactAttempt:
    """The attempt as it is in the database now."""
    db.session().expire_all()
    return db.session().scalars(select(ContactAttempt).where(col(ContactAttempt.id) == attempt_id)).one()


def page_text(pdf: bytes, page: int = 1) -> str:
    """The text of a page as a reader copies it, spaces evened out."""
    text = PdfReader(BytesIO(pdf)).pages[page - 1].extract_text()
    return " ".join(text.replace("\u200b", "").replace("\u00a0", " ").split())


def codes_in_pixels(pdf: bytes) -> list[str]:
    """The addresses in the QR codes, page by page, read from pixels as a phone does."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        (code,) = zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
        found.append(code.text)
    return found
