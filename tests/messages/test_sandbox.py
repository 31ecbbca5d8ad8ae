"""Messages in the sandbox: they go out in quiet-hour-safe moments, and an answer stops the plan."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Enrolment
from outreach.cases.models import Case, CoachNotice
from outreach.messages import service, texts
from outreach.messages.models import Message
from outreach.messages.texts import TextKey
from outreach.responses.models import ResponseCode
from outreach.ticking import tick
from tests.factories import World, post


def begin(world: World, *cases: Case, moment: str = "2026-03-02T09:30") -> None:
    with clock.at(clock.parse(moment)):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id for case in cases])
        campaigns.start(campaign.id)


def messages() -> list[Message]:
    db.session().expire_all()
    return list(db.session().scalars(select(Message).order_by(col(Message.id))))


def test_the_first_message_names_the_coach_and_links_to_the_form(world: World) -> None:
    case = world.case(given_name="Noor")
    begin(world, case)
    assert tick(clock.parse("2026-03-02T10:00"))["attempts"] == {"whatsapp": 1}
    message = messages()[0]
    code = db.session().scalars(select(ResponseCode)).one()
    assert message.body.startswith("Hoi Noor, ik ben Samira van Doorstroompunt, gemeente Vlaardingen")
    assert f"/r/{code.code.lower()}" in message.body
    attempt = db.session().scalars(select(ContactAttempt)).one()
    assert (attempt.status, attempt.id) == ("delivered", code.attempt_id)


def test_nothing_goes_out_at_night(world: World) -> None:
    begin(world, world.case(), moment="2026-03-02T21:00")
    assert tick(clock.parse("2026-03-02T21:00"))["attempts"] == {}
    assert messages() == []
    assert tick(clock.parse("2026-03-03T09:00"))["attempts"]["whatsapp"] == 1


def test_the_same_moment_again_sends_nothing_twice(world: World) -> None:
    begin(world, world.case())
    for _ in range(3):
        tick(clock.parse("2026-03-02T10:00"))
    assert len(messages()) == 1


def test_a_reply_in_the_sandbox_stops_the_plan_and_tells_the_coach(world: World) -> None:
    case = world.case()
    begin(world, case)
    tick(clock.parse("2026-03-02T10:00"))
    client = world.sign_in(world.coordinator)
    assert "Noor" in client.get("/sandbox").text
    answer = post(
        client,
        f"/sandbox/{case.id}",
        {"body": "Hoi, ik werk nu bij de bakker"},
        token_from=f"/sandbox/{case.id}",
    )
    assert answer.status_code == 302
    assert "bakker" in client.get(f"/sandbox/{case.id}").text
    db.session().expire_all()
    assert db.session().scalars(select(Enrolment)).one().status == "stopped"
    assert db.session().get(Case, case.id).status == "in_contact"
    assert db.session().scalars(select(CoachNotice)).one().kind == "message_received"


def test_an_empty_reply_is_told_at_the_field(world: World) -> None:
    case = world.case()
    begin(world, case)
    tick(clock.parse("2026-03-02T10:00"))
    client = world.sign_in(world.coordinator)
    assert post(client, f"/sandbox/{case.id}", {"body": " "}, token_from="/sandbox").status_code == 422
    assert len(messages()) == 1


def test_the_phone_of_another_municipality_is_not_to_be_found(world: World) -> None:
    case = world.case()
    outsider = world.outsider()
    client = world.sign_in(outsider)
    assert client.get(f"/sandbox/{case.id}").status_code == 404


def test_a_missing_text_fails_its_own_message_and_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = world.case(given_name="Noor"), world.case(given_name="Daan")
    begin(world, broken, fine)
    with clock.at(clock.parse("2026-03-02T10:00")):
        campaigns.tick(clock.now())
    with db.write() as session:
        attempt = session.scalars(
            select(ContactAttempt).where(col(ContactAttempt.case_id) == broken.id)
        ).one()
        attempt.template = "w9-bestaat-niet"
        session.add(attempt)
    tick(clock.parse("2026-03-02T10:00"))
    assert [message.case_id for message in messages()] == [fine.id]
    failed = (
        db.session().scalars(select(ContactAttempt).where(col(ContactAttempt.case_id) == broken.id)).one()
    )
    assert (failed.status, failed.result) == ("failed", "no_text")
    assert "w9-bestaat-niet" in caplog.text


def test_the_same_incoming_message_twice_is_stored_once(world: World) -> None:
    case = world.case()
    first = service.receive(case.id, "whatsapp", "+31612345678", "hoi", provider_id="SM1")
    second = service.receive(case.id, "whatsapp", "+31612345678", "hoi", provider_id="SM1")
    assert first == second
    assert len(messages()) == 1


def test_every_shipped_text_has_both_languages_and_known_placeholders() -> None:
    for name, used in texts.shipped().items():
        assert used <= texts.PLACEHOLDERS.keys()
        for language in ("nl", "en"):
            source = texts.shipped_sources()[TextKey(name, language)]
            assert texts.parse(source).fill(dict.fromkeys(texts.PLACEHOLDERS, "x"))
