"""Contacts in the words of Klantinteracties: what they say and what they keep to themselves, in whole files."""

import csv
import io
import json
import tempfile
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import event, insert, update

from outreach import clock, db
from outreach.attempts import logging_service as logging
from outreach.attempts import rules
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.cases import taking_back_service, timeline
from outreach.cases.events import RESPONSE_KINDS, EventKind
from outreach.cases.imports.languages import three_letters
from outreach.cases.models import Case, CaseEvent, CoachNotice, Person
from outreach.cli import main
from outreach.insight import contact_files, contact_queries
from outreach.insight.contacts import COLUMNS, KINDS, NAME_COLUMNS, klantcontact
from outreach.insight.wanted import Wanted
from outreach.messages import service as messages
from outreach.spreadsheets import SHEET_ROWS
from outreach.ticking import tick
from tests.conftest import ON_POSTGRESQL
from tests.counting import counted
from tests.crowd import crowd
from tests.factories import MUNICIPALITIES, World

SECRET = "Heeft schulden en slaapt slecht"
NUMBER = "+31687654321"
NINE = clock.parse("2026-03-02T09:30")


@pytest.fixture
def installation(world: World, database_url: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    return world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder; SQLite's own files lie beside it."""
    made = tmp_path / "uit"
    made.mkdir()
    return made


def export(*words: str) -> Result:
    return CliRunner().invoke(main, ["export", "klantcontacten", *words])


def records(folder: Path, *words: str) -> list[dict[str, Any]]:
    out = folder / "contacten.json"
    done = export("--out", str(out), *words)
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["klantcontacten"]
    return found


def one_of_each(world: World) -> Case:
    """A young person with whom there is contact in every way, each with something that is nobody else's."""
    case = world.case(family_name="Geheimhouder", target_group="jikp")
    with db.write() as session:
        session.execute(
            update(db.table(Person)).where(db.table(Person).c.id == case.person_id).values(language="ar")
        )
    with clock.at(NINE):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
    tick(NINE + timedelta(hours=1))
    at = NINE + timedelta(days=1)
    with clock.at(at):
        logging.log_call(case.id, rules.Result.voicemail, by=world.coach.id, note=SECRET)
        logging.log_visit(case.id, rules.Result.nobody_home, by=world.coach.id, note=SECRET, card_left=True)
        logging.log_visit(case.id, rules.Result.unsafe, by=world.coach.id, note=SECRET)
    answers = {
        "help": True,
        "help_with": ["money", "health"],
        "call_back": True,
        "reach_at": NUMBER,
        "message": SECRET,
    }
    with clock.at(at + timedelta(hours=1)):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, channel="form", data=answers)
        messages.receive(case.id, "sms", "+31612345678", SECRET, "SM1", clock.now())
        timeline.record(
            case.id,
            EventKind.wrong_person_reported,
            actor=timeline.PERSON,
            channel="form",
            data={"moved": True},
        )
        timeline.record(
            case.id, EventKind.letter_printed, channel="letter", data={"batch": 1, "step": "w2-brief"}
        )
        timeline.record(case.id, EventKind.note_added, data={"text": SECRET})
        logging.log_call(case.id, rules.Result.spoke, by=world.coach.id, note=SECRET)
    return case


def test_each_contact_is_one_record_in_the_words_of_the_standard(installation: World, folder: Path) -> None:
    one_of_each(installation)
    found = records(folder)
    said = [(one["kanaal"], one["indicatieContactGelukt"], one["inhoud"]) for one in found]
    assert said == [
        ("whatsapp", True, "Bericht gestuurd (w1-whatsapp-1)"),
        ("telefoon", False, "Gebeld: Voicemail"),
        ("huisbezoek", False, "Huisbezoek: Niet thuis"),
        ("kaart", None, "Kaart in de brievenbus"),
        ("huisbezoek", False, "Huisbezoek"),
        ("webformulier", True, "Formulier ingevuld\nWil teruggebeld worden. Wil hulp."),
        ("sms", True, "Stuurde een bericht"),
        ("webformulier", False, "Verkeerde persoon of verkeerd adres\nIs verhuisd."),
        ("brief", None, "Brief geprint"),
        ("telefoon", True, "Gebeld: Gesproken"),
    ]
    assert {one["taal"] for one in found} == {"ara"}
    assert {one["vertrouwelijk"] for one in found} == {True}


