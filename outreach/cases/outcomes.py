"""The outcome lists that regions close their cases with and report by. Pure data.

The labels are exact and stand in the order of the regions' annual reports (MVS 2023-2024, RMD 2022-2024,
ZHZ 2021-2022). A region may choose other lists for its target groups; these are the ones that ship.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from outreach.cases.target_groups import TargetGroup


@dataclass(frozen=True, slots=True)
class OutcomeList:
    """A list of outcomes: its `name` in lists and addresses, its `title` in reports, its `unit` of count.

    `labels` are in the order of the report. Those in `uncounted` could be chosen but stand in the report
    without figures: a table shows them only when there is something to count.
    """

    name: str
    title: str
    unit: str
    labels: tuple[str, ...]
    uncounted: frozenset[str] = frozenset()

    def label(self, text: str) -> str | None:
        """The label that a text means, whatever its case and spaces; None when it is not in this list."""
        return next((label for label in self.labels if _folded(label) == _folded(text)), None)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())


def _by_name(*lists: OutcomeList) -> Mapping[str, OutcomeList]:
    return MappingProxyType({outcome_list.name: outcome_list for outcome_list in lists})


OUTCOME_LISTS: Mapping[str, OutcomeList] = _by_name(
    OutcomeList(
        "mvs-uitstroomreden",
        "Uitstroomreden trajectbegeleiding",
        "trajecten",
        (
            "Opleiding",
            "Werk",
            "Traject gemeente",
            "Niet willen",
            "Onbereikbaar",
            "Externe begeleiding",
            "Overig",
        ),
    ),
    OutcomeList(
        "mvs-oud-vsv",
        "Resultaat van bereikte oud-vsv'ers",
        "bereikte oud-vsv'ers",
        (
            "Werkt",
            "Volgt (weer) een opleiding",
            "Volgt een traject elders (onder andere Stroomopwaarts)",
            "Wil geen begeleiding of contact",
            "Verhuisd buiten de regio of valt buiten onze doelgroep (>23 jaar)",
            "Overig (tussenjaar, zwangerschap enzovoorts)",
        ),
    ),
    OutcomeList(
        "rmd-vsv",
        "Werkprocessen VSV",
        "werkprocessen",
        (
            "Hulpverlening",
            "Inburgering",
            "Jongerenteam",
            "Nieuwe DUO inschrijving",
            "Onterechte VSV-melding",
            "Participatiewet",
            "Particuliere opleiding/thuisstudie/onderwijs buitenland",
            "Reageert niet (meer)",
            "SK buiten DUO om",
            "Verhuisd buiten regio",
            "Wenst geen dienstverlening",
            "Werk",
            "ZZP (KVK)",
            "Dagbesteding",
            "Openstaande melding",
        ),
        uncounted=frozenset({"Dagbesteding", "Openstaande melding"}),
    ),
    OutcomeList(
        "rmd-verzuim-18plus",
        "Werkprocessen verzuim 18+",
        "werkprocessen",
        (
            "23 jr / verhuisd / overleden",
            "Andere opleiding",
            "Na acties DSP onbereikbaar",
            "Na afstemming met school geen actie nodig",
            "Onterechte melding",
            "Overdracht nieuwe schooljaar",
            "Startkwalificatie behaald",
            "Verzuimgesprek met afspraken/advies",
            "Verzuimgesprek met doorverwijzing zorg",
            "Waarschuwingsbrief",
            "Werkproces VSV (reeds uitgeschreven)",
        ),
    ),
    OutcomeList(
        "rmd-jib",
        "Jongeren in Beeld",
        "meldingen",
        (
            "Geen interesse (meer)",
            "Geen ondersteuning nodig",
            "Geen reactie/niet bereikbaar",
            "Geen uitstroom inlichtingen bureau",
            "Niet willen",
            "Onderneming/ZZP",
            "Opleiding",
            "Startkwalificatie",
            "Verhuizing buiten regio",
            "Werk",
            "Werktraject/Jobcoach",
            "Geen doelgroep meer",
            "Openstaande melding",
        ),
        uncounted=frozenset({"Geen doelgroep meer", "Openstaande melding"}),
    ),
    OutcomeList(
        "zhz-matchmakers",
        "MatchMakers",
        "jongeren",
        (
            "Terug naar onderwijs (inclusief BBL)",
            "Uitstroom regulier werk",
            "Bemiddeld naar ander traject",
        ),
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
