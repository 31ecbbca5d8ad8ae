"""A region closes its cases with outcome lists of its own, and reports by another list than it closes with."""

from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlmodel import col, select

from outreach import db
from outreach.cases import outcome_queries, service, timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.outcomes import (
    OUTCOME_LISTS,
    OWN_LISTS,
    SHIPPED,
    OutcomeKind,
    OutcomeList,
    RegionLists,
)
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.errors import Refused
from outreach.regions.models import RegionSettings
from tests.cases.region_lists import WATERWEG, has_lists
from tests.factories import World, post


def outcome_of(case: Case) -> tuple[str | None, str | None]:
    db.session().expire_all()
    found = db.session().get_one(Case, case.id)
    return found.outcome_list, found.outcome


def close(world: World, case: Case, outcome: str) -> None:
    service.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome=outcome)


def closed(world: World, outcome: str) -> Case:
    case = world.case()
    close(world, case, outcome)
    return case


def test_a_region_that_changed_nothing_has_the_lists_that_ship(world: World) -> None:
    found = outcome_queries.lists_in(world.region.id)
    assert found == SHIPPED
    assert {group: found.own_list(group).name for group in TargetGroup} == dict(OWN_LISTS)


def test_lists_survive_being_kept_and_read(world: World) -> None:
    region = has_lists(
        world.region, outcome_map={"waterweg": {"rmd-vsv": {"Naar school": "SK buiten DUO om"}}}
    )
    kept = region.settings_data
    assert kept["outcome_lists"]["waterweg"]["outcomes"][0] == {"label": "Naar school", "kind": "school"}
    lists = outcome_queries.lists_in(region.id)
    assert list(lists.lists) == [*OUTCOME_LISTS, "waterweg"], "an own list stands beside those that ship"
    own = lists.own_list(TargetGroup.nieuwe_vsv)
    assert (own.name, own.title, own.unit) == ("waterweg", WATERWEG["title"], "jongeren")
    assert own.labels == ("Naar school", "Betaald werk", "Dagbesteding", "Naar Sint-Elders")
    assert own.choices == ("Naar school", "Betaald werk", "Dagbesteding")
    assert {*own.uncounted} == {"Dagbesteding"} and {*own.retired} == {"Naar Sint-Elders"}
    assert lists.own_list(TargetGroup.jib).name == "rmd-jib"
    assert lists.report_label("waterweg", "Naar school", "rmd-vsv") == "SK buiten DUO om"


def test_what_settings_hold_that_nobody_knows_any_more_stops_nothing() -> None:
    outcomes = [{"label": "A", "kind": "from-the-future"}, {"label": "B"}]
    settings = RegionSettings.model_validate(
        {
            "outcome_lists": {"own": {"title": "Own", "unit": "jongeren", "outcomes": outcomes}},
            "own_lists": {"jib": "gone", "no_such_group": "own"},
            "outcome_map": {"gone": {"own": {"A": "B"}}, "own": {"rmd-vsv": {"A": "No such label"}}},
        }
    )
    lists = outcome_queries.lists_of(settings)
    assert lists.lists["own"].kind("A") is OutcomeKind.other
    assert lists.own_list(TargetGroup.jib).name == OWN_LISTS[TargetGroup.jib]
    assert lists.report_label("gone", "A", "own") == "A", "by its words"
    assert lists.report_label("own", "A", "rmd-vsv") is None


def test_a_case_is_closed_with_the_list_of_its_region(world: World) -> None:
    has_lists(world.region)
    mine, other = world.case(), world.case(target_group="jib")
    close(world, mine, "Dagbesteding")
    close(world, other, "Werk")
    assert outcome_of(mine) == ("waterweg", "Dagbesteding")
    assert outcome_of(other) == ("rmd-jib", "Werk")