def test_a_record_holds_what_the_standard_nests(installation: World, folder: Path) -> None:
    case = one_of_each(installation)
    answer = records(folder)[5]
    at = clock.local(NINE + timedelta(days=1, hours=1)).isoformat(timespec="seconds")
    assert answer.pop("uuid")
    assert answer == {
        "kanaal": "webformulier",
        "onderwerp": "Doorstroompunt: Formulier ingevuld",
        "inhoud": "Formulier ingevuld\nWil teruggebeld worden. Wil hulp.",
        "indicatieContactGelukt": True,
        "taal": "ara",
        "vertrouwelijk": True,
        "plaatsgevondenOp": at,
        "betrokkene": {
            "rol": "klant",
            "initiator": True,
            "partijIdentificator": {
                "codeRegister": "overig",
                "codeObjecttype": "natuurlijk_persoon",
                "codeSoortObjectId": "overig",
                "objectId": case.reference,
            },
        },
        "actor": {"soortActor": "geautomatiseerde_actor", "naam": "Outreach"},
        "interneTaak": {
            "gevraagdeHandeling": "Terugbellen",
            "status": "te_verwerken",
            "toegewezenAanActor": {
                "soortActor": "medewerker",
                "actoridentificator": {
                    "codeRegister": "overig",
                    "codeObjecttype": "mdw",
                    "codeSoortObjectId": "idf",
                    "objectId": str(installation.coach.id),
                },
            },
            "toegewezenOp": at,
            "afgehandeldOp": None,
        },
    }


def test_a_task_that_was_done_says_when(installation: World, folder: Path) -> None:
    one_of_each(installation)
    with db.write() as session:
        session.execute(update(db.table(CoachNotice)).values(handled_at=NINE + timedelta(days=2)))
    task = records(folder)[5]["interneTaak"]
    assert task["status"] == "verwerkt"
    assert task["afgehandeldOp"] == "2026-03-04T09:30:00+01:00"


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_what_was_told_to_one_coach_goes_to_nobody_else(installation: World, folder: Path, kind: str) -> None:
    one_of_each(installation)
    out = folder / "uit"
    assert export("--out", str(out), "--format", kind).exit_code == 0
    text = out.read_text(encoding="utf-8")
    for secret in (
        SECRET,
        "Geheimhouder",
        "Noor",
        "Samira",
        NUMBER,
        "87654321",
        "Dorpsstraat",
        "geld",
        "veilig",
    ):
        assert secret not in text, secret


def test_names_and_texts_come_when_they_are_asked_for(installation: World, folder: Path) -> None:
    one_of_each(installation)
    named = records(folder, "--with-names")
    assert {one["betrokkene"]["volledigeNaam"] for one in named} == {"Noor Geheimhouder"}
    assert named[1]["actor"]["naam"] == "Samira de Vries"
    assert named[0]["betrokkene"]["contactnaam"] == {
        "voornaam": "Noor",
        "voorvoegselAchternaam": "",
        "achternaam": "Geheimhouder",
    }
    assert SECRET not in json.dumps(named)
    told = records(folder, "--with-texts")
    assert SECRET in told[1]["inhoud"]
    assert SECRET in told[6]["inhoud"]
    assert "volledigeNaam" not in told[0]["betrokkene"]


def test_what_was_taken_back_never_was(installation: World, folder: Path) -> None:
    case = installation.case()
    call = logging.log_call(case.id, rules.Result.spoke, by=installation.coach.id)
    logging.log_visit(case.id, rules.Result.nobody_home, by=installation.coach.id)
    assert len(records(folder)) == 2
    with db.write() as session:
        session.execute(
            insert(db.table(CaseEvent)),
            [_taken_back(case, call.id)],
        )
    assert [one["kanaal"] for one in records(folder)] == ["huisbezoek"]


def _taken_back(case: Case, event_id: Any) -> dict[str, Any]:
    """Of an event after which more was logged, so that only an older program can have taken it back."""
    return {
        "id": db.new_id(),
        "case_id": case.id,
        "seq": 99,
        "at": clock.now(),
        "recorded_at": clock.now(),
        "kind": "taken_back",
        "actor": "system",
        "data": {"event": str(event_id), "kind": "call_logged"},
    }


def test_taking_back_through_the_app_leaves_it_out_too(installation: World, folder: Path) -> None:
    case = installation.case()
    call = logging.log_call(case.id, rules.Result.spoke, by=installation.coach.id)
    assert taking_back_service.take_back(case.id, call.id, by=installation.coach.id)
    assert records(folder) == []


@pytest.mark.parametrize(
    ("status", "arrived"),
    [
        ("sent", None),
        ("delivered", True),
        ("read", True),
        ("failed", False),
        ("expired", False),
        ("unknown", None),
    ],
)
def test_a_message_succeeds_as_far_as_its_channel_has_told(
    installation: World, folder: Path, status: str, arrived: bool | None
) -> None:
    one_of_each(installation)
    attempt = db.table(ContactAttempt)
    with db.write() as session:
        session.execute(update(attempt).where(attempt.c.channel == "whatsapp").values(status=status))
    assert records(folder)[0]["indicatieContactGelukt"] is arrived


