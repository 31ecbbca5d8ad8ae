"""A contact plan as a picture of its weeks: each step a block on its working day; what holds for all of them once."""

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.attempts.rules import Channel, Owner
from outreach.campaigns.plan import CONDITION_MEANING, DAYS_A_WEEK, Condition, ContactPlan, Step
from outreach.campaigns.words import in_my_language, language
from outreach.cases.words import CHANNEL_ICONS, CHANNELS, Texts, word
from outreach.i18n import _, _l, ngettext

OWNERS: Texts = {
    Owner.system: _l("goes by itself"),
    Owner.clerk: _l("the clerk prints it"),
    Owner.coach: _l("the coach does it"),
}
MARKS: Texts = {
    Condition.phone_known: _l("With a phone number"),
    Condition.phone_unknown: _l("Without a phone number"),
    Condition.mobile_known: _l("With a mobile number"),
    Condition.email_known: _l("With an e-mail address"),
    Condition.address_known: _l("With an address"),
    Condition.no_response: _l("While there is no response"),
    Condition.nobody_home: _l("After nobody was home"),
}
"""Each condition in the few words that fit a block."""

_BY_NUMBER = frozenset({Condition.phone_known, Condition.mobile_known})
TRIVIAL: Mapping[Channel, frozenset[Condition]] = {
    Channel.whatsapp: _BY_NUMBER,
    Channel.sms: _BY_NUMBER,
    Channel.call: _BY_NUMBER,
    Channel.email: frozenset({Condition.email_known}),
    Channel.letter: frozenset({Condition.address_known}),
    Channel.visit: frozenset({Condition.address_known}),
    Channel.card: frozenset({Condition.address_known}),
}
"""Conditions that the channel itself asks for, and that one sentence below the picture says of all steps."""


@dataclass(frozen=True, slots=True)
class Block:
    """A step on its day: `time` with until when it may still be done, `marks` what else one must know of it."""

    title: str
    icon: str
    time: str
    marks: list[str]


@dataclass(frozen=True, slots=True)
class Day:
    """A working day of a week with its blocks; none on a free day."""

    label: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Week:
    """A week in which something happens, with all its working days."""

    label: str
    days: list[Day]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plan for the reader: its weeks, what holds for every step, how it ends, and each step in full."""

    title: str
    description: str
    weeks: list[Week]
    always: str
    ending: str
    in_full: list[list[str]]


def draw(plan: ContactPlan) -> Picture:
    """The picture of a plan, in the reader's language."""
    ordered = [step for _week, steps in plan.weeks() for step in steps]
    return Picture(
        title=in_my_language(plan.title),
        description=in_my_language(plan.description),
        weeks=[Week(_("Week %(week)s", week=week), _days(steps)) for week, steps in plan.weeks()],
        always=_(
            "A step is done only while there is no response, and when the number or address for it is known. "
            "A response stops the plan at once."
        ),
        ending=_ending(plan),
        in_full=[_in_full(step) for step in ordered],
    )


def _days(steps: list[Step]) -> list[Day]:
    return [
        Day(
            _("Day %(day)s", day=number + 1),
            [_block(step) for step in steps if step.day % DAYS_A_WEEK == number],
        )
        for number in range(DAYS_A_WEEK)
    ]


def _block(step: Step) -> Block:
    return Block(in_my_language(step.title), CHANNEL_ICONS[step.channel], _time(step), _marks(step))


def _time(step: Step) -> str:
    if not step.latest:
        return _clock(step)
    last = step.day + step.latest
    day, week = last % DAYS_A_WEEK + 1, last // DAYS_A_WEEK + 1
    if week == step.week:
        return _("%(time)s, until day %(day)s", time=_clock(step), day=day)
    return _("%(time)s, until week %(week)s, day %(day)s", time=_clock(step), week=week, day=day)


def _clock(step: Step) -> str:
    return f"{step.at:%H:%M}" if language().startswith("en") else f"{step.at:%H.%M}"


def _marks(step: Step) -> list[str]:
    told = TRIVIAL[step.channel] | {Condition.no_response}
    marks = [word(MARKS, condition) for condition in step.conditions if condition not in told]
    if step.fallback is not None:
        marks.append(_("Or else: %(channel)s", channel=word(CHANNELS, step.fallback)))
    if step.variants:
        number = len(step.variants)
        marks.append(
            _("%(number)s texts, by lot", number=number)
            if step.template
            else _("%(number)s ways, by lot", number=number)
        )
    return marks


def _in_full(step: Step) -> list[str]:
    """Title, when, how and by whom, only if, and how much room there is: the cells of a row."""
    week, day = step.week, step.day % DAYS_A_WEEK + 1
    when = _("Week %(week)s, day %(day)s, %(time)s", week=week, day=day, time=_clock(step))
    return [in_my_language(step.title), when, _how(step), _only_if(step) or "–", _room(step)]


def _how(step: Step) -> str:
    by, who = word(CHANNELS, step.channel), word(OWNERS, step.owner)
    if step.fallback is None:
        how = _("%(channel)s; %(who)s.", channel=by, who=who)
    else:
        instead = word(CHANNELS, step.fallback)
        how = _("%(channel)s, or else %(fallback)s; %(who)s.", channel=by, fallback=instead, who=who)
    if step.variants:
        variants = ", ".join(step.variants)
        how += " " + (
            _("Two or more texts, by lot per household: %(variants)s.", variants=variants)
            if step.template
            else _("In two or more ways, by lot per household: %(variants)s.", variants=variants)
        )
    return how


def _only_if(step: Step) -> str:
    conditions = [condition for condition in step.conditions if condition is not Condition.no_response]
    return "; ".join(str(CONDITION_MEANING[condition]) for condition in conditions)


def _room(step: Step) -> str:
    sentences = []
    if step.lead:
        sentences.append(
            ngettext(
                "Laid ready %(num)d working day before.", "Laid ready %(num)d working days before.", step.lead
            )
        )
    if step.latest:
        sentences.append(
            ngettext(
                "At the latest %(num)d working day later; after that it is skipped.",
                "At the latest %(num)d working days later; after that it is skipped.",
                step.latest,
            )
        )
    else:
        sentences.append(_("On that day only; after that it is skipped."))
    return " ".join(sentences)


def _ending(plan: ContactPlan) -> str:
    """What becomes of a case when the plan ends in silence."""
    words: str = ngettext(
        "After the last step, %(num)d working day of silence makes the case 'cannot be reached'.",
        "After the last step, %(num)d working days of silence make the case 'cannot be reached'.",
        plan.finish.after,
    )
    return words
