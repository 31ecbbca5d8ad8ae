"""Municipalities known by themselves: code and name (CBS, Gemeenten alfabetisch), and how reports order them. Pure."""

from collections.abc import Mapping

SHIPPED: Mapping[str, str] = {
    "GM0193": "Zwolle",
    "GM0392": "Haarlem",
    "GM0453": "Velsen",
    "GM0505": "Dordrecht",
    "GM0556": "Maassluis",
    "GM0606": "Schiedam",
    "GM0622": "Vlaardingen",
    "GM0957": "Roermond",
    "GM1641": "Maasgouw",
    "GM1669": "Roerdalen",
    "GM1711": "Echt-Susteren",
}
"""Those of the regions whose reports this was built from; other ones are added by an administrator."""

REPORTED_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("GM0556", "GM0622", "GM0606"),
    ("GM0957", "GM1711", "GM1669", "GM1641"),
    ("GM0392", "GM0453"),
    ("GM0193",),
    ("GM0505",),
)
"""The municipalities of each annual report in the order of its columns.

That order follows neither from names nor from codes (Maassluis, Vlaardingen, Schiedam), and councils lay this year's
table beside last year's: so it stands here, once, for every table with a column or a row per municipality.
"""

_ORDER = {code: place for place, code in enumerate(code for report in REPORTED_TOGETHER for code in report)}
_REPORT = {code: number for number, report in enumerate(REPORTED_TOGETHER) for code in report}


def in_report_order(names: Mapping[str, str]) -> list[str]:
    """These codes (with their names) as the reports order them; those of no known report come after, by name."""
    return sorted(names, key=lambda code: (_ORDER.get(code, len(_ORDER)), names[code].casefold(), code))


def report_of(code: str) -> int | None:
    """Which known report a municipality stands in, as a number; None for one of no known report."""
    return _REPORT.get(code)
