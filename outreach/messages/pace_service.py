"""Keeping pace: messages a second by channel, over all processes on all machines."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from outreach import clock, db
from outreach.messages.models import SenderPace


def reserve(session: Session, channel: str, number: int, rate: float) -> datetime:
    """Reserve time for so many messages at `rate` a second; gives the moment (on the wall) of the first.

    Whoever comes next gets the time after it. With a rate of 0 there is no limit, and it is now. Inside `db.write()`.
    """
    now = clock.wall()
    if not rate:
        return now
    pace = db.table(SenderPace)
    free_at = session.execute(
        select(pace.c.free_at).where(pace.c.channel == channel).with_for_update()
    ).scalar()
    start = max(now, free_at) if free_at else now
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(pace).values(channel=channel, free_at=start + timedelta(seconds=number / rate))
    session.execute(
        insert.on_conflict_do_update(index_elements=["channel"], set_={"free_at": insert.excluded.free_at})
    )
    return start


def at_once(channel: str, paces: Mapping[str, float], most: int) -> int:
    """How many messages of a channel to take at once: not more than leave in two seconds."""
    rate = paces.get(channel, 0.0)
    return most if not rate else max(1, min(most, int(rate * 2)))
