"""The pages about a region's settings; here and not with the regions, for they must know who asks."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from outreach.errors import Refused
from outreach.i18n import _
from outreach.regions import queries, service
from outreach.regions.checking import SettingsInvalid
from outreach.regions.models import Region
from outreach.staff.region_forms import RegionForm, shown
from outreach.staff.scope import RoleName, current
from outreach.web.access import roles

blueprint = Blueprint("regions", __name__)


@blueprint.get("/region")
@roles(RoleName.administrator)
def start() -> ResponseReturnValue:
    """The settings of her region; of several she chooses one."""
    mine = queries.regions_of(current().regions)
    if len(mine) == 1:
        return _page(mine[0], RegionForm(data=shown(mine[0])))
    places = queries.municipalities_by_region()
    return render_template("regions/choose.html", regions=mine, places=places, endpoint="regions.settings")


@blueprint.route("/region/<region_slug>", methods=["GET", "POST"])
@roles(RoleName.administrator)
def settings(region_slug: str) -> ResponseReturnValue:
    """Change the settings of a region."""
    region = queries.region_among(region_slug, current().regions)
    form = RegionForm(data=shown(region))
    if not form.is_submitted():
        return _page(region, form)
    try:
        service.change_settings(region.id, form.name.data or "", form.values())
    except SettingsInvalid as refusal:
        for field, problem in refusal.problems.items():
            form[field].errors = [problem]
    except Refused as refusal:
        form.name.errors = [refusal.message]
    else:
        flash(_("The settings are saved. They hold from now on."), "ok")
        return redirect(url_for("regions.settings", region_slug=region.slug), 303)
    return _page(region, form, 422)


def _page(region: Region, form: RegionForm, status: int = 200) -> ResponseReturnValue:
    places = queries.municipality_names([region.id])
    return render_template("regions/settings.html", shown_region=region, form=form, places=places), status
