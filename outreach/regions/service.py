"""Verbs on regions: the first region of an installation, and municipalities that join one."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlmodel import col

from outreach import db
from outreach.regions.models import Municipality, Region

DEFAULT_SLUG = "regio"
DEFAULT_NAME = "Mijn regio"


def ensure_region() -> Region | None:
    """The first region of an installation that has none; None when there is one already."""
    with db.write() as session:
        if session.scalars(select(col(Region.id)).limit(1)).first() is not None:
            return None
        region = Region(slug=DEFAULT_SLUG, name=DEFAULT_NAME)
        session.add(region)
        session.flush()
        return region


def add_municipalities(region: Region, names: Mapping[str, str]) -> dict[str, str]:
    """Let municipalities (code to name) join a region; those of any region stay where they are.

    Returns those that were added.
    """
    with db.write() as session:
        taken = set(session.scalars(select(col(Municipality.code)).where(col(Municipality.code).in_(names))))
        added = {code: name for code, name in names.items() if code not in taken}
        session.add_all(
            Municipality(code=code, name=name, region_id=region.id) for code, name in added.items()
        )
        session.flush()
        return added
