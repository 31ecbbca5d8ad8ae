"""The pages of figures on a phone: figures first, tables folded under them, a week by hours still a table."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import LAPTOP, PHONE
from tests.factories import World
from tests.insight.test_responses import random_world

pytestmark = pytest.mark.browser

EVER = "?from="
FOLD = "Alle cijfers in een tabel"


@pytest.fixture
def seen(world: World, tab: Callable[..., Page]) -> Callable[[str, tuple[int, int]], Page]:
    random_world(world, 1)

    def open_page(path: str, size: tuple[int, int], *, script: bool = True) -> Page:
        page = tab(world.sign_in(world.coordinator), size=size, script=script)
        page.goto(path + EVER)
        return page

    return open_page


def test_on_a_phone_a_table_opens_under_its_figure(seen: Callable[..., Page]) -> None:
    page = seen("/reports/responses", PHONE)
    table, fold = page.locator("#table-steps"), page.locator("#steps").get_by_text(FOLD)
    page.locator("#steps figure canvas").wait_for()
    assert table.is_hidden()
    fold.click()
    assert table.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_script_it_opens_as_well(seen: Callable[..., Page]) -> None:
    page = seen("/reports/responses", PHONE, script=False)
    page.locator("#steps").get_by_text(FOLD).click()
    assert page.locator("#table-steps").is_visible()


def test_where_there_is_room_and_on_paper_the_table_always_stands_there(seen: Callable[..., Page]) -> None:
    page = seen("/reports/responses", LAPTOP)
    assert page.locator("#table-steps").is_visible()
    assert page.get_by_text(FOLD).first.is_hidden()
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.locator("#table-steps").is_hidden()
    page.emulate_media(media="print")
    assert page.locator("#table-steps").is_visible()
    assert page.get_by_text(FOLD).first.is_hidden()


def test_a_week_by_hours_stays_a_table_on_a_phone(seen: Callable[..., Page]) -> None:
    page = seen("/reports/moments", PHONE)
    table = page.locator("#table-call-hours")
    cells = table.locator("tbody tr").first.locator("th, td").all()
    tops = {round(box["y"]) for cell in cells if (box := cell.bounding_box())}
    assert len(cells) > 3 and len(tops) == 1
    heading = table.locator("thead th").nth(1)
    short, long = (heading.locator("span").nth(place) for place in (0, 1))
    day = long.text_content() or ""
    assert day.endswith("dag") and short.inner_text() == day[:2] and short.is_visible()
    assert heading.evaluate("heading => heading.scrollWidth <= heading.clientWidth")
    assert table.get_by_role("columnheader", name=day, exact=True).count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
