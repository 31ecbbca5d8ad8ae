"""What the inbox says of a message: what became of it, and why it did not arrive, in the reader's language."""

from datetime import date, datetime

from babel.dates import format_timedelta
from flask_babel import get_locale

from outreach import clock
from outreach.attempts.rules import AttemptStatus, Owner
from outreach.cases.words import Texts, word
from outreach.i18n import _, _l, moment
from outreach.messages.inbox_queries import Bubble
from outreach.messages.outcomes import Reason
from outreach.messages.rules import PROVIDER_BUSY

_S = AttemptStatus

WHY: Texts = {
    Reason.not_reachable.value: _l("this number or address cannot be reached this way"),
    Reason.opted_out.value: _l("this person does not want to be reached this way"),
    Reason.outside_window.value: _l("WhatsApp was closed: more than 24 hours after their last message"),
    Reason.withheld.value: _l("the phone network kept it back"),
    Reason.too_late.value: _l("it was too late for it"),
    Reason.bad_address.value: _l("the number or address is not right"),
    Reason.bad_text.value: _l("the text was not accepted"),
    Reason.provider.value: _l("the sending service refused it"),
    PROVIDER_BUSY: _l("the sending service was too busy"),
    "no_text": _l("its text is missing"),
}
"""Why a message did not go or arrive."""

TONES = {
    _S.delivered.value: "ok",
    _S.read.value: "ok",
    _S.failed.value: "bad",
    _S.expired.value: "bad",
    _S.cancelled.value: "bad",
    _S.unknown.value: "warn",
}


def fate(bubble: Bubble) -> str:
    """What became of a message of ours: 'Aangekomen', 'Mislukt: het nummer klopt niet'. Empty for theirs."""
    if bubble.direction == "in" or bubble.status is None:
        return ""
    status = _S(bubble.status)
    if status is _S.planned:
        return _waiting(bubble)
    return {
        _S.claimed: _("Is being sent"),
        _S.sent: _("Sent"),
        _S.done: _("Sent"),
        _S.delivered: _("Arrived"),
        _S.read: _("Read"),
        _S.returned: _("Came back"),
        _S.unknown: _("Not known whether it arrived"),
    }.get(status) or _not_gone(status, bubble)


def _waiting(bubble: Bubble) -> str:
    if bubble.owner == Owner.coach:
        return _("Is ready for you to send from your own phone")
    if bubble.due_at is not None and bubble.due_at > clock.now():
        return _("Leaves %(when)s", when=moment(bubble.due_at))
    return _("Is being sent")


def _not_gone(status: AttemptStatus, bubble: Bubble) -> str:
    why = word(WHY, bubble.result or bubble.reason)
    if status is _S.cancelled:
        return _("Not sent: %(why)s", why=why) if why else _("Not sent")
    return _("Failed: %(why)s", why=why) if why else _("Failed")


def tone(bubble: Bubble) -> str:
    """The tone of that word: ok, bad, warn, or plain."""
    return TONES.get(bubble.status or "", "plain")


def time_left(until: datetime | None) -> str:
    """How long free text may still go, '3 uur', '25 minuten'; empty when it may not."""
    if until is None or until <= clock.now():
        return ""
    locale = str(get_locale() or "nl")
    return str(format_timedelta(until - clock.now(), locale=locale, threshold=1.2))


def hour(at: datetime) -> str:
    """The time of the day, '14.05'."""
    return moment(at).rpartition(", ")[2]


def day_of(at: datetime) -> date:
    """The day on which it was, here."""
    return clock.local(at).date()


def same_day(one: datetime, other: datetime) -> bool:
    """Whether both were on one day, here."""
    return day_of(one) == day_of(other)
