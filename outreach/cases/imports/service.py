"""A list into the database, a thousand rows at a time.

**Why chunks and not one transaction.** Ten thousand rows take seconds in which SQLite lets nobody else
write: a coach who logs a call would wait, and a list of two hundred thousand would lock everybody out.
So each chunk is a transaction of its own, and each is idempotent: the same number updates, equal values
change nothing. A crash between two chunks leaves the first ones whole; importing the list again (or going
on with the same import) finishes the rest, and the database is then as if nothing had happened. A file
that cannot be read whole is refused before the first chunk.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from outreach import db
from outreach.cases.imports import chunk_service, queries
from outreach.cases.imports.deciding import CaseList, Supposed, chunks, decide
from outreach.cases.imports.judging import Judge, Report, notes_on_the_list
from outreach.cases.imports.tables import Row
from outreach.regions.models import Region

Also = Callable[[Sequence[UUID]], None]
"""Called inside each chunk's transaction with its cases, created, updated and unchanged."""


def dry_run(wanted: CaseList, rows: Iterable[Row] | None = None) -> Report:
    """What importing the list would do; reads only, and so holds nobody up."""
    report = Report(notes=notes_on_the_list(wanted.columns, wanted.table.other_sheets))
    judge = Judge(wanted.columns, wanted.context)
    supposed = Supposed()
    for chunk in chunks(wanted.table.rows() if rows is None else rows):
        decided = decide(wanted, judge, chunk, supposed)
        supposed.add(decided)
        decided.tell(report, judge)
        report.created += len(decided.new)
        report.updated += len(decided.changed)
        report.unchanged += len(decided.same)
    return report


def load(
    wanted: CaseList, run_id: UUID, rows: Iterable[Row] | None = None, also: Also | None = None
) -> Report:
    """Import the list as the run `run_id`, chunk by chunk.

    1. A chunk locks its region, so that two imports of one region never create the same case twice.
    2. Households, persons, cases, the links to the run and the events of its rows are written together.
    3. `also` is called with the chunk's cases in the same transaction: what it does (put them into a
       campaign) is neither lost nor done twice when the import breaks off and is repeated.

    Rows that cannot be imported are in the report; they stop no other. What a run that broke off had
    created before counts as created.
    """
    report = Report(notes=notes_on_the_list(wanted.columns, wanted.table.other_sheets))
    judge = Judge(wanted.columns, wanted.context)
    again = 0
    for chunk in chunks(wanted.table.rows() if rows is None else rows):
        with db.write() as session:
            _lock(session, wanted.region_id)
            decided = decide(wanted, judge, chunk)
            case_ids = chunk_service.write(session, wanted.region_id, run_id, wanted.actor, decided)
            if also and case_ids:
                also(case_ids)
        decided.tell(report, judge)
        again += decided.again
    counts = queries.changes_of(run_id)
    report.created, report.updated = counts.get("created", 0), counts.get("updated", 0)
    report.unchanged = counts.get("unchanged", 0) + again
    return report


def _lock(session: Session, region_id: UUID) -> None:
    region = db.table(Region)
    # Not FOR UPDATE: that would keep everybody else from adding rows that refer to the region.
    session.execute(select(region.c.id).where(region.c.id == region_id).with_for_update(key_share=True))
