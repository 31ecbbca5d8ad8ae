"""One person under two numbers: both stay, and everybody who can tell hears of it."""

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner

from outreach import db
from outreach.cases import service as cases
from outreach.cases.imports import deciding
from outreach.cases.models import CaseEvent
from outreach.cases.rules import CaseStatus
from outreach.cli import main
from outreach.staff.models import User
from tests.cases.imports.imported import HEADER, case, counts, kinds, line, rows
from tests.cases.imports.test_pages import bring, bring_and_import, page, words


def alike(done):
    """Row, column, value and other numbers of the notes about perhaps the same person."""
    return [
        (note["row"], note["column"], note["value"], note["others"])
        for note in done["notes"]
        if "others" in note
    ]


TWICE = (line("1"), line("9", "Sem", "Bakker"), line("2", "N."))


@pytest.mark.parametrize("chunk", [1, 1000])
def test_both_rows_are_noted_in_the_dry_run_as_in_the_import(world, outreach, listed, monkeypatch, chunk):
    monkeypatch.setattr(deciding, "CHUNK", chunk)
    path = listed(*TWICE)
    for arguments in (("--dry-run",), ()):
        done = outreach("import", path, *arguments)
        assert counts(done) == (3, 0, 0, 0)
        assert sorted(alike(done)) == [
            (2, "dossiernummer", "1", ["2"]),
            (4, "dossiernummer", "2", ["1"]),
        ]
    assert "dezelfde jongere als nummer 1." in done["notes"][-1]["problem"]
    assert kinds("1")[1:] == [("duplicate_flagged", {"others": ["2"]})]
    assert kinds("2")[1:] == [("duplicate_flagged", {"others": ["1"]})]
    events = len(rows(CaseEvent))
    assert alike(outreach("import", path)) == [], "it was told, and it stands on both cases"
    assert len(rows(CaseEvent)) == events


def test_somebody_who_is_there_already_is_named_on_the_new_row(world, outreach, listed):
    outreach("import", listed(line("1")))
    path = listed(line("7", "Ali"), line("2"))
    for arguments in (("--dry-run",), ()):
        assert alike(outreach("import", path, *arguments)) == [(3, "dossiernummer", "2", ["1"])]


@pytest.mark.parametrize("chunk", [1, 1000])
def test_who_gets_the_name_of_somebody_else_is_noted(world, outreach, listed, monkeypatch, chunk):
    outreach("import", listed(line("1"), line("2", "Sem", "Bakker")))
    monkeypatch.setattr(deciding, "CHUNK", chunk)
    path = listed(line("2", "Noor", "Jansen"), line("3", "N."))
    for arguments in (("--dry-run",), ()):
        assert sorted(alike(outreach("import", path, *arguments))) == sorted(
            [(2, "dossiernummer", "2", ["1", "3"]), (3, "dossiernummer", "3", ["1", "2"])]
            if chunk > 1
            else [
                (2, "dossiernummer", "2", ["1"]),
                (2, "dossiernummer", "2", ["3"]),
                (3, "dossiernummer", "3", ["1", "2"]),
            ]
        )


@pytest.mark.parametrize(("given", "others"), [("Sem", [(2, "dossiernummer", "2", ["1"])]), ("", [])])
def test_whose_birth_date_alone_changes_is_recognised_by_the_name_that_stays(
    world, outreach, listed, given, others
):
    outreach("import", listed(line("1", given, born="1-1-2007"), line("2", "Sem")))
    done = outreach("import", listed("2;Jansen;1-1-2007", header="dossiernummer;achternaam;geboortedatum"))
    assert counts(done) == (0, 1, 0, 0)
    assert alike(done) == others


def test_the_note_names_the_file_s_own_column(world, outreach, listed):
    done = outreach("import", listed(*TWICE, header=HEADER.replace("dossiernummer", "Zaaknummer")))
    assert {column for _, column, *_ in alike(done)} == {"Zaaknummer"}


def test_the_command_says_it_in_words(world, outreach, listed):
    said = CliRunner().invoke(main, ["import", str(listed(*TWICE))]).stdout.splitlines()
    assert any(line.startswith("Row 4, dossiernummer '2': ") and "nummer 1" in line for line in said), said


def links(soup: BeautifulSoup) -> dict[str, str]:
    """The links of the list of those who may be one person, by their words."""
    return {words(link): link["href"] for link in soup.select("#look-alikes a")}


def only(user: User, place: str) -> User:
    """The person, who sees this municipality alone from now on."""
    with db.write() as session:
        found = session.get(User, user.id)
        found.municipalities = [each for each in found.municipalities if each.name == place]
        session.add(found)
        return found


def test_the_pages_list_who_may_be_one_person_with_links_to_both(world):
    bring_and_import(world, world.clerk, "\n".join([HEADER, line("1")]))
    client, answer = bring(world, world.clerk, "\n".join([HEADER, line("7", "Ali"), line("2")]))
    soup = page(client.get(answer.headers["Location"]))
    assert links(soup) == {"1": f"/cases/{case('1')[0].id}"}
    assert "rij 3" in words(soup.select_one("#look-alikes"))

    soup = bring_and_import(world, world.clerk, "\n".join([HEADER, line("7", "Ali"), line("2")]))
    assert links(soup) == {number: f"/cases/{case(number)[0].id}" for number in "12"}
    assert words(soup).count("dezelfde jongere") == 1


def test_two_rows_of_one_list_are_one_line(world):
    soup = bring_and_import(world, world.clerk, "\n".join([HEADER, *TWICE]))
    assert len(soup.select("#look-alikes li")) == 1
    assert list(links(soup)) == ["1", "2"]


def test_a_case_of_a_municipality_that_is_not_hers_is_named_without_a_link(world):
    bring_and_import(world, world.clerk, "\n".join([HEADER, line("1")]))
    clerk = only(world.clerk, "Maassluis")
    soup = bring_and_import(world, clerk, "\n".join([HEADER, line("2", gemeente="Maassluis")]))
    assert list(links(soup)) == ["2"]
    assert "Jansen" not in words(soup.select_one("#look-alikes")).replace("Noor Jansen", "", 1)


def flag(client, number):
    soup = page(client.get(f"/cases/{case(number)[0].id}"))
    return soup.select_one("#look-alikes")


def test_the_coach_sees_it_at_the_head_of_the_case_until_one_of_the_two_is_closed(world, outreach, listed):
    outreach("import", listed(*TWICE))
    client = world.sign_in(world.coach)
    shown = flag(client, "1")
    assert "Misschien heeft dezelfde jongere nog een dossier" in words(shown)
    assert links(shown.parent) == {"2": f"/cases/{case('2')[0].id}"}
    assert flag(client, "9") is None
    cases.choose_status(
        case("2")[0].id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk", reason="Dubbel"
    )
    assert flag(client, "1") is None
    assert flag(client, "2") is None


def test_a_coach_sees_no_more_than_the_number_of_a_case_that_is_not_hers(world, outreach, listed):
    outreach("import", listed(line("1"), line("2", gemeente="Maassluis")))
    shown = flag(world.sign_in(only(world.coach, "Maassluis")), "2")
    assert "1" in words(shown) and not shown.select("a") and "Jansen" not in words(shown)
