"""What is not known of somebody never shows: no gap, no empty variable, no service that is its own coach."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update
from sqlmodel import col, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.cases.models import Case
from outreach.messages import facts, texts
from outreach.messages.facts import Known
from outreach.messages.models import Message
from outreach.messages.text_service import Text
from outreach.messages.texts import TextKey
from outreach.regions.models import RegionSettings
from outreach.ticking import tick
from tests.conftest import settings_for
from tests.factories import World, post
from tests.fakes.twilio import FakeTwilio
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN
from tests.messages.scripted import REAL, Scripted, put_in
from tests.messages.test_message_texts import SID, W1, save
from tests.messages.test_sandbox import begin

LINK = "https://outreach.example.org/r/abcde-fghjk"
KNOWN = {
    "given_name": "Noor",
    "coach": "Samira",
    "coach_phone": "06 12 34 56 78",
    "coach_hours": "ma t/m do, 9.00 – 17.00",
    "phone": "010 123 45 67",
    "office_hours": "ma t/m vr, 9.00 – 17.00",
}
"""Facts that may each be missing."""

FACTS = [
    dict(zip(KNOWN, values, strict=True))
    for values in product(
        *([known, missing] for known, missing in zip(KNOWN.values(), [""] * 6, strict=True))
    )
]
ODD = [
    {**KNOWN, "given_name": name, "coach": name} for name in (" ", "-", "?", "Noor\n\tMaria      Anna", "…")
]


def values_of(given: dict[str, str], language: str, service: str = "Doorstroompunt") -> dict[str, str]:
    region = RegionSettings(service_name=service, phone=given["phone"], office_hours=given["office_hours"])
    known = Known(
        given["given_name"], "Vlaardingen", given["coach"], given["coach_phone"], given["coach_hours"], LINK
    )
    return facts.values(known, region, language)


def looks_whole(body: str) -> None:
    """Nothing in this message looks broken."""
    assert "  " not in body
    assert not re.search(r"\s[,.!?;:)]", body), body
    assert not re.search(r"[({]\s*[)}]|\{\{|\}\}|\(\s", body), body
    assert body == body.strip() and body
    for sentence in re.split(r"[.!?]\s", body):
        assert sentence.count("Doorstroompunt") <= 1, sentence


@pytest.mark.parametrize("key", texts.shipped_sources(), ids=lambda key: f"{key.name}.{key.language}")
def test_no_shipped_text_shows_what_is_missing(key: TextKey) -> None:
    text = Text(key, texts.shipped_sources()[key], subject=texts.shipped_subjects()[key])
    for given in FACTS + ODD:
        values = values_of(given, key.language)
        body, variables = text.parsed.fill(values), text.parsed.variables(values)
        looks_whole(body)
        looks_whole(text.subject_with(values))
        for value in variables.values():
            assert value and not re.search(r"[\n\t]| {5}", value), "Twilio refuses it (21656)"
        assert text.parsed.variables_in(body) == variables
        by_whatsapp = text.parsed.numbered
        for number, value in variables.items():
            by_whatsapp = by_whatsapp.replace("{{" + number + "}}", value)
        assert by_whatsapp == body, "WhatsApp's template says the same words"


@pytest.mark.parametrize("key", texts.shipped_sources(), ids=lambda key: f"{key.name}.{key.language}")
def test_every_language_has_words_for_all_that_may_be_missing(key: TextKey) -> None:
    words = json.loads((facts.WORDS / f"{key.language}.json").read_text("utf-8"))
    assert words.keys() == facts.words("nl").keys()
    assert all(words.values())


def test_even_a_service_without_a_name_is_called_something() -> None:
    text = texts.parse(texts.shipped_sources()[TextKey("w1-whatsapp-1", "nl")])
    assert "ik ben jouw coach van onze dienst," in text.fill(
        values_of(dict.fromkeys(KNOWN, ""), "nl", service="")
    )


@pytest.mark.parametrize(
    ("source", "language", "reads"),
    [
        ("Hoi {{ voornaam }}, {{ dienst }}.", "nl", "Hoi daar, Doorstroompunt."),
        ("Hi {{ voornaam }}, {{ dienst }}.", "en", "Hi there, Doorstroompunt."),
        ("Hoi {{voornaam  of  jij daar}}!", "nl", "Hoi jij daar!"),
        ("{{ voornaam of hallo }}, dit is voor jou.", "nl", "Hallo, dit is voor jou."),
        (
            "Hoi! {{ coach_voornaam }} van {{ dienst }} hier.",
            "nl",
            "Hoi! Jouw coach van Doorstroompunt hier.",
        ),
        ("Hier {{ coach_voornaam }}.", "nl", "Hier jouw coach van Doorstroompunt."),
        ("This is {{ coach_voornaam }}.", "en", "This is your coach from Doorstroompunt."),
        ("Bel {{ coach_telefoon }}.", "nl", "Bel het nummer van de gemeente."),
        ("Bel {{ coach_telefoon of ons }}.", "nl", "Bel ons."),
        ("Ik ben er {{ coach_uren }}.", "nl", "Ik ben er op werkdagen."),
        ("{{ voornaam }}, hoi {{ voornaam }}", "nl", "daar, hoi daar"),
    ],
)
def test_what_stands_there_instead(source: str, language: str, reads: str) -> None:
    assert texts.parse(source, language).fill(values_of(dict.fromkeys(KNOWN, ""), language)) == reads


def test_words_of_its_own_have_a_number_of_their_own() -> None:
    text = texts.parse("Hoi {{ voornaam }}, {{ link }} Dag {{ voornaam of jij }}, {{ voornaam }}!")
    assert text.numbered == "Hoi {{1}}, {{2}} Dag {{3}}, {{1}}!"
    nobody = values_of(dict.fromkeys(KNOWN, ""), "nl")
    assert text.variables(nobody) == {"1": "daar", "2": LINK, "3": "jij"}
    assert text.variables_in(text.fill(nobody)) == text.variables(nobody)


@pytest.mark.parametrize("inside", ["voornaam of", "voornaam  of  ", "voornaam of -"])
def test_behind_of_come_words(inside: str) -> None:
    with pytest.raises(texts.WordsMissing) as found:
        texts.parse("Hoi\n{{ " + inside + " }}")
    assert found.value.line == 2


def test_words_for_the_coach_alone_do_not_say_who_sends_it() -> None:
    texts.check_for_step(texts.parse("Hier {{ coach_voornaam }}: {{ link }}"))
    with pytest.raises(texts.SenderMissing):
        texts.check_for_step(texts.parse("Hier {{ coach_voornaam of iemand }}: {{ link }}"))


# What leaves


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """A Twilio on this machine."""
    with FakeTwilio() as fake:
        yield fake


def by_twilio(world: World, twilio: FakeTwilio) -> None:
    """Let this application send by the fake, through Twilio's own client."""
    url = world.app.extensions["outreach_settings"].database_url
    account = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_URL": twilio.url,
    }
    world.app.extensions["outreach_settings"] = settings_for(url, **{**REAL, **account})
    world.app.extensions.pop("outreach_ways", None)


