"""Reports of visits, as phones send them: taken in once, never refused for what happened meanwhile."""

import base64
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from outreach import clock, db
from outreach.attempts import logging_service
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import Result
from outreach.cases import service as cases
from outreach.cases.rules import CaseStatus
from outreach.errors import NotFound
from outreach.staff.scope import scope_of
from outreach.visits import device_service
from outreach.visits.models import FieldDevice, VisitPicture, VisitReport
from tests.factories import World, csrf
from tests.responses.letters import events, status
from tests.visits.door import body, kept, plan_visit, put


def test_a_new_report_is_201_the_same_again_200_and_changes_its_case_once(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    client, id_ = world.sign_in(world.coach), uuid4()
    sent = body(case, visit)
    assert put(client, id_, sent).status_code == 201
    # The same, however it was written down.
    assert put(client, id_, dict(reversed(sent.items()))).status_code == 200
    assert status(case) == "in_contact"
    logged = [event for event in events(case) if event.kind == "visit_logged"]
    assert len(logged) == 1 and logged[0].data["report"] == str(id_)
    attempt = db.session().get_one(ContactAttempt, visit)
    assert (attempt.status, attempt.result) == ("done", "met")


def test_the_same_id_with_another_body_or_of_another_coach_is_409(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    client, id_ = world.sign_in(world.coach), uuid4()
    sent = body(case, visit)
    put(client, id_, sent)
    assert put(client, id_, sent | {"note": "iets anders"}).status_code == 409
    assert put(world.sign_in(world.coordinator), id_, sent).status_code == 409
    assert kept(id_).body["note"] == sent["note"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"outcome": None}, "outcome"),
        ({"outcome": "gezellig"}, "outcome"),
        ({"outcome": 7}, "outcome"),
        ({"answers": {"now": "ruimtevaart", "spoke_to": "self", "wants_help": "maybe"}}, "answers.now"),
        ({"answers": {"now": "work", "wants_help": "maybe"}}, "answers.spoke_to"),
        ({"answers": {"bestaat_niet": "x"}}, "answers.bestaat_niet"),
        ({"answers": {"now": {"diep": 1}}}, "answers.now"),
        ({"answers": [1, 2]}, "answers"),
        ({"note": "x" * 4001}, "note"),
        ({"note": 5}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"note": "\ud800"}, "note"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"began_at": "gisteren"}, "began_at"),
        ({"ended_at": "0001-01-01T00:00:00+14:00"}, "ended_at"),
        ({"next": {"kind": "call"}}, "next.on"),
        ({"next": {"kind": "dansen", "on": "2026-12-01"}}, "next.kind"),
        ({"next": {"kind": "call", "on": "1999-01-01"}}, "next.on"),
        ({"next": {"kind": "call", "on": "2999-01-01"}}, "next.on"),
        ({"plan": "misschien"}, "plan"),
        ({"card_code": "7KQ4M2X91T"}, "card_code"),
        ({"card_left": "ja"}, "card_left"),
        ({"case": "geen nummer"}, "case"),
        ({"visit": 12}, "visit"),
        ({"pictures": "veel"}, "pictures"),
        ({"pictures": [{"kind": "note", "type": "image/jpeg", "data": "geen base64!"}]}, "pictures.0"),
        ({"pictures": [{"kind": "note", "type": "image/svg+xml", "data": ""}]}, "pictures.0"),
        ({"pictures": [{"kind": "note", "type": "image/jpeg", "data": "/9j/AAAA"}]}, "pictures.0"),
        ({"pictures": [None] * 6}, "pictures"),
        ({"onbekend": 1}, "onbekend"),
    ],
)
def test_what_the_phone_can_mend_is_named_field_by_field_and_nothing_is_kept(
    world: World, change: dict[str, Any], field: str
) -> None:
    case = world.case()
    visit = plan_visit(case)
    answer = put(world.sign_in(world.coach), uuid4(), body(case, visit) | change)
    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"] and answer.json["errors"][field]
    assert not db.session().exec(select(VisitReport)).all()
    assert status(case) == "nieuw"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "\xff"])
