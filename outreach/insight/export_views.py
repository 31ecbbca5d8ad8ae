"""Open data for whoever publishes it: the same files as `outreach export open-data`, from a page."""

import io
import json
import zipfile

from flask import Blueprint, send_file
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from outreach import clock
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.insight import open_files
from outreach.insight.asking import asked
from outreach.insight.open_tables import open_tables
from outreach.insight.wanted import Wanted
from outreach.regions.queries import regions_of
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("exports", __name__)

NAME = "open-data"


@blueprint.get("/reports/open-data.<any(json,zip):kind>")
@roles(RoleName.coordinator)
def open_data(kind: str) -> ResponseReturnValue:
    """The open data of her municipalities, over the days in the address; in Dutch, whoever makes it.

    zip: a CSV and its description. Other filters do not count: two files of overlapping groups, laid beside each other,
    would give away what each of them hides.
    """
    scope = current()
    wanted = asked(scope).wanted
    if wanted is None:
        raise Refused(_l("The last day comes before the first."), status=422)
    with force_locale("nl"):
        content = _made(kind, wanted, scope)
    name = f"{NAME}-{clock.today():%Y-%m-%d}.{kind}"
    return send_file(
        io.BytesIO(content), mimetype=f"application/{kind}", as_attachment=True, download_name=name
    )


def _made(kind: str, wanted: Wanted, scope: Scope) -> bytes:
    tables = open_tables(wanted)
    publisher = ", ".join(region.name for region in regions_of(scope.regions))
    about = open_files.About(publisher, clock.today())
    if kind == "json":
        return json.dumps(open_files.document(tables, about), ensure_ascii=False, indent=1).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as both:
        both.writestr(f"{NAME}.csv", "".join(open_files.csv_text(tables)))
        both.writestr(f"{NAME}.csv-metadata.json", open_files.metadata(tables, about, f"{NAME}.csv"))
    return out.getvalue()
