"""What can be said of variants, in sentences for people who have a letter to choose and no statistics."""

from dataclasses import dataclass

from babel.numbers import format_decimal
from flask_babel import get_locale

from outreach.i18n import _, day, ngettext
from outreach.insight.effect_rules import MATTERS, Effect, Verdict
from outreach.insight.words import number, whole_percent


def said(verdict: Verdict, winner: str | None) -> str:
    """The verdict as a plain sentence; before the end there is none."""
    return {
        Verdict.early: _("Not over yet."),
        Verdict.too_little: _("Too little to say anything."),
        Verdict.no_difference: _("No difference seen."),
        Verdict.winner: _("Variant %(name)s got more responses.", name=winner),
        Verdict.mixed: _("No variant got more responses than all others."),
    }[verdict]


def sentences(effect: Effect) -> list[str]:
    """What stands under the verdict: how large, how sure, how many more."""
    found = [_counted(effect)]
    if effect.verdict is Verdict.early:
        found.append(
            _("Until then we name no winner: who looks often enough sees chance look like a difference.")
        )
    elif effect.verdict in (Verdict.winner, Verdict.too_little) and len(effect.pairs) == 1:
        found += _difference(effect)
    elif effect.verdict is Verdict.no_difference:
        found.append(_("If there is a difference, it is smaller than %(points)s.", points=points(MATTERS)))
    found += _missing(effect)
    if effect.trial.by_rule:
        found.append(
            _(
                "Nobody chose this last day: the campaign started before that was asked. It is the last day of the "
                "step and four weeks."
            )
        )
    return found


def _counted(effect: Effect) -> str:
    each = [
        _(
            "%(name)s: %(part)s of %(whole)s (%(rate)s)",
            name=name,
            part=number(rate.part),
            whole=number(rate.whole),
            rate="–" if rate.rate is None else whole_percent(rate.rate),
        )
        for name, rate in effect.arms
    ]
    return _("Households in which somebody responded: %(each)s.", each="; ".join(each))


def _difference(effect: Effect) -> list[str]:
    (pair,) = effect.pairs
    if pair.difference is None:
        return []
    low, high = pair.low, pair.high
    if pair.difference < 0:
        low, high = -high, -low
    return [
        _(
            "The difference is %(points)s. With so many households it may as well be anything from %(span)s.",
            points=points(abs(pair.difference)),
            span=span(low, high),
        )
    ]


def _missing(effect: Effect) -> list[str]:
    if effect.verdict is Verdict.early and effect.missing:
        return [
            ngettext(
                "With the figures of today %(num)d more household is needed in each variant to say something.",
                "With the figures of today %(num)d more households are needed in each variant to say something.",
                effect.missing,
            )
        ]
    if effect.verdict is not Verdict.too_little:
        return []
    if not effect.missing:
        return [_("So small a difference is seen only with far more households than this.")]
    return [
        ngettext(
            "With these figures %(num)d more household was needed in each variant.",
            "With these figures %(num)d more households were needed in each variant.",
            effect.missing,
        )
        + " "
        + _("Compare once more in a next campaign.")
    ]


def points(difference: float) -> str:
    """A difference of rates: '12 percentage points', '-0,5 percentage points'."""
    return _("%(number)s percentage points", number=number(round(difference * 100, 1)))


def span(low: float, high: float) -> str:
    """The interval of a difference: '-2 to 11 percentage points'."""
    return _("%(low)s to %(high)s", low=number(round(low * 100, 1)), high=points(high))


def chance(p: float | None) -> str | None:
    """A p as one reads it: '0,03', '< 0,001'; None before the end."""
    if p is None:
        return None
    locale = str(get_locale() or "nl")
    if p < 0.001:
        return f"< {format_decimal(0.001, '0.000', locale=locale)}"
    return str(format_decimal(p, "0.000" if p < 0.1 else "0.00", locale=locale))


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison in words: its title, what can be said, and what stands under it. `early`: until when it runs."""

    title: str
    early: str
    verdict: str
    sentences: list[str]


def told(effect: Effect, step: str) -> Told:
    """A comparison in words; `step` is the title of its step."""
    trial = effect.trial
    early = effect.verdict is Verdict.early
    until = day(trial.ends_on, year=True)
    return Told(
        title=f"{step}, {trial.campaign_name}",
        early=_("This is looking early: the comparison runs up to and including %(day)s.", day=until)
        if early
        else "",
        verdict="" if early else said(effect.verdict, effect.winner),
        sentences=sentences(effect),
    )
