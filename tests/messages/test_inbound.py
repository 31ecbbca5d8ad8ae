"""Messages that come in by Twilio: to the right case, once, with what they ask heeded; nothing is lost or guessed."""

import threading
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col
from werkzeug.test import TestResponse

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Enrolment
from outreach.cases import service as cases
from outreach.cases.models import Case, CaseEvent, CoachNotice, OptOut, Person
from outreach.cases.rules import CaseStatus
from outreach.messages import inbound_queries, service
from outreach.messages.inbound_service import e164
from outreach.messages.models import Conversation, Message, UnclaimedMessage
from tests.conftest import settings_for
from tests.factories import World
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN, Callback, inbound, signed

BASE = "https://outreach.example.org"
NUMBER = "+31612345678"
WHATSAPP = f"whatsapp:{NUMBER}"


@pytest.fixture
def at_twilio(app: Flask) -> FlaskClient:
    """An installation with an account at Twilio, and what Twilio would use to call it."""
    url = app.extensions["outreach_settings"].database_url
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    app.extensions["outreach_settings"] = settings_for(
        url,
        OUTREACH_BASE_URL=BASE,
        OUTREACH_CHANNELS="whatsapp=twilio,sms=twilio",
        TWILIO_SMS_FROM="+3197010000000",
        TWILIO_WHATSAPP_FROM="+3197010000000",
        **account,
    )
    return app.test_client()


def call(client: FlaskClient, callback: Callback) -> TestResponse:
    return client.post(callback.path, data=callback.form, headers=callback.headers)


def come_in(
    client: FlaskClient, body: str, sender: str = WHATSAPP, sid: str = "SM1", **more: str
) -> str | None:
    """A message comes in; the words that go back to the sender, None for none."""
    answer = call(client, inbound(f"{BASE}/twilio/inbound", sender, body, sid, **more))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    return ElementTree.fromstring(answer.data).findtext("Message")


def received() -> Sequence[Message]:
    db.session().expire_all()
    return db.session().scalars(select(Message).order_by(col(Message.id))).all()


def unclaimed() -> Sequence[UnclaimedMessage]:
    db.session().expire_all()
    return db.session().scalars(select(UnclaimedMessage).order_by(col(UnclaimedMessage.id))).all()


def opted_out() -> set[tuple[object, str]]:
    return {(one.person_id, one.channel) for one in db.session().scalars(select(OptOut))}


def events(case: Case) -> list[str]:
    table = db.table(CaseEvent).c
    return list(db.session().scalars(select(table.kind).where(table.case_id == case.id).order_by(table.seq)))


