"""What Twilio tells us counts only with its signature, only once, and only forwards."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from outreach import clock, create_app, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import NewAttempt
from outreach.cases.models import Case, CaseEvent, OptOut
from outreach.messages import look_up_service, outbox_service
from outreach.messages.channels.twilio import ByTwilio
from outreach.messages.models import Message
from tests.conftest import settings_for
from tests.factories import World
from tests.fakes.twilio import BROKEN_AFTER, BROKEN_BEFORE, FakeTwilio, Switches
from tests.fakes.twilio_webhooks import Callback, inbound, signed

BASE = "https://outreach.example.org"
SENDER = "whatsapp:+31612345678"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """A Twilio on this machine."""
    with FakeTwilio() as fake:
        yield fake


@pytest.fixture
def at_twilio(app: Flask, twilio: FakeTwilio) -> FlaskClient:
    """An installation that sends by this Twilio; what Twilio itself would use to call us."""
    use(app, twilio)
    return app.test_client(use_cookies=True)


def use(app: Flask, twilio: FakeTwilio, **more: str) -> None:
    url = app.extensions["outreach_settings"].database_url
    fast = {"OUTREACH_SMS_PER_SECOND": "0", "OUTREACH_WHATSAPP_PER_SECOND": "0"}
    made = settings_for(url, **{"OUTREACH_BASE_URL": BASE} | twilio.env | fast | more)
    app.extensions["outreach_settings"] = made
    app.extensions["outreach_ways"] = {
        channel: ByTwilio(made.providers.twilio, channel, BASE, read_within=1.0)
        for channel in ("sms", "whatsapp")
    }


def call(client: FlaskClient, callback: Callback) -> TestResponse:
    """The webhook, as it comes out of a proxy that speaks plain http inside."""
    return client.post(
        callback.path, data=callback.form, headers=callback.headers, base_url="http://10.0.0.7:8000"
    )


def planned(case: Case, channel: str = "sms") -> UUID:
    now = clock.now()
    with db.write() as session:
        new = NewAttempt(case.id, None, None, channel, 1, channel, "system", "w1-whatsapp-1", None, now, None)
        return attempts.plan_many(session, [new])[0]


def sent(world: World, channel: str = "sms") -> UUID:
    """A message that has just left by Twilio."""
    attempt_id = planned(world.case(), channel)
    outbox_service.empty(heed_hours=False)
    return attempt_id


def status_of(attempt_id: UUID) -> tuple[str, str | None]:
    db.session().expire_all()
    found = db.session().get(ContactAttempt, attempt_id)
    assert found is not None
    return found.status, found.result


def kinds(attempt_id: UUID) -> list[str]:
    db.session().expire_all()
    table = db.table(CaseEvent).c
    query = select(table.kind).where(table.attempt_id == attempt_id).order_by(table.seq)
    return list(db.session().scalars(query))


def test_a_message_goes_out_arrives_and_is_read(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    attempt_id = sent(world)
    sid = twilio.messages[0].sid
    assert status_of(attempt_id) == ("sent", None)
    for status in ("sent", "delivered", "read"):
        assert call(at_twilio, twilio.status(sid, status)).status_code == 204
    assert status_of(attempt_id) == ("read", None)
    assert kinds(attempt_id) == ["message_sent", "message_delivered", "message_read"]


def test_a_webhook_sets_no_cookie_and_asks_for_no_csrf_token(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    sent(world)
    answer = call(at_twilio, twilio.status(twilio.messages[0].sid, "delivered"))
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("code", [21610, 63014])
def test_whoever_blocked_us_has_opted_out(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, code: int
) -> None:
    attempt_id = sent(world)
    call(at_twilio, twilio.status(twilio.messages[0].sid, "undelivered", code))
    assert status_of(attempt_id) == ("failed", "opted_out")
    assert [one.channel for one in db.session().scalars(select(OptOut))] == ["sms"]


def test_a_status_that_comes_before_our_own_record_counts(
    world: World, app: Flask, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    twilio.switches = Switches(statuses=("sent", "delivered"), early=True)
    answers = []

    def deliver(callback: Callback) -> None:
        answers.append(call(app.test_client(), callback).status_code)

    twilio.deliver = deliver
    attempt_id = planned(world.case())
    db.session().commit()
    outbox_service.empty(heed_hours=False)
    assert answers == [204, 204]
    assert status_of(attempt_id) == ("delivered", None)
    assert sorted(kinds(attempt_id)) == ["message_delivered", "message_sent"]


def test_a_status_settles_what_was_in_doubt(world: World, twilio: FakeTwilio, at_twilio: FlaskClient) -> None:
    twilio.next(BROKEN_AFTER)
    attempt_id = sent(world)
    assert status_of(attempt_id) == ("unknown", None)
    call(at_twilio, twilio.status(twilio.messages[0].sid, "delivered"))
    assert status_of(attempt_id) == ("delivered", None)
    assert len(twilio.messages) == 1


RANK = {"accepted": 0, "queued": 0, "sending": 0, "sent": 0, "delivered": 1, "read": 2}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(st.sampled_from(sorted(RANK)), min_size=1, max_size=12))
def test_statuses_in_any_order_and_number_end_at_the_highest(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, told: list[str]
) -> None:
    attempt_id = sent(world)
    sid = twilio.messages[-1].sid
    for status in told:
        assert call(at_twilio, twilio.status(sid, status)).status_code == 204
    highest = max(RANK[status] for status in told)
    assert status_of(attempt_id)[0] == ("sent", "delivered", "read")[highest]
    known = kinds(attempt_id)
    assert len(known) == len(set(known)), "an event told twice"


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "undelivered"])))
def test_what_arrived_stays_arrived_and_what_failed_stays_failed(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, order: tuple[str, ...]
) -> None:
    attempt_id = sent(world)
    for status in order:
        call(at_twilio, twilio.status(twilio.messages[0].sid, status, 30003))
    first = next(status for status in order if status != "sent")
    assert status_of(attempt_id)[0] == ("delivered" if first == "delivered" else "failed")


def forgeries(callback: Callback) -> Iterator[Callback]:
    yield Callback(callback.url, callback.form, {})
    yield Callback(callback.url, callback.form, {"X-Twilio-Signature": ""})
    yield Callback(callback.url, callback.form, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    yield Callback(callback.url, callback.form | {"MessageStatus": "failed"}, callback.headers)
    yield Callback(callback.url, callback.form | {"Extra": "1"}, callback.headers)
    yield Callback(callback.url + "?x=1", callback.form, callback.headers)
    yield signed(callback.url, callback.form, token="another token")
    yield signed(callback.url.replace(BASE, "http://10.0.0.7:8000"), callback.form)
    yield signed(callback.url.replace("https", "http"), callback.form)


def test_a_forged_status_changes_nothing(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    attempt_id = sent(world)
    genuine = twilio.status(twilio.messages[0].sid, "delivered")
    for forged in forgeries(genuine):
        assert call(at_twilio, forged).status_code == 403
    assert status_of(attempt_id) == ("sent", None)
    assert "signature does not fit" in caplog.text
    assert "31612345678" not in caplog.text
    assert call(at_twilio, genuine).status_code == 204


def test_the_signature_of_one_attempt_opens_no_other(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    first, second = sent(world), sent(world)
    callback = twilio.status(twilio.messages[0].sid, "delivered")
    moved = Callback(callback.url.replace(str(first), str(second)), callback.form, callback.headers)
    assert call(at_twilio, moved).status_code == 403
    assert status_of(second) == ("sent", None)


def test_a_replayed_status_changes_nothing_more(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    attempt_id = sent(world)
    sid = twilio.messages[0].sid
    old = twilio.status(sid, "delivered")
    call(at_twilio, old)
    call(at_twilio, twilio.status(sid, "read"))
    for _time in range(3):
        assert call(at_twilio, old).status_code == 204
    assert status_of(attempt_id) == ("read", None)
    assert kinds(attempt_id) == ["message_sent", "message_delivered", "message_read"]


def test_without_a_token_nobody_is_believed(app: Flask, world: World) -> None:
    callback = inbound(f"{BASE}/twilio/inbound", SENDER, "hoi", "SM1")
    for forged in (callback, signed(callback.url, callback.form, token="")):
        assert call(app.test_client(), forged).status_code == 403


def test_query_and_port_belong_to_the_public_address(
    world: World, app: Flask, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    callback = inbound(f"{BASE}/twilio/inbound?from=a%20b&c=", SENDER, "hoi", "SM1")
    assert call(at_twilio, callback).status_code == 200
    use(app, twilio, OUTREACH_BASE_URL="https://outreach.example.org:8443/app")
    assert call(at_twilio, inbound(f"{BASE}/twilio/inbound", SENDER, "hoi", "SM2")).status_code == 403


def test_a_status_of_nothing_we_know_is_told_apart(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    attempt_id = sent(world)
    sid = twilio.messages[0].sid
    for status in ("teleported", "", "received"):
        assert call(at_twilio, twilio.status(sid, status)).status_code == 204
    assert caplog.text.count("is not known") == 3
    assert status_of(attempt_id) == ("sent", None)
    nobody = signed(f"{BASE}/twilio/status/{uuid4()}", {"MessageSid": sid, "MessageStatus": "delivered"})
    assert call(at_twilio, nobody).status_code == 204
    assert call(at_twilio, signed(f"{BASE}/twilio/status/1", {"MessageSid": sid})).status_code == 404


@pytest.mark.parametrize("code", ["", "abc", "９９", "1" * 400, "-1", "\0"])
def test_an_error_code_that_is_none_does_no_harm(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient, code: str
) -> None:
    attempt_id = sent(world)
    told = twilio.status(twilio.messages[0].sid, "failed")
    odd = signed(told.url, told.form | {"ErrorCode": code})
    assert call(at_twilio, odd).status_code == 204
    assert status_of(attempt_id) == ("failed", "provider")


def test_a_megabyte_is_refused_with_a_line_in_the_log(
    world: World, at_twilio: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for size in (70_000, 1_000_000):
        callback = inbound(f"{BASE}/twilio/inbound", SENDER, "a" * size, "SM1")
        assert call(at_twilio, callback).status_code == 413
    assert caplog.text.count("over 65536 bytes") == 2
    assert db.session().scalars(select(Message)).all() == []


def test_what_is_no_form_is_refused(world: World, at_twilio: FlaskClient) -> None:
    for body, kind in ((b'{"MessageStatus": "read"}', "application/json"), (b"\xff\xfe=\x00", "text/plain")):
        answer = at_twilio.post(f"/twilio/status/{uuid4()}", data=body, content_type=kind)
        assert answer.status_code == 403
    assert at_twilio.get("/twilio/inbound").status_code in (302, 404, 405)


def test_the_public_zone_takes_webhooks_and_the_staff_zone_does_not(
    world: World, twilio: FakeTwilio, database_url: str
) -> None:
    made = settings_for(database_url, OUTREACH_BASE_URL=BASE, **twilio.env)
    callback = inbound(f"{BASE}/twilio/inbound", SENDER, "hoi", "SM1")
    with_it = create_app(made, zone="public").test_client()
    without = create_app(made, zone="staff").test_client()
    assert call(with_it, callback).status_code == 200
    assert call(without, callback).status_code in (302, 404)


def test_the_nightly_question_settles_what_callbacks_missed(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    attempt_id = sent(world)
    twilio.messages[0].status = "delivered"
    assert look_up_service.ask_after([attempt_id]) == 0, "too young to ask after"
    with clock.at(clock.now() + timedelta(hours=2)):
        assert look_up_service.ask_after([attempt_id]) == 1
    assert status_of(attempt_id) == ("delivered", None)


def test_a_claimed_message_is_looked_up_at_twilio_and_found(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    twilio.next(BROKEN_AFTER)
    attempt_id = sent(world)
    assert look_up_service.look_up_unknown() == 1
    assert status_of(attempt_id) == ("sent", None)
    assert db.session().scalars(select(Message)).one().provider_id == twilio.messages[0].sid


def test_the_same_words_just_before_are_not_taken_for_the_message_in_doubt(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    case = world.case()
    both = [planned(case), planned(case)]
    with db.write() as session:
        for attempt_id in both:
            session.add(
                Message(
                    case_id=case.id,
                    attempt_id=attempt_id,
                    direction="out",
                    channel="sms",
                    address="+31612345678",
                    body="Ben je er nog?",
                    at=clock.now(),
                )
            )
    twilio.next(None, BROKEN_BEFORE)
    outbox_service.empty(heed_hours=False)
    assert sorted(status_of(attempt_id)[0] for attempt_id in both) == ["sent", "unknown"]
    assert look_up_service.look_up_unknown() == 0
    assert sorted(status_of(attempt_id)[0] for attempt_id in both) == ["sent", "unknown"]


def test_that_an_earlier_sending_failed_says_nothing_of_the_next(
    world: World, twilio: FakeTwilio, at_twilio: FlaskClient
) -> None:
    attempt_id = sent(world)
    told = twilio.status(twilio.messages[0].sid, "undelivered", 30003)
    earlier = signed(told.url, told.form | {"MessageSid": "SM" + "e" * 32})
    assert call(at_twilio, earlier).status_code == 204
    assert status_of(attempt_id) == ("sent", None)
    arrived = signed(told.url, told.form | {"MessageSid": "SM" + "e" * 32, "MessageStatus": "delivered"})
    call(at_twilio, arrived)
    assert status_of(attempt_id) == ("delivered", None)
