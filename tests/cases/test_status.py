"""The status of a case: every status against every event and every choice, and the cache against the fold."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from outreach import db
from outreach.cases import timeline, verify_queries
from outreach.cases.events import GIVES_STATUS_KINDS, EventKind, ends_approach, is_response
from outreach.cases.models import Case
from outreach.cases.rules import CaseState, CaseStatus, advance, fold, given_here, next_status
from outreach.errors import Conflict
from tests.factories import World

K, S = EventKind, CaseStatus
ORDER = list(S)

KEEPS = [
    (K.updated, {}),
    (K.duplicate_flagged, {}),
    (K.coach_assigned, {}),
    (K.plan_paused, {}),
    (K.plan_resumed, {}),
    (K.plan_stopped, {"reason": "responded"}),
    (K.message_sent, {}),
    (K.message_delivered, {}),
    (K.message_read, {}),
    (K.message_failed, {}),
    (K.letter_printed, {}),
    (K.letter_returned, {}),
    (K.visit_planned, {}),
    (K.visit_cancelled, {"reason": "ill"}),
    (K.visit_called_off, {"reason": "responded"}),
    (K.card_left, {}),
    (K.card_flagged, {}),
    (K.report_settled, {}),
    (K.wrong_person_reported, {"moved": True}),
    (K.note_added, {"text": "x"}),
    (K.opted_out, {"channel": "sms"}),
    (K.opted_in, {"channel": "sms"}),
    (K.taken_back, {}),
    (K.imported, {}),
    *((K.call_logged, {"result": result}) for result in ("no_answer", "voicemail", "wrong_number")),
    *((K.visit_logged, {"result": result}) for result in ("nobody_home", "moved", "wrong_address", "unsafe")),
]
CONTACTS = [
    (K.responded, {"now": "work"}),
    (K.contact_declined, {}),
    (K.message_received, {}),
    (K.call_logged, {"result": "spoke"}),
    (K.visit_logged, {"result": "met"}),
    (K.visit_logged, {"result": "refused"}),
]

# The order of the columns is that of CaseStatus; '.' keeps the status, 'x' is refused.
EVENTS = {
    "keeps":     ". . . . . . . .",
    "enrolled":  "in_benadering . . . . . in_benadering .",
    "contact":   "in_contact in_contact . . . . in_contact .",
    "finished":  ". onbereikbaar . . . . . .",
}  # fmt: skip
CHOICES = {
    S.nieuw:          ". x in_contact in_begeleiding overgedragen x x afgesloten",
    S.in_benadering:  "x . in_contact in_begeleiding x x onbereikbaar afgesloten",
    S.in_contact:     "x x . in_begeleiding overgedragen nazorg onbereikbaar afgesloten",
    S.in_begeleiding: "x x in_contact . overgedragen nazorg onbereikbaar afgesloten",
    S.overgedragen:   "x x in_contact in_begeleiding . nazorg x afgesloten",
    S.nazorg:         "x x in_contact in_begeleiding overgedragen . x afgesloten",
    S.onbereikbaar:   "x x in_contact in_begeleiding x x . afgesloten",
    S.afgesloten:     "x x in_contact in_begeleiding x nazorg x .",
}  # fmt: skip

OF_THEMSELVES = [event for event in KEEPS if event[0] is not K.taken_back]
"""Those that can happen whatever came before: what is taken back must be there."""

BY_EVENT: list[tuple[str, list[tuple[EventKind, dict[str, Any]]]]] = [
    ("keeps", KEEPS),
    ("enrolled", [(K.enrolled, {"campaign": "voorjaar"})]),
    ("contact", CONTACTS),
    ("finished", [(K.plan_finished, {"campaign": "voorjaar"})]),
]


def test_every_kind_of_event_is_in_the_table() -> None:
    walked = {kind for _row, events in BY_EVENT for kind, _data in events}
    assert walked | {K.status_chosen} == set(K)


@pytest.mark.parametrize(
    ("row", "kind", "data"), [(row, kind, data) for row, events in BY_EVENT for kind, data in events]
)
def test_what_an_event_makes_of_every_status(row: str, kind: EventKind, data: dict[str, Any]) -> None:
    expected = [
        before if word == "." else S(word) for before, word in zip(ORDER, EVENTS[row].split(), strict=True)
    ]
    assert [next_status(before, kind, data) for before in ORDER] == expected


@pytest.mark.parametrize("before", ORDER)
def test_what_may_be_chosen_from_every_status(before: CaseStatus) -> None:
    for chosen, word in zip(ORDER, CHOICES[before].split(), strict=True):
        data = {"status": chosen.value}
        if word == "x":
            with pytest.raises(ValueError, match="may not become"):
                next_status(before, K.status_chosen, data)
        else:
            expected = before if word == "." else S(word)
            assert next_status(before, K.status_chosen, data) is expected is chosen


@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("taken_over", ORDER)
def test_a_case_from_an_older_system_has_the_status_it_came_with(
    before: CaseStatus, taken_over: CaseStatus
) -> None:
    assert next_status(before, K.imported, {"status": taken_over.value}) is taken_over


@pytest.mark.parametrize(("kind", "data"), CONTACTS)
def test_whatever_counts_as_contact_is_a_response_and_ends_the_approach(
    kind: EventKind, data: dict[str, Any]
) -> None:
    assert is_response(kind, data)
    assert ends_approach(kind, data)


@pytest.mark.parametrize("status", ORDER)
def test_a_choice_ends_the_approach_unless_it_is_to_go_on_approaching(status: CaseStatus) -> None:
    expected = status not in (S.nieuw, S.in_benadering)
    assert ends_approach(K.status_chosen, {"status": status.value}) is expected


@pytest.mark.parametrize(
    ("kind", "data"),
    [*KEEPS, *CONTACTS, (K.enrolled, {}), (K.plan_finished, {}), (K.status_chosen, {"status": "x"})],
)
def test_a_status_is_given_here_by_all_that_moves_it_but_a_list(
    kind: EventKind, data: dict[str, Any]
) -> None:
    moves = kind in (K.enrolled, K.plan_finished, K.status_chosen) or (kind, data) in CONTACTS
    assert given_here(kind, data) is moves
    assert not moves or kind in GIVES_STATUS_KINDS


def test_closing_keeps_the_outcome_and_opening_again_takes_it_away() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    closed = {
        "status": "afgesloten",
        "outcome": "Werk",
        "outcome_list": "rmd-vsv",
        "outcome_on": "2026-03-09",
    }
    state = advance(CaseState(), K.status_chosen, closed, at)
    assert (state.outcome, state.outcome_list, state.outcome_on) == ("Werk", "rmd-vsv", date(2026, 3, 9))
    state = advance(state, K.status_chosen, {"status": "in_contact", "outcome": None}, at)
    assert (state.status, state.outcome, state.outcome_list, state.outcome_on) == (
        S.in_contact,
        None,
        None,
        None,
    )


def test_since_when_changes_only_with_the_status() -> None:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    later = at + timedelta(days=1)
    state = fold([(K.imported, {}, at), (K.note_added, {}, later)])
    assert (state.status_since, state.responded_at) == (at, None)
    state = advance(state, K.responded, {}, later)
    assert (state.status, state.status_since, state.responded_at) == (S.in_contact, later, later)


_choices = st.builds(
    lambda status, outcome: (
        K.status_chosen,
        {"status": status.value} | ({"outcome": "Werk", "outcome_on": "2026-03-09"} if outcome else {}),
    ),
    st.sampled_from(ORDER),
    st.booleans(),
)
_events = st.one_of(
    st.sampled_from([*CONTACTS, *OF_THEMSELVES, (K.enrolled, {}), (K.plan_finished, {})]),
    _choices,
    st.sampled_from([(K.imported, {"status": status.value}) for status in ORDER]),
)


@given(st.lists(_events, max_size=30))
def test_a_fold_is_its_steps_one_by_one(events: list[tuple[EventKind, dict[str, Any]]]) -> None:
    """Events that are refused leave no trace; of the rest, the fold is the same as one step at a time."""
    at = datetime(2026, 3, 10, tzinfo=UTC)
    state, kept = CaseState(), []
    for number, (kind, data) in enumerate(events):
        moment = at + timedelta(minutes=number)
        try:
            state = advance(state, kind, data, moment)
        except ValueError:
            continue
        kept.append((kind, data, moment))
    assert fold(kept) == state
    assert state.status in S


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_events, min_size=1, max_size=15))
def test_the_cache_is_always_the_fold(world: World, events: list[tuple[EventKind, dict[str, Any]]]) -> None:
    case = world.case()
    recorded = 1
    for kind, data in events:
        try:
            timeline.record(case.id, kind, data=data)
            recorded += 1
        except Conflict:
            continue
    [compared] = [one for one in verify_queries.compare_with_events() if one.case_id == case.id]
    assert compared.right
    assert compared.count == recorded


def test_the_comparison_reads_all_cases_in_pieces(world: World) -> None:
    made = world.cases(7)
    compared = list(verify_queries.compare_with_events(chunk=3))
    assert sorted(one.case_id for one in compared) == sorted(case.id for case in made)
    assert all(one.right for one in compared)


def test_a_cache_that_says_something_else_is_found(world: World) -> None:
    case = world.case()
    with db.write() as session:
        found = session.get(Case, case.id)
        assert found is not None
        found.status = "nazorg"
        session.add(found)
    [compared] = verify_queries.compare_with_events()
    assert not compared.right
    assert (compared.cached.status, compared.folded.status if compared.folded else None) == (
        S.nazorg,
        S.nieuw,
    )
