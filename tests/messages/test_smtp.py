"""E-mail by a mail server, against a real one (aiosmtpd): what arrives, what each answer means, what is encrypted."""

import ipaddress
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword, Session
from bs4 import BeautifulSoup
from flask import Flask

from outreach import clock, create_app, db
from outreach.attempts import service as attempts
from outreach.attempts.models import ContactAttempt
from outreach.attempts.service import NewAttempt
from outreach.cases.models import Person
from outreach.errors import Refused
from outreach.messages import outbox_service
from outreach.messages.channels import mail
from outreach.messages.channels.smtp import BySmtp
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import Smtp
from tests.conftest import settings_for
from tests.factories import World
from tests.fakes.mail import HELLO, TAKEN, Mailbox, broken_server, mail_server

BASE = "https://outreach.example.org"
LINK = f"{BASE}/r/abcde-fghjk"
SENDER = "Doorstroompunt <post@waterweg.example.org>"
MAILBOX = "noor@example.org"
USER, PASSWORD = "outreach", "sûper/secret"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[str]:
    """A mail server on this machine, without encryption."""
    with mail_server(mailbox) as where:
        yield f"smtp://{where}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signed itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail for tests")])
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(own, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    return paths


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    """What the mail server encrypts with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine trusts that certificate, as an operator would have it trust that of her own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def by_smtp(url: str, *, sender: str = SENDER) -> BySmtp:
    return BySmtp(Smtp(url, sender), BASE)


def message(**more: Any) -> Outgoing:
    given = {
        "attempt_id": uuid4(),
        "case_id": uuid4(),
        "person_id": uuid4(),
        "channel": "email",
        "step": "w1-mail-1",
        "address": MAILBOX,
        "body": f"Hoi Noor, vul dit in: {LINK} Liever niet? Dat kan ook.\n\nGroet,\nSamira",
        "subject": "Doorstroompunt",
    }
    return Outgoing(**{**given, **more})


def part(email: EmailMessage, kind: str) -> str:
    found = email.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


# What arrives


def test_an_email_arrives_as_text_and_as_html_with_the_same_words(server: str, mailbox: Mailbox) -> None:
    sent = message()
    outcome = by_smtp(server).send(sent)
    assert outcome == Outcome(Fate.accepted, f"<{sent.attempt_id}@waterweg.example.org>")
    assert part(mailbox.only(), "plain").strip() == sent.body
    page = BeautifulSoup(part(mailbox.only(), "html"), "html.parser")
    assert page.html is not None and page.html["lang"] == "nl"
    assert page.title is not None and page.title.string == "Doorstroompunt"
    words = page.body.get_text(" ", strip=True) if page.body else ""
    for each in ("Hoi Noor, vul dit in:", "Liever niet? Dat kan ook.", "Groet, Samira", LINK):
        assert each in words
    button, address = page.find_all("a")
    assert (button["href"], button.string) == (LINK, "Naar het formulier")
    assert address["href"] == address.string == LINK


def test_the_headers_say_whose_it_is_that_a_machine_sent_it_and_how_to_be_left_alone(
    server: str, mailbox: Mailbox
) -> None:
    sent = message()
    by_smtp(server).send(sent)
    ((envelope, email),) = mailbox.got
    assert (envelope.mail_from, envelope.rcpt_tos) == ("post@waterweg.example.org", [MAILBOX])
    assert email["From"] == SENDER
    assert email["To"] == MAILBOX
    assert email["Message-ID"] == f"<{sent.attempt_id}@waterweg.example.org>"
    assert email["Auto-Submitted"] == "auto-generated"
    unsubscribe = f"<mailto:post@waterweg.example.org?subject=Afmelden%20{sent.attempt_id}>"
    assert email["List-Unsubscribe"] == unsubscribe
    written = email["Date"].datetime
    assert abs(written - datetime.now(UTC)) < timedelta(minutes=1)
    assert written.utcoffset() == clock.local(written).utcoffset()


def test_english_readers_get_an_english_button(server: str, mailbox: Mailbox) -> None:
    by_smtp(server).send(message(language="en", body=f"Hi Noor, fill in this: {LINK}"))
    page = BeautifulSoup(part(mailbox.only(), "html"), "html.parser")
    assert page.html is not None and page.html["lang"] == "en"
    assert page.a is not None and page.a.string == "Go to the form"


def test_letters_of_every_script_and_lines_that_begin_with_a_dot_arrive_as_they_are(
    server: str, mailbox: Mailbox
) -> None:
    body = ".\n..dots\nمرحبا Żółć 你好 😀\nFrom here\n" + "lang " * 400 + "x"
    assert by_smtp(server).send(message(body=body, subject="Ünïcode 你好 " * 20)).fate is Fate.accepted
    assert part(mailbox.only(), "plain").rstrip("\n") == body
    assert mailbox.only()["Subject"].startswith("Ünïcode 你好 Ünïcode")
    ((envelope, _email),) = mailbox.got
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()


def test_what_somebody_wrote_is_never_markup() -> None:
    body = f'<script>alert(1)</script> <b>Noor & co</b> https://x.nl/"onclick="go() {LINK}\'x'
    page = BeautifulSoup(mail.html(body, "<i>", "nl", f"{BASE}/r/"), "html.parser")
    assert page.script is None and page.b is None and page.i is None
    assert "<script>alert(1)</script> <b>Noor & co</b>" in page.get_text()
    assert {name for a in page.find_all("a") for name in a.attrs} == {"href", "style"}
    assert all(a["href"].startswith("https://") for a in page.find_all("a"))


def test_other_links_are_links_and_only_the_form_is_a_button() -> None:
    body = f"Zie https://elders.example.org/a?b=1&c=2. En {LINK}, of nog eens {LINK}"
    links = BeautifulSoup(mail.html(body, "x", "nl", f"{BASE}/r/"), "html.parser").find_all("a")
    assert [a["href"] for a in links] == ["https://elders.example.org/a?b=1&c=2", LINK, LINK, LINK]
    assert [bool(a.get("style")) for a in links] == [False, True, False, False]


def test_a_message_without_link_has_no_button() -> None:
    page = BeautifulSoup(mail.html("Hoi\nNoor", "x", "nl", f"{BASE}/r/"), "html.parser")
    assert page.a is None
    assert page.br is not None


# Nobody's name breaks a header


NASTY = [
    "Jan\r\nBcc: evil@example.org",
    "Jan\nBcc: evil@example.org\n\nbody",
    "Jan\rBcc: evil@example.org",
    "Jan\x0b\x0c\x1c\x85\u2028Bcc: evil@example.org",
    "Jan\0",
    '"Jan" <evil@example.org>, x',
    "=?utf-8?q?=0D=0ABcc=3A_evil=40example=2Eorg?=",
]


@pytest.mark.parametrize("name", NASTY)
def test_a_subject_cannot_add_a_header(server: str, mailbox: Mailbox, name: str) -> None:
    assert by_smtp(server).send(message(subject=name)).fate is Fate.accepted
    ((envelope, email),) = mailbox.got
    assert envelope.rcpt_tos == [MAILBOX]
    assert email["Bcc"] is None
    assert set(email.keys()) <= {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe"),
        *("Content-Language", "MIME-Version", "Content-Type", "X-Peer", "X-MailFrom", "X-RcptTo"),
    }


@pytest.mark.parametrize("name", NASTY)
def test_the_name_of_the_sender_cannot_either(server: str, mailbox: Mailbox, name: str) -> None:
    sender = f'"{mail.one_line(name).replace(chr(34), "")}" <post@waterweg.example.org>'
    assert by_smtp(server, sender=sender).send(message()).fate is Fate.accepted
    assert mailbox.only()["Bcc"] is None
    assert [each.addr_spec for each in mailbox.only()["From"].addresses] == ["post@waterweg.example.org"]


@pytest.mark.parametrize("name", NASTY)
def test_a_text_stays_inside_its_part(server: str, mailbox: Mailbox, name: str) -> None:
    assert (
        by_smtp(server).send(message(body=f"{name}\r\n.\r\nRCPT TO:<evil@example.org>")).fate is Fate.accepted
    )
    ((envelope, email),) = mailbox.got
    assert envelope.rcpt_tos == [MAILBOX]
    assert email["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no address",
        "noor@example.org\r\nRCPT TO:<evil@example.org>",
        "noor@example.org, evil@example.org",
        "Noor <noor@example.org>",
        "noor@example.org> SIZE=1",
        "noor@@example.org",
        "nøør@example.org",
    ],
)
def test_what_is_not_one_address_is_refused_before_anybody_is_called(address: str) -> None:
    assert by_smtp("smtp://127.0.0.1:1").send(message(address=address)) == Outcome(
        Fate.refused, reason=Reason.bad_address
    )


def test_a_domain_in_other_letters_is_reached_by_its_ascii_name(server: str, mailbox: Mailbox) -> None:
    by_smtp(server).send(message(address="noor@exämple.org"))
    assert mailbox.got[0][0].rcpt_tos == ["noor@xn--exmple-cua.org"]


# What the server says


@pytest.mark.parametrize(
    ("step", "answer", "fate", "reason", "code"),
    [
        ("RCPT", "550 5.1.1 No such user", Fate.refused, Reason.not_reachable, "550 5.1.1"),
        ("RCPT", "550 No such user", Fate.refused, Reason.not_reachable, "550"),
        ("RCPT", "553 5.1.3 Bad address syntax", Fate.refused, Reason.bad_address, "553 5.1.3"),
        ("RCPT", "550 5.7.1 Relaying denied", Fate.refused, Reason.provider, "550 5.7.1"),
        ("RCPT", "554 Relay access denied", Fate.refused, Reason.provider, "554"),
        ("RCPT", "450 4.2.0 Greylisted", Fate.later, None, "450 4.2.0"),
        ("RCPT", "452 4.2.2 Mailbox full", Fate.later, None, "452 4.2.2"),
        ("MAIL", "451 4.3.0 Try again", Fate.later, None, "451 4.3.0"),
        ("MAIL", "550 5.7.1 Sender not allowed", Fate.refused, Reason.provider, "550 5.7.1"),
        ("DATA", "451 4.7.1 Try again", Fate.later, None, "451 4.7.1"),
        ("DATA", "554 5.7.1 Looks like spam", Fate.refused, Reason.provider, "554 5.7.1"),
    ],
)
def test_what_the_server_says_decides(
    server: str, mailbox: Mailbox, step: str, answer: str, fate: Fate, reason: Reason | None, code: str
) -> None:
    mailbox.says[step] = answer
    assert by_smtp(server).send(message()) == Outcome(fate, reason=reason, error_code=code)
    assert mailbox.got == []


def test_without_a_server_nothing_was_handed_over() -> None:
    for url in ("smtp://127.0.0.1:1", "smtps://127.0.0.1:1", "smtp://nobody.invalid"):
        assert by_smtp(url).send(message()).fate is Fate.later, url


@pytest.mark.parametrize("hang", [False, True], ids=["broken off", "silent"])
@pytest.mark.parametrize(
    ("answers", "fate"),
    [
        (HELLO[:1], Fate.later),
        (HELLO, Fate.later),
        ((*HELLO, TAKEN[0]), Fate.later),
        ((*HELLO, b"421 4.3.2 going down\r\n"), Fate.later),
        ((*HELLO, *TAKEN), Fate.unknown),
    ],
    ids=["after hello", "before MAIL", "before RCPT", "421", "after the text"],
)
def test_only_what_broke_off_after_the_text_is_in_doubt(
    answers: tuple[bytes, ...], fate: Fate, hang: bool
) -> None:
    with broken_server(*answers, hang=hang) as url:
        way = BySmtp(Smtp(url, SENDER), BASE, connect=0.5, talk=0.5)
        assert way.send(message()).fate is fate


def test_a_mail_server_cannot_be_asked_afterwards(server: str) -> None:
    way = by_smtp(server)
    assert way.find(message(), datetime(2026, 3, 1, tzinfo=UTC)) is None
    assert way.fetch("<x@example.org>") is None


def test_nothing_personal_is_logged(server: str, mailbox: Mailbox, caplog: pytest.LogCaptureFixture) -> None:
    mailbox.says["RCPT"] = f"550 5.1.1 <{MAILBOX}> is nobody"
    with caplog.at_level(logging.DEBUG):
        by_smtp(server).send(message())
        by_smtp("smtp://127.0.0.1:1").send(message())
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("mail.")]
    assert any("gives no connection" in each for each in ours)
    assert not any(word in each for each in ours for word in (MAILBOX, "Noor"))


# Encrypted


@pytest.mark.usefixtures("trusted")
def test_starttls_is_used_where_it_is_offered(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    with mail_server(mailbox, tls_context=tls, require_starttls=True) as where:
        assert by_smtp(f"smtp://{where}").send(message()).fate is Fate.accepted
    assert mailbox.encrypted == [True]


@pytest.mark.usefixtures("trusted")
def test_name_and_password_go_only_through_tls(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    seen = []

    def check(_server: Any, session: Session, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        seen.append((session.ssl is not None, data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password.decode() == "geheim/woord", handled=False)

    how = {"tls_context": tls, "authenticator": check, "auth_required": True}
    with mail_server(mailbox, **how) as where:
        assert by_smtp(f"smtp://outreach:geheim%2Fwoord@{where}").send(message()).fate is Fate.accepted
        wrong = by_smtp(f"smtp://outreach:fout@{where}").send(message())
    assert seen[0] == (True, "outreach", "geheim/woord")
    assert (wrong.fate, wrong.error_code) == (Fate.later, "535")
    assert len(mailbox.got) == 1


@pytest.mark.usefixtures("trusted")
def test_smtps_speaks_tls_from_the_start(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    with mail_server(mailbox, ssl_context=tls) as where:
        assert by_smtp(f"smtps://{where}").send(message()).fate is Fate.accepted
    assert len(mailbox.got) == 1


def test_a_certificate_that_nobody_vouches_for_gets_nothing(mailbox: Mailbox, tls: ssl.SSLContext) -> None:
    with mail_server(mailbox, tls_context=tls) as where:
        assert by_smtp(f"smtp://{where}").send(message()).fate is Fate.later
    assert mailbox.encrypted == []


def test_another_machine_gets_nothing_in_clear_text(
    server: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the name of the server differs from the one of this machine."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **how: real("127.0.0.1", *more, **how))
    elsewhere = server.replace("127.0.0.1", "mail.example.org")
    assert by_smtp(elsewhere).send(message()).fate is Fate.later
    assert mailbox.encrypted == []


# Settings and the outbox


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "mail.example.org:587"),
        ("SMTP_URL", "https://mail.example.org"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://mail.example.org:many"),
        ("SMTP_FROM", "Doorstroompunt"),
        ("SMTP_FROM", "a@example.org, b@example.org"),
        ("SMTP_FROM", "post@example.org\nBcc: evil@example.org"),
    ],
)
def test_what_cannot_be_used_is_refused_at_the_start(name: str, value: str) -> None:
    good = {"SMTP_URL": "smtp://mail.example.org", "SMTP_FROM": SENDER, "OUTREACH_CHANNELS": "email=smtp"}
    assert settings_for("sqlite:///x", **good).providers.smtp.sender == SENDER
    with pytest.raises(Refused, match=name):
        settings_for("sqlite:///x", **good | {name: value})


@pytest.fixture
def real(database_url: str, server: str) -> Iterator[Flask]:
    """An installation that sends e-mail by the mail server."""
    more = {
        "OUTREACH_CHANNELS": "email=smtp",
        "SMTP_URL": server,
        "SMTP_FROM": SENDER,
        "OUTREACH_BASE_URL": BASE,
    }
    app = create_app(settings_for(database_url, **more))
    with app.app_context(), clock.at(clock.parse("2026-03-02T10:00")):
        yield app
    app.extensions["outreach_engine"].dispose()


def due(world: World, language: str = "nl") -> UUID:
    """An e-mail that is due now."""
    case = world.case(given_name="Noor")
    now = clock.now()
    with db.write() as session:
        person = session.get_one(Person, case.person_id)
        person.email, person.language = MAILBOX, language
        session.add(person)
        new = NewAttempt(
            case.id, None, None, "w1-mail-1", 1, "email", "system", "w1-whatsapp-1", None, now, None
        )
        return attempts.plan_many(session, [new])[0]


def attempt(attempt_id: UUID) -> ContactAttempt:
    db.session().expire_all()
    return db.session().get_one(ContactAttempt, attempt_id)


@pytest.mark.parametrize(("language", "button"), [("nl", "Naar het formulier"), ("ar", "Go to the form")])
def test_a_whole_message_leaves_by_mail(real: Flask, mailbox: Mailbox, language: str, button: str) -> None:
    email = due(World.make(real), language)
    assert outbox_service.empty() == {"email": 1}
    assert "Samira" in part(mailbox.only(), "plain")
    link = BeautifulSoup(part(mailbox.only(), "html"), "html.parser").a
    assert link is not None and link.string == button
    assert re.fullmatch(rf"{re.escape(BASE)}/r/[0-9a-z-]+", str(link["href"]))
    found = attempt(email)
    assert (found.status, found.provider_id) == ("sent", f"<{email}@waterweg.example.org>")


def test_a_mailbox_that_is_not_there_fails_and_the_server_that_is_busy_is_tried_again(
    real: Flask, mailbox: Mailbox
) -> None:
    world = World.make(real)
    gone = due(world)
    mailbox.says["RCPT"] = "550 5.1.1 no such user"
    assert outbox_service.empty() == {}
    assert (attempt(gone).status, attempt(gone).result) == ("failed", "not_reachable")
    busy = due(world)
    mailbox.says["RCPT"] = "450 4.2.0 greylisted"
    assert outbox_service.empty() == {}
    assert (attempt(busy).status, attempt(busy).tries) == ("planned", 1)
    mailbox.says.clear()
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert outbox_service.empty() == {"email": 1}
    assert attempt(busy).status == "sent"
    assert len(mailbox.got) == 1
