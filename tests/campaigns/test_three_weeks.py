"""The three-week plan told in dates: what lies ready, and when, for somebody who begins on Monday 2 March 2026."""

from dataclasses import replace
from datetime import date, datetime, time

from outreach.attempts.rules import AttemptStatus, Channel, Owner, Result
from outreach.campaigns.calendar import AMSTERDAM
from outreach.campaigns.plan_files import shipped_plans
from outreach.campaigns.rules import (
    NOT_REACHABLE,
    Decision,
    Facts,
    FinishReason,
    PastAttempt,
    PlannerSettings,
    decide,
)
from tests.campaigns.planning import Ending, World, start_of

PLAN = shipped_plans()["drie-weken"]
REGION = PlannerSettings()
KNOWN = Facts(began_on=date(2026, 3, 2), mobile_known=True, address_known=True)
CARRIED_OUT = {
    "w1-whatsapp-1": Ending(0, AttemptStatus.sent, None),
    "w1-whatsapp-2": Ending(0, AttemptStatus.sent, None),
    "w1-bel-1": Ending(2, AttemptStatus.done, Result.no_answer),
    "w1-bel-2": Ending(2, AttemptStatus.done, Result.voicemail),
    "w1-brief": Ending(3, AttemptStatus.sent, None),
    "w2-brief": Ending(3, AttemptStatus.sent, None),
    "w3-huisbezoek": Ending(28, AttemptStatus.done, Result.nobody_home),
    "w3-kaart": Ending(1, AttemptStatus.done, Result.card_left),
}


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime.combine(date(2026, month, day), time(hour, minute), AMSTERDAM)


def story(facts: Facts, region: PlannerSettings = REGION, **endings: Ending) -> tuple[World, list[str]]:
    """Run the plan to its end; each line says when an attempt came, its step and channel, and when it is due."""
    by_step = CARRIED_OUT | {name.replace("_", "-"): ending for name, ending in endings.items()}
    world = World(PLAN, facts, region, by_step)
    world.run_by_next_look(start_of(facts.began_on))
    lines = [
        f"{came.astimezone(AMSTERDAM):%a %d-%m %H:%M} {a.step} {a.channel} "
        f"due {a.due_at.astimezone(AMSTERDAM):%a %d-%m %H:%M} until {a.latest_at.astimezone(AMSTERDAM):%a %d-%m %H:%M}"
        for came, a in world.created
    ]
    return world, lines


def test_the_plan_of_somebody_who_never_answers() -> None:
    world, lines = story(KNOWN)
    assert lines == [
        "Mon 02-03 10:00 w1-whatsapp-1 whatsapp due Mon 02-03 10:00 until Tue 03-03 20:00",
        "Tue 03-03 00:00 w1-bel-1 call due Tue 03-03 11:00 until Wed 04-03 23:59",
        "Wed 04-03 16:00 w1-whatsapp-2 whatsapp due Wed 04-03 16:00 until Thu 05-03 20:00",
        "Thu 05-03 00:00 w1-bel-2 call due Thu 05-03 16:30 until Fri 06-03 23:59",
        "Fri 06-03 00:00 w2-brief letter due Mon 09-03 10:00 until Wed 11-03 23:59",
        "Mon 09-03 00:00 w3-huisbezoek visit due Mon 16-03 10:00 until Fri 20-03 23:59",
        "Tue 17-03 14:00 w3-kaart card due Tue 17-03 14:00 until Mon 23-03 23:59",
    ]
    assert world.finished is FinishReason.unreachable
    assert world.finished_at == at(24, 23, 59), "five working days after the card of Tuesday the 17th"


def test_somebody_without_a_phone_gets_a_letter_first() -> None:
    _world, lines = story(replace(KNOWN, mobile_known=False))
    assert [line.split(" due")[0] for line in lines] == [
        "Mon 02-03 00:00 w1-brief letter",
        "Fri 06-03 00:00 w2-brief letter",
        "Mon 09-03 00:00 w3-huisbezoek visit",
        "Tue 17-03 14:00 w3-kaart card",
    ]


def test_somebody_with_a_landline_is_called_and_not_texted() -> None:
    _world, lines = story(replace(KNOWN, mobile_known=False, landline_known=True))
    assert [line.split()[3] for line in lines][:2] == ["w1-bel-1", "w1-bel-2"]


def test_christmas_and_new_year_stretch_the_plan() -> None:
    visit = Ending(4, AttemptStatus.done, Result.nobody_home)
    _world, lines = story(replace(KNOWN, began_on=date(2026, 12, 23)), w3_huisbezoek=visit)
    assert [line.split(" until")[0] for line in lines] == [
        "Wed 23-12 10:00 w1-whatsapp-1 whatsapp due Wed 23-12 10:00",
        "Thu 24-12 00:00 w1-bel-1 call due Thu 24-12 11:00",
        "Mon 28-12 16:00 w1-whatsapp-2 whatsapp due Mon 28-12 16:00",
        "Tue 29-12 00:00 w1-bel-2 call due Tue 29-12 16:30",
        "Wed 30-12 00:00 w2-brief letter due Thu 31-12 10:00",
        "Thu 31-12 00:00 w3-huisbezoek visit due Fri 08-01 10:00",
        "Fri 08-01 14:00 w3-kaart card due Fri 08-01 14:00",
    ]


