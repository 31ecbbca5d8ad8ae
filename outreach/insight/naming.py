"""The names that tables show for what figures are divided by."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from outreach.campaigns.words import language
from outreach.cases.imports.languages import language_name
from outreach.cases.target_groups import LABELS, TargetGroup
from outreach.i18n import _, day
from outreach.insight.people_queries import Dimension, Funnel, campaign_names
from outreach.regions.queries import all_municipality_names
from outreach.staff.queries import users_by_id


def named(dimension: Dimension, groups: Mapping[str, Funnel]) -> dict[str, Funnel]:
    """The groups under the names that people know, in the order of those names; weeks in theirs.

    Two groups of one name (campaigns of two regions) stand apart by what follows in brackets.
    """
    names = _names(dimension, list(groups))
    found: dict[str, Funnel] = {}
    for key in sorted(groups, key=lambda key: key if dimension is Dimension.week else names[key].casefold()):
        name, number = names[key], 1
        while name in found:
            number += 1
            name = f"{names[key]} ({number})"
        found[name] = groups[key]
    return found


def _names(dimension: Dimension, keys: list[str]) -> dict[str, str]:
    if dimension is Dimension.municipality:
        known = all_municipality_names()
        return {key: known.get(key, key) for key in keys}
    if dimension is Dimension.campaign:
        return campaign_names(keys)
    if dimension is Dimension.coach:
        people = coach_names(UUID(key) for key in keys if key)
        return {key: people.get(UUID(key), "") if key else _("Nobody") for key in keys}
    return {key: _name(dimension, key) for key in keys}


def _name(dimension: Dimension, key: str) -> str:
    if dimension is Dimension.target_group:
        return LABELS[TargetGroup(key)] if key in set(TargetGroup) else key
    if dimension is Dimension.language:
        return language_name(key, language())
    if dimension is Dimension.week:
        return day(date.fromisoformat(key), year=True)
    return key or _("Not known")


def coach_names(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of coaches, without whoever is nobody."""
    users = users_by_id(id_ for id_ in ids if id_ is not None)
    return {id_: f"{user.given_name} {user.family_name}".strip() for id_, user in users.items()}
