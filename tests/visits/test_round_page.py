"""Making a round in a real browser: rows are moved by buttons or dragged, and the times stay in order."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.staff.scope import scope_of
from outreach.visits import warning_service
from tests.browser import LAPTOP, PHONE
from tests.factories import World
from tests.visits.door import plan_visit

pytestmark = pytest.mark.browser


def wished(world: World) -> list[UUID]:
    cases = world.cases(3)
    warning_service.add(cases[0].id, "Grote hond", clock.today(), "staff", scope_of(world.coach))
    return [plan_visit(case, hours=-1) for case in cases]


def proposed(world: World) -> str:
    day = clock.today() + timedelta(days=1)
    return f"/visits/plan?day={day}&coach={world.coach.id}&propose=1"


def order(page: Page) -> list[tuple[str, str]]:
    """The rows from above: who, and when."""
    return [
        (str(row.locator("[name=take]").get_attribute("value")), row.locator("[type=time]").input_value())
        for row in page.locator("[data-row]").all()
    ]


def drag(page: Page, from_: int, to: int) -> None:
    """As a hand does it: press, move in steps, let go."""
    rows = page.locator("[data-row] .choice__text")
    for row, press in ((from_, True), (to, False)):
        box = rows.nth(row).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 200, box["y"] + box["height"] / 2, steps=8)
        if press:
            page.mouse.down()
    page.mouse.up()


def test_rows_move_by_their_buttons_and_by_dragging_and_the_times_stay_in_order(
    world: World, tab: Callable[..., Page]
) -> None:
    one, two, three = (str(visit) for visit in wished(world))
    page = tab(world.sign_in(world.clerk), size=(1280, 1600))
    page.goto(proposed(world))
    assert order(page) == [(one, "10:00"), (two, "10:35"), (three, "11:10")]
    page.locator("[data-row]").first.get_by_role("button", name="Later").click()
    assert order(page) == [(two, "10:00"), (one, "10:35"), (three, "11:10")]
    drag(page, 2, 0)
    assert order(page) == [(three, "10:00"), (two, "10:35"), (one, "11:10")]
    drag(page, 0, 2)
    assert order(page) == [(two, "10:00"), (one, "10:35"), (three, "11:10")]
    page.get_by_role("button", name="Plan deze bezoeken").click()
    page.wait_for_selector("#planned .card")
    db.session().expire_all()
    first = db.session().get_one(ContactAttempt, UUID(two))
    assert f"{clock.local(first.due_at):%H:%M}" == "10:00"


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_axe_finds_nothing_on_a_proposed_round(
    world: World, tab: Callable[..., Page], size: tuple[int, int]
) -> None:
    wished(world)
    page = tab(world.sign_in(world.clerk), size=size)
    for address in (proposed(world), proposed(world).removesuffix("&propose=1")):
        page.goto(address)
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size[0], "height": max(height, size[1])})
        found = Axe().run(page).response["violations"]
        assert [f"{each['id']} at {each['nodes'][0]['target']}" for each in found] == []
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size[0]
