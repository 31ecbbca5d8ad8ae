"""Verbs on regions: make one, let municipalities join, change its settings."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from outreach import db
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l
from outreach.regions import queries
from outreach.regions.checking import checked
from outreach.regions.models import Municipality, Region

DEFAULT_SLUG = "regio"
DEFAULT_NAME = "Mijn regio"
LONGEST_NAME = 60

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CODE = re.compile(r"GM[0-9]{4}")


def ensure_region() -> Region | None:
    """The first region of an installation that has none; None when there is one already."""
    with db.write() as session:
        if session.scalars(select(col(Region.id)).limit(1)).first() is not None:
            return None
        region = Region(slug=DEFAULT_SLUG, name=DEFAULT_NAME)
        session.add(region)
        session.flush()
        return region


def the_or_first_region(slug: str | None = None) -> Region:
    """The region of this name, the only one there is, or in an installation without any a first one made now.

    Raises NotFound for a name that no region has, Refused when there are several and none was named.
    """
    if slug is None:
        return ensure_region() or queries.the_region()
    return queries.the_region(slug)


def create(slug: str, name: str, municipalities: Mapping[str, str]) -> Region:
    """A new region with its municipalities (code to name).

    Raises Refused for a slug, name or code that cannot be, Conflict when the slug or a municipality is taken.
    """
    if not SLUG.fullmatch(slug) or len(slug) > LONGEST_NAME:
        raise Refused(_l("A short name has small letters, digits and hyphens only, 60 at most."))
    with db.write() as session:
        if session.scalars(select(col(Region.id)).where(col(Region.slug) == slug)).first():
            raise Conflict(_l("There is a region with this short name already."))
        region = Region(slug=slug, name=_name(name))
        session.add(region)
        session.flush()
        join(region, municipalities)
        return region


def join(region: Region, municipalities: Mapping[str, str]) -> dict[str, str]:
    """Let municipalities (code to name) join a region; returns those that are new, again changes nothing.

    Raises Refused for a code or name that cannot be, Conflict for a municipality of another region.
    """
    for code, name in municipalities.items():
        if not CODE.fullmatch(code):
            raise Refused(_l("%(code)s is not the code of a municipality, such as GM0622.", code=code))
        _name(name)
    with db.write() as session:
        query = select(Municipality).where(
            col(Municipality.code).in_(municipalities), col(Municipality.region_id) != region.id
        )
        elsewhere = session.scalars(query).first()
        if elsewhere is not None:
            raise Conflict(_l("%(name)s belongs to another region.", name=elsewhere.name))
        return add_municipalities(region, municipalities)


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


def change_settings(region_id: UUID, name: str, values: Mapping[str, Any]) -> Region:
    """Change a region's name and settings; settings that `values` does not name stay.

    Only what differs from the default is kept, so a better default reaches who never chose. Everything reads the
    settings anew (the response form keeps its page per settings), so the change shows at once.
    Raises Refused for the name, SettingsInvalid with the problem of each field.
    """
    with db.write() as session:
        region = session.scalars(select(Region).where(col(Region.id) == region_id).with_for_update()).first()
        if region is None:
            raise NotFound(_l("There is no such region."))
        settings = checked({**region.settings_data, **values})
        region.name = _name(name)
        region.settings_data = settings.model_dump(mode="json", exclude_defaults=True)
        session.add(region)
        return region


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(_l("Fill in a name of 60 letters at most."))
    return name
