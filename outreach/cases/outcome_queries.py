"""The outcome lists of a region, out of its settings, and how many cases have which outcome."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select

from outreach import db
from outreach.cases.models import Case
from outreach.cases.outcomes import OUTCOME_LISTS, OWN_LISTS, OutcomeKind, OutcomeList, RegionLists
from outreach.cases.target_groups import TargetGroup
from outreach.regions.models import KeptList, RegionSettings
from outreach.regions.queries import settings_of

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


def cases_by_outcome(region_id: UUID, name: str) -> Mapping[str, int]:
    """How many cases of a region have which outcome of this list, by the name that the outcome had."""
    case = db.table(Case).c
    query = (
        select(case.outcome, func.count())
        .where(case.region_id == region_id, case.outcome_list == name, case.outcome.is_not(None))
        .group_by(case.outcome)
    )
    return dict(db.session().execute(query).tuples().all())
