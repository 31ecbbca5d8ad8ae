"""The secret address at which a calendar program reads a coach's visits, and what it reads there.

A calendar lies with Google, Apple or Microsoft, so it says as little as it can: that there is a visit, when, and in
which neighbourhood. Who and where exactly stands behind the link, and the sign-in.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from flask_babel import force_locale
from icalendar import Calendar, Event
from sqlmodel import select

from outreach import clock, db
from outreach.config import Settings
from outreach.i18n import _
from outreach.staff.models import User
from outreach.visits import calendar_queries
from outreach.visits.models import CalendarFeed

SECRET = 24
BACK, AHEAD = timedelta(days=30), timedelta(days=90)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make(user_id: UUID) -> str:
    """A new secret address for this person; an earlier one leads nowhere any more. Gives the secret, kept nowhere."""
    secret = secrets.token_urlsafe(SECRET)
    with db.write() as session:
        kept = session.get(CalendarFeed, user_id) or CalendarFeed(
            user_id=user_id, secret_digest="", made_at=clock.now()
        )
        kept.secret_digest, kept.made_at = _digest(secret), clock.now()
        session.add(kept)
    return secret


def take_away(user_id: UUID) -> None:
    """The address leads nowhere from now on."""
    with db.write() as session:
        kept = session.get(CalendarFeed, user_id)
        if kept is not None:
            session.delete(kept)


def made_at(user_id: UUID) -> datetime | None:
    """Since when she has an address; None: she has none."""
    kept = db.session().get(CalendarFeed, user_id)
    return kept.made_at if kept else None


def owner(secret: str) -> User | None:
    """Whose address this is, while her account is open."""
    query = (
        select(User)
        .join(CalendarFeed, db.table(CalendarFeed).c.user_id == db.table(User).c.id)
        .where(CalendarFeed.secret_digest == _digest(secret), db.table(User).c.active)
    )
    return db.session().exec(query).first()


def read(user: User) -> bytes:
    """Her visits of the last month and the next three, as an iCalendar (RFC 5545) in her language."""
    settings: Settings = current_app.extensions["outreach_settings"]
    now = clock.now()
    calendar = Calendar()
    calendar.add("prodid", "-//Outreach//visits//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    with force_locale(user.language):
        calendar.add("x-wr-calname", _("Home visits"))
        for visit in calendar_queries.visits(user.id, now - BACK, now + AHEAD):
            event = Event()
            event.add("uid", f"{visit.attempt_id}@outreach")
            event.add("dtstamp", visit.changed_at)
            event.add("dtstart", clock.local(visit.at))
            event.add("dtend", clock.local(visit.at) + timedelta(minutes=visit.minutes))
            event.add("summary", _("Home visit"))
            event.add("location", " ".join(part for part in (visit.postcode[:4], visit.town) if part))
            event.add("url", f"{settings.base_url.rstrip('/')}/cases/{visit.case_id}")
            event.add("sequence", visit.sequence)
            event.add("status", "CANCELLED" if visit.off else "CONFIRMED")
            calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