@pytest.mark.parametrize("outcome", ["Naar Sint-Elders", "Werk", "Jongerenteam", ""])
def test_what_cannot_be_chosen_closes_no_case(world: World, outcome: str) -> None:
    has_lists(world.region)
    case = world.case()
    with pytest.raises(Refused, match="Kies hoe het is afgelopen"):
        close(world, case, outcome)
    assert outcome_of(case) == (None, None)


def test_the_page_offers_what_can_be_chosen(world: World) -> None:
    has_lists(world.region)
    case, coach = world.case(), world.sign_in(world.coach)
    address = f"/cases/{case.id}/status/afgesloten"
    page = BeautifulSoup(coach.get(address).text, "html.parser")
    assert [box["value"] for box in page.select("[name=outcome]")] == [
        "Naar school",
        "Betaald werk",
        "Dagbesteding",
    ]
    data = {"outcome": "Naar Sint-Elders", "outcome_on": "2026-06-01"}
    assert post(coach, address, data, token_from=address).status_code == 422
    post(coach, address, {**data, "outcome": "Betaald werk"}, token_from=address)
    assert outcome_of(case) == ("waterweg", "Betaald werk")


def test_another_region_keeps_its_own_lists(world: World) -> None:
    has_lists(world.region)
    elsewhere = next(one.region_id for one in world.outsider().municipalities)
    assert outcome_queries.lists_in(elsewhere) == SHIPPED


A = OutcomeList(
    "a",
    "A",
    "jongeren",
    {"School": OutcomeKind.school, "Baan": OutcomeKind.work, "Weg": OutcomeKind.gone},
    former={"Werk": "Baan", "School": "Baan"},
)
B = OutcomeList("b", "B", "jongeren", {"school": OutcomeKind.school, "Werkt": OutcomeKind.work})
LISTS = RegionLists({"a": A, "b": B}, {}, {("a", "b"): {"Baan": "Werkt", "Weg": ""}})


@pytest.mark.parametrize(
    ("label", "to", "counted"),
    [
        ("Baan", "a", "Baan"),
        ("Werk", "a", "Baan"),
        ("School", "a", "School"),
        ("Iets", "a", None),
        ("Baan", "b", "Werkt"),
        ("Werk", "b", "Werkt"),
        ("School", "b", "school"),
        ("Weg", "b", None),
        ("Iets", "b", None),
    ],
)
def test_a_label_counts_as_one_of_the_list_that_is_reported_by(
    label: str, to: str, counted: str | None
) -> None:
    assert LISTS.report_label("a", label, to) == counted


def test_what_an_outcome_means_holds_for_its_former_name_too() -> None:
    assert LISTS.kind("a", "Werk") is LISTS.kind("a", "Baan") is OutcomeKind.work
    assert LISTS.kind("gone", "Werk") is LISTS.kind(None, None) is OutcomeKind.other


def test_the_shipped_lists_speak_of_each_other_by_their_words() -> None:
    assert SHIPPED.report_label("rmd-jib", "Werk", "rmd-vsv") == "Werk"
    assert SHIPPED.report_label("mvs-oud-vsv", "Werkt", "rmd-vsv") is None


def test_cases_are_found_by_what_their_outcome_means_in_their_region(world: World) -> None:
    has_lists(world.region, outcome_lists={})
    before = [closed(world, "Werk"), closed(world, "Verhuisd buiten regio")]
    has_lists(world.region)
    gone = world.case()
    timeline.record(
        gone.id,
        EventKind.imported,
        data={
            "status": "afgesloten",
            "outcome": "Naar Sint-Elders",
            "outcome_list": "waterweg",
            "outcome_on": "2026-06-01",
        },
    )
    working = closed(world, "Betaald werk")

    def found(kind: OutcomeKind) -> set[UUID]:
        return set(db.session().scalars(select(col(Case.id)).where(outcome_queries.ended_as(kind))))

    assert found(OutcomeKind.gone) == {before[1].id, gone.id}
    assert found(OutcomeKind.work) == {before[0].id, working.id}
    assert found(OutcomeKind.unreachable) == set()
