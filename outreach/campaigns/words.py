"""What the pages of campaigns say: statuses, reasons and steps, in the reader's language."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, time

from flask_babel import get_locale

from outreach import clock
from outreach.campaigns.plan import ContactPlan, Text
from outreach.campaigns.plan_files import shipped_plans, steps_of_text
from outreach.cases.words import CHANNELS, word
from outreach.i18n import _, _l, day, moment

Texts = Mapping[str, object]

CAMPAIGN_STATUS: Texts = {
    "draft": _l("Not started yet"),
    "running": _l("Running"),
    "paused": _l("Paused"),
    "stopped": _l("Stopped"),
    "finished": _l("Finished"),
}
CAMPAIGN_TONES: Mapping[str, str] = {
    "draft": "plain",
    "running": "busy",
    "paused": "warn",
    "stopped": "bad",
    "finished": "ok",
}
ENROLMENT_STATUS: Texts = {
    "waiting": _l("Waiting for the start"),
    "running": _l("Running"),
    "paused": _l("Paused"),
    "stopped": _l("Stopped"),
    "finished": _l("At its end"),
}
ENROLMENT_TONES: Mapping[str, str] = {
    "waiting": "plain",
    "running": "busy",
    "paused": "warn",
    "stopped": "plain",
    "finished": "plain",
}
STOP_REASONS: Texts = {
    "responded": _l("there was a response"),
    "wrong_person": _l("it was not the right person"),
    "status": _l("the status was changed"),
    "by_hand": _l("somebody stopped it"),
    "campaign_stopped": _l("the campaign stopped"),
}
FINISH_REASONS: Texts = {
    "unreachable": _l("there was no answer"),
    "not_attempted": _l("nothing could be tried"),
}


def language() -> str:
    """The reader's language, 'nl' or 'en'."""
    return str(get_locale() or "nl")


def in_my_language(text: Text) -> str:
    """The words of a plan file for the reader."""
    return text.in_language(language())


def plan_title(name: str) -> str:
    """The title of a plan; its name when it does not ship any more."""
    plan = shipped_plans().get(name)
    return in_my_language(plan.title) if plan else name


def step_title(plan: ContactPlan | None, step: str) -> str:
    """The title of a step; a step outside the plan is named after its channel."""
    known = plan.step_by_name.get(step) if plan else None
    return in_my_language(known.title) if known else word(CHANNELS, step)


def title_of_text(template: str) -> str:
    """The title of the first step that uses this text, with its variant; its name when no plan does."""
    for step in steps_of_text(template):
        variant = template.removeprefix(step.template or "").removeprefix("-")
        return f"{in_my_language(step.title)} ({variant})" if variant else in_my_language(step.title)
    return template


def title_of_step(plan_name: str, step: str) -> str:
    """The title of a step of a plan that ships; else named after its channel."""
    return step_title(shipped_plans().get(plan_name), step)


def steps_by_plan() -> dict[str, list[str]]:
    """The names of the steps of each plan that ships, in their order."""
    return {name: list(plan.step_by_name) for name, plan in shipped_plans().items()}


def step_place(plan: ContactPlan | None, step: str) -> int:
    """Where a step stands in its plan, for ordering; those that are not in it come last."""
    names = list(plan.step_by_name) if plan else []
    return names.index(step) if step in names else len(names)


def next_moment(next_look: datetime) -> str:
    """When a campaign goes on: within a minute, on a day (what people do lies ready when it begins), or at a time."""
    local = clock.local(next_look)
    if next_look <= clock.now():
        return _("The plan goes on within a minute.")
    when = moment(next_look) if local.time() > time(0) else day(local.date())
    return _("Next moment in the plan: %(moment)s.", moment=when)


def suggested_slug(name: str, taken: set[str]) -> str:
    """A short name for addresses made from a name; numbered when it is taken. Empty when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:50].strip("-")
    number, found = 1, slug
    while found and found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found
