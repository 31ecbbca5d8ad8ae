"""What Twilio's statuses and error codes mean here. Pure. Source: Twilio's Error and Warning Dictionary."""

from collections.abc import Mapping
from datetime import timedelta

from outreach.messages.outcomes import Fate, Outcome, Reason

FATES: Mapping[str, Fate | None] = {
    "accepted": Fate.accepted,
    "scheduled": Fate.accepted,
    "queued": Fate.accepted,
    "sending": Fate.accepted,
    "sent": Fate.accepted,
    # Only messages to a group can arrive in part; ours have one receiver, so it says no more than sent.
    "partially_delivered": Fate.accepted,
    "delivered": Fate.delivered,
    "read": Fate.read,
    "undelivered": Fate.refused,
    "failed": Fate.refused,
    "canceled": Fate.refused,
    # Of messages that come in.
    "receiving": None,
    "received": None,
}
"""Twilio's thirteen statuses of a message; None for those that a message of ours never has."""

REASONS: Mapping[Reason, frozenset[int]] = {
    # No WhatsApp on this number, handset or line without text messages: the other channel is worth trying.
    Reason.not_reachable: frozenset({21612, 21635, 30003, 30005, 30006, 63003, 63024}),
    Reason.opted_out: frozenset({21610, 63014}),
    Reason.outside_window: frozenset({63016}),
    # Meta or a network keeps it back, or a limit of ours was reached after Twilio took it: not again at once.
    Reason.withheld: frozenset({30001, 30004, 30007, 63018, 63032, 63049}),
    Reason.too_late: frozenset({30036}),
    Reason.bad_address: frozenset(
        {21211, 21214, 21217, 21265, 21401, 21407, 21421, 21604, 21614, 30014, 63004}
    ),
    Reason.bad_text: frozenset(
        {
            *(21602, 21617, 21619, 21654, 21655, 21656),
            *(63005, 63013, 63021, 63027, 63028, 63030, 63036, 63040, 63041, 63042),
        }
    ),
}
"""Why a message will never go, by Twilio's codes. All others, such as 21408 (country not allowed): `provider`."""

_REASON_OF = {code: reason for reason, codes in REASONS.items() for code in codes}

LIMITS = frozenset({14107, 20429, 63018, 63038})
"""Codes of an answer by which nothing was taken over because it is too much now."""

NOT_LET_IN = frozenset({401, 403, 404})
"""HTTP statuses of a wrong account or token. The message has nothing to do with it, so it is tried again later, when
somebody has mended the settings; otherwise a whole campaign would fail for a mistyped token."""


def status_outcome(status: str, error_code: int | None, provider_id: str | None) -> Outcome | None:
    """What a status says of a message that Twilio took over; None when it says nothing, or nothing that we know."""
    fate = FATES.get(status)
    if fate is not Fate.refused:
        return None if fate is None else Outcome(fate, provider_id)
    return Outcome(fate, provider_id, reason_of(error_code), _text(error_code))


def refusal_outcome(http_status: int, error_code: int | None, retry_after: timedelta | None) -> Outcome:
    """What an HTTP error says of a message that we asked Twilio to send."""
    code = _text(error_code)
    if http_status == 429 or error_code in LIMITS:
        return Outcome(Fate.later, error_code=code, retry_after=retry_after)
    if http_status >= 500:
        return Outcome(Fate.unknown, error_code=code)
    if error_code not in _REASON_OF and http_status in NOT_LET_IN:
        return Outcome(Fate.later, error_code=code)
    return Outcome(Fate.refused, reason=reason_of(error_code), error_code=code)


def reason_of(error_code: int | None) -> Reason:
    """Why it was refused; `provider` for a code that has no meaning here."""
    return _REASON_OF.get(error_code, Reason.provider) if error_code is not None else Reason.provider


def _text(error_code: int | None) -> str | None:
    return None if error_code is None else str(error_code)
