"""At the door with the phone app: the camera, the finger, the fingerprint, being safe, and a new version meanwhile."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import qrcode
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect
from sqlmodel import select

from outreach import db
from outreach.cases.models import Case
from outreach.letters import card_service as printing
from outreach.responses import codes
from outreach.responses.models import ResponseCode
from outreach.visits import field_views
from outreach.visits.models import CheckIn, VisitPicture
from tests.browser import Live, opened
from tests.e2e.field_phone import PASSPHRASE, Phone, in_a_browser_of_its_own, reports
from tests.factories import World
from tests.visits.door import plan_visit

pytestmark = pytest.mark.browser


@pytest.fixture
def case(world: World) -> Case:
    """Somebody whom the coach visits today."""
    return world.case()


@pytest.fixture
def phone(browser: Browser, live: Live, world: World, case: Case) -> Iterator[Phone]:
    """The coach's phone, on which she has signed in."""
    with opened(browser, live, world.sign_in(world.coach)) as context:
        phone = Phone(context, live, context.new_page())
        phone.page.on("pageerror", lambda error: phone.errors.append(str(error)))
        yield phone
        assert phone.errors == []


def seen_by_a_camera(address: str, file: Path) -> Path:
    """What a camera films that is held over a card: a few seconds of the same picture."""
    code = qrcode.make(address, box_size=8, border=6).get_image().convert("RGB")
    frame = Image.new("RGB", (640, 480), "white")
    frame.paste(code.resize((360, 360)), (140, 60))
    written = io.BytesIO()
    frame.save(written, "JPEG", quality=95)
    file.write_bytes(written.getvalue() * 20)
    return file


def test_the_camera_reads_a_card_without_a_network(
    live: Live, world: World, case: Case, tmp_path: Path
) -> None:
    visit = plan_visit(case)
    printing.print_cards(world.region.id, 4)
    code = sorted(db.session().exec(select(ResponseCode.code)))[0]
    film = seen_by_a_camera(codes.address(live.address, code), tmp_path / "card.mjpeg")
    cookie = world.sign_in(world.coach).get_cookie("session")
    assert cookie is not None

    def at_the_door(context: BrowserContext) -> None:
        context.grant_permissions(["camera"], origin=live.address)
        context.add_cookies([{"name": "session", "value": cookie.value, "url": live.address}])
        phone = Phone(context, live, context.new_page()).open()
        phone.begin(visit)
        phone.fill()
        phone.page.locator("label.outcome:has([value=nobody_home])").click()
        # Once with a network, so that the phone has the scanner; then without.
        for _ in range(2):
            field = phone.page.get_by_label("Code op de kaart")
            field.fill("")
            phone.page.get_by_role("button", name="Scan de kaart").click()
            expect(field).to_have_value(code, timeout=20_000)
            expect(phone.page.get_by_label("Ik heb een kaart achtergelaten")).to_be_checked()
            phone.offline()
        phone.finish()
        phone.online()
        phone.expect_state("Veilig op de server")

    flags = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    in_a_browser_of_its_own(tmp_path / "profile", live, at_the_door, *flags)
    db.session().expire_all()
    assert db.session().get_one(ResponseCode, code).case_id == case.id


def test_a_photo_and_a_signature_come_along_small_and_bare(phone: Phone, case: Case, tmp_path: Path) -> None:
    visit = plan_visit(case)
    image = Image.effect_noise((3000, 2000), 40).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "Geheime Telefoon"
    file = tmp_path / "briefje.jpg"
    image.save(file, "JPEG", exif=exif, quality=95)
    phone.open()
    phone.page.locator(f"[data-visit='{visit}'] a").click()
    phone.page.locator("#checklist").select_option("toestemming@1")
    phone.page.get_by_role("button", name="Ik sta voor de deur").click()
    phone.page.locator("[name='a.explained'][value=what_is_kept]").check()
    phone.page.locator("[name='a.language_ok'][value=yes]").check()
    phone.page.get_by_role("button", name="Volgende").click()
    phone.page.locator("[name='a.consent'][value=given]").check()
    phone.page.locator("[name='a.with_whom'][value=school]").check()
    phone.page.get_by_role("button", name="Volgende").click()
    box = phone.page.locator(".signature__pad").bounding_box()
    assert box is not None
    phone.page.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 150, box["y"] + 80, steps=5)
    phone.page.mouse.up()
    phone.page.get_by_role("button", name="Volgende").click()
    phone.page.locator("label.outcome:has([value=met])").click()
    phone.page.locator("#photo").set_input_files(str(file))
    expect(phone.page.get_by_alt_text("Foto 1")).to_be_visible()
    phone.page.wait_for_timeout(500)
    # What was drawn and photographed is a draft like all else.
    phone.page.reload()
    phone.unlock()
    expect(phone.page.get_by_alt_text("Foto 1")).to_be_visible()
    phone.finish()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert report.body["answers"]["with_whom"] == ["school"]
    pictures = {one.kind: one for one in db.session().exec(select(VisitPicture))}
    assert set(pictures) == {"note", "signature"}
    assert b"Geheime" not in pictures["note"].content
    assert len(pictures["note"].content) < 500_000
    assert max(Image.open(io.BytesIO(pictures["note"].content)).size) <= 1600


