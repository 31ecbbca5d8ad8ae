"""Municipalities that are known by themselves: code and name (CBS, Gemeenten alfabetisch). Pure."""

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
