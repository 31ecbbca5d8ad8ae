"""The sandbox on a laptop and on a phone: the list of phones, and one of them open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from outreach import clock
from outreach.ticking import tick
from tests.browser import LAPTOP, PHONE
from tests.factories import World
from tests.messages.test_sandbox import begin


@pytest.mark.browser
def test_on_a_laptop_list_and_phone_stand_side_by_side_on_a_phone_one_after_the_other(
    world: World, tab: Callable[..., Page]
) -> None:
    cases = world.cases(2)
    begin(world, *cases)
    tick(clock.parse("2026-03-02T10:00"))
    staff = world.sign_in(world.coordinator)

    laptop = tab(staff, size=LAPTOP)
    laptop.goto("/sandbox")
    laptop.click("text=Noor1 Jansen")
    laptop.wait_for_url(f"**/{cases[1].id}")
    there = laptop.locator(".talk__link[aria-current]")
    assert "Noor1" in there.inner_text()
    listed, talk = there.bounding_box(), laptop.locator("#timeline").bounding_box()
    assert listed is not None and talk is not None
    assert listed["x"] + listed["width"] < talk["x"]
    assert abs(listed["y"] - talk["y"]) < 200

    phone = tab(staff, size=PHONE)
    phone.goto("/sandbox")
    phone.click("text=Noor1 Jansen")
    phone.wait_for_url(f"**/{cases[1].id}")
    assert not phone.locator(".talk__link").first.is_visible()
    assert phone.locator("#timeline").is_visible()
