"""Plans held against the texts and checklists there are: campaigns know neither, so they meet here."""

from pathlib import Path

import click

from outreach.campaigns.plan import ContactPlan, Problem
from outreach.campaigns.plan_files import PLANS, PlanInvalid, load_plan, shipped_plans
from outreach.console import Answer, answers_without_schema
from outreach.i18n import _l
from outreach.letters import markdown
from outreach.letters.texts import shipped, shipped_keys
from outreach.messages import texts as messages
from outreach.visits import checklist_files

PLACEHOLDERS = messages.PLACEHOLDERS.keys() | markdown.PLACEHOLDERS.keys()


def known_texts() -> dict[str, set[str]]:
    """Every shipped text by the name that a plan may use, with the placeholders that it uses."""
    found = {name: set(used) for name, used in messages.shipped().items()}
    for key in shipped_keys():
        name = f"{key.name}-{key.variant}" if key.variant else key.name
        text = markdown.parse(shipped(key) or "")
        found.setdefault(name, set()).update(text.placeholders)
    return found


def check(path: Path) -> ContactPlan:
    """The plan in a file, complete with its texts and checklists. Raises PlanInvalid with all that is wrong."""
    plan = load_plan(path, known_texts(), PLACEHOLDERS)
    unknown: list[Problem] = [
        (step.name, "checklist", _l("there is no checklist '%(name)s'", name=step.checklist))
        for step in plan.steps
        if step.checklist is not None and checklist_files.newest(step.checklist) is None
    ]
    if unknown:
        raise PlanInvalid(path.name, unknown)
    return plan


@click.group("plan")
def plan() -> None:
    """Look at contact plans."""


@plan.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@answers_without_schema
def check_command(file: Path) -> Answer:
    """Say what is wrong with a plan file, by step and field, or that it can be used."""
    found = check(file)
    steps = [step.name for step in found.steps]
    return {"name": found.name, "steps": steps}, f"{found.name} can be used: {', '.join(steps)}."


@plan.command("list")
@answers_without_schema
def list_command() -> Answer:
    """The plans that ship."""
    found = [
        {"name": each.name, "title": each.title.nl, "file": str(PLANS / f"{each.name}.yaml")}
        for each in shipped_plans().values()
    ]
    return {"plans": found}, "\n".join(f"{each['name']:24} {each['title']}" for each in found)
