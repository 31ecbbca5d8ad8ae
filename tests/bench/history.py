"""A believable history of ten school years, written straight into the tables by a handful of statements.

Python draws for each case which story it lives (stories.py), when, where and with whom; the database weaves cases and
stories into rows (staging.py, weaving.py). The last years are the same however many years come before them. What no
report reads is left out: words of names, bodies of messages, PDFs. Folding the events need not give the status of
their case.
"""

import time as stopwatch
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from outreach import clock, db
from outreach.campaigns.models import Campaign, PlanVersion
from outreach.campaigns.plan_files import PLANS
from outreach.cases.target_groups import TargetGroup
from outreach.regions.models import Municipality
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.bench.bulk import Bulk, ordered_id
from tests.bench.staging import SEED, STARTED, WAVE, stage
from tests.bench.stories import ARMS, YEAR, Story, pool
from tests.bench.weaving import ORDER, weave
from tests.factories import World

NOW = datetime(2026, 6, 26, 15, tzinfo=clock.TIMEZONE)
YEARS = 10
WAVES = (date(2025, 9, 8), date(2026, 1, 12), date(2026, 4, 13), date(2026, 6, 15))
"""The Mondays on which campaigns began in the last school year; in earlier ones 52 weeks before, and so on."""
STRIDE = 1_000_000
"""A case's number is that of its wave times this, and its own within the wave."""
GROUPS = (
    ("noord", ("GM0599", "GM0613", "GM0489")),
    ("waterweg", ("GM0622", "GM0606", "GM0556")),
    ("ijssel", ("GM0502", "GM0542", "GM1621")),
    ("eilanden", ("GM1930", "GM1992", "GM0597")),
)
"""Municipalities that start a campaign together."""
NAMES = {
    "GM0599": "Rotterdam",
    "GM0613": "Albrandswaard",
    "GM0489": "Barendrecht",
    "GM0502": "Capelle aan den IJssel",
    "GM0542": "Krimpen aan den IJssel",
    "GM1621": "Lansingerland",
    "GM1930": "Nissewaard",
    "GM1992": "Voorne aan Zee",
    "GM0597": "Ridderkerk",
}
COACHES = 40
SCHOOLS = tuple((f"Mbo-college {n}", f"{n + 10:02d}XY") for n in range(60))
PROGRAMMES = ("Zorg", "Techniek", "Horeca", "Handel", "ICT", "Logistiek", "Entree", "Dienstverlening")
LANGUAGES = ("nl",) * 17 + ("en",) * 3
GIVEN = ("Noor", "Daan", "Yara", "Milan", "Sara", "Bilal", "Eva", "Sem", "Lina", "Jayden", "Esra", "Finn")
FAMILY = ("Jansen", "de Vries", "Bakker", "Yilmaz", "Visser", "El Amrani", "Smit", "Kaya", "Mulder", "Bos")
MANY = {
    TargetGroup.nieuwe_vsv: 40,
    TargetGroup.oud_vsv: 22,
    TargetGroup.verzuim_18plus: 15,
    TargetGroup.dreigend_vsv: 8,
    TargetGroup.jikp: 6,
    TargetGroup.jib: 5,
    TargetGroup.vrijstelling: 2,
    TargetGroup.absoluut_verzuim: 1,
    TargetGroup.luxe_verzuim: 1,
}
"""Of a hundred cases."""
STORIES = 200
"""Of each target group and variant."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Campaigns that began on the same day: `number` counts from the oldest of ten years, `base` is its midnight."""

    number: int
    begins: date
    base: int


def waves(years: int = YEARS) -> list[Wave]:
    """Those of the last so many years, oldest first."""
    found = []
    for year in range(years):
        for place, last in enumerate(WAVES):
            day = last - timedelta(days=364 * (years - 1 - year))
            base = datetime.combine(day, time(0), clock.TIMEZONE).timestamp()
            found.append(Wave((YEARS - years + year) * len(WAVES) + place, day, int(base)))
    return found


def fill(world: World, cases: int, years: int = YEARS) -> str:
    """So many cases and ten times as many events; gives the e-mail address of a coordinator of all municipalities."""
    began = stopwatch.perf_counter()
    found = waves(years)
    with clock.at(NOW):
        email, coaches = _people(world)
        campaigns = _campaigns(world, found)
    stories = told()
    db.session().rollback()  # what is still being read would keep VACUUM from its work
    bulk = Bulk(db.engine())
    bulk.load("seed", SEED, _seeds(bulk, found, cases, coaches, stories), "n")
    bulk.load("wave", WAVE, [(one.number, one.begins.isoformat(), one.base) for one in found], "number")
    started = [(*key, bulk.text(one), bulk.text(version)) for *key, one, version in campaigns]
    bulk.load("started", STARTED, started, "wave, place")
    stage(bulk, stories)
    with bulk.without_indexes(ORDER):
        weave(bulk, world.region.id, int(NOW.timestamp()))
    bulk.close()
    print(f"\n{cases} cases in {years} years: {stopwatch.perf_counter() - began:.0f} s to write")
    return email


