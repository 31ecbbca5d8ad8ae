"""A contact of a timeline in the words of Klantinteracties, as Open Klant names them. Pure.

What a contact says is as little as its receiver needs (AVG, article 5): that there was contact, by which channel,
when, whether it came about, what is to be done about it. Who it was with is the number of the case: whoever may know
more looks it up. Names come only when they are asked for, and so do texts: notes, messages and answers hold what
somebody told one coach (money, health, trouble at home) and were not written to be passed on. Numbers and addresses
never come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from outreach import clock
from outreach.attempts.rules import AttemptStatus
from outreach.cases.event_words import say
from outreach.cases.events import EventKind, is_response
from outreach.cases.imports.languages import three_letters
from outreach.i18n import _

KINDS: Mapping[EventKind, str] = {
    EventKind.message_sent: "",
    EventKind.message_received: "",
    EventKind.letter_printed: "brief",
    EventKind.call_logged: "telefoon",
    EventKind.visit_logged: "huisbezoek",
    EventKind.card_left: "kaart",
    EventKind.responded: "webformulier",
    EventKind.contact_declined: "webformulier",
    EventKind.wrong_person_reported: "webformulier",
}
"""The events that are a contact, with their kanaal; messages have the channel by which they went."""

LONGEST_SUBJECT, LONGEST_TEXT = 200, 1000
"""Characters of onderwerp and inhoud in Open Klant."""

_SAID_ABOUT_IT = frozenset({"result", "help", "call_back", "moved"})
"""What inhoud tells of an event without texts: what came of it, and whether somebody wants help or a call."""
_TOLD_TO_NOBODY = "unsafe"
"""A result of a visit: what a coach met at a door is for her colleagues."""

_ARRIVED = frozenset({AttemptStatus.delivered, AttemptStatus.read})
_LOST = frozenset({AttemptStatus.failed, AttemptStatus.expired, AttemptStatus.returned})


@dataclass(frozen=True, slots=True)
class Name:
    """A young person's name in its parts."""

    given_name: str
    infix: str
    family_name: str


@dataclass(frozen=True, slots=True)
class Task:
    """What the coach was to do about a contact: laid ready, for whom, and when somebody had done it."""

    assigned_at: datetime
    coach_id: UUID | None
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """An event that is a contact, with what is known around it.

    `actor` is 'system', 'person' or 'staff:<id>'. `step` and `status` are of the contact attempt that it belongs to.
    `name` and `staff_name` are there only when names were asked for.
    """

    id: UUID
    at: datetime
    kind: EventKind
    channel: str | None
    actor: str
    data: Mapping[str, Any]
    reference: str
    language: str
    step: str | None = None
    status: str | None = None
    task: Task | None = None
    name: Name | None = None
    staff_name: str = ""


def klantcontact(contact: Contact, service: str, *, texts: bool = False) -> dict[str, Any]:
    """The contact under the standard's names; `service` is what the region calls itself, the subject of all contacts.

    With `texts` inhoud holds what was written, too.
    """
    title, text = _said(contact, texts)
    # Outside a plan an attempt has its channel for a step, which says nothing more.
    step = f" ({contact.step})" if contact.step and contact.step != contact.channel else ""
    return {
        "uuid": str(contact.id),
        "kanaal": KINDS[contact.kind] or contact.channel or "bericht",
        "onderwerp": f"{service}: {title}"[:LONGEST_SUBJECT],
        "inhoud": "\n".join(part for part in (f"{title}{step}", text) if part)[:LONGEST_TEXT],
        "indicatieContactGelukt": succeeded(contact),
        "taal": three_letters(contact.language),
        "vertrouwelijk": True,
        "plaatsgevondenOp": _moment(contact.at),
        "betrokkene": _betrokkene(contact),
        "actor": _actor(contact.actor, contact.staff_name),
        "interneTaak": _task(contact),
    }


def succeeded(contact: Contact) -> bool | None:
    """Whether contact came about; None where nobody can tell.

    A response, and a call or visit at which the young person was spoken to: yes; other calls and visits, and an answer
    by somebody else: no. A message: whether it arrived, once the channel has told. A letter that came back: no.
    """
    if is_response(contact.kind, contact.data):
        return True
    if contact.kind in (EventKind.call_logged, EventKind.visit_logged, EventKind.wrong_person_reported):
        return False
    if contact.status in _LOST:
        return False
    return True if contact.status in _ARRIVED else None


