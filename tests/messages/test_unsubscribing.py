"""No more e-mail: the address in each e-mail, what pressing does, and what a wrong address does not."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlmodel import col

from outreach import clock, create_app, db
from outreach.attempts.models import ContactAttempt
from outreach.cases.models import CaseEvent, OptOut, Person
from outreach.messages import outbox_service, text_service, unsubscribe_service, writing_service
from outreach.messages.unsubscribe_views import WRONG
from outreach.staff.models import User
from tests.conftest import settings_for
from tests.factories import World
from tests.fakes.mail import Mailbox, mail_server
from tests.messages.test_message_texts import error_at, save
from tests.messages.test_smtp import BASE, MAILBOX, SENDER, due, part

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def real(database_url: str, mailbox: Mailbox) -> Iterator[Flask]:
    """An installation at an https address that sends e-mail by a mail server."""
    with mail_server(mailbox) as where:
        more = {
            "OUTREACH_CHANNELS": "email=smtp",
            "SMTP_URL": f"smtp://{where}",
            "SMTP_FROM": SENDER,
            "OUTREACH_BASE_URL": BASE,
        }
        app = create_app(settings_for(database_url, **more))
        with app.app_context(), clock.at(clock.parse("2026-03-02T10:00")):
            yield app
        app.extensions["outreach_engine"].dispose()


@pytest.fixture
def there(real: Flask, mailbox: Mailbox) -> str:
    """The path of the address in an e-mail that has arrived."""
    due(World.make(real))
    outbox_service.empty()
    address = mailbox.only()["List-Unsubscribe"].split(",")[0].strip("<> ")
    assert address.startswith(f"{BASE}/unsubscribe/")
    return urlsplit(address).path


def opt_outs() -> list[str]:
    db.session().expire_all()
    return list(db.session().scalars(select(col(OptOut.channel))))


def events() -> list[CaseEvent]:
    db.session().expire_all()
    return list(db.session().scalars(select(CaseEvent).where(col(CaseEvent.kind) == "opted_out")))


def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def test_an_email_says_how_a_mail_program_can_leave_by_itself(there: str, mailbox: Mailbox) -> None:
    email = mailbox.only()
    https, by_mail = [each.strip("<> ") for each in email["List-Unsubscribe"].split(",")]
    assert https == BASE + there
    assert by_mail.startswith("mailto:post@waterweg.example.org?subject=Afmelden%20")
    assert email["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Noor" not in https and MAILBOX not in https


def test_pressing_unsubscribe_in_a_mail_program_opts_out_of_email(real: Flask, there: str) -> None:
    for _ in range(2):
        answer = stranger(real).post(there, data=ONE_CLICK)
        assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert opt_outs() == ["email"]
    (event,) = events()
    assert (event.actor, event.data["channel"]) == ("person", "email")


def test_opening_the_page_changes_nothing_and_its_one_button_does(real: Flask, there: str) -> None:
    client = stranger(real)
    opened = client.get(there)
    page = BeautifulSoup(opened.text, "html.parser")
    assert opt_outs() == []
    assert (opened.status_code, opened.headers.get("Set-Cookie")) == (200, None)
    assert not re.search(r"\bNoor\b", opened.text) and MAILBOX not in opened.text
    (form,) = page.select("form")
    assert (form["method"], form.get("action"), len(form.select("button"))) == ("post", None, 1)
    assert form.select("input") == []
    done = client.post(there)
    assert "Je krijgt geen e-mail meer van ons" in done.text
    assert opt_outs() == ["email"]


def test_the_page_speaks_english_and_remembers_nothing(real: Flask, there: str) -> None:
    english = stranger(real).get(there + "?lang=en")
    assert "No more e-mail?" in english.text
    assert english.headers.get("Set-Cookie") is None


def test_what_still_waits_by_email_does_not_leave(real: Flask, there: str, mailbox: Mailbox) -> None:
    case_id = db.session().scalars(select(col(ContactAttempt.case_id))).first()
    assert case_id is not None
    by = db.session().scalars(select(User)).first()
    assert by is not None
    writing_service.write(case_id, "email", "Nog iets vergeten!", by=by.id)
    stranger(real).post(there, data=ONE_CLICK)
    assert outbox_service.empty() == {}
    assert len(mailbox.got) == 1
    with pytest.raises(writing_service.CannotWrite):
        writing_service.write(case_id, "email", "En nog iets", by=by.id)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_that_nobody_signed_does_nothing(real: Flask, there: str, method: str) -> None:
    start, _dot, signature = there.rpartition(".")
    other = unsubscribe_service.token(uuid4())
    for wrong in (
        start,
        f"{start}.{signature[::-1]}",
        "/unsubscribe/x",
        "/unsubscribe/é",
        f"/unsubscribe/{other}",
    ):
        answer = stranger(real).open(wrong, method=method)
        assert answer.status_code == 404, wrong
        assert "Deze link werkt niet" in answer.text
    assert opt_outs() == []


def test_who_tries_many_gets_no_answer_any_more(real: Flask, there: str) -> None:
    client = stranger(real)
    for number in range(WRONG[0].amount):
        assert client.post(f"/unsubscribe/{number}").status_code == 404
    refused = client.post("/unsubscribe/one-more")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    elsewhere = {"REMOTE_ADDR": "198.51.100.7"}
    assert client.post(there, environ_overrides=elsewhere).status_code == 200


def test_without_https_only_the_mail_address_is_given(app: Flask, world: World) -> None:
    assert app.extensions["outreach_settings"].base_url.startswith("http://")
    assert unsubscribe_service.address(uuid4()) == ""


# The subject


def test_an_email_carries_the_subject_of_its_text(real: Flask, there: str, mailbox: Mailbox) -> None:
    assert mailbox.only()["Subject"] == "Bericht van Doorstroompunt: hoe gaat het met je?"
    assert "Onderwerp" not in part(mailbox.only(), "plain")
    assert "Onderwerp" not in part(mailbox.only(), "html")


@pytest.mark.parametrize(
    ("name", "language", "subject"),
    [
        ("veilige-mail-aankondiging", "nl", "Doorstroompunt: vandaag krijg je een beveiligde e-mail"),
        ("veilige-mail-aankondiging", "en", "Doorstroompunt: today you will get a secure e-mail"),
        ("w1-whatsapp-2", "en", "Another message from Doorstroompunt: how are you doing?"),
    ],
)
def test_shipped_subjects_are_plain_and_hold_nothing_personal(
    world: World, name: str, language: str, subject: str
) -> None:
    text = text_service.texts_of(world.region.id).for_message(name, language)
    assert text is not None
    assert text.subject_with(text_service.example(world.region, language)) == subject
    assert text.subject_with(text_service.nothing_known(world.region, language)) == subject


def test_what_a_coach_writes_says_whose_message_it_is(real: Flask, mailbox: Mailbox) -> None:
    world = World.make(real)
    case = world.case()
    with db.write() as session:
        person = session.get_one(Person, case.person_id)
        person.email = MAILBOX
        session.add(person)
    writing_service.write(case.id, "email", "Hoi, lukt het?", by=world.coach.id)
    assert outbox_service.empty() == {"email": 1}
    assert mailbox.only()["Subject"] == "Bericht van Doorstroompunt"


PATH = "/messages/texts/veilige-mail-aankondiging/nl"
BODY = "Hoi {{ voornaam }}, hier {{ dienst }}: {{ link }} Dag!"


def test_the_subject_is_edited_beside_the_text_and_kept_with_its_version(world: World) -> None:
    client = world.sign_in(world.coordinator)
    shipped = BeautifulSoup(client.get(PATH).text, "html.parser")
    assert shipped.select_one("#subject")["value"] == "{{ dienst }}: vandaag krijg je een beveiligde e-mail"  # type: ignore[index]
    assert (
        save(client, BODY, path=PATH, subject="  Post van\t{{ dienst }} in {{ gemeente }} ").status_code
        == 302
    )
    kept = text_service.texts_of(world.region.id).for_message("veilige-mail-aankondiging", "nl")
    assert kept is not None
    assert (kept.subject, kept.body, kept.version) == ("Post van {{ dienst }} in {{ gemeente }}", BODY, 1)
    page = BeautifulSoup(client.get(PATH).text, "html.parser")
    assert page.select_one("#subject")["value"] == kept.subject  # type: ignore[index]
    assert page.textarea is not None and page.textarea.get_text().strip() == BODY
    assert "Post van Doorstroompunt in Vlaardingen" in page.select_one("#preview").get_text()  # type: ignore[union-attr]
    assert save(client, BODY, path=PATH, subject=kept.subject).status_code == 302
    assert save(client, BODY, path=PATH).status_code == 302, "without one it has the usual one"
    last = text_service.texts_of(world.region.id).for_message("veilige-mail-aankondiging", "nl")
    assert last is not None and (last.version, last.subject) == (2, "")
    assert last.subject_with(text_service.example(world.region, "nl")) == "Bericht van Doorstroompunt"


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        ("Hoi {{ voornaam }}", "alleen {{ dienst }} en {{ gemeente }}"),
        ("Kijk op {{ link }}", "alleen {{ dienst }} en {{ gemeente }}"),
        ("Hoi {{ vornaam }}", "geen invulveld"),
        ("Hoi {{ dienst", "begint met {{"),
        ("a" * 101, "hoogstens 100 tekens"),
    ],
)
def test_a_subject_that_tells_too_much_is_refused_beside_its_field(
    world: World, subject: str, says: str
) -> None:
    client = world.sign_in(world.coordinator)
    for more in ({}, {"preview": "1"}):
        answer = save(client, BODY, path=PATH, subject=subject, **more)
        assert answer.status_code == 422
        assert says in error_at(answer.text, "subject")


def test_another_subject_needs_no_other_approval(world: World) -> None:
    client, sid = world.sign_in(world.coordinator), "HX" + "3" * 32
    assert save(client, BODY, path=PATH, sid=sid, subject="Een").status_code == 302
    assert save(client, BODY, path=PATH, sid=sid, subject="Twee").status_code == 302
