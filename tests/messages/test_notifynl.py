"""NotifyNL by its own client, against a NotifyNL of our own: what is sent, what answers mean, what is told later."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, create_app, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import NewAttempt
from outreach.cases.models import CaseEvent, Person
from outreach.errors import Refused
from outreach.messages import look_up_service, outbox_service
from outreach.messages.channels import notifynl as way
from outreach.messages.channels.notifynl import ByNotifyNL
from outreach.messages.notifynl_views import MOST_BYTES
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import NotifyNL
from tests.conftest import settings_for
from tests.factories import World
from tests.fakes.notifynl import (
    API_KEY,
    BROKEN_AFTER,
    BROKEN_BEFORE,
    BUSY,
    DAY_IS_FULL,
    EMAIL_TEMPLATE,
    SMS_TEMPLATE,
    TIME_OUT,
    TOKEN,
    FakeNotifyNL,
    Trouble,
    refuse,
)

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
NUMBER, MAILBOX = "+31612345678", "noor@example.org"
NOBODY_LISTENS = "http://127.0.0.1:1"


@pytest.fixture
def fake() -> Iterator[FakeNotifyNL]:
    """A NotifyNL that answers."""
    with FakeNotifyNL() as notifynl:
        yield notifynl


def by_notifynl(fake: FakeNotifyNL, channel: str = "sms", *, url: str = "", key: str = API_KEY) -> ByNotifyNL:
    account = NotifyNL(key, url or fake.url, TOKEN, SMS_TEMPLATE, EMAIL_TEMPLATE)
    return ByNotifyNL(account, channel, time_out=0.5)


def message(channel: str = "sms", **more: Any) -> Outgoing:
    address = MAILBOX if channel == "email" else NUMBER
    return Outgoing(
        **{
            "attempt_id": uuid4(),
            "case_id": uuid4(),
            "person_id": uuid4(),
            "channel": channel,
            "step": "w1-sms-1",
            "address": address,
            "body": "Hoi Noor, hoe gaat het? https://example.org/r/abc",
            "subject": "Doorstroompunt",
            **more,
        }
    )


# Sending


def test_a_text_message_takes_the_template_with_its_one_placeholder(fake: FakeNotifyNL) -> None:
    sms = message()
    outcome = by_notifynl(fake).send(sms)
    (taken,) = fake.sent
    assert outcome == Outcome(Fate.accepted, taken["id"])
    assert (taken["type"], taken["phone_number"], taken["template"]["id"]) == ("sms", NUMBER, SMS_TEMPLATE)
    assert taken["personalisation"] == {"bericht": sms.body}


def test_an_email_takes_its_subject_along(fake: FakeNotifyNL) -> None:
    email = message("email")
    assert by_notifynl(fake, "email").send(email).fate is Fate.accepted
    (taken,) = fake.sent
    assert (taken["type"], taken["email_address"]) == ("email", MAILBOX)
    assert taken["personalisation"] == {"onderwerp": "Doorstroompunt", "bericht": email.body}


def test_the_reference_is_the_attempt_and_says_nothing_of_the_person(fake: FakeNotifyNL) -> None:
    sms = message()
    by_notifynl(fake).send(sms)
    assert fake.sent[0]["reference"] == str(sms.attempt_id)


@pytest.mark.parametrize(
    ("words", "kind", "reason"),
    [
        ("phone_number Not enough digits", "ValidationError", Reason.bad_address),
        ("phone_number Must not contain letters or symbols", "ValidationError", Reason.bad_address),
        (
            "Het telefoonnummer is ongeldig – controleer het telefoonnummer",
            "ValidationError",
            Reason.bad_address,
        ),
        ("email_address Not a valid email address", "ValidationError", Reason.bad_address),
        ("phone_number Not a dutch mobile number", "ValidationError", Reason.not_reachable),
        ("Cannot send to international mobile numbers", "BadRequestError", Reason.not_reachable),
        ("Can’t send to this recipient using a team-only API key", "BadRequestError", Reason.provider),
        ("Can’t send to this recipient when service is in trial mode", "BadRequestError", Reason.provider),
        ("Missing personalisation: bericht", "BadRequestError", Reason.provider),
        ("Template not found", "BadRequestError", Reason.provider),
        (
            "Your message is too long. Text messages cannot be longer than 918 characters.",
            "BadRequestError",
            Reason.bad_text,
        ),
        ("Something that nobody has seen before", "BadRequestError", Reason.provider),
    ],
)
def test_a_refusal_says_why(fake: FakeNotifyNL, words: str, kind: str, reason: Reason) -> None:
    fake.next(refuse(words, kind))
    outcome = by_notifynl(fake).send(message())
    assert (outcome.fate, outcome.reason, outcome.error_code) == (Fate.refused, reason, f"400 {kind}")


def test_a_key_that_is_not_ours_any_more_is_refused_as_the_providers_matter(fake: FakeNotifyNL) -> None:
    outcome = by_notifynl(fake, key=API_KEY[:-1] + "0").send(message())
    assert (outcome.fate, outcome.reason) == (Fate.refused, Reason.provider)
    assert outcome.error_code == "403 AuthError"
    assert fake.sent == []


def test_too_many_at_once_go_later(fake: FakeNotifyNL) -> None:
    in_two_minutes = Trouble(False, 429, "RateLimitError", "", headers=(("Retry-After", "120"),))
    fake.next(BUSY, in_two_minutes, DAY_IS_FULL)
    waits = []
    for _ in range(3):
        outcome = by_notifynl(fake).send(message())
        assert outcome.fate is Fate.later
        waits.append(outcome.retry_after)
    assert waits == [None, timedelta(minutes=2), way.NEXT_DAY]


def test_where_nobody_listens_nothing_was_handed_over(fake: FakeNotifyNL) -> None:
    for url in (NOBODY_LISTENS, "http://nobody.invalid"):
        assert by_notifynl(fake, url=url).send(message()).fate is Fate.later, url


@pytest.mark.parametrize(
    "trouble",
    [
        TIME_OUT,
        BROKEN_AFTER,
        BROKEN_BEFORE,
        Trouble(accepted=True, status=201, body="<html>a proxy in between</html>"),
        Trouble(accepted=True, status=201, body="[]"),
        Trouble(accepted=True, status=201, body='{"id": 7}'),
    ],
    ids=["time-out", "500", "503", "no JSON", "a list", "no id"],
)
def test_what_may_have_been_taken_over_is_unknown(fake: FakeNotifyNL, trouble: Trouble) -> None:
    fake.next(trouble)
    assert by_notifynl(fake).send(message()).fate is Fate.unknown


def test_nothing_personal_is_logged(fake: FakeNotifyNL, caplog: pytest.LogCaptureFixture) -> None:
    fake.next(refuse(f"phone_number {NUMBER} is no number", "ValidationError"), Trouble(True, 201, body="?"))
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            by_notifynl(fake).send(message())
    assert "400 ValidationError" in caplog.text
    assert NUMBER not in caplog.text
    assert "Noor" not in caplog.text


# Asking afterwards


def test_a_message_of_unknown_fate_is_found_by_its_reference(fake: FakeNotifyNL) -> None:
    sms, other = message(), message()
    fake.next(BROKEN_AFTER)
    by = by_notifynl(fake)
    assert by.send(sms).fate is Fate.unknown
    by.send(other)
    assert by.find(sms, SINCE) == Outcome(Fate.accepted, fake.sent[0]["id"])
    fake.becomes(0, "delivered")
    assert by.find(sms, SINCE) == Outcome(Fate.delivered, fake.sent[0]["id"])


def test_what_notifynl_never_got_is_not_there(fake: FakeNotifyNL) -> None:
    fake.next(BROKEN_BEFORE)
    by, sms = by_notifynl(fake), message()
    assert by.send(sms).fate is Fate.unknown
    assert by.find(sms, SINCE) is None


def test_when_notifynl_cannot_be_asked_the_fate_stays_unknown(fake: FakeNotifyNL) -> None:
    found = by_notifynl(fake, url=NOBODY_LISTENS).find(message(), SINCE)
    assert found is not None
    assert found.fate is Fate.unknown
    assert by_notifynl(fake, url=NOBODY_LISTENS).fetch("x") is None


@pytest.mark.parametrize(
    ("status", "fate", "reason"),
    [
        ("delivered", Fate.delivered, None),
        ("permanent-failure", Fate.refused, Reason.not_reachable),
        ("temporary-failure", Fate.refused, Reason.too_late),
        ("technical-failure", Fate.refused, Reason.provider),
    ],
)
def test_a_status_says_what_became_of_it(
    fake: FakeNotifyNL, status: str, fate: Fate, reason: Reason | None
) -> None:
    by = by_notifynl(fake)
    by.send(message())
    fake.becomes(0, status)
    found = by.fetch(fake.sent[0]["id"])
    assert found is not None
    assert (found.fate, found.reason) == (fate, reason)


@pytest.mark.parametrize("status", ["created", "sending", "pending", "a status of next year"])
def test_what_is_still_under_way_is_no_news(fake: FakeNotifyNL, status: str) -> None:
    by = by_notifynl(fake)
    by.send(message())
    fake.becomes(0, status)
    assert by.fetch(fake.sent[0]["id"]) is None


def test_a_message_that_notifynl_has_forgotten_is_no_news(fake: FakeNotifyNL) -> None:
    assert by_notifynl(fake).fetch(str(uuid4())) is None


def test_who_does_not_use_notifynl_does_not_load_its_client() -> None:
    seen = "import sys, outreach.messages.notifynl_views; "
    seen += "print([name for name in sys.modules if name.startswith('notifications_')])"
    done = subprocess.run([sys.executable, "-c", seen], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "value"), [("NOTIFYNL_API_KEY", "half a key"), ("NOTIFYNL_API_URL", "api.notifynl.nl")]
)
def test_what_cannot_be_used_is_refused_at_the_start(fake: FakeNotifyNL, name: str, value: str) -> None:
    settings = fake.settings() | {"OUTREACH_CHANNELS": "sms=notifynl", name: value}
    with pytest.raises(Refused, match=name):
        settings_for("sqlite:///x", **settings)


# Through the outbox


@pytest.fixture
def real(database_url: str, fake: FakeNotifyNL) -> Iterator[Flask]:
    """An installation that sends text messages and e-mail by NotifyNL."""
    more = {"OUTREACH_CHANNELS": "sms=notifynl,email=notifynl", **fake.settings()}
    app = create_app(settings_for(database_url, **more))
    with app.app_context(), clock.at(clock.parse("2026-03-02T10:00")):
        yield app
    app.extensions["outreach_engine"].dispose()


def due(world: World, channel: str = "sms") -> UUID:
    """A message that is due now, to somebody with a number and a mailbox."""
    case = world.case()
    now = clock.now()
    with db.write() as session:
        person = session.get_one(Person, case.person_id)
        person.email = MAILBOX
        session.add(person)
        new = NewAttempt(
            case.id,
            None,
            None,
            "w1",
            1,
            channel,
            "system",
            "w1-whatsapp-1",
            None,
            now,
            now + timedelta(days=1),
        )
        return attempts.plan_many(session, [new])[0]


def attempt(attempt_id: UUID) -> ContactAttempt:
    db.session().expire_all()
    return db.session().get_one(ContactAttempt, attempt_id)


def test_whole_messages_leave_by_notifynl(real: Flask, fake: FakeNotifyNL) -> None:
    world = World.make(real)
    sms, email = due(world), due(world, "email")
    assert outbox_service.empty() == {"sms": 1, "email": 1}
    taken = {each["type"]: each for each in fake.sent}
    assert taken["sms"]["personalisation"]["bericht"].startswith("Hoi Noor, ik ben Samira van Doorstroompunt")
    assert taken["sms"]["reference"] == str(sms)
    assert taken["email"]["email_address"] == MAILBOX
    for attempt_id, kind in ((sms, "sms"), (email, "email")):
        found = attempt(attempt_id)
        assert (found.status, found.provider_id) == ("sent", taken[kind]["id"])


def test_what_timed_out_is_found_and_sent_once(
    real: Flask, fake: FakeNotifyNL, monkeypatch: pytest.MonkeyPatch
) -> None:
    sms = due(World.make(real))
    outbox_service.ways()["sms"].time_out = 0.5  # type: ignore[attr-defined]
    fake.next(TIME_OUT)
    assert outbox_service.empty() == {}
    assert attempt(sms).status == "unknown"
    assert look_up_service.look_up_unknown() == 1
    assert outbox_service.empty() == {}
    assert (attempt(sms).status, len(fake.sent)) == ("sent", 1)


def test_the_nightly_question_settles_what_no_callback_told(real: Flask, fake: FakeNotifyNL) -> None:
    sms = due(World.make(real))
    outbox_service.empty()
    fake.becomes(0, "permanent-failure")
    with clock.at(clock.now() + timedelta(hours=14)):
        assert look_up_service.ask_after() == 1
    found = attempt(sms)
    assert (found.status, found.result, found.error_code) == ("failed", "not_reachable", "permanent-failure")


# Callbacks


def told(app: Flask, body: Any, token: str | None = TOKEN, **more: Any) -> int:
    """Tell something at /notifynl/status as NotifyNL does; the status of the answer."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    data = body if isinstance(body, bytes) else json.dumps(body)
    answer = app.test_client().post(
        "/notifynl/status", data=data, headers=headers, content_type="application/json", **more
    )
    assert "Set-Cookie" not in answer.headers
    return answer.status_code


