"""By which ways a coach can write to somebody now, and why not by the others. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.messages.limits import LONGEST, longest
from outreach.providers import HAND


class Hindrance(StrEnum):
    """Why a way cannot be used.

    missing: this installation has no such way. off: the region switched it off. opted_out: the person does not want it.
    no_address: no number or address is known. closed: only an approved text may go.
    """

    missing = "missing"
    off = "off"
    opted_out = "opted_out"
    no_address = "no_address"
    closed = "closed"


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides it. `wrote_from`: by channel, the address from which the person wrote in the last 24 hours.

    `way_of`: channel to way (providers.Providers.ways). `open_until`: free text by WhatsApp is allowed until then.
    """

    mobile: str | None
    email: str | None
    way_of: Mapping[str, str]
    channels_off: Collection[str] = ()
    opt_outs: Collection[str] = ()
    open_until: datetime | None = None
    wrote_from: Mapping[str, str] = field(default_factory=dict)

    @property
    def answering(self) -> bool:
        """Whether somebody waits for an answer: the person wrote in the last 24 hours."""
        return bool(self.wrote_from)


@dataclass(frozen=True, slots=True)
class WayOut:
    """A channel and where its message would go; `hindrance`: why none can. `by_hand`: from her own phone.

    `most`: characters that it takes.
    """

    channel: str
    address: str
    by_hand: bool
    hindrance: Hindrance | None
    most: int


def way_out(channel: str, facts: Facts, now: datetime) -> WayOut:
    """How a message by this channel would go.

    It goes to where the person wrote from in the last 24 hours, since an answer belongs there, and otherwise to the
    number or address that we have. WhatsApp takes free text only while its window is open; a coach's own phone knows
    no window.
    """
    address = facts.wrote_from.get(channel) or (facts.email if channel == "email" else facts.mobile) or ""
    by_hand = facts.way_of.get(channel) == HAND
    most = longest(channel, facts.way_of.get(channel, ""))
    return WayOut(channel, address, by_hand, _hindrance(channel, facts, address, by_hand, now), most)


def _hindrance(channel: str, facts: Facts, address: str, by_hand: bool, now: datetime) -> Hindrance | None:
    if channel not in facts.way_of:
        return Hindrance.missing
    if channel in facts.channels_off:
        return Hindrance.off
    if channel in facts.opt_outs or "all" in facts.opt_outs:
        return Hindrance.opted_out
    if not address:
        return Hindrance.no_address
    if channel == "whatsapp" and not by_hand and not (facts.open_until and facts.open_until > now):
        return Hindrance.closed
    return None


def ways_out(facts: Facts, now: datetime, last_channel: str | None = None) -> list[WayOut]:
    """All channels, the one of the last message first: it is the one they read."""
    channels = sorted(LONGEST, key=lambda channel: (channel != last_channel, list(LONGEST).index(channel)))
    return [way_out(channel, facts, now) for channel in channels]
