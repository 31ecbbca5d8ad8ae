"""How messages leave: claimed, looked at again, handed over once, recorded; and what happens in between."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import NewAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import Campaign
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.errors import Refused
from outreach.messages import composing_service, look_up_service, outbox_queries, outbox_service
from outreach.messages.delivery_service import arrived, settle_unknown
from outreach.messages.models import Conversation, Message
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.messages.rules import BACKOFF, LOOK_UPS
from outreach.regions.models import Region
from outreach.ticking import plan, tick
from tests.factories import World
from tests.messages.scripted import Scripted, put_in

MONDAY = "2026-03-02T09:15"
TEN = "2026-03-02T10:00"


@pytest.fixture
def monday() -> Iterator[None]:
    """It is Monday morning, ten o'clock."""
    with clock.at(clock.parse(TEN)):
        yield


def started(world: World, young_people: list[Case]) -> Campaign:
    with clock.at(clock.parse(MONDAY)):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id for case in young_people])
        return campaigns.start(campaign.id)


def one_message(case: Case, *, channel: str = "sms", latest: timedelta | None = None) -> UUID:
    """A message outside a plan that is due now."""
    now = clock.now()
    with db.write() as session:
        new = NewAttempt(
            case.id,
            None,
            None,
            channel,
            1,
            channel,
            "system",
            "w1-whatsapp-1",
            None,
            now,
            now + latest if latest else None,
        )
        return attempts.plan_many(session, [new])[0]


def attempt(attempt_id: UUID) -> ContactAttempt:
    db.session().expire_all()
    found = db.session().get(ContactAttempt, attempt_id)
    assert found is not None
    return found


def all_attempts(channel: str = "whatsapp") -> list[ContactAttempt]:
    db.session().expire_all()
    table = ContactAttempt.__table__  # type: ignore[attr-defined]
    query = select(ContactAttempt).where(table.c.channel == channel).order_by(table.c.id)
    return list(db.session().scalars(query))


def kinds(case: Case) -> Counter[str]:
    table = db.table(CaseEvent).c
    return Counter(db.session().scalars(select(table.kind).where(table.case_id == case.id)))


def test_each_message_is_handed_over_once_with_its_own_code(world: World) -> None:
    way = put_in(world.app, Scripted())
    young_people = [world.case(mobile=f"+3161234{n:04}") for n in range(45)]
    started(world, young_people)
    tick(clock.parse(TEN))
    tick(clock.parse("2026-03-02T10:01"))
    assert Counter(way.addresses) == {case_mobile(case): 1 for case in young_people}
    assert len({message.body for message in way.handed}) == 45, "each carries a code of its own"
    sent = all_attempts()
    assert {one.status for one in sent} == {"sent"}
    assert {one.provider_id for one in sent} == {f"P-{one.id}" for one in sent}
    assert {one.claim for one in sent} == {None}
    assert kinds(young_people[0])["message_sent"] == 1


def case_mobile(case: Case) -> str:
    from outreach.cases.models import Person

    person = db.session().get(Person, case.person_id)
    assert person is not None and person.mobile is not None
    return person.mobile


def test_municipalities_take_turns(world: World, monday: None) -> None:
    way = put_in(world.app, Scripted(), OUTREACH_SEND_THREADS="1")
    big = [world.case(mobile=f"+3161111{n:04}", municipality="GM0622") for n in range(30)]
    small = [world.case(mobile=f"+3162222{n:04}", municipality="GM0556") for n in range(3)]
    for case in [*big, *small]:
        one_message(case)
    outbox_service.empty()
    first = way.addresses[:8]
    assert sum(address.startswith("+3162222") for address in first) == 3


@pytest.mark.parametrize("reason", [Reason.not_reachable, Reason.bad_address, Reason.provider])
def test_a_refusal_is_told_to_the_timeline(world: World, monday: None, reason: Reason) -> None:
    put_in(world.app, Scripted(lambda _m: Outcome(Fate.refused, reason=reason, error_code="12345")))
    case = world.case()
    attempt_id = one_message(case)
    outbox_service.empty()
    found = attempt(attempt_id)
    assert (found.status, found.result, found.error_code) == ("failed", reason.value, "12345")
    assert kinds(case)["message_failed"] == 1
    assert kinds(case)["message_sent"] == 0


