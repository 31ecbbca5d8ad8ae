"""`outreach import` on real files, as an administrator or a script calls it."""

import time
from collections import Counter

import openpyxl
import pytest

from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Enrolment
from outreach.cases.models import Case, CaseEvent, ImportRun, Person
from outreach.regions.models import Municipality, Region
from tests.cases.imports.imported import HEADER, case, counts, kinds, line, rows


def test_a_new_installation_gets_a_region_and_the_municipalities_that_the_list_names(app, outreach, listed):
    path = listed(
        line("1"),
        line("2", gemeente="GM0606"),
        line("3", gemeente="", woonplaats="Zwolle"),
        line("4", gemeente="Ons Dorp"),
    )
    done = outreach("import", path)
    assert counts(done) == (3, 0, 0, 1)
    assert done["rejected"][0]["column"] == "gemeente"
    assert done["rejected"][0]["value"] == "Ons Dorp"
    assert sorted(note["value"] for note in done["notes"] if note["column"] == "gemeente") == [
        "Schiedam (GM0606)",
        "Vlaardingen (GM0622)",
        "Zwolle (GM0193)",
    ]
    with app.app_context():
        assert [(region.slug, region.name) for region in rows(Region)] == [("regio", "Mijn regio")]
        assert {place.code for place in rows(Municipality)} == {"GM0606", "GM0622", "GM0193"}


def test_a_dry_run_says_the_same_and_changes_nothing(app, outreach, listed, tmp_path):
    path = listed(line("1"), line("", "Zonder nummer"))
    assert counts(outreach("import", path, "--dry-run")) == (1, 0, 0, 1)
    with app.app_context():
        assert not rows(Region) and not rows(Case) and not rows(ImportRun)
    assert [file.name for file in tmp_path.glob("lijst*")] == ["lijst.csv"]
    assert counts(outreach("import", path)) == (1, 0, 0, 1)


def test_a_municipality_of_another_region_rejects_the_row(world, outreach, listed):
    world.outsider()
    done = outreach("import", listed(line("1", gemeente="Zwolle"), line("2")), "--region", "waterweg")
    assert counts(done) == (1, 0, 0, 1)
    assert done["rejected"][0]["row"] == 2


def test_importing_again_changes_nothing_not_even_the_number_of_events(world, outreach, listed):
    path = listed(
        line("1", telefoon="06-12345678", coach="coach@example.org"),
        line("2", "Sem", straat="", huisnummer="", postcode="geen"),
        line("3", "Ali", "Jansen", "1-1-2007"),
    )
    assert counts(outreach("import", path)) == (3, 0, 0, 0)
    events = len(rows(CaseEvent))
    assert counts(outreach("import", path)) == (0, 0, 3, 0)
    assert len(rows(CaseEvent)) == events
    assert len(rows(Person)) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ","])
def test_every_form_of_csv_gives_the_same_case(world, outreach, listed, encoding, separator):
    path = listed(
        line("1", "Zoë", "Müller").replace(";", separator),
        header=HEADER.replace(";", separator),
        encoding=encoding,
    )
    assert counts(outreach("import", path)) == (1, 0, 0, 0)
    found, person, home = case("1")
    assert (person.name, home.street, found.municipality_code) == ("Zoë Müller", "Dorpsstraat", "GM0622")


def test_a_workbook_gives_the_same_as_a_text(world, outreach, listed, tmp_path):
    book = openpyxl.Workbook()
    for text in (HEADER, line("1", telefoon="06-12345678"), line("2", "Sem", born="38717")):
        book.active.append(text.split(";"))
    book.save(tmp_path / "lijst.xlsx")
    assert counts(outreach("import", tmp_path / "lijst.xlsx")) == (2, 0, 0, 0)
    _, person, _ = case("2")
    assert person.birth_date.isoformat() == "2005-12-31"
    same = listed(line("1", telefoon="0612345678"), line("2", "Sem", born="31-12-2005"))
    assert counts(outreach("import", same)) == (0, 0, 2, 0)


def test_the_same_number_updates_and_says_what_changed(world, outreach, listed):
    outreach("import", listed(line("1", telefoon="06-12345678")))
    assert counts(outreach("import", listed(line("1", "Nora", telefoon="06-87654321")))) == (0, 1, 0, 0)
    _, person, _ = case("1")
    assert (person.given_name, person.mobile) == ("Nora", "+31687654321")
    assert kinds("1") == [("imported", {}), ("updated", {"changed": ["given_name", "mobile"]})]


def test_a_list_never_takes_away_what_it_does_not_say(world, outreach, listed):
    outreach(
        "import",
        listed(line("1", telefoon="06-12345678", email="noor@example.org", coach="coach@example.org")),
    )
    less = listed(
        "1;Jansen;31-12-2006;;geen postcode",
        header="dossiernummer;achternaam;geboortedatum;telefoon;postcode",
    )
    assert counts(outreach("import", less)) == (0, 0, 1, 0)
    found, person, home = case("1")
    assert (person.mobile, person.email, home.postcode) == ("+31612345678", "noor@example.org", "3131AA")
    assert (found.coach_id, found.municipality_code) == (world.coach.id, "GM0622")


