"""Pages on which an administrator changes how cases of her region end: its outcome lists."""

from collections import Counter
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from outreach.cases import outcome_list_rules as rules
from outreach.cases import outcome_list_service as service
from outreach.cases.outcome_list_forms import (
    counting_form,
    draft_from,
    line_forms,
    list_form,
    own_lists_form,
    start_form,
)
from outreach.cases.outcome_list_rules import Draft, Settled
from outreach.cases.outcome_list_service import ListInvalid
from outreach.cases.outcome_queries import cases_by_outcome, lists_of
from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeList, RegionLists
from outreach.cases.target_groups import TargetGroup
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _, _l, ngettext
from outreach.regions import queries
from outreach.regions.models import Region
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("outcome_lists", __name__, url_prefix="/outcome-lists")


@blueprint.get("")
@roles(RoleName.administrator)
def start() -> ResponseReturnValue:
    """The outcome lists of her region; of several regions she chooses one."""
    mine = queries.regions_of(current().regions)
    if len(mine) == 1:
        return _overview(mine[0])
    places = queries.municipalities_by_region()
    return render_template(
        "regions/choose.html", regions=mine, places=places, endpoint="outcome_lists.overview"
    )


@blueprint.route("/<region_slug>", methods=["GET", "POST"])
@roles(RoleName.administrator)
def overview(region_slug: str) -> ResponseReturnValue:
    """All lists, and which one each target group closes with."""
    region = _mine(region_slug)
    if request.method == "GET":
        return _overview(region)
    form = own_lists_form(lists_of(region.settings))
    if form.validate_on_submit():
        service.choose_own(region.id, {group: form[group.value].data or "" for group in TargetGroup})
        flash(_("Saved. From now on cases close with these lists."), "ok")
    return redirect(url_for("outcome_lists.overview", region_slug=region.slug), 303)


def _overview(region: Region) -> ResponseReturnValue:
    lists = lists_of(region.settings)
    groups: dict[str, list[str]] = {}
    for group, name in lists.own.items():
        groups.setdefault(name, []).append(group.label)
    return render_template(
        "outcome_lists/overview.html",
        shown_region=region,
        lists=lists.lists.values(),
        groups=groups,
        changed=region.settings.outcome_lists.keys() & OUTCOME_LISTS.keys(),
        shipped=OUTCOME_LISTS,
        form=own_lists_form(lists),
        target_groups=TargetGroup,
        begin=start_form(lists.lists),
    )


@blueprint.route("/<region_slug>/new", methods=["GET", "POST"])
@roles(RoleName.administrator)
def new(region_slug: str) -> ResponseReturnValue:
    """Make a list, out of another one or out of nothing."""
    region = _mine(region_slug)
    if request.method == "GET":
        begin = lists_of(region.settings).lists.get(request.args.get("start", ""))
        return _form(region, None, rules.started_from(begin))
    return _kept(region, None, draft_from(request.form, ""))


@blueprint.route("/<region_slug>/lists/<outcome_list>", methods=["GET", "POST"])
@roles(RoleName.administrator)
def change(region_slug: str, outcome_list: str) -> ResponseReturnValue:
    """Change a list: its title, its unit, its outcomes and their order."""
    region = _mine(region_slug)
    found = _list(lists_of(region.settings), outcome_list)
    if request.method == "GET":
        return _form(region, found, rules.draft_of(found))
    return _kept(region, found, draft_from(request.form, found.name))


def _kept(region: Region, found: OutcomeList | None, draft: Draft) -> ResponseReturnValue:
    """Keep what was filled in; or only move lines, when one of those buttons was used."""
    action = request.form.get("do", "")
    if action:
        return _form(
            region, found, Draft(draft.name, draft.title, draft.unit, rules.moved(draft.lines, action))
        )
    before = cases_by_outcome(region.id, draft.name) if found else {}
    try:
        settled = service.save(region.id, draft, new=found is None)
    except ListInvalid as refusal:
        return _form(region, found, draft, refusal.problems, 422)
    flash(_("The list is saved. It holds from now on."), "ok")
    _say_what_became_of_cases(settled, before)
    return redirect(url_for("outcome_lists.change", region_slug=region.slug, outcome_list=draft.name), 303)


