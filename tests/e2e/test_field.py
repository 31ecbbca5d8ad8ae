"""The phone app against the real server, with and without a network."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from outreach import clock, db
from outreach.cases import service as cases_service
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.letters import card_service as printing
from outreach.responses import codes
from outreach.responses.models import ResponseCode
from outreach.staff.scope import scope_of
from outreach.visits import device_service
from outreach.visits.models import FieldDevice
from tests.browser import Live, opened
from tests.e2e.field_phone import REPORTS, Phone, in_a_browser_of_its_own, readable, reports
from tests.factories import World
from tests.responses.letters import events, status
from tests.visits.door import plan_visit

pytestmark = pytest.mark.browser

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """No findings of axe on the page as it is now."""
    found = Axe().run(page, options={"runOnly": TAGS}).response["violations"]
    assert found == [], [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


@pytest.fixture
def case(world: World) -> Case:
    """Somebody whom the coach visits today."""
    return world.case(given_name="Noor", family_name="Achternaam-Zonderling")


@pytest.fixture
def phone(browser: Browser, live: Live, world: World, case: Case) -> Iterator[Phone]:
    """The coach's phone, on which she has signed in."""
    with opened(browser, live, world.sign_in(world.coach)) as context:
        phone = Phone(context, live, context.new_page())
        phone.page.on("pageerror", lambda error: phone.errors.append(str(error)))
        yield phone
        assert phone.errors == []


