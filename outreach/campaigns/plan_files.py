"""Reading plan files: YAML in, a checked ContactPlan or a PlanInvalid that names file, step and field out."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from outreach import plain_yaml
from outreach.attempts.rules import MESSAGE_CHANNELS
from outreach.campaigns.plan import (
    ContactPlan,
    Finish,
    Problem,
    Step,
    Text,
    problems_within,
)
from outreach.errors import Refused
from outreach.i18n import _, _l

PLANS = Path(__file__).with_name("plans")


class PlanInvalid(Refused):
    """A plan cannot be used. `file` is its name; `problems` all that is wrong, as (step, field, sentence)."""

    status = 422

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__(file)
        self.file = file
        self.problems = problems

    @property
    def message(self) -> str:
        """One line that names the file, then a line for each problem."""
        lines = [_("The plan %(file)s cannot be used.", file=self.file)]
        for step, field, text in self.problems:
            where = [_("step %(name)s", name=step)] if step else []
            where += [_("field %(name)s", name=field)] if field else []
            lines.append(
                f"{', '.join(where)}: {text}." if where else f"{str(text)[:1].upper()}{str(text)[1:]}."
            )
        return "\n".join(lines)


def load_plan(
    path: Path,
    templates: Mapping[str, Collection[str]] | None = None,
    placeholders: Collection[str] | None = None,
) -> ContactPlan:
    """The plan in a file, checked as by `parse_plan`. Raises PlanInvalid, also when the file cannot be read."""
    try:
        with path.open("rb") as file:
            source = file.read(plain_yaml.LARGEST + 1)
    except OSError as error:
        raise PlanInvalid(path.name, [("", "", _l("the file cannot be read"))]) from error
    return parse_plan(source, path.name, templates, placeholders)


def parse_plan(
    source: bytes | str,
    file: str,
    templates: Mapping[str, Collection[str]] | None = None,
    placeholders: Collection[str] | None = None,
) -> ContactPlan:
    """The plan written in `source`; `file` is the name that errors mention.

    With `templates` (template name to the placeholders it uses) every template of the plan must be among them; a
    step with variants may instead have a template `<template>-<variant>` for each; of a message's variants only one may
    do with the step's own template, or they would be alike. With `placeholders`, too, those
    templates may use no others. Raises PlanInvalid with everything that is wrong.
    """
    try:
        data = plain_yaml.read(source)
    except plain_yaml.Unreadable as error:
        raise PlanInvalid(file, [("", "", error.text)]) from error
    if not isinstance(data, dict):
        raise PlanInvalid(file, [("", "", _l("a plan is a group of fields, not a list or a single text"))])
    try:
        plan = ContactPlan.model_validate(data)
    except ValidationError as error:
        raise PlanInvalid(file, [_problem(detail, data) for detail in error.errors()[:50]]) from error
    problems = problems_within(plan)
    if templates is not None:
        problems += _template_problems(plan, templates, placeholders)
    if problems:
        raise PlanInvalid(file, problems)
    return plan


@lru_cache(maxsize=64)
def stored_plan(document: str) -> ContactPlan:
    """A plan as it was stored when somebody was enrolled in it, read once."""
    return parse_plan(document, "plan")


@lru_cache(maxsize=1)
def shipped_plans() -> Mapping[str, ContactPlan]:
    """The plans that come with the program, by name."""
    plans = (load_plan(path) for path in sorted(PLANS.glob("*.yaml")))
    return {plan.name: plan for plan in plans}


def of_variant(template: str, variant: str) -> str:
    """The name of a variant's own text: `w1-whatsapp-1-kort` is variant `kort` of `w1-whatsapp-1`."""
    return f"{template}-{variant}"


def texts_of_step(step: Step) -> tuple[str, ...]:
    """The names of the texts that a step may use: its template, and one for each variant."""
    if step.template is None:
        return ()
    return (step.template, *(of_variant(step.template, variant) for variant in step.variants))


def steps_of_text(name: str) -> list[Step]:
    """The steps of all plans that ship which use this text, themselves or as a variant's."""
    return [step for plan in shipped_plans().values() for step in plan.steps if name in texts_of_step(step)]


def _problem(detail: ErrorDetails, data: dict[Any, Any]) -> Problem:
    """Pydantic's error as step, field and a sentence in the words of somebody who writes plans."""
    place = list(detail["loc"])
    step = ""
    if len(place) > 1 and place[0] == "steps" and isinstance(place[1], int):
        raw = data["steps"][place[1]]
        named = isinstance(raw, dict) and isinstance(raw.get("name"), str) and raw["name"]
        step = raw["name"][:60] if named else str(_("number %(n)s", n=place[1] + 1))
        place = place[2:]
    field = ".".join(str(part)[:60] for part in place if not isinstance(part, int))
    known = _known_fields(place, in_step=bool(step))
    return step, field, plain_yaml.sentence(detail, known, _not_a_name)


def _not_a_name(value: str) -> Any:
    return _l("'%(value)s' is not a name: use lower-case letters, digits and hyphens", value=value)


def _known_fields(place: list[int | str], *, in_step: bool) -> list[str]:
    inner: dict[str, type[BaseModel]] = {"title": Text, "description": Text, "finish": Finish}
    parent = inner.get(str(place[-2])) if len(place) > 1 else None
    return list((parent or (Step if in_step else ContactPlan)).model_fields)


def _template_problems(
    plan: ContactPlan, templates: Mapping[str, Collection[str]], placeholders: Collection[str] | None
) -> list[Problem]:
    found: list[Problem] = []
    for step in plan.steps:
        if step.template is None:
            continue
        by_variant = [of_variant(step.template, variant) for variant in step.variants]
        alike = [name for name in by_variant if name not in templates]
        if len(alike) > 1 and step.template in templates and step.channel in MESSAGE_CHANNELS:
            text = _l(
                "these variants have no text of their own and would be alike: %(names)s",
                names=", ".join(alike),
            )
            found.append((step.name, "variants", text))
        used = [step.template] if step.template in templates or not by_variant else by_variant
        for name in used:
            if name not in templates:
                found.append((step.name, "template", _l("there is no template '%(name)s'", name=name)))
            elif placeholders is not None:
                found += [
                    (
                        step.name,
                        "template",
                        _l(
                            "the template '%(name)s' uses the unknown placeholder '%(field)s'",
                            name=name,
                            field=field,
                        ),
                    )
                    for field in sorted(set(templates[name]) - set(placeholders))
                ]
    return found
