"""How a text looks on a phone and what it costs as an SMS, for who writes it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach.messages import approval
from outreach.messages.segments import Alphabet, Sms, measure
from outreach.messages.texts import MessageText

MAY_BE_MISSING = ("voornaam", "coach_voornaam")
"""Facts that a case may lack; number and hours are then the region's."""

_ODD_NAME = "Ş"
"""A letter outside the alphabet of SMS, as many names have one."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A text with example values.

    sms: its length, and `plain` the segments it would take without the characters that cost more: those that stand
    in the text itself (`costly`) and those that come with a value (`costly_values`: placeholder to characters).
    odd_name: the segments for somebody whose name has a letter outside the alphabet; None when it makes no difference.
    unknown: the text for somebody whose first name is not known and who has no coach; '' when that is the same.
    numbered, samples, objections: the text as WhatsApp must approve it, its example values, and what it may have
    against it.
    """

    body: str
    sms: Sms
    plain: int
    costly: tuple[str, ...]
    costly_values: Mapping[str, tuple[str, ...]]
    odd_name: int | None
    unknown: str
    numbered: str
    samples: Mapping[str, str]
    objections: list[object]


def preview(text: MessageText, values: Mapping[str, str], nothing: Mapping[str, str]) -> Preview:
    """The preview of a checked text with these values; `nothing`: those of somebody of whom nothing is known."""
    body, unknown = text.fill(values), text.fill(nothing)
    sms = measure(body)
    costly_values = {name: measure(values[name]).costly for name in text.placeholders}
    return Preview(
        body=body,
        sms=sms,
        plain=measure(_without(body, sms.costly)).segments,
        costly=tuple(map(shown, measure(text.source).costly)),
        costly_values={name: tuple(map(shown, found)) for name, found in costly_values.items() if found},
        odd_name=_for_an_odd_name(text, values, sms),
        unknown=unknown if set(text.placeholders) & set(MAY_BE_MISSING) else "",
        numbered=text.numbered,
        samples=text.variables(values),
        objections=approval.objections(text),
    )


def shown(character: str) -> str:
    """A character as one can see it: the number of those that are invisible."""
    return character if character.isprintable() and not character.isspace() else f"U+{ord(character):04X}"


def _without(body: str, costly: Iterable[str]) -> str:
    """The text with an ordinary character for each that costs more."""
    return body.translate(dict.fromkeys(map(ord, costly), "x"))


def _for_an_odd_name(text: MessageText, values: Mapping[str, str], sms: Sms) -> int | None:
    if sms.alphabet is Alphabet.ucs2:
        return None
    odd = measure(text.fill({**values, "voornaam": _ODD_NAME + values["voornaam"][1:]})).segments
    return odd if odd != sms.segments else None
