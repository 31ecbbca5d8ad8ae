"""Whose message is this? Asked of who may know, never guessed."""

from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from outreach import clock, db
from outreach.cases import service as cases
from outreach.cases.models import Case, CaseEvent
from outreach.cases.rules import CaseStatus
from outreach.errors import Conflict
from outreach.messages import conversation_service, unclaimed_service
from outreach.messages.models import Conversation, Message, UnclaimedMessage
from tests.factories import World, post
from tests.messages.test_inbox import colleague, soup

SHARED, UNKNOWN = "+31612345678", "+31698765432"
CAME = clock.parse("2026-03-03T08:15")
LATER = clock.parse("2026-03-03T10:00")


def lay_aside(address: str = SHARED, body: str = "hoi, kan je bellen?", channel: str = "whatsapp") -> UUID:
    """A message that nobody could be found for."""
    row = UnclaimedMessage(channel=channel, provider_id=f"SM-{body}", address=address, body=body, at=CAME)
    with db.write() as session:
        session.add(row)
    return row.id


def siblings(world: World) -> tuple[Case, Case]:
    """Two young people of one household with one number."""
    noor = world.case(given_name="Noor")
    return noor, world.case(given_name="Daan", household=world.household_of(noor))


def asked(world: World, user: Any, path: str = "/messages") -> BeautifulSoup | None:
    return soup(world.sign_in(user).get(path)).select_one("#unclaimed")


def choose(world: World, user: Any, which: UUID, **data: str) -> Any:
    return post(world.sign_in(user), f"/messages/unclaimed/{which}", data, token_from="/messages")


def messages() -> list[Message]:
    db.session().expire_all()
    return list(db.session().scalars(select(Message)))


def settled(which: UUID) -> UnclaimedMessage:
    db.session().expire_all()
    return db.session().get_one(UnclaimedMessage, which)


def test_both_of_a_household_are_named_and_the_choice_is_hers(world: World) -> None:
    noor, daan = siblings(world)
    which = lay_aside()
    question = asked(world, world.coach)
    assert question is not None
    assert "Van Daan Jansen" in question.text
    assert "Van Noor Jansen" in question.text
    assert messages() == [], "nobody guessed"
    answer = choose(world, world.coach, which, case=str(daan.id))
    assert answer.headers["Location"].startswith(f"/messages/{daan.id}")
    message = messages()[0]
    assert (message.case_id, message.at, message.provider_id) == (daan.id, CAME, settled(which).provider_id)
    assert (settled(which).case_id, settled(which).settled_by) == (daan.id, world.coach.id)
    assert asked(world, world.coach) is None
    assert db.session().get_one(Case, daan.id).status == "in_contact"
    assert db.session().get_one(Case, noor.id).status == "nieuw"


def test_the_timeline_says_when_it_came(world: World) -> None:
    _noor, daan = siblings(world)
    with clock.at(LATER):
        unclaimed_service.claim(lay_aside(), daan.id, by=world.coach.id)
    event = db.session().scalars(select(CaseEvent).where(CaseEvent.kind == "message_received")).one()
    assert (event.at, event.recorded_at) == (CAME, LATER)


def test_it_does_not_put_back_the_clock_of_the_conversation(world: World) -> None:
    _noor, daan = siblings(world)
    which = lay_aside(body="eerder")
    with db.write() as session:
        conversation_service.received(session, daan.person_id, daan.id, LATER, "whatsapp", "later")
    unclaimed_service.claim(which, daan.id, by=world.coach.id)
    db.session().expire_all()
    found = db.session().get_one(Conversation, daan.person_id)
    assert (found.last_text, found.last_at, found.unread) == ("later", LATER, 2)
    assert found.whatsapp_until == LATER + conversation_service.DAY


def test_the_same_choice_twice_changes_nothing_and_another_one_is_refused(world: World) -> None:
    noor, daan = siblings(world)
    which = lay_aside()
    for _ in range(2):
        assert choose(world, world.coach, which, case=str(daan.id)).status_code == 303
    assert len(messages()) == 1
    assert choose(world, world.coordinator, which, case=str(noor.id)).status_code == 409
    with pytest.raises(Conflict):
        unclaimed_service.nobodys(which, by=world.clerk.id)
    assert len(messages()) == 1


def test_from_nobody_puts_it_away(world: World) -> None:
    siblings(world)
    which = lay_aside()
    for _ in range(2):
        assert choose(world, world.clerk, which, nobody="1").status_code == 303
    assert (settled(which).case_id, settled(which).settled_by) == (None, world.clerk.id)
    assert messages() == []


def test_a_coach_is_asked_only_about_her_own(world: World) -> None:
    world.case(coach=colleague(world))
    which = lay_aside()
    assert asked(world, world.coach) is None
    assert choose(world, world.coach, which, nobody="1").status_code == 404
    assert asked(world, world.clerk) is not None
    assert asked(world, world.coordinator) is not None


def test_a_number_that_nobody_has_is_for_clerk_and_coordinator(world: World) -> None:
    case = world.case()
    which = lay_aside(UNKNOWN, "met noor, nieuw nummer")
    assert asked(world, world.coach) is None
    for user in (world.clerk, world.coordinator):
        question = asked(world, user)
        assert question is not None
        assert "Niemand heeft dit nummer" in question.text
    found = soup(world.sign_in(world.clerk).get(f"/messages/unclaimed/{which}?q=noor"))
    assert "Het bericht is van Noor" in found.text
    choose(world, world.clerk, which, case=str(case.id))
    assert [(one.case_id, one.address) for one in messages()] == [(case.id, UNKNOWN)]


def test_who_works_elsewhere_is_not_asked(world: World) -> None:
    siblings(world)
    which = lay_aside()
    outsider = world.outsider()
    assert asked(world, outsider) is None
    assert choose(world, outsider, which, nobody="1").status_code == 404
    assert settled(which).settled_at is None


def test_it_cannot_be_given_to_a_case_of_another_municipality(world: World) -> None:
    siblings(world)
    which = lay_aside()
    theirs = world.case(municipality="GM0556")
    hers = colleague(world, "Els", "GM0622")
    with db.write() as session:
        case = session.get_one(Case, next(iter(session.scalars(select(Case.id)))))
        case.coach_id = hers.id
        session.add(case)
    assert choose(world, hers, which, case=str(theirs.id)).status_code == 404
    assert settled(which).settled_at is None


def test_of_somebody_with_two_cases_the_open_one_is_named(world: World) -> None:
    old = world.case(given_name="Noor")
    with db.write() as session:
        new = Case(
            region_id=old.region_id,
            reference="N-1",
            person_id=old.person_id,
            municipality_code=old.municipality_code,
            coach_id=world.coach.id,
            opened_at=clock.now(),
        )
        session.add(new)
    cases.choose_status(new.id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk")
    lay_aside()
    question = asked(world, world.coach)
    assert question is not None
    assert [tag["value"] for tag in question.select("[name=case]")] == [str(old.id)]


def test_nothing_chosen_is_said(world: World) -> None:
    siblings(world)
    assert choose(world, world.coach, lay_aside()).status_code == 400


def test_the_menu_counts_it(world: World) -> None:
    siblings(world)
    lay_aside()
    count = soup(world.sign_in(world.coach).get("/today")).select_one(".nav__count")
    assert count is not None
    assert count.text.startswith("1")