def _say_what_became_of_cases(settled: Settled, cases: Mapping[str, int]) -> None:
    for label, number in settled.stays.items():
        flash(
            ngettext(
                "'%(label)s' stays in the list, for %(num)s case has it. It cannot be chosen any more.",
                "'%(label)s' stays in the list, for %(num)s cases have it. It cannot be chosen any more.",
                number,
                label=label,
            ),
            "info",
        )
    for old in settled.renamed.keys() & settled.kept.former.keys():
        flash(
            ngettext(
                "%(num)s case keeps '%(old)s' on its page. Tables count it as '%(new)s'.",
                "%(num)s cases keep '%(old)s' on their page. Tables count them as '%(new)s'.",
                cases.get(old, 0),
                old=old,
                new=settled.renamed[old],
            ),
            "info",
        )


def _form(
    region: Region,
    found: OutcomeList | None,
    draft: Draft,
    problems: Mapping[str, object] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    problems = problems or {}
    cases = Counter[str]()
    if found is not None:
        for name, number in cases_by_outcome(region.id, found.name).items():
            cases[found.now(name)] += number
    lists = lists_of(region.settings)
    others = [each for each in lists.lists.values() if found and each.name != found.name]
    page = render_template(
        "outcome_lists/change.html",
        shown_region=region,
        found=found,
        form=list_form(draft, problems),
        lines=line_forms(draft, problems),
        problems=problems,
        cases=cases,
        others=others,
        counts_in={to for name, to in lists.counted_as if found and name == found.name},
        is_own=found is not None and found.name not in OUTCOME_LISTS,
        is_changed=found is not None and found.name in region.settings.outcome_lists,
    )
    return page, status


@blueprint.route("/<region_slug>/lists/<outcome_list>/drop", methods=["GET", "POST"])
@roles(RoleName.administrator)
def drop(region_slug: str, outcome_list: str) -> ResponseReturnValue:
    """Ask, and take away an own list or what was changed in a shipped one."""
    region = _mine(region_slug)
    found = _list(lists_of(region.settings), outcome_list)
    shipped = OUTCOME_LISTS.get(found.name)
    if request.method == "GET":
        return render_template("outcome_lists/drop.html", shown_region=region, found=found, shipped=shipped)
    try:
        service.drop(region.id, found.name)
    except Conflict as refusal:
        flash(str(refusal.message), "bad")
        to = url_for("outcome_lists.change", region_slug=region.slug, outcome_list=found.name)
        return redirect(to, 303)
    flash(_("The list is as it was delivered again.") if shipped else _("The list is gone."), "ok")
    return redirect(url_for("outcome_lists.overview", region_slug=region.slug), 303)


@blueprint.route("/<region_slug>/lists/<outcome_list>/in/<report_list>", methods=["GET", "POST"])
@roles(RoleName.administrator)
def counting(region_slug: str, outcome_list: str, report_list: str) -> ResponseReturnValue:
    """Say as what outcomes of a list count in a report by another list."""
    region = _mine(region_slug)
    lists = lists_of(region.settings)
    found, target = _list(lists, outcome_list), _list(lists, report_list)
    if found.name == target.name:
        raise NotFound(_l("There is no such list."))
    form = counting_form(lists, found, target)
    if form.validate_on_submit():
        chosen = {form[f"of_{n}"].data or "": form[f"as_{n}"].data or "" for n in range(len(found.labels))}
        try:
            service.count_as(region.id, found.name, target.name, chosen if form.counts.data else None)
        except Refused as refusal:
            flash(str(refusal.message), "bad")
        else:
            flash(_("Saved. Reports count so from now on."), "ok")
        return redirect(request.path, 303)
    return render_template(
        "outcome_lists/counting.html", shown_region=region, found=found, target=target, form=form
    )


def _mine(slug: str) -> Region:
    return queries.region_among(slug, current().regions)


def _list(lists: RegionLists, name: str) -> OutcomeList:
    found = lists.lists.get(name)
    if found is None:
        raise NotFound(_l("There is no such list."))
    return found