def test_ten_o_clock_stays_ten_o_clock_when_the_clock_changes() -> None:
    _world, lines = story(replace(KNOWN, began_on=date(2026, 3, 27)))
    assert "Fri 27-03 10:00 w1-whatsapp-1" in lines[0]
    assert "w1-bel-1 call due Mon 30-03 11:00" in lines[1]


def test_whoever_is_not_on_whatsapp_gets_a_text_message_instead() -> None:
    _world, lines = story(KNOWN, w1_whatsapp_1=Ending(1, AttemptStatus.failed, NOT_REACHABLE))
    assert lines[1] == "Mon 02-03 11:00 w1-whatsapp-1 sms due Mon 02-03 11:00 until Tue 03-03 20:00"


def test_a_message_that_fails_at_night_is_replaced_in_the_morning() -> None:
    _world, lines = story(KNOWN, w1_whatsapp_1=Ending(12, AttemptStatus.failed, NOT_REACHABLE))
    second = next(line for line in lines if "w1-whatsapp-1 sms" in line)
    assert second.startswith("Tue 03-03 09:00 w1-whatsapp-1 sms due Tue 03-03 09:00")


def test_a_message_withheld_for_another_reason_is_not_sent_again() -> None:
    _world, lines = story(KNOWN, w1_whatsapp_1=Ending(1, AttemptStatus.failed, "withheld"))
    assert not any("sms" in line for line in lines)


def test_a_region_without_whatsapp_sends_text_messages() -> None:
    _world, lines = story(KNOWN, PlannerSettings(channels_off=frozenset({Channel.whatsapp})))
    assert [line.split()[4] for line in lines if "whatsapp" in line] == ["sms", "sms"]


def test_whoever_opted_out_of_whatsapp_does_not_get_the_same_as_a_text_message() -> None:
    _world, lines = story(replace(KNOWN, opted_out=frozenset({Channel.whatsapp})))
    assert not any("whatsapp" in line for line in lines)
    assert any("w1-bel-1" in line for line in lines)


def test_a_card_is_only_left_where_nobody_was_home() -> None:
    _world, lines = story(KNOWN, w3_huisbezoek=Ending(3, AttemptStatus.done, Result.wrong_address))
    assert not any("w3-kaart" in line for line in lines)


def test_the_card_lies_ready_at_once_when_the_coach_goes_earlier() -> None:
    visit = PastAttempt(
        "w3-huisbezoek",
        1,
        Channel.visit,
        AttemptStatus.done,
        due_at=at(16, 10),
        result=Result.nobody_home,
        ended_at=at(12, 15),
    )
    due = decide(PLAN, replace(KNOWN, history=(visit,)), at(12, 15), REGION).due
    assert [(attempt.step, attempt.owner, attempt.template) for attempt in due] == [
        ("w3-kaart", Owner.coach, None)
    ]


def test_a_plan_begun_on_a_saturday_starts_on_monday() -> None:
    _world, lines = story(replace(KNOWN, began_on=date(2026, 2, 28)))
    assert lines[0].startswith("Mon 02-03 10:00 w1-whatsapp-1")


def test_whoever_is_enrolled_in_the_evening_gets_the_message_in_the_morning() -> None:
    evening = decide(PLAN, KNOWN, at(2, 21), REGION)
    assert evening.due == ()
    assert evening.next_look == at(3, 0), "when the call of that day lies ready"
    called = replace(
        KNOWN, history=(PastAttempt("w1-bel-1", 1, Channel.call, AttemptStatus.planned, at(3, 11)),)
    )
    night = decide(PLAN, called, at(3, 0), REGION)
    assert (night.due, night.next_look) == ((), at(3, 9))
    assert [attempt.step for attempt in decide(PLAN, called, at(3, 9), REGION).due] == ["w1-whatsapp-1"]


def test_a_response_ends_it_all() -> None:
    assert decide(PLAN, replace(KNOWN, responded_at=at(3, 12)), at(3, 12), REGION) == Decision()


def test_after_a_pause_only_what_is_still_in_time_is_done() -> None:
    world = World(PLAN, KNOWN, REGION, CARRIED_OUT, pause=(at(3, 8), at(10, 12)))
    world.run_by_next_look(at(2, 0))
    assert [(attempt.step, came) for came, attempt in world.created][:4] == [
        ("w1-whatsapp-1", at(2, 10)),
        ("w1-bel-1", at(3, 0)),
        ("w2-brief", at(10, 12)),
        ("w3-huisbezoek", at(10, 12)),
    ]


def test_a_pause_beyond_the_end_leaves_a_week_to_answer_before_anybody_is_called_unreachable() -> None:
    world = World(PLAN, KNOWN, REGION, CARRIED_OUT, pause=(at(3, 8), at(1, 9, month=6)))
    world.run_by_next_look(at(2, 0))
    assert [attempt.step for _came, attempt in world.created] == ["w1-whatsapp-1", "w1-bel-1"]
    assert (world.finished, world.finished_at) == (FinishReason.unreachable, at(8, 23, 59, month=6))


def test_nobody_is_called_unreachable_whom_nobody_tried_to_reach() -> None:
    world, lines = story(replace(KNOWN, mobile_known=False, address_known=False))
    assert lines == []
    assert world.finished is FinishReason.not_attempted
