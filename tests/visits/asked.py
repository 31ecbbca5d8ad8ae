"""Small checklists for tests: questions as few words as possible."""

from collections.abc import Mapping
from typing import Any

from outreach.visits.checklist import Checklist

WORDS = {"nl": "x", "en": "x"}


def checklist(*questions: Mapping[str, Any]) -> Checklist:
    """A checklist of one section; of each question what matters, the rest is filled in."""
    whole = [{"kind": "text", "label": WORDS, **question} for question in questions]
    about = {"name": "proef", "version": 1, "title": WORDS, "about": WORDS}
    return Checklist.model_validate(
        {**about, "sections": [{"id": "deel", "title": WORDS, "questions": whole}]}
    )


def options(*values: str) -> list[dict[str, Any]]:
    """The options of a choice."""
    return [{"id": value, "label": WORDS} for value in values]
