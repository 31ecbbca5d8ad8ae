"""The outbox: contact attempts that are messages leave by it, each at most once.

How a message leaves:

1. Candidates: what is due is read, fairly over municipalities.
2. Claim: a few of them become `claimed` by one conditional UPDATE, with a lease; their texts and codes are written.
   Commit.
3. Wait for the pace that the provider allows.
4. Look again: was the plan stopped or paused, did the person opt out, is it quiet now, is its time over?
5. Call the provider, outside any transaction, with a time-out that ends before the lease does.
6. Record what it said.

A crash loses nothing and sends nothing twice: what was claimed stays claimed until its lease is over, becomes
`unknown`, and is looked up at the provider (look_up_service.py), never sent again by itself.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import select, update

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns.queries import planner_settings
from outreach.campaigns.rules import PlannerSettings
from outreach.config import Settings
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import composing_service, delivery_service, outbox_queries, pace_service
from outreach.messages.channels import Way, make_way
from outreach.messages.outbox_queries import DAY, Candidate, Standing
from outreach.messages.outcomes import Fate, Outcome, Outgoing
from outreach.regions.models import Region

READ_AT_ONCE = 1_000
"""Candidates read in one go."""

CLAIMED_AT_ONCE = 20
"""Messages in one claim: so many are in doubt at most when a process dies."""

SANDBOX_AT_ONCE = 250
"""The same for the sandbox, where nothing can be in doubt."""

RECORD_WITHIN = 0.25
"""Seconds after which what a provider said is recorded, however little it is."""

MARGIN = timedelta(seconds=5)
"""No call begins unless its lease lasts so much longer than the call may take."""


def ways() -> dict[str, Way]:
    """The ways of this installation by channel, made once per application."""
    made: dict[str, Way] | None = current_app.extensions.get("outreach_ways")
    if made is None:
        settings = _settings()
        made = {
            channel: make_way(settings.providers.ways[channel], channel, settings)
            for channel in settings.providers.by_system
        }
        current_app.extensions["outreach_ways"] = made
    return made


def _settings() -> Settings:
    settings: Settings = current_app.extensions["outreach_settings"]
    return settings


def refuse_made_up_people() -> None:
    """Raises Refused when this database holds a demo and messages would really leave: its numbers may be somebody's."""
    if _settings().sandbox:
        return
    made_up = select(Region).where(db.table(Region).c.demo).limit(1)
    if db.session().scalars(made_up).first() is not None:
        raise Refused(
            _l(
                "This database holds made-up people, and their numbers may be somebody's. Only the sandbox sends here."
            )
        )


def empty(*, heed_hours: bool = True) -> Counter[str]:
    """Send all messages that may leave now; how many left, by channel.

    Any number of processes may do it at once. Without `heed_hours` quiet hours do not hold: for the sandbox alone.
    Raises Refused when the database holds a demo and the ways are real.
    """
    refuse_made_up_people()
    give_up_leases()
    settings = _settings()
    threads = 1 if settings.sandbox else max(1, settings.send_threads)
    with ThreadPoolExecutor(threads, thread_name_prefix="send") as pool:
        return _Run(settings, pool, threads, heed_hours).work()


def give_up_leases() -> int:
    """What was claimed and whose lease is over becomes `unknown`, to be looked up; how many.

    The claim stays with it until its sending is recorded, by whoever hears of it first.
    """
    now = clock.now()
    attempt = db.table(ContactAttempt)
    with db.write() as session:
        ids = session.scalars(outbox_queries.run_out(now)).all()
        if ids:
            session.execute(
                update(attempt)
                .where(attempt.c.id.in_(ids), attempt.c.status == AttemptStatus.claimed.value)
                .values(status=AttemptStatus.unknown.value, tries=0, retry_at=now)
            )
    return len(ids)


