"""What the timeline says: the side, title, text and details of each kind of event, in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from outreach.cases.events import EventKind
from outreach.cases.words import (
    CHANNEL_ICONS,
    CHANNELS,
    FIELDS,
    HELP_WITH,
    NOW,
    REACH,
    REASONS,
    RESULTS,
    STATUS_WORDS,
    WHEN,
    Texts,
    shown_phone,
    word,
)
from outreach.i18n import _, day, moment

Side = Literal["ours", "theirs", "note"]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An event in words: which side of the conversation, a title, perhaps a text and folded details."""

    side: Side
    title: str
    text: str = ""
    details: str = ""
    icon: str = ""


def _join(parts: list[str], key: str = ", ") -> str:
    return key.join(part for part in parts if part)


def _each(texts: Texts, values: object) -> str:
    return _join([word(texts, value) for value in values]) if isinstance(values, list) else ""


def wish(kind: str, data: Data) -> str:
    """What somebody wants, in one or two sentences: above the coach's buttons and in the timeline."""
    if kind == EventKind.contact_declined:
        return _("Does not want contact.")
    if kind == EventKind.wrong_person_reported:
        return _("Has moved.") if data.get("moved") else _("This is not the right person.")
    if kind == EventKind.letter_returned:
        return _("The letter came back. Check the address.")
    if kind == EventKind.message_received:
        return str(data.get("text") or _("Sent a message."))
    if kind == EventKind.visit_called_off:
        return _called_off(data)
    if kind == EventKind.report_settled:
        return _("A report of an earlier visit was added to this case. Read it.")
    if kind == EventKind.card_flagged:
        return _("The code on this card belongs to another visit already. Look which one is right.")
    sentences = [
        _("Now: %(what)s.", what=word(NOW, data["now"])) if data.get("now") else "",
        _("Wants to be called back.") if data.get("call_back") else "",
        _help(data),
        _reach(data),
    ]
    return _join(sentences, " ")


def _help(data: Data) -> str:
    if data.get("help") is False:
        return _("Needs no help.")
    if not data.get("help"):
        return ""
    subjects = _each(HELP_WITH, data.get("help_with"))
    return _("Wants help with %(subjects)s.", subjects=subjects) if subjects else _("Wants help.")


def _reach(data: Data) -> str:
    at = str(data.get("reach_at") or "")
    where = shown_phone(at) if at.startswith("+") else at
    how = _join([_each(REACH, data.get("reach_by")), f"({where})" if where else ""], " ")
    when = _each(WHEN, data.get("when"))
    if not how and not when:
        return ""
    return _("Reach by: %(how)s.", how=_join([how, when]))


def _letter(data: Data) -> Said:
    return Said("ours", _("Letter printed"), icon="letters", details=_join([str(data.get("step") or "")]))


def _call(data: Data) -> Said:
    result = str(data.get("result") or "")
    icon = {"voicemail": "voicemail", "no_answer": "phone-missed"}.get(result, "phone")
    title = _("Called: %(result)s", result=word(RESULTS, result))
    return Said("ours", title, str(data.get("note") or ""), icon=icon)


def _visit(data: Data) -> Said:
    result = str(data.get("result") or "")
    icon = "nobody-home" if result == "nobody_home" else "house"
    title = _("Home visit: %(result)s", result=word(RESULTS, result))
    return Said("ours", title, str(data.get("note") or ""), icon=icon)


def _responded(data: Data) -> Said:
    message = str(data.get("message") or "")
    text = _join([wish(EventKind.responded, data), f"“{message}”" if message else ""], "\n")
    return Said("theirs", _("Filled in the form"), text, icon="qr")


def _chosen(data: Data) -> Said:
    text = [str(data.get("outcome") or ""), str(data.get("reason") or "")]
    if data.get("outcome_on"):
        text.insert(1, day(date.fromisoformat(data["outcome_on"]), year=True))
    title = _("Status: %(status)s", status=word(STATUS_WORDS, data.get("status")))
    return Said("note", title, _join(text, "\n"), icon="flag")


def _imported(data: Data) -> Said:
    text = _join([word(STATUS_WORDS, data.get("status")), str(data.get("outcome") or "")])
    return Said("note", _("Came from a list"), text, icon="import")


def _taken_back(data: Data) -> Said:
    """Who took it back belongs to the sentence, so that nobody reads it as something that happened with them."""
    what = word(RESULTS, data["result"]) if data.get("result") else _("Message sent")
    what = what[:1].lower() + what[1:]
    if not data.get("name"):
        return Said("note", _("Taken back: %(what)s", what=what), icon="undo")
    return Said("note", _("%(name)s took this back: %(what)s", name=data["name"], what=what), icon="undo")


def _because(data: Data) -> str:
    reason = word(REASONS, data.get("reason"))
    return _("Because %(reason)s.", reason=reason) if reason else ""