def events(kind: str) -> int:
    db.session().expire_all()
    return len(db.session().scalars(select(CaseEvent).where(col(CaseEvent.kind) == kind)).all())


def test_a_callback_says_that_it_arrived_however_often_it_comes(real: Flask, fake: FakeNotifyNL) -> None:
    sms = due(World.make(real))
    outbox_service.empty()
    delivered = fake.becomes(0, "delivered")
    sending = fake.becomes(0, "sending")
    for each in (delivered, delivered, sending, delivered):
        assert told(real, each) == 204
    assert attempt(sms).status == "delivered"
    assert events("message_delivered") == 1


def test_a_failure_is_told_with_its_reason(real: Flask, fake: FakeNotifyNL) -> None:
    email = due(World.make(real), "email")
    outbox_service.empty()
    assert told(real, fake.becomes(0, "temporary-failure")) == 204
    found = attempt(email)
    assert (found.status, found.error_code) == ("expired", "temporary-failure")
    assert events("message_failed") == 1


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_without_the_token_nothing_is_taken_in(real: Flask, fake: FakeNotifyNL, token: str | None) -> None:
    sms = due(World.make(real))
    outbox_service.empty()
    assert told(real, fake.becomes(0, "delivered"), token) == 401
    assert attempt(sms).status == "sent"