def test_a_whole_visit_without_reception(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.offline()
    phone.page.reload()
    phone.unlock()
    phone.begin(visit)
    phone.fill("Werkt bij de bakker")
    phone.finish()
    phone.expect_state("Wacht op deze telefoon")
    expect(phone.page.locator("#state")).to_contain_text("Nog 1 verslag te versturen")
    assert not reports()
    phone.online()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert (report.state, report.outcome, report.body["note"]) == ("applied", "met", "Werkt bij de bakker")
    assert report.body["answers"] == {"spoke_to": "self", "now": "work", "wants_help": "no_thanks"}
    assert status(case) == "in_contact"
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_nothing_on_the_phone_can_be_read(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.offline()
    phone.begin(visit)
    phone.fill("Een geheime notitie")
    phone.page.wait_for_timeout(600)
    for secret in ("Noor", "Zonderling", "Dorpsstraat", "Vlaardingen", "geheime", "+31612345678", "spoke_to"):
        assert secret not in readable(phone.page), secret
    phone.finish()
    for secret in ("Noor", "Zonderling", "Dorpsstraat", "geheime"):
        assert secret not in readable(phone.page), secret


def finished(phone: Phone, visit: UUID, note: str = "Goed gesprek") -> None:
    """A report that waits on the phone, made without a network."""
    phone.offline()
    phone.begin(visit)
    phone.fill(note)
    phone.finish()
    phone.expect_state("Wacht op deze telefoon")


def test_the_list_that_was_still_being_drawn_does_not_cover_the_visit_that_was_opened(
    phone: Phone, case: Case
) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.offline()
    phone.begin(visit)
    # On a slow phone the list, which reads what was begun, is drawn for a while.
    phone.page.evaluate(
        """() => {
          const real = IDBObjectStore.prototype.getAllKeys;
          IDBObjectStore.prototype.getAllKeys = function (...given) {
            const request = real.apply(this, given), add = request.addEventListener.bind(request);
            request.addEventListener = (kind, heard) => add(kind, event => setTimeout(() => heard(event), 500));
            return request;
          };
        }"""
    )
    phone.page.evaluate(
        """visit => new Promise(done => {
          location.hash = '';
          setTimeout(() => { location.hash = `visit/${visit}`; setTimeout(done, 1500); }, 60);
        })""",
        str(visit),
    )
    expect(phone.page.locator("[data-form]")).to_be_visible(timeout=100)
    expect(phone.page.locator("[data-list]")).to_have_count(0)


def test_what_was_filled_in_is_there_after_a_reload_and_when_the_browser_was_killed(
    phone: Phone, case: Case
) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.offline()
    phone.begin(visit)
    phone.page.locator("[name='a.spoke_to'][value=other]").check()
    phone.page.get_by_label("Wie was dat?").fill("De buurvrouw")
    phone.page.wait_for_timeout(500)
    phone.page.reload()
    phone.unlock()
    expect(phone.page.get_by_text("Wat je eerder invulde, staat er nog.")).to_be_visible()
    expect(phone.page.get_by_label("Wie was dat?")).to_have_value("De buurvrouw")
    # The tab is killed a moment after the last letter.
    phone.page.get_by_label("Wie was dat?").fill("De buurman")
    phone.page.wait_for_timeout(400)
    phone.page.close()
    phone.page = phone.context.new_page()
    phone.page.goto("/field/")
    phone.unlock()
    expect(phone.page.locator(".round-card--begun")).to_contain_text("Begonnen")
    phone.page.locator(f"[data-visit='{visit}'] a").click()
    expect(phone.page.get_by_label("Wie was dat?")).to_have_value("De buurman")


def test_a_browser_that_starts_anew_still_has_the_draft_and_opens_without_a_network(
    live: Live, world: World, case: Case, tmp_path: Path
) -> None:
    visit = plan_visit(case)
    cookie = world.sign_in(world.coach).get_cookie("session")
    assert cookie is not None

    def first(context: BrowserContext) -> None:
        context.add_cookies([{"name": "session", "value": cookie.value, "url": live.address}])
        phone = Phone(context, live, context.new_page()).open()
        phone.offline()
        phone.begin(visit)
        phone.page.locator("[name='a.spoke_to'][value=parent]").check()
        phone.page.wait_for_timeout(500)

    def second(context: BrowserContext) -> None:
        phone = Phone(context, live, context.new_page())
        phone.offline()
        phone.page.goto("/field/")
        phone.unlock()
        phone.page.locator(f"[data-visit='{visit}'] a").click()
        expect(phone.page.locator("[name='a.spoke_to'][value=parent]")).to_be_checked()

    in_a_browser_of_its_own(tmp_path, live, first)
    in_a_browser_of_its_own(tmp_path, live, second)


def test_a_report_whose_answer_was_lost_is_not_applied_twice(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.lose_answer()
    phone.online()
    phone.try_again()
    phone.expect_state("Veilig op de server")
    assert len(reports()) == 1
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_two_tabs_send_the_same_report_once(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    other = Phone(phone.context, phone.live, phone.context.new_page())
    other.page.goto("/field/")
    other.unlock()
    other.expect_state("Wacht op deze telefoon")
    phone.online()
    phone.expect_state("Veilig op de server")
    other.page.reload()
    other.unlock()
    other.expect_state("Veilig op de server")
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_two_tabs_with_the_same_draft_make_one_report(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.fill()
    phone.page.wait_for_timeout(500)
    other = Phone(phone.context, phone.live, phone.context.new_page())
    other.page.goto(f"/field/#visit/{visit}")
    other.unlock()
    expect(other.page.get_by_label("Notitie")).to_have_value("Goed gesprek")
    other.finish()
    phone.finish()
    phone.expect_state("Veilig op de server")
    assert len(reports()) == 1


def test_a_double_tap_makes_one_report(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.fill()
    phone.page.get_by_role("button", name="Klaar", exact=True).dblclick()
    phone.expect_state("Veilig op de server")
    assert len(reports()) == 1


@pytest.mark.parametrize(
    ("status_code", "body", "content"),
    [
        (500, {"error": "Er ging iets mis"}, "application/json"),
        (502, "<h1>Bad Gateway</h1>", "text/html"),
        (503, "", "text/plain"),
    ],
)
def test_a_server_in_trouble_is_tried_again(
    phone: Phone, case: Case, status_code: int, body: object, content: str
) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.answer_with(status_code, body, times=99, content=content)
    phone.online()
    expect(phone.page.locator("[data-sent] [data-when]").first).to_contain_text(
        "De server antwoordde niet goed"
    )
    phone.expect_state("Wacht op deze telefoon")
    phone.page.unroute(REPORTS)
    phone.try_again()
    phone.expect_state("Veilig op de server")
    assert len(reports()) == 1


def test_a_network_that_answers_for_everybody_is_not_taken_for_the_server(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    portal = "<!doctype html><title>Welkom bij Gratis Wifi</title>"
    phone.page.route(
        "**/field/api/**", lambda route: route.fulfill(status=200, body=portal, content_type="text/html")
    )
    phone.online()
    expect(phone.page.locator("#state")).to_contain_text("Dit netwerk laat je nog niet door")
    phone.expect_state("Wacht op deze telefoon")
    phone.page.unroute("**/field/api/**")
    phone.try_again()
    phone.expect_state("Veilig op de server")


def test_what_the_server_cannot_use_is_mended_and_sent_under_the_same_number(
    phone: Phone, case: Case
) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.answer_with(422, {"errors": {"answers.now": "Kies uit de lijst."}})
    phone.online()
    phone.expect_state("De server kon dit nog niet gebruiken")
    expect(phone.page.locator("[data-sent] [data-when]").first).to_contain_text("Kies uit de lijst.")
    phone.page.get_by_role("button", name="Verbeter het").click()
    expect(phone.page.locator("[data-wrong]")).to_contain_text("Kies uit de lijst.")
    phone.page.locator("[data-wrong] a").first.click()
    phone.page.locator("[name='a.now'][value=school]").check()
    for _ in range(2):
        phone.page.get_by_role("button", name="Volgende").click()
    phone.finish()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert report.body["answers"]["now"] == "school"


@pytest.mark.parametrize(
    ("status_code", "words"),
    [(409, "De server heeft onder dit nummer een ander verslag"), (413, "Het is te groot")],
)
def test_what_the_server_will_never_take_is_said_and_kept(
    phone: Phone, case: Case, status_code: int, words: str
) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.answer_with(status_code, {"error": "nee"}, times=9)
    phone.online()
    phone.expect_state("De server kon dit nog niet gebruiken")
    expect(phone.page.locator("[data-sent] [data-when]").first).to_contain_text(words)
    expect(phone.page.locator("#state")).to_contain_text("Nog 1 verslag")


def test_one_bad_report_keeps_no_other_back(phone: Phone, world: World) -> None:
    visits = [plan_visit(one, hours=place / 100) for place, one in enumerate(world.cases(30))]
    phone.open()
    phone.offline()
    for visit in visits:
        phone.begin(visit)
        for _ in range(3):
            phone.page.get_by_role("button", name="Volgende").click()
        phone.page.locator("label.outcome:has([value=nobody_home])").click()
        phone.finish()
    phone.answer_with(422, {"errors": {"note": "Te lang."}})
    phone.online()
    expect(phone.page.locator(".state--delivered")).to_have_count(29)
    expect(phone.page.locator(".state--refused")).to_have_count(1)
    assert len(reports()) == 29


@pytest.mark.parametrize("what", ["reassigned", "closed", "gone"])
def test_what_changed_at_the_office_meanwhile_is_parked_and_said_so(
    phone: Phone, world: World, case: Case, what: str
) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    with db.write() as session:
        kept = session.get_one(Case, case.id)
        if what == "reassigned":
            kept.coach_id = world.coordinator.id
        elif what == "gone":
            kept.municipality_code = world_elsewhere(world)
        session.add(kept)
    if what == "closed":
        cases_service.choose_status(case.id, CaseStatus.in_contact, by=world.coordinator.id)
        cases_service.choose_status(case.id, CaseStatus.afgesloten, by=world.coordinator.id, outcome="Werk")
    phone.online()
    phone.expect_state("Veilig op de server; de coördinator kijkt ernaar")
    (report,) = reports()
    assert (report.state, report.reason) == ("parked", what)
    assert "visit_logged" not in [event.kind for event in events(case)]


def world_elsewhere(world: World) -> str:
    """A municipality where this coach does not work."""
    world.outsider()
    return "GM0193"


def test_when_the_sign_in_has_ended_everything_is_kept(phone: Phone, world: World, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.context.clear_cookies()
    phone.online()
    expect(phone.page.locator("#state")).to_contain_text("Meld je opnieuw aan")
    phone.expect_state("Wacht op deze telefoon")
    cookie = world.sign_in(world.coach).get_cookie("session")
    assert cookie is not None
    phone.context.add_cookies([{"name": "session", "value": cookie.value, "url": phone.live.address}])
    phone.try_again()
    phone.expect_state("Veilig op de server")


def test_somebody_elses_sign_in_sends_nothing_of_hers(phone: Phone, world: World, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    cookie = world.sign_in(world.coordinator).get_cookie("session")
    assert cookie is not None
    phone.context.clear_cookies()
    phone.context.add_cookies([{"name": "session", "value": cookie.value, "url": phone.live.address}])
    phone.online()
    expect(phone.page.locator("#state")).to_contain_text("Meld je opnieuw aan")
    phone.expect_state("Wacht op deze telefoon")
    assert not reports()


def test_a_lost_phone_empties_itself_at_its_next_contact(phone: Phone, world: World, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    device = db.session().exec(select(FieldDevice)).one()
    device_service.revoke(device.id, scope_of(world.coordinator))
    phone.online()
    expect(phone.page.get_by_role("heading", name="Deze telefoon is als verloren gemeld")).to_be_visible()
    assert "Noor" not in readable(phone.page)
    assert phone.page.evaluate(SEALED) == 0
    db.session().expire_all()
    assert db.session().get_one(FieldDevice, device.id).emptied_at is not None
    assert not reports()


SEALED = """async () => {
    let found = 0;
    for (const {name} of await indexedDB.databases()) {
        const there = await new Promise(done => {
            const asked = indexedDB.open(name);
            asked.onsuccess = () => done(asked.result);
        });
        for (const store of there.objectStoreNames) {
            found += await new Promise(done => {
                const asked = there.transaction(store).objectStore(store).count();
                asked.onsuccess = () => done(asked.result);
            });
        }
        there.close();
    }
    return found;
}"""


def test_without_contact_for_two_days_the_visits_go_and_what_was_not_sent_stays(
    phone: Phone, case: Case
) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit, "Niet kwijtraken")
    phone.page.clock.install(time=clock.now() + timedelta(hours=49))
    phone.page.reload()
    phone.unlock()
    expect(phone.page.get_by_text("twee dagen geen contact")).to_be_visible()
    assert phone.page.locator("[data-visit]").count() == 0
    phone.expect_state("Wacht op deze telefoon")
    phone.online()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert report.body["note"] == "Niet kwijtraken"


def test_a_clock_that_is_a_day_off_is_noticed_and_set_right(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.page.clock.install(time=clock.now() + timedelta(hours=24))
    phone.open()
    expect(phone.page.locator("#notes")).to_contain_text("loopt 1440 minuten verkeerd")
    phone.begin(visit)
    phone.fill()
    phone.finish()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert abs(report.visited_at - clock.now()) < timedelta(minutes=2)
    assert report.flags == ["clock_off"] and report.clock_off > 86_000


def test_a_phone_that_is_full_says_so_and_loses_nothing(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.page.locator("[name='a.spoke_to'][value=self]").check()
    phone.page.wait_for_timeout(500)
    phone.page.evaluate(
        """() => {
            const put = IDBObjectStore.prototype.put;
            globalThis.room = () => { IDBObjectStore.prototype.put = put; };
            IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); };
        }"""
    )
    phone.page.locator("[name='a.spoke_to'][value=both]").check()
    expect(phone.page.locator("#notes")).to_contain_text("de telefoon is vol")
    expect(phone.page.locator("[name='a.spoke_to'][value=both]")).to_be_checked()
    phone.page.evaluate("() => room()")
    phone.fill()
    phone.finish()
    phone.expect_state("Veilig op de server")


def test_signing_out_asks_twice_while_something_was_not_sent(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    finished(phone, visit)
    phone.page.locator("#more summary").click()
    phone.page.get_by_role("button", name="Uitloggen op deze telefoon").click()
    expect(phone.page.locator("#notes")).to_contain_text("1 verslagen zijn nog niet verstuurd")
    phone.expect_state("Wacht op deze telefoon")
    phone.online()
    phone.expect_state("Veilig op de server")


def test_signing_out_counts_what_is_being_filled_in_as_unsent(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.page.locator("#more summary").click()
    phone.page.get_by_role("button", name="Uitloggen op deze telefoon").click()
    expect(phone.page.locator("#notes")).to_contain_text("1 verslagen zijn nog niet verstuurd")
    expect(phone.page.locator("[data-form]")).to_be_visible()


def test_a_next_step_is_asked_for_its_day(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.fill()
    phone.page.locator("[name=next_kind][value=call]").check()
    phone.page.get_by_role("button", name="Klaar", exact=True).click()
    expect(phone.page.locator("[data-wrong]")).to_contain_text("Kies een dag.")


def test_after_ten_minutes_without_a_touch_it_locks_and_keeps_what_was_typed(
    phone: Phone, case: Case
) -> None:
    visit = plan_visit(case)
    phone.page.clock.install()
    phone.open()
    phone.begin(visit)
    phone.page.locator("[name='a.spoke_to'][value=other]").check()
    phone.page.get_by_label("Wie was dat?").fill("De buurvrouw")
    phone.page.clock.fast_forward(11 * 60 * 1000)
    expect(phone.page.get_by_role("heading", name="Open je bezoeken")).to_be_visible()
    phone.unlock()
    expect(phone.page.get_by_label("Wie was dat?")).to_have_value("De buurvrouw")


def test_a_dropped_connection_to_the_store_is_opened_again(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.page.add_init_script(
        """
        const opened = indexedDB.open.bind(indexedDB);
        globalThis.there = [];
        indexedDB.open = (...about) => {
            const asked = opened(...about);
            asked.addEventListener('success', () => globalThis.there.push(asked.result));
            return asked;
        };
        """
    )
    phone.open()
    phone.begin(visit)
    phone.page.evaluate("() => there.forEach(each => each.close())")
    phone.fill()
    phone.page.wait_for_timeout(500)
    phone.page.evaluate("() => there.forEach(each => each.close())")
    phone.finish()
    phone.expect_state("Veilig op de server")


def test_a_card_left_behind_belongs_to_the_case_and_is_answered_before_the_phone_has_reception(
    phone: Phone, world: World, case: Case
) -> None:
    visit = plan_visit(case)
    printing.print_cards(world.region.id, 4)
    code = sorted(db.session().exec(select(ResponseCode.code)))[0]
    phone.open()
    phone.offline()
    phone.begin(visit)
    for _ in range(3):
        phone.page.get_by_role("button", name="Volgende").click()
    phone.page.locator("label.outcome:has([value=nobody_home])").click()
    phone.page.get_by_label("Ik heb een kaart achtergelaten").check()
    phone.page.get_by_label("Code op de kaart").fill(codes.display(code).lower())
    phone.finish()
    world.app.test_client().post(f"/r/{code.lower()}", data={"intent": "answer", "now": "work"})
    assert status(case) != "in_contact"
    phone.online()
    phone.expect_state("Veilig op de server")
    assert status(case) == "in_contact"
    kinds = [event.kind for event in events(case)]
    assert kinds.count("card_left") == kinds.count("responded") == 1


def test_the_round_is_accessible_in_light_and_dark(
    browser: Browser, live: Live, world: World, case: Case
) -> None:
    visit = plan_visit(case)
    for dark in (False, True):
        with opened(browser, live, world.sign_in(world.coach), dark=dark) as context:
            phone = Phone(context, live, context.new_page())
            phone.page.goto("/field/")
            expect(phone.page.locator(".lock")).to_be_visible()
            assert_accessible(phone.page)
            phone.open()
            assert_accessible(phone.page)
            phone.page.locator(f"[data-visit='{visit}'] a").click()
            expect(phone.page.get_by_role("button", name="Ik sta voor de deur")).to_be_visible()
            assert_accessible(phone.page)
            phone.page.get_by_role("button", name="Ik sta voor de deur").click()
            for _ in range(3):
                phone.page.get_by_role("button", name="Volgende").click()
            phone.page.locator("label.outcome:has([value=met])").click()
            phone.page.get_by_role("button", name="Klaar", exact=True).click()
            expect(phone.page.locator("[data-wrong]")).to_be_visible()
            assert_accessible(phone.page)
            phone.fill()
            assert_accessible(phone.page)
            wide = phone.page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, "it scrolls sideways"
