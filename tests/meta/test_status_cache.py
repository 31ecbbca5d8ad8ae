"""Whatever happens to a case, its cached status is what its events make of it; verify finds what was tampered with."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from outreach import clock, db
from outreach.attempts import logging_service as logged
from outreach.attempts.rules import CALL_RESULTS, VISIT_RESULTS
from outreach.campaigns import service as campaigns
from outreach.cases import service as cases
from outreach.cases import taking_back_queries, taking_back_service, timeline, verify_queries
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cases.rules import CaseStatus
from outreach.cli import main
from outreach.errors import Refused
from outreach.messages import service as messages
from outreach.responses import service as responses
from outreach.responses.models import ResponseCode
from outreach.responses.rules import Answers, Intent, Now
from outreach.ticking import tick
from tests.factories import World
from tests.meta.filled import Filled

STEPS = 40


@dataclass
class Life:
    """Cases to which anything that the services allow may happen, drawn by seed."""

    world: World
    random: Random
    refused: int = 0

    def __post_init__(self) -> None:
        self.cases = self.world.cases(4)
        self.coach = self.world.coach.id
        self.campaign = campaigns.create(self.world.region.id, "leven", "drie-weken")
        campaigns.add_cases(self.campaign.id, [case.id for case in self.cases])
        campaigns.start(self.campaign.id)

    def live(self) -> None:
        """One thing happens to one case, or time passes for all."""
        case = self.random.choice(self.cases)
        things: list[Callable[[Case], Any]] = [
            self.choose,
            self.close,
            self.call,
            self.visit,
            self.message,
            self.answer,
            self.note,
            self.pass_time,
            self.take_over,
            self.take_back,
        ]
        try:
            self.random.choice(things)(case)
        except Refused:
            self.refused += 1

    def choose(self, case: Case) -> None:
        open_ones = [status for status in CaseStatus if status is not CaseStatus.afgesloten]
        cases.choose_status(case.id, self.random.choice(open_ones), by=self.coach)

    def close(self, case: Case) -> None:
        outcome = self.random.choice(cases.outcomes_for(case.region_id, case.target_group).choices)
        cases.choose_status(case.id, CaseStatus.afgesloten, by=self.coach, outcome=outcome)

    def call(self, case: Case) -> None:
        logged.log_call(case.id, self.random.choice(CALL_RESULTS), by=self.coach)

    def visit(self, case: Case) -> None:
        logged.log_visit(case.id, self.random.choice(VISIT_RESULTS), by=self.coach)

    def message(self, case: Case) -> None:
        messages.receive(
            case.id, "whatsapp", "+31612345678", self.random.choice(["hoi", "stop", "wie is dit?"])
        )

    def answer(self, case: Case) -> None:
        code = db.session().scalars(select(ResponseCode).where(ResponseCode.case_id == case.id)).first()
        if code is not None:
            intent = self.random.choice(list(Intent))
            responses.submit(code.code, Answers(intent=intent, now=Now.work), "nl")

    def note(self, case: Case) -> None:
        cases.add_note(case.id, "Iets opgeschreven.", by=self.coach)

    def pass_time(self, _case: Case) -> None:
        tick(clock.now())

    def take_back(self, case: Case) -> None:
        """The coach takes back what she logged last, where that can still be."""
        for event_id in taking_back_queries.takeable(case.id, timeline.staff_actor(self.coach)):
            taking_back_service.take_back(case.id, event_id, by=self.coach)

    def take_over(self, case: Case) -> None:
        """The list of an older system comes in again."""
        data = {
            "status": self.random.choice(list(CaseStatus)).value,
            "outcome": "Werk",
            "outcome_on": "2026-01-05",
        }
        timeline.record(case.id, EventKind.imported, data=data)


@pytest.mark.parametrize("seed", range(3))
def test_a_random_life_leaves_the_cache_equal_to_the_fold(world: World, seed: int) -> None:
    moment = clock.parse("2026-03-02T10:00")
    with clock.at(moment):
        life = Life(world, Random(f"life-{seed}"))
    for _step in range(STEPS):
        moment += timedelta(hours=life.random.choice([1, 3, 20, 50]))
        with clock.at(moment):
            life.live()
    db.session().expire_all()
    compared = list(verify_queries.compare_with_events())
    assert len(compared) == 4
    assert [one for one in compared if not one.right] == []
    assert {one.cached.status for one in compared} != {CaseStatus.nieuw}
    assert life.refused < STEPS


def test_small_chunks_compare_the_same_cases(filled: Filled) -> None:
    with filled.app.app_context():
        by_two = [one.reference for one in verify_queries.compare_with_events(chunk=2)]
        at_once = [one.reference for one in verify_queries.compare_with_events()]
    assert by_two == at_once
    assert len(by_two) > 6


@pytest.fixture
def verify(own_filled: Filled, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Runs `outreach verify --json` on the filled region."""
    url = own_filled.app.extensions["outreach_settings"].database_url
    monkeypatch.setenv("OUTREACH_DATABASE_URL", url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        done = CliRunner().invoke(main, ["verify", "--json", *options])
        return done.exit_code, json.loads(done.stdout)

    return run


def _tamper(filled: Filled, model: Any, **values: Any) -> None:
    with filled.app.app_context(), db.write() as session:
        case_id = filled.facts.values["case_id"]
        table = db.table(model)
        which = table.c.id == case_id if model is Case else (table.c.case_id == case_id) & (table.c.seq == 1)
        session.execute(update(table).where(which).values(**values))


def test_verify_finds_nothing_wrong_in_a_region_that_was_lived_in(verify: Any) -> None:
    code, found = verify()
    assert (code, found["wrong"]) == (0, [])
    assert found["cases"] > 6


@pytest.mark.parametrize(
    "tampered",
    [
        {"status": "nazorg"},
        {"event_count": 99},
        {"outcome": "Werk"},
        {"responded_at": None, "status": "nieuw"},
    ],
    ids=lambda values: ",".join(values),
)
def test_verify_finds_a_row_that_was_tampered_with(
    verify: Any, own_filled: Filled, tampered: dict[str, Any]
) -> None:
    _tamper(own_filled, Case, **tampered)
    code, found = verify()
    assert code == 1
    assert len(found["wrong"]) == 1


def test_verify_finds_an_event_that_is_gone_from_its_place(verify: Any, own_filled: Filled) -> None:
    _tamper(own_filled, CaseEvent, seq=1000)
    code, found = verify()
    assert (code, len(found["wrong"])) == (1, 1)


def test_repair_sets_the_cache_to_what_the_events_say(verify: Any, own_filled: Filled) -> None:
    _tamper(own_filled, Case, status="nazorg")
    code, found = verify("--repair")
    assert (code, found["repaired"], found["wrong"]) == (0, 1, [])
    assert verify()[0] == 0
