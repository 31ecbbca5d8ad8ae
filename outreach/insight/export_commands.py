"""outreach export: what goes to other systems, and to everybody."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from outreach import clock
from outreach.campaigns import queries as campaigns
from outreach.console import Answer, Day, answers, new_file, progress
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.insight import contact_files, contact_queries, open_files
from outreach.insight.contacts import klantcontact
from outreach.insight.open_tables import open_tables
from outreach.insight.wanted import Wanted
from outreach.regions import queries as regions

_SINCE = click.option("--from", "since", type=Day(), help="First day that counts.")
_UNTIL = click.option("--to", "until", type=Day(), help="Last day that counts.")
_REGION = click.option("--region", "region_slug", help="The region, where there are several.")
_OUT = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The file; replaced when it is there."
)


@click.group("export")
def export() -> None:
    """Contacts for other systems, figures for everybody."""


@export.command("klantcontacten")
@_SINCE
@_UNTIL
@click.option("--municipality", help="Name or code, such as Vlaardingen or GM0622.")
@click.option("--campaign", help="Short name of a campaign.")
@_REGION
@click.option(
    "--format", "kind", type=click.Choice(["json", "csv", "xlsx"]), help="Else by the name of --out."
)
@_OUT
@click.option("--with-names", is_flag=True, help="Also who the contact was with, and who of the staff.")
@click.option("--with-texts", is_flag=True, help="Also what messages, answers and notes say.")
@answers
def klantcontacten(
    since: date | None,
    until: date | None,
    municipality: str | None,
    campaign: str | None,
    region_slug: str | None,
    kind: str | None,
    out: Path,
    with_names: bool,
    with_texts: bool,
) -> Answer:
    """Contacts in the words of Klantinteracties (Open Klant), one record each.

    Without --with-names the young person is the number of her case, without --with-texts a contact says only what
    kind it was and what came of it.
    """
    _forwards(since, until)
    home = regions.the_region(region_slug)
    places = regions.municipality_names([home.id])
    wanted = Wanted(
        municipalities=frozenset(places),
        municipality=_code(municipality, places) if municipality else None,
        campaign=campaigns.by_slug(campaign, [home.id]).slug if campaign else None,
        since=since,
        until=until,
    )
    kind = kind or _by_name(out, ("json", "csv", "xlsx"))
    about = {
        "standaard": "Klantinteracties (Open Klant)",
        "regio": home.slug,
        "periode": {"van": _iso(since), "tot_en_met": _iso(until)},
        "gemaaktOp": clock.local(clock.now()).isoformat(timespec="seconds"),
    }
    service = home.settings.service_name
    with new_file(out) as new:
        found = contact_queries.contacts(wanted, names=with_names)
        with progress(found, "Exporting", length=contact_queries.count(wanted)) as shown:
            records = (klantcontact(contact, service, texts=with_texts) for contact in shown)
            number = contact_files.write(kind, new.file, records, about, names=with_names)
        new.finish()
    data = {"contacts": number, "format": kind, "out": str(out)}
    return data, f"{number} contacts written to {out}."


@export.command("open-data")
@_SINCE
@_UNTIL
@_REGION
@click.option("--format", "kind", type=click.Choice(["json", "csv"]), help="Else by the name of --out.")
@click.option(
    "--licence",
    default=open_files.LICENCE,
    show_default=True,
    help="What may be done with it: a name of SPDX, or an address.",
)
@_OUT
@answers
def open_data(
    since: date | None,
    until: date | None,
    region_slug: str | None,
    kind: str | None,
    licence: str,
    out: Path,
) -> Answer:
    """Reach and outcomes per municipality, for everybody: no personal data, numbers under 5 hidden.

    CSV comes with its description beside it, in FILE-metadata.json. Publish periods that do not overlap: from two that
    do, what each of them hides can be worked out.
    """
    _forwards(since, until)
    home = regions.the_region(region_slug)
    places = frozenset(regions.municipality_names([home.id]))
    tables = open_tables(Wanted(municipalities=places, since=since, until=until))
    about = open_files.About(home.name, clock.today(), licence)
    kind = kind or _by_name(out, ("json", "csv"))
    beside = out.with_name(f"{out.name}-metadata.json") if kind == "csv" else None
    if beside is None:
        document = open_files.document(tables, about)
        _write(out, json.dumps(document, ensure_ascii=False, indent=1))
    else:
        _write(beside, open_files.metadata(tables, about, out.name))
        _write(out, "".join(open_files.csv_text(tables)))
    cells = [row[-1] for table in tables for row in table.rows]
    data = {
        "tables": [table.name for table in tables],
        "numbers": len(cells),
        "hidden": cells.count(None),
        "format": kind,
        "out": str(out),
        "metadata": str(beside) if beside else None,
    }
    return (
        data,
        f"{len(tables)} tables written to {out}; {data['hidden']} of {data['numbers']} numbers hidden.",
    )


def _write(out: Path, text: str) -> None:
    with new_file(out) as new:
        new.write(text.encode())


def _forwards(since: date | None, until: date | None) -> None:
    if since and until and until < since:
        raise Refused(_l("The last day comes before the first."))


def _code(wanted: str, places: Mapping[str, str]) -> str:
    for code, name in places.items():
        if wanted.casefold() in (code.casefold(), name.casefold()):
            return code
    raise NotFound(_l("There is no municipality '%(name)s'.", name=wanted))


def _by_name(out: Path, kinds: tuple[str, ...]) -> str:
    """The kind of file that its name says, else the first."""
    ending = out.suffix.lstrip(".").lower()
    return ending if ending in kinds else kinds[0]


def _iso(day: date | None) -> Any:
    return day.isoformat() if day else None
