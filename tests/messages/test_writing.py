"""A coach writes back: at once where she may, else with the reason why not; sent once, with what became of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from outreach import clock, create_app, db
from outreach.attempts.models import ContactAttempt
from outreach.cases import service as cases
from outreach.cases.models import Case, CoachNotice, Person
from outreach.messages import (
    outbox_queries,
    outbox_service,
    text_service,
    writing_queries,
    writing_service,
)
from outreach.messages.models import Message
from outreach.messages.texts import MessageTextInvalid, TextKey
from outreach.messages.writing_rules import Facts, Hindrance, way_out
from outreach.messages.writing_service import CannotWrite
from outreach.regions import service as regions
from outreach.regions.checking import SettingsInvalid
from outreach.ticking import plan
from tests.conftest import settings_for
from tests.factories import World, csrf, post
from tests.messages.scripted import Scripted, put_in
from tests.messages.test_inbox import MOBILE, listed, soup, wrote
from tests.messages.test_sandbox import begin

EVENING = clock.parse("2026-03-03T21:30")
MORNING = clock.parse("2026-03-04T09:00")


def attempts() -> list[ContactAttempt]:
    db.session().expire_all()
    return list(db.session().scalars(select(ContactAttempt)))


def ours() -> list[Message]:
    db.session().expire_all()
    return [one for one in db.session().scalars(select(Message)) if one.direction == "out"]


def send(world: World, case: Case, body: str, channel: str = "whatsapp", **more: str) -> Any:
    path = f"/messages/{case.id}"
    return post(world.sign_in(world.coach), path, {"body": body, "channel": channel, **more}, token_from=path)


def page_of(world: World, case: Case) -> BeautifulSoup:
    return soup(world.sign_in(world.coach).get(f"/messages/{case.id}"))


def test_an_answer_stands_there_at_once_and_then_arrives(world: World) -> None:
    case = world.case()
    wrote(case, "Kan je bellen?", ago=1)
    assert send(world, case, "Ja, om vijf uur!").status_code == 303
    page = page_of(world, case)
    assert "Ja, om vijf uur!" in page.select(".bubble--ours")[-1].text
    assert "Wordt verstuurd" in page.select(".bubble--ours")[-1].text
    assert outbox_service.empty() == {"whatsapp": 1}
    assert "Aangekomen" in page_of(world, case).select(".bubble--ours")[-1].text
    message = ours()[0]
    assert (message.body, message.address, message.staff_id) == ("Ja, om vijf uur!", MOBILE, world.coach.id)
    assert listed(world.sign_in(world.coach).get("/messages")) == ["Noor Jansen"]


def test_an_answer_deals_with_the_notice_and_with_what_is_unread(world: World) -> None:
    case = world.case()
    wrote(case)
    send(world, case, "Hoi Noor")
    db.session().expire_all()
    assert db.session().scalars(select(CoachNotice)).one().handled_by == world.coach.id
    assert "talk--unread" not in world.sign_in(world.coach).get("/messages").text


def test_the_same_form_twice_is_sent_once(world: World) -> None:
    case = world.case()
    wrote(case)
    key = str(uuid4())
    for _ in range(2):
        assert send(world, case, "Hoi", key=key).status_code == 303
    assert len(ours()) == 1


def test_an_answer_goes_out_at_night_too(world: World) -> None:
    case = world.case()
    with clock.at(EVENING):
        wrote(case, "ben je er nog?", ago=0.1)
        writing_service.write(case.id, "whatsapp", "Ja hoor", by=world.coach.id)
        assert outbox_service.empty() == {"whatsapp": 1}


def test_who_did_not_ask_gets_it_in_the_morning(world: World) -> None:
    case = world.case()
    with clock.at(EVENING):
        writing_service.write(case.id, "sms", "Hoi, met Samira", by=world.coach.id)
        assert outbox_service.empty() == {}
        assert "Gaat weg op wo 4 maart, 09.00" in page_of(world, case).text
    with clock.at(MORNING):
        assert outbox_service.empty() == {"sms": 1}


def test_after_a_day_whatsapp_takes_an_approved_message_only(world: World) -> None:
    case = world.case()
    wrote(case, ago=25)
    answer = send(world, case, "Hoi, hoe is het nu?")
    assert answer.status_code == 422
    assert "Kies een goedgekeurd bericht" in answer.text
    assert "Hoi, hoe is het nu?" in answer.text, "what she wrote is not lost"
    assert ours() == []
    page = page_of(world, case)
    assert "Hoi Noor, ik ben Samira" in page.select_one("#write").text
    form = page.select_one("form[action$='/approved']")
    assert form is not None
    path = f"/messages/{case.id}"
    name = form.select_one("[name=name]")["value"]
    with clock.at(MORNING):
        for _ in range(2):
            client = world.sign_in(world.coach)
            post(client, f"{path}/approved", {"name": name, "channel": "whatsapp"}, token_from=path)
        assert [(one.template, one.enrolment_id) for one in attempts()] == [(name, None)], "once"
        assert "Goedgekeurd bericht ‘" in page_of(world, case).text
        assert outbox_service.empty() == {"whatsapp": 1}
        assert ours()[0].body.startswith("Hoi Noor, ik ben Samira")


def test_a_text_that_nobody_approved_is_not_sent(world: World) -> None:
    case = world.case()
    path = f"/messages/{case.id}/approved"
    answer = post(
        world.sign_in(world.coach), path, {"name": "w9", "channel": "whatsapp"}, token_from="/today"
    )
    assert answer.status_code == 422
    assert attempts() == []


def test_what_somebody_does_not_want_is_not_sent(world: World) -> None:
    case = world.case()
    wrote(case)
    cases.opt_out(case.id, "whatsapp", by=world.coach.id)
    assert "wil zo niet bereikt worden" in send(world, case, "Hoi").text
    cases.opt_out(case.id, "all", by=world.coach.id)
    assert send(world, case, "Hoi", "sms").status_code == 422
    assert (ours(), attempts()) == ([], [])
    assert page_of(world, case).select_one("[name=body]") is None


def test_without_a_number_it_says_what_is_missing(world: World) -> None:
    case = world.case(mobile=None)
    assert "geen nummer of adres bekend" in send(world, case, "Hoi", "sms").text
    assert "geen nummer of adres bekend" in page_of(world, case).text


def test_a_way_that_the_region_switched_off_is_not_offered(world: World) -> None:
    case = world.case()
    wrote(case)
    regions.change_settings(world.region.id, world.region.name, {"channels_off": ["whatsapp"]})
    assert "gebruikt deze manier niet" in send(world, case, "Hoi").text
    assert [tag["value"] for tag in page_of(world, case).select("#write [name=channel]")] == ["sms"]


@pytest.mark.parametrize("body", ["", "  \n ", "\0"])
def test_an_empty_message_is_told_at_the_field(world: World, body: str) -> None:
    case = world.case()
    wrote(case)
    answer = send(world, case, body)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select_one("#body[aria-invalid]") is not None


@pytest.mark.parametrize(
    ("channels", "channel", "most"),
    [
        ("sandbox", "whatsapp", 4096),
        ("sandbox", "sms", 1600),
        ("sandbox", "email", 10_000),
        ("whatsapp=hand,sms=hand", "whatsapp", 4096),
        ("whatsapp=twilio,sms=twilio", "whatsapp", 1600),
        ("whatsapp=twilio,sms=twilio", "sms", 1600),
        ("sms=notifynl", "sms", 918),
    ],
)
def test_a_message_that_is_too_long_is_refused_with_the_most(
    world: World, channels: str, channel: str, most: int
) -> None:
    settings = {
        "OUTREACH_CHANNELS": channels,
        "NOTIFYNL_API_KEY": f"tests-{UUID(int=1)}-{UUID(int=2)}",
        "NOTIFYNL_SMS_TEMPLATE": str(UUID(int=3)),
    }
    put_in(world.app, Scripted(), **settings)
    case = world.case()
    with db.write() as session:
        person = session.get_one(Person, case.person_id)
        person.email = "noor@example.org"
        session.add(person)
    wrote(case)
    answer = send(world, case, "a" * (most + 1), channel)
    assert answer.status_code == 422
    error = BeautifulSoup(answer.text, "html.parser").select_one("#body-error")
    assert error is not None
    assert f"{most + 1} tekens, en hoogstens {most} tekens mag" in error.get_text()
    assert "aaaa" in answer.text, "what she wrote is not lost"
    assert send(world, case, "a" * most, channel).status_code == 303
    assert [len(one.body) for one in ours()] == [most]


def test_a_text_that_is_too_long_for_a_way_is_not_offered_for_it(world: World) -> None:
    long = "Hoi {{ voornaam }}, hier {{ dienst }}: {{ link }} " + "ja hoor " * 120 + "dag!"
    text_service.save(world.region, TextKey("w1-whatsapp-2", "nl"), long, "", world.coordinator.id)
    settings = {
        "OUTREACH_CHANNELS": "whatsapp=hand,sms=notifynl",
        "NOTIFYNL_API_KEY": f"tests-{UUID(int=1)}-{UUID(int=2)}",
        "NOTIFYNL_SMS_TEMPLATE": str(UUID(int=3)),
    }
    put_in(world.app, Scripted(), **settings)
    to = writing_queries.recipient(world.case().id)
    names = {
        channel: {text.key.name for text in writing_queries.approved(to, channel)}
        for channel in ("whatsapp", "sms")
    }
    assert names["whatsapp"] - names["sms"] == {"w1-whatsapp-2"}
    with pytest.raises(MessageTextInvalid, match="918"):
        text_service.check(world.region, TextKey("w1-whatsapp-1", "nl"), long)


def test_a_way_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(CannotWrite):
        writing_service.write(world.case().id, "pigeon", "Hoi", by=world.coach.id)


def test_an_answer_goes_to_where_they_wrote_from(world: World) -> None:
    case = world.case(mobile="+31687654321")
    wrote(case, channel="sms", ago=1)
    writing_service.write(case.id, "sms", "Hoi", by=world.coach.id)
    with clock.at(clock.now() + timedelta(hours=24)):
        writing_service.write(case.id, "sms", "Nog eens", by=world.coach.id)
    assert [one.address for one in ours()] == [MOBILE, "+31687654321"]


def test_a_quick_answer_begins_the_message(world: World) -> None:
    case = world.case()
    wrote(case)
    link = page_of(world, case).select(".quick__link")[1]
    client = world.sign_in(world.coach)
    whole = soup(client.get(str(link["href"])))
    part = soup(client.get(str(link["hx-get"]), headers={"HX-Request": "true"}))
    for page in (whole, part):
        assert page.select_one("#body").text.strip() == link.text.strip()
    assert part.find("html") is None


def test_a_failure_is_told_with_its_reason(world: World) -> None:
    case = world.case()
    wrote(case)
    writing_service.write(case.id, "whatsapp", "Hoi", by=world.coach.id)
    with db.write() as session:
        attempt = session.scalars(select(ContactAttempt)).one()
        attempt.status, attempt.result = "failed", "not_reachable"
        session.add(attempt)
    bubble = page_of(world, case).select(".bubble--ours")[-1]
    assert "Mislukt: dit nummer of adres is zo niet te bereiken" in bubble.text


def test_with_htmx_only_the_conversation_comes_back(world: World) -> None:
    case = world.case()
    wrote(case)
    client = world.sign_in(world.coach)
    path = f"/messages/{case.id}"
    data = {"body": "Hoi terug", "channel": "whatsapp", "csrf_token": csrf(client, path)}
    answer = soup(client.post(path, data=data, headers={"HX-Request": "true"}))
    assert answer.find("html") is None
    assert "Hoi terug" in answer.select(".bubble--ours")[-1].text
    assert answer.select_one("#body").text.strip() == ""


def test_what_goes_by_hand_is_the_coachs_own_to_send(world: World, database_url: str) -> None:
    case = world.case()
    app: Flask = create_app(settings_for(database_url, OUTREACH_CHANNELS="whatsapp=hand"))
    with app.app_context(), clock.at(EVENING):
        writing_service.write(case.id, "whatsapp", "Hoi, met Samira", by=world.coach.id)
        attempt = db.session().scalars(select(ContactAttempt)).one()
        assert (attempt.owner, attempt.step, attempt.due_at) == ("coach", "whatsapp", EVENING)
        with pytest.raises(CannotWrite):
            writing_service.write(case.id, "sms", "Hoi", by=world.coach.id)
    app.extensions["outreach_engine"].dispose()


@pytest.mark.parametrize(
    ("changes", "hindrance"),
    [
        ({}, None),
        ({"way_of": {}}, Hindrance.missing),
        ({"channels_off": ["whatsapp"]}, Hindrance.off),
        ({"opt_outs": {"all"}}, Hindrance.opted_out),
        ({"mobile": None}, Hindrance.no_address),
        ({"open_until": None}, Hindrance.closed),
        ({"open_until": MORNING}, Hindrance.closed),
        ({"open_until": None, "way_of": {"whatsapp": "hand"}}, None),
    ],
)
def test_why_a_way_is_closed(changes: dict[str, Any], hindrance: Hindrance | None) -> None:
    usual: dict[str, Any] = {
        "mobile": MOBILE,
        "email": None,
        "way_of": {"whatsapp": "twilio"},
        "open_until": datetime.max.replace(tzinfo=MORNING.tzinfo),
    }
    assert way_out("whatsapp", Facts(**usual | changes), MORNING).hindrance is hindrance


def test_an_answer_goes_before_a_mail_out(world: World) -> None:
    planned, answered = world.case(given_name="Daan"), world.case(given_name="Noor")
    begin(world, planned, moment="2026-03-02T09:30")
    with clock.at(clock.parse("2026-03-02T10:00")):
        plan(clock.now())
        wrote(answered, ago=1)
        writing_service.write(answered.id, "whatsapp", "Hoi", by=world.coach.id)
        first, second = outbox_queries.candidates(clock.now(), ["whatsapp"], [world.region.id], 10)
        assert [first.attempt_id, second.attempt_id] == [
            next(one.id for one in attempts() if one.case_id == case.id) for case in (answered, planned)
        ]


def test_quick_answers_are_the_regions_own(world: World) -> None:
    case = world.case()
    wrote(case)
    settings = regions.change_settings(
        world.region.id, world.region.name, {"quick_answers": "Ja!\n\n Nee. \n"}
    )
    assert settings.settings.quick_answers == ["Ja!", "Nee."]
    assert [link.text for link in page_of(world, case).select(".quick__link")] == ["Ja!", "Nee."]
    with pytest.raises(SettingsInvalid):
        regions.change_settings(world.region.id, world.region.name, {"quick_answers": "a" * 301})
