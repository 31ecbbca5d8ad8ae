"""Outcome tables and targets against a slow count of the same rows, over worlds that Hypothesis draws."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from outreach import db
from outreach.cases.models import Case, Person
from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind, OutcomeList
from outreach.insight import outcome_queries as queries
from outreach.insight import outcome_tables
from outreach.insight.outcome_rules import SchoolYear
from outreach.insight.target_tables import Targets
from outreach.insight.wanted import Wanted
from outreach.regions.municipalities import in_report_order
from tests.factories import World
from tests.insight import reference
from tests.insight.reference import Rows, in_period, is_sent, local, of_campaign, of_case
from tests.insight.test_correctness import asked
from tests.insight.worlds import Story, Told, stories, told, worlds

names = st.sampled_from(sorted(OUTCOME_LISTS))
marks = st.lists(st.sampled_from(["", "2005-03-01:jansen:n", "2005-03-01:jansen:m"]), min_size=4, max_size=4)
YEAR = SchoolYear(2025)
LEFT = [YEAR.since, YEAR.until, None, date(2025, 7, 31), date(2026, 8, 1), date(2026, 1, 1)]
leaving = st.lists(st.sampled_from(LEFT), min_size=6, max_size=6)


def mark(those: Told, persons: Collection[Any], words: list[str], days: list[date | None]) -> None:
    """Give persons the marks by which one is known under two numbers, and cases the days on which school was left."""
    for person_id, word in zip(persons, words, strict=False):
        _set(Person, person_id, match_key=word)
    for case_id, day in zip(those.cases, days, strict=False):
        _set(Case, case_id, left_on=day)


def _set(model: Any, id_: Any, **values: Any) -> None:
    table = db.table(model)
    db.session().execute(update(table).where(table.c.id == id_).values(**values))


def cases(rows: Rows, wanted: Wanted) -> Iterator[Any]:
    """The cases that are asked about, whatever the days."""
    mine = defaultdict(list)
    for enrolment in rows.enrolments:
        mine[enrolment.case_id].append(enrolment.campaign_id)
    for case in rows.cases.values():
        inside = not wanted.campaign or any(of_campaign(rows, one, wanted) for one in mine[case.id])
        if of_case(case, wanted) and inside:
            yield case


def who(rows: Rows, case: Any) -> Any:
    return rows.persons[case.person_id].match_key or case.person_id


def ended(case: Any, wanted: Wanted) -> bool:
    """A case counts on the day of its outcome; there is none without a day but in these worlds."""
    return case.outcome is not None and in_period(case.outcome_on, wanted)


def kind(case: Any) -> OutcomeKind:
    known = OUTCOME_LISTS.get(case.outcome_list)
    return known.kind(case.outcome) if known and case.outcome else OutcomeKind.other


def places(rows: Rows, wanted: Wanted, outcome_list: OutcomeList) -> list[str]:
    """The names of the municipalities of the table; of our two regions each reports by itself."""
    hers = {
        code: place
        for code, place in rows.municipalities.items()
        if (wanted.municipalities is None or code in wanted.municipalities)
        and wanted.municipality in (None, code)
    }
    with_some = {
        rows.municipalities[case.municipality_code].region_id
        for case in rows.cases.values()
        if case.outcome_list == outcome_list.name and case.municipality_code in hers
    }
    shown = {
        code: place.name for code, place in hers.items() if not with_some or place.region_id in with_some
    }
    return [shown[code] for code in in_report_order(shown)]


@worlds
@given(story=stories(), asked=asked, name=names, words=marks)
def test_an_outcome_table_is_what_a_slow_count_says(
    world: World, story: Story, asked: list[Wanted], name: str, words: list[str]
) -> None:
    outcome_list = OUTCOME_LISTS[name]
    with told(world, story) as those:
        mark(those, reference.read().persons, words, [])
        rows = reference.read()
        for wanted in asked:
            found = outcome_tables.document(outcome_tables.reported(name, wanted), wanted)
            towns = places(rows, wanted, outcome_list)
            assert found["municipalities"] == towns
            counted: Counter[tuple[str, str]] = Counter()
            people: dict[str, set[Any]] = defaultdict(set)
            for case in cases(rows, wanted):
                if case.outcome_list == name and ended(case, wanted):
                    town = rows.municipalities[case.municipality_code].name
                    counted[case.outcome, town] += 1
                    people[town].add(who(rows, case))
            # What a case has and the list does not comes after it: nothing falls out of the total.
            odd = sorted({label for label, _town in counted} - set(outcome_list.labels))
            lines = {
                label: [counted[label, town] for town in towns] for label in [*outcome_list.labels, *odd]
            }
            assert found["rows"] == {
                label: line
                for label, line in lines.items()
                if any(line) or label not in outcome_list.uncounted
            }
            assert found["totals"] == [sum(column) for column in zip(*lines.values(), strict=True)]
            assert found["persons"] == [len(people[town]) for town in towns]
            assert found["everybody"] == len(set().union(*people.values()))
            assert found.get("not_reached") == _unreached(rows, wanted, name, towns)


def _unreached(rows: Rows, wanted: Wanted, name: str, towns: list[str]) -> list[int] | None:
    if name != "mvs-oud-vsv":
        return None
    tried = {
        attempt.case_id
        for attempt in rows.attempts
        if is_sent(attempt) and in_period(local(attempt.due_at).date(), wanted)
    }
    missed = Counter(
        rows.municipalities[case.municipality_code].name
        for case in cases(rows, wanted)
        if case.target_group == "oud_vsv"
        and case.status in ("in_benadering", "onbereikbaar")
        and case.outcome is None
        and case.responded_at is None
        and (case.id in tried or (case.status == "onbereikbaar" and _since(case, wanted)))
    )
    return [missed[town] for town in towns]


def _since(case: Any, wanted: Wanted) -> bool:
    return case.status_since is not None and in_period(local(case.status_since).date(), wanted)


@worlds
@given(story=stories(), asked=asked)
def test_who_was_approached_and_who_left_is_what_a_slow_count_says(
    world: World, story: Story, asked: list[Wanted]
) -> None:
    with told(world, story):
        rows = reference.read()
        for wanted in asked:
            tried: dict[str, set[Any]] = defaultdict(set)
            inside = {case.id: case for case in cases(rows, wanted)}
            for attempt in rows.attempts:
                on_a_day = in_period(local(attempt.due_at).date(), wanted)
                if attempt.case_id in inside and is_sent(attempt) and on_a_day:
                    tried[inside[attempt.case_id].municipality_code].add(attempt.case_id)
            assert queries.approached(wanted) == {code: len(each) for code, each in tried.items()}
            left = [case for case in inside.values() if ended(case, wanted)]
            everybody = Counter(case.municipality_code for case in left)
            good = Counter(
                case.municipality_code for case in left if kind(case) in ("school", "work", "trajectory")
            )
            got = queries.exits(wanted, queries.area(wanted))
            assert {code: (each.all, each.positive) for code, each in got.items()} == {
                code: (number, good[code]) for code, number in everybody.items()
            }


@worlds
@given(story=stories(), asked=asked, words=marks, days=leaving)
def test_targets_are_what_a_slow_count_says(
    world: World, story: Story, asked: list[Wanted], words: list[str], days: list[date | None]
) -> None:
    with told(world, story) as those:
        mark(those, reference.read().persons, words, days)
        rows = reference.read()
        for wanted in asked:
            found: dict[str, dict[str, set[Any]]] = defaultdict(lambda: defaultdict(set))
            for case in cases(rows, Wanted(wanted.municipalities, wanted.municipality, wanted.campaign)):
                if case.target_group != "nieuwe_vsv" or not (
                    case.left_on and YEAR.since <= case.left_on <= YEAR.until
                ):
                    continue
                for code in ("", case.municipality_code):
                    found[code]["all"].add(who(rows, case))
                    if case.outcome and kind(case) in ("school", "work"):
                        found[code][f"{kind(case)}_now"].add(who(rows, case))
                        if case.outcome_on and case.outcome_on <= date(2027, 7, 31):
                            found[code][kind(case)].add(who(rows, case))
            got = Targets(YEAR, wanted)
            by_code = {place.code: leavers for place, leavers in got.by_place.items() if leavers.all}
            for code, leavers in {"": got.all, **by_code}.items():
                for goal, number in asdict(leavers).items():
                    assert number == len(found[code][goal]), (code, goal)
            assert set(by_code) == {code for code in found if code and found[code]["all"]}
