"""A phone with the app on it, for tests: opens it, makes the safe, goes offline, fills in a visit."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from playwright.sync_api import BrowserContext, Page, Route, expect, sync_playwright
from sqlmodel import select

from outreach import db
from outreach.visits.models import VisitReport
from tests.browser import Live

PASSPHRASE = "drie natte honden"
REPORTS = re.compile(r"/field/api/reports/")


@dataclass
class Phone:
    """The app in one window of a browser."""

    context: BrowserContext
    live: Live
    page: Page
    errors: list[str] = field(default_factory=list)

    def open(self) -> Phone:
        """Open the app and make its safe; the visits of today come."""
        self.page.goto("/field/")
        self.page.get_by_label("Wachtzin", exact=True).fill(PASSPHRASE)
        self.page.get_by_label("Nog een keer dezelfde wachtzin").fill(PASSPHRASE)
        self.page.get_by_role("button", name="Bewaar mijn bezoeken veilig").click()
        expect(self.page.locator("[data-day]")).to_be_visible()
        expect(self.page.locator("#state")).to_contain_text("bijgewerkt")
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        return self

    def unlock(self) -> None:
        """Open the safe again."""
        self.page.get_by_label("Wachtzin", exact=True).fill(PASSPHRASE)
        self.page.get_by_role("button", name="Openen", exact=True).click()
        expect(self.page.locator("#field .lock")).to_have_count(0)

    def offline(self) -> None:
        """Into the stairwell."""
        self.context.set_offline(True)

    def online(self) -> None:
        """Out of it."""
        self.context.set_offline(False)

    def try_again(self) -> None:
        """As when the phone finds a network, or she taps 'Nu versturen'."""
        self.page.evaluate("() => dispatchEvent(new Event('online'))")

    def begin(self, visit: UUID) -> None:
        """Stand at the door: the questions open."""
        self.page.locator(f"[data-visit='{visit}'] a").click()
        self.page.get_by_role("button", name="Ik sta voor de deur").click()
        expect(self.page.locator("[data-form]")).to_be_visible()

    def fill(self, note: str = "Goed gesprek") -> None:
        """Answer what must be answered, up to what came of it."""
        page = self.page
        for name, value in (("spoke_to", "self"), ("now", "work"), ("wants_help", "no_thanks")):
            page.locator(f"[name='a.{name}'][value={value}]").check()
            page.get_by_role("button", name="Volgende").click()
        page.locator("label.outcome:has([value=met])").click()
        page.get_by_label("Notitie").fill(note)

    def finish(self) -> None:
        """'Klaar'."""
        self.page.get_by_role("button", name="Klaar", exact=True).click()
        expect(self.page.locator("[data-day]")).to_be_visible()

    def state(self, visit: UUID | None = None) -> str:
        """What the list says of the newest report."""
        return self.page.locator("[data-sent] [data-state]").first.inner_text()

    def expect_state(self, words: str, nth: int = 0) -> None:
        """Wait until the list says so."""
        expect(self.page.locator("[data-sent] [data-state]").nth(nth)).to_have_text(words)

    def answer_with(
        self, status: int, body: object, times: int = 1, content: str = "application/json"
    ) -> None:
        """The next answers to reports are these, and never reach the server."""
        left = [times]

        def answer(route: Route) -> None:
            if left[0] <= 0:
                route.fallback()
                return
            left[0] -= 1
            text = body if isinstance(body, str) else json.dumps(body)
            route.fulfill(status=status, body=text, content_type=content)

        self.page.route(REPORTS, answer)

    def lose_answer(self) -> None:
        """The server takes the next report in, and its answer is lost."""
        left = [1]

        def lose(route: Route) -> None:
            if left[0] <= 0:
                route.fallback()
                return
            left[0] -= 1
            route.fetch()
            route.abort()

        self.page.route(REPORTS, lose)


def in_a_browser_of_its_own(
    profile: Path, live: Live, do: Callable[[BrowserContext], None], *flags: str
) -> None:
    """A browser with a profile on disk starts, does something and ends; in a thread, since one runs here already."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")

    def run() -> None:
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                str(profile),
                executable_path=path,
                args=["--no-sandbox", *flags],
                base_url=live.address,
                viewport={"width": 360, "height": 740},
                locale="nl-NL",
                timezone_id="Europe/Amsterdam",
            )
            try:
                do(context)
            finally:
                context.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def reports() -> list[VisitReport]:
    """What the server keeps, in the order in which it came."""
    db.session().expire_all()
    return sorted(db.session().exec(select(VisitReport)), key=lambda one: one.received_at)


def readable(page: Page) -> str:
    """Everything that lies in the browser's databases, as who opens its files would read it."""
    found: str = page.evaluate(EVERYTHING)
    return found


EVERYTHING = """async () => {
    const texts = [];
    const decoder = new TextDecoder('latin1');
    const walk = value => {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) texts.push(decoder.decode(value));
        else if (value instanceof CryptoKey) return;
        else if (value && typeof value === 'object') Object.values(value).forEach(walk);
        else texts.push(String(value));
    };
    for (const {name} of await indexedDB.databases()) {
        const there = await new Promise((found, failed) => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => found(asked.result);
            asked.onerror = failed;
        });
        for (const store of there.objectStoreNames) {
            for (const what of ['getAll', 'getAllKeys']) {
                const rows = await new Promise(found => {
                    const asked = there.transaction(store).objectStore(store)[what]();
                    asked.onsuccess = () => found(asked.result);
                });
                rows.forEach(walk);
            }
        }
        there.close();
    }
    for (const kept of [localStorage, sessionStorage]) texts.push(JSON.stringify(kept));
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
    }
    return texts.join('\\n');
}"""
