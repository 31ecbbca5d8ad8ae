"""Every page in a real browser: no axe findings, no sideways scrolling, targets for thumbs, works without script."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from outreach import create_app
from outreach.web.access import OPEN, access_of
from tests.browser import LAPTOP, PHONE, Live, opened, serve
from tests.conftest import settings_for
from tests.meta.filled import ROLES, Filled

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST = 44
"""Pixels of a control that a thumb must hit; the style asks for 48, a border may be outside."""

TOO_SMALL = f"""() => {{
  const shown = e => e.checkVisibility({{checkOpacity: true, checkVisibilityCSS: true}});
  const small = [];
  for (const e of document.querySelectorAll(
      'button, input:not([type=hidden]), select, textarea, summary, a.utrecht-button, nav a')) {{
    if (!shown(e) || e.closest('.visually-hidden') || e.matches('.visually-hidden')) continue;
    let box = e.getBoundingClientRect();
    if (e.matches('[type=radio], [type=checkbox]')) {{
      const label = e.closest('label') || document.querySelector(`label[for="${{e.id}}"]`);
      if (label) box = label.getBoundingClientRect();
    }}
    if (box.width === 0 || box.bottom < 0) continue;
    if (box.height < {SMALLEST} - 0.5 || box.width < {SMALLEST} - 0.5)
      small.push(`${{e.tagName.toLowerCase()}} ${{(e.textContent || e.name || '').trim().slice(0, 30)}} ` +
        `${{Math.round(box.width)}}x${{Math.round(box.height)}}`);
  }}
  return small;
}}"""

# Colours that are looked at before the page is painted anew are half those of the day.
REPAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"

TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(e => `${e.tagName.toLowerCase()}.${e.className.baseVal ?? e.className}`);
}"""

# Letting words overflow shows which of them were cut to fit; what may be cut anywhere says so in its own style.
CUT_OR_OUTSIDE = """() => {
  const found = new Set();
  const look = what => {
    const words = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let text = words.nextNode(); text; text = words.nextNode()) {
      if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
      if (text.parentElement.closest('select, textarea, thead')) continue;
      if (getComputedStyle(text.parentElement).clipPath === 'inset(50%)') continue;  // for the ear alone
      if (getComputedStyle(text.parentElement).textOverflow === 'ellipsis') continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const right = Math.max(...[...range.getClientRects()].map(box => box.right));
      for (let e = text.parentElement; e; e = e.parentElement)
        if (getComputedStyle(e).display !== 'inline' && right > e.getBoundingClientRect().right + 1)
          found.add(`${what}: ${text.data.trim().slice(0, 40)}`);
    }
  };
  look('outside');
  document.body.style.overflowWrap = 'normal';
  look('cut');
  document.body.style.overflowWrap = '';
  return [...found];
}"""

WRONG_TOO_EARLY = """() => {
  const look = e => ['borderTopColor', 'backgroundColor', 'color'].map(part => getComputedStyle(e)[part]).join();
  return [...document.querySelectorAll('main :invalid:not([aria-invalid], form, fieldset)')].filter(e => {
    e.style.transitionProperty = 'none';
    const before = look(e);
    e.required = false;
    const after = look(e);
    e.required = true;
    return after !== before;
  }).map(e => e.name);
}"""

WITHOUT_ARROW = """() => [...document.querySelectorAll('select:not([multiple])')].filter(e =>
    getComputedStyle(e).appearance === 'none' && getComputedStyle(e).backgroundImage === 'none').map(e => e.name)"""


@pytest.fixture(scope="module")
def server(filled: Filled) -> Iterator[Live]:
    def make(address: str) -> Any:
        return create_app(settings_for(filled.facts.url, OUTREACH_BASE_URL=address))

    with serve(make) as live:
        yield live