@dataclass(slots=True)
class _Claimed:
    """Messages that left the claim together, when they may go, and the claim by which they are ours."""

    claim: UUID
    until: datetime
    start: datetime
    interval: float
    messages: list[Outgoing]


@dataclass(slots=True)
class _Run:
    """One emptying of the outbox by one process. Only this thread knows the database; the pool only calls."""

    settings: Settings
    pool: ThreadPoolExecutor
    threads: int
    heed_hours: bool
    left: Counter[str] = field(default_factory=Counter)
    queue: deque[Candidate] = field(default_factory=deque)
    flying: dict[Future[Outcome], Outgoing] = field(default_factory=dict)
    landed: list[tuple[Outgoing, Outcome]] = field(default_factory=list)
    oldest_landed: float = 0.0
    regions: dict[UUID, Region] = field(default_factory=dict)
    planners: dict[UUID, PlannerSettings] = field(default_factory=dict)

    def work(self) -> Counter[str]:
        """Until nothing may leave any more and everything in the air has landed."""
        more = True
        while more or self.flying or self.landed:
            if more and len(self.flying) < self.threads * 2:
                claimed = self._claim()
                more = claimed is not None
                if claimed is not None:
                    self._send(claimed)
            if self.flying:
                ready, _waiting = wait(self.flying, timeout=RECORD_WITHIN, return_when=FIRST_COMPLETED)
                for future in ready:
                    self._land(self.flying.pop(future), future.result())
            self._record(all_of_it=not self.flying)
        return self.left

    def _claim(self) -> _Claimed | None:
        """The next messages, claimed and written; None when nothing may leave."""
        while True:
            if not self.queue:
                self._read()
            if not self.queue:
                return None
            chunk = self._chunk()
            claimed = self._claim_these(chunk)
            if claimed is not None and claimed.messages:
                return claimed

    def _read(self) -> None:
        now = clock.now()
        self.regions = {region.id: region for region in db.session().scalars(select(Region))}
        self.planners = {key: planner_settings(region) for key, region in self.regions.items()}
        awake = [key for key in self.planners if self._awake(key, now)]
        found = outbox_queries.candidates(now, ways(), awake, READ_AT_ONCE)
        self.queue.extend(self._within_the_tier(found, now))

    def _awake(self, region_id: UUID, now: datetime) -> bool:
        return not self.heed_hours or self.planners[region_id].quiet.allowed(now)

    def _within_the_tier(self, found: Sequence[Candidate], now: datetime) -> list[Candidate]:
        """Without those for whom WhatsApp would have us write first to more people in 24 hours than it lets us."""
        if self.settings.providers.ways.get("whatsapp") != "twilio" or not any(c.first for c in found):
            return list(found)
        known = outbox_queries.written_to_first(now - DAY)
        kept = []
        for candidate in found:
            if candidate.first and candidate.address is not None and candidate.address not in known:
                if len(known) >= self.settings.whatsapp_new_a_day:
                    continue
                known.add(candidate.address)
            kept.append(candidate)
        return kept

    def _chunk(self) -> list[Candidate]:
        """The next candidates of one channel."""
        channel = self.queue[0].channel
        most = SANDBOX_AT_ONCE if self.settings.sandbox else CLAIMED_AT_ONCE
        size = most if self.settings.sandbox else pace_service.at_once(channel, self.settings.pace, most)
        chunk: list[Candidate] = []
        while self.queue and self.queue[0].channel == channel and len(chunk) < size:
            chunk.append(self.queue.popleft())
        return chunk

    def _claim_these(self, chunk: Sequence[Candidate]) -> _Claimed | None:
        now, claim = clock.now(), db.new_id()
        channel = chunk[0].channel
        rate = 0.0 if self.settings.sandbox else self.settings.pace.get(channel, 0.0)
        ids = [candidate.attempt_id for candidate in chunk]
        attempt = db.table(ContactAttempt)
        with db.write() as session:
            awake = [key for key in self.planners if self._awake(key, now)]
            free = set(session.scalars(outbox_queries.claimable(now, ids, ways(), awake)))
            mine = [attempt_id for attempt_id in ids if attempt_id in free]
            if not mine:
                return None
            until = clock.wall() + timedelta(seconds=self.settings.send_lease)
            session.execute(
                update(attempt)
                .where(attempt.c.id.in_(mine), attempt.c.status == AttemptStatus.planned.value)
                .values(
                    status=AttemptStatus.claimed.value,
                    claim=claim,
                    claimed_until=now + timedelta(seconds=self.settings.send_lease),
                )
            )
            messages = composing_service.write(session, mine, self.regions)
            start = pace_service.reserve(session, channel, len(messages), rate)
        return _Claimed(claim, until, start, 1 / rate if rate else 0.0, messages)

    def _send(self, claimed: _Claimed) -> None:
        """Wait for its time, look again, and hand over what is still wanted."""
        pause = (claimed.start - clock.wall()).total_seconds()
        if pause > 0:
            self._record(all_of_it=True)
            time.sleep(min(pause, self.settings.send_lease / 2))
        wanted = self._still_wanted(claimed)
        first = max(claimed.start, clock.wall())
        for number, message in enumerate(wanted):
            way = ways()[message.channel]
            begin = first + timedelta(seconds=number * claimed.interval)
            call = _call(way, message, begin, claimed.until)
            self.flying[self.pool.submit(call)] = message

    def _still_wanted(self, claimed: _Claimed) -> list[Outgoing]:
        now = clock.now()
        standing = outbox_queries.standing(claimed.claim, [m.attempt_id for m in claimed.messages])
        wanted, released = [], []
        for message in claimed.messages:
            found = standing.get(message.attempt_id)
            if found is None:
                continue
            change = self._hindrance(found, now)
            if change is None:
                wanted.append(message)
            else:
                released.append((message.attempt_id, change))
        if released:
            with db.write() as session:
                delivery_service.release(session, claimed.claim, released)
        return wanted

    def _hindrance(self, found: Standing, now: datetime) -> delivery_service.Release | None:
        if found.opted_out:
            return delivery_service.Release(AttemptStatus.cancelled, reason="opted_out")
        if found.plan not in (None, "running", "paused", "finished"):
            return delivery_service.Release(AttemptStatus.cancelled, reason="stopped")
        if found.plan == "paused" or found.campaign == "paused":
            return delivery_service.Release(AttemptStatus.planned, held=True)
        if found.latest_at is not None and found.latest_at <= now:
            return delivery_service.Release(AttemptStatus.expired)
        if found.plan is not None and not self._awake(found.region_id, now):
            return delivery_service.Release(AttemptStatus.planned)
        return None

    def _land(self, message: Outgoing, outcome: Outcome) -> None:
        if not self.landed:
            self.oldest_landed = time.monotonic()
        self.landed.append((message, outcome))

    def _record(self, *, all_of_it: bool) -> None:
        waited = time.monotonic() - self.oldest_landed
        if not self.landed or not (
            all_of_it or waited > RECORD_WITHIN or len(self.landed) >= CLAIMED_AT_ONCE
        ):
            return
        with db.write() as session:
            delivery_service.record(session, self.landed)
        for message, outcome in self.landed:
            if outcome.fate in (Fate.accepted, Fate.delivered, Fate.read):
                self.left[message.channel] += 1
        self.landed.clear()


def _call(way: Way, message: Outgoing, begin: datetime, until: datetime) -> Callable[[], Outcome]:
    def call() -> Outcome:
        pause = (begin - clock.wall()).total_seconds()
        if pause > 0:
            time.sleep(pause)
        if clock.wall() + timedelta(seconds=way.seconds) + MARGIN > until:
            # Its lease might end during the call: somebody else would hold it for unknown. It was not handed over.
            return Outcome(Fate.later)
        return way.send(message)

    return call
