"""Pages of the import: bring a list, say which column is which, look, import, see what came of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from outreach import db
from outreach.cases.imports import run_queries, run_service, service
from outreach.cases.imports.example import example_csv
from outreach.cases.imports.forms import UploadForm, mapping_form, mapping_of
from outreach.cases.imports.headers import guess
from outreach.cases.imports.limits import Limits
from outreach.cases.imports.preview import preview
from outreach.cases.imports.problems import ImportRefused
from outreach.cases.imports.run_queries import Run
from outreach.cases.imports.side_by_side import Side, numbers, side_by_side, told
from outreach.cases.queries import mentioned
from outreach.errors import Conflict, NotFound, Refused
from outreach.i18n import _, _l, ngettext
from outreach.regions.models import Region
from outreach.regions.queries import municipality_names
from outreach.staff.scope import RoleName, Scope, current
from outreach.web.access import roles

blueprint = Blueprint("imports", __name__, url_prefix="/import")

CLERK, COORDINATOR = RoleName.clerk, RoleName.coordinator
COUNTED_AT_ONCE = 2000
"""Rows up to which the page counts by itself what importing would do, some 2 s; beyond it on request."""
SHOWN = 100
"""Rejected values on the result page; the file of rejected rows has them all."""


def _most_bytes() -> int:
    return int(current_app.extensions["outreach_settings"].max_upload_mb) * 1_000_000


@blueprint.url_value_preprocessor
def large_bodies(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Only here a body may be large. Not in before_request: the CSRF check reads the form before that."""
    if request.endpoint == "imports.receive":
        request.max_content_length = _most_bytes() + 1_000_000


def _upload_form(scope: Scope) -> UploadForm:
    form = UploadForm()
    regions = [db.session().get(Region, region_id) for region_id in sorted(scope.regions)]
    form.region.choices = [(str(region.id), region.name) for region in regions if region]
    return form


def _start(form: UploadForm, problem: str = "") -> str:
    scope = current()
    return render_template(
        "imports/start.html",
        form=form,
        problem=problem,
        most_mb=_most_bytes() // 1_000_000,
        municipalities=[
            name for code, name in municipality_names(scope.regions).items() if code in scope.municipalities
        ],
        recent=run_queries.recent(scope),
    )


@blueprint.get("")
@roles(CLERK, COORDINATOR)
def start() -> ResponseReturnValue:
    """Choose a file; her last lists below."""
    return _start(_upload_form(current()))


@blueprint.post("")
@roles(CLERK, COORDINATOR)
def receive() -> ResponseReturnValue:
    """Take the file in; one that cannot be read is refused on the same page and not kept."""
    scope = current()
    form = _upload_form(scope)
    region_id = UUID(form.region.data) if form.validate_on_submit() else None
    file = request.files.get("list")
    if region_id is None or file is None or not file.filename:
        return _start(form, _("Choose a file first.")), 422
    limits = Limits(file_bytes=_most_bytes())
    try:
        data = file.stream.read(limits.file_bytes + 1)
        run_id = run_service.receive(region_id, file.filename, data, by=_me(scope), limits=limits)
    except ImportRefused as refusal:
        return _start(form, refusal.message), refusal.status
    return redirect(url_for("imports.show", run_id=run_id))


@blueprint.get("/example.csv")
@roles(CLERK, COORDINATOR)
def example() -> ResponseReturnValue:
    """A list to fill in."""
    scope = current()
    names = municipality_names(scope.regions)
    town = next((name for code, name in names.items() if code in scope.municipalities), "")
    return _file(example_csv(town), "voorbeeld.csv")


@blueprint.get("/<uuid:run_id>")
@roles(CLERK, COORDINATOR)
def show(run_id: UUID) -> ResponseReturnValue:
    """Before the import: columns and first rows. After it: what came of it."""
    scope = current()
    run = run_queries.run(run_id, scope)
    return _result(run, scope) if run.applied_at else _waiting(run, scope)


def _waiting(run: Run, scope: Scope) -> str:
    table = run_service.read(run)
    guesses = guess(table.headings)
    samples = _samples(table)
    context: dict[str, Any] = {
        "run": run,
        "table": table,
        "report": None,
        "rows": [],
        "pairs": [],
        "problem": "",
    }
    context["form"] = mapping_form(table.headings, run.mapping)
    context["columns"] = [
        (context["form"][f"column-{n}"], samples[n], guesses[heading] is None)
        for n, heading in enumerate(table.headings)
    ]
    try:
        wanted = run_service.case_list(run, table, run_service.columns_of(run, table), scope)
    except ImportRefused as refusal:
        return render_template("imports/waiting.html", **context | {"problem": refusal.message})
    context["rows"] = preview(table.rows(), wanted.columns, wanted.context)
    if table.row_count <= COUNTED_AT_ONCE or "count" in request.args:
        context["report"] = service.dry_run(wanted)
        context["pairs"] = _pairs(context["report"].look_alike_notes(), run, scope)
    return render_template("imports/waiting.html", **context)


