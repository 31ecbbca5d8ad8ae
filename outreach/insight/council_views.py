"""The page for the council of a municipality, as a PDF."""

import io

from flask import Blueprint, current_app, request, send_file
from flask.typing import ResponseReturnValue

from outreach import clock
from outreach.campaigns.words import language
from outreach.config import Settings
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.insight import council, outcome_queries, outcome_tables, reports
from outreach.insight.asking import asked
from outreach.insight.people_queries import Dimension
from outreach.insight.table import Table
from outreach.insight.wanted import Wanted
from outreach.regions.queries import regions_of
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("council", __name__)


@blueprint.get("/reports/council/<municipality>.pdf")
@roles(RoleName.coordinator)
def paper(municipality: str) -> ResponseReturnValue:
    """One sheet about a municipality, over the days in the address, in the reader's language.

    Other filters do not count: two sheets of overlapping groups, laid beside each other, would give away what each of
    them hides. Raises NotFound for a municipality that is not hers.
    """
    scope = current()
    found = asked(scope)
    if municipality not in found.municipalities:
        raise NotFound(_l("There is no such municipality."))
    if found.wanted is None:
        raise Refused(_l("The last day comes before the first."), status=422)
    wanted = Wanted(scope.municipalities, municipality, since=found.wanted.since, until=found.wanted.until)
    settings: Settings = current_app.extensions["outreach_settings"]
    report = council.CouncilReport(
        region=", ".join(region.name for region in regions_of(scope.regions)),
        municipality=found.municipalities[municipality],
        funnel=reports.by_dimension(wanted, Dimension.municipality),
        outcomes=_outcomes(wanted, request.args.get("table")),
        visits=reports.visits(wanted),
        made_at=clock.now(),
        language=language(),
    )
    made = council.pdf(report, font_dir=settings.font_dir)
    name = f"{report.municipality.lower().replace(' ', '-')}-{clock.today():%Y-%m-%d}.pdf"
    return send_file(io.BytesIO(made), mimetype="application/pdf", as_attachment=True, download_name=name)


def _outcomes(wanted: Wanted, name: str | None) -> Table:
    """The table of outcomes that was asked for, else the one that most cases of the municipality were closed by."""
    known = outcome_tables.names(wanted)
    chosen = name or outcome_queries.most_used(wanted)
    if chosen not in known:
        chosen = next(iter(known))
    return outcome_tables.table(outcome_tables.reported(chosen, wanted), wanted)
