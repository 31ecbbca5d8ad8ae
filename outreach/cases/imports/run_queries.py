"""Reads about imports as the pages show them: her own lists, without the bytes of the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from outreach import db
from outreach.cases.models import ImportRun
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.staff.scope import Scope

RECENT = 10


@dataclass(frozen=True, slots=True)
class Run:
    """An import: `mapping` is heading to field name (empty: left out), `result` what came of it."""

    id: UUID
    region_id: UUID
    filename: str
    created_at: datetime
    applied_at: datetime | None
    mapping: dict[str, str]
    result: dict[str, Any]


_COLUMNS = tuple(Run.__dataclass_fields__)


def run(run_id: UUID, scope: Scope) -> Run:
    """An import that this person brought herself; NotFound for any other.

    A list holds what nobody else may see: people of municipalities that are not her colleague's.
    """
    table = db.table(ImportRun)
    found = _runs(
        select(*(table.c[name] for name in _COLUMNS)).where(
            table.c.id == run_id, table.c.staff_id == scope.user_id, table.c.region_id.in_(scope.regions)
        )
    )
    if not found:
        raise NotFound(_l("This list does not exist."))
    return found[0]


def recent(scope: Scope) -> list[Run]:
    """Her last imports, newest first."""
    table = db.table(ImportRun)
    return _runs(
        select(*(table.c[name] for name in _COLUMNS))
        .where(table.c.staff_id == scope.user_id, table.c.region_id.in_(scope.regions))
        .order_by(table.c.created_at.desc())
        .limit(RECENT)
    )


def _runs(query: Any) -> list[Run]:
    rows: Sequence[Row[Any]] = db.session().execute(query).all()
    return [Run(**row._mapping) for row in rows]


def content(run_id: UUID) -> bytes | None:
    """The file while the import waits, after that the file of its rejected rows; None where there is none."""
    table = db.table(ImportRun)
    found: bytes | None = db.session().scalar(select(table.c.content).where(table.c.id == run_id))
    return found
