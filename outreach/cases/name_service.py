"""Keeps the words by which persons are found in step with their names. Part of whatever writes a name."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert
from sqlmodel import Session

from outreach import db
from outreach.cases.models import PersonName
from outreach.cases.names import name_words

CHUNK = 500


def add_names(session: Session, persons: Sequence[Mapping[str, Any]]) -> None:
    """Let new persons be found: rows with `id`, `given_name`, `infix` and `family_name`; one statement."""
    rows = [
        {"person_id": person["id"], "word": word}
        for person in persons
        for word in sorted(name_words(person["given_name"], person["infix"], person["family_name"]))
    ]
    if rows:
        session.execute(insert(db.table(PersonName)), rows)


def change_names(session: Session, persons: Sequence[Mapping[str, Any]]) -> None:
    """Let persons be found by the names that these rows have now, and no longer by older ones."""
    table = db.table(PersonName)
    for start in range(0, len(persons), CHUNK):
        ids = [person["id"] for person in persons[start : start + CHUNK]]
        session.execute(delete(table).where(table.c.person_id.in_(ids)))
    add_names(session, persons)
