"""The pages of figures for coordinators: an overview, response rates, moments, the work; and every table as a file."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from htmx_flask import request as htmx_request

from outreach import clock
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.insight import pages, tables, words
from outreach.insight.asking import Asked, asked
from outreach.insight.definitions import LABELS
from outreach.insight.people_queries import Dimension
from outreach.insight.reports import TABLES
from outreach.insight.table import Table
from outreach.insight.wanted import Wanted
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("insight", __name__)

FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
TABS = (
    ("insight.overview", _l("Overview")),
    ("insight.responses", _l("Responses")),
    ("effect.overview", _l("Variants")),
    ("outcomes.overview", _l("Outcomes")),
    ("insight.moments", _l("Moments")),
    ("insight.work", _l("Work")),
)
"""The pages of figures, in the order of their tabs."""
KEPT = ("municipality", "campaign", "target_group", "from", "to")
"""Filters that go along from page to page and into files."""


def init_app(app: Flask) -> None:
    """The pages, and how their templates write a cell."""
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(
        insight_rate=words.rate_words,
        insight_period=words.period,
        insight_choice=words.choice,
        insight_meaning=lambda column: (column.label, column.meaning),
    )
    app.jinja_env.globals.update(insight_tabs=tabs, file_href=file_href, insight_writer=words.Writer)


def tabs() -> list[dict[str, Any]]:
    """The pages of figures with the filters of this one."""
    return [
        {"label": label, "href": url_for(endpoint, **_given(KEPT)), "current": endpoint == request.endpoint}
        for endpoint, label in TABS
    ]


def file_href(name: str, kind: str) -> str:
    """The address of a table as a file, for the choice of this page."""
    return url_for("insight.file", figures=name, kind=kind, **_given())


def _given(names: tuple[str, ...] | None = None) -> dict[str, Any]:
    return {
        name: value
        for name, value in request.args.items()
        if name not in ("lang", "figures", "kind") and (names is None or name in names)
    }


def page(
    figures: str, title: Any, lead: Any, build: Callable[[Wanted], Any], **more: Any
) -> ResponseReturnValue:
    """A page of figures, or with htmx only its figures (a template); 422 when its filters are not right."""
    found = more.pop("asked", None) or asked(current())
    context = {
        "form": found.form,
        "report": build(found.wanted) if found.wanted else None,
        "title": title,
        "lead": lead,
        "figures_template": figures,
        **more,
    }
    whole = more.get("template", "insight/page.html")
    template = "insight/figures.html" if htmx_request.htmx else whole
    return render_template(template, **context), 200 if found.wanted else 422


@blueprint.get("/reports")
@roles(RoleName.coordinator)
def overview() -> ResponseReturnValue:
    """What matters, at a glance."""
    return page(
        "insight/_overview.html", _l("Figures"), _l("Who is reached, and what works."), pages.overview
    )


@blueprint.get("/reports/responses")
@roles(RoleName.coordinator)
def responses() -> ResponseReturnValue:
    """Who responded to what."""
    found = asked(current())
    by = _by(found)
    return page(
        "insight/_responses.html",
        _l("Responses"),
        _l("Who reacted, and what worked."),
        lambda wanted: pages.responses(wanted, by),
        asked=found,
        by=by,
        template="insight/responses.html",
    )


def _by(found: Asked) -> Dimension:
    """By what the address divides young people. Raises NotFound for what nobody can be divided by."""
    found.form.by.choices = [(one.value, LABELS[one.value]) for one in Dimension]
    given = found.form.by.data or Dimension.municipality.value
    if given not in set(Dimension):
        raise NotFound(_l("There is no such division."))
    found.form.by.data = given
    return Dimension(given)


@blueprint.get("/reports/moments")
@roles(RoleName.coordinator)
def moments() -> ResponseReturnValue:
    """When young people respond and are reached."""
    lead = _l("When young people respond, and at which hours they are reached.")
    return page("insight/_moments.html", _l("Moments"), lead, pages.moments)


@blueprint.get("/reports/work")
@roles(RoleName.coordinator)
def work() -> ResponseReturnValue:
    """What was done, and for whom."""
    lead = _l("The calls, the visits and the work that they took.")
    return page("insight/_work.html", _l("Work"), lead, pages.work)


@blueprint.get("/reports/<figures>.<any(csv,xlsx):kind>")
@roles(RoleName.coordinator)
def file(figures: str, kind: str) -> ResponseReturnValue:
    """A whole table as a file, limited as its page is."""
    if figures not in TABLES:
        raise NotFound(_l("There is no such table."))
    found = asked(current())
    if found.wanted is None:
        return page("insight/_overview.html", _l("Figures"), "", lambda wanted: None, asked=found)
    return sent(TABLES[figures](found.wanted, request.args), kind)


def sent(table: Table, kind: str) -> Response:
    """A table as a file to keep."""
    content = tables.as_csv(table).encode() if kind == "csv" else tables.as_xlsx(table)
    name = f"{table.name}-{clock.today():%Y-%m-%d}.{kind}"
    return Response(
        content, content_type=FILES[kind], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