def test_another_coach_is_an_event_of_its_own(world, outreach, listed):
    outreach("import", listed(line("1", coach="coach@example.org")))
    assert counts(outreach("import", listed(line("1", coach="Clerk@example.org")))) == (0, 1, 0, 0)
    assert case("1")[0].coach_id == world.clerk.id
    assert kinds("1")[1:] == [("coach_assigned", {"coach": str(world.clerk.id)})]


def test_persons_at_one_address_share_a_household_and_who_moves_leaves_it(world, outreach, listed):
    outreach(
        "import", listed(line("1"), line("2", "Sem", postcode="3131 aa"), line("3", "Ali", huisnummer="14"))
    )
    homes = {number: case(number)[2].id for number in "123"}
    assert homes["1"] == homes["2"] != homes["3"]
    outreach("import", listed(line("2", "Sem", huisnummer="14")))
    assert case("2")[2].id == homes["3"]
    assert case("1")[2].id == homes["1"]
    assert kinds("2")[-1] == ("updated", {"changed": ["address"]})


def test_half_an_address_is_kept_to_be_mended_and_makes_no_household(world, outreach, listed):
    path = listed(line("1", huisnummer=""), line("2", "Sem", huisnummer=""))
    outreach("import", path)
    first, second = case("1")[2], case("2")[2]
    assert first.street == "Dorpsstraat" and not first.usable and first.id != second.id
    assert counts(outreach("import", path)) == (0, 0, 2, 0)
    outreach("import", listed(line("1")))
    assert case("1")[2].usable


def test_a_street_spelled_in_two_ways_by_two_persons_does_not_change_at_each_import(world, outreach, listed):
    path = listed(line("1"), line("2", "Sem", straat="Dorpsstr."))
    outreach("import", path)
    assert counts(outreach("import", path)) == (0, 0, 2, 0)
    outreach("import", listed(line("3", "Ali", huisnummer="9", straat="Dropsstraat")))
    assert counts(outreach("import", listed(line("3", "Ali", huisnummer="9")))) == (0, 1, 0, 0)
    assert case("3")[2].street == "Dorpsstraat"


def test_one_person_under_two_numbers_is_flagged_on_both_once_and_not_merged(world, outreach, listed):
    outreach("import", listed(line("1"), line("9", "Sem", "Bakker")))
    path = listed(
        line("2", "N.", "Jansen"),
        line("3", "Sam", "Smit", telefoon="06-11111111"),
        line("4", "Ferry", "Kok", telefoon="06-11111111"),
    )
    outreach("import", path)
    assert kinds("1")[1:] == [("duplicate_flagged", {"others": ["2"]})]
    assert kinds("2")[1:] == [("duplicate_flagged", {"others": ["1"]})]
    assert kinds("3")[1:] == [("duplicate_flagged", {"others": ["4"]})]
    assert kinds("9")[1:] == []
    events = len(rows(CaseEvent))
    outreach("import", path)
    outreach("import", listed(line("2", "Noor", "Jansen")))
    flags = Counter(kind for kind, _ in kinds("1") + kinds("2"))
    assert flags["duplicate_flagged"] == 2
    assert len(rows(CaseEvent)) == events + 1
    assert len(rows(Person)) == 5


def test_the_same_number_twice_in_a_list_is_rejected_unless_the_rows_are_equal(world, outreach, listed):
    done = outreach("import", listed(line("1"), line("1"), line("1", "Sem")))
    assert counts(done) == (1, 0, 1, 1)
    assert done["rejected"][0]["row"] == 4
    assert "2" in done["rejected"][0]["problem"]
    assert case("1")[1].given_name == "Noor"


