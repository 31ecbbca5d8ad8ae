"""The planner: (plan, facts, now, region) gives what is due and when to look again. No database, no clock.

What holds, whatever the plan:
1.  Each (step, ordinal) comes into being once. Ordinal 2 is the fallback after a first attempt by the step's own
    channel that showed that this channel does not reach the person.
2.  Nothing comes into being after a response, after a stop, or during a pause.
3.  A message comes into being, and is due, only at a moment at which messages are allowed.
4.  A message comes into being when it is due. What people do lies ready from the beginning of its day, or as many
    working days before as the step's `lead` says. Nothing comes into being at or after its latest moment: what was
    missed is skipped, not done late.
5.  A pause moves nothing. After it, steps still within their window come into being at once, the others are
    skipped, and the silence at the end counts from the day of resuming at the earliest.
6.  Looking more often, or less often, changes how soon an attempt comes into being and nothing else, unless one
    looks so seldom that its whole window passes.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum

from outreach.attempts.rules import (
    MESSAGE_CHANNELS,
    OPEN,
    REACHED_OUT,
    AttemptStatus,
    Channel,
    Owner,
    Result,
)
from outreach.campaigns.calendar import QuietHours, add_working_days, aware, moment
from outreach.campaigns.plan import DEFAULT_OWNER, Condition, ContactPlan, Step
from outreach.campaigns.timetable import CLOSE_OF_DAY, StepTimes, timetable

NOT_REACHABLE = "not_reachable"
"""Result of a failed message whose channel has no such address (Twilio 63024: not a WhatsApp number)."""

CHANNEL_FAILED = frozenset({NOT_REACHABLE, Result.wrong_number, Result.wrong_address, Result.moved})
"""Results that say that this channel will not reach this person, so that the fallback is worth trying."""


class EnrolmentStatus(StrEnum):
    """Where somebody's plan stands.

    waiting: the campaign has not begun. stopped: by a response or by staff. finished: the plan is at its end.
    """

    waiting = "waiting"
    running = "running"
    paused = "paused"
    stopped = "stopped"
    finished = "finished"


ALLOWED_ENROLMENT_CHANGES: dict[EnrolmentStatus, frozenset[EnrolmentStatus]] = {
    EnrolmentStatus.waiting: frozenset({EnrolmentStatus.running, EnrolmentStatus.stopped}),
    EnrolmentStatus.running: frozenset(
        {EnrolmentStatus.paused, EnrolmentStatus.stopped, EnrolmentStatus.finished}
    ),
    EnrolmentStatus.paused: frozenset({EnrolmentStatus.running, EnrolmentStatus.stopped}),
    EnrolmentStatus.stopped: frozenset(),
    EnrolmentStatus.finished: frozenset(),
}


class FinishReason(StrEnum):
    """How a plan ended in silence.

    unreachable: at least one attempt was made. not_attempted: none was, as no address was known or the plan was
    paused through all of it; that says nothing about the young person, so a coordinator has to look.
    """

    unreachable = "unreachable"
    not_attempted = "not_attempted"


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An attempt that exists. Moments are aware. `latest_at` only when it differs from what the plan says.

    `ended_at`: when it was sent, done, failed, cancelled or expired; `due_at` stands in when it is missing.
    """

    step: str
    ordinal: int
    channel: Channel
    status: AttemptStatus
    due_at: datetime
    result: str | None = None
    ended_at: datetime | None = None
    latest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the planner needs to know of one enrolment. `began_on` is a day in local time."""

    began_on: date
    status: EnrolmentStatus = EnrolmentStatus.running
    mobile_known: bool = False
    landline_known: bool = False
    email_known: bool = False
    address_known: bool = False
    responded_at: datetime | None = None
    resumed_at: datetime | None = None
    opted_out: frozenset[Channel] = frozenset()
    history: tuple[PastAttempt, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannerSettings:
    """What a region sets: when messages may go out, and the channels that it does not use.

    `by_hand`: channels whose messages a coach sends from her own phone, since nobody else can.
    """

    quiet: QuietHours = field(default_factory=QuietHours)
    channels_off: frozenset[Channel] = frozenset()
    by_hand: frozenset[Channel] = frozenset()


@dataclass(frozen=True, slots=True)
class DueAttempt:
    """An attempt that must come into being now. Moments in UTC; from `latest_at` on it may not be done any more."""

    step: str
    ordinal: int
    channel: Channel
    owner: Owner
    template: str | None
    due_at: datetime
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What is due, when to look again, and whether the plan has ended.

    `next_look` already counts with the due attempts having come into being. It holds as long as the facts stay as
    they are; whoever changes a fact (an attempt that fails or ends, an address, a pause) looks again at once.
    None: only a change of facts can bring anything new.
    """

    due: tuple[DueAttempt, ...] = ()
    next_look: datetime | None = None
    finished: FinishReason | None = None


NOTHING = Decision()


