"""Commands about letters."""

from pathlib import Path
from uuid import UUID

import click

from outreach.campaigns import queries as campaigns
from outreach.console import Answer, answers, new_file
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.letters import batch_queries, service
from outreach.regions import queries as regions

_OUT = click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The PDF; replaced when it is there."
)
_REGION = click.option("--region", "region_slug", help="The region, where there are several.")


@click.group("letters")
def letters() -> None:
    """Print the letters that wait, or a batch again."""


@letters.command("print")
@click.option("--campaign", "campaign_slug", help="Only the letters of this campaign.")
@_REGION
@_OUT
@answers
def print_(campaign_slug: str | None, region_slug: str | None, out: Path) -> Answer:
    """Print what waits as one batch of at most 1,000 letters; without any no file is written.

    When the file cannot be written after all, the batch is stored and `letters reprint` gives it.
    """
    campaign = campaigns.by_slug(campaign_slug) if campaign_slug else None
    region_id = campaign.region_id if campaign else regions.the_region(region_slug).id
    campaign_id = campaign.id if campaign else None
    with new_file(out) as new:
        done = service.print_waiting(region_id, regions.municipality_names([region_id]), campaign_id)
        if done.batch is not None:
            new.write(service.reprint(done.batch.id))
    data = {
        "batch": done.batch.number if done.batch else None,
        "pages": done.pages,
        "not_printed": [{"reference": one.reference, "reason": one.reason} for one in done.not_printed],
        "left": done.left,
        "out": str(out) if done.batch else None,
    }
    lines = [f"  {one.reference}: {one.reason}" for one in done.not_printed]
    if done.batch is None:
        head = "No letters are waiting that can be printed."
    else:
        head = f"Batch {done.batch.number}: {done.pages} letters in {out}."
    if done.left:
        head += f" {done.left} more are waiting: print again."
    if lines:
        head += f" Not printed: {len(lines)}."
    return data, "\n".join([head, *lines])


@letters.command("reprint")
@click.argument("batch")
@_REGION
@_OUT
@answers
def reprint(batch: str, region_slug: str | None, out: Path) -> Answer:
    """Print a batch again: the same bytes. BATCH is its number."""
    with new_file(out) as new:
        content = service.reprint(_batch_id(batch, region_slug))
        new.write(content)
    return {"batch": batch, "bytes": len(content), "out": str(out)}, f"Batch {batch} is in {out}."


def _batch_id(text: str, region_slug: str | None) -> UUID:
    if not text.isdecimal():
        raise Refused(_l("A batch is named by its number."))
    return batch_queries.batch_id_of(regions.the_region(region_slug).id, int(text))