def test_checking_in_and_asking_for_help_say_honestly_whether_anybody_knows(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.offline()
    phone.page.locator(f"[data-visit='{visit}'] a").click()
    phone.page.get_by_role("button", name="Meld je aan voor je veiligheid").click()
    expect(phone.page.locator("[data-until]")).to_contain_text("nog niemand weet ervan")
    phone.page.get_by_role("button", name="Ik heb hulp nodig").click()
    expect(phone.page.locator("[data-told]")).to_contain_text(
        "Er is geen verbinding: nog niemand kreeg een seintje"
    )
    assert not db.session().exec(select(CheckIn)).all()
    phone.online()
    phone.page.wait_for_function("() => navigator.onLine")
    phone.try_again()
    phone.page.wait_for_timeout(1500)
    db.session().expire_all()
    kept = db.session().exec(select(CheckIn)).one()
    assert kept.help_at is not None and kept.ended_at is None
    phone.page.get_by_role("button", name="Ik ben weer buiten").click()
    expect(phone.page.get_by_role("button", name="Meld je aan voor je veiligheid")).to_be_visible()
    phone.page.wait_for_timeout(800)
    db.session().expire_all()
    assert db.session().get_one(CheckIn, kept.id).ended_at is not None


def test_help_with_a_network_is_told_at_once(phone: Phone, case: Case) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.page.locator(f"[data-visit='{visit}'] a").click()
    phone.page.get_by_role("button", name="Ik heb hulp nodig").click()
    expect(phone.page.locator("[data-told]")).to_contain_text("Niemand die we een seintje kunnen geven")
    expect(phone.page.locator("[data-told]")).to_contain_text("112")
    assert db.session().exec(select(CheckIn)).one().help_at is not None


def test_a_new_version_waits_until_nothing_is_being_written(
    phone: Phone, case: Case, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.page.locator("[name='a.spoke_to'][value=other]").check()
    phone.page.get_by_label("Wie was dat?").fill("De buurvrouw")
    phone.page.wait_for_timeout(500)
    shell = field_views._shell

    def newer() -> str:
        return shell().replace("</header>", "<!-- a later version --></header>")

    monkeypatch.setattr(field_views, "_shell", newer)
    phone.page.evaluate("() => navigator.serviceWorker.getRegistration('/field/').then(it => it.update())")
    expect(phone.page.get_by_text("Er is een nieuwe versie van de app.")).to_be_visible()
    expect(phone.page.get_by_label("Wie was dat?")).to_have_value("De buurvrouw")
    assert "a later version" not in phone.page.content()
    phone.page.get_by_role("button", name="Vernieuw").click()
    phone.page.wait_for_url("**/field/**")
    phone.unlock()
    assert "a later version" in phone.page.content()
    expect(phone.page.get_by_label("Wie was dat?")).to_have_value("De buurvrouw")


def test_a_draft_stays_with_the_questions_it_was_begun_on(
    phone: Phone, case: Case, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = plan_visit(case)
    phone.open()
    phone.begin(visit)
    phone.page.locator("[name='a.spoke_to'][value=self]").check()
    phone.page.wait_for_timeout(500)
    # At the office the questions are others now.
    forms = field_views.forms_html.forms_for_phone

    def later(language: str) -> tuple[dict[str, dict[str, str]], str]:
        checklists, closing = forms(language)
        text = json.dumps(checklists).replace("deurgesprek@1", "deurgesprek@2")
        return json.loads(text), closing

    monkeypatch.setattr(field_views.forms_html, "forms_for_phone", later)
    phone.try_again()
    phone.page.wait_for_timeout(800)
    phone.page.reload()
    phone.unlock()
    expect(phone.page.locator("[name='a.spoke_to'][value=self]")).to_be_checked()
    phone.fill()
    phone.finish()
    phone.expect_state("Veilig op de server")
    (report,) = reports()
    assert (report.checklist, report.checklist_version) == ("deurgesprek", 1)


def test_a_fingerprint_opens_the_app(phone: Phone, case: Case) -> None:
    plan_visit(case)
    devtools = phone.context.new_cdp_session(phone.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    # Passkeys want a name for a host and no number.
    phone.page.goto(phone.live.address.replace("127.0.0.1", "localhost") + "/field/")
    cookie = phone.context.cookies()[0]
    phone.context.add_cookies(
        [{"name": cookie["name"], "value": cookie["value"], "domain": "localhost", "path": "/"}]
    )
    phone.page.reload()
    phone.page.get_by_label("Wachtzin", exact=True).fill(PASSPHRASE)
    phone.page.get_by_label("Nog een keer dezelfde wachtzin").fill(PASSPHRASE)
    phone.page.get_by_role("button", name="Bewaar mijn bezoeken veilig").click()
    phone.page.locator("#more summary").click()
    phone.page.get_by_role("button", name="Open met vingerafdruk of gezicht").click()
    phone.page.locator("#passkey-passphrase").fill(PASSPHRASE)
    phone.page.get_by_role("button", name="Zet aan").click()
    expect(phone.page.get_by_role("button", name="Zet aan")).to_be_hidden()
    phone.page.get_by_role("button", name="Op slot doen").click()
    phone.page.get_by_role("button", name="Open met vingerafdruk of gezicht").click()
    expect(phone.page.locator("[data-visit]")).to_have_count(1)
