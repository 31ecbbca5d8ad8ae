"""`outreach letters print` and `reprint`, as a script outside would call them; and killed half way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func
from sqlmodel import SQLModel, select

from outreach import db
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns import service as campaigns
from outreach.cli import main
from outreach.letters.models import Letter, PrintBatch
from outreach.responses.models import ResponseCode
from tests.factories import World
from tests.letters.letters_world import attempt, codes_in_pixels, lay_ready

OUTREACH = [sys.executable, "-m", "outreach.cli"]


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of an installation on the database of this test."""
    env = {"OUTREACH_DATABASE_URL": database_url, "OUTREACH_SECRET_KEY": "only for tests"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    yield {**os.environ, **env}


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["letters", *words])


def count(model: type[SQLModel]) -> int:
    db.session().expire_all()
    return db.session().execute(select(func.count()).select_from(model)).scalar_one()


def test_print_writes_the_pdf_and_says_what_could_not_be_printed(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    lay_ready(world.cases(2))
    nowhere = world.case(address=False)
    lay_ready([nowhere])
    out = tmp_path / "letters.pdf"
    done = run("print", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["batch"], answer["pages"], answer["left"], answer["out"]) == (1, 2, 0, str(out))
    assert [one["reference"] for one in answer["not_printed"]] == [nowhere.reference]
    assert answer["not_printed"][0]["reason"]
    assert len(codes_in_pixels(out.read_bytes())) == 2
    assert [path.name for path in tmp_path.glob("*letters*")] == ["letters.pdf"]


LIST = (
    "dossiernummer;voornaam;achternaam;geboortedatum;straat;huisnummer;postcode;woonplaats;gemeente;telefoon\n"
    "L-1;Mo;Bakker;01-02-2006;;;;;Vlaardingen;\n"
    "L-2;Sem;Visser;01-03-2006;Hoogstraat;2;3131 SS;Vlaardingen;Vlaardingen;\n"
    "L-3;Bo;Smit;01-04-2006;Hoogstraat;3;3131 AA;Vlaardingen;Vlaardingen;\n"
)


def command(*words: str) -> Any:
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_who_has_no_usable_address_is_named_and_gets_the_letter_when_it_is_mended_in_time(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    names, out = tmp_path / "lijst.csv", str(tmp_path / "letters.pdf")
    names.write_text(LIST)
    tuesday, wednesday, next_week = ("--now", "2026-03-10T10:00"), ("--now", "2026-03-11T09:00"), "2026-03-20"
    command("campaign", "create", "maart", "--plan", "drie-weken")
    command("import", str(names), "--campaign", "maart", *tuesday)
    command("campaign", "start", "maart", *tuesday)
    command("tick", *tuesday)
    done = command("letters", "print", "--out", out, *tuesday)
    assert done["pages"] == 1
    assert done["not_printed"] == [
        {"reference": "L-1", "reason": "Er is geen adres."},
        {"reference": "L-2", "reason": "Het adres is niet compleet."},
    ]
    assert command("letters", "print", "--campaign", "maart", "--out", out, *tuesday)["batch"] is None
    assert "L-1: Er is geen adres." in run("print", "--out", out, *tuesday).stdout

    names.write_text(LIST.replace("3131 SS", "3131 AB"))
    command("import", str(names), *wednesday)
    done = command("letters", "print", "--out", out, *wednesday)
    assert (done["pages"], [one["reference"] for one in done["not_printed"]]) == (1, ["L-1"])

    command("tick", "--now", next_week)
    done = command("letters", "print", "--out", out, "--now", next_week)
    assert [one["reference"] for one in done["not_printed"]] == [], "its window has passed"


def test_reprint_gives_the_same_bytes(world: World, settings: dict[str, str], tmp_path: Path) -> None:
    lay_ready(world.cases(2))
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    run("print", "--out", str(first))
    done = run("reprint", "1", "--out", str(second), "--json")
    assert done.exit_code == 0, done.output
    assert sha256(first.read_bytes()).digest() == sha256(second.read_bytes()).digest()


def test_with_nothing_waiting_it_is_done_and_writes_no_file(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "letters.pdf"
    done = run("print", "--out", str(out), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"batch": None, "pages": 0, "not_printed": [], "left": 0, "out": None}
    assert list(tmp_path.glob("*letters*")) == []


def test_only_the_letters_of_one_campaign(world: World, settings: dict[str, str], tmp_path: Path) -> None:
    mine, other = (campaigns.create(world.region.id, slug, "drie-weken") for slug in ("mine", "other"))
    (here,) = lay_ready(world.cases(1), campaign_id=mine.id)
    (there,) = lay_ready(world.cases(1), campaign_id=other.id)
    done = run("print", "--campaign", "mine", "--out", str(tmp_path / "letters.pdf"), "--json")
    assert json.loads(done.stdout)["pages"] == 1
    assert attempt(here).status == AttemptStatus.sent
    assert attempt(there).status == AttemptStatus.planned


def test_a_place_that_cannot_be_written_is_refused_before_anything_is_printed(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    (waiting,) = lay_ready(world.cases(1))
    for out in (tmp_path / "nowhere" / "letters.pdf", tmp_path, Path("/proc/letters.pdf")):
        done = run("print", "--out", str(out))
        assert done.exit_code == 1
        assert str(out.parent if out != tmp_path else out) in done.stderr
    assert attempt(waiting).status == AttemptStatus.planned
    assert count(PrintBatch) == 0


def test_an_unknown_batch_or_campaign_is_refused_with_a_reason(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "letters.pdf"
    for words in (["reprint", "7"], ["reprint", "x"], ["print", "--campaign", "nothing"]):
        done = run(*words, "--out", str(out))
        assert done.exit_code == 1, words
        assert done.stderr.strip()
        assert not out.exists()
    assert run("print").exit_code == 2


@pytest.mark.parametrize("crash_at", ["typesetting.set_letters", "timeline.record_many", "reprint"])
def test_killed_while_printing_leaves_nothing_half_done(
    world: World, settings: dict[str, str], tmp_path: Path, crash_at: str
) -> None:
    """Killed before the letters are set, just before the commit, and between the commit and the file."""
    waiting = lay_ready(world.cases(4))
    out = tmp_path / "letters.pdf"
    dies = f"import os; from outreach.letters import service; service.{crash_at} = lambda *_: os.kill(os.getpid(), 9)"
    script = f"{dies}; from outreach.cli import main; main(['letters', 'print', '--out', {str(out)!r}])"
    assert subprocess.run([sys.executable, "-c", script], env=settings).returncode == -signal.SIGKILL

    printed = 1 if crash_at == "reprint" else 0
    assert count(PrintBatch) == printed
    assert {attempt(one).status for one in waiting} == {
        AttemptStatus.sent if printed else AttemptStatus.planned
    }
    assert count(Letter) == count(ResponseCode) == 4 * printed
    assert not out.exists()

    again = run(*(["reprint", "1"] if printed else ["print"]), "--out", str(out))
    assert again.exit_code == 0, again.output
    assert len(codes_in_pixels(out.read_bytes())) == 4
    assert {attempt(one).status for one in waiting} == {AttemptStatus.sent}


def test_two_who_print_at_once_never_print_a_letter_twice(
    world: World, settings: dict[str, str], tmp_path: Path
) -> None:
    waiting = lay_ready(world.cases(20))
    outs = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    both = [
        subprocess.Popen(
            [*OUTREACH, "letters", "print", "--out", str(out), "--json"],
            env=settings,
            stdout=subprocess.PIPE,
            text=True,
        )
        for out in outs
    ]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sorted(answer["pages"] for answer in answers) == [0, 20]
    assert count(Letter) == count(ResponseCode) == 20
    assert count(PrintBatch) == 1
    assert {attempt(one).status for one in waiting} == {AttemptStatus.sent}
    (paper,) = [out for out in outs if out.exists()]
    assert len(set(codes_in_pixels(paper.read_bytes()))) == 20