def _said(contact: Contact, texts: bool) -> tuple[str, str]:
    kept = {
        key: value
        for key, value in contact.data.items()
        if (texts or key in _SAID_ABOUT_IT) and value != _TOLD_TO_NOBODY
    }
    said = say(contact.kind, kept)
    return said.title.rstrip(": "), said.text


def _betrokkene(contact: Contact) -> dict[str, Any]:
    """The young person by the number of her case: 'overig' is the standard's word for a register of one's own."""
    found: dict[str, Any] = {
        "rol": "klant",
        "initiator": contact.actor == "person",
        "partijIdentificator": {
            "codeRegister": "overig",
            "codeObjecttype": "natuurlijk_persoon",
            "codeSoortObjectId": "overig",
            "objectId": contact.reference,
        },
    }
    if contact.name:
        name = contact.name
        parts = (name.given_name, name.infix, name.family_name)
        found["volledigeNaam"] = " ".join(part for part in parts if part)
        found["contactnaam"] = {
            "voornaam": name.given_name,
            "voorvoegselAchternaam": name.infix,
            "achternaam": name.family_name,
        }
    return found


def _actor(actor: str, name: str) -> dict[str, Any]:
    """Who of the service: a member of staff by her id, else the program, which also takes answers in."""
    if not actor.startswith("staff:"):
        return {"soortActor": "geautomatiseerde_actor", "naam": "Outreach"}
    found: dict[str, Any] = {
        "soortActor": "medewerker",
        "actoridentificator": {
            "codeRegister": "overig",
            "codeObjecttype": "mdw",
            "codeSoortObjectId": "idf",
            "objectId": actor.removeprefix("staff:"),
        },
    }
    return found | ({"naam": name} if name else {})


def _task(contact: Contact) -> dict[str, Any] | None:
    task = contact.task
    if task is None:
        return None
    return {
        "gevraagdeHandeling": _asked(contact),
        "status": "verwerkt" if task.handled_at else "te_verwerken",
        "toegewezenAanActor": _actor(f"staff:{task.coach_id}", "") if task.coach_id else None,
        "toegewezenOp": _moment(task.assigned_at),
        "afgehandeldOp": _moment(task.handled_at) if task.handled_at else None,
    }


def _asked(contact: Contact) -> str:
    if contact.data.get("call_back"):
        return _("Call back")
    if contact.kind is EventKind.message_received:
        return _("Answer the message")
    if contact.kind is EventKind.wrong_person_reported:
        return _("Look for the right address")
    return _("Read the answer")


def _moment(at: datetime) -> str:
    return clock.local(at).isoformat(timespec="seconds")


COLUMNS: dict[str, tuple[str, ...]] = {
    "uuid": ("uuid",),
    "kanaal": ("kanaal",),
    "onderwerp": ("onderwerp",),
    "inhoud": ("inhoud",),
    "indicatieContactGelukt": ("indicatieContactGelukt",),
    "taal": ("taal",),
    "vertrouwelijk": ("vertrouwelijk",),
    "plaatsgevondenOp": ("plaatsgevondenOp",),
    "betrokkene": ("betrokkene", "partijIdentificator", "objectId"),
    "betrokkene.initiator": ("betrokkene", "initiator"),
    "actor": ("actor", "soortActor"),
    "actor.identificator": ("actor", "actoridentificator", "objectId"),
    "interneTaak": ("interneTaak", "gevraagdeHandeling"),
    "interneTaak.status": ("interneTaak", "status"),
    "interneTaak.toegewezenAanActor": (
        "interneTaak",
        "toegewezenAanActor",
        "actoridentificator",
        "objectId",
    ),
    "interneTaak.toegewezenOp": ("interneTaak", "toegewezenOp"),
    "interneTaak.afgehandeldOp": ("interneTaak", "afgehandeldOp"),
}
"""The columns of a flat file, and where in a klantcontact each stands."""

NAME_COLUMNS: dict[str, tuple[str, ...]] = {
    "betrokkene.volledigeNaam": ("betrokkene", "volledigeNaam"),
    "actor.naam": ("actor", "naam"),
}


def flat(record: Mapping[str, Any], columns: Mapping[str, tuple[str, ...]]) -> list[Any]:
    """A klantcontact as the cells of a row; empty where it has no such part."""
    return [_found(record, path) for path in columns.values()]


def _found(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, Mapping) else None
    return "" if record is None else record
