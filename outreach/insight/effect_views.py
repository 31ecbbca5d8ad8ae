"""The page of variants: which one works better, and when nothing can be said of it."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from outreach.i18n import _l
from outreach.insight import effect
from outreach.insight.views import page
from outreach.staff.scope import RoleName
from outreach.web.access import roles

blueprint = Blueprint("effect", __name__)


@blueprint.get("/reports/effect")
@roles(RoleName.coordinator)
def overview() -> ResponseReturnValue:
    """The comparisons of variants that ran in the period. With htmx only the figures."""
    return page(
        "insight/_effect.html", _l("Variants"), _l("Which variant of a step works better?"), effect.page
    )
