"""Cases that come from an older system: their status and outcome, and later lists that correct them."""

import pytest

from outreach.campaigns import service as campaigns
from outreach.cases import service as cases
from outreach.cases import timeline, verify_queries
from outreach.cases.events import EventKind
from outreach.cases.models import CaseEvent
from outreach.cases.rules import CaseStatus
from tests.cases.imports.imported import case, counts, kinds, rows
from tests.cases.region_lists import has_lists

TAKEN_OVER = "dossiernummer;achternaam;geboortedatum;gemeente;status;uitkomst;uitkomstlijst;uitkomstdatum"


def test_cases_of_an_older_system_come_with_status_and_outcome(world, outreach, listed):
    path = listed(
        "1;Jansen;31-12-2006;Schiedam;afgesloten;Werk;rmd-vsv;1-6-2026",
        "2;Bakker;31-12-2006;Schiedam;in begeleiding;;;",
        "3;Smit;31-12-2006;Schiedam;;Weet niet;rmd-vsv;1-6-2026",
        header=TAKEN_OVER,
    )
    assert counts(outreach("import", path)) == (2, 0, 0, 1)
    first = case("1")[0]
    assert (first.status, first.outcome, first.outcome_list) == ("afgesloten", "Werk", "rmd-vsv")
    assert first.outcome_on.isoformat() == "2026-06-01"
    assert case("2")[0].status == "in_begeleiding"
    assert counts(outreach("import", path)) == (0, 0, 2, 1)


@pytest.fixture
def brought(outreach, listed):
    """Imports a list of case 1 with this status, outcome, its list and its day."""

    def bring(*standing):
        cells = [*standing, "", "", "", ""][:4]
        return outreach(
            "import", listed(f"1;Jansen;31-12-2006;Schiedam;{';'.join(cells)}", header=TAKEN_OVER)
        )

    return bring


def stands(number="1"):
    found = case(number)[0]
    day = found.outcome_on.isoformat() if found.outcome_on else None
    return found.status, found.outcome, found.outcome_list, day


WORK = ("afgesloten", "Werk", "rmd-vsv", "1-6-2026")


def test_a_case_that_is_new_takes_over_what_a_later_list_says(world, brought):
    brought("")
    assert counts(brought(*WORK)) == (0, 1, 0, 0)
    assert stands() == ("afgesloten", "Werk", "rmd-vsv", "2026-06-01")


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (("in_begeleiding",), ("in_begeleiding", None, None, None)),
        (("nieuw",), ("nieuw", None, None, None)),
        (("nazorg", "Werk", "rmd-vsv", "1-6-2026"), ("nazorg", "Werk", "rmd-vsv", "2026-06-01")),
        (("nazorg", "Werk"), ("nazorg", "Werk", "rmd-vsv", "2026-06-01")),
        (("", "Inburgering", "rmd-vsv", "1-6-2026"), ("afgesloten", "Inburgering", "rmd-vsv", "2026-06-01")),
        (("", "Werk", "rmd-vsv", "2-6-2026"), ("afgesloten", "Werk", "rmd-vsv", "2026-06-02")),
        (("", "Werk", "rmd-jib", "1-6-2026"), ("afgesloten", "Werk", "rmd-jib", "2026-06-01")),
    ],
    ids=["status", "as new again", "another end", "another end alone", "outcome", "day", "list"],
)
def test_a_later_list_corrects_what_only_a_list_has_said(world, brought, later, expected):
    brought(*WORK)
    assert counts(brought(*later)) == (0, 1, 0, 0)
    assert stands() == expected
    assert [kind for kind, _ in kinds("1")] == ["imported", "imported"]
    assert counts(brought(*later)) == (0, 0, 1, 0), "the same list again says nothing new"
    assert len(rows(CaseEvent)) == 2
    assert all(one.right for one in verify_queries.compare_with_events())


@pytest.mark.parametrize("later", [(), ("afgesloten",), ("", "Werk"), ("afgesloten", "Werk", "", "1-6-2026")])
def test_what_a_later_list_leaves_empty_stays(world, brought, later):
    brought(*WORK)
    done = brought(*later)
    assert counts(done) == (0, 0, 1, 0)
    assert stands() == ("afgesloten", "Werk", "rmd-vsv", "2026-06-01")