def test_days_municipality_and_campaign_narrow_it_down(installation: World, folder: Path) -> None:
    one_of_each(installation)
    other = installation.case(municipality="GM0556")
    with clock.at(NINE + timedelta(days=3)):
        logging.log_call(other.id, rules.Result.no_answer, by=installation.coach.id)

    def number(*words: str) -> int:
        return len(records(folder, *words))

    assert number() == 11
    assert number("--from", "2026-03-03") == 10
    assert number("--to", "2026-03-02") == 1
    assert number("--from", "2026-03-03", "--to", "2026-03-04") == 9
    assert number("--municipality", "maassluis") == number("--municipality", "GM0556") == 1


def test_a_response_is_of_the_campaign_whose_attempt_it_answers(installation: World, folder: Path) -> None:
    case = installation.case()
    with clock.at(NINE):
        campaign = campaigns.create(installation.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
    tick(NINE + timedelta(hours=1))
    with clock.at(NINE + timedelta(hours=2)):
        timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, channel="form")
        logging.log_visit(case.id, rules.Result.met, by=installation.coach.id)
    kinds = [one["kanaal"] for one in records(folder, "--campaign", "maart")]
    assert kinds == ["whatsapp", "webformulier"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--municipality", "Nergens"), 1),
        (("--municipality", "GM0193"), 1),
        (("--campaign", "onbekend"), 1),
        (("--region", "onbekend"), 1),
        (("--from", "2026-03-09", "--to", "2026-03-02"), 1),
        (("--from", "gisteren"), 2),
        (("--format", "pdf"), 2),
    ],
)
def test_the_command_says_what_is_wrong_and_writes_nothing(
    installation: World, folder: Path, words: tuple[str, ...], code: int
) -> None:
    done = export("--out", str(folder / "uit.json"), *words)
    assert done.exit_code == code
    assert done.stdout == ""
    assert done.stderr.strip()
    assert list(folder.iterdir()) == []


def test_several_regions_do_not_mix(installation: World, folder: Path) -> None:
    one_of_each(installation)
    installation.outsider()
    out = folder / "uit.json"
    assert export("--out", str(out)).exit_code == 1
    assert not out.exists()
    assert records(folder, "--region", "elders") == []
    assert len(records(folder, "--region", "waterweg")) == 10


def test_nothing_half_done_stays_where_the_file_was(
    installation: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_each(installation)
    out = folder / "uit.csv"
    out.write_text("van gisteren")

    monkeypatch.setattr("outreach.insight.export_commands.klantcontact", _breaks_at_the_third())
    for kind in ("json", "csv", "xlsx"):
        assert export("--out", str(out), "--format", kind).exit_code != 0
        assert out.read_text() == "van gisteren"
        assert [path.name for path in folder.iterdir()] == ["uit.csv"]


def _breaks_at_the_third() -> Any:
    made: list[int] = []

    def one(*arguments: Any, **more: Any) -> dict[str, Any]:
        made.append(1)
        if len(made) % 3 == 0:
            raise RuntimeError("the machine stops")
        return klantcontact(*arguments, **more)

    return one


def test_the_answer_for_machines_says_where_it_is_and_how_much(installation: World, folder: Path) -> None:
    one_of_each(installation)
    out = folder / "uit.xlsx"
    done = export("--out", str(out), "--json")
    assert json.loads(done.stdout) == {"contacts": 10, "format": "xlsx", "out": str(out)}
    assert out.stat().st_mode & 0o077 == 0
    assert "10 contacts" in export("--out", str(out)).stdout


def test_the_flat_files_hold_the_same_in_columns(installation: World, folder: Path) -> None:
    one_of_each(installation)
    out = folder / "uit.csv"
    assert export("--out", str(out)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["indicatieContactGelukt"] for row in rows[:4]] == ["true", "false", "false", ""]
    assert rows[5]["betrokkene"] == "D-00001"
    assert rows[5]["interneTaak"] == "Terugbellen"
    assert rows[1]["actor.identificator"] == str(installation.coach.id)
    book = folder / "uit.xlsx"
    assert export("--out", str(book), "--with-names").exit_code == 0
    headings, *cells = load_workbook(book).worksheets[0].iter_rows(values_only=True)
    assert headings == (*COLUMNS, *NAME_COLUMNS)
    assert len(cells) == 10
    assert cells[0][4] is True


@pytest.mark.parametrize("sign", list("=+-@\t\r"))
def test_no_cell_is_taken_for_a_formula(installation: World, folder: Path, sign: str) -> None:
    case = installation.case(given_name=f"{sign}1", family_name="x")
    messages.receive(case.id, "sms", "+31612345678", f"{sign}cmd", "SM1", clock.now())
    with db.write() as session:
        table = db.table(Case)
        session.execute(update(table).where(table.c.id == case.id).values(reference=f"{sign}1+1"))
    for kind in ("csv", "xlsx"):
        out = folder / f"uit.{kind}"
        assert export("--out", str(out), "--with-names", "--with-texts").exit_code == 0
        if kind == "csv":
            cells = list(csv.reader(io.StringIO(out.read_bytes().decode(), newline="")))[1]
        else:
            cells = [
                str(cell) for cell in list(load_workbook(out).worksheets[0].iter_rows(values_only=True))[1]
            ]
        assert [cell for cell in cells if cell.startswith((f"'{sign}", "'\n"))]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]