def decide(plan: ContactPlan, facts: Facts, now: datetime, region: PlannerSettings) -> Decision:
    """What is due for one enrolment at the (aware) moment `now`, by the rules at the top of this file."""
    if facts.status is not EnrolmentStatus.running or facts.responded_at is not None:
        return NOTHING
    now = aware(now).astimezone(UTC)
    reachable = _channels_that_reach(facts, region)
    holding = _conditions_that_hold(facts)
    last = _last_attempts(facts)
    due: list[DueAttempt] = []
    looks: list[datetime] = []
    over: dict[str, datetime] = {}
    for times in timetable(plan, facts.began_on, region.quiet):
        step = times.step
        attempt = last.get(step.name)
        over[step.name] = _over_at(times, attempt)
        earliest = over[step.after] if step.after is not None else times.ready
        if attempt is None:
            ordinal, channel = 1, _first_channel(step, reachable, facts.opted_out)
            if not _conditions_met(times, holding, last):
                continue
        else:
            ordinal, channel = 2, _second_channel(step, attempt, reachable, facts.opted_out)
            earliest = max(earliest, over[step.name])
        if channel is None:
            continue
        ready, due_at, latest_at = _window(times, channel, earliest, region.quiet)
        if now >= latest_at or ready >= latest_at:
            continue
        over[step.name] = times.closes
        if now < ready:
            looks.append(ready)
        elif channel in MESSAGE_CHANNELS and not region.quiet.allowed(now):
            looks.append(region.quiet.next_allowed(now))
        else:
            owner = step.owner if channel is step.channel else DEFAULT_OWNER[channel]
            if channel in region.by_hand:
                owner = Owner.coach
            due.append(DueAttempt(step.name, ordinal, channel, owner, step.template, due_at, latest_at))
    end = _end_of_silence(plan, facts, max(over.values()), region.quiet)
    if now >= end:
        tried = any(a.status in REACHED_OUT or a.status is AttemptStatus.failed for a in facts.history)
        return Decision(finished=FinishReason.unreachable if tried else FinishReason.not_attempted)
    return Decision(tuple(due), min([*looks, end]))


def _channels_that_reach(facts: Facts, region: PlannerSettings) -> set[Channel]:
    """The channels that the region uses and for which the case has an address."""
    found: set[Channel] = set()
    if facts.mobile_known:
        found |= {Channel.whatsapp, Channel.sms}
    if facts.mobile_known or facts.landline_known:
        found.add(Channel.call)
    if facts.email_known:
        found.add(Channel.email)
    if facts.address_known:
        found |= {Channel.letter, Channel.visit, Channel.card}
    return found - region.channels_off


def _conditions_that_hold(facts: Facts) -> set[Condition]:
    """All but nobody_home, which differs by step."""
    found = {Condition.no_response}
    found.add(
        Condition.phone_known if facts.mobile_known or facts.landline_known else Condition.phone_unknown
    )
    if facts.mobile_known:
        found.add(Condition.mobile_known)
    if facts.email_known:
        found.add(Condition.email_known)
    if facts.address_known:
        found.add(Condition.address_known)
    return found


def _conditions_met(times: StepTimes, holding: set[Condition], last: dict[str, PastAttempt]) -> bool:
    missing = times.conditions - holding
    if not missing:
        return True
    if missing != {Condition.nobody_home} or times.step.after is None:
        return False
    visit = last.get(times.step.after)
    return visit is not None and visit.status is AttemptStatus.done and visit.result == Result.nobody_home


def _last_attempts(facts: Facts) -> dict[str, PastAttempt]:
    """The attempt with the highest ordinal of each step."""
    found: dict[str, PastAttempt] = {}
    for attempt in facts.history:
        known = found.get(attempt.step)
        if known is None or attempt.ordinal > known.ordinal:
            found[attempt.step] = attempt
    return found


def _over_at(times: StepTimes, attempt: PastAttempt | None) -> datetime:
    """When the step was over, or will be if nothing happens but that time passes."""
    if attempt is None:
        return times.closes
    if attempt.status in OPEN:
        return (attempt.latest_at or times.closes).astimezone(UTC)
    return (attempt.ended_at or attempt.due_at).astimezone(UTC)


def _first_channel(step: Step, reachable: set[Channel], opted_out: frozenset[Channel]) -> Channel | None:
    """The step's channel, or its fallback where that one does not reach.

    Somebody who opted out of the channel is not sent the same words by another one: that is a wish, not an obstacle.
    """
    if step.channel in opted_out:
        return None
    if step.channel in reachable:
        return step.channel
    return _fallback(step, reachable, opted_out)


def _second_channel(
    step: Step, attempt: PastAttempt, reachable: set[Channel], opted_out: frozenset[Channel]
) -> Channel | None:
    """The fallback, if the first attempt showed that the step's own channel does not reach this person."""
    if attempt.ordinal != 1 or attempt.channel is not step.channel or step.channel in opted_out:
        return None
    reached_nobody = attempt.status is AttemptStatus.returned or (
        attempt.status in (AttemptStatus.failed, AttemptStatus.done) and attempt.result in CHANNEL_FAILED
    )
    return _fallback(step, reachable, opted_out) if reached_nobody else None


def _fallback(step: Step, reachable: set[Channel], opted_out: frozenset[Channel]) -> Channel | None:
    usable = step.fallback in reachable and step.fallback not in opted_out
    return step.fallback if usable else None


def _window(
    times: StepTimes, channel: Channel, earliest: datetime, quiet: QuietHours
) -> tuple[datetime, datetime, datetime]:
    """From when an attempt by this channel may come into being, when it is due, and its latest moment."""
    if channel not in MESSAGE_CHANNELS:
        return max(times.ready, earliest), max(times.due, earliest), times.closes
    due_at = times.message_due if earliest <= times.message_due else quiet.next_allowed(earliest)
    return due_at, due_at, times.message_closes


def _end_of_silence(plan: ContactPlan, facts: Facts, over: datetime, quiet: QuietHours) -> datetime:
    """The close of the last day of silence after the last step was over."""
    if facts.resumed_at is not None:
        over = max(over, facts.resumed_at.astimezone(UTC))
    day = add_working_days(over.astimezone(quiet.zone).date(), plan.finish.after)
    return moment(day, CLOSE_OF_DAY, quiet.zone)
