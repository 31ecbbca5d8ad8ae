"""Messages by Twilio: the real SDK speaks over HTTP to a fake Twilio that has good days and bad ones."""

import json
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from outreach import clock, db
from outreach.errors import Refused
from outreach.messages.channels import make_way
from outreach.messages.channels.twilio import ByTwilio
from outreach.messages.channels.twilio_codes import FATES, refusal_outcome, status_outcome
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import Twilio
from tests.conftest import settings_for
from tests.fakes.twilio import (
    BROKEN_AFTER,
    BROKEN_BEFORE,
    BUSY,
    DROPPED,
    TIME_OUT,
    FakeTwilio,
    Trouble,
    refuse,
)
from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN

BASE = "https://outreach.example.org"
NUMBER = "+31612345678"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """A Twilio on this machine."""
    with FakeTwilio() as fake:
        yield fake


def way(twilio: FakeTwilio, channel: str = "sms", **account: str) -> ByTwilio:
    """How messages of this channel leave, with an account at the fake."""
    senders = {"sms_from": "+3197010000001", "whatsapp_from": "+3197010000002"}
    known = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "api_url": twilio.url}
    return ByTwilio(Twilio(**known | senders | account), channel, BASE, read_within=0.5)


def message(channel: str = "sms", **columns: object) -> Outgoing:
    """A message that is ready to leave."""
    usual = Outgoing(db.new_id(), uuid4(), uuid4(), channel, "w1", NUMBER, "Hoi Noor, bel je me even?")
    return replace(usual, **columns)  # type: ignore[arg-type]  # columns of Outgoing


def test_a_text_message_goes_to_its_number_with_our_own_id_in_the_address_for_statuses(
    twilio: FakeTwilio,
) -> None:
    sent = message()
    outcome = way(twilio).send(sent)
    assert (outcome.fate, outcome.provider_id) == (Fate.accepted, twilio.messages[0].sid)
    assert twilio.messages[0].form == {
        "To": NUMBER,
        "From": "+3197010000001",
        "Body": sent.body,
        "StatusCallback": f"{BASE}/twilio/status/{sent.attempt_id}#rc=5&rp=all",
    }


def test_a_messaging_service_goes_before_the_number(twilio: FakeTwilio) -> None:
    way(twilio, messaging_service_sid="MG1").send(message())
    form = twilio.messages[0].form
    assert form["MessagingServiceSid"] == "MG1"
    assert "From" not in form


def test_whatsapp_has_its_own_sender_even_beside_a_messaging_service(twilio: FakeTwilio) -> None:
    way(twilio, "whatsapp", messaging_service_sid="MG1").send(message("whatsapp", free_text=True))
    form = twilio.messages[0].form
    assert (form["From"], form["To"]) == ("whatsapp:+3197010000002", f"whatsapp:{NUMBER}")
    assert form["Body"] == "Hoi Noor, bel je me even?"


def test_outside_the_window_whatsapp_gets_the_template_with_its_variables(twilio: FakeTwilio) -> None:
    variables = {"1": "Noor\nMaria", "2": "https://outreach.example.org/r/abc"}
    sent = message("whatsapp", content_sid="HX1", content_variables=variables)
    assert way(twilio, "whatsapp").send(sent).fate is Fate.accepted
    form = twilio.messages[0].form
    assert form["ContentSid"] == "HX1"
    assert json.loads(form["ContentVariables"]) == variables | {"1": "Noor Maria"}
    assert "Body" not in form


def test_outside_the_window_without_a_template_nothing_is_even_tried(twilio: FakeTwilio) -> None:
    outcome = way(twilio, "whatsapp").send(message("whatsapp"))
    assert outcome == Outcome(Fate.refused, reason=Reason.outside_window)
    assert twilio.requests == []


