"""Two texts for one step, by lot: a plan names them, each person gets her household's, the rates tell them apart."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from sqlmodel import col, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import plan_files
from outreach.campaigns import service as campaigns
from outreach.cases.models import Case
from outreach.cli import main
from outreach.messages import service, texts
from outreach.messages.models import Message
from outreach.ticking import tick
from tests.factories import World
from tests.fakes.twilio import FakeTwilio, refuse
from tests.messages.scripted import Scripted, put_in
from tests.messages.test_message_texts import save
from tests.messages.test_missing_facts import by_twilio

TEN = clock.parse("2026-03-02T10:00")
SHORT = "Hoi {{ voornaam }}, {{ coach_voornaam }} van {{ dienst }} hier. Alles goed? {{ link }} Groetjes!"
LUCK = "Hoi {{ voornaam }}, veel succes met alles! {{ coach_voornaam }} van {{ dienst }}, {{ link }} Dag!"
ENGLISH = "Hi {{ voornaam }}, {{ coach_voornaam }} from {{ dienst }}. All well? {{ link }} Bye!"


@pytest.fixture
def two_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The three-week plan with two variants of its first message; `kort` and `succes` have texts of their own."""
    plans, words = tmp_path / "plans", tmp_path / "texts"
    plans.mkdir()
    shutil.copytree(texts.TEXTS, words)
    source = (plan_files.PLANS / "drie-weken.yaml").read_text()
    own = source.replace(
        "template: w1-whatsapp-1\n", "template: w1-whatsapp-1\n    variants: [kort, succes]\n"
    )
    assert own != source
    (plans / "drie-weken.yaml").write_text(own)
    (words / "w1-whatsapp-1-kort.nl.txt").write_text(f"Onderwerp: Kort van {{{{ dienst }}}}\n\n{SHORT}")
    (words / "w1-whatsapp-1-kort.en.txt").write_text(ENGLISH)
    (words / "w1-whatsapp-1-succes.nl.txt").write_text(LUCK)
    monkeypatch.setattr(plan_files, "PLANS", plans)
    monkeypatch.setattr("outreach.campaigns.service.PLANS", plans)
    monkeypatch.setattr(texts, "TEXTS", words)
    _forget()
    yield words
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    plan_files.shipped_plans.cache_clear()
    for kept in (texts._shipped_files, texts.shipped_sources, texts.shipped_subjects):
        kept.cache_clear()


def begin(world: World, number: int = 8) -> list[Case]:
    people = [world.case(given_name=f"Noor{n}", mobile=f"+3161234{n:04}") for n in range(number)]
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id for case in people])
        campaigns.start(campaign.id)
    return people


def sent(channel: str = "whatsapp") -> list[tuple[ContactAttempt, Message]]:
    db.session().expire_all()
    query = select(ContactAttempt, Message).join(Message, col(Message.attempt_id) == col(ContactAttempt.id))
    return [
        (row[0], row[1]) for row in db.session().execute(query.where(col(ContactAttempt.channel) == channel))
    ]


def begins(variant: str | None, name: str) -> str:
    return {"kort": f"Hoi {name}, Samira van Doorstroompunt hier.", "succes": f"Hoi {name}, veel succes"}[
        variant or ""
    ]


@pytest.mark.usefixtures("two_texts")
def test_each_gets_the_text_of_the_variant_that_was_drawn(world: World) -> None:
    begin(world)
    tick(TEN)
    found = sent()
    assert len(found) == 8
    assert {attempt.variant for attempt, _message in found} == {"kort", "succes"}
    for attempt, message in found:
        name = message.body.split()[1].rstrip(",")
        assert message.body.startswith(begins(attempt.variant, name))
        assert attempt.template == "w1-whatsapp-1"


@pytest.mark.usefixtures("two_texts")
def test_twilio_gets_the_template_that_was_approved_for_the_variant(world: World) -> None:
    sids = {"kort": "HX" + "1" * 32, "succes": "HX" + "2" * 32}
    coordinator = world.sign_in(world.coordinator)
    for variant, body in (("kort", SHORT), ("succes", LUCK)):
        path = f"/messages/texts/w1-whatsapp-1-{variant}/nl"
        assert save(coordinator, body, path=path, sid=sids[variant]).status_code == 302
    with FakeTwilio() as twilio:
        by_twilio(world, twilio)
        begin(world)
        tick(TEN)
        got = {each.to.removeprefix("whatsapp:"): each.form["ContentSid"] for each in twilio.messages}
    assert set(got.values()) == set(sids.values())
    for attempt, message in sent():
        assert got[message.address] == sids[attempt.variant or ""]


