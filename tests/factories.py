"""Makes the world of a test: a region, its staff, young people and their cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import count
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from outreach import clock, db
from outreach.cases import name_service, timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, Household, Person
from outreach.regions.models import Municipality, Region
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName

PASSWORD = "a good long test password"
MUNICIPALITIES = {"GM0556": "Maassluis", "GM0622": "Vlaardingen", "GM0606": "Schiedam"}


@cache
def _hashed() -> str:
    """The hash takes long on purpose: once is enough for all tests."""
    return str(hash_password(PASSWORD))


@dataclass
class World:
    """A region with its staff; the methods add what a test needs."""

    app: Flask
    region: Region
    coach: User
    clerk: User
    coordinator: User
    numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def make(cls, app: Flask) -> World:
        """Region, municipalities, one person for each role."""
        with db.write() as session:
            region = Region(
                slug="waterweg",
                name="Waterweg Noord",
                settings_data={
                    "phone": "010 123 45 67",
                    "return_address": "Postbus 1, 3130 AA Vlaardingen",
                },
            )
            session.add(region)
            session.flush()
            for code, name in MUNICIPALITIES.items():
                session.add(Municipality(code=code, name=name, region_id=region.id))
        people = {
            role: staff.add_user(
                email=f"{role}@example.org",
                password=None,
                given_name=name,
                family_name="de Vries",
                roles=[role],
                municipalities=MUNICIPALITIES,
                phone="06 12 34 56 78",
                hours="ma t/m do, 9.00 – 17.00",
            )
            for role, name in (
                (RoleName.coach, "Samira"),
                (RoleName.clerk, "Ans"),
                (RoleName.coordinator, "Joost"),
            )
        }
        with db.write() as session:
            for user in people.values():
                user.password = _hashed()
                session.add(user)
        return cls(app, region, people[RoleName.coach], people[RoleName.clerk], people[RoleName.coordinator])

    def case(
        self,
        *,
        given_name: str = "Noor",
        infix: str = "",
        family_name: str = "Jansen",
        mobile: str | None = "+31612345678",
        municipality: str = "GM0622",
        address: bool = True,
        household: Household | None = None,
        coach: User | None = None,
        **columns: Any,
    ) -> Case:
        """A young person with a case, recorded as imported."""
        number = next(self.numbers)
        with db.write() as session:
            if household is None and address:
                household = Household(
                    region_id=self.region.id,
                    key=f"3131AA-{number}",
                    street="Dorpsstraat",
                    house_number=str(number),
                    postcode="3131AA",
                    town="Vlaardingen",
                )
                session.add(household)
                session.flush()
            person = Person(
                region_id=self.region.id,
                household_id=household.id if household else None,
                given_name=given_name,
                family_name=family_name,
                birth_date=date(2005, 3, 1),
                mobile=mobile,
                infix=infix,
            )
            session.add(person)
            session.flush()
            name_service.add_names(session, [person.model_dump()])
            case = Case(
                region_id=self.region.id,
                reference=f"D-{number:05}",
                person_id=person.id,
                municipality_code=municipality,
                coach_id=(coach or self.coach).id,
                opened_at=clock.now(),
                **columns,
            )
            session.add(case)
            session.flush()
            timeline.record(case.id, EventKind.imported)
        return case

    def outsider(self) -> User:
        """A coach of another region: she may see nothing of this one."""
        with db.write() as session:
            region = Region(slug="elders", name="Elders")
            session.add(region)
            session.flush()
            session.add(Municipality(code="GM0193", name="Zwolle", region_id=region.id))
            session.flush()
            user = staff.add_user(
                email="elders@example.org",
                password=None,
                given_name="Els",
                family_name="Elders",
                roles=[RoleName.coach, RoleName.clerk, RoleName.coordinator],
                municipalities=["GM0193"],
            )
            user.password = _hashed()
            session.add(user)
        return user

    def household_of(self, case: Case) -> Household:
        """The household of a case's person."""
        person = db.session().get(Person, case.person_id)
        assert person is not None
        household = db.session().get(Household, person.household_id)
        assert household is not None
        return household

    def cases(self, number: int, **columns: Any) -> list[Case]:
        """Several cases."""
        return [self.case(given_name=f"Noor{i}", **columns) for i in range(number)]

    def sign_in(self, user: User) -> FlaskClient:
        """A browser in which `user` has signed in through the real form."""
        client = self.app.test_client()
        response = client.post(
            "/sign-in",
            data={"email": user.email, "password": PASSWORD, "csrf_token": csrf(client, "/sign-in")},
        )
        assert response.status_code == 302, response.text
        return client


def csrf(client: FlaskClient, path: str) -> str:
    """The CSRF token of the page at `path`, as the form there would send it."""
    page = BeautifulSoup(client.get(path).text, "html.parser")
    tag = page.find("meta", attrs={"name": "csrf-token"})
    assert tag is not None, f"no CSRF token on {path}"
    return str(tag["content"])


def post(
    client: FlaskClient,
    path: str,
    data: dict[str, Any] | None = None,
    *,
    token_from: str = "/sign-in",
    **more: Any,
) -> Any:
    """POST a form with its CSRF token."""
    token = csrf(client, token_from)
    return client.post(path, data={**(data or {}), "csrf_token": token}, **more)


def names(cases: Iterable[Case]) -> list[str]:
    """The references of cases, for short comparisons."""
    return [case.reference for case in cases]
