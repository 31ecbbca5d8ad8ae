"""Commands about campaigns."""

from datetime import date
from typing import Any

import click

from outreach import db
from outreach.campaigns import queries, service
from outreach.campaigns.models import Campaign
from outreach.console import Answer, Day, answers
from outreach.errors import Conflict
from outreach.i18n import _l
from outreach.regions import service as regions


@click.group("campaign")
def campaign() -> None:
    """Make, start, pause, resume and stop campaigns."""


def _answer(found: Campaign) -> Answer:
    return _shown(found), f"{found.slug}: {found.status}"


def _shown(found: Campaign) -> dict[str, Any]:
    return {"slug": found.slug, "name": found.name, "plan": found.plan_name, "status": found.status}


@campaign.command("create")
@click.argument("slug")
@click.option("--plan", "plan_name", required=True, help="The contact plan, such as drie-weken.")
@click.option("--name", default="", help="The name that people see.")
@click.option("--region", "region_slug", help="The region, where there are several.")
@answers
def create(slug: str, plan_name: str, name: str, region_slug: str | None) -> Answer:
    """Make a campaign, still a draft; where there is no region yet, a first one with it."""
    with db.write():  # no region is left behind by a campaign that is refused
        region = regions.the_or_first_region(region_slug)
        return _answer(service.create(region.id, slug, plan_name, name))


@campaign.command("start")
@click.argument("slug")
@click.option("--trial-ends", type=Day(), help="Last day of comparing variants. Cannot be changed later.")
@answers
def start(slug: str, trial_ends: date | None) -> Answer:
    """Begin the plan of everybody in it today; a paused campaign goes on."""
    found = queries.by_slug(slug)
    if found.status != "paused":
        return _answer(service.start(found.id, trial_ends))
    if trial_ends is not None:
        raise Conflict(
            _l("The end of the comparison was set when the campaign started, and cannot be changed.")
        )
    return _answer(service.resume(found.id))


@campaign.command("pause")
@click.argument("slug")
@answers
def pause(slug: str) -> Answer:
    """Nothing more goes out until it is started again."""
    return _answer(service.pause(queries.by_slug(slug).id))


@campaign.command("stop")
@click.argument("slug")
@answers
def stop(slug: str) -> Answer:
    """End it for good and cancel what had not gone out."""
    return _answer(service.stop(queries.by_slug(slug).id))


@campaign.command("list")
@answers
def list_() -> Answer:
    """All campaigns with their plan and status."""
    found = queries.all_campaigns()
    lines = [f"{each.slug:30} {each.plan_name:20} {each.status}" for each in found]
    return {"campaigns": [_shown(each) for each in found]}, "\n".join(lines)
