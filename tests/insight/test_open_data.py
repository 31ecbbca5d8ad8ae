"""Open data: figures for everybody, in which nobody can be found, by command and by page."""

import csv
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select, update

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, Person
from outreach.cases.rules import CaseStatus
from outreach.cli import main
from outreach.insight import open_files
from outreach.insight.open_tables import ALL, FUNNEL, open_tables
from outreach.insight.table import Column, Frame
from outreach.insight.wanted import Wanted
from tests.counting import counted
from tests.factories import MUNICIPALITIES, World

HERE = Wanted(municipalities=frozenset(MUNICIPALITIES))
Counts = dict[tuple[str, str], int | None]


@pytest.fixture
def installation(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    return world


def export(*words: str) -> Result:
    return CliRunner().invoke(main, ["export", "open-data", *words])


def counts(name: str, wanted: Wanted = HERE) -> Counts:
    """The numbers of a table by municipality and category."""
    [table] = [one for one in open_tables(wanted) if one.name == name]
    return {(str(row[0]), str(row[2])): row[3] for row in table.rows}  # type: ignore[misc]


def begun(world: World, number: int, municipality: str) -> list[Case]:
    found = world.cases(number, municipality=municipality)
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, f"c-{db.new_id().hex[-12:]}", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id for case in found])
        campaigns.start(campaign.id)
    return found


def responds(*found: Case) -> None:
    with clock.at(clock.parse("2026-03-03T12:00")):
        for case in found:
            timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)


def closes(world: World, outcomes: dict[str, dict[str, int]], on: str = "2026-03-04") -> None:
    """Cases that were closed with the outcomes of the MVS list, so many of each in each municipality."""
    with clock.at(clock.parse(f"{on}T12:00")):
        for municipality, numbers in outcomes.items():
            for outcome, number in numbers.items():
                for case in world.cases(number, municipality=municipality, target_group="jikp"):
                    cases.choose_status(case.id, CaseStatus.in_begeleiding, by=world.coach.id)
                    cases.choose_status(
                        case.id,
                        CaseStatus.afgesloten,
                        by=world.coach.id,
                        outcome=outcome,
                        outcome_on=date.fromisoformat(on),
                    )


def test_how_far_young_people_came_adds_up_and_small_numbers_are_hidden(world: World) -> None:
    responds(*begun(world, 9, "GM0622")[:2])
    responds(*begun(world, 13, "GM0556")[:6])
    found = counts(FUNNEL)
    assert found["GM0556", ALL] == 13
    assert found["GM0622", ALL] == 9
    assert found[ALL, ALL] == 22
    # Two of nine: hidden, and so is what is left of the nine, and the same two lines of the other town.
    hidden = {place for place, count in found.items() if count is None}
    assert ("GM0622", "In contact") in hidden
    assert len([place for place in hidden if place[0] == "GM0622"]) > 1
    assert len([place for place in hidden if place[1] == "In contact"]) > 1
    assert found["GM0606", ALL] == 0


def test_outcomes_are_those_of_the_report_but_for_what_is_hidden(world: World) -> None:
    closes(world, {"GM0556": {"Opleiding": 6, "Werk": 7}, "GM0622": {"Opleiding": 8, "Werk": 9}})
    found = counts("mvs-uitstroomreden")
    assert found["GM0556", "Opleiding"] == 6
    assert found[ALL, "Werk"] == 16
    assert found["GM0606", "Werk"] == 0
    assert found[ALL, ALL] == 30
    assert None not in found.values()
    closes(world, {"GM0606": {"Overig": 1}})
    found = counts("mvs-uitstroomreden")
    assert found["GM0606", "Overig"] is None
    assert found["GM0606", ALL] is None


def test_many_cases_of_few_young_people_are_hidden_too(world: World) -> None:
    closes(world, {"GM0622": {"Werk": 7, "Opleiding": 9}, "GM0556": {"Werk": 8, "Opleiding": 6}})
    assert None not in counts("mvs-uitstroomreden").values()
    file, person = db.table(Case), db.table(Person)
    with db.write() as session:
        at_work = select(file.c.person_id).where(
            file.c.municipality_code == "GM0622", file.c.outcome == "Werk"
        )
        same = update(person).where(person.c.id.in_(at_work)).values(match_key="jansen|n|2005-03-01")
        session.execute(same)
    found = counts("mvs-uitstroomreden")
    assert found["GM0622", "Werk"] is None
    assert found["GM0622", ALL] == 16
    assert len([place for place, count in found.items() if count is None and place[0] == "GM0622"]) > 1
    assert len([place for place, count in found.items() if count is None and place[1] == "Werk"]) > 1


