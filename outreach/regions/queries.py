"""Reads about regions and municipalities."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from outreach import db
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.regions.models import Municipality, Region, RegionSettings


def the_region(slug: str | None = None) -> Region:
    """The region of this name, or the only one there is.

    Raises NotFound when there is none (of this name), Refused when there are several and none was named.
    """
    query = select(Region).order_by(col(Region.slug))
    found = db.session().scalars(query.where(col(Region.slug) == slug) if slug else query).all()
    if not found and slug:
        raise NotFound(_l("There is no region '%(slug)s'.", slug=slug))
    if not found:
        raise NotFound(_l("There is no region yet. Make one first, or fill the demo."))
    if len(found) > 1:
        names = ", ".join(region.slug for region in found)
        raise Refused(_l("There are several regions: %(names)s. Say which one.", names=names))
    return found[0]


def municipality_names(region_ids: Iterable[UUID]) -> dict[str, str]:
    """Code to name of the municipalities of these regions, in the order of their names."""
    query = (
        select(col(Municipality.code), col(Municipality.name))
        .where(col(Municipality.region_id).in_(set(region_ids)))
        .order_by(col(Municipality.name))
    )
    return {row.code: row.name for row in db.session().execute(query)}


def in_no_region(codes: Iterable[str]) -> set[str]:
    """Which of these municipality codes belong to no region yet."""
    wanted = set(codes)
    query = select(col(Municipality.code)).where(col(Municipality.code).in_(wanted))
    return wanted - set(db.session().scalars(query))


def all_municipality_names() -> dict[str, str]:
    """Code to name of all municipalities of the installation, in the order of their names."""
    query = select(col(Municipality.code), col(Municipality.name)).order_by(col(Municipality.name))
    return {row.code: row.name for row in db.session().execute(query)}


def all_regions() -> list[Region]:
    """The regions of this installation, by name."""
    return list(db.session().scalars(select(Region).order_by(col(Region.name))))


def regions_of(region_ids: Iterable[UUID]) -> list[Region]:
    """These regions, by name."""
    query = select(Region).where(col(Region.id).in_(set(region_ids))).order_by(col(Region.name))
    return list(db.session().scalars(query))


def region_among(slug: str, region_ids: Iterable[UUID]) -> Region:
    """The region of this name, if it is one of these. Raises NotFound."""
    for region in regions_of(region_ids):
        if region.slug == slug:
            return region
    raise NotFound(_l("There is no such region."))


def settings_of(region_id: UUID, *, until_commit: bool = False) -> RegionSettings:
    """The settings of a region; with `until_commit` nobody changes them before this transaction has ended."""
    query = select(Region).where(col(Region.id) == region_id)
    if until_commit:
        query = query.with_for_update(read=True).execution_options(populate_existing=True)
    return db.session().scalars(query).one().settings


def municipalities_by_region() -> dict[UUID, dict[str, str]]:
    """Region to code and name of its municipalities."""
    found: dict[UUID, dict[str, str]] = {}
    for place in db.session().scalars(select(Municipality).order_by(col(Municipality.name))):
        found.setdefault(place.region_id, {})[place.code] = place.name
    return found
