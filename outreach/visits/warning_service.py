"""Warnings about an address: what somebody must know before she stands at a door there."""

from datetime import date, timedelta
from uuid import UUID

from outreach import clock, db
from outreach.cases import queries as cases
from outreach.cases.models import Person
from outreach.errors import NotFound, Refused
from outreach.i18n import _l
from outreach.staff.scope import Scope
from outreach.visits.models import AddressWarning

LONGEST = 300
FURTHEST = timedelta(days=366)
SEEN_BY = ("coaches", "staff")


def add(case_id: UUID, text: str, until: date, seen_by: str, scope: Scope) -> None:
    """Warn of the address of this case until a day, at most a year ahead. Raises Refused, NotFound.

    The text goes into no event and no log: it is about a place, not about the case, and ends by itself.
    """
    text = " ".join(text.split())
    if not text or len(text) > LONGEST:
        raise Refused(_l("Say it in one or two sentences."))
    if seen_by not in SEEN_BY:
        raise Refused(_l("Choose who sees it."))
    if not clock.today() <= until <= clock.today() + FURTHEST:
        raise Refused(_l("Choose a day from today until a year from now."))
    with db.write() as session:
        case = cases.head(case_id, scope)
        household_id = session.get_one(Person, case.person_id).household_id
        if household_id is None:
            raise Refused(_l("No address is known."))
        session.add(
            AddressWarning(
                household_id=household_id,
                text=text,
                seen_by=seen_by,
                until=until,
                made_at=clock.now(),
                made_by=scope.user_id,
            )
        )


def end(warning_id: UUID, case_id: UUID, scope: Scope) -> None:
    """It is not so any more. Raises NotFound."""
    with db.write() as session:
        case = cases.head(case_id, scope)
        household_id = session.get_one(Person, case.person_id).household_id
        kept = session.get(AddressWarning, warning_id, with_for_update=True)
        if kept is None or kept.household_id != household_id:
            raise NotFound(_l("This warning does not exist any more."))
        kept.ended_at, kept.ended_by = kept.ended_at or clock.now(), kept.ended_by or scope.user_id
        session.add(kept)
