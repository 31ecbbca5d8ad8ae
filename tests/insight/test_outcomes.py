"""The outcome tables of four annual reports, made again from cases that were brought in by lists."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Enrolment
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cases.outcomes import OUTCOME_LISTS
from outreach.cli import main
from outreach.insight.statistics import wilson
from outreach.ticking import tick
from tests.factories import World

REPORTS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "outcome-tables.json").read_text(encoding="utf-8")
)
"""Four tables of annual reports (MVS 2023-2024, RMD 2022-2024)."""
SHAPE = ("title", "unit", "municipalities", "rows")
HEADER = (
    "dossiernummer;voornaam;achternaam;geboortedatum;gemeente;doelgroep;"
    "status;uitkomst;uitkomstlijst;uitkomstdatum"
)

Outreach = Callable[..., Result]
Row = tuple[str, str, str, str]
"""Municipality, outcome, list and day."""


@pytest.fixture
def outreach(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Outreach:
    """Run a command on the database of the test."""
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


def rows_of(name: str, day: str = "15-01-2024") -> Iterator[Row]:
    """A row for every process that a table counts."""
    report = REPORTS[name]
    for label, line in report["rows"].items():
        for municipality, number in zip(report["municipalities"], line, strict=True):
            yield from [(municipality, label, name, day)] * number


numbers = count(1)


def brought_in(outreach: Outreach, path: Path, rows: Iterable[Row], group: str = "nieuwe_vsv") -> None:
    """These cases, taken over from an older system by a list."""
    lines = [HEADER]
    for number, (municipality, outcome, name, day) in zip(numbers, rows, strict=False):
        lines.append(
            f"T-{number};Noor{number};Achternaam{_letters(number)};1-2-2005;{municipality};{group};afgesloten;{outcome};{name};{day}"
        )
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    done = outreach("import", path, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rejected"] == []


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def table(outreach: Outreach, name: str, *words: object) -> dict[str, Any]:
    answer = outreach("report", "outcomes", "--table", name, "--json", *words)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


@pytest.fixture
def four_tables(outreach: Outreach, tmp_path: Path) -> Outreach:
    """The cases of all four reports, brought into a database in which there was nothing."""
    for name in REPORTS:
        brought_in(outreach, tmp_path / f"{name}.csv", rows_of(name))
    return outreach


def test_the_tables_of_four_annual_reports_come_back_exactly(four_tables: Outreach) -> None:
    for name, report in REPORTS.items():
        found = table(four_tables, name)
        assert {key: found[key] for key in SHAPE} == {key: report[key] for key in SHAPE}
        assert list(found["rows"]) == list(report["rows"])
        totals = [sum(column) for column in zip(*report["rows"].values(), strict=True)]
        assert found["totals"] == report.get("totals", totals) == totals
        assert found["persons"] == totals
        assert found["table"] == name
    assert sum(table(four_tables, "mvs-uitstroomreden")["totals"]) == 181
    # Opleiding, Werk, Traject gemeente and Externe begeleiding.
    assert table(four_tables, "mvs-uitstroomreden")["positive"] == 53 + 43 + 29 + 22


def test_files_hold_the_same_tables(four_tables: Outreach, tmp_path: Path) -> None:
    for name, report in REPORTS.items():
        expected = [[label, *line, sum(line)] for label, line in report["rows"].items()]
        text = four_tables("report", "outcomes", "--table", name, "--format", "csv").stdout
        heading, *lines = csv.reader(io.StringIO(text))
        assert heading == ["result", *report["municipalities"], "total", "share"]
        assert [[line[0], *map(int, line[1:-1])] for line in lines] == expected
        file = tmp_path / f"{name}.xlsx"
        assert four_tables("report", "outcomes", "--table", name, "--out", file).exit_code == 0
        sheet = load_workbook(file).worksheets[0]
        first, *others = sheet.iter_rows(values_only=True)
        assert list(first) == heading
        assert [list(line[:-1]) for line in others] == expected
        assert sum(float(str(line[-1])) for line in others) == pytest.approx(1, abs=0.001)
        document = tmp_path / f"{name}.json"
        assert four_tables("report", "outcomes", "--table", name, "--out", document).exit_code == 0
        assert json.loads(document.read_text(encoding="utf-8"))["rows"] == report["rows"]


def test_a_period_counts_by_the_day_of_the_outcome_and_both_its_days_count(
    outreach: Outreach, tmp_path: Path
) -> None:
    days = ["31-07-2024", "01-08-2024", "31-07-2025", "01-08-2025"]
    brought_in(
        outreach, tmp_path / "a.csv", [("Schiedam", "Werk", "mvs-uitstroomreden", day) for day in days]
    )
    found = table(outreach, "mvs-uitstroomreden", "--from", "2024-08-01", "--to", "2025-07-31")
    assert found["period"] == {"from": "2024-08-01", "to": "2025-07-31"}
    # An ordinary line stands there with zeros, and a municipality that is not in the region does not.
    assert found["municipalities"] == ["Schiedam"]
    assert (found["rows"]["Werk"], found["rows"]["Overig"]) == ([2], [0])
    assert (found["totals"], found["total"]) == ([2], 2)
    assert table(outreach, "mvs-uitstroomreden")["totals"] == [4]


def test_a_table_says_what_it_counts_of_which_days_as_seen_when_and_from_where(
    outreach: Outreach, tmp_path: Path
) -> None:
    brought_in(outreach, tmp_path / "a.csv", rows_of("mvs-uitstroomreden"))
    found = table(outreach, "mvs-uitstroomreden", "--to", "2024-07-31", "--now", "2026-03-10T09:00")
    assert found["unit"] == "trajecten"
    assert found["period"] == {"from": None, "to": "2024-07-31"}
    assert found["peildatum"] == "2026-03-10"
    assert found["source"]


def test_processes_are_not_persons(outreach: Outreach, tmp_path: Path) -> None:
    """Mo has two cases in Roermond and one in Maasgouw, Sem one, and a twin of Sem's with another initial one."""
    rows = [
        *(("Mo", "Jansen", "2-3-2005", town) for town in ("Roermond", "Roermond", "Maasgouw")),
        ("Sem", "Bakker", "4-5-2006", "Roermond"),
        ("Noor", "Bakker", "4-5-2006", "Roermond"),
    ]
    lines = [
        f"P-{number};{given};{family};{born};{town};nieuwe_vsv;afgesloten;Werk;rmd-vsv;15-01-2024"
        for number, (given, family, born, town) in enumerate(rows)
    ]
    path = tmp_path / "persons.csv"
    path.write_text("\r\n".join([HEADER, *lines]), encoding="utf-8")
    assert outreach("import", path).exit_code == 0
    found = table(outreach, "rmd-vsv")
    assert found["municipalities"] == ["Roermond", "Maasgouw"]
    assert (found["totals"], found["total"]) == ([4, 1], 5)
    # He counts once in each municipality, and once altogether.
    assert (found["persons"], found["everybody"]) == ([3, 1], 3)


