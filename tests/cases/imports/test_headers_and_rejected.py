import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.cases.imports.headers import SYNONYMS, Field, guess, known, map_columns
from outreach.cases.imports.problems import ImportRefused, Problem
from outreach.cases.imports.rejected import rejected_csv
from outreach.cases.imports.tables import Row, read_table
from outreach.spreadsheets import harmless, unharmed

NEEDED = ["dossiernummer", "achternaam", "geboortedatum"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("DOSSIERNUMMER", Field.reference),
        ("Dossier-nr.", Field.reference),
        ("Achternaam ", Field.family_name),
        ("Geb.datum", Field.birth_date),
        ("geboorte_datum", Field.birth_date),
        ("Mobiel", Field.phone),
        ("Telefoon privé", Field.phone),
        ("Huisnr", Field.house_number),
        ("Woonplaats", Field.town),
        ("Date of birth", Field.birth_date),
        ("E-mail", Field.email),
        ("Leerlingnummer", None),
        ("Opmerking", None),
        ("", None),
    ],
)
def test_headings_are_known_by_their_usual_names(heading, field):
    assert known(heading) is field


def test_no_name_means_two_fields():
    names = [name for synonyms in SYNONYMS.values() for name in synonyms.split(", ")]
    assert len(names) == len(set(names))


def test_a_guess_gives_a_field_to_its_own_name_before_a_synonym():
    assert guess(["Naam", "achternaam", "kleur"]) == {
        "Naam": None,
        "achternaam": Field.family_name,
        "kleur": None,
    }


def test_two_phone_columns_are_read_as_one():
    columns = map_columns([*NEEDED, "Telefoon", "Mobiel"])
    raw = columns.raw(["1", "a", "x", "010-4261234", "0612345678"])
    assert raw[Field.phone] == "010-4261234 / 0612345678"
    assert columns.raw(["1", "a", "x", "", "0612345678"])[Field.phone] == "0612345678"


def test_a_choice_goes_before_the_guess_and_none_leaves_a_column_out():
    headings = ["Leerlingnummer", "achternaam", "geboortedatum", "dossiernummer", "school"]
    columns = map_columns(headings, {"Leerlingnummer": Field.reference, "school": None})
    assert columns.raw(["7", "a", "x", "8", "y"])[Field.reference] == "7"
    assert columns.ignored == ("dossiernummer", "school")
    assert columns.heading_of("dossiernummer") == "Leerlingnummer"


@pytest.mark.parametrize(
    ("headings", "chosen", "word"),
    [
        (["voornaam"], {}, "dossiernummer, achternaam, geboortedatum"),
        ([*NEEDED, "x"], {"x": Field.family_name, "achternaam": Field.family_name}, "achternaam"),
        (NEEDED, {"y": None}, "y"),
        ([*NEEDED, "bsn"], {"bsn": None}, "BSN"),
    ],
)
def test_columns_that_do_not_make_a_list_are_refused(headings, chosen, word):
    with pytest.raises(ImportRefused) as refusal:
        map_columns(headings, chosen)
    assert word in refusal.value.message


def test_rejected_rows_are_mended_and_imported_again():
    headings = ["dossiernummer", "achternaam", "telefoon"]
    values = ["1", '=cmd|" /C calc"!A0', "+31612345678"]
    data = rejected_csv(headings, [(Row(7, tuple(values)), [Problem("achternaam", "x", "Wrong.")])])
    assert data.startswith(b"\xef\xbb\xbfdossiernummer;achternaam;telefoon;rij;probleem\r\n")
    assert b";'+31612345678;7;achternaam: Wrong." in data
    table = read_table(data)
    assert [row.values[:3] for row in table.rows()] == [tuple(values)]
    again = rejected_csv(table.headings, [(row, []) for row in table.rows()])
    assert read_table(again).headings == table.headings == tuple(headings)


@pytest.mark.parametrize("own", ["rij", "probleem"])
def test_a_column_of_the_list_that_is_called_like_one_of_ours_stays_the_list_s(own):
    headings, row = ("dossiernummer", own), Row(7, ("1", "theirs"), (), ("extra",))
    for _ in range(2):
        table = read_table(rejected_csv(headings, [(row, [Problem(own, "theirs", "Wrong.")])]))
        assert table.headings == headings
        (row,) = table.rows()
        assert (row.values, row.surplus) == (("1", "theirs"), ("extra",))


@given(st.text("=+-@'\tabc'", max_size=8).map(str.strip))
def test_a_value_is_harmless_outside_and_itself_again_inside(value):
    assert not harmless(value).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unharmed(harmless(value)) == value


def test_a_name_that_begins_with_an_apostrophe_stays():
    assert unharmed("'t Hooft") == harmless("'t Hooft") == "'t Hooft"