def test_whoever_is_not_on_whatsapp_gets_a_text_message(world: World) -> None:
    def answer(message: Outgoing) -> Outcome:
        if message.channel == "whatsapp":
            return Outcome(Fate.refused, reason=Reason.not_reachable, error_code="63024")
        return Outcome(Fate.accepted, f"P-{message.attempt_id}")

    way = put_in(world.app, Scripted(answer))
    started(world, [world.case()])
    tick(clock.parse(TEN))
    tick(clock.parse("2026-03-02T10:01"))
    assert [message.channel for message in way.handed] == ["whatsapp", "sms"]


def test_whoever_has_blocked_us_has_opted_out_of_that_channel(world: World, monday: None) -> None:
    way = put_in(world.app, Scripted(lambda _m: Outcome(Fate.refused, reason=Reason.opted_out)))
    case = world.case()
    one_message(case)
    outbox_service.empty()
    one_message(case)
    outbox_service.empty()
    assert len(way.handed) == 1
    assert [one.status for one in all_attempts("sms")] == ["failed", "cancelled"]
    assert kinds(case)["opted_out"] == 1


def test_not_for_the_moment_is_tried_later_with_the_same_text_and_code(world: World) -> None:
    answers = iter([Outcome(Fate.later, retry_after=timedelta(minutes=5)), Outcome(Fate.accepted, "P-1")])
    way = put_in(world.app, Scripted(lambda _m: next(answers)))
    now = clock.parse(TEN)
    with clock.at(now):
        attempt_id = one_message(world.case())
        outbox_service.empty()
        assert attempt(attempt_id).status == "planned"
        outbox_service.empty()
    with clock.at(now + timedelta(minutes=4)):
        outbox_service.empty()
    assert len(way.handed) == 1
    with clock.at(now + timedelta(minutes=5)):
        outbox_service.empty()
    assert [message.body for message in way.handed] == [way.handed[0].body] * 2
    assert attempt(attempt_id).status == "sent"
    assert len(db.session().scalars(select(Message)).all()) == 1


def test_what_is_busy_for_too_long_is_given_up(world: World) -> None:
    way = put_in(world.app, Scripted(lambda _m: Outcome(Fate.later)))
    now = clock.parse(TEN)
    with clock.at(now):
        case = world.case()
        attempt_id = one_message(case)
    for seconds in (0, *BACKOFF):
        now += timedelta(seconds=seconds)
        with clock.at(now):
            outbox_service.empty(heed_hours=False)
    assert (attempt(attempt_id).status, attempt(attempt_id).result) == ("failed", "provider_busy")
    assert len(way.handed) == len(BACKOFF)
    assert kinds(case)["message_failed"] == 1


def test_what_is_in_doubt_is_looked_up_and_never_sent_again(world: World) -> None:
    way = put_in(world.app, Scripted(lambda _m: Outcome(Fate.unknown)))
    now = clock.parse(TEN)
    with clock.at(now):
        found, lost = (one_message(world.case(mobile=f"+3161234000{n}")) for n in range(2))
        outbox_service.empty()
        assert {attempt(found).status, attempt(lost).status} == {"unknown"}
        way.held[found] = Outcome(Fate.delivered, "P-found")
        assert look_up_service.look_up_unknown() == 1
        assert (attempt(found).status, attempt(found).provider_id) == ("delivered", "P-found")
    for wait in LOOK_UPS[1:]:
        now += wait
        with clock.at(now):
            look_up_service.look_up_unknown()
            outbox_service.empty()
    left = attempt(lost)
    assert (left.status, left.retry_at) == ("unknown", None), "now a person decides"
    assert len(way.handed) == 2


def test_two_workers_who_look_the_same_one_up_record_it_once(world: World, monday: None) -> None:
    put_in(world.app, Scripted(lambda _m: Outcome(Fate.unknown)))
    case = world.case()
    attempt_id = one_message(case)
    outbox_service.empty()
    [row] = outbox_queries.unknown(clock.now(), ["sms"], 10)
    for _worker in range(2):
        settle_unknown(look_up_service._as_sent(row), Outcome(Fate.accepted, "P-1"))
    assert attempt(attempt_id).status == "sent"
    assert kinds(case)["message_sent"] == 1


