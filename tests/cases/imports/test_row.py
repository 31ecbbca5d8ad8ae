from datetime import date

import phonenumbers
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.cases.imports.addresses import household_key, read_postcode
from outreach.cases.imports.dates import DateUnclear, read_date
from outreach.cases.imports.emails import read_email
from outreach.cases.imports.headers import Field
from outreach.cases.imports.phones import read_phones
from outreach.cases.imports.row import CaseRow, parse_row
from outreach.cases.imports.same_person import person_keys
from outreach.cases.outcomes import OUTCOME_LISTS, OWN_LISTS
from outreach.cases.target_groups import TargetGroup
from tests.cases.imports.lists import COACH, MVS, TODAY, accepted, judged, noted, rejected


def test_a_full_row_becomes_clean_values():
    row = accepted(
        dossiernummer=" D-17 ", voornaam="Zoë", tussenvoegsel="van der", achternaam="Yılmaz",
        geboortedatum="31/12/2005", straat="Hoogstraat", huisnummer="012", toevoeging="A",
        postcode="3111 ab", woonplaats="Schiedam", gemeente="GM0606",
        telefoon="010-426 12 34 / 06-12345678", email="Zoe@Voorbeeld.NL", taal="Arabisch",
        doelgroep="oud-vsv'er", school="Lentiz", brin="25lx 03", opleiding="Zorg",
        uitschrijfdatum="45931", coach="sanne@Leerrecht.nl",
    )  # fmt: skip
    assert row == CaseRow(
        reference="D-17", given_name="Zoë", infix="van der", family_name="Yılmaz",
        birth_date=date(2005, 12, 31), street="Hoogstraat", house_number="12", house_addition="A",
        postcode="3111AB", town="Schiedam", municipality_code="GM0606", mobile="+31612345678",
        landline="+31104261234", email="Zoe@voorbeeld.nl", language="ar", target_group=TargetGroup.oud_vsv,
        school="Lentiz", brin="25LX03", programme="Zorg", left_on=date(2025, 10, 1), coach_id=COACH,
    )  # fmt: skip
    assert row.notes == ()
    assert row.household_key == "3111AB 12 A"


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    assert set(rejected(dossiernummer="", achternaam="", geboortedatum="x", gemeente="Delft", doelgroep="y")) == {
        "dossiernummer", "achternaam", "geboortedatum", "gemeente", "doelgroep",
    }  # fmt: skip


def test_a_rejection_names_value_and_reason():
    (problem,) = judged(gemeente="Delft")
    assert problem.as_json(7) == {
        "row": 7,
        "column": "gemeente",
        "value": "Delft",
        "problem": "This municipality does not belong to the region. Known are: Maassluis, Vlaardingen, Schiedam.",
    }


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("voornaam", "x" * 300),
        ("achternaam", "x" * 300),
        ("achternaam", "???"),
        ("achternaam", "\u202e\x00"),
        ("dossiernummer", "9" * 65),
        ("geboortedatum", "31-12-05"),
        ("geboortedatum", "31-02-2005"),
        ("geboortedatum", "12/31/2005"),
        ("geboortedatum", "1-1-1900"),
        ("geboortedatum", "1-1-2099"),
        ("geboortedatum", "1-1-2024"),
        ("geboortedatum", "2005"),
        ("uitschrijfdatum", "gisteren"),
        ("uitschrijfdatum", "1-1-2004"),
        ("uitschrijfdatum", "1-1-2099"),
        ("doelgroep", "vsv"),
        ("status", "weg"),
        ("uitkomst", "Vliegen"),
        ("uitkomstlijst", "rmd-onbekend"),
        ("uitkomstdatum", "1-1-2099"),
    ],
)
def test_what_makes_it_another_case_rejects_the_row(column, value):
    assert set(rejected(**{column: value})) == {column}


@pytest.mark.parametrize(
    ("column", "value", "kept", "as_value"),
    [
        ("telefoon", "geen", "mobile", None),
        ("telefoon", "0900-1234", "landline", None),
        ("email", "anna@", "email", None),
        ("postcode", "3111 SS", "postcode", ""),
        ("huisnummer", "t.o. 5", "house_number", ""),
        ("taal", "klingon", "language", "nl"),
        ("brin", "XX25", "brin", ""),
        ("coach", "weg@leerrecht.nl", "coach_id", None),
        ("achternaam", "GonzÃ¡lez", "family_name", "GonzÃ¡lez"),
        ("geboortedatum", "1-1-1990", "birth_date", date(1990, 1, 1)),
    ],
)
def test_a_detail_that_cannot_be_used_is_noted_and_the_young_person_is_kept(column, value, kept, as_value):
    row = accepted(**{column: value})
    assert getattr(row, kept) == as_value
    assert noted(row) == {column}