def test_a_million_contacts_would_cost_a_statement_a_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queries, "BATCH", 100)
    many(world, 450)
    with counted(world.app) as statements:
        assert len(list(contact_queries.contacts(Wanted()))) == 450
    assert len(statements) == 1 + 5


@pytest.mark.skipif(ON_POSTGRESQL, reason="asks SQLite how it will read")
def test_no_batch_is_looked_for_among_all(world: World) -> None:
    """A million contacts are five hundred batches: each must begin where the last one ended."""
    many(world, 10)
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(db.engine(), "before_cursor_execute", note)
    found = list(contact_queries.contacts(Wanted(municipalities=frozenset(MUNICIPALITIES))))
    event.remove(db.engine(), "before_cursor_execute", note)
    assert len(found) == 10
    statement, parameters = asked[-1]
    with db.engine().connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    [read] = [line[3] for line in plan if "case_event" in line[3]]
    assert read.startswith("SCAN case_event USING INDEX sqlite_autoindex_case_event"), read


def test_memory_does_not_grow_with_the_number_of_contacts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_queries, "BATCH", 100)
    many(world, 3000)
    for kind in ("json", "csv", "xlsx"):
        found = (klantcontact(contact, "Doorstroompunt") for contact in contact_queries.contacts(Wanted()))
        for _ in range(500):
            next(found)
        tracemalloc.start()
        try:
            with tempfile.TemporaryFile() as out:
                assert contact_files.write(kind, out, found, {}, names=False) == 2500
            _now, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 3_000_000, kind


def many(world: World, number: int) -> None:
    """So many calls, told as a list of them would be."""
    cases = crowd(world, number)
    at = clock.now()
    rows = [
        {
            "id": db.new_id(),
            "case_id": case_id,
            "seq": 2,
            "at": at,
            "recorded_at": at,
            "kind": "call_logged",
            "channel": "call",
            "actor": f"staff:{world.coach.id}",
            "data": {"result": "voicemail", "note": "x" * 500},
        }
        for case_id in cases
    ]
    with db.write() as session:
        session.execute(insert(db.table(CaseEvent)), rows)


def test_a_document_of_nothing_is_valid(installation: World, folder: Path) -> None:
    assert records(folder) == []
    out = io.BytesIO()
    assert contact_files.write("json", out, [], {}, names=False) == 0
    assert json.loads(out.getvalue()) == {"klantcontacten": []}


def test_a_sheet_that_is_full_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outreach.spreadsheets.SHEET_ROWS", 4)
    out = io.BytesIO()
    contact_files.write("xlsx", out, [{"uuid": str(n)} for n in range(7)], {}, names=False)
    book = load_workbook(out)
    assert book.sheetnames == ["klantcontacten", "klantcontacten 2", "klantcontacten 3"]
    assert [sheet.max_row for sheet in book] == [4, 4, 2]
    assert SHEET_ROWS == 1_048_576


def test_every_way_of_contact_has_a_kanaal() -> None:
    assert set(KINDS) >= set(RESPONSE_KINDS)
    assert all(KINDS[kind] for kind in KINDS if not kind.value.startswith("message"))


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("nl", "nld"),
        ("ar", "ara"),
        ("fa", "fas"),
        ("zh", "zho"),
        ("de", "deu"),
        ("so", "som"),
        ("tl", "tgl"),
        ("xx", "und"),
    ],
)
def test_languages_have_the_three_letters_of_the_standard(short: str, long: str) -> None:
    assert three_letters(short) == long


def test_the_time_stands_there_with_its_zone(installation: World, folder: Path) -> None:
    one_of_each(installation)
    for one in records(folder):
        assert datetime.fromisoformat(one["plaatsgevondenOp"]).utcoffset() == timedelta(hours=1)