@pytest.mark.usefixtures("two_texts")
def test_a_text_message_instead_of_whatsapp_keeps_the_variant(world: World) -> None:
    coordinator = world.sign_in(world.coordinator)
    for number, (variant, body) in enumerate((("kort", SHORT), ("succes", LUCK)), 1):
        path = f"/messages/texts/w1-whatsapp-1-{variant}/nl"
        save(coordinator, body, path=path, sid="HX" + str(number) * 32)
    with FakeTwilio() as twilio:
        by_twilio(world, twilio)
        twilio.next(refuse(63024), refuse(63024))
        begin(world, 2)
        tick(TEN)
        tick(clock.parse("2026-03-02T10:01"))
        assert [each.to[0] for each in twilio.messages] == ["+", "+"]
    by_whatsapp = {attempt.case_id: attempt.variant for attempt, _message in sent()}
    for attempt, message in sent("sms"):
        assert attempt.variant == by_whatsapp[attempt.case_id]
        assert message.body.startswith(begins(attempt.variant, message.body.split()[1].rstrip(",")))


@pytest.mark.usefixtures("two_texts")
def test_by_hand_it_is_the_text_of_the_variant_too(world: World) -> None:
    put_in(world.app, Scripted(), OUTREACH_CHANNELS="whatsapp=hand,sms=hand")
    begin(world, 4)
    tick(TEN)
    for attempt, message in sent():
        assert message.body.startswith(begins(attempt.variant, message.body.split()[1].rstrip(",")))


@pytest.mark.usefixtures("two_texts")
def test_the_pages_list_each_variant_with_its_step(world: World) -> None:
    client = world.sign_in(world.coordinator)
    page = BeautifulSoup(client.get("/messages/texts").text, "html.parser")
    titles = {link.get_text(): str(link["href"]) for link in page.select("tbody a")}
    for variant in ("kort", "succes"):
        there = f"/messages/texts/w1-whatsapp-1-{variant}/nl"
        assert titles[f"Eerste WhatsApp-bericht ({variant}), Nederlands"] == there
        assert f"Eerste WhatsApp-bericht ({variant})" in client.get(there).text
    assert "Eerste WhatsApp-bericht (kort), English" in titles
    refused = save(client, "Hoi daar", path="/messages/texts/w1-whatsapp-1-kort/nl")
    assert refused.status_code == 422, "a variant is the text of a step as well"


@pytest.mark.usefixtures("two_texts")
def test_the_rates_tell_the_variants_apart(world: World) -> None:
    people = begin(world)
    tick(TEN)
    with clock.at(clock.parse("2026-03-02T12:00")):
        service.receive(people[0].id, "whatsapp", "+31612340000", "Hoi!")
    file = world.sign_in(world.coordinator).get("/reports/variants.csv?from=")
    told = {row["variant"]: row for row in csv.DictReader(io.StringIO(file.text))}
    assert set(told) == {"kort", "succes"}
    assert sum(int(row["responded"]) for row in told.values()) == 1


def test_a_plan_whose_variants_have_no_texts_is_refused(two_texts: Path, tmp_path: Path) -> None:
    file = tmp_path / "plans" / "drie-weken.yaml"
    good = CliRunner().invoke(main, ["plan", "check", str(file)])
    assert good.exit_code == 0, good.output
    other = tmp_path / "ander-plan.yaml"
    other.write_text(file.read_text().replace("[kort, succes]", "[kort, gewoon]"))
    assert CliRunner().invoke(main, ["plan", "check", str(other)]).exit_code == 0, (
        "one may be the step's own text"
    )
    other.write_text(file.read_text().replace("[kort, succes]", "[korter, gewoon]"))
    refused = CliRunner().invoke(main, ["plan", "check", str(other)])
    assert refused.exit_code == 1
    assert "w1-whatsapp-1-korter, w1-whatsapp-1-gewoon" in refused.output
