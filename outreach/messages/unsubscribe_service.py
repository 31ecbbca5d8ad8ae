"""No more e-mail, by the address that each e-mail carries (List-Unsubscribe, RFC 8058). Its signed token is the key."""

from dataclasses import dataclass
from uuid import UUID

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Channel
from outreach.cases import service as cases
from outreach.cases.models import Case
from outreach.config import Settings
from outreach.regions.models import Region


@dataclass(frozen=True, slots=True)
class Behind:
    """Whose e-mail a token belongs to, as far as a page may show it: the region alone."""

    case_id: UUID
    region: Region


def address(attempt_id: UUID) -> str:
    """Where one leaves the e-mail of this attempt; '' without https, where mail programs would not go."""
    settings: Settings = current_app.extensions["outreach_settings"]
    if not settings.base_url.startswith("https://"):
        return ""
    return f"{settings.base_url}/unsubscribe/{token(attempt_id)}"


def token(attempt_id: UUID) -> str:
    """The attempt's id, signed: nothing personal, and nobody can make one."""
    return str(_signer().dumps(attempt_id.hex))


def behind(token: str) -> Behind | None:
    """What a token leads to; None when it is not ours, or its e-mail is no longer kept."""
    try:
        attempt_id = UUID(hex=_signer().loads(token))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
    query = (
        select(col(ContactAttempt.case_id), Region)
        .join(Case, col(Case.id) == col(ContactAttempt.case_id))
        .join(Region, col(Region.id) == col(Case.region_id))
        .where(col(ContactAttempt.id) == attempt_id)
    )
    row = db.session().execute(query).first()
    return Behind(row[0], row[1]) if row else None


def leave(whose: Behind) -> None:
    """This person gets no e-mail any more; the timeline hears of it. Safe to repeat."""
    cases.opted_out_herself(whose.case_id, Channel.email.value)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="unsubscribe")
