"""How long messages may be, by channel and by the way they take there. Pure."""

from collections.abc import Mapping

LONGEST: Mapping[str, int] = {"whatsapp": 4096, "sms": 1600, "email": 10_000}
"""Characters of a message, by channel."""

LONGEST_IN = max(LONGEST.values())
"""Characters that are kept of a message that comes in: more than any phone sends, so nothing is lost."""

_OF_WAYS: Mapping[tuple[str, str], int] = {("twilio", "whatsapp"): 1600, ("notifynl", "sms"): 918}
"""Ways that take less: Twilio's Body (21617), and NotifyNL's six SMS in one."""


def longest(channel: str, way: str = "") -> int:
    """Characters that a message by this channel may have when it leaves by this way."""
    return min(LONGEST[channel], _OF_WAYS.get((way, channel), LONGEST[channel]))