@pytest.mark.parametrize("gemeente", ["Schiedam", "gemeente SCHIEDAM", "GM0606", "gm0606", "0606"])
def test_a_municipality_is_known_by_name_and_code(gemeente):
    assert accepted(gemeente=gemeente).municipality_code == "GM0606"


def test_without_a_municipality_the_town_counts():
    assert accepted(gemeente="", woonplaats="Vlaardingen").municipality_code == "GM0622"
    assert set(rejected(gemeente="", woonplaats="Delft")) == {"gemeente"}


@pytest.mark.parametrize("group", TargetGroup)
def test_a_target_group_is_known_by_code_and_label(group):
    assert accepted(doelgroep=group.value).target_group is group
    assert accepted(doelgroep=group.label.upper()).target_group is group


@pytest.mark.parametrize(
    ("values", "status", "outcome", "outcome_list", "on", "notes"),
    [
        ({}, "nieuw", None, None, None, set()),
        ({"status": "In benadering"}, "in_benadering", None, None, None, set()),
        (
            {"uitkomst": "werk", "uitkomstdatum": "1-3-2024"},
            "afgesloten", "Werk", "rmd-vsv", date(2024, 3, 1), set(),
        ),
        (
            {"status": "afgesloten", "uitkomst": "Traject Gemeente", "uitkomstlijst": "mvs-uitstroomreden",
             "uitkomstdatum": "2024-03-01"},
            "afgesloten", "Traject gemeente", "mvs-uitstroomreden", date(2024, 3, 1), set(),
        ),
        ({"uitkomst": "Werkt", "doelgroep": "oud_vsv"}, "afgesloten", "Werkt", "mvs-oud-vsv", TODAY, {"uitkomstdatum"}),
        ({"status": "afgesloten"}, "afgesloten", None, None, None, {"status"}),
        (
            {"status": "in_contact", "uitkomst": "Werk", "uitkomstdatum": "1-3-2024"},
            "in_contact", "Werk", "rmd-vsv", date(2024, 3, 1), {"uitkomst"},
        ),
    ],
)  # fmt: skip
def test_a_case_taken_over_brings_status_and_outcome(values, status, outcome, outcome_list, on, notes):
    row = accepted(**values)
    assert (row.status, row.outcome, row.outcome_list, row.outcome_on) == (status, outcome, outcome_list, on)
    assert noted(row) == notes


def test_an_outcome_of_another_list_is_rejected_with_the_labels_of_its_own():
    assert "Jongerenteam" in rejected(uitkomst="Traject gemeente", uitkomstdatum="1-3-2024")["uitkomst"]


def test_every_label_of_every_list_can_be_taken_over():
    for name, outcome_list in OUTCOME_LISTS.items():
        for label in outcome_list.labels:
            row = accepted(uitkomst=label, uitkomstlijst=name, uitkomstdatum="1-3-2024")
            assert (row.outcome, row.outcome_list) == (label, name)


def test_every_target_group_has_a_list_that_ships():
    assert set(OWN_LISTS) == set(TargetGroup)
    assert set(OWN_LISTS.values()) <= set(OUTCOME_LISTS)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31-12-2005", date(2005, 12, 31)),
        ("1-2-2005", date(2005, 2, 1)),
        ("31/12/2005", date(2005, 12, 31)),
        ("31.12.2005", date(2005, 12, 31)),
        ("2005-12-31", date(2005, 12, 31)),
        ("2005-12-31T00:00:00Z", date(2005, 12, 31)),
        ("31-12-2005 00:00", date(2005, 12, 31)),
        ("20051231", date(2005, 12, 31)),
        ("38717", date(2005, 12, 31)),
        ("38717.5", date(2005, 12, 31)),
    ],
)
def test_dates_are_read_in_the_forms_of_lists(text, day):
    assert read_date(text) == day


@given(st.dates(date(1930, 1, 1), date(2100, 1, 1)))
def test_every_day_reads_back_from_each_form(day):
    serial = (day - date(1899, 12, 30)).days
    assert {read_date(f"{day:%d-%m-%Y}"), read_date(day.isoformat()), read_date(str(serial))} == {day}


def test_a_year_of_two_digits_is_never_guessed():
    with pytest.raises(DateUnclear, match="two digits"):
        read_date("31-12-05")


