"""The form of a report in a real browser: what is not asked is hidden, and without script all of it works too."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import select

from outreach import db
from outreach.visits import checklist_files
from outreach.visits.models import VisitReport
from tests.browser import LAPTOP, PHONE
from tests.factories import World
from tests.meta.test_pages import CUT_OR_OUTSIDE, TAGS, TOO_SMALL, TOO_WIDE
from tests.visits.door import put
from tests.visits.test_visit_pages import consent

pytestmark = pytest.mark.browser

Tabs = Callable[..., Page]


def opened(world: World, tab: Tabs, query: str = "", **how: Any) -> Page:
    """The form of a report on a new case."""
    page = tab(world.sign_in(world.coach), **how)
    page.goto(f"/cases/{world.case().id}/visit/report{query}")
    return page


def answer(page: Page, name: str, value: str) -> None:
    page.locator(f"[name='a.{name}'][value={value}]").check()


def question(page: Page, name: str) -> Any:
    return page.locator(f"[data-question={name}]")


def kept() -> VisitReport:
    db.session().expire_all()
    return db.session().exec(select(VisitReport)).one()


def problems(page: Page, size: tuple[int, int]) -> list[str]:
    """What axe finds, and what does not fit."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size[0], "height": max(height, size[1])})
    options = {"resultTypes": ["violations"], "runOnly": {"type": "tag", "values": TAGS}}
    violations = Axe().run(page, options=options).response["violations"]
    found = [f"{each['id']} at {node['target'][0]}" for each in violations for node in each["nodes"][:3]]
    for what in (TOO_WIDE, TOO_SMALL, CUT_OR_OUTSIDE):
        found += page.evaluate(what)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return found


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_every_checklist_is_clean_with_all_its_questions_shown(
    world: World, tab: Tabs, size: tuple[int, int]
) -> None:
    """As it is without script: all that the script would hide, and when each question is asked."""
    found: dict[str, list[str]] = {}
    page = tab(world.sign_in(world.coach), size=size)
    for one in checklist_files.choices():
        page.goto(f"/cases/{world.case().id}/visit/report?checklist={one.name}")
        page.evaluate("document.querySelectorAll('.report [hidden]').forEach(e => { e.hidden = false; })")
        seen = problems(page, size)
        if seen:
            found[one.name] = seen
    assert found == {}


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
@pytest.mark.parametrize("name", ["deurgesprek", "toestemming"])
def test_a_form_that_came_back_is_clean(world: World, tab: Tabs, size: tuple[int, int], name: str) -> None:
    page = opened(world, tab, f"?checklist={name}", size=size)
    assert problems(page, size) == []
    page.locator("[name=outcome][value=met]").check()
    page.locator("[name=next_kind][value=call]").check()
    page.locator("[data-question] input").first.check()
    page.get_by_role("button", name="Verslag bewaren").click()
    expect(page.locator("[role=alert]")).to_be_focused()
    assert problems(page, size) == []


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_the_large_buttons_and_what_was_reported_are_clean(
    world: World, tab: Tabs, size: tuple[int, int]
) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    put(client, uuid4(), consent(case))
    page = tab(client, size=size)
    page.goto(f"/cases/{case.id}/visit")
    page.get_by_text("Een andere vragenlijst").click()
    assert problems(page, size) == []
    page.goto(f"/cases/{case.id}")
    page.locator("#reported summary").click()
    expect(page.get_by_text("Dat toestemming intrekken kan")).to_be_visible()
    assert problems(page, size) == []


def test_what_is_not_asked_is_hidden_and_not_sent(world: World, tab: Tabs) -> None:
    page = opened(world, tab)
    expect(question(page, "who_else")).to_be_hidden()
    expect(page.locator("[data-condition]:visible")).to_have_count(0)
    answer(page, "spoke_to", "other")
    expect(question(page, "who_else")).to_be_visible()
    page.locator("[name='a.who_else']").fill("een broer")
    answer(page, "spoke_to", "self")
    expect(question(page, "who_else")).to_be_hidden()
    answer(page, "spoke_to", "other")
    expect(page.locator("[name='a.who_else']")).to_have_value("een broer")
    answer(page, "spoke_to", "self")
    answer(page, "now", "nothing")
    answer(page, "wants_help", "maybe")
    answer(page, "help_with", "work")
    expect(page.get_by_text("Ik heb een kaart achtergelaten")).to_be_hidden()
    page.locator("[name=outcome][value=nobody_home]").check()
    page.get_by_text("Ik heb een kaart achtergelaten").click()
    page.locator("[name=outcome][value=met]").check()
    expect(page.locator("[name=next_on]")).to_be_hidden()
    page.get_by_role("button", name="Verslag bewaren").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+$"))
    report = kept()
    assert report.body["answers"] == {
        "spoke_to": "self",
        "now": "nothing",
        "wants_help": "maybe",
        "help_with": ["work"],
    }
    assert report.body["card_left"] is False, "it was ticked before the outcome changed"


def test_a_part_without_questions_is_hidden(world: World, tab: Tabs) -> None:
    page = opened(world, tab, "?checklist=big-5")
    part = page.get_by_role("heading", name="Loslaten")
    expect(part).to_be_hidden()
    for name in ("support_ok", "housing_ok", "work_ok", "income_ok", "health_ok"):
        answer(page, name, "yes")
    expect(part).to_be_visible()


def test_by_keyboard_alone(world: World, tab: Tabs) -> None:
    page = opened(world, tab, "?checklist=niet-thuis", size=LAPTOP)
    page.locator("[name='a.lives_here']").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name='a.lives_here'][value=likely]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("[name='a.seen'][value=name_there]")).to_be_checked()
    page.locator("[name=outcome]:checked").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=outcome][value=refused]")).to_be_checked()
    ring = page.locator(".outcome--choice:has(:focus-visible)")
    assert ring.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    for _ in range(30):
        if page.evaluate("document.activeElement.textContent.trim()") == "Verslag bewaren":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+$"))
    assert (kept().outcome, kept().body["answers"]) == (
        "refused",
        {"lives_here": "likely", "seen": ["name_there"]},
    )


def test_an_error_takes_the_focus_and_leads_to_its_question(world: World, tab: Tabs) -> None:
    page = opened(world, tab)
    answer(page, "spoke_to", "self")
    page.locator("[name=outcome][value=met]").check()
    page.get_by_role("button", name="Verslag bewaren").click()
    alert = page.locator("[role=alert]")
    expect(alert).to_be_focused()
    alert.get_by_role("link", name="Wat doet de jongere nu?").click()
    expect(page.locator("[name='a.now']").first).to_be_focused()


def test_without_script_all_is_shown_and_what_was_not_asked_is_left_out(world: World, tab: Tabs) -> None:
    page = opened(world, tab, script=False)
    expect(page.get_by_text("Alleen als: Met wie sprak je? Iemand anders.")).to_be_visible()
    answer(page, "spoke_to", "self")
    page.locator("[name='a.who_else']").fill("telt niet mee")
    answer(page, "now", "school")
    answer(page, "wants_help", "no_thanks")
    page.locator("[name=outcome][value=met]").check()
    page.get_by_role("button", name="Verslag bewaren").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f-]+$"))
    assert kept().body["answers"] == {"spoke_to": "self", "now": "school", "wants_help": "no_thanks"}
    fold = page.locator("#reported details")
    fold.locator("summary").click()
    expect(fold.get_by_text("De jongere zelf")).to_be_visible()
