"""Commands about not-at-home cards."""

from pathlib import Path

import click

from outreach.console import Answer, answers, new_file
from outreach.letters import card_service
from outreach.regions import queries as regions


@click.group("cards")
def cards() -> None:
    """Print not-at-home cards, ahead and for nobody yet."""


@cards.command("print")
@click.option("--count", "number", type=int, required=True, help="How many cards; four fit a sheet of A4.")
@click.option("--region", "region_slug", help="The region, where there are several.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The PDF; replaced when it is there."
)
@answers
def print_(number: int, region_slug: str | None, out: Path) -> Answer:
    """Print cards with codes that are not bound to a case; the coach who leaves one binds it."""
    region = regions.the_region(region_slug)
    with new_file(out) as new:
        sheets = card_service.print_cards(region.id, number)
        new.write(card_service.reprint(sheets.id))
    data = {"batch": sheets.number, "cards": sheets.cards, "out": str(out)}
    return data, f"Batch {sheets.number}: {sheets.cards} cards in {out}."
