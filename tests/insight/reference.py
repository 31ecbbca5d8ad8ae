"""Every figure of the reports, counted slowly: one row at a time, from the words of the definitions.

Nothing here comes from outreach/insight: only tables and the words that stand in them. `read` reads every row once,
and all else is a loop over them. What is slow here is meant to be: whoever doubts a figure reads this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import select

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns.models import Campaign, Enrolment, PlanVersion
from outreach.cases.models import Case, CaseEvent, Person
from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind
from outreach.regions.models import Municipality
from outreach.responses.models import Response

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SENT = ("sent", "delivered", "read", "done", "returned", "unknown")
SPOKEN_TO = ("spoke", "met", "refused")
SOMEBODY_ELSE = ("wrong_number", "moved", "wrong_address")
NOT_IN_CONTACT = ("nieuw", "in_benadering", "onbereikbaar")


class Asked(Protocol):
    """What is asked for: the fields that outreach.insight.wanted.Wanted has as well."""

    @property
    def municipalities(self) -> Collection[str] | None: ...
    @property
    def municipality(self) -> str | None: ...
    @property
    def campaign(self) -> str | None: ...
    @property
    def target_group(self) -> str | None: ...
    @property
    def since(self) -> date | None: ...
    @property
    def until(self) -> date | None: ...


@dataclass
class Rows:
    """All rows that figures come from, as they stand in the database."""

    attempts: list[Any]
    enrolments: list[Any]
    campaigns: dict[UUID, Any]
    plans: dict[UUID, Any]
    cases: dict[UUID, Any]
    persons: dict[UUID, Any]
    events: dict[UUID, Any]
    responses: list[Any]
    municipalities: dict[str, Any]
    of_enrolment: dict[UUID, list[Any]] = field(default_factory=lambda: defaultdict(list))

    scanned: set[UUID | None] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scanned = {response.attempt_id for response in self.responses}
        for attempt in self.attempts:
            if attempt.enrolment_id is not None:
                self.of_enrolment[attempt.enrolment_id].append(attempt)


def read() -> Rows:
    """Every row, read once."""

    def every(model: Any) -> list[Any]:
        return list(db.session().execute(select(db.table(model))))

    def by_id(model: Any, key: str = "id") -> dict[Any, Any]:
        return {getattr(row, key): row for row in every(model)}

    return Rows(
        attempts=every(ContactAttempt),
        enrolments=every(Enrolment),
        campaigns=by_id(Campaign),
        plans=by_id(PlanVersion),
        cases=by_id(Case),
        persons=by_id(Person),
        events=by_id(CaseEvent),
        responses=every(Response),
        municipalities=by_id(Municipality, "code"),
    )


# What is asked for.


def local(moment: datetime) -> datetime:
    return moment.astimezone(AMSTERDAM)


def in_period(day: date | None, wanted: Asked) -> bool:
    if day is None:
        return False
    if wanted.since is not None and day < wanted.since:
        return False
    return not (wanted.until is not None and day > wanted.until)


def of_case(case: Any, wanted: Asked) -> bool:
    if wanted.municipalities is not None and case.municipality_code not in wanted.municipalities:
        return False
    if wanted.municipality and case.municipality_code != wanted.municipality:
        return False
    return not wanted.target_group or case.target_group == wanted.target_group


def of_campaign(rows: Rows, campaign_id: UUID | None, wanted: Asked) -> bool:
    if not wanted.campaign:
        return True
    return campaign_id is not None and rows.campaigns[campaign_id].slug == wanted.campaign


# What an attempt came to.


def is_sent(attempt: Any) -> bool:
    return attempt.status in SENT


def is_spoken_to(attempt: Any) -> bool:
    at_somebody = attempt.channel in ("call", "visit")
    return at_somebody and attempt.status == "done" and attempt.result in SPOKEN_TO


def is_delivered(attempt: Any) -> bool:
    if attempt.channel in ("call", "visit"):
        return is_spoken_to(attempt)
    if attempt.channel == "letter":
        return attempt.status in ("sent", "done", "delivered", "read")
    if attempt.channel == "card":
        return attempt.status == "done"
    return attempt.status in ("delivered", "read")


def tells_whether_seen(attempt: Any) -> bool:
    return attempt.channel in ("whatsapp", "call", "visit")


def is_seen(attempt: Any) -> bool:
    return is_spoken_to(attempt) or (attempt.channel == "whatsapp" and attempt.status == "read")


def took_place(attempt: Any) -> bool:
    """Whether a call or a visit was made, also when it reached somebody else."""
    reached_another = attempt.status == "failed" and attempt.result in SOMEBODY_ELSE
    return attempt.channel in ("call", "visit") and (attempt.status == "done" or reached_another)


def moment_of(attempt: Any) -> datetime:
    """When an attempt was carried out."""
    moment: datetime = attempt.sent_at or attempt.ended_at or attempt.due_at
    return moment


def is_in_contact(case: Any) -> bool:
    return case.status not in NOT_IN_CONTACT


def is_gone(case: Any) -> bool:
    if case.outcome is None or case.outcome_list not in OUTCOME_LISTS:
        return False
    return OUTCOME_LISTS[case.outcome_list].kind(case.outcome) is OutcomeKind.gone


# Contact attempts.


@dataclass
class Attempts:
    """How many contact attempts came how far. `told`: arrived by a channel that tells whether it was seen."""

    assigned: int = 0
    sent: int = 0
    delivered: int = 0
    told: int = 0
    seen: int = 0
    responded: int = 0
    scanned: int = 0
    contact: int = 0
    outcome: int = 0


def attempts(rows: Rows, wanted: Asked, *by: str) -> dict[tuple[Any, ...], Attempts]:
    """The funnel of contact attempts, by any of campaign, municipality (its name), step, channel and variant."""
    found: dict[tuple[Any, ...], Attempts] = defaultdict(Attempts)
    for attempt in rows.attempts:
        case = rows.cases[attempt.case_id]
        if attempt.campaign_id is None or not in_period(local(attempt.due_at).date(), wanted):
            continue
        if not of_case(case, wanted) or not of_campaign(rows, attempt.campaign_id, wanted):
            continue
        keys = {
            "campaign": rows.campaigns[attempt.campaign_id].slug,
            "municipality": rows.municipalities[case.municipality_code].name,
            "step": attempt.step,
            "channel": attempt.channel,
            "variant": attempt.variant,
        }
        count = found[tuple(keys[name] for name in by)]
        responded = is_sent(attempt) and attempt.response_event_id is not None
        contact = responded and is_in_contact(case)
        count.assigned += 1
        count.sent += is_sent(attempt)
        count.delivered += is_delivered(attempt)
        count.told += is_delivered(attempt) and tells_whether_seen(attempt)
        count.seen += is_seen(attempt)
        count.responded += responded
        count.scanned += is_sent(attempt) and attempt.id in rows.scanned
        count.contact += contact
        count.outcome += contact and case.outcome is not None
    return dict(found)


# Young people.


@dataclass
class People:
    """How many different young people came how far."""

    assigned: int = 0
    sent: int = 0
    delivered: int = 0
    seen: int = 0
    responded: int = 0
    scanned: int = 0
    contact: int = 0
    outcome: int = 0
    unreached: int = 0
    cannot: int = 0
    visited: int = 0
    saved: int = 0


def enrolments(rows: Rows, wanted: Asked) -> Iterator[tuple[Any, Any]]:
    """The enrolments whose plan began in the period, each with its case."""
    for enrolment in rows.enrolments:
        case = rows.cases[enrolment.case_id]
        if not in_period(enrolment.began_on, wanted):
            continue
        if of_case(case, wanted) and of_campaign(rows, enrolment.campaign_id, wanted):
            yield enrolment, case


def has_responded(rows: Rows, enrolment: Any) -> bool:
    if enrolment.stop_reason == "responded":
        return True
    return any(attempt.response_event_id is not None for attempt in rows.of_enrolment[enrolment.id])


def has_visit(rows: Rows, enrolment: Any) -> bool:
    """Whether the plan, as it was for this enrolment, held a home visit."""
    if enrolment.plan_version_id is None:
        return False
    return "visit" in channels_of(rows.plans[enrolment.plan_version_id].document)


@cache
def channels_of(document: str) -> set[str]:
    """By which channels the steps of a plan go, with fallbacks. Reading a plan takes longer than all else here."""
    steps = yaml.safe_load(document)["steps"]
    return {step["channel"] for step in steps} | {step.get("fallback", "") for step in steps}


def reached_stages(rows: Rows, enrolment: Any, case: Any) -> set[str]:
    """How far one enrolment came. Two say nothing yet: `not there` (who stays silent with this cannot respond) and
    `needed no visit` (responded in a plan that held one)."""
    mine = rows.of_enrolment[enrolment.id]
    found = {"assigned"}
    for attempt in mine:
        if is_sent(attempt):
            found.add("sent")
        if is_delivered(attempt):
            found.add("delivered")
        if is_seen(attempt):
            found.add("seen")
        if attempt.id in rows.scanned:
            found.add("scanned")
        if attempt.channel == "visit" and took_place(attempt):
            found.add("visited")
        if attempt.status == "returned" or attempt.result in ("moved", "wrong_address"):
            found.add("not there")
    if enrolment.stop_reason == "wrong_person" or is_gone(case):
        found.add("not there")
    if has_responded(rows, enrolment):
        found.add("responded")
        if is_in_contact(case):
            found.add("contact")
            since_then = case.outcome_on is not None and case.outcome_on >= enrolment.began_on
            if case.outcome is not None and since_then:
                found.add("outcome")
        if has_visit(rows, enrolment):
            found.add("needed no visit")
    return found


def group_of(rows: Rows, enrolment: Any, case: Any, by: str | None) -> str:
    if by is None:
        return ""
    if by == "week":
        return (enrolment.began_on - timedelta(days=enrolment.began_on.weekday())).isoformat()
    return {
        "municipality": case.municipality_code,
        "campaign": enrolment.campaign_id.hex,
        "target_group": case.target_group,
        "school": case.school,
        "coach": case.coach_id.hex if case.coach_id else "",
        "language": rows.persons[case.person_id].language,
    }[by]


def people(rows: Rows, wanted: Asked, by: str | None = None) -> dict[str, People]:
    """The funnel of young people altogether (''), or by municipality, campaign, target_group, school, coach,
    language or week. Somebody with two enrolments in a group counts once, and has what either of them has."""
    stages: dict[tuple[str, UUID], set[str]] = defaultdict(set)
    for enrolment, case in enrolments(rows, wanted):
        group = group_of(rows, enrolment, case, by)
        stages[group, case.person_id] |= reached_stages(rows, enrolment, case)
    found: dict[str, People] = defaultdict(People)
    for (group, _person), reached in stages.items():
        if "responded" not in reached:
            if "sent" in reached:
                reached.add("unreached")
            if "not there" in reached:
                reached.add("cannot")
        # Who was visited in one of her plans was not spared a visit by another.
        if "needed no visit" in reached and "visited" not in reached:
            reached.add("saved")
        count = found[group]
        for stage in reached - {"not there", "needed no visit"}:
            setattr(count, stage, getattr(count, stage) + 1)
    return dict(found)


# Time, calls, visits, work.


def waited(rows: Rows, wanted: Asked) -> tuple[int, Counter[int]]:
    """Of the plans begun in the period: in how many something was carried out, and how many young people responded so
    many days after the first of it.

    A day is 24 hours; fractions of a second do not count, and who responded before it did so on day 0.
    """
    everybody, days = 0, Counter[int]()
    for enrolment, _case in enrolments(rows, wanted):
        mine = rows.of_enrolment[enrolment.id]
        sent = [moment_of(attempt) for attempt in mine if is_sent(attempt)]
        answered = [attempt.response_event_id for attempt in mine if attempt.response_event_id is not None]
        if not sent:
            continue
        everybody += 1
        if answered:
            response = min(rows.events[event_id].at for event_id in answered)
            took = response.replace(microsecond=0) - min(sent).replace(microsecond=0)
            days[max(0, took // timedelta(days=1))] += 1
    return everybody, days


def carried_out(rows: Rows, wanted: Asked, *channels: str) -> Iterator[Any]:
    """Attempts that were due in the period and took place, in a plan or not."""
    for attempt in rows.attempts:
        if channels and attempt.channel not in channels:
            continue
        if not (is_sent(attempt) or took_place(attempt)):
            continue
        if not in_period(local(attempt.due_at).date(), wanted):
            continue
        if of_case(rows.cases[attempt.case_id], wanted) and of_campaign(rows, attempt.campaign_id, wanted):
            yield attempt


def hours(rows: Rows, wanted: Asked, channel: str) -> dict[tuple[int, int], tuple[int, int]]:
    """By weekday (0: Monday) and local hour: how many calls or visits took place, and how many were contact."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for attempt in carried_out(rows, wanted, channel):
        if not took_place(attempt):
            continue
        at = local(attempt.ended_at or attempt.due_at)
        done, contact = found.get((at.weekday(), at.hour), (0, 0))
        found[at.weekday(), at.hour] = (done + 1, contact + is_spoken_to(attempt))
    return found


