"""How far an attempt came, as one number that the database works out by itself. Pure.

Reports count hundreds of thousands of attempts at once. Were each looked at again by channel, status and result, a
page would take seconds; a generated column keeps the answer beside the row and in the indexes that reports read, and
no code that changes an attempt has to think of it (docs/decisions/0018).
"""

from enum import IntFlag

from outreach.attempts.rules import CONTACT, NOT_REACHED, REACHED_OUT, AttemptStatus, Channel, Result


class Reach(IntFlag):
    """What became of an attempt; each is a bit of the column `reach`. insight/definitions.py has the words for people.

    sent: carried out, whatever came of it. delivered: arrived, as its channel can tell: a message that was delivered or
    read; a letter that was printed and did not come back; a call or visit at which the young person was spoken to; a
    card that was left. told: arrived by a channel that tells whether it was seen. seen: read on WhatsApp, or spoken to.
    answered: carries a response. scanned: its own code was used. not_there: a letter that came back, a visit to where
    nobody of that name lives. called, visited: a call or visit that was made, also to somebody else. spoken: at which
    the young person was spoken to. nobody_home: a visit at which nobody opened.
    """

    sent = 1
    delivered = 2
    told = 4
    seen = 8
    answered = 16
    scanned = 32
    not_there = 64
    called = 128
    visited = 256
    spoken = 512
    nobody_home = 1024


DELIVERED_STATUSES = frozenset({AttemptStatus.delivered, AttemptStatus.read})
"""What a channel calls arrived; letters, calls, visits and cards have rules of their own."""
DELIVERED_LETTER = DELIVERED_STATUSES | {AttemptStatus.sent, AttemptStatus.done}
BY_VOICE = frozenset({Channel.call, Channel.visit})
TELLS_SEEN = BY_VOICE | {Channel.whatsapp}
"""Channels that tell whether somebody saw it; of the others nobody knows."""
ELSEWHERE = frozenset({Result.moved, Result.wrong_address})
NOBODY_HOME = frozenset({Result.nobody_home, Result.card_left})


def reach_of(channel: str, status: str, result: str | None, *, answered: bool, scanned: bool) -> Reach:
    """How far an attempt came; the generated column says the same."""
    spoken = channel in BY_VOICE and status == AttemptStatus.done and result in CONTACT
    if channel == Channel.letter:
        delivered = status in DELIVERED_LETTER
    elif channel in BY_VOICE:
        delivered = spoken
    elif channel == Channel.card:
        delivered = status == AttemptStatus.done
    else:
        delivered = status in DELIVERED_STATUSES
    read = channel == Channel.whatsapp and status == AttemptStatus.read
    took_place = status == AttemptStatus.done or (status == AttemptStatus.failed and result in NOT_REACHED)
    found = {
        Reach.sent: status in REACHED_OUT,
        Reach.delivered: delivered,
        Reach.told: delivered and channel in TELLS_SEEN,
        Reach.seen: read or spoken,
        Reach.answered: answered,
        Reach.scanned: scanned,
        Reach.not_there: status == AttemptStatus.returned or result in ELSEWHERE,
        Reach.called: channel == Channel.call and took_place,
        Reach.visited: channel == Channel.visit and took_place,
        Reach.spoken: spoken,
        Reach.nobody_home: channel == Channel.visit and took_place and result in NOBODY_HOME,
    }
    return Reach(sum(bit for bit, holds in found.items() if holds))


def _among(column: str, members: frozenset[AttemptStatus] | frozenset[Channel] | frozenset[Result]) -> str:
    return f"{column} IN ({', '.join(repr(member.value) for member in sorted(members))})"


def _sql() -> str:
    """`reach_of` as an expression of the database, made from the same sets."""
    done, spoke = "status = 'done'", _among("result", CONTACT)
    by_voice = _among("channel", BY_VOICE)
    spoken = f"{by_voice} AND {done} AND {spoke}"
    delivered = (
        f"CASE WHEN channel = 'letter' THEN {_among('status', DELIVERED_LETTER)}"
        f" WHEN {by_voice} THEN {done} AND {spoke} WHEN channel = 'card' THEN {done}"
        f" ELSE {_among('status', DELIVERED_STATUSES)} END"
    )
    took_place = f"({done} OR (status = 'failed' AND {_among('result', NOT_REACHED)}))"
    conditions = {
        Reach.sent: _among("status", REACHED_OUT),
        Reach.delivered: delivered,
        Reach.told: f"{_among('channel', TELLS_SEEN)} AND ({delivered})",
        Reach.seen: f"(channel = 'whatsapp' AND status = 'read') OR ({spoken})",
        Reach.answered: "response_event_id IS NOT NULL",
        Reach.scanned: "scanned_at IS NOT NULL",
        Reach.not_there: f"status = 'returned' OR {_among('result', ELSEWHERE)}",
        Reach.called: f"channel = 'call' AND {took_place}",
        Reach.visited: f"channel = 'visit' AND {took_place}",
        Reach.spoken: spoken,
        Reach.nobody_home: f"channel = 'visit' AND {took_place} AND {_among('result', NOBODY_HOME)}",
    }
    return " + ".join(f"CASE WHEN {holds} THEN {bit.value} ELSE 0 END" for bit, holds in conditions.items())


REACH_SQL = _sql()
"""The expression of the generated column."""
