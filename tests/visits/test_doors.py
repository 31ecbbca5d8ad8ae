"""On her day and her list of visits a coach sees where she must be, with whom, and what to know before ringing."""

from datetime import datetime, timedelta
from uuid import UUID

from outreach import clock, db
from outreach.cases.models import Case
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName, scope_of
from outreach.visits import planning_service, warning_service
from outreach.visits.planning_service import Wanted
from tests.counting import counted
from tests.factories import World
from tests.visits.door import plan_visit


def colleague(world: World) -> User:
    user = staff.add_user(
        email="carla@example.org",
        password=None,
        given_name="Carla",
        family_name="Collega",
        roles=[RoleName.coach],
        municipalities=["GM0622"],
    )
    with db.write() as session:
        user.password = world.coach.password
        session.add(user)
    return user


def tomorrow(hour: int, minute: int = 0) -> datetime:
    day = clock.local(clock.now()) + timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def plan(world: World, case: Case, at: datetime, who: User, second: User | None = None) -> UUID:
    visit = plan_visit(case)
    scope = scope_of(world.coordinator)
    planning_service.plan([Wanted(visit, at, who.id, second.id if second else None)], scope)
    return visit


def test_both_coaches_see_a_visit_in_the_order_of_the_round_and_with_whom(world: World) -> None:
    carla = colleague(world)
    plan(world, world.case(given_name="Later"), tomorrow(14), world.coach)
    plan(world, world.case(given_name="Samen"), tomorrow(10), world.coach, carla)
    plan(world, world.case(given_name="Carlas"), tomorrow(11), carla)
    hers = world.sign_in(world.coach).get("/visits").text
    assert hers.index("Samen") < hers.index("Later")
    assert "Samen met Carla Collega" in hers
    assert "Carlas" not in hers, "somebody else goes there"
    carlas = world.sign_in(carla).get("/visits").text
    assert "Samen met Samira de Vries" in carlas
    assert "Carlas" in carlas and "Later" not in carlas


def test_a_warning_stands_on_the_card_of_a_visit_and_on_the_page_at_the_door(world: World) -> None:
    case = world.case()
    plan_visit(case)
    until = clock.today() + timedelta(days=7)
    warning_service.add(case.id, "Grote hond", until, "coaches", scope_of(world.coach))
    client = world.sign_in(world.coach)
    for page in ("/today", "/visits", f"/cases/{case.id}/visit"):
        assert "Grote hond" in client.get(page).text, page
    with clock.at(clock.now() + timedelta(days=8)):
        client = world.sign_in(world.coach)
        assert "Grote hond" not in client.get("/visits").text


def test_a_clerk_who_plans_sees_only_the_warnings_that_are_for_everybody(world: World) -> None:
    case, other = world.cases(2)
    for one, text, seen_by in ((case, "Grote hond", "coaches"), (other, "Bel stuk", "staff")):
        plan_visit(one)
        warning_service.add(one.id, text, clock.today(), seen_by, scope_of(world.coach))
    for address in ("/visits/plan", f"/visits/plan?coach={world.coach.id}&propose=1"):
        seen = world.sign_in(world.clerk).get(address).text
        assert "Bel stuk" in seen
        assert "Grote hond" not in seen


def test_more_visits_cost_no_more_questions(world: World) -> None:
    client = world.sign_in(world.coach)
    for number, case in enumerate(world.cases(2)):
        plan(world, case, tomorrow(9 + number), world.coach)
    with counted(world.app) as few:
        client.get("/visits")
    for number, case in enumerate(world.cases(8)):
        plan(world, case, tomorrow(11 + number), world.coach)
        warning_service.add(case.id, "Hond", clock.today(), "staff", scope_of(world.coach))
    with counted(world.app) as many:
        client.get("/visits")
    assert len(many) <= len(few)
