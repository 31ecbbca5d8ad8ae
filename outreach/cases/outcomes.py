"""The outcome lists that regions close their cases with and report by. Pure data.

The labels are exact and stand in the order of the regions' annual reports (MVS 2023-2024, RMD 2022-2024,
ZHZ 2021-2022). These are the ones that ship; a region's settings may change them, add others and choose which
target group closes with which (`outcome_queries.lists_of`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from outreach.cases.target_groups import TargetGroup


class OutcomeKind(StrEnum):
    """What an outcome means, whatever words a region has for it: by this, lists are compared and targets met.

    school: goes to school, or has the basic qualification. work: earns a living. trajectory: another route or help
    (care, youth team, a trajectory of the municipality). no_wish: wants or needs no help. unreachable: never answered.
    gone: moved out of the region, deceased, or out of the target group by age. other: says nothing of where somebody
    is now, such as a report that was wrong, or a talk about absence.
    """

    school = "school"
    work = "work"
    trajectory = "trajectory"
    no_wish = "no_wish"
    unreachable = "unreachable"
    gone = "gone"
    other = "other"

    @property
    def positive(self) -> bool:
        """Whether it is what the service works for."""
        return self in POSITIVE


POSITIVE = frozenset({OutcomeKind.school, OutcomeKind.work, OutcomeKind.trajectory})
"""School, work, or another route: a positive result in the reports."""


@dataclass(frozen=True, slots=True)
class OutcomeList:
    """A list of outcomes: its `name` in lists and addresses, its `title` in reports, its `unit` of count.

    `kinds` holds its labels, each with what it means, in the order of the report. Those in `uncounted` could be
    chosen but stand in the report without figures: a table shows them only when there is something to count. The same
    holds for those in `retired`, which cannot be chosen any more. `former` maps names that labels had before to the
    labels: cases keep the name they were closed with.
    """

    name: str
    title: str
    unit: str
    kinds: Mapping[str, OutcomeKind] = field(hash=False)
    uncounted: frozenset[str] = frozenset()
    retired: frozenset[str] = frozenset()
    former: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels in the order of the report."""
        return tuple(self.kinds)

    @property
    def choices(self) -> tuple[str, ...]:
        """The labels that a case can be closed with."""
        return tuple(label for label in self.kinds if label not in self.retired)

    def now(self, label: str) -> str:
        """What a label that a case has is called now."""
        return label if label in self.kinds else self.former.get(label, label)

    def kind(self, label: str) -> OutcomeKind:
        """What a label means; other when the list does not have it (any more)."""
        return self.kinds.get(self.now(label), OutcomeKind.other)

    def label(self, text: str) -> str | None:
        """The label that a text means, by its present or a former name, whatever its case and spaces, else None."""
        names = (*self.labels, *self.former)
        found = next((name for name in names if folded(name) == folded(text)), None)
        return None if found is None else self.now(found)


@dataclass(frozen=True, slots=True)
class RegionLists:
    """The outcome lists of a region: all by name, which one a target group closes with, and how they are translated.

    `counted_as` holds, for the name of a list and of one that is reported by, labels of the one as labels of the other,
    '' where they count nowhere. It has an entry, perhaps an empty one, where a region wants cases of the one list to
    count in reports by the other; the same word in two lists alone is no reason to count a case twice.
    """

    lists: Mapping[str, OutcomeList]
    own: Mapping[TargetGroup, str]
    counted_as: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    def own_list(self, group: TargetGroup) -> OutcomeList:
        """The list that cases of a target group close with."""
        return self.lists[self.own[group]]

    def kind(self, name: str | None, label: str | None) -> OutcomeKind:
        """What an outcome of a case means; other when its list is not known (any more)."""
        found = self.lists.get(name or "")
        return found.kind(label or "") if found else OutcomeKind.other

    def report_label(self, name: str, label: str, to: str) -> str | None:
        """The label of the list `to` as which a case counts that was closed with `label` of the list `name`.

        By default the same label, whatever its case and spaces. None when it has no place in that list.
        """
        own, target = self.lists.get(name), self.lists[to]
        now = own.now(label) if own else label
        if name == to:
            return now if now in target.kinds else None
        chosen = self.counted_as.get((name, to), {}).get(now)
        return target.label(now) if chosen is None else target.label(chosen)


def folded(text: str) -> str:
    """A label without capitals and spaces: two labels that differ in nothing else are the same."""
    return "".join(text.casefold().split())


def _by_name(*lists: OutcomeList) -> Mapping[str, OutcomeList]:
    return MappingProxyType({outcome_list.name: outcome_list for outcome_list in lists})