def _campaign(data: Data) -> str:
    """The campaign by its name; events from before names were kept have its short name only."""
    return str(data.get("campaign_name") or data.get("campaign") or "")


def _sent(data: Data) -> Said:
    return Said("ours", _("Message sent"), str(data.get("text") or ""), str(data.get("step") or ""), "chat")


def _failed(data: Data) -> Said:
    return Said("ours", _("Message did not arrive"), _because(data), icon="warning")


def _appointed(data: Data) -> Said:
    when = moment(datetime.fromisoformat(data["at"])) if data.get("at") else ""
    return Said(
        "note", _("Visit planned"), _join([when, str(data.get("reason") or "")], "\n"), icon="calendar"
    )


def _called_off(data: Data) -> str:
    at = moment(datetime.fromisoformat(data["at"])) if data.get("at") else ""
    if not at:
        return _("The visit is no longer needed.")
    return _("The visit of %(when)s is no longer needed.", when=at)


_SAID: dict[EventKind, Callable[[Data], Said]] = {
    EventKind.imported: _imported,
    EventKind.updated: lambda data: Said(
        "note", _("Details changed"), _each(FIELDS, data.get("changed")), icon="edit"
    ),
    EventKind.duplicate_flagged: lambda data: Said(
        "note",
        _("Perhaps the same person as another case"),
        _join([str(other) for other in data.get("others", [])]),
        icon="people",
    ),
    EventKind.coach_assigned: lambda data: Said(
        "note", _("New coach"), str(data.get("name") or data.get("coach") or ""), icon="person"
    ),
    EventKind.enrolled: lambda data: Said(
        "note", _("Contact plan started"), _campaign(data), icon="campaigns"
    ),
    EventKind.plan_paused: lambda data: Said("note", _("Contact plan paused"), _campaign(data), icon="pause"),
    EventKind.plan_resumed: lambda data: Said(
        "note", _("Contact plan goes on"), _campaign(data), icon="play"
    ),
    EventKind.plan_stopped: lambda data: Said("note", _("Contact plan stopped"), _because(data), icon="stop"),
    EventKind.plan_finished: lambda data: Said(
        "note", _("Contact plan finished"), _because(data), icon="flag"
    ),
    EventKind.message_sent: _sent,
    EventKind.message_delivered: lambda data: Said("ours", _("Message arrived"), icon="check"),
    EventKind.message_read: lambda data: Said("ours", _("Message read"), icon="check"),
    EventKind.message_failed: _failed,
    EventKind.message_received: lambda data: Said(
        "theirs", _("Sent a message"), str(data.get("text") or ""), icon="chat"
    ),
    EventKind.letter_printed: _letter,
    EventKind.letter_returned: lambda data: Said(
        "theirs", _("Letter came back"), wish(EventKind.letter_returned, data), icon="letters"
    ),
    EventKind.call_logged: _call,
    EventKind.visit_planned: _appointed,
    EventKind.visit_logged: _visit,
    EventKind.visit_cancelled: lambda data: Said(
        "note", _("Visit taken off the round"), str(data.get("reason") or ""), icon="cross"
    ),
    EventKind.visit_called_off: lambda data: Said(
        "note", _("Visit no longer needed"), _because(data), icon="calendar"
    ),
    EventKind.report_settled: lambda data: Said(
        "note", _("Report of a visit added"), wish(EventKind.report_settled, data), icon="edit"
    ),
    EventKind.card_left: lambda data: Said("ours", _("Card left in the letter box"), icon="card"),
    EventKind.card_flagged: lambda data: Said(
        "note", _("This card was used before"), wish(EventKind.card_flagged, data), icon="warning"
    ),
    EventKind.responded: _responded,
    EventKind.contact_declined: lambda data: Said("theirs", _("Does not want contact"), icon="stop"),
    EventKind.wrong_person_reported: lambda data: Said(
        "theirs", _("Wrong person or address"), wish(EventKind.wrong_person_reported, data), icon="moved"
    ),
    EventKind.status_chosen: _chosen,
    EventKind.note_added: lambda data: Said("note", _("Note"), str(data.get("text") or ""), icon="edit"),
    EventKind.opted_out: lambda data: Said(
        "note",
        _("No longer reached by: %(channel)s", channel=word(CHANNELS, data.get("channel"))),
        icon="stop",
    ),
    EventKind.opted_in: lambda data: Said(
        "note",
        _("May be reached again by: %(channel)s", channel=word(CHANNELS, data.get("channel"))),
        icon="check",
    ),
    EventKind.taken_back: _taken_back,
}


def say(kind: str, data: Data, channel: str | None = None) -> Said:
    """An event in words; `channel` chooses the pictogram of a message."""
    said = _SAID[EventKind(kind)](data)
    if said.icon == "chat" and channel and channel in CHANNEL_ICONS:
        return Said(said.side, said.title, said.text, said.details, CHANNEL_ICONS[channel])
    return said
