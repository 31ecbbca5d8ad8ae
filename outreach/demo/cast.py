"""The people who work in the made-up region, and the region itself."""

from dataclasses import dataclass
from uuid import UUID

from outreach import db
from outreach.demo.people import MUNICIPALITIES
from outreach.regions.models import Municipality, Region
from outreach.staff import service as staff
from outreach.staff.scope import RoleName

PASSWORD = "samen-vooruit"  # noqa: S105 (the sign-in of the demo, printed for everybody)
COACHES = (
    ("GM0622", "coach", "Samira", "Haddad", "06 10 20 30 40"),
    ("GM0606", "coach2", "Pieter", "Vonk", "06 10 20 30 41"),
    ("GM0556", "coach3", "Marleen", "Kuiper", "06 10 20 30 42"),
)
GOES_ALONG = {"coach2": "GM0622"}
"""Who also works in a second municipality, to go along on visits there."""

OTHERS = (
    (RoleName.clerk, "medewerker", "Ans", "Bakker"),
    (RoleName.coordinator, "coordinator", "Joost", "van Rijn"),
    (RoleName.administrator, "beheerder", "Bea", "Heerder"),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays in the story: the coach of each municipality, and the clerk."""

    region_id: UUID
    municipalities: frozenset[str]
    coaches: dict[str, UUID]
    clerk_id: UUID


def assemble() -> Cast:
    """Make the region and its staff."""
    with db.write() as session:
        region = Region(
            slug="waterweg-noord",
            name="Waterweg Noord",
            demo=True,
            settings_data={
                "phone": "010 200 30 40",
                "return_address": "Postbus 100, 3130 AC Vlaardingen",
            },
        )
        session.add(region)
        session.flush()
        for code, name in MUNICIPALITIES.items():
            session.add(Municipality(code=code, name=name, region_id=region.id))
        session.flush()
        coaches = {
            code: staff.add_user(
                email=f"{account}@demo.example.org",
                password=PASSWORD,
                given_name=given,
                family_name=family,
                roles=[RoleName.coach],
                municipalities=[code, *([GOES_ALONG[account]] if account in GOES_ALONG else [])],
                phone=phone,
                hours="ma t/m do, 9.00 – 17.00",
            ).id
            for code, account, given, family, phone in COACHES
        }
        others = {
            role: staff.add_user(
                email=f"{account}@demo.example.org",
                password=PASSWORD,
                given_name=given,
                family_name=family,
                roles=[role],
                municipalities=MUNICIPALITIES,
            ).id
            for role, account, given, family in OTHERS
        }
    return Cast(region.id, frozenset(MUNICIPALITIES), coaches, others[RoleName.clerk])