def test_a_call_that_nobody_answered_does_not_keep_a_list_from_correcting(world, brought):
    brought("in_begeleiding")
    timeline.record(case("1")[0].id, EventKind.call_logged, data={"result": "no_answer"})
    assert counts(brought(*WORK)) == (0, 1, 0, 0)
    assert stands()[0] == "afgesloten"


def noted(done, *columns):
    """Column, value and sentence of the notes about these columns."""
    return [
        (note["column"], note["value"], note["problem"])
        for note in done["notes"]
        if note["column"] in columns
    ]


def test_what_was_changed_here_since_stays_and_the_list_is_told_what_was_not_taken_over(world, brought):
    brought(*WORK)
    cases.choose_status(case("1")[0].id, CaseStatus.in_contact, by=world.coach.id)
    done = brought("overgedragen", "Inburgering", "rmd-vsv", "2-6-2026")
    assert counts(done) == (0, 0, 1, 0)
    assert stands() == ("in_contact", None, None, None)
    (status, said, why), (outcome, label, _why) = noted(done, "status", "uitkomst")
    assert (status, said, outcome, label) == ("status", "overgedragen", "uitkomst", "Inburgering")
    assert "In contact" in why and "hier" in why


def test_only_what_the_list_itself_says_is_named(world, brought):
    brought("in_begeleiding")
    cases.choose_status(case("1")[0].id, CaseStatus.in_contact, by=world.coach.id)
    assert [note[:2] for note in noted(brought("", *WORK[1:]), "status", "uitkomst")] == [
        ("uitkomst", "Werk")
    ]
    assert [note[:2] for note in noted(brought("in begeleiding"), "status", "uitkomst")] == [
        ("status", "in begeleiding")
    ]
    assert noted(brought("in_contact"), "status", "uitkomst") == []
    assert noted(brought("nieuw"), "status", "uitkomst") == [], "a new case of the older system says nothing"


def test_a_case_that_is_approached_here_keeps_its_status(world, brought):
    brought("")
    campaign = campaigns.create(world.region.id, "najaar", "drie-weken")
    campaigns.add_cases(campaign.id, [case("1")[0].id])
    campaigns.start(campaign.id)
    done = brought(*WORK)
    assert counts(done) == (0, 0, 1, 0)
    assert stands()[0] == "in_benadering"
    assert [note[:2] for note in noted(done, "status", "uitkomst")] == [
        ("status", "afgesloten"),
        ("uitkomst", "Werk"),
    ]


def test_a_dry_run_tells_corrections_too(world, brought, outreach, listed):
    brought(*WORK)
    path = listed("1;Jansen;31-12-2006;Schiedam;in_begeleiding;;;", header=TAKEN_OVER)
    assert counts(outreach("import", path, "--dry-run")) == (0, 1, 0, 0)
    assert stands()[0] == "afgesloten"


def test_a_list_knows_the_outcome_lists_of_the_region(world, outreach, listed):
    has_lists(world.region)
    lines = (
        "1;Jansen;31-12-2006;Schiedam;afgesloten;betaald WERK;;1-6-2026",
        "2;Bakker;31-12-2006;Schiedam;afgesloten;Naar school;waterweg;1-6-2026",
        "3;Smit;31-12-2006;Schiedam;afgesloten;Naar school;Uitkomsten Waterweg;1-6-2026",
        "4;Vos;31-12-2006;Schiedam;afgesloten;Naar Sint-Elders;waterweg;1-6-2026",
        "5;Mos;31-12-2006;Schiedam;afgesloten;Werk;waterweg;1-6-2026",
        "6;Los;31-12-2006;Schiedam;afgesloten;Jongerenteam;;1-6-2026",
        "7;Bos;31-12-2006;Schiedam;afgesloten;Jongerenteam;rmd-vsv;1-6-2026",
    )
    assert counts(outreach("import", listed(*lines, header=TAKEN_OVER))) == (6, 0, 0, 1)
    found = [(case(number)[0].outcome_list, case(number)[0].outcome) for number in "123457"]
    assert found == [
        ("waterweg", "Betaald werk"),
        ("waterweg", "Naar school"),
        ("waterweg", "Naar school"),
        ("waterweg", "Naar Sint-Elders"),
        ("waterweg", "Betaald werk"),
        ("rmd-vsv", "Jongerenteam"),
    ], "what cannot be chosen any more and former names are taken over: an older system knows no better"