def test_labels_that_are_not_counted_stand_there_when_there_is_something_to_count(
    outreach: Outreach, tmp_path: Path
) -> None:
    brought_in(outreach, tmp_path / "a.csv", [("Roermond", "Dagbesteding", "rmd-vsv", "15-01-2024")])
    rows = table(outreach, "rmd-vsv")["rows"]
    assert list(rows)[-1] == "Dagbesteding"
    assert "Openstaande melding" not in rows
    assert rows["Werk"] == [0]


def closed(
    world: World, outcome: str, name: str, on: str, municipality: str = "GM0622", **columns: Any
) -> Case:
    """A case that ended with this outcome."""
    case = world.case(municipality=municipality, **columns)
    data = {"status": "afgesloten", "outcome": outcome, "outcome_list": name, "outcome_on": on}
    timeline.record(case.id, EventKind.status_chosen, data=data)
    return case


def test_approached_left_and_left_for_something_good(world: World, outreach: Outreach) -> None:
    """Of two whom the plan approaches in March one is closed; of those of last year some, of whatever list."""
    with clock.at(clock.parse("2026-03-02T09:30")):
        cases = world.cases(2)
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in cases])
        campaigns.start(campaign.id)
        tick(clock.parse("2026-03-02T10:00"))
        tick(clock.parse("2026-03-03T11:00"))
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    closed(world, "Reageert niet (meer)", "rmd-vsv", "2026-03-04", "GM0606")
    closed(world, "Externe begeleiding", "mvs-uitstroomreden", "2026-03-04", "GM0606")
    closed(world, "Werk", "rmd-vsv", "2025-03-04")
    found = table(outreach, "zhz-benaderd-uitgestroomd", "--from", "2026-03-01", "--to", "2026-03-31")
    assert found["municipalities"] == ["Maassluis", "Vlaardingen", "Schiedam"]
    assert found["rows"] == {
        "Benaderd": [0, 2, 0],
        "Uitgestroomd (inclusief overloop vorig schooljaar)": [0, 1, 2],
        "Positief uitstroomresultaat": [0, 1, 1],
    }
    assert "totals" not in found


def test_of_older_leavers_it_is_said_how_many_were_not_reached(world: World, outreach: Outreach) -> None:
    with clock.at(clock.parse("2026-03-02T09:30")):
        group: dict[str, Any] = {"target_group": "oud_vsv"}
        closed(world, "Werkt", "mvs-oud-vsv", "2026-03-01", **group)
        closed(world, "Wil geen begeleiding of contact", "mvs-oud-vsv", "2026-03-01", **group)
        silent, spoken, other = world.case(**group), world.case(**group), world.case()
        for case in (silent, spoken, other):
            timeline.record(case.id, EventKind.imported, data={"status": "onbereikbaar"})
        timeline.record(spoken.id, EventKind.responded, actor=timeline.PERSON)
    found = table(outreach, "mvs-oud-vsv", "--from", "2026-03-01", "--to", "2026-03-31")
    assert found["rows"]["Werkt"] == [0, 1, 0]
    assert found["not_reached"] == [0, 1, 0]
    assert table(outreach, "mvs-oud-vsv", "--to", "2026-02-28")["not_reached"] == [0, 0, 0]
    assert "not_reached" not in table(outreach, "rmd-vsv")


