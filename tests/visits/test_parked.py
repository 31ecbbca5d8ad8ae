"""Reports that wait for a coordinator: one button settles each, once, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from outreach.cases import service as cases
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.errors import Conflict
from outreach.staff.scope import scope_of
from outreach.visits import parked_service
from outreach.visits.report_rules import Solution
from tests.factories import World, post
from tests.responses.letters import events, notices, status
from tests.visits.door import body, kept, plan_visit, put


def parked(world: World, what: str = "reassigned") -> tuple[Case, UUID]:
    """A report that waits, and its case."""
    case = world.case(coach=world.coordinator if what == "reassigned" else world.coach)
    visit = plan_visit(case)
    sent = body(case, visit)
    if what == "closed":
        cases.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk")
    if what == "gone":
        sent |= {"case": str(uuid4()), "visit": None}
    if what == "unknown_checklist":
        sent |= {"version": 99}
    id_ = uuid4()
    assert put(world.sign_in(world.coach), id_, sent).status_code == 202
    assert kept(id_).reason == what
    return case, id_


def settle(client: FlaskClient, id_: UUID, solution: str, **more: str) -> Any:
    return post(client, f"/visits/parked/{id_}/{solution}", more, token_from="/visits/parked")


def test_a_coordinator_sees_what_waits_and_takes_it_in(world: World) -> None:
    case, id_ = parked(world)
    joost = world.sign_in(world.coordinator)
    page = joost.get("/visits/parked").text
    assert "Noor Jansen" in page and "Een andere coach heeft dit dossier nu." in page
    assert 'class="nav__count">1' in page
    assert settle(joost, id_, "apply").status_code == 302
    report = kept(id_)
    assert (report.state, report.settled_by) == ("applied", world.coordinator.id)
    assert status(case) == "in_contact"
    kinds = [event.kind for event in events(case)]
    assert kinds.count("visit_logged") == kinds.count("report_settled") == 1
    assert "report_settled" in [one.kind for one in notices(case)], "whose case it is now hears of it"
    assert settle(joost, id_, "apply").status_code == 409
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_a_closed_case_is_opened_again_with_the_report(world: World) -> None:
    case, id_ = parked(world, "closed")
    assert settle(world.sign_in(world.coordinator), id_, "reopen").status_code == 302
    assert status(case) == "in_contact"
    assert "visit_logged" in [event.kind for event in events(case)]


def test_kept_as_a_note_it_changes_nothing(world: World) -> None:
    case, id_ = parked(world, "closed")
    assert settle(world.sign_in(world.coordinator), id_, "note").status_code == 302
    assert status(case) == "afgesloten"
    (note,) = [event for event in events(case) if event.kind == "note_added"]
    assert note.data["text"] == "Goed gesprek"
    assert "visit_logged" not in [event.kind for event in events(case)]


def test_one_without_a_case_is_given_to_the_right_one(world: World) -> None:
    case, id_ = parked(world, "gone")
    joost = world.sign_in(world.coordinator)
    wrong = settle(joost, id_, "move", reference="bestaat niet")
    assert wrong.status_code == 404 and "bestaat niet" in wrong.text
    assert kept(id_).state == "parked"
    assert settle(joost, id_, "move", reference=case.reference).status_code == 302
    assert kept(id_).case_id == case.id
    assert status(case) == "in_contact"


def test_put_aside_it_is_kept_with_the_reason(world: World) -> None:
    _case, id_ = parked(world, "unknown_checklist")
    joost = world.sign_in(world.coordinator)
    assert settle(joost, id_, "discard").status_code == 400
    assert settle(joost, id_, "discard", reason="Dubbel ingevuld").status_code == 302
    report = kept(id_)
    assert (report.state, report.settlement) == ("discarded", "discard: Dubbel ingevuld")
    assert report.body["note"] == "Goed gesprek"


@pytest.mark.parametrize("solution", ["reopen", "move"])
def test_what_does_not_fit_is_not_done(world: World, solution: str) -> None:
    case, id_ = parked(world)
    answer = settle(world.sign_in(world.coordinator), id_, solution, reference=case.reference)
    assert answer.status_code == 409
    assert kept(id_).state == "parked"


def test_two_coordinators_settle_it_once(world: World, app: Flask) -> None:
    case, id_ = parked(world)
    scope = scope_of(world.coordinator)

    def try_it(_place: int) -> bool:
        with app.app_context():
            try:
                parked_service.settle(id_, Solution.apply, scope)
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, range(4))) == [False, False, False, True]
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_it_is_nobodys_business_elsewhere(world: World) -> None:
    _case, id_ = parked(world)
    _nowhere, other = parked(world, "gone")
    outsider = world.sign_in(world.outsider())
    assert str(id_) not in outsider.get("/visits/parked").text
    assert str(other) not in outsider.get("/visits/parked").text
    assert settle(outsider, id_, "apply").status_code == 404
    assert settle(outsider, other, "discard", reason="weg").status_code == 404
    assert world.sign_in(world.coach).get("/visits/parked").status_code == 403


def test_the_same_report_again_is_200_once_it_was_settled(world: World) -> None:
    case = world.case(coach=world.coordinator)
    sent = body(case, plan_visit(case))
    id_ = uuid4()
    client = world.sign_in(world.coach)
    assert put(client, id_, sent).status_code == 202
    settle(world.sign_in(world.coordinator), id_, "apply")
    assert put(client, id_, sent).status_code == 200


def test_what_was_taken_in_and_is_to_be_known_of_stands_below(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    sent = body(case, plan_visit(case))
    ahead = {"X-Phone-Time": "2030-01-01T00:00:00+00:00"}
    assert put(client, uuid4(), sent, **ahead).status_code == 201
    page = world.sign_in(world.coordinator).get("/visits/parked").text
    assert "De klok van de telefoon liep verkeerd" in page
