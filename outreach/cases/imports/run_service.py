"""From the file that somebody brings to the end of its import: receive, choose columns, apply, forget."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from outreach import clock, db
from outreach.cases.imports import service
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.deciding import CaseList
from outreach.cases.imports.headers import Columns, Field, map_columns
from outreach.cases.imports.judging import Report
from outreach.cases.imports.limits import Limits
from outreach.cases.imports.rejected import rejected_csv
from outreach.cases.imports.run_queries import Run, content
from outreach.cases.imports.tables import Table, read_table
from outreach.cases.models import ImportRun
from outreach.cases.outcome_queries import lists_of
from outreach.cases.timeline import SYSTEM, staff_actor
from outreach.errors import NotFound
from outreach.i18n import _l
from outreach.regions.models import Region
from outreach.regions.queries import municipality_names
from outreach.staff.queries import coaches_by_email
from outreach.staff.scope import Scope

KEPT = timedelta(days=14)
"""How long a file that was never imported, or its rejected rows, may lie there."""
LONGEST_NAME = 120
MOST_STORED = 1000
"""Problems and notes that are kept with an import; the file of rejected rows has them all."""


def receive(region_id: UUID, filename: str, data: bytes, *, by: UUID, limits: Limits | None = None) -> UUID:
    """Keep a list until its columns are chosen; the id of the import.

    Raises ImportRefused for what cannot be read; then nothing is kept.
    """
    read_table(data, name=filename, limits=limits)
    with db.write():
        _forget_old(region_id)
        return begin(region_id, filename, by=by, data=data)


def begin(region_id: UUID, filename: str, *, by: UUID | None = None, data: bytes | None = None) -> UUID:
    """A new import; the id that its cases are linked to."""
    with db.write() as session:
        run = ImportRun(
            region_id=region_id,
            staff_id=by,
            created_at=clock.now(),
            filename=filename[-LONGEST_NAME:],
            content=data,
        )
        session.add(run)
        session.flush()
        return run.id


def choose(run_id: UUID, mapping: Mapping[str, Field | None]) -> None:
    """Keep which column is which field."""
    table = db.table(ImportRun)
    chosen = {heading: name.value if name else "" for heading, name in mapping.items()}
    with db.write() as session:
        session.execute(
            update(table).where(table.c.id == run_id, table.c.applied_at.is_(None)).values(mapping=chosen)
        )


def read(run: Run) -> Table:
    """The list of an import that waits. Raises NotFound when its file is gone."""
    data = content(run.id)
    if data is None or run.applied_at:
        raise NotFound(_l("This list is not here any more. Import it again."))
    return read_table(data, name=run.filename, limits=Limits(file_bytes=len(data)))


def columns_of(run: Run, table: Table) -> Columns:
    """The columns as they were chosen, else guessed. Raises ImportRefused (see map_columns)."""
    chosen = {heading: Field(name) if name else None for heading, name in run.mapping.items()}
    return map_columns(table.headings, chosen)


def held_against(region: Region, municipalities: Mapping[str, str]) -> RowContext:
    """What the rows of a list for these municipalities (code to name) of a region are held against."""
    settings = region.settings
    return RowContext(
        today=clock.today(),
        municipalities=dict(municipalities),
        coaches=coaches_by_email(municipalities),
        age_limit=settings.age_limit,
        outcomes=lists_of(settings),
    )


def case_list(run: Run, table: Table, columns: Columns, scope: Scope) -> CaseList:
    """The list as this person may import it: into her own municipalities of the region."""
    region = db.session().get(Region, run.region_id)
    assert region is not None, "an import belongs to a region"
    names = municipality_names([region.id])
    hers = {code: name for code, name in names.items() if code in scope.municipalities}
    actor = staff_actor(scope.user_id) if scope.user_id else SYSTEM
    return CaseList(table, columns, region.id, held_against(region, hers), actor)


def apply(run: Run, scope: Scope) -> Report:
    """Import a list that waits. Raises ImportRefused when its columns are not chosen well; see service.load."""
    table = read(run)
    wanted = case_list(run, table, columns_of(run, table), scope)
    report = service.load(wanted, run.id)
    finish(run.id, wanted.columns, report)
    return report


def finish(run_id: UUID, columns: Columns, report: Report) -> None:
    """Keep what came of an import, and of the file only the rows that have to be mended (least data)."""
    table = db.table(ImportRun)
    result: dict[str, Any] = report.as_json(MOST_STORED)
    result["rejected_rows"] = len(report.rejected)
    with db.write() as session:
        session.execute(
            update(table)
            .where(table.c.id == run_id)
            .values(applied_at=clock.now(), content=rejected_file(columns, report), result=result)
        )


def rejected_file(columns: Columns, report: Report) -> bytes | None:
    """The rejected rows as a list to mend and import again, None when there are none."""
    if not report.rejected:
        return None
    return rejected_csv(columns.headings, ((one.row, one.problems) for one in report.rejected))


def forget(run_id: UUID) -> None:
    """Throw away a list that was not imported, file and all; nothing happens to one that was."""
    table = db.table(ImportRun)
    with db.write() as session:
        session.execute(delete(table).where(table.c.id == run_id, table.c.applied_at.is_(None)))


def _forget_old(region_id: UUID) -> None:
    table = db.table(ImportRun)
    with db.write() as session:
        session.execute(
            update(table)
            .where(table.c.region_id == region_id, table.c.created_at < clock.now() - KEPT)
            .values(content=None)
        )