def test_a_case_is_counted_in_one_table_only(world: World) -> None:
    """Also where a region counts one list in the report of another: two tables would give each other's secrets away."""
    closes(world, {"GM0622": {"Werk": 7}})
    together = [
        (table.name, row[3]) for table in open_tables(HERE) for row in table.rows if row[0] == row[2] == ALL
    ]
    assert [(name, number) for name, number in together if number] == [("mvs-uitstroomreden", 7)]


def test_days_narrow_it_down_and_no_other_filter_does(world: World) -> None:
    closes(world, {"GM0622": {"Werk": 7}}, on="2026-03-04")
    closes(world, {"GM0622": {"Werk": 8}}, on="2026-04-04")
    march = Wanted(HERE.municipalities, since=date(2026, 3, 1), until=date(2026, 3, 31))
    assert counts("mvs-uitstroomreden", march)[ALL, ALL] == 7
    narrow = Wanted(HERE.municipalities, municipality="GM0556", campaign="x", target_group="jib")
    assert counts("mvs-uitstroomreden", narrow)[ALL, ALL] == 15


def test_more_young_people_cost_no_more_questions(world: World) -> None:
    begun(world, 3, "GM0622")
    with counted(world.app) as few:
        open_tables(HERE)
    begun(world, 30, "GM0556")
    with counted(world.app) as many:
        open_tables(HERE)
    assert len(many) == len(few)


def test_the_document_explains_itself(installation: World, tmp_path: Path) -> None:
    closes(installation, {"GM0622": {"Werk": 7, "Opleiding": 2}})
    out = tmp_path / "open.json"
    done = export(
        "--out", str(out), "--from", "2026-01-01", "--to", "2026-12-31", "--now", "2026-12-31T12:00", "--json"
    )
    assert done.exit_code == 0, done.output
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["licence"] == "CC0-1.0"
    assert document["publisher"] == "Waterweg Noord"
    assert document["issued"] == "2026-12-31"
    assert document["hidden"] == {
        "json": None,
        "csv": ".",
        "meaning": "Getallen van 1 tot en met 4 zijn verborgen. Soms is ook een ander getal verborgen, zodat niemand "
        "het uit de totalen kan uitrekenen. Een 0 is een 0. In deze tabellen staan geen persoonsgegevens.",
    }
    columns = {entry["column"]: entry for entry in document["dictionary"]}
    assert all(entry["label"] and entry["meaning"] and entry["type"] for entry in columns.values())
    [table] = [one for one in document["tables"] if one["table"] == "mvs-uitstroomreden"]
    assert table["unit"] == "trajecten"
    assert table["period"] == {"from": "2026-01-01", "to": "2026-12-31"}
    assert table["peildatum"] == "2026-12-31"
    assert set(table["rows"][0]) <= set(columns)
    by_place = {(row["municipality"], row["category"]): row["count"] for row in table["rows"]}
    assert by_place["Vlaardingen", "Opleiding"] is None
    assert by_place["Vlaardingen", "Onbereikbaar"] == 0
    said = json.loads(done.stdout)
    assert said["out"] == str(out)
    assert said["hidden"] == sum(row["count"] is None for one in document["tables"] for row in one["rows"])
    assert said["tables"][0] == FUNNEL