def test_the_token_by_another_scheme_is_refused(real: Flask) -> None:
    headers = {"Authorization": f"Basic {TOKEN}"}
    assert real.test_client().post("/notifynl/status", data="{}", headers=headers).status_code == 401


@pytest.mark.parametrize("token", [None, "", TOKEN])
def test_an_installation_without_token_lets_nobody_in(app: Flask, token: str | None) -> None:
    assert told(app, {}, token) == 401


def test_an_unknown_status_is_logged_and_answered_kindly(
    real: Flask, fake: FakeNotifyNL, caplog: pytest.LogCaptureFixture
) -> None:
    sms = due(World.make(real))
    outbox_service.empty()
    for status in ("eaten-by-a-dog\nnext line", None, 7, ["delivered"], {"a": 1}):
        body = fake.becomes(0, "sending") | {"status": status}
        assert told(real, body) == 204
    assert str(sms) in caplog.text
    assert "eaten-by-a-dog\\nnext line" in caplog.text
    assert NUMBER not in caplog.text
    assert attempt(sms).status == "sent"


@pytest.mark.parametrize(
    "reference", [None, "", "of another system", 7, "cfd78dff-1f0b-4ec5-8b7b-ec5d09ecf789"]
)
def test_a_message_that_is_not_ours_is_answered_kindly(real: Flask, reference: object) -> None:
    assert told(real, {"id": str(uuid4()), "reference": reference, "status": "delivered"}) == 204


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"x"', b"\xff\xfe", b"[" * 10_000, b"1" * 9_000])
def test_what_is_no_callback_is_refused(real: Flask, body: bytes) -> None:
    assert told(real, body) == 422


def test_a_body_that_is_too_large_is_not_read(real: Flask) -> None:
    assert told(real, b"x" * (MOST_BYTES + 1)) == 413
    assert told(real, b"x" * 1024 * 1024) == 413
    assert told(real, b"x" * 1024 * 1024, token="wrong") == 401


def test_a_callback_from_a_browser_of_staff_opens_no_session(real: Flask) -> None:
    world = World.make(real)
    client = world.sign_in(world.coach)
    answer = client.post("/notifynl/status?lang=en", data="{}", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


def test_the_address_is_in_the_public_zone_alone(database_url: str) -> None:
    for zone, there in (("public", True), ("staff", False)):
        app = create_app(settings_for(database_url), zone=zone)  # type: ignore[arg-type]
        assert ("notifynl.status" in app.view_functions) is there
        app.extensions["outreach_engine"].dispose()
