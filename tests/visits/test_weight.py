"""What a phone on a bad line has to fetch: the app under 40 KB, thirty visits and all questions under 60 KB."""

import json

from outreach.web.assets import DIST
from tests.counting import counted
from tests.factories import World, csrf
from tests.visits.door import plan_visit

APP, VISITS = 40_000, 60_000


def test_the_script_of_the_app_without_the_scanner_is_light() -> None:
    names = json.loads((DIST / "manifest.json").read_text())
    weight = sum((DIST / f"{names[name]}.gz").stat().st_size for name in ("field.js", "field-worker.js"))
    assert weight < APP


def test_thirty_visits_are_light_and_cost_no_more_questions_than_three(world: World) -> None:
    client = world.sign_in(world.coach)
    token = csrf(client, "/today")
    secret = client.post("/field/api/devices", json={}, headers={"X-CSRFToken": token}).json["secret"]
    for case in world.cases(3):
        plan_visit(case)
    headers = {"X-Device": secret, "Accept-Encoding": "gzip"}
    client.get("/field/api/bundle", headers=headers)  # The forms are made once.
    with counted(world.app) as few:
        client.get("/field/api/bundle", headers=headers)
    for case in world.cases(27):
        plan_visit(case)
    with counted(world.app) as many:
        answer = client.get("/field/api/bundle", headers=headers)
    assert len(many) == len(few)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < VISITS, len(answer.data)
