"""The coordinator's response table: in words, as bars, as a table and as files."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock
from outreach.campaigns import page_queries as campaigns
from outreach.campaigns import words as campaign_words
from outreach.cases.words import CHANNELS
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.insight import figures, queries, tables
from outreach.insight.definitions import COLUMNS, DEFINITIONS, PEOPLE
from outreach.insight.forms import ReportForm
from outreach.insight.wanted import Wanted
from outreach.regions.queries import municipality_names
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("insight", __name__)

PAGE = 50
"""Rows of the table on one page; files hold them all."""
FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """The form and what it asks for; `wanted` is None when something in it is not right."""

    form: ReportForm
    wanted: Wanted | None


def _asked(scope: Scope) -> _Asked:
    """What the address asks for. Raises NotFound for a campaign or municipality that is not hers."""
    form = ReportForm(request.args)
    names = municipality_names(scope.regions)
    hers = {code: name for code, name in names.items() if code in scope.municipalities}
    lines = {line.campaign.slug: line.campaign.name for line in campaigns.overview(scope)}
    form.campaign.choices = [("", _l("All")), *lines.items()]
    form.municipality.choices = [("", _l("All")), *hers.items()]
    if form.campaign.data and form.campaign.data not in lines:
        raise NotFound(_l("There is no such campaign."))
    if form.municipality.data and form.municipality.data not in hers:
        raise NotFound(_l("There is no such municipality."))
    if not form.validate():
        return _Asked(form, None)
    return _Asked(
        form,
        Wanted(
            municipalities=scope.municipalities,
            municipality=form.municipality.data or None,
            campaign=form.campaign.data or None,
            since=form.since.data,
            until=form.until.data,
        ),
    )


@blueprint.get("/reports/responses")
@roles(RoleName.coordinator)
def responses() -> ResponseReturnValue:
    """Who responded to what. With htmx only the figures."""
    asked = _asked(current())
    template = "insight/_responses.html" if htmx_request.htmx else "insight/responses.html"
    if asked.wanted is None:
        return render_template(template, form=asked.form, report=None, href=_href), 422
    rows = queries.responses(asked.wanted)
    campaigns_in, persons = queries.people_by_campaign(asked.wanted), queries.persons(asked.wanted)
    report = figures.report(rows, campaigns_in, persons, campaign_words.steps_by_plan())
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(request.args.get("page", 1, int), 1), pages)
    return render_template(
        template,
        form=asked.form,
        report=report,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        page=page,
        pages=pages,
        href=_href,
        words=campaign_words,
        channels=CHANNELS,
        columns=COLUMNS,
        definitions=DEFINITIONS,
        people_label=PEOPLE,
    )


def _href(page: int = 1, kind: str = "") -> str:
    """The address of another page, or a file, of the same choice."""
    given: dict[str, Any] = {
        name: value for name, value in request.args.items() if name not in ("page", "lang")
    }
    if kind:
        return url_for("insight.responses_file", kind=kind, **given)
    return url_for("insight.responses", **given, page=page)


@blueprint.get("/reports/responses.<any(csv,xlsx):kind>")
@roles(RoleName.coordinator)
def responses_file(kind: str) -> ResponseReturnValue:
    """The whole table as a file, limited as the page is."""
    asked = _asked(current())
    if asked.wanted is None:
        return responses()
    rows = queries.responses(asked.wanted)
    content = tables.as_csv(rows).encode() if kind == "csv" else tables.as_xlsx(rows)
    name = f"responses-{clock.today():%Y-%m-%d}.{kind}"
    return Response(
        content, content_type=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
