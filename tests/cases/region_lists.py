"""Outcome lists of a region's own, as tests set them."""

from typing import Any

from outreach import db
from outreach.regions import service as regions
from outreach.regions.models import Region

WATERWEG = {
    "title": "Uitkomsten Waterweg",
    "unit": "jongeren",
    "outcomes": [
        {"label": "Naar school", "kind": "school"},
        {"label": "Betaald werk", "kind": "work"},
        {"label": "Dagbesteding", "kind": "trajectory", "state": "uncounted"},
        {"label": "Naar Sint-Elders", "kind": "gone", "state": "retired"},
    ],
    "former": {"Werk": "Betaald werk"},
}
"""A list in which 'Werk' became 'Betaald werk' and one label cannot be chosen any more."""


def has_lists(region: Region, **settings: Any) -> Region:
    """The region with the list of Waterweg, that its new early leavers close with, and perhaps other settings."""
    chosen = {"outcome_lists": {"waterweg": WATERWEG}, "own_lists": {"nieuwe_vsv": "waterweg"}, **settings}
    changed = regions.change_settings(region.id, region.name, chosen)
    db.session().expire_all()
    return changed
