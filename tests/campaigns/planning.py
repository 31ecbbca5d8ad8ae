"""A small world around the planner: it carries out what is due, and answers come when they come."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from hypothesis import strategies as st

from outreach.attempts.rules import MESSAGE_CHANNELS, AttemptStatus, Channel, Result
from outreach.campaigns.calendar import QuietHours
from outreach.campaigns.plan import (
    DEFAULT_OWNER,
    WRITTEN_CHANNELS,
    Condition,
    ContactPlan,
    Finish,
    PlanEnd,
    Step,
    Text,
    problems_within,
)
from outreach.campaigns.rules import (
    NOT_REACHABLE,
    Decision,
    DueAttempt,
    EnrolmentStatus,
    Facts,
    FinishReason,
    PastAttempt,
    PlannerSettings,
    decide,
)

HOUR = timedelta(hours=1)
TEXT = Text(nl="Plan", en="Plan")


@dataclass(frozen=True)
class Ending:
    """How the attempts of a step end: so many hours after they were due, or never."""

    hours: int | None
    status: AttemptStatus
    result: str | None


@dataclass
class World:
    """One enrolment whose facts change as time passes. `created` holds each due attempt and when it came."""

    plan: ContactPlan
    facts: Facts
    region: PlannerSettings
    endings: dict[str, Ending] = field(default_factory=dict)
    responds_at: datetime | None = None
    pause: tuple[datetime, datetime] | None = None
    created: list[tuple[datetime, DueAttempt]] = field(default_factory=list)
    finished: FinishReason | None = None
    finished_at: datetime | None = None

    def tick(self, now: datetime) -> Decision:
        """Let happen what happened up to now, decide, and do what was decided."""
        facts = self.facts_at(now)
        decision = decide(self.plan, facts, now, self.region)
        for attempt in decision.due:
            self.created.append((now, attempt))
        if decision.finished and self.finished is None:
            self.finished, self.finished_at = decision.finished, now
        return decision

    def look(self, now: datetime) -> Decision:
        """Tick until nothing more is due: what came may have ended in the same moment, which is a new fact."""
        decision = self.tick(now)
        while decision.due:
            decision = self.tick(now)
        return decision

    def facts_at(self, now: datetime) -> Facts:
        status, resumed_at = EnrolmentStatus.running, None
        if self.finished:
            status = EnrolmentStatus.finished
        elif self.pause and self.pause[0] <= now < self.pause[1]:
            status = EnrolmentStatus.paused
        elif self.pause and self.pause[1] <= now:
            resumed_at = self.pause[1]
        return replace(
            self.facts,
            status=status,
            resumed_at=resumed_at,
            responded_at=self.responds_at if self.responds_at and self.responds_at <= now else None,
            history=tuple(self._past(came, attempt, now) for came, attempt in self.created),
        )

    def _ends_at(self, came: datetime, attempt: DueAttempt) -> datetime | None:
        ending = self.endings.get(attempt.step)
        if ending is None or ending.hours is None:
            return None
        # By when it was due, not by when somebody looked, so that worlds looked at differently can be compared.
        at = attempt.due_at + ending.hours * HOUR
        return at if at < attempt.latest_at else None

    def _past(self, came: datetime, attempt: DueAttempt, now: datetime) -> PastAttempt:
        at = self._ends_at(came, attempt)
        past = PastAttempt(
            attempt.step, attempt.ordinal, attempt.channel, AttemptStatus.planned, attempt.due_at
        )
        if at is None or at > now:
            return past
        ending = self.endings[attempt.step]
        return replace(past, status=ending.status, result=ending.result, ended_at=at)

    def changes_after(self, now: datetime) -> list[datetime]:
        """The coming moments at which a fact changes by itself: the service looks again at each."""
        moments = [self.responds_at, *(self.pause or ())]
        moments += [self._ends_at(came, attempt) for came, attempt in self.created]
        return [at for at in moments if at is not None and at > now]

    def run_by_next_look(self, start: datetime) -> None:
        """Look only when the planner or a change of facts asks for it."""
        now, turns = start, 0
        while True:
            decision = self.look(now)
            asked = [decision.next_look] if decision.next_look else []
            assert all(at > now for at in asked), "the next look lies in the future"
            coming = asked + self.changes_after(now)
            if not coming or self.finished:
                return
            now, turns = min(coming), turns + 1
            assert turns < 500, "the planner never comes to an end"

    def run_at(self, moments: list[datetime]) -> None:
        """Look at these moments and at no other."""
        for now in moments:
            self.look(now)

    @property
    def attempts(self) -> set[DueAttempt]:
        return {attempt for _came, attempt in self.created}


def hours(start: datetime, days: int) -> list[datetime]:
    """Every full hour of so many days."""
    return [start + n * HOUR for n in range(days * 24)]


def start_of(day: date) -> datetime:
    """Midnight in UTC before a day begins in the Netherlands: no plan begins earlier."""
    return datetime.combine(day, time(0), UTC) - timedelta(hours=3)


HARD_WEEKS = [date(2026, 12, 17), date(2026, 3, 26), date(2027, 3, 22), date(2026, 10, 20), date(2025, 4, 14)]
"""Christmas with the turn of the year, both changes of the clock (one of them at Easter), and May holidays."""

ENDS = [
    (AttemptStatus.sent, None),
    (AttemptStatus.failed, NOT_REACHABLE),
    (AttemptStatus.failed, "withheld"),
    (AttemptStatus.done, Result.nobody_home),
    (AttemptStatus.returned, None),
    (AttemptStatus.cancelled, None),
]


def worlds(*, interrupted: bool = True) -> st.SearchStrategy[World]:
    """A plan with somebody in it; with `interrupted`, a response or a pause may come at any hour.

    Hypothesis draws one number, and the world is made from that: drawing each field takes fifty times as long,
    and it is the number of worlds that finds what is wrong.
    """
    return st.integers(0, 2**40).map(lambda seed: world_of(Random(seed), interrupted=interrupted))


def world_of(chance: Random, *, interrupted: bool) -> World:
    plan = plan_of(chance)
    about = Facts(
        began_on=chance.choice(HARD_WEEKS) + timedelta(days=chance.randrange(15))
        if chance.random() < 0.7
        else date(2025, 1, 1) + timedelta(days=chance.randrange(2500)),
        mobile_known=chance.random() < 0.6,
        landline_known=chance.random() < 0.3,
        email_known=chance.random() < 0.5,
        address_known=chance.random() < 0.8,
        opted_out=frozenset(chance.sample(list(Channel), chance.choice([0, 0, 0, 1]))),
    )
    begin = chance.randint(5, 14)
    quiet = QuietHours(
        time(begin),
        time(min(23, begin + chance.randint(2, 15))),
        chance.random() < 0.7,
        chance.random() < 0.7,
    )
    region = PlannerSettings(quiet, frozenset(chance.sample(list(Channel), chance.choice([0, 0, 1, 2]))))
    ends = {
        step.name: Ending(chance.choice([None, chance.randrange(60)]), *chance.choice(ENDS))
        for step in plan.steps
    }
    start = start_of(about.began_on)
    at = sorted(start + chance.randrange(24 * 30) * HOUR for _ in range(3))
    chance_of = 0.4 if interrupted else 0.0
    responds_at = chance.choice(at) if chance.random() < chance_of else None
    return World(
        plan, about, region, ends, responds_at, (at[0], at[1]) if chance.random() < chance_of else None
    )


def plan_of(chance: Random) -> ContactPlan:
    """A plan of one to six steps that a coordinator could have written."""
    steps: list[Step] = []
    for n in range(chance.randint(1, 6)):
        channel = chance.choice(list(Channel))
        fallback = chance.choice([None, *(other for other in Channel if other is not channel)])
        after = chance.choice([None, *steps])
        conditions = [c for c in (Condition.address_known, Condition.no_response) if chance.random() < 0.3]
        if after is not None and after.channel is Channel.visit and chance.random() < 0.5:
            conditions.append(Condition.nobody_home)
        day = chance.randint(after.day if after else 0, 12)
        steps.append(
            Step(
                name=f"s{n}",
                title=TEXT,
                day=day,
                at=time(chance.randrange(23)),
                lead=0 if channel in MESSAGE_CHANNELS else chance.randint(0, day),
                latest=chance.randint(0, 5),
                channel=channel,
                owner=DEFAULT_OWNER[channel],
                template=f"s{n}" if WRITTEN_CHANNELS & {channel, fallback} else None,
                conditions=tuple(conditions),
                fallback=fallback,
                after=after.name if after else None,
            )
        )
    finish = Finish(reason=PlanEnd.unreachable, after=chance.randint(0, 6))
    plan = ContactPlan(
        name="plan", version=1, title=TEXT, description=TEXT, steps=tuple(steps), finish=finish
    )
    assert not problems_within(plan)
    return plan
