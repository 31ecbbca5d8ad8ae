"""Words for values: statuses, channels, results, answers and fields, in the reader's language."""

import re
from collections.abc import Mapping
from datetime import datetime

import phonenumbers
from babel.dates import format_timedelta
from flask_babel import get_locale

from outreach import clock
from outreach.cases.outcomes import OutcomeKind
from outreach.cases.rules import CaseStatus
from outreach.i18n import _l

Texts = Mapping[str, object]

_POSTCODE = re.compile(r"(\d{4})\s*([A-Z]{2})")

STATUS_WORDS: Texts = {
    CaseStatus.nieuw: _l("New"),
    CaseStatus.in_benadering: _l("Being approached"),
    CaseStatus.in_contact: _l("In contact"),
    CaseStatus.in_begeleiding: _l("Being guided"),
    CaseStatus.overgedragen: _l("Handed over"),
    CaseStatus.nazorg: _l("Aftercare"),
    CaseStatus.onbereikbaar: _l("Cannot be reached"),
    CaseStatus.afgesloten: _l("Closed"),
}
STATUS_TONES: Mapping[str, str] = {
    CaseStatus.nieuw: "plain",
    CaseStatus.in_benadering: "busy",
    CaseStatus.in_contact: "ok",
    CaseStatus.in_begeleiding: "ok",
    CaseStatus.overgedragen: "ok",
    CaseStatus.nazorg: "ok",
    CaseStatus.onbereikbaar: "warn",
    CaseStatus.afgesloten: "plain",
}
OUTCOME_KINDS: Texts = {
    OutcomeKind.school: _l("School or basic qualification"),
    OutcomeKind.work: _l("Earns a living"),
    OutcomeKind.trajectory: _l("Another route, or help"),
    OutcomeKind.no_wish: _l("Wants or needs no help"),
    OutcomeKind.unreachable: _l("Was not reached"),
    OutcomeKind.gone: _l("Moved, died or too old"),
    OutcomeKind.other: _l("Something else"),
}
"""What outcomes mean, whatever a region calls them."""
OUTCOME_STATES: Texts = {
    "chosen": _l("Yes"),
    "uncounted": _l("Yes; in tables only when it occurs"),
    "retired": _l("Not any more"),
}
"""Whether an outcome can be chosen."""
CHANNELS: Texts = {
    "whatsapp": _l("WhatsApp"),
    "sms": _l("Text message"),
    "email": _l("E-mail"),
    "letter": _l("Letter"),
    "call": _l("Phone call"),
    "visit": _l("Home visit"),
    "card": _l("Card"),
    "all": _l("Every way"),
}
CHANNEL_ICONS: Mapping[str, str] = {
    "whatsapp": "chat",
    "sms": "sms",
    "email": "mail",
    "letter": "letters",
    "call": "phone",
    "visit": "house",
    "card": "card",
}
RESULTS: Texts = {
    "spoke": _l("Spoken to"),
    "no_answer": _l("No answer"),
    "voicemail": _l("Voicemail"),
    "wrong_number": _l("Wrong number"),
    "met": _l("Met at home"),
    "nobody_home": _l("Nobody home"),
    "refused": _l("Does not want to talk"),
    "moved": _l("Has moved"),
    "wrong_address": _l("Wrong address"),
    "card_left": _l("Card left"),
    "unsafe": _l("Not safe, left"),
}
NOW: Texts = {
    "school": _l("goes to school"),
    "work": _l("works"),
    "both": _l("goes to school and works"),
    "other": _l("does something else"),
    "nothing": _l("does nothing yet"),
}
HELP_WITH: Texts = {
    "school": _l("school"),
    "work": _l("work"),
    "money": _l("money"),
    "home": _l("housing"),
    "health": _l("health"),
    "other": _l("something else"),
}
REACH: Texts = {
    "call": _l("phone"),
    "whatsapp": _l("WhatsApp"),
    "sms": _l("text message"),
    "email": _l("e-mail"),
}
WHEN: Texts = {
    "morning": _l("in the morning"),
    "afternoon": _l("in the afternoon"),
    "evening": _l("in the evening"),
}
FIELDS: Texts = {
    "given_name": _l("first name"),
    "infix": _l("name prefix"),
    "family_name": _l("last name"),
    "birth_date": _l("date of birth"),
    "mobile": _l("mobile number"),
    "landline": _l("landline"),
    "email": _l("e-mail address"),
    "language": _l("language"),
    "household_id": _l("address"),
    "address": _l("address"),
    "municipality_code": _l("municipality"),
    "coach_id": _l("coach"),
    "target_group": _l("target group"),
    "school": _l("school"),
    "brin": _l("school code"),
    "programme": _l("course"),
    "left_on": _l("day of leaving school"),
}
REASONS: Texts = {
    "responded": _l("there was a response"),
    "wrong_person": _l("it was not the right person"),
    "status": _l("the status was changed"),
    "by_hand": _l("somebody stopped it"),
    "campaign_stopped": _l("the campaign stopped"),
    "unreachable": _l("there was no answer"),
    "not_attempted": _l("nothing could be tried"),
    "not_reachable": _l("there is no number or address for it"),
    "no_text": _l("its text is missing"),
}


def word(texts: Texts, key: object) -> str:
    """The words for a value; the value itself where there are none (an older or newer program wrote it)."""
    return str(texts.get(str(key), key)) if key else ""


def ago(moment: datetime) -> str:
    """How long ago, as people say it: '2 uur geleden'."""
    locale = str(get_locale() or "nl")
    return str(format_timedelta(moment - clock.now(), add_direction=True, locale=locale, threshold=1.2))


def age(moment: datetime) -> str:
    """How long ago, as short as a list of messages says it: '25 min', '3 uur', '6 dagen'."""
    locale = str(get_locale() or "nl")
    return str(format_timedelta(clock.now() - moment, format="short", locale=locale, threshold=1.2))


def shown_phone(number: str | None) -> str:
    """An E.164 number as people write it: '06 12345678' in the Netherlands, with its country code elsewhere."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    dutch = parsed.country_code == 31
    style = phonenumbers.PhoneNumberFormat.NATIONAL if dutch else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def shown_postcode(text: str | None) -> str:
    """A Dutch postcode as people write it: '3135 SX'; whatever else stands there as it is."""
    found = _POSTCODE.fullmatch((text or "").strip().upper())
    return f"{found[1]} {found[2]}" if found else text or ""
