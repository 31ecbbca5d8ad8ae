"""Many young people at once, for what is measured or broken by the thousand."""

from datetime import date
from uuid import UUID

from sqlalchemy import insert

from outreach import clock, db
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, Household, Person
from outreach.cases.timeline import NewEvent
from tests.factories import World


def crowd(world: World, number: int) -> list[UUID]:
    """So many imported cases in one municipality, each with a mobile phone and a household of its own."""
    households = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "key": f"3131AA-{n}",
            "street": "Dorpsstraat",
            "house_number": str(n),
            "house_addition": "",
            "postcode": "3131AA",
            "town": "Vlaardingen",
        }
        for n in range(number)
    ]
    people = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "household_id": household["id"],
            "given_name": f"Noor{n}",
            "infix": "",
            "family_name": "Jansen",
            "birth_date": date(2005, 3, 1),
            "mobile": f"+316{n + 10_000_000}",
            "language": "nl",
            "match_key": f"jansen-{n}",
        }
        for n, household in enumerate(households)
    ]
    cases = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "reference": f"D-{n:06}",
            "person_id": person["id"],
            "municipality_code": "GM0622",
            "coach_id": world.coach.id,
            "target_group": "nieuwe_vsv",
            "school": "",
            "brin": "",
            "programme": "",
            "opened_at": clock.now(),
            "event_count": 0,
            "status": "nieuw",
        }
        for n, person in enumerate(people)
    ]
    with db.write() as session:
        for table, rows in ((Household, households), (Person, people), (Case, cases)):
            session.execute(insert(db.table(table)), rows)
        timeline.record_many([NewEvent(UUID(str(case["id"])), EventKind.imported) for case in cases])
    return [UUID(str(case["id"])) for case in cases]