def test_a_claim_whose_worker_died_is_in_doubt_once_its_lease_is_over(world: World) -> None:
    put_in(world.app, Scripted())
    now = clock.parse(TEN)
    with clock.at(now):
        attempt_id = one_message(world.case())
        table = db.table(ContactAttempt)
        with db.write() as session:
            session.execute(
                update(table).values(
                    status="claimed", claim=db.new_id(), claimed_until=now + timedelta(minutes=2)
                )
            )
        outbox_service.empty()
        assert attempt(attempt_id).status == "claimed"
    with clock.at(now + timedelta(minutes=3)):
        outbox_service.empty()
        assert attempt(attempt_id).status == "unknown"


def happens_before_the_second_look(monkeypatch: pytest.MonkeyPatch, what: Any) -> None:
    """Let `what` happen after the claim was committed and before what is claimed is looked at again."""
    look = outbox_service._Run._still_wanted

    def later(self: Any, claimed: Any) -> Any:
        what()
        return look(self, claimed)

    monkeypatch.setattr(outbox_service._Run, "_still_wanted", later)


def test_an_answer_that_comes_after_the_claim_stops_the_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = put_in(world.app, Scripted())
    case = world.case()
    started(world, [case])
    happens_before_the_second_look(
        monkeypatch, lambda: timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)
    )
    tick(clock.parse(TEN))
    assert way.handed == []
    assert [(one.status, one.reason) for one in all_attempts()] == [("cancelled", "stopped")]