def test_what_is_no_report_at_all_is_422(world: World, text: str) -> None:
    client = world.sign_in(world.coach)
    headers = {"X-CSRFToken": csrf(client, "/today"), "Content-Type": "application/json"}
    answer = client.put(f"/field/api/reports/{uuid4()}", data=text, headers=headers)
    assert answer.status_code == 422 and "body" in answer.json["errors"]


def test_twenty_megabytes_are_413_and_said_in_json(world: World) -> None:
    case = world.case()
    answer = put(world.sign_in(world.coach), uuid4(), body(case, None) | {"note": "x" * 20_000_000})
    assert answer.status_code == 413 and answer.json["error"]


def test_without_a_token_or_a_sign_in_nothing_is_taken_and_nobody_is_redirected(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    address = f"/field/api/reports/{uuid4()}"
    stale = client.put(address, json=body(case, None))
    assert stale.status_code == 400 and stale.json["token"] is True
    stranger = world.app.test_client().get("/field/api/bundle")
    assert stranger.status_code == 401
    assert stranger.json["sign_in"] == "/sign-in?next=/field/"
    assert client.get("/field/api/bestaat-niet").json["error"]
    assert client.delete(address).status_code == 405


def test_a_case_that_is_another_coachs_now_parks_the_report(world: World) -> None:
    case = world.case(coach=world.coordinator)
    visit = plan_visit(case)
    id_ = uuid4()
    client = world.sign_in(world.coach)
    sent = body(case, visit)
    assert put(client, id_, sent).status_code == 202
    assert put(client, id_, sent).status_code == 202
    assert (kept(id_).state, kept(id_).reason) == ("parked", "reassigned")
    assert status(case) == "nieuw"


def test_a_closed_case_parks_it_and_so_does_one_that_is_gone(world: World) -> None:
    closed = world.case()
    cases.choose_status(closed.id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk")
    client = world.sign_in(world.coach)
    id_, other = uuid4(), uuid4()
    assert put(client, id_, body(closed, None)).status_code == 202
    assert kept(id_).reason == "closed"
    nowhere = body(closed, None) | {"case": str(uuid4())}
    assert put(client, other, nowhere).status_code == 202
    assert (kept(other).reason, kept(other).case_id) == ("gone", None)


def test_a_visit_of_another_case_is_not_touched(world: World) -> None:
    case, other = world.cases(2)
    visit = plan_visit(other)
    id_ = uuid4()
    assert put(world.sign_in(world.coach), id_, body(case, visit)).status_code == 202
    assert kept(id_).reason == "gone"
    assert db.session().get_one(ContactAttempt, visit).status == "planned"


def test_a_version_of_the_questions_that_we_do_not_know_parks_it_and_nothing_is_lost(world: World) -> None:
    case = world.case()
    id_ = uuid4()
    sent = body(case, None) | {"version": 99, "answers": {"wat_dan": "ook"}}
    assert put(world.sign_in(world.coach), id_, sent).status_code == 202
    assert kept(id_).reason == "unknown_checklist"
    assert kept(id_).body["answers"] == {"wat_dan": "ook"}


def test_a_visit_that_was_called_off_or_logged_meanwhile_is_applied_and_flagged(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    logging_service.log_visit(case.id, Result.nobody_home, by=world.coordinator.id, attempt_id=visit)
    id_ = uuid4()
    assert put(world.sign_in(world.coach), id_, body(case, visit)).status_code == 201
    assert kept(id_).flags == ["logged_already"]
    assert [event.kind for event in events(case)].count("visit_logged") == 2
    assert status(case) == "in_contact"


@pytest.mark.parametrize(
    ("outcome", "result", "attempt_status"),
    [
        ("met", "met", "done"),
        ("nobody_home", "nobody_home", "done"),
        ("refused", "refused", "done"),
        ("moved", "moved", "failed"),
        ("wrong_address", "wrong_address", "failed"),
        ("unsafe", "unsafe", "done"),
        ("called_off", None, "cancelled"),
    ],
)
def test_each_outcome_feeds_back_into_the_case(
    world: World, outcome: str, result: str | None, attempt_status: str
) -> None:
    case = world.case()
    visit = plan_visit(case)
    assert (
        put(world.sign_in(world.coach), uuid4(), body(case, visit) | {"outcome": outcome}).status_code == 201
    )
    attempt = db.session().get_one(ContactAttempt, visit)
    assert (attempt.status, attempt.result) == (attempt_status, result)
    assert (status(case) == "in_contact") is (outcome in ("met", "refused"))


def test_who_met_nobody_need_not_answer_what_she_began(world: World) -> None:
    case = world.case()
    some = {"answers": {"now": "unknown"}}
    client = world.sign_in(world.coach)
    assert put(client, uuid4(), body(case, None) | some).status_code == 422
    id_ = uuid4()
    assert put(client, id_, body(case, None) | some | {"outcome": "nobody_home"}).status_code == 201
    assert kept(id_).body["answers"] == {"now": "unknown"}


def test_the_next_step_is_laid_ready(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    on = clock.today() + timedelta(days=3)
    sent = body(case, visit) | {"next": {"kind": "visit", "on": on.isoformat()}}
    put(world.sign_in(world.coach), uuid4(), sent)
    planned = db.session().exec(select(ContactAttempt).where(ContactAttempt.status == "planned")).one()
    assert (planned.channel, clock.local(planned.due_at).date()) == ("visit", on)
    # A report that comes days later: the day that was chosen has passed, so it is today.
    other = world.case()
    with clock.at(clock.now() - timedelta(days=5)):
        late = body(other, None) | {"next": {"kind": "call", "on": clock.today().isoformat()}}
    assert put(world.sign_in(world.coach), uuid4(), late).status_code == 201
    call = db.session().exec(select(ContactAttempt).where(ContactAttempt.channel == "call")).one()
    assert clock.local(call.due_at).date() == clock.today()


def test_a_phone_whose_clock_is_months_ahead_is_not_refused_for_the_day_it_chose(world: World) -> None:
    case = world.case()
    with clock.at(clock.now() + timedelta(days=200)):
        ahead = clock.now()
        on = clock.today() + timedelta(days=3)
        sent = body(case, plan_visit(case)) | {"next": {"kind": "call", "on": on.isoformat()}}
    id_ = uuid4()
    answer = put(world.sign_in(world.coach), id_, sent, **{"X-Phone-Time": ahead.isoformat()})
    assert answer.status_code == 201
    assert kept(id_).flags == ["clock_off"]


def test_answers_to_questions_that_were_not_asked_are_left_out(world: World) -> None:
    case = world.case()
    id_ = uuid4()
    answers = {"spoke_to": "self", "who_else": "een broer", "now": "work", "wants_help": "no_thanks"}
    put(world.sign_in(world.coach), id_, body(case, None) | {"answers": answers})
    assert kept(id_).body["answers"] == {"spoke_to": "self", "now": "work", "wants_help": "no_thanks"}


def a_photo(side: int = 3000) -> bytes:
    """A photo with the place where it was taken in it, as phones make them."""
    image = Image.new("RGB", (side, side // 2), "white")
    exif = Image.Exif()
    exif[0x010F] = "Geheime Telefoon"
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif)
    return written.getvalue()


def test_a_photo_is_made_small_and_freed_of_what_the_camera_wrote(world: World) -> None:
    case = world.case()
    id_ = uuid4()
    data = base64.b64encode(a_photo()).decode()
    pictures = [{"kind": "note", "type": "image/jpeg", "data": data}]
    assert put(world.sign_in(world.coach), id_, body(case, None) | {"pictures": pictures}).status_code == 201
    picture = db.session().exec(select(VisitPicture)).one()
    assert b"Geheime" not in picture.content and b"Exif" not in picture.content
    assert max(Image.open(io.BytesIO(picture.content)).size) == 1600


def test_two_at_once_are_one(world: World, app: Flask) -> None:
    case = world.case()
    visit = plan_visit(case)
    id_ = uuid4()
    sent = body(case, visit)
    clients = [world.sign_in(world.coach) for _ in range(4)]
    tokens = [csrf(client, "/today") for client in clients]

    def send(place: int) -> int:
        headers = {"X-CSRFToken": tokens[place]}
        return clients[place].put(f"/field/api/reports/{id_}", json=sent, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(send, range(4)))
    assert answers == [200, 200, 200, 201]
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def register(client: FlaskClient) -> str:
    answer = client.post("/field/api/devices", json={}, headers={"X-CSRFToken": csrf(client, "/today")})
    assert answer.status_code == 201
    return str(answer.json["secret"])


def test_the_bundle_holds_what_the_door_needs_and_no_more(world: World) -> None:
    case = world.case(given_name="Noor", coach=world.coach)
    visit = plan_visit(case)
    plan_visit(world.case(given_name="Vreemd", coach=world.coordinator))
    cases.add_note(case.id, "Vertrouwelijke notitie", by=world.coach.id)
    client = world.sign_in(world.coach)
    headers = {"X-Device": register(client), "Accept-Encoding": "identity"}
    answer = client.get("/field/api/bundle", headers=headers)
    assert [one["visit"] for one in answer.json["visits"]] == [str(visit)]
    text = answer.text
    for needed in ("Noor", "Dorpsstraat", "3131 AA", "tel:+31612345678", "21 jaar"):
        assert needed in text, needed
    for private in ("Vreemd", "Vertrouwelijke", case.reference, "2005", "nieuwe_vsv"):
        assert private not in text, private
    assert set(answer.json["checklists"]) == {
        f"{name}@1"
        for name in (
            "deurgesprek",
            "big-5",
            "intake",
            "luxe-verzuim",
            "niet-thuis",
            "toestemming",
            "zelfredzaamheidsmatrix",
        )
    }


def test_a_lost_phone_gets_nothing_and_hears_it_though_it_is_signed_out(world: World) -> None:
    client = world.sign_in(world.coach)
    secret = register(client)
    headers = {"X-Device": secret}
    assert client.get("/field/api/hello", headers=headers).json["device"] == "ok"
    device = db.session().exec(select(FieldDevice)).one()
    assert secret not in json.dumps([device.secret_digest, device.name])
    with pytest.raises(NotFound):
        device_service.revoke(device.id, scope_of(world.outsider()))
    device_service.revoke(device.id, scope_of(world.coordinator))
    # Whoever holds it was signed in as her.
    assert client.get("/field/api/bundle", headers=headers).status_code == 401
    said = world.app.test_client().get("/field/api/hello", headers=headers).json
    assert (said["device"], said["signed_in"], said["token"]) == ("revoked", False, None)
    again = world.sign_in(world.coach)
    assert again.get("/field/api/bundle", headers=headers).status_code == 403
    case = world.case()
    answer = put(again, uuid4(), body(case, None), **headers)
    assert answer.status_code == 403 and answer.json["device"] == "revoked"
    assert world.app.test_client().post("/field/api/devices/emptied", headers=headers).status_code == 204
    db.session().expire_all()
    assert db.session().get_one(FieldDevice, device.id).emptied_at is not None


def test_a_stranger_learns_nothing_from_hello(world: World) -> None:
    said = world.app.test_client().get("/field/api/hello", headers={"X-Device": "verzonnen"}).json
    assert (said["app"], said["signed_in"], said["coach"], said["device"]) == (
        "outreach",
        False,
        None,
        "unknown",
    )


def test_a_sixth_phone_is_refused_in_words(world: World) -> None:
    client = world.sign_in(world.coach)
    for _ in range(5):
        register(client)
    answer = client.post("/field/api/devices", json={}, headers={"X-CSRFToken": csrf(client, "/today")})
    assert answer.status_code == 409 and "vijf telefoons" in answer.json["error"]


def test_the_uuid_of_nobody_is_no_key(world: World) -> None:
    case = world.case()
    assert put(world.sign_in(world.coach), UUID(int=0), body(case, None)).status_code == 201
    assert put(world.sign_in(world.outsider()), UUID(int=0), body(case, None)).status_code == 409