def test_a_message_stops_the_plan_tells_the_coach_and_opens_the_window(
    world: World, at_twilio: FlaskClient
) -> None:
    case = world.case()
    with clock.at(clock.parse("2026-03-02T09:30")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
    assert come_in(at_twilio, "Hoi, ik werk nu bij de bakker") is None
    message = received()[0]
    assert (message.case_id, message.channel, message.provider_id) == (case.id, "whatsapp", "SM1")
    assert (message.address, message.body) == (NUMBER, "Hoi, ik werk nu bij de bakker")
    assert db.session().scalars(select(Enrolment)).one().status == "stopped"
    assert db.session().scalars(select(CoachNotice)).one().kind == "message_received"
    conversation = db.session().scalars(select(Conversation)).one()
    assert conversation.unread == 1
    assert conversation.whatsapp_until is not None
    assert unclaimed() == []


def test_told_again_it_is_stored_once_and_not_answered_twice(world: World, at_twilio: FlaskClient) -> None:
    world.case()
    first = [come_in(at_twilio, "kijk", NumMedia="1") for _time in range(3)]
    assert [bool(words) for words in first] == [True, False, False]
    assert len(received()) == 1
    for _time in range(2):
        come_in(at_twilio, "wie ben ik?", "+31687654321", sid="SM2")
    assert len(unclaimed()) == 1


def test_told_twice_at_the_same_moment_it_is_stored_once(
    world: World, app: Flask, at_twilio: FlaskClient
) -> None:
    world.case()
    callback = inbound(f"{BASE}/twilio/inbound", WHATSAPP, "hoi", "SM1")
    both = threading.Barrier(4)
    answers: list[int] = []

    def tell() -> None:
        client = app.test_client()
        both.wait(10)
        answers.append(call(client, callback).status_code)

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [200] * 4
    assert len(received()) == 1
    assert events(db.session().scalars(select(Case)).one()).count("message_received") == 1


def test_of_two_at_the_same_moment_the_slower_one_finds_it_stored(
    world: World, at_twilio: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL both may look before either writes: then the unique key decides."""
    come_in(at_twilio, "hoi")
    looks = iter([False])
    really = inbound_queries.known
    monkeypatch.setattr(
        inbound_queries, "known", lambda channel, sid: next(looks, None) is None and really(channel, sid)
    )
    come_in(at_twilio, "hoi")
    assert len(unclaimed()) == 1


def test_her_newest_open_case_gets_it(world: World, at_twilio: FlaskClient) -> None:
    old = world.case()
    with db.write() as session:
        newer = Case(
            region_id=old.region_id,
            reference="D-later",
            person_id=old.person_id,
            municipality_code=old.municipality_code,
            opened_at=clock.now(),
        )
        session.add(newer)
    come_in(at_twilio, "hoi")
    assert received()[0].case_id == newer.id


def test_with_closed_cases_only_a_person_decides(world: World, at_twilio: FlaskClient) -> None:
    case = world.case()
    label = next(iter(cases.outcomes_for(case.region_id, case.target_group).choices))
    cases.choose_status(case.id, CaseStatus.in_contact, by=world.coach.id)
    cases.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome=label)
    come_in(at_twilio, "hoi, nog een vraag")
    assert received() == []
    assert unclaimed()[0].body == "hoi, nog een vraag"


def test_a_number_of_a_household_is_asked_about_never_guessed(world: World, at_twilio: FlaskClient) -> None:
    world.cases(2)
    come_in(at_twilio, "met Noor")
    assert received() == []
    assert (unclaimed()[0].address, unclaimed()[0].body) == (NUMBER, "met Noor")


@pytest.mark.parametrize(
    ("sender", "kept"),
    [
        ("+31687654321", "+31687654321"),
        ("whatsapp:+31687654321", "+31687654321"),
        ("0687654321", "+31687654321"),
        ("whatsapp:NL.13491208655302741918", "NL.13491208655302741918"),
        ("whatsapp:13491208655302741918", "13491208655302741918"),
        ("VODAFONE", "VODAFONE"),
        ("3669", "3669"),
        ("rcs:outreach_agent", "rcs:outreach_agent"),
        ("", ""),
    ],
)
def test_what_comes_from_nobody_we_know_waits_unclaimed(
    world: World, at_twilio: FlaskClient, caplog: pytest.LogCaptureFixture, sender: str, kept: str
) -> None:
    world.case()
    come_in(at_twilio, "hoi", sender)
    assert [one.address for one in unclaimed()] == [kept]
    assert received() == []
    assert "87654321" not in caplog.text


@pytest.mark.parametrize("sender", ["0612345678", "06-12345678", "+31 6 12345678", "0031612345678", NUMBER])
def test_a_number_is_recognised_however_it_is_written(
    world: World, at_twilio: FlaskClient, sender: str
) -> None:
    world.case()
    come_in(at_twilio, "hoi", sender)
    assert [(one.channel, one.address) for one in received()] == [("sms", NUMBER)]


def test_a_message_without_id_comes_in_once_all_the_same(
    world: World, at_twilio: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    world.case()
    bare = signed(f"{BASE}/twilio/inbound", {"From": WHATSAPP, "Body": "hoi"})
    for _time in range(2):
        assert call(at_twilio, bare).status_code == 200
    assert [one.body for one in received()] == ["hoi"]
    assert "without MessageSid" in caplog.text


@pytest.mark.parametrize("form", [{}, {"MessageSid": "SM1"}, {"MessageSid": "SM1", "Body": " "}])
def test_a_message_of_nothing_by_nobody_is_an_error(
    world: World, at_twilio: FlaskClient, form: dict[str, str]
) -> None:
    assert call(at_twilio, signed(f"{BASE}/twilio/inbound", form)).status_code == 400


def test_a_photo_is_kept_out_and_the_sender_told_so_in_her_language(
    world: World, at_twilio: FlaskClient
) -> None:
    case = world.case()
    words = come_in(at_twilio, "kijk", NumMedia="2", MediaUrl0="https://example.org/photo")
    assert words == "We kunnen hier geen foto's of bestanden ontvangen. Schrijf het in een bericht."
    with db.write() as session:
        person = session.get_one(Person, case.person_id)
        person.language = "ar"
        session.add(person)
    assert (come_in(at_twilio, "", sid="SM2", NumMedia="1") or "").startswith("We cannot receive photos")
    assert [one.body for one in received()] == ["kijk\n[bijlage niet bewaard]", "[bijlage niet bewaard]"]


def test_what_has_no_words_is_noted_in_words(world: World, at_twilio: FlaskClient) -> None:
    world.case()
    come_in(at_twilio, "", Latitude="51.9", Longitude="4.3")
    assert received()[0].body == "[bericht zonder tekst]"


@pytest.mark.parametrize(
    "body",
    [
        "مرحبا، أنا أعمل الآن",
        "你好，我在工作",
        "Здравствуйте",
        "👩‍👩‍👧 🏳️‍🌈 é e\u0301",
        "\u202eomgekeerd\u202c",
        "<script>alert(1)</script> & \"'",
        "{{ 7*7 }} %s %(x)s",
        "regel 1\r\nregel 2\ttab",
        "nul\0len\0",
        "'; DROP TABLE message; --",
    ],
)
def test_text_in_every_script_comes_in_as_it_was_written(
    world: World, at_twilio: FlaskClient, body: str
) -> None:
    world.case()
    come_in(at_twilio, body)
    assert received()[0].body == body.replace("\0", "")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.dictionaries(st.sampled_from(["From", "To", "Body", "NumMedia", "OptOutType", "X"]), st.text())
)
def test_whatever_comes_signed_is_taken_in_or_refused_and_never_crashes(
    world: World, at_twilio: FlaskClient, fields: dict[str, str]
) -> None:
    sid = f"SM{db.new_id().hex}"
    # A form cannot hold half a character: Twilio sends UTF-8.
    clean = {name: value.encode("utf-8", "ignore").decode() for name, value in fields.items()}
    before = len(received()) + len(unclaimed())
    answer = call(at_twilio, signed(f"{BASE}/twilio/inbound", clean | {"MessageSid": sid}))
    assert answer.status_code in (200, 400)
    assert len(received()) + len(unclaimed()) == before + (answer.status_code == 200)


def test_stop_is_heeded_kept_and_not_confirmed_twice(world: World, at_twilio: FlaskClient) -> None:
    case = world.case()
    assert come_in(at_twilio, "STOP", NUMBER) is None, "Twilio confirms its own words"
    assert opted_out() == {(case.person_id, "sms")}
    assert [one.body for one in received()] == ["STOP"]
    assert events(case)[-2:] == ["message_received", "opted_out"]
    come_in(at_twilio, "stop", NUMBER, sid="SM2")
    assert events(case).count("opted_out") == 1


def test_a_dutch_word_that_twilio_does_not_know_is_confirmed(world: World, at_twilio: FlaskClient) -> None:
    case = world.case()
    assert come_in(at_twilio, "Afmelden aub") == "Je krijgt hier geen berichten meer van ons."
    assert opted_out() == {(case.person_id, "whatsapp")}


def test_a_word_that_twilio_was_taught_is_heeded_and_not_confirmed(
    world: World, at_twilio: FlaskClient
) -> None:
    case = world.case()
    assert come_in(at_twilio, "doei", OptOutType="STOP") is None
    assert opted_out() == {(case.person_id, "whatsapp")}
    come_in(at_twilio, "toch", sid="SM2", OptOutType="START")
    assert opted_out() == set()


def test_a_number_that_stops_is_heeded_for_everybody_who_has_it(world: World, at_twilio: FlaskClient) -> None:
    household = world.cases(2)
    come_in(at_twilio, "geen berichten meer")
    assert opted_out() == {(case.person_id, "whatsapp") for case in household}
    assert len(unclaimed()) == 1
    come_in(at_twilio, "weer berichten", sid="SM2")
    assert len(opted_out()) == 2, "who lets them come again must be one person"


def test_messages_may_come_again_when_she_says_so(world: World, at_twilio: FlaskClient) -> None:
    case = world.case()
    come_in(at_twilio, "stop")
    come_in(at_twilio, "weer berichten", sid="SM2")
    assert opted_out() == set()
    assert events(case)[-1] == "opted_in"


def test_what_may_mean_stop_is_marked_for_the_coach(world: World, at_twilio: FlaskClient) -> None:
    case = world.case()
    come_in(at_twilio, "kun je stoppen met bellen?")
    assert opted_out() == set()
    table = db.table(CaseEvent).c
    data = db.session().scalars(
        select(table.data).where(table.case_id == case.id, table.kind == "message_received")
    )
    assert data.one()["perhaps_opt_out"] is True
    assert "Wil misschien geen berichten meer" in world.sign_in(world.coach).get("/today?lang=nl").text


def test_the_same_words_count_in_the_sandbox_too(world: World) -> None:
    case = world.case()
    service.receive(case.id, "whatsapp", NUMBER, "Stop!")
    assert opted_out() == {(case.person_id, "whatsapp")}


@given(st.text())
def test_no_address_breaks_the_reading_of_numbers(address: str) -> None:
    found = e164(address)
    assert found is None or found.startswith("+")
