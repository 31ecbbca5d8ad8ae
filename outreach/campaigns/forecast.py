"""What a plan will do next, told beforehand by running its planner at the moments at which it wants to look. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from outreach.attempts.rules import Channel
from outreach.campaigns.plan import ContactPlan
from outreach.campaigns.rules import DueAttempt, EnrolmentStatus, Facts, PlannerSettings, decide

MOST_LOOKS = 40
"""More than any plan needs from one step to the next: a plan has at most 60 steps, most of them skipped at once."""


@dataclass(frozen=True, slots=True)
class Group:
    """A number of young people who can be reached in the same ways."""

    number: int
    mobile: bool
    landline: bool
    email: bool
    address: bool
    opted_out: frozenset[Channel] = frozenset()

    def facts(self, began_on: date) -> Facts:
        """The facts of each of them on the first day of the plan."""
        return Facts(
            began_on=began_on,
            mobile_known=self.mobile,
            landline_known=self.landline,
            email_known=self.email,
            address_known=self.address,
            opted_out=self.opted_out,
        )


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next: the step, by which channel, and when it is due. `due_at` in UTC."""

    step: str
    channel: Channel
    due_at: datetime


def coming(plan: ContactPlan, facts: Facts, now: datetime, settings: PlannerSettings) -> Coming | None:
    """The next attempt that will come into being if nothing changes; None when the plan will end without one."""
    facts = replace(facts, status=EnrolmentStatus.running)
    for _look in range(MOST_LOOKS):
        decision = decide(plan, facts, now, settings)
        if decision.due:
            first = min(decision.due, key=lambda due: due.due_at)
            return Coming(first.step, first.channel, first.due_at)
        if decision.next_look is None or decision.next_look <= now:
            return None
        now = decision.next_look
    return None


@dataclass(frozen=True, slots=True)
class Start:
    """What a start brings: how many get which step first, soonest first, and for how many nothing can be done."""

    first: tuple[tuple[Coming, int], ...]
    nothing: int

    @property
    def people(self) -> int:
        """Everybody."""
        return sum(number for _step, number in self.first) + self.nothing


def at_start(
    plan: ContactPlan, groups: Iterable[Group], now: datetime, today: date, settings: PlannerSettings
) -> Start:
    """What comes first for everybody if the plan starts at `now`, on the local day `today`."""
    found: Counter[Coming] = Counter()
    nothing = 0
    for group in groups:
        first = coming(plan, group.facts(today), now, settings)
        if first is None:
            nothing += group.number
        else:
            found[first] += group.number
    ordered = sorted(found.items(), key=lambda item: (item[0].due_at, item[0].step, item[0].channel))
    return Start(tuple(ordered), nothing)


def letter_wanting_address(
    plan: ContactPlan, facts: Facts, now: datetime, settings: PlannerSettings
) -> DueAttempt | None:
    """The letter that would come into being at `now` if only an address were known; None when there is none.

    It is what the planner itself decides about the same person with an address, so that who is named here gets
    exactly this letter when her address is mended now. Of two whose windows overlap the later one counts.
    """
    if facts.address_known:
        return None
    with_address = decide(plan, replace(facts, address_known=True), now, settings).due
    letters = [due for due in with_address if due.channel is Channel.letter]
    if not letters:
        return None
    otherwise = {due.step for due in decide(plan, facts, now, settings).due}
    wanted = [due for due in letters if due.step not in otherwise]
    return max(wanted, key=lambda due: due.latest_at, default=None)