@pytest.mark.parametrize(
    ("cell", "mobile", "landline"),
    [
        ("06-12345678", "+31612345678", None),
        ("06 12 34 56 78", "+31612345678", None),
        ("+31 (0)6 12345678", "+31612345678", None),
        ("0031612345678", "+31612345678", None),
        ("31612345678", "+31612345678", None),
        ("612345678", "+31612345678", None),
        ("06/12345678", "+31612345678", None),
        ("010-4261234", None, "+31104261234"),
        ("010-4261234/06-12345678", "+31612345678", "+31104261234"),
        ("0612345678 of 0687654321", "+31612345678", None),
        ("06-12345678 06-87654321", "+31612345678", None),
        ("06-123 en 06-87654321", "+31687654321", None),
        ("0612345678 (moeder)", "+31612345678", None),
        ("moeder: 0612345678; thuis 0104261234", "+31612345678", "+31104261234"),
        ("+32 470 12 34 56", "+32470123456", None),
        ("0900-1234", None, None),
        ("112", None, None),
    ],
)
def test_phone_numbers_of_a_cell(cell, mobile, landline):
    phones = read_phones(cell)
    assert (phones.mobile, phones.landline) == (mobile, landline)
    assert phones.unusable is not bool(mobile or landline)


@given(st.from_regex(r"\A(\+31|0031|31|0|)6[0-9]{8}\Z"))
def test_the_short_cut_for_dutch_mobile_numbers_agrees_with_the_library(text):
    number = phonenumbers.parse(text, "NL")
    right = phonenumbers.is_valid_number(number) and (
        phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )
    wanted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if right else None
    assert read_phones(text).mobile == wanted


@given(st.emails() | st.from_regex(r"\A[a-zA-Z0-9._+-]{1,70}@[a-z0-9.-]{1,30}\Z"))
@settings(deadline=None)
def test_the_short_cut_for_mail_addresses_agrees_with_the_library(address):
    try:
        wanted = validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        wanted = None
    assert read_email(address) == wanted


@pytest.mark.parametrize("text", ["3111SA", "3111 SD", "3111ss", "0111AB", "311AB", "B-2000"])
def test_what_is_no_dutch_postcode(text):
    assert read_postcode(text) is None


@pytest.mark.parametrize(
    ("straat", "huisnummer", "toevoeging", "wanted"),
    [
        ("Hoogstraat", "12", "", ("Hoogstraat", "12", "")),
        ("Hoogstraat", "12a", "", ("Hoogstraat", "12", "a")),
        ("Hoogstraat", "12 - 2 hoog", "", ("Hoogstraat", "12", "2 hoog")),
        ("Hoogstraat", "12a", "A", ("Hoogstraat", "12", "a")),
        ("Hoogstraat 12-hs", "", "", ("Hoogstraat", "12", "hs")),
        ("Plein 1944", "7", "", ("Plein 1944", "7", "")),
    ],
)
def test_house_numbers_of_a_row(straat, huisnummer, toevoeging, wanted):
    row = accepted(straat=straat, huisnummer=huisnummer, toevoeging=toevoeging)
    assert (row.street, row.house_number, row.house_addition) == wanted


def test_one_door_written_three_ways_is_one_household():
    assert len({household_key("3111AB", "12", addition) for addition in ("hs", "H.S.", "-HS")}) == 1
    assert household_key("3111AB", "12", "1") != household_key("3111AB", "12", "2")
    assert household_key("", "12") is None


def test_names_keep_their_letters_and_lose_what_is_invisible():
    row = accepted(voornaam="Zoe\u0308  \tAnn\u200b", achternaam="\u202eاحمد\u202c\x07")
    assert (row.given_name, row.family_name) == ("Zoë Ann", "احمد")


def test_the_same_person_under_another_number_is_recognised():
    one = accepted(dossiernummer="1", achternaam="van der Berg", voornaam="Anna")
    two = accepted(dossiernummer="2", achternaam="Berg", tussenvoegsel="van der", voornaam="A.")
    other = accepted(dossiernummer="3", achternaam="Berg", voornaam="Bram")
    assert _marks(one) & _marks(two)
    assert one.match_key == two.match_key
    assert not _marks(one) & _marks(other)


def _marks(row: CaseRow) -> frozenset[str]:
    return person_keys(row.family_name, row.birth_date, row.given_name, row.mobile, row.email)


def test_siblings_with_their_mothers_number_are_two_persons():
    number = "+31612345678"
    assert not person_keys("Berg", date(2005, 1, 1), "Anna", number) & person_keys(
        "Berg", date(2007, 1, 1), "Bram", number
    )


@given(
    st.dictionaries(
        st.sampled_from(Field), st.text(max_size=60) | st.text("0123456789-/.+ @aA'=", max_size=20)
    )
)
@settings(deadline=None, max_examples=300)
def test_no_row_of_arbitrary_text_raises(raw):
    judgement = parse_row(raw, MVS)
    assert isinstance(judgement, CaseRow) or judgement


@given(
    st.dictionaries(
        st.sampled_from([f for f in Field if f not in (Field.reference, Field.family_name)]),
        st.text(max_size=30),
    )
)
@settings(deadline=None)
def test_a_rejected_row_names_only_columns_of_the_list_format(raw):
    judgement = parse_row(raw, MVS)
    assert isinstance(judgement, list)
    assert {problem.column for problem in judgement} <= set(Field)