@pytest.mark.parametrize("gap", ["", " ", "\n\t"])
def test_a_template_with_a_gap_is_not_even_tried(twilio: FakeTwilio, gap: str) -> None:
    sent = message("whatsapp", content_sid="HX1", content_variables={"1": gap, "2": "Samira"})
    assert way(twilio, "whatsapp").send(sent) == Outcome(Fate.refused, reason=Reason.outside_window)
    assert twilio.requests == []


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(timedelta(hours=2), 7200), (timedelta(days=3), 36_000), (timedelta(seconds=1), 5)],
)
def test_twilio_holds_a_text_message_no_longer_than_until_its_latest_moment(
    twilio: FakeTwilio, left: timedelta, seconds: int
) -> None:
    with clock.at(clock.now()):
        way(twilio).send(message(latest_at=clock.now() + left))
    assert twilio.messages[0].form["ValidityPeriod"] == str(seconds)


def test_whatsapp_knows_no_validity(twilio: FakeTwilio) -> None:
    way(twilio, "whatsapp").send(message("whatsapp", free_text=True, latest_at=clock.now()))
    assert "ValidityPeriod" not in twilio.messages[0].form


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (63024, Reason.not_reachable),
        (21610, Reason.opted_out),
        (63014, Reason.opted_out),
        (63016, Reason.outside_window),
        (63049, Reason.withheld),
        (30036, Reason.too_late),
        (21211, Reason.bad_address),
        (21614, Reason.bad_address),
        (21656, Reason.bad_text),
        (21408, Reason.provider),
        (99999, Reason.provider),
    ],
)
def test_a_refusal_says_why(twilio: FakeTwilio, code: int, reason: Reason) -> None:
    twilio.next(refuse(code))
    outcome = way(twilio).send(message())
    assert outcome == Outcome(Fate.refused, reason=reason, error_code=str(code))
    assert status_outcome("undelivered", code, "SM1") == Outcome(Fate.refused, "SM1", reason, str(code))


def test_too_much_now_is_tried_later_when_twilio_says(twilio: FakeTwilio) -> None:
    twilio.next(BUSY)
    outcome = way(twilio).send(message())
    assert outcome == Outcome(Fate.later, error_code="429", retry_after=timedelta(seconds=7))


