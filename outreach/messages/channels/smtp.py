"""E-mail by a mail server of one's own (SMTP), one connection for each message.

smtp:// asks for STARTTLS, and without it only a server on this very machine gets anything; smtps:// speaks TLS from
the start. Certificates are checked; SSL_CERT_FILE names those of one's own authority.

| what happens | fate |
|---|---|
| no connection, no TLS, wrong password, lost before the text was handed over | later: it was not taken over |
| 4xx, at whatever step | later |
| 5xx to the recipient | refused: bad_address, not_reachable, or `provider` when the server will not relay |
| 5xx to the sender or the text | refused: provider |
| lost or timed out while the text was handed over | unknown: perhaps it was taken over |
| 250 after the text | accepted |

A mail server says nothing later: what bounces comes as mail to the sender.
"""

import ipaddress
import logging
import smtplib
import ssl
import time
from datetime import datetime
from urllib.parse import unquote, urlsplit

from outreach import clock
from outreach.messages.channels import mail
from outreach.messages.outcomes import Fate, Outcome, Outgoing, Reason
from outreach.providers import Smtp

log = logging.getLogger(__name__)

CONNECT = 10.0
"""Seconds to get a connection."""

TALK = 40.0
"""Seconds for all that is said after that."""


class BySmtp:
    """E-mail by the mail server of the settings."""

    def __init__(self, server: Smtp, base_url: str, connect: float = CONNECT, talk: float = TALK) -> None:
        parts = urlsplit(server.url)
        self.host = parts.hostname or ""
        self.tls = parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender = server.sender
        self.from_address = mail.sender(server.sender)[1]
        self.forms_at = f"{base_url}/r/"
        self.connecting = connect
        self.seconds = connect + talk
        self._context = ssl.create_default_context()

    def send(self, message: Outgoing) -> Outcome:
        """Hand it to the mail server."""
        try:
            to = mail.recipient(message.address)
        except mail.AddressUnusable:
            return Outcome(Fate.refused, reason=Reason.bad_address)
        try:
            written = mail.compose(message, to, self.sender, clock.local(clock.wall()), self.forms_at)
            body, theirs = mail.as_bytes(written), str(written["Message-ID"])
        except Exception as error:
            log.error("an e-mail could not be written: %s", type(error).__name__)
            return Outcome(Fate.refused, reason=Reason.bad_text)
        return _Talk(self, to, body, theirs).outcome()

    def find(self, message: Outgoing, since: datetime) -> Outcome | None:
        """A mail server cannot be asked."""
        return None

    def fetch(self, provider_id: str) -> Outcome | None:
        """Nor does it say anything later."""
        return None

    def connect(self, until: float) -> smtplib.SMTP:
        """A connection that is encrypted where it must be, and signed in. Raises OSError or SMTPException."""
        domain = self.from_address.rpartition("@")[2]
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, local_hostname=domain, timeout=self.connecting, context=self._context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, domain, self.connecting)
        try:
            left(server, until)
            server.ehlo()
            if not self.tls:
                self._encrypt(server, until)
            if self.user:
                left(server, until)
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server

    def _encrypt(self, server: smtplib.SMTP, until: float) -> None:
        if server.has_extn("starttls"):
            left(server, until)
            server.starttls(context=self._context)
            server.ehlo()
        elif not _is_this_machine(self.host):
            raise smtplib.SMTPNotSupportedError("no STARTTLS")


class _Talk:
    """What is said with a mail server about one message."""

    def __init__(self, way: BySmtp, to: str, body: bytes, theirs: str) -> None:
        self.way, self.to, self.body, self.theirs = way, to, body, theirs
        self.until = time.monotonic() + way.seconds

    def outcome(self) -> Outcome:
        """Say it all; the words of the server are logged nowhere, since they repeat the address."""
        try:
            server = self.way.connect(self.until)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            log.warning("the mail server gives no connection: %s %s", type(error).__name__, _code_of(error))
            return Outcome(Fate.later, error_code=_code_of(error) or None)
        try:
            return self._envelope(server) or self._text(server)
        finally:
            _leave(server)

    def _envelope(self, server: smtplib.SMTP) -> Outcome | None:
        """Sender and recipient; None when both are taken."""
        try:
            left(server, self.until)
            code, words = server.mail(self.way.from_address)
            if code != 250:
                return _said(code, words, Reason.provider)
            left(server, self.until)
            code, words = server.rcpt(self.to)
        except (smtplib.SMTPException, OSError) as error:
            log.warning("the mail server broke off: %s", type(error).__name__)
            return Outcome(Fate.later)
        return None if code in (250, 251, 252) else _said(code, words, _why_not_to(code, words))

    def _text(self, server: smtplib.SMTP) -> Outcome:
        try:
            left(server, self.until)
            code, words = server.data(self.body)
        except smtplib.SMTPDataError as refusal:
            return _said(refusal.smtp_code, refusal.smtp_error, Reason.provider)
        except (smtplib.SMTPException, OSError) as error:
            log.warning("the mail server broke off during the text: %s", type(error).__name__)
            return Outcome(Fate.unknown)
        return Outcome(Fate.accepted, self.theirs) if code == 250 else _said(code, words, Reason.provider)


def left(server: smtplib.SMTP, until: float) -> None:
    """Let the next step take only what is left of the time. Raises TimeoutError when nothing is."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye, but do not wait for the answer: what matters has been said."""
    try:
        server.putcmd("quit")
    except (smtplib.SMTPException, OSError):
        pass
    finally:
        server.close()


def _said(code: int, words: bytes | str, reason: Reason) -> Outcome:
    """A step that was not taken: for the moment (4xx, and whatever is no answer at all) or for good (5xx)."""
    name = f"{code} {_enhanced(words)}".strip()
    if 500 <= code < 600:
        return Outcome(Fate.refused, reason=reason, error_code=name)
    return Outcome(Fate.later, error_code=name)


def _why_not_to(code: int, words: bytes | str) -> Reason:
    """Why a recipient was refused, by RFC 3463 where the server says it, else by the code."""
    detail = _enhanced(words)
    if detail.startswith("5.7") or code in (530, 535, 554):
        return Reason.provider
    if detail == "5.1.3" or code in (501, 553):
        return Reason.bad_address
    return Reason.not_reachable


def _enhanced(words: bytes | str) -> str:
    """The 5.1.1 with which an answer begins, '' when it has none."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    parts = first.split(".")
    return first if len(parts) == 3 and all(part.isdecimal() and len(part) < 4 for part in parts) else ""


def _code_of(error: BaseException) -> str:
    code = getattr(error, "smtp_code", None)
    return str(code) if isinstance(code, int) and code > 0 else ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
