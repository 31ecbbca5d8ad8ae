"""Plays the past weeks of a made-up region through the real services, hour by hour, up to now.

Nothing is written to a table that a verb does not write: what the demo shows is what the product does.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from uuid import UUID

from sqlalchemy import insert

from outreach import clock, db
from outreach.attempts import logging_service as logged
from outreach.attempts.rules import CALL_RESULTS, Result
from outreach.campaigns import service as campaigns
from outreach.campaigns.calendar import add_working_days, is_working_day, moment
from outreach.cases import name_service, timeline
from outreach.cases import service as cases
from outreach.cases.events import EventKind
from outreach.cases.imports.addresses import household_key
from outreach.cases.imports.same_person import match_key
from outreach.cases.models import Case, Household, Person
from outreach.cases.rules import CaseStatus
from outreach.cases.timeline import NewEvent
from outreach.demo import queries, reactions, rounds
from outreach.demo.cast import COACHES, Cast
from outreach.demo.people import MadeUp, people
from outreach.demo.queries import Done
from outreach.errors import Refused
from outreach.letters import service as letters
from outreach.messages import conversation_service, inbound_service, writing_service
from outreach.messages import service as messages
from outreach.messages.inbound_service import Inbound
from outreach.responses import service as responses
from outreach.ticking import tick

HOURS = (time(9, 5), time(10, 0), time(11, 30), time(14, 0), time(16, 5), time(16, 45), time(19, 30))
"""When something happens on a day of the story."""

CAMPAIGNS = (
    ("zomer", "Zomeractie", 45, 0.34),
    ("week-3", "Najaar, eerste groep", 10, 0.17),
    ("week-2", "Najaar, tweede groep", 5, 0.17),
    ("week-1", "Najaar, derde groep", 1, 0.20),
)
"""Short name, name, working days ago that it began, share of the young people."""

LEFT_TO_PLAN = 3
"""One in so many visits gets no moment: the clerk or the coach has a round to make."""

TRIES = 8
"""Moments at which a coach tries to fit a visit in, before it is left for her to plan."""

OFFICE = (time(9), time(17))
"""When coaches work."""

WROTE, FILLED_IN = (150, 40, 6), (190, 95, 70, 12)
"""Minutes ago that young people of this morning wrote to the coach, and filled in the form."""

UNPRINTED = 2
"""Working days, up to the newest one, on which the clerk prints nothing: so something waits for her."""


@dataclass(order=True)
class _Planned:
    at: datetime
    number: int
    act: Callable[[], object] = field(compare=False)


class Story:
    """One telling of the story, from the first campaign up to `now`."""

    def __init__(self, cast: Cast, number: int, seed: int, now: datetime) -> None:
        self.cast = cast
        self.random = Random(f"outreach-story-{seed}")  # noqa: S311 (a story, not a secret)
        self.words = Random(f"outreach-words-{seed}")  # noqa: S311 (apart, so that words change nobody's day)
        self.now = now
        self.today = clock.local(now).date()
        self.newest = add_working_days(self.today, 0 if is_working_day(self.today) else -1)
        self.people = list(people(number, seed, self.today))
        self.seed = seed
        self.waiting: list[_Planned] = []
        self.numbers = count()
        self.seen: set[UUID] = set()
        self.rounds: Counter[UUID] = Counter()
        self.visits = 0

    def tell(self, progress: Callable[[int], object] = lambda _days: None) -> None:
        """Import, start the campaigns, live through the days, and end at `now`."""
        first = add_working_days(self.newest, -CAMPAIGNS[0][2] - 3)
        with clock.at(moment(first, time(9))):
            ids = self._bring_in()
        starts = self._campaigns(ids)
        day = first
        while day <= self.today:
            if is_working_day(day):
                self._live(day, starts)
            progress(1)
            day += timedelta(days=1)
        self._this_morning()
        tick(self.now)
        rounds.lay_out(self.cast, self.now)

    def _bring_in(self) -> list[UUID]:
        """All young people come in on one list, as from a registration system."""
        households: dict[str, UUID] = {}
        rows: dict[type, list[dict[str, object]]] = {Household: [], Person: [], Case: []}
        for number, one in enumerate(self.people, 1):
            key = household_key(one.postcode, one.house_number, "") if one.street else None
            if key is not None and key not in households:
                households[key] = db.new_id()
                rows[Household].append(self._household(one, key, households[key]))
            person_id = db.new_id()
            rows[Person].append(self._person(one, person_id, households.get(key) if key else None))
            rows[Case].append(self._case(one, person_id, number))
        with db.write() as session:
            for table, values in rows.items():
                session.execute(insert(db.table(table)), values)
            name_service.add_names(session, rows[Person])
            ids = [UUID(str(row["id"])) for row in rows[Case]]
            timeline.record_many([NewEvent(case_id, EventKind.imported) for case_id in ids])
        return ids

    def _household(self, one: MadeUp, key: str, id_: UUID) -> dict[str, object]:
        return {
            "id": id_,
            "region_id": self.cast.region_id,
            "key": key,
            "street": one.street,
            "house_number": one.house_number,
            "house_addition": "",
            "postcode": one.postcode,
            "town": one.town,
        }

    def _person(self, one: MadeUp, id_: UUID, household: UUID | None) -> dict[str, object]:
        return {
            "id": id_,
            "region_id": self.cast.region_id,
            "household_id": household,
            "given_name": one.given_name,
            "infix": one.infix,
            "family_name": one.family_name,
            "birth_date": one.birth_date,
            "mobile": one.mobile,
            "landline": one.landline,
            "email": one.email,
            "language": one.language,
            "match_key": match_key(one.family_name, one.birth_date, one.given_name),
        }

    def _case(self, one: MadeUp, person_id: UUID, number: int) -> dict[str, object]:
        return {
            "id": db.new_id(),
            "region_id": self.cast.region_id,
            "reference": f"{self.today:%y}-{number:05}",
            "person_id": person_id,
            "municipality_code": one.municipality,
            "coach_id": self.cast.coaches[one.municipality],
            "target_group": one.target_group.value,
            "school": one.school,
            "brin": one.brin,
            "programme": one.programme,
            "left_on": one.left_on,
            "opened_at": clock.now(),
            "event_count": 0,
            "status": "nieuw",
        }

    def _campaigns(self, ids: list[UUID]) -> dict[date, list[UUID]]:
        """The campaigns, still drafts, by the day on which each begins."""
        starts: dict[date, list[UUID]] = {}
        rest = list(ids)
        for slug, name, days_ago, share in CAMPAIGNS:
            begin = add_working_days(self.newest, -days_ago)
            with clock.at(moment(begin, time(8, 45))):
                made = campaigns.create(self.cast.region_id, slug, "drie-weken", name)
                size = round(share * len(ids))
                campaigns.add_cases(made.id, rest[:size])
                rest = rest[size:]
            starts.setdefault(begin, []).append(made.id)
        return starts

    def _live(self, day: date, starts: dict[date, list[UUID]]) -> None:
        for campaign_id in starts.get(day, ()):
            with clock.at(min(moment(day, time(9, 1)), self.now)):
                campaigns.start(campaign_id)
        for hour in HOURS:
            at = moment(day, hour)
            if at > self.now:
                return
            self._until(at)
            tick(at)
            with clock.at(at):
                self._young_people()
                self._plan_visits()
                self._coaches(at)
                if hour == time(11, 30) and day <= add_working_days(self.newest, -UNPRINTED):
                    self._clerk()

    def _until(self, at: datetime) -> None:
        """Everything that somebody was going to do before `at`."""
        while self.waiting and self.waiting[0].at <= at:
            planned = heapq.heappop(self.waiting)
            with clock.at(planned.at):
                try:
                    planned.act()
                except Refused:
                    continue  # the case was closed meanwhile, or the code is no longer open

    def _at_work(self, at: datetime) -> datetime:
        """The moment itself if coaches work then, else some minutes into their next working day."""
        local = clock.local(at)
        if is_working_day(local.date()) and OFFICE[0] <= local.time() < OFFICE[1]:
            return at
        ahead = 0 if is_working_day(local.date()) and local.time() < OFFICE[0] else 1
        day = add_working_days(local.date(), ahead if is_working_day(local.date()) else 0)
        return moment(day, OFFICE[0]) + timedelta(minutes=self.random.randint(1, 90))

    def _soon(self, at: datetime, act: Callable[[], object]) -> None:
        heapq.heappush(self.waiting, _Planned(at, next(self.numbers), act))

    def _young_people(self) -> None:
        """Who got something decides what to do with it."""
        for done in queries.reached(self.cast.region_id, after=clock.now() - timedelta(days=4)):
            if done.attempt_id in self.seen:
                continue
            self.seen.add(done.attempt_id)
            key = f"{done.step}/{done.variant}" if done.variant else done.step
            reaction = reactions.reaction(self.random, key, done.channel)
            if reaction is not None:
                self._soon(done.at + reaction.after, self._answer(done, reaction))

    def _answer(self, done: Done, reaction: reactions.Reaction) -> Callable[[], object]:
        def act() -> None:
            if reaction.way == "reply" and done.address:
                messages.receive(done.case_id, done.channel, done.address, reaction.text)
                self._soon(
                    self._at_work(clock.now() + timedelta(minutes=30)),
                    self._write_back(done.case_id, done.channel),
                )
            elif done.code:
                responses.submit(done.code, reaction.answers, "nl")
            self._soon(
                clock.now() + timedelta(hours=self.random.uniform(1, 20)), self._follow_up(done.case_id)
            )

        return act

    def _write_back(self, case_id: UUID, channel: str) -> Callable[[], object]:
        """The coach reads it and answers; by WhatsApp only within a day, and not on the newest day: that is hers."""

        def act() -> None:
            coach = queries.case(case_id).coach_id
            assert coach is not None
            if clock.today() < self.newest:
                writing_service.write(case_id, channel, self.words.choice(reactions.ANSWERS), by=coach)

        return act

    def _follow_up(self, case_id: UUID) -> Callable[[], object]:
        """The coach takes it up: she handles the notice, and later the case goes on or is closed."""

        def act() -> None:
            case = queries.case(case_id)
            coach = case.coach_id
            assert coach is not None
            for notice_id in queries.open_notices(case_id):
                cases.handle_notice(notice_id, by=coach)
            with db.write() as session:
                conversation_service.read(session, case.person_id)
            if case.status != CaseStatus.in_contact:
                return
            draw = self.random.random()
            if draw < 0.35:
                cases.choose_status(case_id, CaseStatus.in_begeleiding, by=coach)
                note = self.random.choice(reactions.NOTES)
                if note:
                    cases.add_note(case_id, note, by=coach)
            elif draw < 0.6:
                labels = cases.outcomes_for(self.cast.region_id, case.target_group).choices
                cases.choose_status(
                    case_id, CaseStatus.afgesloten, by=coach, outcome=self.random.choice(labels)
                )

        return act

    def _plan_visits(self) -> None:
        """Coaches give the visits of the coming week their day and time, a few a day."""
        for task in queries.unplanned_visits(self.cast.region_id):
            if task.attempt_id in self.seen:
                continue
            self.seen.add(task.attempt_id)
            self.visits += 1
            if self.visits % LEFT_TO_PLAN == 0:
                continue
            hers = rounds.scope(task.coach_id)
            first = add_working_days(max(clock.local(task.due_at).date(), clock.today()), 1)
            for _try in range(TRIES):
                turn = self.rounds[task.coach_id]
                self.rounds[task.coach_id] += 1
                day = add_working_days(first, turn // len(rounds.TIMES) % 4)
                if rounds.appoint(task, moment(day, rounds.TIMES[turn % len(rounds.TIMES)]), hers):
                    break

    def _coaches(self, at: datetime) -> None:
        """Coaches call whom they must, and ring at doors; what is due on the newest day is still to be done."""
        if clock.local(at).date() == self.newest:
            return
        for task in queries.open_tasks(self.cast.region_id, at):
            if task.channel == "call" and self.random.random() < 0.8:
                result = reactions.drawn(self.random, reactions.CALLS)
                note = self.random.choice(reactions.CALL_NOTES) if result in CALL_RESULTS else ""
                logged.log_call(task.case_id, result, by=task.coach_id, attempt_id=task.attempt_id, note=note)
                if result is Result.spoke:
                    self._soon(self._at_work(at + timedelta(hours=2)), self._follow_up(task.case_id))
            elif task.channel == "visit" and self.random.random() < 0.35:
                result = reactions.drawn(self.random, reactions.VISITS)
                logged.log_visit(
                    task.case_id,
                    result,
                    by=task.coach_id,
                    attempt_id=task.attempt_id,
                    card_left=result is Result.nobody_home,
                )
                if result is Result.met:
                    self._soon(self._at_work(at + timedelta(hours=20)), self._follow_up(task.case_id))

    def _clerk(self) -> None:
        """The clerk prints what waits."""
        letters.print_waiting(self.cast.region_id, self.cast.municipalities, by=self.cast.clerk_id)

    def _this_morning(self) -> None:
        """A few answers that came in just now, so that there is something to do; some of them the coach's own.

        And one from the phone of a household, of which she must say whose it is.
        """
        self._until(self.now)
        recent = [
            done
            for done in queries.reached(self.cast.region_id, after=self.now - timedelta(days=12))
            if done.status == CaseStatus.in_benadering and done.code
        ]
        self.random.shuffle(recent)
        coach = self.cast.coaches[COACHES[0][0]]
        hers = {done.case_id: done for done in recent if done.address and done.coach_id == coach}
        replies = list(hers.values())[: len(WROTE)]
        forms = [done for done in recent if done not in replies and done.case_id not in hers]
        for minutes, done, text in zip(WROTE, replies, reactions.REPLIES, strict=False):
            with clock.at(self.now - timedelta(minutes=minutes)):
                messages.receive(done.case_id, done.channel, done.address or "", text)
        for minutes, done in zip(FILLED_IN, forms, strict=False):
            with clock.at(self.now - timedelta(minutes=minutes)):
                responses.submit(done.code or "", reactions.answers(self.random), "nl")
        for number in queries.shared_numbers(coach)[:1]:
            with clock.at(self.now - timedelta(minutes=20)):
                text = "Hoi, ik kreeg een brief. Kan je me morgen na vier uur bellen?"
                inbound_service.take_in(Inbound("whatsapp", number, text, "sandbox-household"))
