"""The outcome lists of a region, out of its settings, and how many cases have which outcome."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_

from outreach import db
from outreach.cases.models import Case
from outreach.cases.outcomes import (
    OUTCOME_LISTS,
    OWN_LISTS,
    SHIPPED,
    OutcomeKind,
    OutcomeList,
    RegionLists,
)
from outreach.cases.target_groups import TargetGroup
from outreach.regions.models import KeptList, RegionSettings
from outreach.regions.queries import all_regions, settings_of

_KINDS = {kind.value: kind for kind in OutcomeKind}


def lists_of(settings: RegionSettings) -> RegionLists:
    """The outcome lists of a region with these settings. What is not known (any more) is passed over."""
    changed = {name: _list(name, kept) for name, kept in settings.outcome_lists.items()}
    lists = {**OUTCOME_LISTS, **changed}
    chosen = {group: settings.own_lists.get(group.value, "") for group in TargetGroup}
    own = {group: name if name in lists else OWN_LISTS[group] for group, name in chosen.items()}
    counted_as = {
        (name, to): labels
        for name, others in settings.outcome_map.items()
        for to, labels in others.items()
        if name in lists and to in lists
    }
    return RegionLists(lists, own, counted_as)


def _list(name: str, kept: KeptList) -> OutcomeList:
    return OutcomeList(
        name,
        kept.title,
        kept.unit,
        {each.label: _KINDS.get(each.kind, OutcomeKind.other) for each in kept.outcomes},
        uncounted=frozenset(each.label for each in kept.outcomes if each.state == "uncounted"),
        retired=frozenset(each.label for each in kept.outcomes if each.state == "retired"),
        former=kept.former,
    )


def lists_in(region_id: UUID, *, until_commit: bool = False) -> RegionLists:
    """The outcome lists of this region; with `until_commit` they stay so until this transaction has ended."""
    return lists_of(settings_of(region_id, until_commit=until_commit))


def ended_as(kind: OutcomeKind) -> ColumnElement[bool]:
    """Whether a case has an outcome of this kind by the lists of its region, also by a name that a label had before.

    For a statement about cases; asks the database once for the settings of the regions.
    """
    case = db.table(Case).c
    other = {
        region.id: lists_of(region.settings) for region in all_regions() if region.settings.outcome_lists
    }
    shipped = and_(case.region_id.not_in(list(other)), _one_of(SHIPPED, kind))
    return or_(shipped, *(and_(case.region_id == id_, _one_of(lists, kind)) for id_, lists in other.items()))


def _one_of(lists: RegionLists, kind: OutcomeKind) -> ColumnElement[bool]:
    case = db.table(Case).c
    outcomes = [
        (name, label)
        for name, each in lists.lists.items()
        for label in dict.fromkeys((*each.labels, *each.former))
        if each.kind(label) is kind
    ]
    return tuple_(case.outcome_list, case.outcome).in_(outcomes)


def cases_by_outcome(region_id: UUID, name: str) -> Mapping[str, int]:
    """How many cases of a region have which outcome of this list, by the name that the outcome had."""
    case = db.table(Case).c
    query = (
        select(case.outcome, func.count())
        .where(case.region_id == region_id, case.outcome_list == name, case.outcome.is_not(None))
        .group_by(case.outcome)
    )
    return dict(db.session().execute(query).tuples().all())
