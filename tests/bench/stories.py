"""Made-up stories of young people in the three-week plan, from which a history of ten years is woven. Pure.

A story is what happens to one person, in seconds from the midnight with which her plan begins. Some thousands of them
are enough: each case of the history lives one of them, on a day and at an address of its own.
"""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from outreach.cases.outcomes import OUTCOME_LISTS, OWN_LISTS
from outreach.cases.target_groups import TargetGroup

HOUR = 3600
DAY = 24 * HOUR
YEAR = 364 * DAY
"""A second plan begins so long after the first, on the same day of the week."""
CLOSED = 0.97
"""The part of all cases that is closed in the end."""
ARMS = ("boven", "onder")
EVENTS = 10.25
"""On average in a story; a second plan that would begin after today is left out, which makes it ten."""

SPARE = ("note_added", "message_delivered", "message_read")
"""Events that a story can do without: a provider does not always tell."""

ANSWERS = (("work", False), ("school", False), ("both", False), ("nothing", True), ("other", True))
CALLS = {"spoke": 25, "no_answer": 47, "voicemail": 22, "wrong_number": 6}
VISITS = {"met": 34, "nobody_home": 46, "refused": 5, "moved": 7, "wrong_address": 5, "unsafe": 3}
BY_LETTER = {"boven": 0.22, "onder": 0.15}
"""MVS's effect study: the visit announced at the top works better."""


@dataclass(slots=True)
class Attempt:
    """A contact attempt of the plan `enrol` (1, or 2 a year later); times in seconds, None where it has none."""

    enrol: int
    step: str
    channel: str
    planned: int
    due: int
    latest: int
    ordinal: int = 1
    variant: str | None = None
    status: str = "planned"
    result: str | None = None
    sent: int | None = None
    delivered: int | None = None
    ended: int | None = None
    response: "Event | None" = None
    number: int = 0

    @property
    def owner(self) -> str:
        """Who carries it out."""
        return {"letter": "clerk", "call": "coach", "visit": "coach", "card": "coach"}.get(
            self.channel, "system"
        )

    @property
    def coded(self) -> bool:
        """Whether it carries a response code."""
        return self.channel in ("whatsapp", "sms", "letter", "card") and self.sent is not None


@dataclass(slots=True)
class Event:
    """An event of the timeline. `actor`: system, person or coach. `by_code`: the attempt whose code was scanned."""

    enrol: int
    at: int
    kind: str
    channel: str | None = None
    actor: str = "system"
    attempt: Attempt | None = None
    data: dict[str, Any] = field(default_factory=dict)
    by_code: Attempt | None = None
    number: int = 0

    @property
    def document(self) -> str:
        """Its data as JSON."""
        return json.dumps(self.data)


@dataclass(slots=True)
class State:
    """What a case is from `at` on. `responded`, `ended`: since when; `ended` is the day of the outcome."""

    at: int
    status: str
    outcome: str | None = None
    outcome_list: str | None = None
    ended: int | None = None
    responded: int | None = None


@dataclass(slots=True)
class Ending:
    """How a plan ended, and when."""

    status: str
    reason: str | None
    at: int


@dataclass(slots=True)
class Story:
    """All of it. Events of the second plan come after all of the first."""

    target_group: str
    arm: str
    mobile: bool
    attempts: list[Attempt] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)


def pool(target_group: TargetGroup, arm: str, number: int) -> list[Story]:
    """So many stories of one target group and one variant of the letter, with EVENTS events each on average."""
    rng = Random(f"{target_group}-{arm}")
    found = [_Teller(rng, target_group, arm).told() for _ in range(number)]
    missing = round(EVENTS * number) - sum(len(story.events) for story in found)
    while missing:
        story = rng.choice(found)
        spare = [event for event in story.events if event.kind in SPARE]
        if missing > 0:
            at = rng.choice(story.events).at + rng.randrange(HOUR, 20 * DAY)
            story.events.append(Event(1, at, "note_added", actor="coach", data={"text": "Gesproken."}))
            missing -= 1
        elif spare:
            story.events.remove(spare[-1])
            missing += 1
    for story in found:
        story.attempts.sort(key=lambda attempt: (attempt.enrol, attempt.planned))
        story.events.sort(key=lambda event: (event.enrol, event.at))
        for members in (story.attempts, story.events):
            for position, member in enumerate(members, 1):
                member.number = position
    return found


