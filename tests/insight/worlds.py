"""Worlds of cases for reports to count, drawn by Hypothesis: stories (story.py) that `told` lays in the tables.

OUTREACH_INSIGHT_RUNS says how many worlds each test sees (2,000 have been; some dozens each time).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from outreach.attempts.rules import CALL_RESULTS, VISIT_RESULTS, AttemptStatus, Channel, Result, status_after
from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from tests.insight.story import Answer, Dossier, Ending, Enrolled, Story, Try
from tests.insight.telling import Told, told

__all__ = ["DAYS", "STEPS", "Story", "Told", "stories", "told", "worlds"]

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SMALLEST = timedelta(microseconds=1)

USUAL = 40
worlds = settings(
    max_examples=int(os.environ.get("OUTREACH_INSIGHT_RUNS", USUAL)),
    deadline=None,
    # A world is gone again after each example: the fixture holds only the region and its staff.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

DAYS = [
    date(2026, 3, 29),  # The clock goes forward: two o'clock is three.
    date(2026, 3, 30),
    date(2026, 3, 28),
    date(2026, 10, 24),
    date(2026, 10, 25),  # The clock goes back: two o'clock comes twice.
    date(2027, 1, 3),  # A Sunday: its week began in the year before.
]
"""Few enough that things fall together, all of them days on which counting by days can go wrong."""
TIMES = [time(10), time(0), time(23, 59), time(2, 30), time(23, 30), time(0, 0, 0, 1)]
LAGS = [timedelta(0), timedelta(hours=1), timedelta(hours=14), timedelta(days=3)]
DELTAS = [
    timedelta(0),
    SMALLEST,
    -SMALLEST,
    timedelta(seconds=1),
    timedelta(hours=-2),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=1, seconds=-1),
    timedelta(days=1, microseconds=-1),
    timedelta(days=7, hours=1),
]
"""How long after an attempt an answer comes: before it, at the same moment, and around whole days."""
STEPS = ["w1-whatsapp-1", "w1-bel-1", "w2-brief", "w3-huisbezoek"]

_S = AttemptStatus
_OPEN: list[Ending] = [(_S.planned, None), (_S.cancelled, None), (_S.expired, None)]
ENDINGS: Mapping[Channel, list[Ending]] = {
    Channel.whatsapp: [
        *((status, None) for status in (_S.sent, _S.delivered, _S.read, _S.unknown, _S.claimed, _S.failed)),
        *_OPEN,
    ],
    Channel.sms: [(_S.sent, None), (_S.delivered, None), (_S.expired, None)],
    Channel.email: [(_S.sent, None), (_S.read, None), (_S.failed, None)],
    Channel.letter: [(_S.sent, None), *[(_S.returned, None)] * 3, (_S.planned, None)],
    Channel.call: [*((status_after(result), result) for result in CALL_RESULTS), *_OPEN],
    Channel.visit: [*((status_after(result), result) for result in VISIT_RESULTS), *_OPEN],
    Channel.card: [(_S.done, Result.card_left), (_S.planned, None)],
}
"""What becomes of an attempt by each channel in life."""


def _moments() -> list[datetime]:
    """Moments in UTC around the hours of a Dutch clock at which days begin, end, or have 23 or 25 hours."""
    found = [
        datetime.combine(day, at, AMSTERDAM).replace(fold=fold).astimezone(UTC)
        for at, day, fold in product(TIMES, DAYS, (0, 1))
    ]
    return list(dict.fromkeys(found))


# A choice costs Hypothesis the same among three or among three thousand, so few choices make a fast world.
_any_state = list(product(AttemptStatus, [None, *Result]))
_in_life = [(channel, ending) for channel, endings in ENDINGS.items() for ending in endings]
_odd = list(product(Channel, _any_state))
_living = st.sampled_from(_in_life)
_any = st.integers(0, 7).flatmap(lambda lot: st.sampled_from(_odd) if lot == 7 else _living)
_due = st.sampled_from(_moments())
_where = st.sampled_from(list(product([0, 1], [False] * 5 + [True])))
_how = st.sampled_from(list(product(STEPS, LAGS, [None, "boven", "onder"], [False] * 5 + [True])))


@st.composite
def tries(draw: st.DrawFn, plans: int, odd: bool) -> Try:
    """An attempt as it can be in life; with `odd` now and then one in any state, since rows outlive rules."""
    channel, ending = draw(_any if odd else _living)
    step, took, variant, back = draw(_how)
    enrolment, outside = draw(_where) if plans else (0, True)
    return Try(step, channel, ending, draw(_due), took, variant, min(enrolment, plans - 1), outside, back)


KINDS = ["responded", "message_received", "contact_declined", "wrong_person_reported"]
ANSWERS = [Answer(*one) for one in product(KINDS, range(8), DELTAS, (False, True))]
_answers = st.lists(st.sampled_from(ANSWERS), max_size=3)

LABELS = [(each.name, label, each.kind(label)) for each in OUTCOME_LISTS.values() for label in each.labels]
GONE = [(name, label) for name, label, kind in LABELS if kind is OutcomeKind.gone]
OUTCOMES: list[tuple[str | None, str] | None] = [
    *[None] * 10,
    # One outcome of each kind, and of each list every word for somebody who is gone.
    *(next((name, label) for name, label, of_kind in LABELS if of_kind is kind) for kind in OutcomeKind),
    *GONE,
    # The same word in a list that has it not, or in none.
    (None, GONE[0][1]),
    ("zhz-matchmakers", GONE[0][1]),
]
REASONS = [*[None] * 4, "responded", "wrong_person", "by_hand", "status"]
ENROLLED = {
    campaign: [
        Enrolled(campaign, *one)
        for one in product([*DAYS, *DAYS[:2], None], [0, 1, None], ["running", "paused"], REASONS)
    ]
    for campaign in range(3)
}
GROUPS = [TargetGroup.nieuwe_vsv, TargetGroup.oud_vsv, TargetGroup.jib]
_belongs = st.sampled_from(list(product(range(3), [0, 1, None], GROUPS, ["", "Lentiz", "=Albeda"])))
_stands = st.sampled_from(list(product(CaseStatus, OUTCOMES, [*DAYS[:3], None], ["told", "by moment"])))
_campaigns = st.sampled_from([(), (0,), (0, 1), (1,), (0, 2), (2, 1)])


@st.composite
def dossiers(draw: st.DrawFn, persons: int, odd: bool) -> Dossier:
    """A case with its plans, attempts and answers."""
    municipality, coach, target_group, school = draw(_belongs)
    status, outcome, outcome_on, order = draw(_stands)
    enrolled = tuple(draw(st.sampled_from(ENROLLED[campaign])) for campaign in draw(_campaigns))
    return Dossier(
        person=draw(st.integers(0, persons - 1)),
        municipality=municipality,
        coach=coach,
        target_group=target_group,
        school=school,
        status=status,
        outcome=outcome,
        outcome_on=outcome_on,
        enrolled=enrolled,
        tries=tuple(draw(st.lists(tries(len(enrolled), odd), max_size=8))),
        answers=tuple(draw(_answers)),
        order=order,
    )


@st.composite
def stories(draw: st.DrawFn, most: int = 12, odd: bool = True) -> Story:
    """A world of up to so many cases, fewer persons than that, households that some of them share; or empty."""
    least = draw(st.sampled_from([0, *[most // 2] * 5]))
    one = st.sampled_from(list(product([0, 1, None], ["nl", "en", "ar"])))
    persons = tuple(draw(st.lists(one, min_size=max(1, least), max_size=max(1, most - 2))))
    return Story(persons, tuple(draw(st.lists(dossiers(len(persons), odd), min_size=least, max_size=most))))