def test_an_opt_out_that_comes_after_the_claim_stops_the_message(
    world: World, monday: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = put_in(world.app, Scripted())
    case = world.case()
    attempt_id = one_message(case)
    happens_before_the_second_look(monkeypatch, lambda: cases.opted_out_herself(case.id, "sms"))
    outbox_service.empty()
    assert way.handed == []
    assert attempt(attempt_id).status == "cancelled"


def test_a_pause_that_comes_after_the_claim_holds_the_message(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = put_in(world.app, Scripted())
    campaign = started(world, [world.case()])
    happens_before_the_second_look(monkeypatch, lambda: campaigns.pause(campaign.id))
    tick(clock.parse(TEN))
    assert way.handed == []
    assert [(one.status, one.held) for one in all_attempts()] == [("planned", True)]
    monkeypatch.undo()
    with clock.at(clock.parse("2026-03-02T10:05")):
        campaigns.resume(campaign.id)
    tick(clock.parse("2026-03-02T10:06"))
    assert len(way.handed) == 1


def test_nothing_goes_out_in_quiet_hours_and_what_waits_goes_in_the_morning(world: World) -> None:
    way = put_in(world.app, Scripted())
    started(world, [world.case()])
    plan(clock.parse("2026-03-02T19:59"))
    with clock.at(clock.parse("2026-03-02T20:00")):
        assert outbox_service.empty() == Counter()
    with clock.at(clock.parse("2026-03-03T09:00")):
        assert outbox_service.empty() == Counter({"whatsapp": 1})
    assert len(way.handed) == 1


def test_what_is_past_its_time_does_not_go(world: World) -> None:
    way = put_in(world.app, Scripted())
    now = clock.parse(TEN)
    with clock.at(now):
        one_message(world.case(), latest=timedelta(minutes=1))
    with clock.at(now + timedelta(minutes=1)):
        outbox_service.empty()
    assert way.handed == []


def test_whatsapp_lets_us_write_first_to_so_many_people_a_day(world: World) -> None:
    way = put_in(world.app, Scripted(), OUTREACH_WHATSAPP_NEW_A_DAY="3")
    now = clock.parse(TEN)
    with clock.at(now):
        young_people = [world.case(mobile=f"+3161234{n:04}") for n in range(5)]
        for case in young_people:
            one_message(case, channel="whatsapp")
        outbox_service.empty()
        assert len(way.handed) == 3
        known = next(case for case in young_people if case_mobile(case) in way.addresses)
        one_message(known, channel="whatsapp")
        outbox_service.empty()
        assert len(way.handed) == 4, "whom we wrote to today counts no second time"
    with clock.at(now + timedelta(hours=24, minutes=1)):
        outbox_service.empty()
    assert len(set(way.addresses)) == 5


def test_the_pace_of_a_channel_holds_over_all_claims(world: World, monday: None) -> None:
    way = put_in(world.app, Scripted(), OUTREACH_SMS_PER_SECOND="10")
    moments = []
    way.answer = lambda message: (
        moments.append(clock.wall()),
        Outcome(Fate.accepted, str(message.attempt_id)),
    )[1]
    for n in range(15):
        one_message(world.case(mobile=f"+3161234{n:04}"))
    outbox_service.empty()
    took = (max(moments) - min(moments)).total_seconds()
    assert len(moments) == 15
    assert took >= 1.3, "fifteen at ten a second take 1.4 seconds from the first to the last"


def test_a_demo_refuses_every_real_way(world: World, monday: None) -> None:
    way = put_in(world.app, Scripted())
    one_message(world.case())
    with db.write() as session:
        session.execute(update(db.table(Region)).values(demo=True))
    with pytest.raises(Refused, match="sandbox"):
        outbox_service.empty()
    assert way.handed == []


def test_news_of_a_message_moves_its_status_forward_only(world: World, monday: None) -> None:
    put_in(world.app, Scripted())
    case = world.case()
    attempt_id = one_message(case)
    outbox_service.empty()
    assert arrived(attempt_id, Outcome(Fate.read, "P"))
    assert not arrived(attempt_id, Outcome(Fate.delivered, "P"))
    assert not arrived(attempt_id, Outcome(Fate.accepted, "P"))
    assert not arrived(attempt_id, Outcome(Fate.read, "P"))
    assert attempt(attempt_id).status == "read"
    assert attempt(attempt_id).delivered_at is not None
    assert kinds(case)["message_read"] == 1
    assert kinds(case)["message_delivered"] == 0


def test_news_that_comes_before_our_own_record_is_kept(world: World, monday: None) -> None:
    def answer(message: Outgoing) -> Outcome:
        with world.app.app_context(), clock.at(clock.parse(TEN)):
            assert arrived(message.attempt_id, Outcome(Fate.delivered, "P-early"))
        return Outcome(Fate.accepted, "P-early")

    put_in(world.app, Scripted(answer))
    case = world.case()
    attempt_id = one_message(case)
    outbox_service.empty()
    found = attempt(attempt_id)
    assert (found.status, found.provider_id, found.claim) == ("delivered", "P-early", None)
    assert kinds(case)["message_sent"] == kinds(case)["message_delivered"] == 1


@pytest.mark.parametrize("swept", [False, True], ids=["while it was claimed", "when it was in doubt"])
def test_the_sending_is_recorded_though_its_worker_died_and_news_of_it_came_first(
    world: World, swept: bool
) -> None:
    put_in(world.app, Scripted())
    now = clock.parse(TEN)
    case = world.case()
    with clock.at(now):
        attempt_id = one_message(case)
        with db.write() as session:
            until = now + timedelta(minutes=2)
            table = db.table(ContactAttempt)
            session.execute(update(table).values(status="claimed", claim=db.new_id(), claimed_until=until))
            regions = {region.id: region for region in db.session().scalars(select(Region))}
            composing_service.write(session, [attempt_id], regions)
    later = now + timedelta(minutes=3)
    if swept:
        with clock.at(later):
            outbox_service.give_up_leases()
            assert attempt(attempt_id).status == "unknown"
    with clock.at(later):
        assert arrived(attempt_id, Outcome(Fate.delivered, "P-1"))
        outbox_service.empty()
        look_up_service.look_up_unknown()
        look_up_service.look_up_unknown()
    found = attempt(attempt_id)
    assert (found.status, found.provider_id, found.claim) == ("delivered", "P-1", None)
    assert kinds(case)["message_sent"] == kinds(case)["message_delivered"] == 1
    message = db.session().scalars(select(Message)).one()
    assert message.provider_id == "P-1"
    assert db.session().get(Conversation, case.person_id) is not None


def test_each_night_the_provider_is_asked_what_became_of_the_rest(world: World) -> None:
    way = put_in(world.app, Scripted())
    now = clock.parse(TEN)
    with clock.at(now):
        attempt_id = one_message(world.case())
        outbox_service.empty()
        way.held[f"P-{attempt_id}"] = Outcome(Fate.delivered, f"P-{attempt_id}")
        assert look_up_service.ask_after() == 0, "it left just now"
    with clock.at(now + timedelta(hours=17)):
        assert look_up_service.ask_after() == 1
        assert look_up_service.ask_after() == 0
    assert attempt(attempt_id).status == "delivered"


def test_the_conversation_shows_the_newest_word(world: World, monday: None) -> None:
    put_in(world.app, Scripted())
    case = world.case()
    one_message(case)
    outbox_service.empty()
    found = db.session().get(Conversation, case.person_id)
    assert found is not None
    assert (found.last_direction, found.last_channel, found.unread) == ("out", "sms", 0)