def test_a_wrong_token_fails_no_message_for_good(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = way(twilio, auth_token="mistyped").send(message())
    assert (outcome.fate, outcome.error_code) == (Fate.later, "20003")
    assert "401" in caplog.text


def test_what_never_reached_twilio_is_tried_later(twilio: FakeTwilio) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert way(twilio, api_url=closed).send(message()) == Outcome(Fate.later)
    nowhere = way(twilio, api_url="http://twilio.invalid")
    assert nowhere.send(message()) == Outcome(Fate.later)


@pytest.mark.parametrize("trouble", [TIME_OUT, DROPPED, BROKEN_BEFORE, BROKEN_AFTER])
def test_what_perhaps_reached_twilio_is_unknown_and_never_sent_again(
    twilio: FakeTwilio, trouble: Trouble
) -> None:
    twilio.next(trouble)
    assert way(twilio).send(message()).fate is Fate.unknown
    assert [method for method, _path in twilio.requests] == ["POST"]


def test_an_answer_that_nobody_understands_is_unknown(
    twilio: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.fakes.twilio.Accepted.as_json", lambda _self: ["what is this"])
    assert way(twilio).send(message()) == Outcome(Fate.unknown)


def test_what_was_in_doubt_is_found_by_the_code_in_its_link(twilio: FakeTwilio) -> None:
    by = way(twilio)
    lost = message(body=f"Hoi! {BASE}/r/7kq4m2x91t")
    twilio.next(TIME_OUT)
    by.send(message(body=f"Hoi! {BASE}/r/0000000000"))
    by.send(lost)
    by.send(message(address="+31687654321", body=lost.body))
    assert by.find(lost, clock.now() - timedelta(days=2)) == Outcome(Fate.accepted, twilio.messages[1].sid)


def test_what_twilio_never_got_is_not_found(twilio: FakeTwilio) -> None:
    by = way(twilio)
    lost = message()
    twilio.next(BROKEN_BEFORE)
    by.send(lost)
    assert by.find(lost, clock.now() - timedelta(days=2)) is None


def test_a_template_is_found_by_its_code_whatever_whatsapp_made_of_its_words(twilio: FakeTwilio) -> None:
    by = way(twilio, "whatsapp")
    link = f"{BASE}/r/7kq4m2x91t"
    lost = message("whatsapp", body=f"Hoi Noor {link}", content_sid="HX1", content_variables={"1": link})
    twilio.next(BROKEN_AFTER)
    assert by.send(lost).fate is Fate.unknown
    assert by.find(lost, clock.now()) == Outcome(Fate.accepted, twilio.messages[0].sid)


def test_the_same_words_twice_could_be_either(twilio: FakeTwilio) -> None:
    by = way(twilio)
    lost = message()
    by.send(lost)
    assert by.find(lost, clock.now()) == Outcome(Fate.accepted, twilio.messages[0].sid)
    by.send(message())
    assert by.find(lost, clock.now()) is None


def test_the_same_words_of_an_hour_ago_are_another_message(twilio: FakeTwilio) -> None:
    by = way(twilio)
    by.send(message())
    before = twilio.messages[0]
    before.at = (clock.now() - timedelta(hours=1)).isoformat()
    assert by.find(message(), clock.now() - timedelta(days=2)) is None


def test_asking_gives_news_only(twilio: FakeTwilio) -> None:
    by = way(twilio)
    sid = by.send(message()).provider_id or ""
    assert by.fetch(sid) is None
    twilio.accepted[sid].status = "delivered"
    assert by.fetch(sid) == Outcome(Fate.delivered, sid)
    twilio.accepted[sid].status, twilio.accepted[sid].error_code = "undelivered", 30003
    assert by.fetch(sid) == Outcome(Fate.refused, sid, Reason.not_reachable, "30003")
    assert by.fetch("SM" + "f" * 32) is None


def test_when_twilio_is_not_there_nothing_is_found_and_nothing_breaks(twilio: FakeTwilio) -> None:
    by = way(twilio, api_url="http://127.0.0.1:1")
    assert by.find(message(), clock.now()) is None
    assert by.fetch("SM1") is None


def test_every_answer_goes_to_the_thread_that_asked(twilio: FakeTwilio) -> None:
    """The SDK's own client keeps its last answer on itself, where threads take each other's."""
    by = way(twilio)
    messages = [message(body=f"nummer {number}") for number in range(400)]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(by.send, messages))
    bodies = [twilio.accepted[outcome.provider_id or ""].body for outcome in outcomes]
    assert bodies == [each.body for each in messages]


def test_neither_numbers_nor_texts_get_into_the_log(
    twilio: FakeTwilio, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    by = way(twilio)
    for trouble in (None, refuse(21211), BUSY, TIME_OUT, DROPPED):
        twilio.next(trouble)
        by.send(message())
    by.find(message(), clock.now())
    way(twilio, api_url="http://127.0.0.1:1").send(message())
    assert NUMBER[1:] not in caplog.text
    assert "Noor" not in caplog.text


def test_all_thirteen_statuses_mean_something() -> None:
    assert len(FATES) == 13
    assert status_outcome("received", None, "SM1") is None
    assert status_outcome("something new", None, "SM1") is None


def test_a_server_error_is_unknown_whatever_its_code() -> None:
    assert refusal_outcome(503, 21610, None).fate is Fate.unknown


def test_the_settings_choose_twilio(twilio: FakeTwilio) -> None:
    settings = settings_for("sqlite:///nowhere.db", **twilio.env)
    for channel in ("sms", "whatsapp"):
        made = make_way("twilio", channel, settings)
        assert isinstance(made, ByTwilio)
        assert made.seconds == 15.0
    with pytest.raises(Refused):
        make_way("pigeon", "sms", settings)
