"""Comparing variants: until when is asked at the start and kept; any step may have them, and the coach sees hers."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import plan_files, service, trial_rules
from outreach.campaigns.models import Campaign, VariantTrial
from outreach.campaigns.plan_files import shipped_plans
from outreach.cases.models import Case
from outreach.cli import main
from outreach.errors import Refused
from outreach.staff.scope import scope_of
from outreach.ticking import tick
from outreach.visits import bundle_queries
from tests.campaigns.test_campaign_pages import post, said, text
from tests.factories import World

Rewrite = Callable[[dict[str, str]], None]
MONDAY = clock.parse("2026-03-02T09:30")
LAST_DAY = date(2026, 3, 11)
"""Of the letter with variants: working day 5, two more at the latest."""
USUAL_END = date(2026, 4, 8)


def draft(world: World, cases: list[Case]) -> Campaign:
    with clock.at(MONDAY):
        campaign = service.create(world.region.id, "maart", "drie-weken", "Maart")
        service.add_cases(campaign.id, [case.id for case in cases])
    return campaign


def trials() -> list[VariantTrial]:
    db.session().expire_all()
    return list(db.session().scalars(select(VariantTrial)))


@pytest.fixture
def rewrite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Let the three-week plan that ships be another: each text of it replaced by another."""
    plans = tmp_path / "plans"
    shutil.copytree(plan_files.PLANS, plans)

    def write(replaced: dict[str, str]) -> None:
        source = (plans / "drie-weken.yaml").read_text()
        for old, new in replaced.items():
            assert old in source
            source = source.replace(old, new)
        (plans / "drie-weken.yaml").write_text(source)
        shipped_plans.cache_clear()

    monkeypatch.setattr(plan_files, "PLANS", plans)
    monkeypatch.setattr("outreach.campaigns.service.PLANS", plans)
    yield write
    monkeypatch.undo()
    shipped_plans.cache_clear()


def test_the_start_asks_until_when_and_says_that_it_stays_so(world: World) -> None:
    draft(world, world.cases(2))
    with clock.at(MONDAY):
        client = world.sign_in(world.coordinator)
        page = client.get("/campaigns/maart/start").text
    (field,) = BeautifulSoup(page, "html.parser").select("input[name=trial_ends]")
    assert (field["type"], field["value"]) == ("date", USUAL_END.isoformat())
    assert "heeft 2 varianten: boven, onder" in said(page)
    assert "Later kun je hem niet meer veranderen. Want wie zelf mag kiezen" in said(page)
    assert "Meestal vier weken na de laatste dag van de stap" in said(page)


def test_the_day_that_was_chosen_is_kept_with_who_chose_it(world: World) -> None:
    campaign = draft(world, world.cases(2))
    with clock.at(MONDAY):
        client = world.sign_in(world.coordinator)
        assert post(client, "/campaigns/maart/start", {"trial_ends": "2026-05-01"}).status_code == 302
    (trial,) = trials()
    assert (trial.campaign_id, trial.step, trial.arms) == (campaign.id, "w2-brief", ["boven", "onder"])
    assert (trial.began_on, trial.ends_on) == (date(2026, 3, 2), date(2026, 5, 1))
    assert trial.set_by == f"staff:{world.coordinator.id}"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ((LAST_DAY - timedelta(days=1)).isoformat(), "loopt nog tot en met wo 11 maart"),
        ("2036-05-01", "meer dan een jaar na de stap"),
        ("morgen", "Ongeldige datum"),
    ],
)
def test_a_day_that_will_not_do_is_refused_and_nothing_starts(world: World, day: str, why: str) -> None:
    campaign = draft(world, world.cases(2))
    with clock.at(MONDAY):
        client = world.sign_in(world.coordinator)
        answer = post(client, "/campaigns/maart/start", {"trial_ends": day})
    assert answer.status_code == 422
    assert why in said(answer.text)
    assert trials() == []
    assert db.session().get_one(Campaign, campaign.id).status == "draft"
    if day[0] == "2":
        with clock.at(MONDAY), pytest.raises(Refused):
            service.start(campaign.id, date.fromisoformat(day))
        assert db.session().get_one(Campaign, campaign.id).status == "draft"


def test_without_a_day_it_is_the_usual_one(world: World) -> None:
    campaign = draft(world, world.cases(1))
    with clock.at(MONDAY):
        service.start(campaign.id)
    (trial,) = trials()
    assert (trial.ends_on, trial.set_by) == (USUAL_END, "system")


