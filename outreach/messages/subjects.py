"""The subject of an e-mail: the first line of a text's source, plain, and never about the young person. Pure.

A source that begins with `Onderwerp: …` (or `Subject: …`) has a subject; by SMS and WhatsApp the text goes without that
line. A text without one, and what a coach writes herself, get the words of texts/words/LANGUAGE.json.
"""

from collections.abc import Mapping

from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import facts, texts
from outreach.messages.texts import MessageText, MessageTextInvalid

LONGEST = 100
"""Characters with values in it: a phone shows half of that."""

ALLOWED = ("dienst", "gemeente")
"""Placeholders of a subject: whoever looks at a locked phone may read it."""


class SubjectInvalid(Refused):
    """A subject that cannot stand above an e-mail."""

    status = 422


def tidy(subject: str) -> str:
    """The subject as it is kept: on one line."""
    return " ".join(texts.tidy(subject).split())


def check(subject: str, values: Mapping[str, str], language: str) -> None:
    """Raises SubjectInvalid for a subject that cannot be used; none at all can."""
    if not subject:
        return
    try:
        found = texts.parse(subject, language)
    except MessageTextInvalid as problem:
        raise SubjectInvalid(problem.problem) from problem
    if not set(found.placeholders) <= set(ALLOWED):
        raise SubjectInvalid(
            _l(
                "A subject can hold only {{ dienst }} and {{ gemeente }}: others may read it on a locked phone. "
                "The rest belongs in the text."
            )
        )
    if len(found.fill(values)) > LONGEST:
        raise SubjectInvalid(_l("This subject is too long: %(most)d characters at most.", most=LONGEST))


def filled(subject: str, values: Mapping[str, str], language: str) -> str:
    """The subject as it stands above an e-mail; the usual one when the text has none."""
    if subject:
        return MessageText(subject, language).fill(values)
    return facts.words(language)["onderwerp"].format(dienst=facts.service(values, language))