def nobodys(world: World, **more: Any) -> Case:
    """Somebody without a first name, whose case has no coach."""
    case = world.case(given_name="", **more)
    with db.write() as session:
        session.execute(update(Case).where(col(Case.id) == case.id).values(coach_id=None))
    return case


@pytest.mark.parametrize(
    "settings", [{}, {"OUTREACH_CHANNELS": "whatsapp=hand,sms=hand"}], ids=["sent", "by hand"]
)
def test_a_message_to_somebody_of_whom_nothing_is_known_reads_well(
    world: World, settings: dict[str, str]
) -> None:
    put_in(world.app, Scripted(), **settings)
    begin(world, nobodys(world))
    tick(clock.parse("2026-03-02T10:00"))
    body = db.session().scalars(select(Message)).one().body
    assert body.startswith("Hoi daar, ik ben jouw coach van Doorstroompunt, gemeente Vlaardingen. Ik ben")
    looks_whole(body)


def test_whatsapps_template_gets_no_empty_variable(world: World, twilio: FakeTwilio) -> None:
    by_twilio(world, twilio)
    body = texts.shipped_sources()[TextKey("w1-whatsapp-1", "nl")]
    save(world.sign_in(world.coordinator), body, sid=SID)
    begin(world, nobodys(world), world.case(given_name="Noor\n Maria", mobile="+31687654321"))
    tick(clock.parse("2026-03-02T10:00"))
    variables = {each.to: json.loads(each.form["ContentVariables"]) for each in twilio.messages}
    assert {each.form["ContentSid"] for each in twilio.messages} == {SID}
    nobody, somebody = variables["whatsapp:+31612345678"], variables["whatsapp:+31687654321"]
    assert (nobody["1"], nobody["2"], nobody["3"]) == ("daar", "jouw coach", "Doorstroompunt")
    assert (somebody["1"], somebody["2"]) == ("Noor Maria", "Samira")


def test_a_gap_from_before_goes_without_the_template(world: World) -> None:
    way = put_in(world.app, Scripted())
    save(world.sign_in(world.coordinator), "Hoi {{ voornaam }}, {{ dienst }}: {{ link }} Dag!", sid=SID)
    case = world.case()
    begin(world, case)
    with clock.at(clock.parse("2026-03-02T10:00")):
        campaigns.tick(clock.now())
    _written_before(case, "Hoi , Doorstroompunt: x Dag!")
    tick(clock.parse("2026-03-02T10:01"))
    assert [(each.body, each.content_sid) for each in way.handed][:1] == [
        ("Hoi , Doorstroompunt: x Dag!", "")
    ]


def _written_before(case: Case, body: str) -> None:
    attempt = db.session().scalars(select(ContactAttempt)).one()
    with db.write() as session:
        session.add(
            Message(
                case_id=case.id,
                attempt_id=attempt.id,
                direction="out",
                channel="whatsapp",
                address="+31612345678",
                body=body,
                at=clock.now(),
            )
        )


# The page


def test_the_page_shows_how_it_reads_when_nothing_is_known(world: World) -> None:
    page = BeautifulSoup(world.sign_in(world.coordinator).get(W1).text, "html.parser")
    unknown = page.select_one("#unknown .bubble__body")
    assert unknown is not None
    assert unknown.get_text().startswith(
        "Hoi daar, ik ben jouw coach van Doorstroompunt, gemeente Vlaardingen."
    )
    words = " ".join(page.select_one(".fold .summary").get_text(" ").split())  # type: ignore[union-attr]
    assert "voornaam van de jongere; als het niet bekend is: daar" in words


def test_it_follows_words_of_ones_own(world: World) -> None:
    body = "Hoi {{ voornaam of jij }}, hier {{ dienst }}: {{ link }} Dag!"
    path = W1
    answer = post(
        world.sign_in(world.coordinator),
        path,
        {"body": body},
        token_from=path,
        headers={"HX-Request": "true"},
    )
    assert "Hoi jij, hier Doorstroompunt" in BeautifulSoup(answer.text, "html.parser").get_text()


def test_a_text_that_mentions_nobody_shows_no_second_phone(world: World) -> None:
    answer = save(world.sign_in(world.coordinator), "Hier {{ dienst }}: {{ link }} Dag!", preview="1")
    assert BeautifulSoup(answer.text, "html.parser").select_one("#unknown") is None
