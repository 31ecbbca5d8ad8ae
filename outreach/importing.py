"""`outreach import`: a list into the database, and if wanted into a campaign; the administrator's door."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask import url_for

from outreach import clock, config, db
from outreach.campaigns import queries as campaign_queries
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign
from outreach.cases.imports import run_service, service
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.deciding import CaseList
from outreach.cases.imports.headers import Columns, Field, map_columns, words
from outreach.cases.imports.judging import Report
from outreach.cases.imports.limits import Limits
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.tables import Table, read_table
from outreach.console import Answer, answers, progress
from outreach.errors import Conflict, Refused
from outreach.i18n import _l
from outreach.regions import queries as regions
from outreach.regions import service as region_service
from outreach.regions.models import Region
from outreach.regions.municipalities import SHIPPED
from outreach.staff.scope import RoleName, Scope


def import_list(path: Path, *, campaign: str | None, region: str | None, dry_run: bool) -> dict[str, Any]:
    """Import the list at `path`; the JSON of `outreach import`.

    1. The file is read, its columns mapped and the campaign looked up; a refusal so far changes nothing.
    2. Without any region a first one is made, and municipalities that are known by name and belong to no
       region yet join it. A dry run only supposes this.
    3. The rows go in (see service.load); all accepted cases are put into the campaign in the same
       transactions. Who is in it already, in contact or closed is left out there.
    4. Rejected rows go to PATH.rejected.csv; without any, an older one is removed.
    """
    table = read_table(path, limits=Limits(file_bytes=config.load().max_upload_mb * 1_000_000))
    columns = map_columns(table.headings)
    into = _campaign(campaign)
    home = _region(region, into, dry_run=dry_run)
    names = regions.municipality_names([home.id])
    joining = {code: SHIPPED[code] for code in _named(table, columns) - names.keys()}
    joining = {code: joining[code] for code in sorted(regions.in_no_region(joining))}
    if not dry_run:
        joining = region_service.add_municipalities(home, joining)
    wanted = CaseList(table, columns, home.id, run_service.held_against(home, names | joining))
    enrolled: list[int] = []

    def enrol(case_ids: Sequence[UUID]) -> None:
        if into is not None:
            enrolled.append(campaigns.add_cases(into.id, case_ids).enrolled)

    with progress(table.rows(), "Importing", length=table.row_count) as rows:
        if dry_run:
            report = service.dry_run(wanted, rows)
        else:
            run_id = run_service.begin(home.id, path.name)
            report = service.load(wanted, run_id, rows, enrol)
            run_service.finish(run_id, columns, report)
    for code, name in joining.items():
        sentence = _l("This municipality now belongs to the region %(region)s.", region=home.name)
        report.notes.append((None, Problem(Field.municipality.value, f"{name} ({code})", sentence)))
    written = None if dry_run else _write_rejected(path, columns, report)
    return report.as_json() | {
        "enrolled": sum(enrolled),
        "rejected_rows": len(report.rejected),
        "rejected_file": str(written) if written else None,
        "dry_run": dry_run,
    }


def ways_on(run_id: UUID, region_id: UUID, scope: Scope) -> Iterable[tuple[str, str]]:
    """The campaigns that the cases of an import can go into, for those who may put them there."""
    if not scope.has(RoleName.coordinator, RoleName.administrator):
        return
    for campaign in campaign_queries.all_campaigns():
        if campaign.region_id == region_id and campaign.status in ("draft", "running", "paused"):
            there = url_for("adding.add", slug=campaign.slug)
            yield campaign.name, f"{there}?import={run_id}"


def _campaign(slug: str | None) -> Campaign | None:
    if slug is None:
        return None
    campaign = campaign_queries.by_slug(slug)
    if campaign.status == "stopped":
        raise Conflict(_l("This campaign is stopped."))
    return campaign


def _region(slug: str | None, campaign: Campaign | None, *, dry_run: bool) -> Region:
    """The region that was named, else the campaign's, else the only one, else a first one made now."""
    if campaign is not None:
        region = db.session().get(Region, campaign.region_id)
        assert region is not None, "a campaign belongs to a region"
        if slug not in (None, region.slug):
            raise Refused(_l("The campaign belongs to the region %(region)s.", region=region.slug))
        return region
    if not dry_run:
        return region_service.the_or_first_region(slug)
    if slug is None and not regions.all_regions():
        return Region(slug=region_service.DEFAULT_SLUG, name=region_service.DEFAULT_NAME)
    return regions.the_region(slug)


def _named(table: Table, columns: Columns) -> set[str]:
    """Codes of the municipalities, among those known, that the rows name, or else their towns."""
    codes = RowContext(today=clock.today(), municipalities=SHIPPED).codes
    places = [
        columns.fields.index(field) for field in (Field.municipality, Field.town) if field in columns.fields
    ]
    names = {next((row.values[place] for place in places if row.values[place]), "") for row in table.rows()}
    plain = (words(name) for name in names)
    return {codes[code] for name in plain if (code := name.removeprefix("gemeente ")) in codes}


def _write_rejected(path: Path, columns: Columns, report: Report) -> Path | None:
    """Write or remove the file of rejected rows; it stands there whole or not at all."""
    target = path.with_name(f"{path.name}.rejected.csv")
    data = run_service.rejected_file(columns, report)
    try:
        if data is None:
            target.unlink(missing_ok=True)
            return None
        half = target.with_name(f"{target.name}.part")
        half.write_bytes(data)
        half.replace(target)
    except OSError as error:
        sentence = _l("The file of rejected rows cannot be written: %(reason)s", reason=error.strerror or "")
        report.notes.append((None, Problem("", str(target), sentence)))
        return None
    return target


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--campaign", help="Put the cases of the list into this campaign.")
@click.option("--region", help="The region, where there are several.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@answers
def command(file: Path, campaign: str | None, region: str | None, dry_run: bool) -> Answer:
    """Import a list of cases (CSV or XLSX); importing it again changes nothing.

    Rejected rows stop no other and go to FILE.rejected.csv, to mend and import again.
    """
    done = import_list(file, campaign=campaign, region=region, dry_run=dry_run)
    return done, "\n".join(_said(done))


def _first(problems: Sequence[dict[str, Any]], more: str) -> Iterable[str]:
    for problem in problems[:20]:
        yield f"Row {problem['row']}, {problem['column']} {problem['value']!r}: {problem['problem']}"
    if len(problems) > 20:
        yield f"… and {len(problems) - 20} {more}."


def _said(done: dict[str, Any]) -> Iterable[str]:
    would = "Would be c" if done["dry_run"] else "C"
    yield (
        f"{would}reated {done['created']}, updated {done['updated']}, unchanged {done['unchanged']}, "
        f"rejected {done['rejected_rows']}, enrolled {done['enrolled']}."
    )
    for note in done["notes"]:
        if note["row"] is None:
            yield f"{note['column']} {note['value']}: {note['problem']}".strip()
    yield from _first([note for note in done["notes"] if "others" in note], "more of perhaps the same person")
    yield from _first(done["rejected"], "more problems")
    if done["rejected_file"]:
        yield f"Rejected rows: {done['rejected_file']}"
