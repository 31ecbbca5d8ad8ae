"""Verbs on the outcome lists of a region: change one, add one, take one away, and say what counts as what."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from outreach import db
from outreach.cases import outcome_list_rules as rules
from outreach.cases.outcome_list_rules import Draft, Settled
from outreach.cases.outcome_queries import cases_by_outcome, lists_of
from outreach.cases.outcomes import OUTCOME_LISTS, OWN_LISTS, RegionLists
from outreach.cases.target_groups import TargetGroup
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _l, ngettext
from outreach.regions import service as regions
from outreach.regions.models import Region


class ListInvalid(Refused):
    """An outcome list cannot be kept; `problems` is field to sentence (see outcome_list_rules.problems)."""

    status = 422

    def __init__(self, problems: Mapping[str, object]) -> None:
        super().__init__(_l("This list cannot be saved. Nothing was changed."))
        self.problems = problems


def save(region_id: UUID, draft: Draft, *, new: bool = False) -> Settled:
    """Keep an outcome list; what was done for the sake of cases that have its labels is in the answer.

    Raises ListInvalid, and NotFound for a list that is not there and is not new.
    """
    with db.write():
        region = _held(region_id)
        settings, before = region.settings, lists_of(region.settings)
        there = before.lists.get(draft.name)
        if there is None and not new:
            raise NotFound(_l("There is no such list."))
        others = [each for each in before.lists.values() if new or each.name != draft.name]
        problems = rules.problems(draft, others, new=new)
        if problems:
            raise ListInvalid(problems)
        settled = rules.settled(draft, there, cases_by_outcome(region_id, draft.name))
        lists = {**settings.outcome_lists, draft.name: settled.kept}
        if rules.is_shipped(draft.name, settled.kept):
            del lists[draft.name]
        after = lists_of(settings.model_copy(update={"outcome_lists": lists}))
        counted_as = rules.counted_as_before(draft.name, settled.renamed, before, after)
        _change(region, outcome_lists=lists, outcome_map=counted_as)
        return settled


def drop(region_id: UUID, name: str) -> None:
    """Take away an own list, or what a region changed in a list that ships.

    Raises Conflict while cases have an outcome that would be gone, or a target group closes with it; NotFound for a
    list in which nothing was changed.
    """
    with db.write():
        region = _held(region_id)
        lists = dict(region.settings.outcome_lists)
        if lists.pop(name, None) is None:
            raise NotFound(_l("There is no such list."))
        shipped = OUTCOME_LISTS.get(name)
        cases = cases_by_outcome(region_id, name)
        lost = sum(number for label, number in cases.items() if shipped is None or label not in shipped.kinds)
        if lost:
            raise Conflict(
                ngettext(
                    "This list stays: %(num)s case has an outcome that would be gone. Choose another list for the"
                    " target groups instead; then nobody closes with it any more.",
                    "This list stays: %(num)s cases have an outcome that would be gone. Choose another list for the"
                    " target groups instead; then nobody closes with it any more.",
                    lost,
                )
            )
        own = lists_of(region.settings).own
        groups = ", ".join(group.label for group in TargetGroup if own[group] == name)
        if shipped is None and groups:
            raise Conflict(_l("First choose another list for: %(groups)s.", groups=groups))
        after = lists_of(region.settings.model_copy(update={"outcome_lists": lists}))
        counted_as = rules.counted_as_before(name, {}, after, after)
        _change(region, outcome_lists=lists, outcome_map=counted_as)


def choose_own(region_id: UUID, chosen: Mapping[TargetGroup, str]) -> None:
    """Say which list target groups close with; cases that are closed keep what they have. Raises Refused."""
    with db.write():
        region = _held(region_id)
        present = lists_of(region.settings)
        if not set(chosen.values()) <= set(present.lists):
            raise Refused(_l("Choose a list for each target group."))
        own = {**present.own, **chosen}
        _change(region, own_lists={group: name for group, name in own.items() if name != OWN_LISTS[group]})


def count_as(region_id: UUID, name: str, to: str, chosen: Mapping[str, str] | None) -> None:
    """Say as which labels of the list `to` those of a list count in reports by it, '' for nowhere.

    With None cases of the list do not count there (any more). Only what differs from counting by the same words is
    kept. Raises NotFound, or Refused for an unknown label.
    """
    with db.write():
        region = _held(region_id)
        lists = lists_of(region.settings)
        if name == to or name not in lists.lists or to not in lists.lists:
            raise NotFound(_l("There is no such list."))
        others = dict(region.settings.outcome_map.get(name, {}))
        others.pop(to, None)
        if chosen is not None:
            others[to] = _differing(chosen, RegionLists(lists.lists, lists.own), name, to)
        counted_as = {**region.settings.outcome_map, name: others}
        _change(region, outcome_map={each: there for each, there in counted_as.items() if there})


def _differing(chosen: Mapping[str, str], by_words: RegionLists, name: str, to: str) -> dict[str, str]:
    """What was chosen and is not what the words say by themselves."""
    for label, counted in chosen.items():
        if label not in by_words.lists[name].kinds or (counted and counted not in by_words.lists[to].kinds):
            raise Refused(_l("Choose what it counts as from the list."))
    return {
        label: counted
        for label, counted in chosen.items()
        if counted != (by_words.report_label(name, label, to) or "")
    }


def _held(region_id: UUID) -> Region:
    """The region, for us alone until we are done: nobody closes a case with a label that we take away."""
    query = select(Region).where(col(Region.id) == region_id).with_for_update()
    region = db.session().scalars(query.execution_options(populate_existing=True)).first()
    if region is None:
        raise NotFound(_l("There is no such region."))
    return region


def _change(region: Region, **values: Any) -> None:
    regions.change_settings(region.id, region.name, values)
