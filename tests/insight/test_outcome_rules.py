"""Which rows and columns an outcome table has, which days lie a year earlier, and how far a target is."""

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.cases.outcomes import OUTCOME_LISTS, OWN_LISTS, SHIPPED, OutcomeKind, OutcomeList, RegionLists
from outreach.insight.outcome_rules import (
    Place,
    SchoolYear,
    counted_as,
    label_of,
    lines,
    school_year_of,
    settled_school_year,
    shown,
    still_needed,
    the_list,
    year_before,
)
from outreach.insight.table import Rate
from outreach.regions.municipalities import REPORTED_TOGETHER, in_report_order, report_of
from outreach.regions.municipalities import SHIPPED as KNOWN

HERE, ELSEWHERE = uuid4(), uuid4()
EVERYWHERE = [Place(code, name, HERE) for code, name in sorted(KNOWN.items())]


def names(places: tuple[Place, ...]) -> list[str]:
    return [place.name for place in places]


def test_every_known_municipality_stands_in_one_report() -> None:
    assert sorted(code for report in REPORTED_TOGETHER for code in report) == sorted(KNOWN)
    assert report_of("GM0606") == report_of("GM0556") != report_of("GM0957")
    assert report_of("GM1680") is None


def test_municipalities_stand_in_the_order_of_the_reports_and_others_after_them_by_name() -> None:
    more = {**KNOWN, "GM0085": "ooststellingwerf", "GM1680": "Aa en Hunze"}
    assert [more[code] for code in in_report_order(more)] == [
        *("Maassluis", "Vlaardingen", "Schiedam"),
        *("Roermond", "Echt-Susteren", "Roerdalen", "Maasgouw"),
        *("Haarlem", "Velsen", "Zwolle", "Dordrecht", "Aa en Hunze", "ooststellingwerf"),
    ]


def test_a_table_has_the_municipalities_that_report_together() -> None:
    assert names(shown(EVERYWHERE, {"GM0622"})) == ["Maassluis", "Vlaardingen", "Schiedam"]
    assert names(shown(EVERYWHERE, {"GM1641", "GM0453"})) == [
        *("Roermond", "Echt-Susteren", "Roerdalen", "Maasgouw", "Haarlem", "Velsen")
    ]
    # Of what is asked for only, and of nothing counted all.
    assert names(shown(EVERYWHERE[:5], {"GM0556"})) == ["Maassluis"]
    assert len(shown(EVERYWHERE, set())) == len(EVERYWHERE)


def test_municipalities_of_no_known_report_stand_with_those_of_their_region() -> None:
    others = [
        Place("GM1680", "Aa en Hunze", HERE),
        Place("GM0109", "Coevorden", HERE),
        Place("GM0114", "Emmen", ELSEWHERE),
    ]
    assert names(shown([*others, *EVERYWHERE], {"GM0109"})) == ["Aa en Hunze", "Coevorden"]


def test_lines_stand_in_the_order_of_the_list_and_nothing_counted_falls_out() -> None:
    outcome_list = OutcomeList(
        "own",
        "Own",
        "dossiers",
        dict.fromkeys(("B", "A", "Was", "Open"), OutcomeKind.other),
        uncounted=frozenset({"Open"}),
        retired=frozenset({"Was"}),
    )
    places = [Place("GM0622", "Vlaardingen", HERE), Place("GM0606", "Schiedam", HERE)]
    assert lines(outcome_list, places, {("A", "GM0606"): 2}) == {"B": (0, 0), "A": (0, 2)}
    found = lines(
        outcome_list,
        places,
        {("Open", "GM0622"): 1, ("Z", "GM0622"): 4, ("Was", "GM0606"): 3, ("Elders", "GM0606"): 5},
    )
    assert list(found.items()) == [
        ("B", (0, 0)),
        ("A", (0, 0)),
        ("Was", (0, 3)),
        ("Open", (1, 0)),
        ("Elders", (0, 5)),
        ("Z", (4, 0)),
    ]


def test_a_list_that_regions_changed_each_in_their_way_holds_what_both_have() -> None:
    changed = OutcomeList(
        "rmd-jib", "JiB", "jongeren", {"Werk": OutcomeKind.school, "Nieuw": OutcomeKind.work}
    )
    other = RegionLists({**OUTCOME_LISTS, "rmd-jib": changed}, OWN_LISTS)
    assert the_list("rmd-jib", [SHIPPED, SHIPPED]) == OUTCOME_LISTS["rmd-jib"]
    both = the_list("rmd-jib", [SHIPPED, other])
    assert both is not None
    assert (both.title, both.unit) == ("Jongeren in Beeld", "meldingen")
    assert both.labels == (*OUTCOME_LISTS["rmd-jib"].labels, "Nieuw")
    assert both.kind("Werk") is OutcomeKind.work
    assert the_list("elders", [SHIPPED, other]) is None


def test_another_list_counts_only_where_the_region_says_so() -> None:
    assert counted_as(SHIPPED, "mvs-uitstroomreden") == {}
    said = {("rmd-jib", "mvs-uitstroomreden"): {"Onderneming/ZZP": "Werk", "Opleiding": ""}}
    lists = RegionLists(OUTCOME_LISTS, OWN_LISTS, said)
    found = counted_as(lists, "mvs-uitstroomreden")["rmd-jib"]
    # What is not named counts by its words; what has no place there does not count.
    assert found == {"Onderneming/ZZP": "Werk", "Niet willen": "Niet willen", "Werk": "Werk"}
    assert label_of(lists, "rmd-jib", "Onderneming/ZZP", "mvs-uitstroomreden") == "Werk"
    assert label_of(lists, "rmd-jib", "Onbekend", "rmd-jib") == "Onbekend"
    assert counted_as(lists, "rmd-jib") == {}


@pytest.mark.parametrize(
    ("days", "earlier"),
    [
        (("2025-08-01", "2026-07-31"), ("2024-08-01", "2025-07-31")),
        (("2024-03-01", "2025-02-28"), ("2023-03-01", "2024-02-29")),
        (("2023-03-01", "2024-02-29"), ("2022-03-01", "2023-02-28")),
        (("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_the_same_days_a_year_earlier(days: tuple[str, str], earlier: tuple[str, str]) -> None:
    since, until = (date.fromisoformat(day) for day in days)
    assert tuple(day.isoformat() for day in year_before(since, until)) == earlier


def test_a_school_year_begins_in_august() -> None:
    year = school_year_of(date(2025, 7, 31))
    assert (year.name, year.since, year.until) == ("2024-2025", date(2024, 8, 1), date(2025, 7, 31))
    assert school_year_of(date(2025, 8, 1)) == SchoolYear(2025)
    assert year.a_year_later == date(2026, 7, 31)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_of_a_settled_school_year_it_is_known_what_became_of_its_leavers(today: date) -> None:
    year = settled_school_year(today)
    assert year.a_year_later < today <= SchoolYear(year.begins + 1).a_year_later


@given(st.integers(0, 3000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_so_many_more_reach_the_target_and_one_fewer_does_not(rate: tuple[int, int]) -> None:
    part, whole = rate
    more = still_needed(Rate(part, whole))
    assert 10 * (part + more) >= 3 * whole
    assert more == 0 or 10 * (part + more - 1) < 3 * whole
