"""Which attempt the service notes a response on, against a slow look at the same rows, over worlds by Hypothesis."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import attribute_response
from outreach.cases.events import EventKind
from outreach.cases.rules import CaseStatus
from outreach.cases.timeline import Recorded
from tests.factories import World
from tests.insight import reference
from tests.insight.worlds import Story, stories, told, worlds


@worlds
@given(story=stories(), at_once=st.booleans())
def test_a_response_belongs_to_the_attempt_that_a_slow_look_finds(
    world: World, story: Story, at_once: bool
) -> None:
    attempt = db.table(ContactAttempt).c
    with told(world, story) as there:
        db.session().execute(update(db.table(ContactAttempt)).values(response_event_id=None))
        rows = reference.read()
        expected: dict[UUID, UUID] = {}
        heard: list[Recorded] = []
        for case_id in there.cases:
            events = sorted(
                (one for one in rows.events.values() if one.case_id == case_id), key=lambda one: one.seq
            )
            mine = [one for one in rows.attempts if one.case_id == case_id]
            expected |= reference.attributed(mine, events)
            # What was taken back was cleared then: it is as if nobody had heard of it.
            away = {one.data.get("event") for one in events}
            heard += [_recorded(one) for one in events if str(one.id) not in away]
        for together in [heard] if at_once else [[one] for one in heard]:
            attribute_response(db.session(), together)
        query = select(attempt.id, attempt.response_event_id).where(attempt.response_event_id.is_not(None))
        assert dict(tuple(row) for row in db.session().execute(query)) == expected


def _recorded(event: Any) -> Recorded:
    return Recorded(
        id=event.id,
        case_id=event.case_id,
        kind=EventKind(event.kind),
        actor=event.actor,
        channel=event.channel,
        data=event.data,
        at=event.at,
        attempt_id=event.attempt_id,
        before=CaseStatus.nieuw,
        after=CaseStatus.nieuw,
    )
