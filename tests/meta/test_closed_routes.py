"""Every route is closed unless it is opened here by name, and nobody sees another's cases."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.routing import Rule

from outreach import create_app, db
from outreach.cases.models import CaseEvent
from outreach.web.access import API, OPEN, access_of
from tests.conftest import settings_for
from tests.factories import csrf
from tests.meta.filled import FAMILY_NAME, NEIGHBOUR, OUTSIDER, ROLES, Filled

OPEN_TO_STRANGERS = {
    "web.first": "sends everybody on to where she belongs",
    "web.alive": "asked by the machine that keeps the process going",
    "web.ready": "asked by the load balancer",
    "security.login": "the door itself",
    "security.logout": "leaving must always work",
    "responses.form": "the young person's form: its code is its key",
    "responses.answer": "the young person's answer",
    "responses.thanks": "the receipt after an answer",
    "responses.type_code": "for who cannot scan",
    "responses.garbled": "a mistyped address gets a friendly page",
    "notifynl.status": "NotifyNL's callbacks: known by their bearer token",
    "twilio.inbound": "messages that come in by Twilio: known by their signature, 403 without",
    "twilio.status": "what became of messages by Twilio: the same",
    "unsubscribe.ask": "unsubscribe in an e-mail: its signed token is the key, opening it changes nothing",
    "unsubscribe.leave": "the button there, and the one of the mail program itself",
    "field.shell": "the phone app without anybody's data; it must open without a network",
    "field.worker": "its service worker: browsers look for a newer one without a sign-in",
    "field.manifest": "its name and icons on a home screen",
    "field.hello": "says that this is our server, and who is signed in to whoever is",
    "field_devices.calendar": "what calendar programs read: the secret in the address is the key",
    "phones.emptied": "a lost phone that says it is empty: known by its secret",
    "devices.worker": "browsers look for a newer one without a sign-in; holds nothing about anybody",
    "devices.manifest": "the name and icon on a home screen",
    "demo.welcome": "who you can be in the demo; not there in production",
    "demo.be": "signs in to the demo; not there in production",
}
"""Endpoint and why it is open."""

ANY_STAFF = {
    "me.details": "her own name, phone and hours",
    "me.password": "her own password",
    "messages.sandbox": "whoever tries the product reads the messages",
    "messages.phone": "one phone of the sandbox",
    "messages.reply": "answers as the young person",
}
"""Open to whoever signed in, whatever her role."""

NOT_OF_A_REGION = {
    "exports.open_data.kind",
    "case_lists.file.kind",  # a search: that it finds nobody of another region is tested in its room
    "campaigns.plan.name",  # a plan that ships, the same for all regions
    "insight.file.figures",  # a table, of her own municipalities: tested in its room
    "insight.file.kind",
    "letters.edit_text.language",
    "letters.edit_text.name",  # a text that ships; what a region wrote in it is tested in its room
    "letters.edit_text.variant",
    "letters.save_text.language",
    "letters.save_text.name",
    "letters.save_text.variant",
    "message_texts.edit_text.language",
    "message_texts.edit_text.name",  # the same
    "message_texts.save_text.language",
    "message_texts.save_text.name",
    "cases.status.word",
    "demo.be.role",
}
"""Parameters that name no object."""


def _routes(filled: Filled) -> list[tuple[Rule, str]]:
    return [(rule, method) for method in ("GET", "POST") for rule in filled.rules(method)]


def test_the_open_routes_are_the_ones_listed_here(filled: Filled) -> None:
    endpoints = {rule.endpoint for rule in filled.app.url_map.iter_rules()}
    opened = {endpoint for endpoint in endpoints if access_of(filled.app, endpoint) is OPEN}
    assert opened == set(OPEN_TO_STRANGERS)


def test_a_page_for_all_roles_is_listed_here(filled: Filled) -> None:
    endpoints = {rule.endpoint for rule in filled.app.url_map.iter_rules()}
    for_all = {endpoint for endpoint in endpoints if access_of(filled.app, endpoint) is None}
    assert for_all == set(ANY_STAFF)


def test_a_stranger_finds_every_other_route_closed(filled: Filled) -> None:
    client = filled.app.test_client()
    token = csrf(client, "/sign-in")
    entered = []
    for rule, method in _routes(filled):
        if rule.endpoint in OPEN_TO_STRANGERS:
            continue
        answer = client.open(filled.path(rule), method=method, data={"csrf_token": token})
        to_the_door = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
        if not to_the_door and answer.status_code not in (401, 403, 404):
            entered.append(f"{method} {rule.rule}: {answer.status_code}")
    assert entered == []


def test_a_stranger_who_says_to_be_htmx_gets_nothing_but_the_door(filled: Filled) -> None:
    client = filled.app.test_client()
    for rule in filled.rules("GET"):
        if rule.endpoint in OPEN_TO_STRANGERS:
            continue
        answer = client.get(filled.path(rule), headers={"HX-Request": "true"})
        if rule.rule.startswith(API):
            assert answer.status_code == 401 and set(answer.json) == {"error", "sign_in"}, rule.rule
            continue
        assert answer.data == b"", rule.rule
        assert answer.headers["HX-Redirect"].startswith("/sign-in"), rule.rule


def test_in_production_there_is_no_demo_and_no_sandbox(filled: Filled) -> None:
    app = create_app(settings_for(filled.facts.url, OUTREACH_ENV="production", OUTREACH_CHANNELS="sms=hand"))
    blueprints = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules()}
    assert not blueprints & {"demo", "messages"}


def test_the_public_zone_carries_no_staff_page(filled: Filled) -> None:
    app = create_app(settings_for(filled.facts.url), zone="public")
    blueprints = {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules()}
    assert blueprints == {"web", "responses", "notifynl", "twilio", "unsubscribe"}
    client = app.test_client()
    assert client.get("/").headers["Location"] == "/r/"
    assert client.get("/sign-in").status_code == client.get("/cases").status_code == 404
    assert client.get(f"/r/{filled.facts.values['code']}").status_code == 200


def test_the_staff_zone_carries_no_response_form(filled: Filled) -> None:
    app = create_app(settings_for(filled.facts.url), zone="staff")
    assert "responses" not in {rule.endpoint.split(".")[0] for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_its_routes_say_and_nothing_crashes(own_filled: Filled, role: str) -> None:
    client = own_filled.sign_in(role)
    token = csrf(client, "/sandbox")
    wrong = []
    for rule, method in _routes(own_filled):
        if access_of(own_filled.app, rule.endpoint) is OPEN:
            continue
        answer = client.open(own_filled.path(rule), method=method, data={"csrf_token": token})
        if answer.status_code >= 500:
            wrong.append(f"{method} {rule.rule} crashed")
        elif (answer.status_code == 403) is own_filled.may(rule.endpoint, role):
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("who", [OUTSIDER, NEIGHBOUR])
def test_a_case_of_another_municipality_does_not_exist(own_filled: Filled, who: str) -> None:
    client = own_filled.sign_in(who)
    token = csrf(client, "/sandbox")
    with own_filled.app.app_context():
        before = db.session().scalar(select(func.count()).select_from(CaseEvent))
    seen = []
    for rule, method in _routes(own_filled):
        of_a_case = rule.arguments & {"case_id", "notice_id", "enrolment_id"}
        if rule.endpoint in OPEN_TO_STRANGERS or not of_a_case:
            continue
        answer = client.open(own_filled.path(rule), method=method, data={"csrf_token": token})
        if answer.status_code not in (403, 404):
            seen.append(f"{method} {rule.rule}: {answer.status_code}")
    assert seen == []
    with own_filled.app.app_context():
        assert db.session().scalar(select(func.count()).select_from(CaseEvent)) == before


def test_nothing_of_a_region_exists_for_a_person_of_another_one(own_filled: Filled) -> None:
    client = own_filled.sign_in(OUTSIDER)
    token = csrf(client, "/sandbox")
    seen = []
    for rule, method in _routes(own_filled):
        objects = {name for name in rule.arguments if f"{rule.endpoint}.{name}" not in NOT_OF_A_REGION}
        if rule.endpoint in OPEN_TO_STRANGERS or not objects:
            continue
        answer = client.open(own_filled.path(rule), method=method, data={"csrf_token": token})
        if answer.status_code not in (403, 404):
            seen.append(f"{method} {rule.rule}: {answer.status_code}")
    assert seen == []


@pytest.mark.parametrize("who", [OUTSIDER, NEIGHBOUR])
def test_lists_hold_no_one_of_another_municipality(filled: Filled, who: str) -> None:
    client = filled.sign_in(who)
    for rule in filled.rules("GET"):
        if rule.endpoint in OPEN_TO_STRANGERS or rule.arguments:
            continue
        for query in ("", f"?q={FAMILY_NAME}"):
            page = BeautifulSoup(client.get(filled.path(rule) + query).text, "html.parser")
            assert FAMILY_NAME not in page.get_text(), f"{rule.rule}{query} shows a young person to {who}"


def test_a_case_is_there_for_who_works_for_its_municipality(filled: Filled) -> None:
    """The two tests above would pass on empty pages: here the same search finds somebody."""
    page = filled.sign_in("coach").get(f"/cases?q={FAMILY_NAME}").text
    assert "Noor0" in page
