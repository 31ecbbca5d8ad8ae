"""An e-mail as it leaves: a text part, the same as HTML, and headers that nobody's name can break. Pure.

Headers hold nothing of what a person or a coach wrote but the subject, and that on one line. An address must be one
address, of letters that every mail server takes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import cache
from pathlib import Path
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from outreach.messages.outcomes import Outgoing

LONGEST_SUBJECT = 200
_POLICY = SMTP.clone(cte_type="7bit")
"""For mail servers that take ASCII alone."""

_UNFOLDED = _POLICY.clone(max_line_length=900)
"""Python encodes a long word of a header it does not know when it folds it, and an address is such a word."""

_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_WORDS = {
    "nl": {"to_the_form": "Naar het formulier", "or_type": "Werkt de knop niet? Ga naar:"},
    "en": {"to_the_form": "Go to the form", "or_type": "Does the button not work? Go to:"},
}
"""In the language of the message, which need not be that of any page."""


class AddressUnusable(ValueError):
    """Not one address that a mail server takes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a paragraph: words, a link, or the end of a line."""

    text: str = ""
    href: str = ""
    line_end: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; with `button` it is the link to the form alone."""

    pieces: tuple[Piece, ...] = ()
    button: str = ""


def recipient(address: str) -> str:
    """The address as it goes to the mail server, its domain in ASCII. Raises AddressUnusable."""
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True).ascii_email
    except EmailNotValidError as problem:
        raise AddressUnusable from problem
    if found is None:
        raise AddressUnusable
    return found


def sender(text: str) -> tuple[str, str]:
    """Name and address of `Doorstroompunt <post@example.org>`; the name may be missing."""
    name, address = parseaddr(text)
    return one_line(name), address


def message_id(message: Outgoing, domain: str) -> str:
    """The same at every try, so that a mailbox that got it twice shows it once."""
    return f"<{message.attempt_id}@{domain}>"


def compose(message: Outgoing, to: str, sent_by: str, at: datetime, forms_at: str) -> EmailMessage:
    """The whole e-mail. `forms_at`: how the addresses of response forms begin; a link to one becomes a button."""
    name, address = sender(sent_by)
    subject = one_line(message.subject)[:LONGEST_SUBJECT]
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = formataddr((name, address))
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(message, address.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    by_mail = f"<mailto:{address}?subject={quote(f'Afmelden {message.attempt_id}')}>"
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>, {by_mail}"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    else:
        mail["List-Unsubscribe"] = by_mail
    mail["Content-Language"] = message.language
    mail.set_content(message.body)
    mail.add_alternative(html(message.body, subject, message.language, forms_at), subtype="html")
    return mail


def as_bytes(mail: EmailMessage) -> bytes:
    """The e-mail as it goes over the wire."""
    return mail.as_bytes(policy=_UNFOLDED)


def one_line(text: str) -> str:
    """Without line ends and whatever else steers a program instead of being read.

    Nor with the mark of an encoded word (=?utf-8?…): Python would read it, and a line end can hide in it.
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()).replace("=?", "= ?")


def html(body: str, subject: str, language: str, forms_at: str) -> str:
    """The same words as HTML: paragraphs, links, and the link to the form as a button."""
    paragraphs = list(_paragraphs(body, forms_at))
    address = next((each.button for each in paragraphs if each.button), "")
    words = _WORDS.get(language, _WORDS["nl"])
    return _template().render(
        subject=subject, language=language, paragraphs=paragraphs, address=address, words=words
    )


@cache
def _template() -> Template:
    where = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=where, autoescape=True, undefined=StrictUndefined).get_template("email.html")


def _paragraphs(body: str, forms_at: str) -> Iterator[Paragraph]:
    """Blank lines part paragraphs, and so does the first link to the form, which stands by itself."""
    shown = False
    for text in re.split(r"\n\s*\n", body.replace("\r\n", "\n").strip()):
        rest = text
        for link in _LINK.finditer(text):
            if not shown and link[0].startswith(forms_at):
                shown = True
                before, rest = text[: link.start()], text[link.end() :]
                yield from _words(before)
                yield Paragraph(button=link[0])
        yield from _words(rest)


def _words(text: str) -> Iterator[Paragraph]:
    pieces: list[Piece] = []
    for number, line in enumerate(text.strip().split("\n")):
        if number:
            pieces.append(Piece(line_end=True))
        end = 0
        for link in _LINK.finditer(line):
            pieces += [Piece(line[end : link.start()]), Piece(link[0], href=link[0])]
            end = link.end()
        pieces.append(Piece(line[end:]))
    pieces = [piece for piece in pieces if piece.text or piece.line_end]
    if pieces:
        yield Paragraph(tuple(pieces))