OUTCOME_LISTS: Mapping[str, OutcomeList] = _by_name(
    OutcomeList(
        "mvs-uitstroomreden",
        "Uitstroomreden trajectbegeleiding",
        "trajecten",
        {
            "Opleiding": OutcomeKind.school,
            "Werk": OutcomeKind.work,
            "Traject gemeente": OutcomeKind.trajectory,
            "Niet willen": OutcomeKind.no_wish,
            "Onbereikbaar": OutcomeKind.unreachable,
            "Externe begeleiding": OutcomeKind.trajectory,
            "Overig": OutcomeKind.other,
        },
    ),
    OutcomeList(
        "mvs-oud-vsv",
        "Resultaat van bereikte oud-vsv'ers",
        "bereikte oud-vsv'ers",
        {
            "Werkt": OutcomeKind.work,
            "Volgt (weer) een opleiding": OutcomeKind.school,
            "Volgt een traject elders (onder andere Stroomopwaarts)": OutcomeKind.trajectory,
            "Wil geen begeleiding of contact": OutcomeKind.no_wish,
            "Verhuisd buiten de regio of valt buiten onze doelgroep (>23 jaar)": OutcomeKind.gone,
            "Overig (tussenjaar, zwangerschap enzovoorts)": OutcomeKind.other,
        },
    ),
    OutcomeList(
        "rmd-vsv",
        "Werkprocessen VSV",
        "werkprocessen",
        {
            "Hulpverlening": OutcomeKind.trajectory,
            "Inburgering": OutcomeKind.trajectory,
            "Jongerenteam": OutcomeKind.trajectory,
            "Nieuwe DUO inschrijving": OutcomeKind.school,
            "Onterechte VSV-melding": OutcomeKind.other,
            "Participatiewet": OutcomeKind.trajectory,
            "Particuliere opleiding/thuisstudie/onderwijs buitenland": OutcomeKind.school,
            "Reageert niet (meer)": OutcomeKind.unreachable,
            "SK buiten DUO om": OutcomeKind.school,
            "Verhuisd buiten regio": OutcomeKind.gone,
            "Wenst geen dienstverlening": OutcomeKind.no_wish,
            "Werk": OutcomeKind.work,
            "ZZP (KVK)": OutcomeKind.work,
            "Dagbesteding": OutcomeKind.trajectory,
            "Openstaande melding": OutcomeKind.other,
        },
        uncounted=frozenset({"Dagbesteding", "Openstaande melding"}),
    ),
    OutcomeList(
        "rmd-verzuim-18plus",
        "Werkprocessen verzuim 18+",
        "werkprocessen",
        {
            "23 jr / verhuisd / overleden": OutcomeKind.gone,
            "Andere opleiding": OutcomeKind.school,
            "Na acties DSP onbereikbaar": OutcomeKind.unreachable,
            "Na afstemming met school geen actie nodig": OutcomeKind.other,
            "Onterechte melding": OutcomeKind.other,
            "Overdracht nieuwe schooljaar": OutcomeKind.other,
            "Startkwalificatie behaald": OutcomeKind.school,
            "Verzuimgesprek met afspraken/advies": OutcomeKind.other,
            "Verzuimgesprek met doorverwijzing zorg": OutcomeKind.trajectory,
            "Waarschuwingsbrief": OutcomeKind.other,
            "Werkproces VSV (reeds uitgeschreven)": OutcomeKind.other,
        },
    ),
    OutcomeList(
        "rmd-jib",
        "Jongeren in Beeld",
        "meldingen",
        {
            "Geen interesse (meer)": OutcomeKind.no_wish,
            "Geen ondersteuning nodig": OutcomeKind.no_wish,
            "Geen reactie/niet bereikbaar": OutcomeKind.unreachable,
            "Geen uitstroom inlichtingen bureau": OutcomeKind.other,
            "Niet willen": OutcomeKind.no_wish,
            "Onderneming/ZZP": OutcomeKind.work,
            "Opleiding": OutcomeKind.school,
            "Startkwalificatie": OutcomeKind.school,
            "Verhuizing buiten regio": OutcomeKind.gone,
            "Werk": OutcomeKind.work,
            "Werktraject/Jobcoach": OutcomeKind.trajectory,
            "Geen doelgroep meer": OutcomeKind.gone,
            "Openstaande melding": OutcomeKind.other,
        },
        uncounted=frozenset({"Geen doelgroep meer", "Openstaande melding"}),
    ),
    OutcomeList(
        "zhz-matchmakers",
        "MatchMakers",
        "jongeren",
        {
            "Terug naar onderwijs (inclusief BBL)": OutcomeKind.school,
            "Uitstroom regulier werk": OutcomeKind.work,
            "Bemiddeld naar ander traject": OutcomeKind.trajectory,
        },
    ),
)
"""Every list that ships, by name."""

OWN_LISTS: Mapping[TargetGroup, str] = MappingProxyType(
    {
        TargetGroup.nieuwe_vsv: "rmd-vsv",
        TargetGroup.oud_vsv: "mvs-oud-vsv",
        TargetGroup.dreigend_vsv: "mvs-uitstroomreden",
        TargetGroup.verzuim_18plus: "rmd-verzuim-18plus",
        TargetGroup.jikp: "mvs-uitstroomreden",
        TargetGroup.jib: "rmd-jib",
        TargetGroup.vrijstelling: "mvs-uitstroomreden",
        TargetGroup.absoluut_verzuim: "mvs-uitstroomreden",
        TargetGroup.luxe_verzuim: "mvs-uitstroomreden",
    }
)
"""The list that a target group's cases close with, where a region has not chosen another."""

SHIPPED = RegionLists(OUTCOME_LISTS, OWN_LISTS)
"""What a region has that has changed nothing."""
