"""Commands about regions: what an installation needs before its first list."""

from collections.abc import Iterable, Mapping

import click

from outreach.console import Answer, answers
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.regions import queries, service
from outreach.regions.checking import PROBLEMS, SettingsInvalid
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


@region.command("set")
@click.argument("slug")
@click.argument("written", nargs=-1, required=True, metavar="NAME=VALUE...")
@answers
def set_(slug: str, written: tuple[str, ...]) -> Answer:
    """Change settings of a region, as on the page Region; those that are not named stay.

    Such as phone='010 123 45 67', office_hours, return_address, window=right, window_offset_x_mm=2.5 or
    channels_off=whatsapp,card; an unknown name lists them all.
    """
    found = queries.the_region(slug)
    values = _assigned(written)
    try:
        changed = service.change_settings(found.id, values.get("name", found.name), _but_the_name(values))
    except SettingsInvalid as refusal:
        lines = [f"{field}: {problem}" for field, problem in refusal.problems.items()]
        raise Refused("\n".join([refusal.message, *lines])) from refusal
    settings = changed.settings.model_dump(mode="json")
    now = {"name": changed.name, **settings}
    shown = [f"{slug}: {name} = {_in_words(now[name])}" for name in values]
    return {"slug": slug, "name": changed.name, "settings": settings}, "\n".join(shown)


def _assigned(written: Iterable[str]) -> dict[str, str]:
    """'phone=010 123 45 67' to name and value; the last one of a name counts."""
    known = ("name", *PROBLEMS)
    found = {}
    for text in written:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise Refused(_l("Write '%(name)s' as NAME=VALUE.", name=name))
        if name not in known:
            raise Refused(
                _l("There is no setting '%(name)s'. There are: %(known)s.", name=name, known=", ".join(known))
            )
        found[name] = value
    return found


def _but_the_name(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name != "name"}


def _in_words(value: object) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


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
