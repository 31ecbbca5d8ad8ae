import io
import time
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreach.cases.imports.limits import Limits
from outreach.cases.imports.problems import ImportRefused
from outreach.cases.imports.tables import Table, read_table
from tests.cases.imports.lists import xlsx

HEADER = "dossiernummer;achternaam;geboortedatum"
LIST = f"{HEADER}\r\n1;Yılmaz;31-12-2005\r\n2;Núñez;2006-01-02\r\n"


def values(table: Table) -> list[tuple[str, ...]]:
    return [row.values for row in table.rows()]


@pytest.mark.parametrize(
    "data",
    [
        LIST.encode(),
        LIST.encode("utf-8-sig"),
        LIST.encode("utf-16"),
        LIST.replace(";", "\t").encode("utf-16"),
        LIST.replace(";", ",").encode(),
        ("sep=;\r\n" + LIST).encode(),
        LIST.replace("\r\n", "\n").encode(),
        LIST.replace("\r\n", "\r").encode(),
        ("\r\n\r\n" + LIST).encode(),
    ],
    ids=["utf8", "bom", "utf16", "unicode-text", "comma", "sep", "unix", "old-mac", "blank-lines-first"],
)
def test_a_list_reads_the_same_in_every_form_that_a_spreadsheet_writes(data):
    table = read_table(data)
    assert table.headings == ("dossiernummer", "achternaam", "geboortedatum")
    assert values(table) == [("1", "Yılmaz", "31-12-2005"), ("2", "Núñez", "2006-01-02")]
    assert table.row_count == 2


def test_windows_1252_keeps_its_letters():
    assert values(read_table(f"{HEADER}\n1;Núñez €;x".encode("cp1252"))) == [("1", "Núñez €", "x")]


def test_rows_have_the_numbers_that_the_spreadsheet_shows():
    text = f'{HEADER}\n1;"two\nlines";x\n\n3;b;x\n'
    assert [row.number for row in read_table(text.encode()).rows()] == [2, 4]
    book = xlsx(HEADER.split(";"), ["1", "a", "x"], [], [None, None, None], ["2", "b", "x"])
    assert [row.number for row in read_table(book).rows()] == [2, 5]


def test_a_separator_in_quotes_is_part_of_the_value():
    assert values(read_table(f'{HEADER}\n1;"Jansen; de";x'.encode())) == [("1", "Jansen; de", "x")]


def test_a_cell_that_looks_like_a_formula_in_csv_is_text():
    assert values(read_table(f"{HEADER}\n1;=1+1;@x".encode())) == [("1", "=1+1", "@x")]


def test_a_row_with_too_many_values_has_a_problem_and_its_neighbours_have_none():
    rows = list(read_table(f"{HEADER}\n1;a;x;extra\n2;b;x;;\n3;c".encode()).rows())
    assert [bool(row.problems) for row in rows] == [True, False, False]
    assert rows[0].surplus == ("extra",)
    assert rows[2].values == ("3", "c", "")


def test_the_columns_of_a_file_of_rejected_rows_are_not_of_the_list():
    table = read_table(f"rij;{HEADER};te veel 1;te veel 2;probleem\n7;1;a;x;;extra;y\n8;2;b;x;;;z".encode())
    assert table.headings == ("dossiernummer", "achternaam", "geboortedatum")
    assert values(table) == [("1", "a", "x"), ("2", "b", "x")]
    assert [row.surplus for row in table.rows()] == [("", "extra"), ()]
    assert [bool(row.problems) for row in table.rows()] == [True, False]


