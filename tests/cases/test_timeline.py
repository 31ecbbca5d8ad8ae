"""The timeline: the one way in."""

import pytest
from sqlmodel import select

from outreach import db
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, CoachNotice
from outreach.errors import Conflict, NotFound
from tests.factories import World


def test_a_response_makes_an_approached_case_in_contact_and_tells_the_coach(world: World) -> None:
    case = world.case()
    timeline.record(case.id, EventKind.enrolled)
    assert db.session().get(Case, case.id).status == "in_benadering"
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    fresh = db.session().get(Case, case.id)
    assert fresh.status == "in_contact"
    assert fresh.responded_at is not None
    notice = db.session().exec(select(CoachNotice)).one()
    assert (notice.case_id, notice.coach_id, notice.kind) == (case.id, world.coach.id, "responded")


def test_events_of_a_case_are_counted_without_gaps(world: World) -> None:
    case = world.case()
    for _ in range(3):
        timeline.record(case.id, EventKind.note_added, data={"text": "x"})
    events = (
        db.session().exec(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all()
    )
    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert db.session().get(Case, case.id).event_count == 4


def test_a_choice_that_is_not_allowed_records_nothing(world: World) -> None:
    case = world.case()
    other = world.case()
    with pytest.raises(Conflict):
        timeline.record_many(
            [
                timeline.NewEvent(other.id, EventKind.note_added, data={"text": "x"}),
                timeline.NewEvent(case.id, EventKind.status_chosen, data={"status": "nazorg"}),
            ]
        )
    assert db.session().get(Case, other.id).event_count == 1


def test_an_unknown_case_is_refused(world: World) -> None:
    with pytest.raises(NotFound):
        timeline.record(db.new_id(), EventKind.note_added)
