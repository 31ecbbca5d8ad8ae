"""What the pages of campaigns say: statuses, reasons, steps and the picture of a plan, in the reader's language."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask_babel import get_locale
from markupsafe import Markup

from outreach import clock
from outreach.attempts.rules import Owner
from outreach.campaigns.plan import CONDITION_MEANING, DAYS_A_WEEK, ContactPlan, Step, Text
from outreach.campaigns.plan_files import shipped_plans
from outreach.cases.words import CHANNEL_ICONS, CHANNELS, word
from outreach.i18n import _, _l, day, moment, ngettext

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
OWNERS: Texts = {
    Owner.system: _l("goes by itself"),
    Owner.clerk: _l("the clerk prints it"),
    Owner.coach: _l("the coach does it"),
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


def picture(plan: ContactPlan) -> list[dict[str, Any]]:
    """The plan as `ui.weeks` shows it: per week each step with its moment, channel, conditions and who does it."""
    return [
        {"label": _("Week %(week)s", week=week), "steps": [_step(step) for step in steps]}
        for week, steps in plan.weeks()
    ]


def _step(step: Step) -> dict[str, Any]:
    return {
        "label": in_my_language(step.title),
        "when": _when(step),
        "icon": CHANNEL_ICONS[step.channel],
        "note": Markup("<br>").join(_notes(step)),
    }


def _when(step: Step) -> str:
    at = f"{step.at:%H:%M}" if language().startswith("en") else f"{step.at:%H.%M}"
    return _("Working day %(day)s, %(time)s", day=step.day % DAYS_A_WEEK + 1, time=at)


def _notes(step: Step) -> list[str]:
    lines = [_channel(step)]
    conditions = [str(CONDITION_MEANING[condition]) for condition in step.conditions]
    if conditions:
        lines.append(_("Only if: %(conditions)s.", conditions="; ".join(conditions)))
    if step.lead:
        lines.append(
            ngettext(
                "Laid ready %(num)d working day before.", "Laid ready %(num)d working days before.", step.lead
            )
        )
    if step.latest:
        lines.append(
            ngettext(
                "At the latest %(num)d working day later; after that it is skipped.",
                "At the latest %(num)d working days later; after that it is skipped.",
                step.latest,
            )
        )
    else:
        lines.append(_("On that day only; after that it is skipped."))
    if step.variants:
        lines.append(
            _("Two or more texts, by lot per household: %(variants)s.", variants=", ".join(step.variants))
        )
    return lines


def _channel(step: Step) -> str:
    by, who = word(CHANNELS, step.channel), word(OWNERS, step.owner)
    if step.fallback is None:
        return _("%(channel)s; %(who)s.", channel=by, who=who)
    return _(
        "%(channel)s, or else %(fallback)s; %(who)s.",
        channel=by,
        fallback=word(CHANNELS, step.fallback),
        who=who,
    )


def finish(plan: ContactPlan) -> str:
    """What becomes of a case when the plan ends in silence."""
    words: str = ngettext(
        "After the last step, %(num)d working day of silence makes the case 'cannot be reached'.",
        "After the last step, %(num)d working days of silence make the case 'cannot be reached'.",
        plan.finish.after,
    )
    return words


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
