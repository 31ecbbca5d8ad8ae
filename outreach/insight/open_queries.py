"""How many different persons stand behind each number of the open data: cases are not persons."""

from sqlalchemy import String, case, cast, func, select

from outreach import db
from outreach.cases.models import Case, Person
from outreach.insight import measure_queries as measure
from outreach.insight.outcome_rules import Area, label_of
from outreach.insight.wanted import Wanted


def persons(name: str, wanted: Wanted, of: Area) -> dict[tuple[str, str], int]:
    """Different persons by outcome and municipality (its code), of the cases that an outcome list closed in the period.

    One person under two numbers is one, as in the tables of outcomes: by name, initial and birth date.
    """
    file, person = db.table(Case).c, db.table(Person).c
    mark = case((person.match_key != "", person.match_key), else_=cast(person.id, String))
    groups = (file.municipality_code, file.outcome)
    query = (
        select(*groups, func.count(mark.distinct()))
        .join_from(db.table(Case), db.table(Person), person.id == file.person_id)
        .where(file.outcome_list == name, file.outcome.is_not(None))
        .where(*measure.on_days(file.outcome_on, wanted), *measure.of_case(wanted))
        .group_by(*groups)
    )
    lists = of.by_code()
    found: dict[tuple[str, str], int] = {}
    for code, outcome, number in db.session().execute(query):
        label = label_of(lists[code], name, outcome, name)
        found[label, code] = found.get((label, code), 0) + number
    return found
