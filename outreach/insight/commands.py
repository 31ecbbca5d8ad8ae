"""outreach report: the figures on the command line."""

import json
from datetime import date
from pathlib import Path

import click

from outreach.campaigns import queries as campaigns
from outreach.console import Answer, answers
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.insight import queries, tables
from outreach.insight.wanted import Wanted
from outreach.regions import queries as regions


class Day(click.ParamType[date]):
    """An ISO day on the command line."""

    name = "DAY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """To a date; wrong use (exit 2) when it is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO day, such as 2026-03-10", param, ctx)


@click.group("report")
def report() -> None:
    """Figures: response rates."""


@report.command("responses")
@click.option("--from", "since", type=Day(), help="First day on which attempts were due.")
@click.option("--to", "until", type=Day(), help="Last day on which attempts were due.")
@click.option("--municipality", help="Name or code, such as Vlaardingen or GM0622.")
@click.option("--campaign", help="Short name of a campaign.")
@click.option(
    "--format", "kind", type=click.Choice(["json", "csv", "xlsx"]), help="Else by the name of --out."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write to this file."
)
@answers
def responses(
    since: date | None,
    until: date | None,
    municipality: str | None,
    campaign: str | None,
    kind: str | None,
    out: Path | None,
) -> Answer:
    """Response rates per campaign, step, channel, variant and municipality."""
    by_name = out.suffix.lstrip(".").lower() if out else ""
    kind = kind or (by_name if by_name in ("csv", "xlsx") else "json")
    if kind == "xlsx" and out is None:
        raise click.UsageError("--format xlsx needs --out FILE.xlsx")
    if since and until and until < since:
        raise Refused(_l("The last day comes before the first."))
    wanted = Wanted(
        municipality=_code(municipality) if municipality else None,
        campaign=campaigns.by_slug(campaign).slug if campaign else None,
        since=since,
        until=until,
    )
    rows = queries.responses(wanted)
    data = {"rows": [tables.as_dict(row) for row in rows]}
    document = json.dumps(data, ensure_ascii=False, indent=1)
    if out is None:
        return data, tables.as_csv(rows).rstrip() if kind == "csv" else document
    written = {"json": lambda: document.encode(), "csv": lambda: tables.as_csv(rows).encode()}
    content = written[kind]() if kind in written else tables.as_xlsx(rows)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Refused(_l("The file could not be written: %(why)s", why=error.strerror)) from error
    return data, f"{len(rows)} rows written to {out}."


def _code(wanted: str) -> str:
    """The code of a municipality given by name or code. Raises NotFound when there is none."""
    names = regions.all_municipality_names()
    for code, name in names.items():
        if wanted.casefold() in (code.casefold(), name.casefold()):
            return code
    raise NotFound(_l("There is no municipality '%(name)s'.", name=wanted))
