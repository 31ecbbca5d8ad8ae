"""What is to be done with a chunk of a list: its rows held against the cases that are there. Nothing is changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID

from outreach.cases import timeline
from outreach.cases.imports import queries
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.differences import Differences, KnownCase, differences
from outreach.cases.imports.headers import Columns, Field
from outreach.cases.imports.judging import Accepted, Judge, Rejected, Report, reference_of
from outreach.cases.imports.problems import Problem
from outreach.cases.imports.same_person import LookAlike, pairs
from outreach.cases.imports.tables import Row, Table
from outreach.cases.imports.text import shown
from outreach.cases.rules import CaseStatus
from outreach.cases.words import STATUS_WORDS
from outreach.i18n import _l

CHUNK = 1000
"""Rows that are decided about, and written, together; some 0.3 s."""

_RECOGNISED_BY = ("family_name", "birth_date", "given_name", "mobile", "email")

Changed = tuple[Accepted, KnownCase, Differences]


@dataclass(frozen=True, slots=True)
class CaseList:
    """A list that was read, with its columns, where it goes, what it is held against and who brings it."""

    table: Table
    columns: Columns
    region_id: UUID
    context: RowContext
    actor: str = timeline.SYSTEM


@dataclass(slots=True)
class Decided:
    """What is to be done with a chunk.

    `again` counts rows that stood in the list before. `alike` are the cases, of this chunk and others, that
    seem to be somebody who has another number as well: each with the numbers it was not flagged with before.
    """

    new: list[Accepted] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    same: list[KnownCase] = field(default_factory=list)
    again: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[tuple[int | None, Problem]] = field(default_factory=list)
    alike: list[tuple[LookAlike, tuple[str, ...]]] = field(default_factory=list)

    def tell(self, report: Report, judge: Judge) -> None:
        """Add to the report what a person must hear of this chunk."""
        report.rejected += self.rejected
        report.notes += self.notes
        report.unchanged += self.again
        for one, others in self.alike:
            row = judge.row_of(one.reference)
            if row is not None:
                report.look_alikes.append((row, judge.look_alike(one.reference, others), others))


@dataclass(slots=True)
class Supposed:
    """Who a dry run supposes to be there, as earlier chunks of the list would have brought them."""

    _by_mark: dict[str, list[LookAlike]] = field(default_factory=dict)

    def add(self, decided: Decided) -> None:
        """Suppose that a chunk is in."""
        for one in _arriving(decided):
            for mark in filter(None, (one.match_key, one.mobile)):
                self._by_mark.setdefault(mark, []).append(one)

    def having(self, marks: Iterable[str]) -> Iterator[LookAlike]:
        """Those with one of these marks."""
        for mark in marks:
            yield from self._by_mark.get(mark, ())


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows of a list, so many at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def decide(wanted: CaseList, judge: Judge, chunk: Sequence[Row], supposed: Supposed | None = None) -> Decided:
    """Judge the rows and hold them against the cases that are there or, in a dry run, are supposed to be."""
    decided = Decided()
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
    decided.alike = _look_alikes(wanted.region_id, list(_arriving(decided)), supposed or Supposed())
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
    decided: Decided, judge: Judge, accepted: Accepted, raw: Mapping[Field, str], there: KnownCase | None
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


def _arriving(decided: Decided) -> Iterator[LookAlike]:
    """The new cases of a chunk, and those whose person gets another name, birth date, mobile or e-mail."""
    for accepted in decided.new:
        now = {name: getattr(accepted.row, name) for name in _RECOGNISED_BY}
        yield LookAlike(None, accepted.row.reference, **now)
    for accepted, known, found in decided.changed:
        if found.identity:
            person = dict(known.person) | found.person
            now = {name: person[name] for name in _RECOGNISED_BY}
            yield LookAlike(known.case_id, accepted.row.reference, **now)


def _look_alikes(
    region_id: UUID, arriving: Sequence[LookAlike], supposed: Supposed
) -> list[tuple[LookAlike, tuple[str, ...]]]:
    """See Decided.alike."""
    if not arriving:
        return []
    match_keys = {one.match_key for one in arriving}
    mobiles = {one.mobile for one in arriving if one.mobile}
    there = queries.look_alikes(region_id, match_keys, mobiles)
    # Who is supposed or arrives counts as she will be, not as she still stands in the database.
    everybody = {one.reference: one for one in (*there, *supposed.having(match_keys | mobiles), *arriving)}
    others = pairs(everybody.values(), {one.reference for one in arriving})
    ids = {one.case_id for reference in others if (one := everybody[reference]).case_id is not None}
    known = queries.flagged(ids) if ids else set()
    found = []
    for reference, numbers in others.items():
        one = everybody[reference]
        fresh = tuple(sorted(number for number in numbers if (one.case_id, number) not in known))
        if fresh:
            found.append((one, fresh))
    return found