def test_whatever_happens_to_the_campaign_the_day_stays(world: World) -> None:
    campaign = draft(world, world.cases(1))
    with clock.at(MONDAY):
        service.start(campaign.id)
    before = trials()[0].model_dump()
    for days, act in enumerate((service.pause, service.resume, service.pause, service.resume), start=1):
        with clock.at(MONDAY + timedelta(days=days)):
            act(campaign.id)
    with clock.at(MONDAY + timedelta(days=40)):
        service.add_cases(campaign.id, [world.case().id])
        service.stop(campaign.id)
    assert [trial.model_dump() for trial in trials()] == [before]


def test_a_plan_without_variants_asks_nothing(world: World, rewrite: Rewrite) -> None:
    rewrite({"    variants: [boven, onder]\n": ""})
    campaign = draft(world, world.cases(1))
    with clock.at(MONDAY):
        page = text(world.sign_in(world.coordinator), "/campaigns/maart/start")
        assert "Welke variant" not in page
        with pytest.raises(Refused, match="heeft varianten"):
            service.start(campaign.id, USUAL_END)
        service.start(campaign.id)
    assert trials() == []


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["campaign", *words])


def test_the_command_takes_the_day_too(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    draft(world, world.cases(1))
    now = ("--now", "2026-03-02T10:00")
    assert run("start", "maart", "--trial-ends", "vroeg", *now).exit_code == 2
    early = run("start", "maart", "--trial-ends", "2026-03-03", *now)
    assert (early.exit_code, early.stdout) == (1, "")
    done = run("start", "maart", "--trial-ends", "2026-04-30", "--json", *now)
    assert json.loads(done.stdout)["status"] == "running"
    assert trials()[0].ends_on == date(2026, 4, 30)
    assert run("pause", "maart", *now).exit_code == 0
    again = run("start", "maart", "--trial-ends", "2026-05-30", *now)
    assert (again.exit_code, "niet meer veranderen" in again.stderr) == (1, True)
    assert run("start", "maart", *now).exit_code == 0
    assert trials()[0].ends_on == date(2026, 4, 30)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_the_usual_day_always_does(last_begins: date) -> None:
    plan = shipped_plans()["drie-weken"]
    usual = trial_rules.usual_end(plan, last_begins)
    assert trial_rules.problem_with(usual, plan, last_begins) is None
    assert usual - trial_rules.last_day(plan, last_begins) == trial_rules.TO_ANSWER
    assert trial_rules.last_day(plan, last_begins) > last_begins


# Any step may have variants: those that people do, too.


WAYS = {
    f"    channel: {channel}\n": f"    channel: {channel}\n    variants: {ways}\n"
    for channel, ways in (
        ("call", "[in-de-ochtend, in-de-avond]"),
        ("visit", "[alleen, samen-met-school]"),
        ("card", "[rood, blauw]"),
    )
}
"""Two ways to call, two to visit and two cards."""


def variant_of(case: Case, channel: str) -> str:
    query = select(ContactAttempt).where(
        col(ContactAttempt.case_id) == case.id, col(ContactAttempt.channel) == channel
    )
    found = db.session().scalars(query.order_by(col(ContactAttempt.due_at).desc())).first()
    assert found is not None
    assert found.variant is not None
    return found.variant.replace("-", " ")


def test_the_coach_sees_in_her_task_which_way_it_is_to_be_done(world: World, rewrite: Rewrite) -> None:
    rewrite(WAYS)
    case = world.case()
    campaign = draft(world, [case])
    with clock.at(MONDAY):
        service.start(campaign.id)
    assert len(trials()) == 5
    tuesday = clock.parse("2026-03-03T09:00")
    tick(tuesday)
    with clock.at(tuesday):
        client = world.sign_in(world.coach)
        way = variant_of(case, "call")
        assert way in ("in de ochtend", "in de avond")
        for path in ("/today", f"/cases/{case.id}"):
            assert f"Doe het zo: {way}." in text(client, path)
    third_week = clock.parse("2026-03-16T09:00")
    tick(clock.parse("2026-03-09T09:00"))
    tick(third_week)
    with clock.at(third_week):
        client = world.sign_in(world.coach)
        way = variant_of(case, "visit")
        for path in ("/today", "/visits"):
            assert f"Doe het zo: {way}." in text(client, path)
        (visit,) = bundle_queries.todays_round(scope_of(world.coach))
        assert (visit.variant or "").replace("-", " ") == way


def test_the_picture_of_a_plan_speaks_of_ways_where_nothing_is_written(
    world: World, rewrite: Rewrite
) -> None:
    rewrite(WAYS)
    page = text(world.sign_in(world.coordinator), "/plans/drie-weken")
    assert "2 manieren, geloot" in page
    assert "2 teksten, geloot" in page
    assert "in-de-ochtend, in-de-avond" in page
