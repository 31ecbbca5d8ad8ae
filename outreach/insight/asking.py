"""What the address of a report asks for: its filters, read once and the same way for every page and file."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import request
from werkzeug.datastructures import MultiDict

from outreach import clock
from outreach.campaigns import page_queries as campaigns
from outreach.cases.target_groups import LABELS as TARGET_GROUPS
from outreach.errors import NotFound
from outreach.i18n import _, _l
from outreach.insight.forms import ReportForm
from outreach.insight.table import Frame
from outreach.insight.wanted import Wanted
from outreach.regions.queries import all_municipality_names, municipality_names
from outreach.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """The form and what it asks for; `wanted` is None when something in it is not right.

    `municipalities` and `campaigns`: what she may choose from, names by code and by short name.
    """

    form: ReportForm
    wanted: Wanted | None
    municipalities: dict[str, str]
    campaigns: dict[str, str]


def asked(scope: Scope) -> Asked:
    """What the address asks for: the last twelve months when it names no first day.

    An empty first day means: from the beginning. Who works for all municipalities is not limited to them, so that no
    statement need look which case is whose. Raises NotFound for what is not hers.
    """
    given = MultiDict(request.args)
    if "from" not in given:
        given["from"] = a_year_before(clock.today()).isoformat()
    form = ReportForm(given)
    names = municipality_names(scope.regions)
    hers = {code: name for code, name in names.items() if code in scope.municipalities}
    lines = campaigns.names(scope.regions)
    groups = {group.value: label for group, label in TARGET_GROUPS.items()}
    for field, choices, problem in (
        (form.municipality, hers, _l("There is no such municipality.")),
        (form.campaign, lines, _l("There is no such campaign.")),
        (form.target_group, groups, _l("There is no such target group.")),
    ):
        field.choices = [("", _l("All")), *choices.items()]
        if field.data and field.data not in choices:
            raise NotFound(problem)
    if not form.validate():
        return Asked(form, None, hers, lines)
    everywhere = scope.municipalities >= all_municipality_names().keys()
    wanted = Wanted(
        municipalities=None if everywhere else scope.municipalities,
        municipality=form.municipality.data or None,
        campaign=form.campaign.data or None,
        target_group=form.target_group.data or None,
        since=form.since.data,
        until=form.until.data,
    )
    return Asked(form, wanted, hers, lines)


def a_year_before(day: date) -> date:
    """The first day of the twelve months that end on a day."""
    try:
        return day.replace(year=day.year - 1) + timedelta(days=1)
    except ValueError:  # the 29th of February
        return date(day.year - 1, 3, 1)


def frame(wanted: Wanted) -> Frame:
    """What every table made for this says of itself: its days, today, and where it comes from."""
    return Frame(wanted.since, wanted.until, clock.today(), _("Outreach, from the cases of this region"))
