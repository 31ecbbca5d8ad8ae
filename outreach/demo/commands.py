"""The demo command."""

import click

from outreach import clock
from outreach.console import Answer, answers, progress
from outreach.demo import queries
from outreach.demo.cast import COACHES, OTHERS, PASSWORD, assemble
from outreach.demo.story import Story
from outreach.errors import Conflict
from outreach.i18n import _l


@click.command("demo")
@click.option(
    "--cases", default=240, show_default=True, type=click.IntRange(1, 100_000), help="Young people."
)
@click.option("--seed", default=1, show_default=True, help="The same seed tells the same story.")
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a region already.")
@answers
def demo(cases: int, seed: int, if_empty: bool) -> Answer:
    """Fill a made-up region with its past weeks, and the people who can sign in."""
    if not queries.is_empty():
        if not if_empty:
            raise Conflict(_l("This database holds a region already. The demo needs an empty one."))
        found = queries.demo_region()
        return {"cases": 0, "sign_ins": sign_ins() if found else []}, _sentence(bool(found))
    story = Story(assemble(), cases, seed, clock.now())
    with progress(range(80), "Telling the past weeks", 80) as bar:
        story.tell(lambda days: next(bar, None))
    return {"cases": cases, "sign_ins": sign_ins()}, _sentence(True)


def sign_ins() -> list[dict[str, str]]:
    """The accounts of the demo."""
    roles = [("coach", account) for _code, account, *_names in COACHES]
    roles += [(role.value, account) for role, account, *_names in OTHERS]
    return [
        {"role": role, "email": f"{account}@demo.example.org", "password": PASSWORD}
        for role, account in roles
    ]


def _sentence(demo_there: bool) -> str:
    if not demo_there:
        return "This database holds a region of its own; no demo."
    lines = [f"  {each['role']:14} {each['email']:34} {each['password']}" for each in sign_ins()]
    return "\n".join(["Sign in as:", *lines])