def response_hours(rows: Rows, wanted: Asked) -> Counter[tuple[int, int]]:
    """By weekday and local hour: how many responses came to attempts of campaigns that were due in the period."""
    found: Counter[tuple[int, int]] = Counter()
    for attempt in carried_out(rows, wanted):
        answered = is_sent(attempt) and attempt.response_event_id is not None
        if answered and attempt.campaign_id is not None:
            at = local(rows.events[attempt.response_event_id].at)
            found[at.weekday(), at.hour] += 1
    return found


def done(rows: Rows, wanted: Asked) -> Counter[tuple[str, UUID | None, str, str | None]]:
    """What was carried out, by municipality, the case's coach, channel and result."""
    found: Counter[tuple[str, UUID | None, str, str | None]] = Counter()
    for attempt in carried_out(rows, wanted):
        case = rows.cases[attempt.case_id]
        found[case.municipality_code, case.coach_id, attempt.channel, attempt.result] += 1
    return found


def called(rows: Rows, wanted: Asked) -> tuple[int, int, int]:
    """How many calls took place, how many different young people were called, how many of them were spoken to."""
    calls = [attempt for attempt in carried_out(rows, wanted, "call") if took_place(attempt)]
    everybody = {rows.cases[call.case_id].person_id for call in calls}
    spoken = {rows.cases[call.case_id].person_id for call in calls if is_spoken_to(call)}
    return len(calls), len(everybody), len(spoken)