def test_a_list_may_have_a_column_of_its_own_that_is_called_like_one_of_ours():
    assert read_table(f"{HEADER};probleem\n1;a;x;y".encode()).headings[3:] == ("probleem",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_zero_byte_in_a_row_is_a_problem_of_that_row_alone(encoding):
    rows = list(read_table(f"{HEADER}\n1;a\0;x\n2;b;x".encode(encoding)).rows())
    assert [[problem.column for problem in row.problems] for row in rows] == [["achternaam"], []]
    assert rows[0].values == ("1", "a\0", "x")


def test_a_cell_that_is_far_too_long_is_a_problem_of_its_row_in_a_workbook_too():
    data = _with_part(
        xlsx(HEADER.split(";"), ["1", "aa", "x"], ["2", "b", "x"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b">aa<", b">" + b"a" * 140_000 + b"<"),
    )
    assert [len(row.problems) for row in read_table(data).rows()] == [1, 0]


def test_a_column_without_a_name_is_called_after_its_letter_and_empty_ones_at_the_end_are_gone():
    assert read_table(f"{HEADER};;opmerking;;\n1;a;x;y".encode()).headings[3:] == ("(D)", "opmerking")


def test_a_workbook_gives_its_first_sheet_with_numbers_and_dates_as_text():
    data = xlsx(
        ["dossiernummer", "achternaam", "geboortedatum", "huisnummer", "telefoon"],
        [1001, "Yılmaz", date(2005, 12, 31), 12.0, 612345678],
        ["1002", " Núñez ", datetime(2006, 1, 2, 0, 0), "12a", None],
        others=["Toelichting"],
    )
    table = read_table(data, name="lijst.xlsx")
    assert (table.kind, table.sheet, table.other_sheets) == ("xlsx", "Lijst", ("Toelichting",))
    assert values(table) == [
        ("1001", "Yılmaz", "2005-12-31", "12", "612345678"),
        ("1002", "Núñez", "2006-01-02", "12a", ""),
    ]
    assert values(table) == values(table), "a table can be read again"


def test_a_formula_without_a_value_and_an_error_are_problems_of_their_row_alone():
    data = xlsx(HEADER.split(";"), ["1", "=A1", "x"], ["2", "#REF!", "x"], ["3", "c", "x"])
    rows = list(read_table(data).rows())
    assert [[problem.column for problem in row.problems] for row in rows] == [
        ["achternaam"],
        ["achternaam"],
        [],
    ]


def test_a_formula_with_a_value_gives_the_value():
    data = _with_part(
        xlsx(HEADER.split(";"), ["1", "=A1", "x"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v></v>", b"<v>7</v>").replace(b"<v />", b"<v>7</v>"),
    )
    assert values(read_table(data)) == [("1", "7", "x")]


def _with_part(data, name, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return out.getvalue()


def _zip(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _entities(xml: bytes) -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml[xml.index(b"<worksheet") :]


GOOD = xlsx(HEADER.split(";"), ["1", "a", "x"])
REFUSED = {
    "empty": (b"", "empty"),
    "only blank lines": (b"\r\n \r\n", "empty"),
    "only separators": (b";;;\n;;;", "empty"),
    "zero bytes": (b"a;b\x00c\n", "text"),
    "binary": (bytes(range(1, 32)) * 20 + b"\n", "text"),
    "old xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, ".xls"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "zip": (_zip(**{"a.csv": b"x"}), "ZIP"),
    "ods": (_zip(mimetype=b"x", **{"content.xml": b"x"}), "OpenDocument"),
    "cut off workbook": (GOOD[: len(GOOD) // 2], "damaged"),
    "broken sheet": (_with_part(GOOD, "xl/worksheets/sheet1.xml", lambda xml: xml[:-40]), "damaged"),
    "entities": (_with_part(GOOD, "xl/worksheets/sheet1.xml", _entities), "damaged"),
    "empty workbook": (xlsx(), "empty"),
    "a million columns": (b";" * 1_000_000 + b"x\n", "columns"),
    "too many columns in a workbook": (xlsx([f"kolom {n}" for n in range(300)]), "columns"),
    "no header": (b"1001;Jansen;31-12-2005\n1002;Smit;1-1-2006\n", "column names"),
    "doubled header": (b"dossiernummer;Achter naam;achternaam\n1;a;b\n", "twice"),
    "open quote": (f'{HEADER}\n1;a;x\n2;"b;x\n3;c;x\n'.encode(), "row 3"),
    "long open quote": (f'{HEADER}\n2;"b;x\n'.encode() + b"3;c;x\n" * 40_000, "row 2"),
    "bsn": (b"dossiernummer;BSN\n1;x\n", "BSN"),
    "only column names": (f"{HEADER}\n;;\n".encode(), "no rows"),
    "endless column name": (f"{HEADER};{'x' * 140_000}\n1;a;x;y\n".encode(), "column names"),
}


@pytest.mark.parametrize(("data", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_whole_is_refused_with_the_reason(data, word):
    with pytest.raises(ImportRefused) as refusal:
        read_table(data)
    assert word in refusal.value.message


def test_a_workbook_that_unpacks_to_far_more_is_refused_unread():
    bomb = _with_part(GOOD, "xl/worksheets/sheet1.xml", lambda _xml: b"<x>" + b" " * 2_000_000)
    assert len(bomb) < 20_000
    with pytest.raises(ImportRefused, match="unpacks"):
        read_table(bomb, limits=Limits(unpacked_bytes=1_000_000))


def test_text_named_as_a_workbook_is_refused():
    with pytest.raises(ImportRefused, match="named"):
        read_table(LIST.encode(), name="lijst.xlsx")


def test_a_file_of_200_mb_is_refused_at_once(tmp_path):
    path = tmp_path / "lijst.csv"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    began = time.process_time()
    with pytest.raises(ImportRefused, match="25 MB") as refusal:
        read_table(path)
    assert time.process_time() - began < 1
    assert refusal.value.status == 413


def test_too_many_rows_are_refused():
    with pytest.raises(ImportRefused, match="5 rows"):
        read_table((HEADER + "\n" + "1;a;x\n" * 6).encode(), limits=Limits(rows=5))


@pytest.mark.parametrize(
    "heading",
    ["BSN", "bsn-nummer", "Burgerservicenummer", "Burger Service Nummer", "Sofinummer", "sofi nr", "PGN"],
)
def test_a_citizen_service_number_is_refused_by_its_name_even_when_empty(heading):
    with pytest.raises(ImportRefused, match="may not be stored"):
        read_table(f"{HEADER};{heading}\n1;a;x;\n".encode())


BSNS = ["111222333", "123456782", "999999990", "100000009"]


def test_a_citizen_service_number_is_found_under_another_name():
    rows = "".join(f"{n};a;x;{bsn}\n" for n, bsn in enumerate(BSNS))
    with pytest.raises(ImportRefused, match="klantcode"):
        read_table(f"{HEADER};klantcode\n{rows}".encode())


@pytest.mark.parametrize("heading", ["telefoon", "klantcode", "dossiernummer2"])
def test_phone_and_dossier_numbers_are_not_taken_for_citizen_service_numbers(heading):
    rows = "".join(f"{n};a;x;{612345600 + 7 * n}\n" for n in range(200))
    assert read_table(f"{HEADER};{heading}\n{rows}".encode()).row_count == 200


@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"\xff\xfe;\x00")
@example(b'"')
@settings(deadline=None)
def test_no_bytes_raise_anything_but_a_refusal(data):
    _read_whole(data)


@given(
    st.text(alphabet=st.sampled_from(list("ab1;,\t\"'=\r\n\x00é\ue000")), max_size=200),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
)
@settings(deadline=None)
def test_no_text_raises_anything_but_a_refusal(text, encoding):
    _read_whole((HEADER + "\n" + text).encode(encoding, "replace"))


@given(
    st.sampled_from(sorted(zipfile.ZipFile(io.BytesIO(GOOD)).namelist())),
    st.integers(0, 4000),
    st.binary(max_size=12),
)
@settings(deadline=None, max_examples=60)
def test_no_damage_to_a_workbook_raises_anything_but_a_refusal(part, place, junk):
    _read_whole(_with_part(GOOD, part, lambda xml: xml[:place] + junk + xml[place + len(junk) :]))


def _read_whole(data: bytes) -> None:
    try:
        table = read_table(data)
    except ImportRefused as refusal:
        assert refusal.message
    else:
        assert sum(1 for _ in table.rows()) == table.row_count
