"""Commands about regions: what an installation needs before its first list."""

from collections.abc import Iterable, Mapping

import click

from outreach.console import Answer, answers
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.regions import queries, service
from outreach.regions.models import Region
from outreach.regions.municipalities import SHIPPED


@click.group("region")
def region() -> None:
    """Make regions and let municipalities join them."""


@region.group("municipality")
def municipality() -> None:
    """The municipalities of a region."""


def _named(written: Iterable[str]) -> dict[str, str]:
    """'GM0622' or 'GM0622=Vlaardingen' to code and name."""
    found = {}
    for text in written:
        code, _equals, name = text.partition("=")
        code = code.strip().upper()
        found[code] = name.strip() or SHIPPED.get(code, "")
        if service.CODE.fullmatch(code) and not found[code]:
            raise Refused(_l("Say the name of %(code)s too, as in %(code)s=Delft.", code=code))
    return found


def _shown(found: Region, places: Mapping[str, str]) -> dict[str, object]:
    return {
        "slug": found.slug,
        "name": found.name,
        "municipalities": [{"code": code, "name": name} for code, name in places.items()],
    }


def _answer(found: Region) -> Answer:
    places = queries.municipality_names([found.id])
    return _shown(found, places), f"{found.slug}: {found.name} ({', '.join(places.values())})"


@region.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="The name that people see.")
@click.option(
    "--municipality",
    "municipalities",
    multiple=True,
    required=True,
    metavar="CODE[=NAME]",
    help="A municipality of it, such as GM0622 or GM0503=Delft; once for each.",
)
@answers
def create(slug: str, name: str, municipalities: tuple[str, ...]) -> Answer:
    """Make a region with its municipalities."""
    return _answer(service.create(slug, name, _named(municipalities)))


@region.command("list")
@answers
def list_() -> Answer:
    """All regions with their municipalities."""
    places = queries.municipalities_by_region()
    found = queries.all_regions()
    lines = [f"{each.slug:20} {each.name:30} {', '.join(places.get(each.id, {}))}" for each in found]
    return {"regions": [_shown(each, places.get(each.id, {})) for each in found]}, "\n".join(lines)


@municipality.command("add")
@click.argument("slug")
@click.argument("code", metavar="CODE[=NAME]")
@answers
def add(slug: str, code: str) -> Answer:
    """Let a municipality join a region; again changes nothing."""
    found = queries.the_region(slug)
    service.join(found, _named([code]))
    return _answer(found)
