"""A campaign that is larger than WhatsApp allows in a day begins over several days, fairly and completely."""

from collections import Counter
from datetime import date

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.campaigns.calendar import is_working_day
from outreach.campaigns.models import Enrolment
from outreach.campaigns.plan_files import shipped_plans
from outreach.campaigns.spreading import beginners_a_day, spread
from outreach.ticking import tick
from tests.factories import World
from tests.messages.scripted import Scripted, put_in

MONDAY = date(2026, 3, 2)


def test_two_whatsapp_steps_share_what_a_day_allows() -> None:
    assert beginners_a_day(shipped_plans()["drie-weken"], 250) == 125
    assert beginners_a_day(shipped_plans()["drie-weken"], None) is None


def test_without_a_limit_all_begin_today() -> None:
    assert spread([(n, "A") for n in range(3)], MONDAY, None, {}) == {MONDAY: [0, 1, 2]}


def test_municipalities_take_turns_and_weekends_are_passed_over() -> None:
    waiting = [(n, "groot") for n in range(5)] + [(n, "klein") for n in (100, 101)]
    found = spread(waiting, date(2026, 3, 5), 2, {date(2026, 3, 6): 1})
    assert found == {
        date(2026, 3, 5): [0, 100],
        date(2026, 3, 6): [1],
        date(2026, 3, 9): [101, 2],
        date(2026, 3, 10): [3, 4],
    }


@given(
    waiting=st.lists(st.sampled_from("ABC"), max_size=60),
    a_day=st.integers(1, 20),
    today=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    taken=st.dictionaries(st.dates(date(2026, 1, 1), date(2027, 1, 31)), st.integers(0, 30), max_size=8),
)
def test_everybody_begins_once_and_no_day_is_overfull(
    waiting: list[str], a_day: int, today: date, taken: dict[date, int]
) -> None:
    found = spread(enumerate(waiting), today, a_day, taken)
    begun = [key for keys in found.values() for key in keys]
    assert sorted(begun) == list(range(len(waiting)))
    for day, keys in found.items():
        assert len(keys) + taken.get(day, 0) <= a_day
        assert day == today or (day > today and is_working_day(day))


def begun() -> Counter[date]:
    db.session().rollback()
    query = select(db.table(Enrolment).c.began_on)
    return Counter(db.session().scalars(query))


@pytest.fixture
def six(world: World) -> list[object]:
    """Five with a mobile phone, one without."""
    with clock.at(clock.parse("2026-03-02T09:00")):
        return [
            *(world.case(mobile=f"+3161234{n:04}") for n in range(5)),
            world.case(mobile=None),
        ]


def test_a_campaign_spreads_itself_over_days_and_nobody_is_left_out(world: World, six: list) -> None:
    way = put_in(world.app, Scripted(), OUTREACH_WHATSAPP_NEW_A_DAY="4")
    with clock.at(clock.parse("2026-03-02T09:15")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in six])
        client = world.sign_in(world.coordinator)
        assert_the_page_says_so(client)
        campaigns.start(campaign.id)
    # Two a day by phone; whoever has no phone gets a letter at once.
    assert begun() == Counter({MONDAY: 3, date(2026, 3, 3): 2, date(2026, 3, 4): 1})
    for day in range(2, 14):
        for hour in (10, 16):
            tick(clock.parse(f"2026-03-{day:02}T{hour}:00"))
    assert Counter(Counter(way.addresses).values()) == {2: 5}, "two messages each, none dropped"


def assert_the_page_says_so(client: FlaskClient) -> None:
    page = " ".join(client.get("/campaigns/maart/start").text.split())
    assert "De laatste begint op wo 4 maart" in page


def test_the_sandbox_lets_all_begin_at_once(world: World, six: list) -> None:
    with clock.at(clock.parse("2026-03-02T09:15")):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken", "Maart")
        campaigns.add_cases(campaign.id, [case.id for case in six])
        campaigns.start(campaign.id)
    assert begun() == Counter({MONDAY: 6})