def test_targets_are_of_the_leavers_of_a_school_year_a_year_later(world: World, outreach: Outreach) -> None:
    left: dict[str, Any] = {"left_on": date(2024, 10, 1)}
    closed(world, "Nieuwe DUO inschrijving", "rmd-vsv", "2026-07-31", **left)
    closed(world, "Opleiding", "mvs-uitstroomreden", "2026-08-01", "GM0606", **left)
    closed(world, "Werk", "rmd-vsv", "2025-02-01", **left)
    closed(world, "Jongerenteam", "rmd-vsv", "2025-02-01", **left)
    world.case(left_on=date(2025, 7, 31))
    # Another target group, and another school year.
    closed(world, "Opleiding", "rmd-jib", "2025-02-01", target_group="jib", **left)
    closed(world, "Werk", "rmd-vsv", "2025-02-01", left_on=date(2024, 7, 31))
    found = table(outreach, "zkij-doelen", "--now", "2026-11-24")
    assert found["period"] == {"from": "2024-08-01", "to": "2025-07-31"}
    assert found["municipalities"] == ["Maassluis", "Vlaardingen", "Schiedam"]
    leavers, school, work = found["rows"].values()
    assert (leavers, school, work) == ([0, 4, 1], [0, 1, 0], [0, 1, 0])
    to_school, to_work = found["targets"]
    low, high = wilson(1, 5)
    assert to_school == {
        "goal": to_school["goal"],
        "a_year_later": 1,
        "a_year_later_of": 5,
        "a_year_later_rate": 0.2,
        "a_year_later_low": round(low, 4),
        "a_year_later_high": round(high, 4),
        "target": 0.3,
        "still_needed": 1,
        "as_it_stands": 2,
        "as_it_stands_of": 5,
        "as_it_stands_rate": 0.4,
        "as_it_stands_low": round(wilson(2, 5)[0], 4),
        "as_it_stands_high": round(wilson(2, 5)[1], 4),
    }
    assert (to_work["a_year_later"], to_work["as_it_stands"]) == (1, 1)
    earlier = table(outreach, "zkij-doelen", "--from", "2023-09-01")
    assert sum(earlier["rows"][next(iter(earlier["rows"]))]) == 1


def test_a_region_says_what_counts_in_a_list_of_another(world: World, outreach: Outreach) -> None:
    closed(world, "Werk", "mvs-uitstroomreden", "2026-03-04")
    closed(world, "Onderneming/ZZP", "rmd-jib", "2026-03-04")
    closed(world, "Geen ondersteuning nodig", "rmd-jib", "2026-03-04")
    closed(world, "Werk", "rmd-vsv", "2026-03-04")
    assert table(outreach, "mvs-uitstroomreden")["total"] == 1
    with db.write() as session:
        region = session.merge(world.region)
        said = {"rmd-jib": {"mvs-uitstroomreden": {"Onderneming/ZZP": "Werk"}}}
        region.settings_data = {**region.settings_data, "outcome_map": said}
        session.add(region)
    found = table(outreach, "mvs-uitstroomreden")
    assert (found["rows"]["Werk"], found["total"], found["everybody"]) == ([0, 2, 0], 2, 2)


def test_only_what_was_asked_for_is_counted(world: World, outreach: Outreach) -> None:
    closed(world, "Werk", "rmd-vsv", "2026-03-04", "GM0606")
    within = closed(world, "Werk", "rmd-vsv", "2026-03-04")
    campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
    with db.write() as session:
        session.add(Enrolment(campaign_id=campaign.id, case_id=within.id))
    found = table(outreach, "rmd-vsv", "--municipality", "schiedam")
    assert (found["municipalities"], found["totals"]) == (["Schiedam"], [1])
    assert table(outreach, "rmd-vsv", "--campaign", "maart")["totals"] == [0, 1, 0]


def test_a_table_that_there_is_not_is_refused_with_those_that_there_are(
    world: World, outreach: Outreach
) -> None:
    answer = outreach("report", "outcomes", "--table", "onbekend")
    assert answer.exit_code == 1
    assert answer.stdout == ""
    for name in (*OUTCOME_LISTS, "zhz-benaderd-uitgestroomd", "zkij-doelen"):
        assert name in answer.stderr
    assert outreach("report", "outcomes").exit_code == 2
