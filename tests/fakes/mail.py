"""Mail servers of our own: a real one (aiosmtpd) that keeps what it gets, and one that breaks off halfway."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HELLO = (b"220 hello\r\n", b"250 hello\r\n")
TAKEN = (b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")


class Mailbox:
    """Takes mail in; `says` replaces the answer at a step (MAIL, RCPT, DATA)."""

    def __init__(self) -> None:
        self.got: list[tuple[Envelope, EmailMessage]] = []
        self.says: dict[str, str] = {}
        self.encrypted: list[bool] = []

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.encrypted.append(session.ssl is not None)
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.says.get("RCPT", "250 OK")
        if answer.startswith("25"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.says.get("DATA", "250 OK")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            parsed = message_from_bytes(envelope.content, policy=default)
            assert isinstance(parsed, EmailMessage)
            self.got.append((envelope, parsed))
        return answer

    def only(self) -> EmailMessage:
        """The only e-mail that arrived."""
        ((_envelope, found),) = self.got
        return found


class _At(Controller):
    """A mail server on a free port."""

    def __init__(self, mailbox: Mailbox, **how: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        super().__init__(mailbox, hostname="127.0.0.1", port=port, **how)


@contextmanager
def mail_server(mailbox: Mailbox, **how: Any) -> Iterator[str]:
    """A mail server as long as the block; gives host and port."""
    server = _At(mailbox, **how)
    server.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def broken_server(*answers: bytes, hang: bool) -> Iterator[str]:
    """A server that gives these answers, one to each line it reads, and then breaks off or falls silent."""
    over = threading.Event()

    def serve(door: socket.socket) -> None:
        with door.accept()[0] as talk, talk.makefile("rb") as lines:
            for number, answer in enumerate(answers):
                if number:
                    line = lines.readline()
                    while answers[number - 1].startswith(b"354") and line not in (b".\r\n", b""):
                        line = lines.readline()
                talk.sendall(answer)
            if answers and answers[-1].startswith(b"354"):
                while lines.readline() not in (b".\r\n", b""):
                    pass
            if hang:
                over.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve, args=(door,), daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{door.getsockname()[1]}"
        over.set()
        thread.join(10)
