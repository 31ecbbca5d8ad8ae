"""What WhatsApp looks at before it approves a template, so that nobody waits a day for a refusal. Pure.

The rules are Meta's, as Twilio lists them under 'Using variables with content templates'. They are advice here: Meta
decides, and by SMS such a text goes out as it is.
"""

import re
from collections.abc import Iterator

from outreach.i18n import _l
from outreach.messages.texts import MessageText

LONGEST = 1_024
"""Characters of the body of a template."""

_VARIABLE = re.compile(r"\{\{\d+\}\}")
_SIDE_BY_SIDE = re.compile(r"\}\}[^\w{]*\{\{")
_AT_AN_END = re.compile(r"\A\W*\{\{\d+\}\}|\{\{\d+\}\}\W*\Z")


def objections(text: MessageText) -> list[object]:
    """Sentences about what WhatsApp may refuse in this text; none when it keeps to the rules."""
    return list(_objections(text.numbered))


def _objections(body: str) -> Iterator[object]:
    variables, words = len(_VARIABLE.findall(body)), len(re.findall(r"\w+", _VARIABLE.sub(" ", body)))
    if len(body) > LONGEST:
        yield _l("WhatsApp takes templates of at most %(most)d characters.", most=LONGEST)
    if _AT_AN_END.search(body):
        yield _l("Begin and end with words of your own: WhatsApp wants no placeholder first or last.")
    if _SIDE_BY_SIDE.search(body):
        yield _l("Put a word between two placeholders: WhatsApp wants none side by side.")
    if words < 2 * variables + 1:
        yield _l("Write more words of your own: WhatsApp wants at least two for each placeholder.")
