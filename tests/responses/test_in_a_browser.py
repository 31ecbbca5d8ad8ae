"""The response form in a real browser: without script, at phone and laptop width, light and dark, for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser import Live
from tests.factories import World
from tests.responses.letters import events, letter

pytestmark = pytest.mark.browser


@pytest.fixture
def site(live: Live) -> str:
    """The address of the application behind a real socket."""
    return live.address


def is_fine(page: Page) -> None:
    """No axe findings, nothing wider than the screen, no target too small for a thumb."""
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main label.choice, main summary, nav a, main input[type=tel]')]
           .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 48).map(e => e.outerHTML)"""
    )
    assert not small


@pytest.mark.parametrize(
    ("width", "scheme", "lang"), [(360, "light", "nl"), (360, "dark", "en"), (1280, "dark", "nl")]
)
def test_every_answer_page_is_for_everybody(
    world: World, site: str, browser: Browser, width: int, scheme: str, lang: str
) -> None:
    code = letter(world, world.case())
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,
        bypass_csp=True,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(f"{site}/r/{code}?lang={lang}")
    is_fine(page)
    for fold in page.locator("summary").all():
        fold.click()
    is_fine(page)
    page.fill("#phone", "12")
    page.click("button[value=answer]")
    assert page.locator("#phone-error").is_visible()
    is_fine(page)
    page.fill("#phone", "0612345678")
    page.click("button[value=answer]")
    assert "/thanks" in page.url
    is_fine(page)
    for path in ("/r/", "/r/?code=wrong", "/r/0000000000", f"/r/{letter(world)}"):
        page.goto(f"{site}{path}{'&' if '?' in path else '?'}lang={lang}")
        is_fine(page)


def test_answering_needs_no_script_and_leaves_no_cookie(world: World, site: str, browser: Browser) -> None:
    case = world.case()
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="nl-NL"
    )
    page = context.new_page()
    page.goto(f"{site}/r/{letter(world, case).lower()}")
    page.get_by_text("Nog niets").click()
    page.get_by_text("Geld").click()
    assert not page.locator("#email").is_visible()
    page.get_by_text("E-mail", exact=True).click()
    page.fill("#email", "ik@example.nl")
    page.get_by_role("button", name="Verstuur").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Bedankt! We hebben je antwoord."
    assert context.cookies() == []
    data = events(case)[-1].data
    assert (data["now"], data["help_with"], data["reach_at"]) == ("nothing", ["money"], "ik@example.nl")