def _addresses(filled: Filled) -> dict[str, list[tuple[str, str]]]:
    """Role (or '' for a stranger) to the pages to look at: each page once, as the role that may and is first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for page in filled.pages():
        if not page.is_html or page.answer.status_code != 200 or "<html" not in page.answer.text:
            continue
        role = "" if access_of(filled.app, page.endpoint) is OPEN else page.who
        if all(page.endpoint != endpoint for pages in found.values() for endpoint, _path in pages):
            found.setdefault(role, []).append((page.endpoint, page.path))
    return found


def _windows(
    browser: Browser, server: Live, filled: Filled, **how: Any
) -> Iterator[tuple[BrowserContext, str, str]]:
    for role, pages in _addresses(filled).items():
        with opened(browser, server, filled.sign_in(role) if role else None, **how) as window:
            for endpoint, path in pages:
                yield window, endpoint, path


def _axe(tab: Tab, *, only_colours: bool) -> list[str]:
    """What axe finds; in the dark only colours differ, so only they are looked at again."""
    rules = (
        {"type": "rule", "values": ["color-contrast"]} if only_colours else {"type": "tag", "values": TAGS}
    )
    options = {"resultTypes": ["violations"], "runOnly": rules}
    found = Axe().run(tab, options=options).response["violations"]
    return [f"{each['id']} at {node['target'][0]}" for each in found for node in each["nodes"][:3]]


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_axe_finds_nothing_by_day_and_in_the_dark(
    browser: Browser, server: Live, filled: Filled, size: tuple[int, int]
) -> None:
    found: dict[str, list[str]] = {}
    looked = 0
    for window, endpoint, path in _windows(browser, server, filled, size=size):
        tab = window.new_page()
        problems: list[str] = []
        tab.on("console", lambda m, to=problems: to.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error, to=problems: to.append(str(error)))
        tab.goto(path)
        # As high as the page, since what the bars at the foot cover depends on how far one has scrolled.
        height = tab.evaluate("document.documentElement.scrollHeight")
        tab.set_viewport_size({"width": size[0], "height": max(height, size[1])})
        problems += _axe(tab, only_colours=False)
        if size == PHONE:
            problems += [f"scrolls sideways by {culprit}" for culprit in tab.evaluate(TOO_WIDE)]
            problems += [f"too small for a thumb: {control}" for control in tab.evaluate(TOO_SMALL)]
            problems += [f"text that does not fit: {text}" for text in tab.evaluate(CUT_OR_OUTSIDE)]
            problems += [f"a drop-down without its arrow: {name}" for name in tab.evaluate(WITHOUT_ARROW)]
            problems += [f"wrong before anybody typed: {name}" for name in tab.evaluate(WRONG_TOO_EARLY)]
            # Colours are the same at every width.
            tab.emulate_media(color_scheme="dark")
            tab.evaluate(REPAINTED)
            problems += [f"in the dark: {each}" for each in _axe(tab, only_colours=True)]
        if problems:
            found[f"{endpoint} {path}"] = problems
        looked += 1
        tab.close()
    assert found == {}
    assert looked > 20


def test_this_test_would_see_what_is_too_wide_cut_or_wrong_too_early(browser: Browser, server: Live) -> None:
    with opened(browser, server) as window:
        tab = window.new_page()
        tab.goto("/sign-in")
        assert tab.evaluate(TOO_WIDE) == []
        tab.evaluate("document.querySelector('h1').style.width = '900px'")
        assert tab.evaluate(TOO_WIDE) != []
        tab.evaluate("document.body.appendChild(document.createElement('button')).textContent = 'x'")
        assert any("button x" in control for control in tab.evaluate(TOO_SMALL))
        assert tab.evaluate(CUT_OR_OUTSIDE) == tab.evaluate(WRONG_TOO_EARLY) == []
        tab.evaluate("document.querySelector('h1').style = 'transition-property: none; width: 20px'")
        assert any(text.startswith("cut: ") for text in tab.evaluate(CUT_OR_OUTSIDE))
        tab.evaluate("document.styleSheets[0].insertRule(':invalid { color: red !important }')")
        assert "email" in tab.evaluate(WRONG_TOO_EARLY)
        tab.evaluate("document.body.appendChild(document.createElement('select')).style.appearance = 'none'")
        assert len(tab.evaluate(WITHOUT_ARROW)) == 1


@pytest.fixture
def without_script(browser: Browser, own_filled: Filled) -> Iterator[Any]:
    """Opens windows without script on a world of one's own."""
    url = str(own_filled.app.extensions["outreach_engine"].url.render_as_string(hide_password=False))
    url = url.replace("postgresql+psycopg://", "postgresql://")
    with serve(lambda address: create_app(settings_for(url, OUTREACH_BASE_URL=address))) as live:

        def window(who: str = "") -> Any:
            client: FlaskClient | None = own_filled.sign_in(who) if who else None
            return opened(browser, live, client, script=False)

        yield window


def test_one_can_sign_in_without_script(without_script: Any, own_filled: Filled) -> None:
    from tests.factories import PASSWORD

    with without_script() as window:
        tab = window.new_page()
        tab.goto("/sign-in")
        tab.fill("[name=email]", own_filled.facts.emails["coach"])
        tab.fill("[name=password]", PASSWORD)
        tab.click("main button[type=submit], form[action*=sign-in] button[type=submit]")
        tab.wait_for_url(re.compile("/today"))


def test_one_can_answer_the_letter_without_script(without_script: Any, own_filled: Filled) -> None:
    with without_script() as window:
        tab = window.new_page()
        tab.goto(f"/r/{own_filled.facts.values['code']}")
        tab.check("[name=now][value=work]", force=True)
        tab.click("button[name=intent][value=answer]")
        tab.wait_for_url(re.compile("/thanks"))


def test_a_note_and_a_call_are_kept_without_script(without_script: Any, own_filled: Filled) -> None:
    case = own_filled.facts.values["case_id"]
    with without_script("coach") as window:
        tab = window.new_page()
        tab.goto(f"/cases/{case}")
        form = tab.locator(f"form[action$='{case}/note']")
        for fold in tab.locator("details:has(form[action$='/note']) > summary").all():
            fold.click()
        form.locator("textarea").fill("Zonder script genoteerd.")
        form.locator("button").first.click()
        assert "Zonder script genoteerd." in tab.content()
        tab.goto(f"/cases/{case}/call")
        tab.locator("button[name=result][value=no_answer]").click()
        assert tab.locator("[role=alert], .message, .messages").count()


def test_the_search_works_without_script(without_script: Any) -> None:
    with without_script("clerk") as window:
        tab = window.new_page()
        tab.goto("/cases")
        tab.fill("[name=q]", "Noor0")
        tab.locator("form:has([name=q]) button[type=submit]").first.click()
        assert "Noor0" in tab.inner_text("main")


def test_a_list_can_be_brought_without_script(without_script: Any, tmp_path: Path) -> None:
    from tests.meta.filled import LIST

    file = tmp_path / "lijst.csv"
    file.write_text(LIST.replace("L-", "Z-"), encoding="utf-8")
    with without_script("clerk") as window:
        tab = window.new_page()
        tab.goto("/import")
        tab.set_input_files("input[type=file]", str(file))
        tab.locator("button[form=upload], form:has(input[type=file]) button").first.click()
        tab.wait_for_url(re.compile("/import/"))
        assert "dossiernummer" in tab.content().lower()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_lands_on_a_page_of_her_own(without_script: Any, role: str) -> None:
    with without_script(role) as window:
        tab = window.new_page()
        answer = tab.goto("/")
        assert answer is not None
        assert answer.status == 200
        assert tab.locator("h1").count() == 1
