"""Messages that a coach sends from her own phone: the links that open its apps, and why one is not sent. Pure."""

from enum import StrEnum
from urllib.parse import quote

CHANNELS = ("whatsapp", "sms")
"""The channels that a phone has an app for that opens with number and text filled in."""


class NotSent(StrEnum):
    """Why a coach did not send a message.

    no_such_number: the number is not on WhatsApp, or no text reaches it; the plan takes its fallback. later: it does
    not work now, and stays ready. not_needed: it need not go any more.
    """

    no_such_number = "no_such_number"
    later = "later"
    not_needed = "not_needed"


def link(channel: str, number: str, body: str) -> str:
    """What opens the app with number (E.164) and text filled in: wa.me for WhatsApp, sms: for a text message.

    Text apps read the text after `?` (Android) or after `&` (iPhones); `?&` serves both.
    """
    text = quote(body, safe="")
    if channel == "whatsapp":
        return f"https://wa.me/{number.removeprefix('+')}?text={text}"
    return f"sms:{number}?&body={text}"