@cache
def told() -> list[Story]:
    """All stories, those of a target group and a variant together."""
    return [story for group in MANY for arm in ARMS for story in pool(group, arm, STORIES)]


def _people(world: World) -> tuple[str, list[tuple[str, User]]]:
    """The e-mail address of a coordinator of all municipalities, and coaches with the group that each works for."""
    with db.write() as session:
        for code, name in NAMES.items():
            session.add(Municipality(code=code, name=name, region_id=world.region.id))
        session.flush()
        everywhere = [code for _group, codes in GROUPS for code in codes]
        coordinator = _user("alles", RoleName.coordinator, everywhere)
        coordinator.password = world.coordinator.password
        session.add(coordinator)
        coaches = [
            (group, _user(f"coach{number}", RoleName.coach, codes))
            for number in range(COACHES)
            for group, codes in (GROUPS[number % len(GROUPS)],)
        ]
    return coordinator.email, coaches


def _user(name: str, role: RoleName, codes: Any) -> User:
    return staff.add_user(
        email=f"{name}@example.org",
        password=None,
        given_name=name.title(),
        family_name="Bos",
        roles=[role],
        municipalities=codes,
    )


def _campaigns(world: World, found: list[Wave]) -> list[tuple[int, int, UUID, UUID]]:
    """One for each wave and group of municipalities; the columns are those of STARTED."""
    document = (PLANS / "drie-weken.yaml").read_text()
    made: list[tuple[int, int, UUID, UUID]] = []
    with db.write() as session:
        version = PlanVersion(name="drie-weken", digest="0" * 64, document=document, stored_at=NOW)
        session.add(version)
        session.flush()
        for wave in found:
            for place, (group, _codes) in enumerate(GROUPS):
                began = datetime.fromtimestamp(wave.base + 9 * 3600, UTC)
                over = began < NOW - timedelta(days=30)
                campaign = Campaign(
                    id=ordered_id(wave.base * 1000, place),
                    region_id=world.region.id,
                    slug=f"{group}-{wave.begins}",
                    name=f"{group.title()} {wave.begins:%d-%m-%Y}",
                    plan_name="drie-weken",
                    status="finished" if over else "running",
                    created_at=began - timedelta(days=7),
                    started_at=began,
                    ended_at=began + timedelta(days=28) if over else None,
                )
                session.add(campaign)
                made.append((wave.number, place, campaign.id, version.id))
    return made


def _seeds(
    bulk: Bulk, found: list[Wave], cases: int, coaches: list[tuple[str, User]], stories: list[Story]
) -> Iterator[tuple[Any, ...]]:
    """A row for each case, in the order in which they were imported; the columns are those of SEED."""
    now, each = int(NOW.timestamp()), cases // len(found)
    groups = [group for group, many in MANY.items() for _ in range(many)]
    first = {group: place * len(ARMS) * STORIES for place, group in enumerate(MANY)}
    teams = [
        [(bulk.text(user.id), f"staff:{user.id}") for name, user in coaches if name == group]
        for group, _codes in GROUPS
    ]
    states = [[state.at for state in story.states] for story in stories]
    events = [sorted(one.at + (one.enrol - 1) * YEAR for one in story.events) for story in stories]
    for wave in found:
        rng = Random(wave.number)
        draw = rng.random
        household, arm, place, code = 0, 0, 0, ""
        for own in range(each):
            n = wave.number * STRIDE + own
            if own == 0 or draw() > 0.08:
                household, arm, place = n, int(draw() * 2), int(draw() ** 1.3 * len(GROUPS))
                code = GROUPS[place][1][int(draw() ** 1.6 * 3)]
            number = first[groups[int(draw() * len(groups))]] + arm * STORIES + int(draw() * STORIES)
            jitter = int(draw() * 1200)
            since = now - wave.base - jitter
            coach, actor = teams[place][int(draw() * len(teams[place]))]
            school, brin = SCHOOLS[int(draw() ** 2 * len(SCHOOLS))]
            yield (
                n,
                wave.number,
                place,
                code,
                coach,
                actor,
                school,
                brin,
                PROGRAMMES[int(draw() * len(PROGRAMMES))],
                stories[number].target_group,
                LANGUAGES[int(draw() * len(LANGUAGES))],
                number,
                jitter,
                household,
                GIVEN[int(draw() * len(GIVEN))],
                FAMILY[int(draw() * len(FAMILY))],
                int(stories[number].mobile),
                (wave.begins - timedelta(days=6600 + int(draw() * 2400))).isoformat(),
                bisect_left(states[number], since) or 1,
                bisect_left(events[number], since),
            )
