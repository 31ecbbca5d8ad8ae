"""A report as the page sends it, made into the body that a phone sends. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from outreach.attempts.rules import Result
from outreach.visits.checklist import Checklist, Kind
from outreach.visits.report import Answer, Outcome

Sent = MultiDict[str, str]
"""The fields of a form."""

NOTHING_NEXT = "none"
"""What the form says for no next step: a choice that was made by mistake can be taken back."""

CLOSING = ("outcome", "card_left", "card_code", "note", "next_kind", "next_on", "plan")
"""The fields of the end of a report."""


def answers(checklist: Checklist, sent: Sent) -> dict[str, Answer]:
    """What was answered, question to answer; what was left empty is not in it."""
    found: dict[str, Answer] = {}
    for question in checklist.questions():
        values = [value for value in sent.getlist(f"a.{question.id}") if value.strip()]
        if values:
            found[question.id] = values if question.kind is Kind.many else values[0]
    return found


def closing(sent: Sent) -> dict[str, str]:
    """What was filled in at the end, to show it again."""
    return {name: sent.get(name, "") for name in CLOSING}


def body(
    case_id: UUID,
    visit: UUID | None,
    checklist: Checklist,
    sent: Sent,
    *,
    began_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """The body of a report with a checklist. A next step is named when its kind or its day was."""
    kind, on = sent.get("next_kind", ""), sent.get("next_on", "")
    next_ = {"kind": kind, "on": on} if (kind or on) and kind != NOTHING_NEXT else None
    return _body(case_id, visit, checklist, began_at, now) | {
        "outcome": sent.get("outcome", "") or None,
        "answers": answers(checklist, sent),
        "note": sent.get("note", ""),
        "card_left": bool(sent.get("card_left", "")),
        "card_code": sent.get("card_code", "").strip(),
        "next": next_,
        "plan": sent.get("plan", "") or None,
    }


def quick_body(
    case_id: UUID, visit: UUID | None, checklist: Checklist, result: Result, note: str, *, now: datetime
) -> dict[str, Any]:
    """The body of a report by one large button: that she left a card says that nobody was home."""
    card_left = result is Result.card_left
    return _body(case_id, visit, checklist, now, now) | {
        "outcome": Outcome.nobody_home.value if card_left else result.value,
        "note": note,
        "card_left": card_left,
    }


def _body(
    case_id: UUID, visit: UUID | None, checklist: Checklist, began_at: datetime, now: datetime
) -> dict[str, Any]:
    return {
        "visit": str(visit) if visit else None,
        "case": str(case_id),
        "checklist": checklist.name,
        "version": checklist.version,
        "began_at": min(began_at, now).isoformat(),
        "ended_at": now.isoformat(),
        "answers": {},
        "note": "",
        "card_left": False,
        "card_code": "",
        "next": None,
        "plan": None,
        "pictures": [],
    }


CHOOSING = frozenset({Kind.yesno, Kind.choice, Kind.many, Kind.score})


def places(checklist: Checklist, wrong: Mapping[str, Any], language: str) -> Sequence[tuple[str, str, Any]]:
    """For the summary above the form, in the order of the page: the field to go to, its label, what is wrong.

    A field that the page does not have, gives no place to go to.
    """
    found: list[tuple[str, str, Any]] = []
    left = dict(wrong)
    for question in checklist.questions():
        sentence = left.pop(f"answers.{question.id}", None)
        if sentence is not None:
            first = "-1" if question.kind in CHOOSING else ""
            found.append((f"a-{question.id}{first}", question.label.in_language(language), sentence))
    for name in ("outcome", "card_code", "note", "next.kind", "next.on"):
        sentence = left.pop(name, None)
        if sentence is not None:
            found.append(("next_kind-1" if name == "next.kind" else name.replace(".", "_"), "", sentence))
    return [*found, *(("", "", sentence) for sentence in left.values())]