def _samples(table: Any) -> list[str]:
    """The first value of each column, so that one sees what it holds."""
    samples = [""] * len(table.headings)
    for number, row in enumerate(table.rows()):
        samples = [sample or value[:40] for sample, value in zip(samples, row.values, strict=True)]
        if number >= 20 or all(samples):
            break
    return samples


WayOn = Callable[[UUID, UUID, Scope], Iterable[tuple[str, str]]]
"""Given an import, its region and who asks: names and addresses of campaigns that its cases can go into."""


def show_ways_on(app: Flask, ways_on: WayOn) -> None:
    """Let the result page offer these campaigns; the import itself knows no campaigns."""
    app.extensions["outreach_ways_on"] = ways_on


def _ways_on(run: Run) -> list[tuple[str, str]]:
    ways_on: WayOn | None = current_app.extensions.get("outreach_ways_on")
    return list(ways_on(run.id, run.region_id, current())) if ways_on else []


def _pairs(notes: Sequence[Mapping[str, Any]], run: Run, scope: Scope) -> list[tuple[Side, Side]]:
    """Who may be one person, with links to what she may see; one query."""
    alike = told(notes)
    cases = mentioned(run.region_id, numbers(alike), scope) if alike else {}
    return side_by_side(alike, cases)


def _result(run: Run, scope: Scope) -> str:
    left_out = [note for note in run.result["notes"] if "others" not in note]
    notes = Counter((note["column"], note["problem"]) for note in left_out)
    rows: dict[tuple[str, str], list[int]] = {}
    for note in left_out:
        if note["row"] is not None:
            rows.setdefault((note["column"], note["problem"]), []).append(note["row"])
    return render_template(
        "imports/result.html",
        run=run,
        result=run.result,
        rejected=run.result["rejected"][:SHOWN],
        notes=[(column, problem, rows.get((column, problem), [])) for column, problem in notes],
        pairs=_pairs(run.result["notes"], run, scope),
        ways_on=_ways_on(run),
        has_file=run_queries.content(run.id) is not None,
    )


@blueprint.post("/<uuid:run_id>")
@roles(CLERK, COORDINATOR)
def choose(run_id: UUID) -> ResponseReturnValue:
    """Keep the columns as chosen; import only what was looked at with these columns."""
    scope = current()
    run = run_queries.run(run_id, scope)
    if run.applied_at:
        raise Conflict(_l("This list is imported already."))
    here = redirect(url_for("imports.show", run_id=run.id))
    table = run_service.read(run)
    form = mapping_form(table.headings, run.mapping)
    seen = {heading: form[f"column-{n}"].object_data for n, heading in enumerate(table.headings)}
    if not form.validate_on_submit():
        raise Refused(_l("Choose a field from the list for each column."))
    mapping = mapping_of(form, table.headings)
    run_service.choose(run.id, mapping)
    if request.form.get("do") != "import":
        return here
    if {heading: name.value if name else "" for heading, name in mapping.items()} != seen:
        flash(_("You chose other columns. Look at the first rows once more, then import."), "warn")
        return here
    run = run_queries.run(run_id, scope)
    try:
        report = run_service.apply(run, scope)
    except ImportRefused as refusal:
        flash(refusal.message, "bad")
        return here
    flash(
        ngettext("%(num)d young person is in.", "%(num)d young people are in.", report.accepted),
        "ok",
    )
    return here


@blueprint.post("/<uuid:run_id>/forget")
@roles(CLERK, COORDINATOR)
def forget(run_id: UUID) -> ResponseReturnValue:
    """Throw a list away that was not imported."""
    run = run_queries.run(run_id, current())
    run_service.forget(run.id)
    flash(_("The list is thrown away. Nothing was imported."), "ok")
    return redirect(url_for("imports.start"))


@blueprint.get("/<uuid:run_id>/rejected.csv")
@roles(CLERK, COORDINATOR)
def rejected(run_id: UUID) -> ResponseReturnValue:
    """The rejected rows, to mend and import again."""
    run = run_queries.run(run_id, current())
    data = run_queries.content(run.id) if run.applied_at else None
    if data is None:
        raise NotFound(_l("There is no file of rejected rows."))
    return _file(data, f"{run.filename}.rejected.csv")


def _file(data: bytes, name: str) -> Response:
    return send_file(BytesIO(data), mimetype="text/csv", as_attachment=True, download_name=name)


def _me(scope: Scope) -> UUID:
    assert scope.user_id is not None, "a signed-in person has an id"
    return scope.user_id
