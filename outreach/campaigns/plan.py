"""What a contact plan is: its steps, their conditions and what makes a plan unusable. Pure.

A plan is a list of steps over working days, written in YAML (plans/*.yaml, read by plan_files.py). The field's
own plan is `drie-weken` (MVS annual report 2023-2024); the others grow from the same parts.
"""

import re
from datetime import time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from outreach.attempts.rules import MESSAGE_CHANNELS, Channel, Owner
from outreach.i18n import _l

DAYS_A_WEEK = 5
LONGEST_PLAN = 520
"""Working days that a plan may span: two years."""

WRITTEN_CHANNELS = MESSAGE_CHANNELS | {Channel.letter}
"""Channels that carry a text and therefore need a template. Cards are printed ahead, the same for every plan."""

DEFAULT_OWNER = {
    channel: Owner.system
    if channel in MESSAGE_CHANNELS
    else Owner.clerk
    if channel is Channel.letter
    else Owner.coach
    for channel in Channel
}
"""Who carries an attempt out when a step had to change to its fallback channel."""


class Condition(StrEnum):
    """What must be so at the moment that a step would come into being. All conditions of a step must hold."""

    phone_known = "phone_known"
    phone_unknown = "phone_unknown"
    mobile_known = "mobile_known"
    email_known = "email_known"
    address_known = "address_known"
    no_response = "no_response"
    nobody_home = "nobody_home"


CONDITION_MEANING = {
    Condition.phone_known: _l("a number to call is known, mobile or landline"),
    Condition.phone_unknown: _l("no phone number is known"),
    Condition.mobile_known: _l("a mobile number is known"),
    Condition.email_known: _l("an e-mail address is known"),
    Condition.address_known: _l("a postal address is known"),
    Condition.no_response: _l("there has been no response yet (a response always stops the plan)"),
    Condition.nobody_home: _l("nobody was home at the visit that this step follows"),
}
"""One sentence for each condition, as the picture of a plan shows it."""


class PlanEnd(StrEnum):
    """What silence after the last step makes of a case."""

    unreachable = "unreachable"


def _time_of_day(value: object) -> object:
    """Accept 9:30 and 09:30; pydantic alone would also read '600' as ten past midnight."""
    if isinstance(value, time) or (isinstance(value, str) and re.fullmatch(r"[0-2]\d:[0-5]\d(:00)?", value)):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d:[0-5]\d", value):
        return f"0{value}"
    raise PydanticCustomError("time_of_day", "not a time of day")


Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Days = Annotated[int, Field(ge=0, le=LONGEST_PLAN)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Part):
    """The same words in Dutch and English."""

    nl: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=200)

    def in_language(self, language: str) -> str:
        """The English words for 'en' (also 'en_GB'), the Dutch ones for every other language."""
        return self.en if language.startswith("en") else self.nl


class Step(_Part):
    """One step of a plan. All days are working days.

    day: days after the first day of the enrolment (0 is that day). at: local time at which it is due.
    lead: days before `day` at which the attempt is laid ready, to plan a visit or print a letter; 0: that morning.
    latest: days after `day` until which it may still be done; after that it is skipped.
    fallback: channel taken when the region has switched the channel off, its address is missing, or the first
    attempt showed that the channel does not reach this person. after: earlier step that must be over first.
    variants: versions of the step, one by lot for each household: of its text, or of the way in which people do it.
    answer_within: working days within which a card asks for an answer. checklist: the one that a visit begins with.
    """

    name: Name
    title: Text
    day: Days
    channel: Channel
    owner: Owner
    at: TimeOfDay = time(10)
    lead: Days = 0
    latest: Days = 0
    template: Name | None = None
    conditions: tuple[Condition, ...] = ()
    fallback: Channel | None = None
    after: Name | None = None
    variants: tuple[Name, ...] = ()
    answer_within: int | None = Field(default=None, ge=1, le=20)
    checklist: Name | None = None

    @property
    def week(self) -> int:
        """The week of the plan, from 1, that the step's day falls in."""
        return self.day // DAYS_A_WEEK + 1

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The step's channel and, when it has one, its fallback."""
        return (self.channel,) if self.fallback is None else (self.channel, self.fallback)


class Finish(_Part):
    """What becomes of a case after `after` working days of silence since its last step was over."""

    reason: PlanEnd
    after: Days


