"""outreach report: the figures on the command line."""

import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

from outreach.campaigns import queries as campaigns
from outreach.console import Answer, Day, answers
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.insight import effect, effect_tables, outcome_reports, reports, tables
from outreach.insight.asking import frame
from outreach.insight.table import Table
from outreach.insight.wanted import Wanted
from outreach.regions import queries as regions


@click.group("report")
def report() -> None:
    """Figures: response rates and outcomes."""


def figures(work: Callable[..., tuple[Table, dict[str, Any]]]) -> Callable[..., None]:
    """Make a command of a function from what is asked for to a table and its document.

    Adds what all reports share: days, municipality, campaign, and in which form the answer comes.
    """

    @click.option("--from", "since", type=Day(), help="First day that counts.")
    @click.option("--to", "until", type=Day(), help="Last day that counts.")
    @click.option("--municipality", help="Name or code, such as Vlaardingen or GM0622.")
    @click.option("--campaign", help="Short name of a campaign.")
    @click.option(
        "--format", "kind", type=click.Choice(["json", "csv", "xlsx"]), help="Else by the name of --out."
    )
    @click.option(
        "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write to this file."
    )
    @answers
    @wraps(work)
    def command(
        since: date | None,
        until: date | None,
        municipality: str | None,
        campaign: str | None,
        kind: str | None,
        out: Path | None,
        **own: Any,
    ) -> Answer:
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
        table, data = work(wanted, **own)
        return data, _answer(table, data, kind, out)

    return command


def _answer(table: Table, data: dict[str, Any], kind: str, out: Path | None) -> str:
    """The table itself, or where it was written to. Raises Refused when it cannot be written."""
    document = json.dumps(data, ensure_ascii=False, indent=1)
    if out is None:
        return tables.as_csv(table).rstrip() if kind == "csv" else document
    written = {"json": lambda: document.encode(), "csv": lambda: tables.as_csv(table).encode()}
    content = written[kind]() if kind in written else tables.as_xlsx(table)
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Refused(_l("The file could not be written: %(why)s", why=error.strerror)) from error
    return f"{len(table.rows)} rows written to {out}."


@report.command("responses")
@figures
def responses(wanted: Wanted) -> tuple[Table, dict[str, Any]]:
    """Response rates per campaign, step, channel, variant and municipality; days on which attempts were due."""
    table = reports.responses(wanted)
    return table, tables.document(table)


@report.command("effect")
@figures
def effects(wanted: Wanted) -> tuple[Table, dict[str, Any]]:
    """The effect of variants by household, per campaign, step and variant; days on which a comparison ran."""
    found = effect.effects(wanted)
    table, pairs = effect_tables.arms(found, frame(wanted)), effect_tables.pairs(found, frame(wanted))
    return table, tables.document(table) | {"comparisons": pairs.records()}


@report.command("outcomes")
@click.option("--table", "name", required=True, help="Name of an outcome list, such as rmd-vsv.")
@figures
def outcomes(wanted: Wanted, name: str) -> tuple[Table, dict[str, Any]]:
    """Outcomes per municipality, as in the annual report; days of the outcomes.

    Beside the outcome lists there are zhz-benaderd-uitgestroomd, and zkij-doelen for the targets; --from then names
    the school year in which people left.
    """
    return outcome_reports.asked_for(name, wanted)


def _code(wanted: str) -> str:
    """The code of a municipality given by name or code. Raises NotFound when there is none."""
    names = regions.all_municipality_names()
    for code, name in names.items():
        if wanted.casefold() in (code.casefold(), name.casefold()):
            return code
    raise NotFound(_l("There is no municipality '%(name)s'.", name=wanted))
