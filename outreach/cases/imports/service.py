"""A list into the database, a thousand rows at a time.

**Why chunks and not one transaction.** Ten thousand rows take seconds in which SQLite lets nobody else
write: a coach who logs a call would wait, and a list of two hundred thousand would lock everybody out.
So each chunk is a transaction of its own, and each is idempotent: the same number updates, equal values
change nothing. A crash between two chunks leaves the first ones whole; importing the list again (or going
on with the same import) finishes the rest, and the database is then as if nothing had happened. A file
that cannot be read whole is refused before the first chunk.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session

from outreach import db
from outreach.cases import timeline
from outreach.cases.imports import chunk_service, queries
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.differences import Differences, KnownCase, differences
from outreach.cases.imports.headers import Columns, Field
from outreach.cases.imports.judging import (
    Accepted,
    Judge,
    Rejected,
    Report,
    notes_on_the_list,
    reference_of,
)
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.tables import Row, Table
from outreach.cases.imports.text import shown
from outreach.cases.rules import CaseStatus
from outreach.cases.words import STATUS_WORDS
from outreach.i18n import _l
from outreach.regions.models import Region

CHUNK = 1000
"""Rows of a transaction; some 0.3 s."""


@dataclass(frozen=True, slots=True)
class CaseList:
    """A list that was read, with its columns, where it goes, what it is held against and who brings it."""

    table: Table
    columns: Columns
    region_id: UUID
    context: RowContext
    actor: str = timeline.SYSTEM


Also = Callable[[Sequence[UUID]], None]
"""Called inside each chunk's transaction with its cases, created, updated and unchanged."""


def dry_run(wanted: CaseList, rows: Iterable[Row] | None = None) -> Report:
    """What importing the list would do; reads only, and so holds nobody up."""
    report = Report(notes=notes_on_the_list(wanted.columns, wanted.table.other_sheets))
    judge = Judge(wanted.columns, wanted.context)
    for chunk in _chunks(wanted.table.rows() if rows is None else rows):
        decided = _decide(wanted, judge, chunk)
        decided.tell(report)
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
    for chunk in _chunks(wanted.table.rows() if rows is None else rows):
        with db.write() as session:
            _lock(session, wanted.region_id)
            decided = _decide(wanted, judge, chunk)
            case_ids = chunk_service.write(
                session, wanted.region_id, run_id, wanted.actor, decided.new, decided.changed, decided.same
            )
            if also and case_ids:
                also(case_ids)
        decided.tell(report)
        again += decided.again
    counts = queries.changes_of(run_id)
    report.created, report.updated = counts.get("created", 0), counts.get("updated", 0)
    report.unchanged = counts.get("unchanged", 0) + again
    return report


def _lock(session: Session, region_id: UUID) -> None:
    region = db.table(Region)
    # Not FOR UPDATE: that would keep everybody else from adding rows that refer to the region.
    session.execute(select(region.c.id).where(region.c.id == region_id).with_for_update(key_share=True))


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


@dataclass(slots=True)
class _Decided:
    """What is to be done with a chunk; `again` counts rows that stood in the list before."""

    new: list[Accepted] = field(default_factory=list)
    changed: list[tuple[Accepted, KnownCase, Differences]] = field(default_factory=list)
    same: list[KnownCase] = field(default_factory=list)
    again: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int | None, Problem]] = field(default_factory=list)

    def tell(self, report: Report) -> None:
        report.rejected += self.rejected
        report.notes += self.notes
        report.unchanged += self.again


def _decide(wanted: CaseList, judge: Judge, chunk: Sequence[Row]) -> _Decided:
    """Judge the rows and hold them against the cases that are there; nothing is changed."""
    decided = _Decided()
    raws = [judge.raw(row) for row in chunk]
    known = _known(wanted, raws)
    for row, raw in zip(chunk, raws, strict=True):
        there = known.get(reference_of(raw))
        if there and there.case["municipality_code"] not in wanted.context.municipalities:
            decided.rejected.append(judge.out_of_reach(row, reference_of(raw)))
            continue
        verdict = judge.judge(row, raw, there.case["municipality_code"] if there else None)
        if verdict is None:
            decided.again += 1
        elif isinstance(verdict, Rejected):
            decided.rejected.append(verdict)
        else:
            decided.notes += ((row.number, judge.named(note)) for note in verdict.row.notes)
            _sort(decided, judge, verdict, raw, there)
    return decided


def _known(wanted: CaseList, raws: Sequence[Mapping[Field, str]]) -> dict[str, KnownCase]:
    """The cases that have the numbers of a chunk, by number."""
    known = queries.known_cases(wanted.region_id, {reference_of(raw) for raw in raws})
    if not {Field.status, Field.outcome}.isdisjoint(wanted.columns.fields):
        moved = {there.case_id for there in known.values() if there.status is not CaseStatus.nieuw}
        worked_on = queries.worked_on(moved) if moved else set()
        for reference, there in known.items():
            if there.case_id in worked_on:
                known[reference] = replace(there, worked_on=True)
    return known


def _sort(
    decided: _Decided, judge: Judge, accepted: Accepted, raw: Mapping[Field, str], there: KnownCase | None
) -> None:
    if there is None:
        decided.new.append(accepted)
        return
    found = differences(there, accepted.row, accepted.given)
    for name in found.standing_refused:
        sentence = _l(
            "This case has been worked on here since, so its status (%(status)s) and outcome stay as they are.",
            status=STATUS_WORDS[there.status],
        )
        note = Problem(name.value, shown(raw[name]), sentence)
        decided.notes.append((accepted.number, judge.named(note)))
    if found:
        decided.changed.append((accepted, there, found))
    else:
        decided.same.append(there)
