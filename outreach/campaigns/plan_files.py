"""Reading plan files: YAML in, a checked ContactPlan or a PlanInvalid that names file, step and field out."""

from collections.abc import Collection, Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

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
LARGEST_FILE = 64_000
"""Bytes; the longest plan that ships is a tenth of it."""


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
            source = file.read(LARGEST_FILE + 1)
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
    data = _read_yaml(source, file)
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


class _PlanLoader(yaml.SafeLoader):
    """YAML with every value as the text that was written, without aliases and without doubled keys.

    Text, since YAML 1.1 reads 10:00 as the number 600 and `no` as false. No aliases, since nine lines of them
    unfold into gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            text = _("aliases (*name) are not allowed")
            raise yaml.constructor.ConstructorError(None, None, text, self.current_event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, _("a field has a name"), key.start_mark)
            if key.value in seen:
                text = _("the field '%(name)s' stands here twice", name=key.value[:60])
                raise yaml.constructor.ConstructorError(None, None, text, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


_PlanLoader.yaml_implicit_resolvers = {}


def _read_yaml(source: bytes | str, file: str) -> Any:
    raw = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(raw) > LARGEST_FILE:
        size = LARGEST_FILE // 1000
        raise PlanInvalid(
            file, [("", "", _l("the file is larger than %(size)s kB, much larger than any plan", size=size))]
        )
    try:
        return yaml.load(raw.decode("utf-8-sig"), Loader=_PlanLoader)  # noqa: S506 - it is a SafeLoader
    except UnicodeDecodeError as error:
        raise PlanInvalid(file, [("", "", _l("the file is not text in UTF-8"))]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        text = _l(
            "line %(line)s cannot be read as YAML: %(problem)s",
            line=mark.line + 1 if mark else "?",
            problem=error.problem or error.context,
        )
        raise PlanInvalid(file, [("", "", text)]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PlanInvalid(file, [("", "", _l("the file cannot be read as YAML"))]) from error


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
    return step, field, _sentence(detail, place, in_step=bool(step))


def _sentence(detail: ErrorDetails, place: list[int | str], *, in_step: bool) -> Any:
    kind = detail["type"]
    context = detail.get("ctx", {})
    value = str(detail["input"])[:60]
    if kind == "missing":
        return _l("this field is missing")
    if kind == "extra_forbidden":
        known = ", ".join(_known_fields(place, in_step=in_step))
        return _l("this field is not known; known are %(fields)s", fields=known)
    if kind == "enum":
        expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return _l("'%(value)s' is not known; use one of %(known)s", value=value, known=expected)
    if kind.startswith("int_"):
        return _l("'%(value)s' is not a whole number", value=value)
    if kind == "greater_than_equal":
        return _l("%(value)s is too low; the lowest is %(least)s", value=value, least=context.get("ge"))
    if kind == "less_than_equal":
        return _l("%(value)s is too high; the highest is %(most)s", value=value, most=context.get("le"))
    if kind == "time_of_day" or kind.startswith("time_"):
        return _l("'%(value)s' is not a time of day such as 10:00", value=value)
    if kind == "string_pattern_mismatch":
        return _l("'%(value)s' is not a name: use lower-case letters, digits and hyphens", value=value)
    if kind in {"tuple_type", "list_type"}:
        return _l("this must be a list")
    if kind in {"model_type", "dict_type", "model_attributes_type"}:
        return _l("this must be a group of fields")
    if kind == "string_type":
        return _l("this must be a text")
    if kind in {"string_too_short", "too_short"}:
        return _l("this must not be empty")
    return _l("this is too long")


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