def nobody_home(rows: Rows, wanted: Asked) -> dict[str, int]:
    """By municipality (its code) with a home visit: at how many of them nobody opened."""
    found: dict[str, int] = {}
    for attempt in carried_out(rows, wanted, "visit"):
        if took_place(attempt):
            code = rows.cases[attempt.case_id].municipality_code
            found[code] = found.get(code, 0) + (attempt.result in ("nobody_home", "card_left"))
    return found


def visits(rows: Rows, wanted: Asked) -> dict[str, tuple[int, int]]:
    """By municipality (its code): how many home visits took place, and how many of them were contact."""
    found: dict[str, tuple[int, int]] = {}
    for attempt in carried_out(rows, wanted, "visit"):
        if took_place(attempt):
            code = rows.cases[attempt.case_id].municipality_code
            number, contact = found.get(code, (0, 0))
            found[code] = (number + 1, contact + is_spoken_to(attempt))
    return found


def open_cases(rows: Rows, wanted: Asked) -> dict[UUID | None, dict[str, int]]:
    """By coach and status: cases that are not closed, now. Neither the period nor a campaign matters."""
    found: dict[UUID | None, dict[str, int]] = defaultdict(Counter)
    for case in rows.cases.values():
        if case.status != "afgesloten" and of_case(case, wanted):
            found[case.coach_id][case.status] += 1
    return {coach: dict(by_status) for coach, by_status in found.items()}


# To which attempt a response belongs.


def is_response(event: Any) -> bool:
    if event.kind in ("call_logged", "visit_logged"):
        return event.data.get("result") in SPOKEN_TO
    return event.kind in ("responded", "contact_declined", "message_received")


def attributed(attempts: Sequence[Any], events: Sequence[Any]) -> dict[UUID, UUID]:
    """Which response (an event's id) each attempt (its id) of one case carries. Events in the order of recording.

    A response belongs to the last attempt before it that had reached out and had not come back; an attempt keeps the
    first that came. What was taken back is no response.
    """
    away = {str(event.data.get("event")) for event in events if event.kind == "taken_back"}
    found: dict[UUID, UUID] = {}
    for event in events:
        if not is_response(event) or str(event.id) in away:
            continue
        last: Any = None
        for attempt in attempts:
            if not is_sent(attempt) or attempt.status == "returned":
                continue
            if (attempt.sent_at or attempt.ended_at) is None or moment_of(attempt) > event.at:
                continue
            if last is None or (moment_of(attempt), attempt.id) > (moment_of(last), last.id):
                last = attempt
        if last is not None and last.id not in found:
            found[last.id] = event.id
    return found
