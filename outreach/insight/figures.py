"""From rows to what a page shows: people in sentences, steps as bars, variants side by side. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.insight.queries import People, Persons, Row
from outreach.insight.rules import Count, best, together


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many people, in a municipality, a campaign, or altogether ('')."""

    name: str
    part: int
    whole: int

    @property
    def rate(self) -> float:
        """From 0 to 1; 0 where there is nobody."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A step by one channel, over all municipalities and variants."""

    plan: str
    step: str
    channel: str
    count: Count


@dataclass(frozen=True, slots=True)
class Trial:
    """The variants of a step in one campaign, side by side. `winner`: the better one, None when nothing can be said."""

    campaign: str
    plan: str
    step: str
    arms: tuple[tuple[str, Count], ...]
    winner: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows above the table."""

    everybody: Share
    by_municipality: tuple[Share, ...]
    by_campaign: tuple[Share, ...]
    bars: tuple[Bar, ...]
    trials: tuple[Trial, ...]


def report(
    rows: Sequence[Row],
    campaigns: Sequence[People],
    persons: Sequence[Persons],
    steps: Mapping[str, Sequence[str]],
) -> Report:
    """What rows, campaigns and persons come to. `steps`: the names of each plan's steps in their order."""
    everybody, *municipalities = [Share(p.municipality, p.responded, p.all) for p in persons]
    return Report(
        everybody=everybody,
        by_municipality=tuple(municipalities),
        by_campaign=tuple(Share(p.campaign_name, p.responded, p.all) for p in campaigns),
        bars=_bars(rows, steps),
        trials=_trials(rows),
    )


def _bars(rows: Sequence[Row], steps: Mapping[str, Sequence[str]]) -> tuple[Bar, ...]:
    found = together(rows, lambda row: (row.plan, row.step, row.channel), lambda row: row.count)

    def place(bar: Bar) -> tuple[str, int]:
        names = list(steps.get(bar.plan, ()))
        return bar.plan, names.index(bar.step) if bar.step in names else len(names)

    # Sorting keeps the order of what is alike: a step's own channel before its fallback.
    return tuple(sorted((Bar(*key, count) for key, count in found.items()), key=place))


def _trials(rows: Sequence[Row]) -> tuple[Trial, ...]:
    by_arm = together(
        [row for row in rows if row.variant],
        lambda row: (row.campaign_name, row.campaign, row.plan, row.step, row.variant or ""),
        lambda row: row.count,
    )
    by_step: dict[tuple[str, str, str, str], list[tuple[str, Count]]] = {}
    for (name, slug, plan, step, variant), count in by_arm.items():
        by_step.setdefault((name, slug, plan, step), []).append((variant, count))
    return tuple(
        Trial(name, plan, step, tuple(sorted(arms, key=lambda arm: arm[0])), best(arms))
        for (name, _slug, plan, step), arms in by_step.items()
        if len(arms) > 1 and any(count.sent for _variant, count in arms)
    )