def test_rejected_rows_go_to_a_file_that_can_be_mended_and_vanishes_when_all_are_in(world, outreach, listed):
    path = listed(
        line("1"), line("2", "=HYPERLINK(1)", born="31-12-1900"), line("3", "Ali", born="31-12-2099")
    )
    done = outreach("import", path)
    assert counts(done) == (1, 0, 0, 2)
    assert [(one["row"], one["column"], one["value"]) for one in done["rejected"]] == [
        (3, "geboortedatum", "31-12-1900"),
        (4, "geboortedatum", "31-12-2099"),
    ]
    file = path.with_name("lijst.csv.rejected.csv")
    assert done["rejected_file"] == str(file)
    text = file.read_text("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    mended = path.with_name("beter.csv")
    mended.write_text(text.replace("1900", "2006").replace("2099", "2006"))
    assert counts(outreach("import", mended)) == (2, 0, 0, 0)
    assert case("2")[1].given_name == "=HYPERLINK(1)"
    path.write_text("\n".join([HEADER, line("1")]))
    outreach("import", path)
    assert not file.exists()


SURPLUS = ";te veel 1;te veel 2;te veel 3;rij;probleem"


def test_values_that_fit_no_column_are_kept_and_keep_their_row_out_until_it_is_mended(
    world, outreach, listed
):
    path = listed(line("1") + ";over;;=meer", line("2"), line("3", "Sem") + ";kort")
    done = outreach("import", path)
    assert counts(done) == (1, 0, 0, 2)
    file = path.with_name("lijst.csv.rejected.csv")
    written = file.read_text("utf-8-sig").splitlines()
    assert written[0] == HEADER + SURPLUS
    assert written[1].startswith(line("1") + ";over;;'=meer;2;")
    assert written[2].startswith(line("3", "Sem") + ";kort;;;4;")

    again = outreach("import", file)
    assert counts(again) == (0, 0, 0, 2)
    assert (again["rejected"][0]["column"], again["rejected"][0]["value"]) == ("te veel 1", "over")
    same = file.with_name(f"{file.name}.rejected.csv").read_text("utf-8-sig").splitlines()
    assert same[0] == written[0]
    assert same[1].startswith(line("1") + ";over;;'=meer;2;")

    file.write_text("\n".join([written[0], written[1].replace("over;;'=meer", ";;"), written[2]]))
    assert counts(outreach("import", file)) == (1, 0, 0, 1)
    assert case("1")[1].given_name == "Noor"


def test_a_file_of_rejected_rows_says_nothing_about_its_own_columns(world, outreach, listed):
    path = listed(line("1", born="31-12-1900") + ";over")
    outreach("import", path)
    file = path.with_name("lijst.csv.rejected.csv")
    file.write_text(file.read_text("utf-8-sig").replace("1900", "2006").replace(";over;", ";;"))
    done = outreach("import", file)
    assert counts(done) == (1, 0, 0, 0)
    assert done["notes"] == []


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_a_list_of_column_names_alone_is_refused(world, outreach, listed, arguments):
    assert "geen rijen" in outreach("import", listed(), *arguments, exit_code=1)
    assert not rows(ImportRun)


@pytest.mark.parametrize(
    ("bad", "word", "shown"),
    [
        ("x" * 140_000, "140000", "x" * 99 + "…"),
        ('"' + "x\n" * 70_000 + '"', "aanhalingsteken", "x\n" * 49 + "x…"),
        ("Ja\0nsen", "nul-byte", "Ja\ufffdnsen"),
    ],
    ids=["too long", "too long over many lines", "zero byte"],
)
def test_a_cell_that_is_damaged_rejects_its_row_alone(world, outreach, listed, bad, word, shown):
    path = listed(line("1"), line("2", family=bad), line("3", "Sem"))
    done = outreach("import", path)
    assert counts(done) == (2, 0, 0, 1)
    assert (done["rejected"][0]["row"], done["rejected"][0]["column"]) == (3, "achternaam")
    assert word in done["rejected"][0]["problem"]
    assert done["rejected"][0]["value"] == shown
    file = path.with_name("lijst.csv.rejected.csv")
    assert counts(outreach("import", file)) == (0, 0, 0, 1), "nothing of the value is lost"


def test_a_name_of_300_characters_is_rejected_and_its_neighbours_are_not(world, outreach, listed):
    done = outreach("import", listed(line("1", "x" * 300), line("2")))
    assert counts(done) == (1, 0, 0, 1)
    assert "300" in done["rejected"][0]["problem"]


REFUSED = {
    "bsn": ("dossiernummer;BSN;achternaam;geboortedatum\n1;123456782;x;1-1-2006\n", "BSN"),
    "no name": ("dossiernummer;geboortedatum\n1;1-1-2006\n", "achternaam"),
    "garbled": ("\x00\x01\x02\x03" * 100, ""),
    "a million columns": (";" * 1_000_000 + "x\n", "kolommen"),
    "a zip": ("PK\x03\x04not really", ""),
}


@pytest.mark.parametrize(("text", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_is_refused_and_changes_nothing(world, outreach, tmp_path, text, word):
    path = tmp_path / "lijst.xlsx" if text.startswith("PK") else tmp_path / "lijst.csv"
    path.write_text(text, encoding="latin-1")
    refusal = outreach("import", path, exit_code=1)
    assert refusal and word in refusal
    assert not rows(Case) and not rows(ImportRun)


def test_a_file_of_200_mb_is_refused_at_once(world, outreach, tmp_path):
    path = tmp_path / "lijst.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    began = time.process_time()
    assert "25 MB" in outreach("import", path, exit_code=1)
    assert time.process_time() - began < 2


def test_a_list_goes_into_a_campaign_and_again_does_nothing_more(world, outreach, listed):
    campaign = campaigns.create(world.region.id, "najaar", "drie-weken")
    campaigns.start(campaign.id)
    path = listed(line("1"), line("2", "Sem"), "3;;;Kok;31-12-2006;;;;;Schiedam;;;")
    done = outreach("import", path, "--campaign", "najaar")
    assert (done["created"], done["enrolled"]) == (3, 3)
    assert case("1")[0].status == "in_benadering"
    assert outreach("import", path, "--campaign", "najaar")["enrolled"] == 0
    assert len(rows(Enrolment)) == 3


def test_an_unknown_campaign_is_refused_before_anything_is_imported(world, outreach, listed):
    assert "nergens" in outreach("import", listed(line("1")), "--campaign", "nergens", exit_code=1)
    assert not rows(Case)