class _Teller:
    """Tells one story, plan by plan."""

    def __init__(self, rng: Random, target_group: TargetGroup, arm: str) -> None:
        self.rng = rng
        self.story = Story(target_group.value, arm, rng.random() < 0.88)
        self.letters = self.story.mobile is False or rng.random() < 0.96
        self.enrol = 1
        self.answer: tuple[int, Event] | None = None

    def told(self) -> Story:
        self._event(-14 * DAY, "imported")
        self.story.states.append(State(-14 * DAY, "nieuw"))
        again = self.rng.random() < 0.3
        if not self._plan() and again:
            self.enrol = 2
            self._plan()
        if not self.answer and not (again and self.enrol == 1) and self.rng.random() < CLOSED:
            self._close(21 * DAY + 18 * HOUR + self.rng.randrange(20, 200) * DAY)
        return self.story

    def _plan(self) -> bool:
        """Three weeks; whether she was reached."""
        begin = 9 * HOUR + 1800
        self.answer = None
        self._state(begin, "in_benadering")
        self._event(begin, "enrolled", data={"campaign_name": "Voorjaar", "plan": "drie-weken"})
        steps: list[tuple[int, Any]] = (
            [
                (10 * HOUR, lambda at: self._message("w1-whatsapp-1", at, 0.12)),
                (DAY + 11 * HOUR, lambda at: self._call("w1-bel-1", at)),
                (2 * DAY + 16 * HOUR, lambda at: self._message("w1-whatsapp-2", at, 0.08)),
                (3 * DAY + 16 * HOUR + 1800, lambda at: self._call("w1-bel-2", at)),
            ]
            if self.story.mobile
            else [(14 * HOUR, lambda at: self._letter("w1-brief", at, 0.1))]
        )
        if self.letters:
            steps.append(
                (7 * DAY + 10 * HOUR, lambda at: self._letter("w2-brief", at, BY_LETTER[self.story.arm]))
            )
            steps.append((14 * DAY + 15 * HOUR, self._visit))
        for at, carry_out in steps:
            if self.answer and self.answer[0] < at:
                break
            carry_out(at)
        if self.answer is None:
            return self._silence(21 * DAY + 18 * HOUR)
        return self._contact(*self.answer)

    def _message(self, step: str, at: int, chance: float) -> None:
        if self.rng.random() < 0.06:
            failed = self._attempt(
                step, "whatsapp", at, status="failed", result="not_reachable", ended=at + 60
            )
            self._event(at + 60, "message_failed", "whatsapp", attempt=failed, data={"step": step})
            sms = self._attempt(step, "sms", at + 120, ordinal=2, status="delivered", sent=at + 125)
            sms.delivered = at + 140
            self._event(at + 125, "message_sent", "sms", attempt=sms, data={"step": step})
            self._event(at + 140, "message_delivered", "sms", attempt=sms)
            self._perhaps(sms, at + 140, chance)
            return
        status = self.rng.choices(("read", "delivered", "sent", "unknown"), (62, 32, 5, 1))[0]
        sent = self._attempt(step, "whatsapp", at, status=status, sent=at + 30)
        self._event(at + 30, "message_sent", "whatsapp", attempt=sent, data={"step": step})
        if status in ("read", "delivered"):
            sent.delivered = at + 40
            told = at + 40 + (self.rng.randrange(30, 4 * HOUR) if status == "read" else 0)
            self._event(told, f"message_{status}", "whatsapp", attempt=sent)
        self._perhaps(sent, at + 60, chance)

    def _call(self, step: str, at: int) -> None:
        result = self.rng.choices(list(CALLS), list(CALLS.values()))[0]
        at += self.rng.randrange(0, 3 * HOUR)
        self._by_coach(step, "call", at, result, "wrong_number")

    def _letter(self, step: str, at: int, chance: float) -> None:
        back = self.rng.random() < 0.04
        sent = self._attempt(step, "letter", at, status="returned" if back else "sent", sent=at, lead=DAY)
        sent.variant = self.story.arm if step == "w2-brief" else None
        self._event(
            at, "letter_printed", "letter", actor="coach", attempt=sent, data={"batch": 7, "step": step}
        )
        if back:
            self._event(at + 12 * DAY, "letter_returned", "letter", actor="coach", attempt=sent)
        else:
            self._perhaps(sent, at + DAY, chance)

    def _visit(self, at: int) -> None:
        at += self.rng.randrange(0, 4 * HOUR)
        result = self.rng.choices(list(VISITS), list(VISITS.values()))[0]
        self._by_coach("w3-huisbezoek", "visit", at, result, "moved", "wrong_address")
        if result == "nobody_home":
            card = self._attempt("w3-kaart", "card", at, status="done", sent=at + 60, lead=7 * DAY)
            self._event(at + 60, "card_left", "card", actor="coach", attempt=card)
            self._perhaps(card, at + HOUR, 0.14)

    def _by_coach(self, step: str, channel: str, at: int, result: str, *missed: str) -> None:
        lead = 7 * DAY if channel == "visit" else 2 * HOUR
        status = "failed" if result in missed else "done"
        made = self._attempt(step, channel, at, status=status, result=result, sent=at, lead=lead)
        logged = self._event(
            at, f"{channel}_logged", channel, actor="coach", attempt=made, data={"result": result, "note": ""}
        )
        if result in ("spoke", "met", "refused"):
            self.answer = (at, logged)
            made.response = logged

    def _attempt(self, step: str, channel: str, at: int, *, lead: int = 0, **more: Any) -> Attempt:
        made = Attempt(self.enrol, step, channel, at - lead, at, at + DAY, **more)
        made.ended = made.ended or made.sent
        self.story.attempts.append(made)
        return made

    def _event(self, at: int, kind: str, channel: str | None = None, **more: Any) -> Event:
        told = Event(self.enrol, at, kind, channel, **more)
        self.story.events.append(told)
        return told

    def _state(self, at: int, status: str, **more: Any) -> None:
        later = YEAR if self.enrol == 2 else 0
        self.story.states.append(State(at + later, status, **more))

    def _perhaps(self, attempt: Attempt, since: int, chance: float) -> None:
        """An answer to what was sent, by its code or a message, after some hours or days; the first one counts."""
        if self.rng.random() >= chance:
            return
        at = since + min(int(self.rng.expovariate(1 / (30 * HOUR))), 12 * DAY) + 300
        if self.answer and self.answer[0] <= at:
            return
        if attempt.channel in ("whatsapp", "sms") and self.rng.random() < 0.5:
            told = Event(self.enrol, at, "message_received", attempt.channel, "person")
        else:
            now, wants = self.rng.choice(ANSWERS)
            kind = "contact_declined" if self.rng.random() < 0.06 else "responded"
            told = Event(
                self.enrol, at, kind, "form", "person", attempt, {"now": now, "help": wants}, attempt
            )
        self.answer = (at, told)

    def _contact(self, at: int, told: Event) -> bool:
        """She was reached: the plan stops, what lay ready is called off, and her guidance goes on for months."""
        story = self.story
        if told not in story.events:
            story.events.append(told)
        mine = [one for one in story.attempts if one.enrol == self.enrol]
        before = [one for one in mine if one.sent is not None and one.sent <= at and one.status != "returned"]
        last = max(before, key=lambda one: one.sent or 0)
        for one in mine:
            one.response = told if one is last else None
        if 7 * DAY < at < 14 * DAY and self.letters:
            self._attempt("w3-huisbezoek", "visit", 14 * DAY, lead=7 * DAY, status="cancelled", ended=at + 5)
        self._event(at + 5, "plan_stopped", data={"reason": "responded"})
        story.endings.append(Ending("stopped", "responded", at + 5))
        self._state(at, "in_contact", responded=at)
        on = at + self.rng.randrange(2, 15) * DAY
        for status in ("in_begeleiding", self.rng.choice(("overgedragen", "nazorg"))):
            if self.rng.random() < 0.5:
                break
            self._choice(on, status, responded=at)
            on += self.rng.randrange(10, 90) * DAY
        if self.rng.random() < CLOSED:
            self._close(on + self.rng.randrange(5, 120) * DAY, responded=at)
        return True

    def _silence(self, at: int) -> bool:
        self._event(at, "plan_finished", data={"reason": "unreachable"})
        self.story.endings.append(Ending("finished", None, at))
        self._state(at, "onbereikbaar")
        return False

    def _choice(self, at: int, status: str, **more: Any) -> None:
        data = {"status": status, "reason": "", **{name: more[name] for name in more if name != "responded"}}
        data.pop("ended", None)
        self._event(at, "status_chosen", actor="coach", data=data)
        self._state(at, status, **more)

    def _close(self, at: int, responded: int | None = None) -> None:
        outcomes = OUTCOME_LISTS[OWN_LISTS[TargetGroup(self.story.target_group)]]
        outcome = self.rng.choice(outcomes.labels)
        self._choice(
            at, "afgesloten", outcome=outcome, outcome_list=outcomes.name, ended=at, responded=responded
        )