def test_the_csv_has_its_description_beside_it(installation: World, tmp_path: Path) -> None:
    closes(installation, {"GM0622": {"Werk": 7, "Opleiding": 2}})
    folder = tmp_path / "uit"
    folder.mkdir()
    out = folder / "open.csv"
    assert export("--out", str(out), "--licence", "CC-BY-4.0").exit_code == 0
    described = json.loads((folder / "open.csv-metadata.json").read_text(encoding="utf-8"))
    assert {path.name for path in folder.iterdir()} == {"open.csv", "open.csv-metadata.json"}
    assert described["url"] == "open.csv"
    assert described["dc:license"] == "CC-BY-4.0"
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert list(rows[0]) == [column["name"] for column in described["tableSchema"]["columns"]]
    [number] = [column for column in described["tableSchema"]["columns"] if column["datatype"] == "integer"]
    assert number["null"] == "."
    mine = [row for row in rows if row["table"] == "mvs-uitstroomreden"]
    hidden = {(row["municipality_code"], row["category"]): row["count"] for row in mine}
    assert hidden["GM0622", "Opleiding"] == "."
    assert hidden["GM0622", "Niet willen"] == "0"
    assert all(row["count"] == "." or row["count"].isdecimal() for row in rows)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "2026-03-09", "--to", "2026-03-02"), 1),
        (("--region", "onbekend"), 1),
        (("--out", "/onbekend/map/uit.csv"), 1),
        (("--from", "gisteren"), 2),
        (("--format", "xlsx"), 2),
    ],
)
def test_the_command_says_what_is_wrong(
    installation: World, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    done = export("--out", str(tmp_path / "open.json"), *words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.strip()
    assert not (tmp_path / "open.json").exists()


def test_no_personal_data_and_nothing_of_another_region(installation: World, tmp_path: Path) -> None:
    installation.outsider()
    begun(installation, 6, "GM0622")
    out = tmp_path / "open.json"
    assert export("--out", str(out), "--region", "waterweg").exit_code == 0
    text = out.read_text(encoding="utf-8")
    for secret in ("Noor0", "Jansen", "D-0000", "Samira", "+316", "Zwolle", "GM0193", "example.org"):
        assert secret not in text
    assert export("--out", str(out), "--region", "elders").exit_code == 0
    assert "Zwolle" in out.read_text(encoding="utf-8")


def test_no_cell_is_taken_for_a_formula() -> None:
    column = Column("category", "=Label", "text", "@uitleg")
    frame = Frame(None, None, date(2026, 1, 1), "-bron")
    table = frame.table("eigen", "=Titel", "+dossiers", [column], [["@som"], ["-1+1"], ["\tx"]])
    lines = list(csv.reader(io.StringIO("".join(open_files.csv_text([table])))))
    assert not [cell for line in lines for cell in line if cell.startswith(tuple("=+-@\t"))]
    assert [line[-1] for line in lines[1:]] == ["'@som", "'-1+1", "'\tx"]


@pytest.fixture
def coordinator(world: World) -> FlaskClient:
    return world.sign_in(world.coordinator)


def test_the_page_links_to_the_same_over_its_days(world: World, coordinator: FlaskClient) -> None:
    begun(world, 6, "GM0622")
    address = "/reports?from=2026-01-01&to=2026-12-31&municipality=GM0556&campaign="
    page = BeautifulSoup(coordinator.get("/reports?from=2026-01-01&to=2026-12-31").text, "html.parser")
    hrefs = [str(tag["href"]) for tag in page.select("#open-data a, a[href*='open-data']")]
    assert "/reports/open-data.zip?from=2026-01-01&to=2026-12-31" in hrefs
    assert coordinator.get(address).status_code == 200
    found = coordinator.get("/reports/open-data.json?from=2026-01-01&to=2026-12-31&lang=en").json
    assert found is not None
    assert found["title"] == "Bereik en uitkomsten van jongeren zonder startkwalificatie"
    funnel = found["tables"][0]
    assert funnel["period"] == {"from": "2026-01-01", "to": "2026-12-31"}
    assert {row["municipality"] for row in funnel["rows"]} == {*MUNICIPALITIES.values(), ALL}


def test_the_zip_holds_the_csv_and_its_description(world: World, coordinator: FlaskClient) -> None:
    begun(world, 6, "GM0622")
    answer = coordinator.get("/reports/open-data.zip?from=2026-01-01")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as both:
        assert both.namelist() == ["open-data.csv", "open-data.csv-metadata.json"]
        assert json.loads(both.read("open-data.csv-metadata.json"))["url"] == "open-data.csv"
        assert both.read("open-data.csv").decode().splitlines()[0].startswith("table,title,unit,period_from")


def test_the_page_is_for_coordinators_within_their_municipalities(world: World) -> None:
    begun(world, 6, "GM0622")
    assert world.sign_in(world.coach).get("/reports/open-data.json").status_code == 403
    elsewhere = world.sign_in(world.outsider())
    found = elsewhere.get("/reports/open-data.json?from=2026-01-01").json
    assert found is not None
    assert {row["municipality"] for table in found["tables"] for row in table["rows"]} == {"Zwolle", ALL}
    assert {row["count"] for table in found["tables"] for row in table["rows"]} == {0}
    wrong = elsewhere.get("/reports/open-data.json?from=2026-03-09&to=2026-03-02")
    assert wrong.status_code == 422
