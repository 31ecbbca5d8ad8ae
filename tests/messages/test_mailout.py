"""The page of a mail-out: figures that add up, a moment when it is done, and what a person decides."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.calendar import QuietHours
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.messages.mailout_rules import Pace, done_at
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.ticking import plan, tick
from tests.factories import World, post
from tests.messages.scripted import Scripted, put_in

TEN = "2026-03-02T10:00"
PAGE = "/campaigns/maart/messages"


def by_number(message: Outgoing) -> Outcome:
    """What becomes of a message is in the last figure of its number."""
    return {
        "0": Outcome(Fate.accepted, str(message.attempt_id)),
        "1": Outcome(Fate.delivered, str(message.attempt_id)),
        "2": Outcome(Fate.refused, reason=Reason.bad_address),
        "3": Outcome(Fate.unknown),
        "4": Outcome(Fate.later),
    }[message.address[-1]]


def mailed(world: World, number: int = 10) -> Scripted:
    """Young people two of whom have each fate, on Monday at ten."""
    way = put_in(world.app, Scripted(by_number), OUTREACH_CHANNELS="sms=twilio")
    young_people = [
        world.case(given_name=f"Noor{n}", mobile=f"+316123400{n // 5}{n % 5}") for n in range(number)
    ]
    with clock.at(clock.parse("2026-03-02T09:15")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in young_people])
        campaigns.start(campaign.id)
    tick(clock.parse(TEN))
    return way


def statuses() -> Counter[str]:
    table = db.table(ContactAttempt).c
    db.session().rollback()
    return Counter(db.session().scalars(select(table.status).where(table.channel == "sms")))


def said(client: FlaskClient, path: str = PAGE) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(BeautifulSoup(answer.text, "html.parser").find("main").get_text(" ").split())


def test_the_page_says_how_many_wait_went_arrived_failed_and_are_in_doubt(world: World) -> None:
    mailed(world)
    assert statuses() == Counter(sent=2, delivered=2, failed=2, unknown=2, planned=2)
    with clock.at(clock.parse(TEN)):
        client = world.sign_in(world.coordinator)
        page = said(client)
        who = said(client, f"{PAGE}/failed?reason=bad_address")
    for words in ("8 van 10", "Wacht 2", "Verstuurd 2", "Aangekomen 2", "Onzeker 2", "Mislukt 2"):
        assert words in page
    assert "Het nummer of adres klopt niet" in page
    assert "Noor2 Jansen" in who and "Noor7 Jansen" in who and "Noor3" not in who


def test_while_some_wait_the_figures_ask_for_themselves_again(world: World) -> None:
    mailed(world)
    with clock.at(clock.parse(TEN)):
        client = world.sign_in(world.coordinator)
        fragment = client.get(PAGE, headers={"HX-Request": "true"}).text
        assert "<html" not in fragment
        assert "every 5s" in fragment


def test_what_is_in_doubt_goes_once_more_or_is_left_as_somebody_decides(world: World) -> None:
    way = mailed(world)
    with clock.at(clock.parse("2026-03-02T10:20")):
        client = world.sign_in(world.coordinator)
        page = BeautifulSoup(client.get(PAGE).text, "html.parser")
        first, _second = [box["value"] for box in page.select("form[action$=again] input[name=attempt]")]
        before = len(way.handed)
        way.answer = lambda message: Outcome(Fate.accepted, str(message.attempt_id))
        post(client, f"{PAGE}/doubts/again", {"attempt": first}, token_from=PAGE)
        tick(clock.now())
        again = [message for message in way.handed[before:] if str(message.attempt_id) == first]
        assert len(again) == 1
        assert again[0].body in [m.body for m in way.handed[:before]], "the same text and code"
        post(client, f"{PAGE}/doubts/leave", token_from=PAGE)
        assert statuses()["unknown"] == 0
        assert statuses()["cancelled"] == 1
        post(client, f"{PAGE}/doubts/again", {"attempt": first}, token_from=PAGE)
        tick(clock.now())
        assert statuses()["unknown"] == 0, "what was decided stays decided"


def test_what_is_in_doubt_does_not_go_once_more_after_an_answer(world: World) -> None:
    way = mailed(world)
    with clock.at(clock.parse("2026-03-02T10:20")):
        in_doubt = [m for m in way.handed if m.address.endswith("3")]
        for message in in_doubt:
            timeline.record(message.case_id, EventKind.responded, actor=timeline.PERSON)
        client = world.sign_in(world.coordinator)
        before = len([m for m in way.handed if m.address.endswith("3")])
        post(client, f"{PAGE}/doubts/again", token_from=PAGE)
        tick(clock.now())
    assert len([m for m in way.handed if m.address.endswith("3")]) == before
    assert statuses()["unknown"] == 2


def test_a_coordinator_elsewhere_sees_none_of_it(world: World) -> None:
    mailed(world)
    assert world.sign_in(world.outsider()).get(PAGE).status_code == 404


def test_a_mail_out_says_when_it_will_be_done(world: World) -> None:
    put_in(world.app, Scripted(), OUTREACH_CHANNELS="sms=twilio", OUTREACH_SMS_PER_SECOND="0.01")
    young_people = [world.case(mobile=f"+3161234{n:04}") for n in range(20)]
    with clock.at(clock.parse("2026-03-02T09:15")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in young_people])
        campaigns.start(campaign.id)
    with clock.at(clock.parse(TEN)):
        plan(clock.now())
        page = said(world.sign_in(world.coordinator))
    # 20 messages, one in 100 seconds each.
    assert "In dit tempo gaat het laatste bericht uit op ma 2 maart, 10.33" in page


QUIET = QuietHours()
ZONE = ZoneInfo("Europe/Amsterdam")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("waiting", "pace", "now", "expected"),
    [
        ({}, Pace({}), at(2, 10), None),
        ({"sms": 600}, Pace({"sms": 10}), at(2, 10), at(2, 10, 1)),
        ({"sms": 600}, Pace({"sms": 10}), at(1, 12), at(2, 9, 1)),
        ({"sms": 3600}, Pace({"sms": 0.1}), at(2, 10), at(2, 20)),
        ({"sms": 3960}, Pace({"sms": 0.1}), at(2, 10), at(3, 10)),
        ({"sms": 60, "email": 600}, Pace({"sms": 1, "email": 1}), at(2, 10), at(2, 10, 10)),
        ({"whatsapp": 200}, Pace({}, 250, 250), at(2, 10), at(2, 10)),
        ({"whatsapp": 600}, Pace({}, 250, 100), at(2, 10), at(4, 10)),
    ],
)
def test_when_the_last_one_leaves(
    waiting: dict[str, int], pace: Pace, now: datetime, expected: datetime | None
) -> None:
    found = done_at(waiting, pace, QUIET, now)
    if expected is None or found is None:
        assert found is expected
    else:
        assert abs(found - expected) <= timedelta(seconds=2)


@given(
    number=st.integers(1, 50_000),
    rate=st.floats(0.05, 50),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda d: d.replace(tzinfo=UTC)),
)
def test_it_is_never_done_at_a_moment_at_which_nothing_goes_out(
    number: int, rate: float, now: datetime
) -> None:
    found = done_at({"sms": number}, Pace({"sms": rate}), QUIET, now)
    assert found is not None
    assert found >= now
    assert QUIET.allowed(found - timedelta(seconds=1)) or QUIET.allowed(found)