class ContactPlan(_Part):
    """A contact plan. Enrolments keep the version they began with: store `model_dump(mode="json")` with them."""

    name: Name
    version: int = Field(ge=1)
    title: Text
    description: Text
    steps: tuple[Step, ...] = Field(min_length=1, max_length=60)
    finish: Finish

    @cached_property
    def step_by_name(self) -> dict[str, Step]:
        """The steps by their names."""
        return {step.name: step for step in self.steps}

    def step(self, name: str) -> Step:
        """The step of that name; KeyError when there is none."""
        return self.step_by_name[name]

    def weeks(self) -> list[tuple[int, list[Step]]]:
        """The steps by week, in the order in which they are due: the picture of the plan."""
        ordered = sorted(self.steps, key=lambda step: (step.day, step.at))
        return [
            (week, [step for step in ordered if step.week == week])
            for week in sorted({step.week for step in ordered})
        ]

    def template_names(self) -> set[str]:
        """All templates that the plan uses."""
        return {step.template for step in self.steps if step.template}


Problem = tuple[str, str, Any]
"""Step name (or ''), field (or ''), and the (lazily translated) sentence about it."""


def problems_within(plan: ContactPlan) -> list[Problem]:
    """What is wrong between the fields and steps of a plan whose single fields are right."""
    found: list[Problem] = []
    seen: set[str] = set()
    for step in plan.steps:
        if step.name in seen:
            found.append((step.name, "name", _l("two steps have this name")))
        found += [(step.name, field, text) for field, text in _step_problems(step)]
        found += [(step.name, field, text) for field, text in _order_problems(plan, step, seen)]
        seen.add(step.name)
    return found


def _step_problems(step: Step) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    written = WRITTEN_CHANNELS.intersection(step.channels)
    if written and step.template is None:
        found.append(("template", _l("a step by %(channel)s needs a template", channel=min(written).value)))
    if not written and step.template is not None:
        found.append(("template", _l("a step by %(channel)s has no text", channel=step.channel.value)))
    if step.fallback == step.channel:
        found.append(("fallback", _l("the fallback is the channel itself")))
    if (step.owner is Owner.system) != (step.channel in MESSAGE_CHANNELS):
        found.append(("owner", _l("the system sends messages, and people do everything else")))
    if step.lead and step.channel in MESSAGE_CHANNELS:
        found.append(("lead", _l("a message is not laid ready beforehand, it goes out at its moment")))
    elif step.lead > step.day:
        found.append(("lead", _l("the step would be laid ready before the first day of the plan")))
    if {Condition.phone_known, Condition.phone_unknown} <= set(step.conditions) or (
        {Condition.mobile_known, Condition.phone_unknown} <= set(step.conditions)
    ):
        found.append(("conditions", _l("these conditions contradict each other")))
    if step.answer_within is not None and step.channel is not Channel.card:
        found.append(("answer_within", _l("only a card asks for an answer within a number of days")))
    if step.checklist is not None and step.channel is not Channel.visit:
        found.append(("checklist", _l("only a visit has a checklist")))
    if step.variants and len(set(step.variants)) < max(2, len(step.variants)):
        found.append(("variants", _l("variants are two or more different versions of a step")))
    return found


def _order_problems(plan: ContactPlan, step: Step, earlier: set[str]) -> list[tuple[str, Any]]:
    if step.after is None:
        if Condition.nobody_home in step.conditions:
            return [("after", _l("the condition nobody_home needs the visit that it is about"))]
        return []
    if step.after not in plan.step_by_name:
        return [("after", _l("there is no step '%(name)s'", name=step.after))]
    if _comes_back_to(plan, step):
        return [("after", _l("the steps wait for each other in a circle"))]
    if step.after not in earlier:
        return [("after", _l("'%(name)s' must stand earlier in the plan", name=step.after))]
    if Condition.nobody_home in step.conditions and plan.step(step.after).channel is not Channel.visit:
        return [("after", _l("the condition nobody_home needs the visit that it is about"))]
    return []


def _comes_back_to(plan: ContactPlan, step: Step) -> bool:
    """Whether following `after` from this step leads back to it."""
    passed: set[str] = set()
    name = step.after
    while name is not None and name not in passed and name in plan.step_by_name:
        if name == step.name:
            return True
        passed.add(name)
        name = plan.step(name).after
    return False
