"""Whatever changes something for staff asks for a token; the response form needs none, for it sets no cookie."""

from bs4 import BeautifulSoup

from tests.factories import csrf
from tests.meta.filled import Filled

PHONE = "/field/api/"
"""What the phone app speaks to: reports and check-ins are put there under the id that the phone gave them."""

OTHER_KEYS = {
    "responses": "the code in the address",
    "notifynl": "a bearer token",
    "phones": "the secret of the phone",
    "twilio": "a signature",
    "unsubscribe": "the signed token in the address",
}
"""Blueprints that ask for no CSRF token, with what they ask for instead; none of them sets a cookie."""


def test_every_staff_form_without_its_token_is_refused(own_filled: Filled) -> None:
    accepted = []
    for rule in own_filled.rules("POST"):
        if rule.endpoint.split(".")[0] in OTHER_KEYS:
            continue
        client = own_filled.sign_in("administrator")
        answer = client.post(own_filled.path(rule))
        if answer.status_code != 400:
            accepted.append(f"{rule.rule}: {answer.status_code}")
    assert accepted == []


def test_the_token_of_another_browser_is_refused(own_filled: Filled) -> None:
    token = csrf(own_filled.app.test_client(), "/sign-in")
    client = own_filled.sign_in("administrator")
    path = f"/cases/{own_filled.facts.values['case_id']}/note"
    assert client.post(path, data={"csrf_token": token, "text": "x"}).status_code == 400


def test_no_route_changes_something_by_another_method(filled: Filled) -> None:
    rules = list(filled.app.url_map.iter_rules())
    pages = {method for rule in rules if not rule.rule.startswith(PHONE) for method in rule.methods or ()}
    assert pages <= {"GET", "HEAD", "OPTIONS", "POST"}
    assert {method for rule in rules for method in rule.methods or ()} <= pages | {"PUT"}


def test_every_form_on_every_staff_page_brings_its_token(filled: Filled) -> None:
    without = []
    seen = 0
    for page in filled.pages():
        if not page.is_html or page.endpoint.split(".")[0] in OTHER_KEYS:
            continue
        for form in BeautifulSoup(page.answer.text, "html.parser").find_all("form"):
            if str(form.get("method", "get")).lower() == "post":
                seen += 1
                field = form.find("input", attrs={"name": "csrf_token"})
                if field is None or not field.get("value"):
                    without.append(f"{page}: form to {form.get('action')}")
    assert without == []
    assert seen > 10


def test_the_response_form_sets_no_cookie_and_takes_an_answer_without_token(own_filled: Filled) -> None:
    client = own_filled.app.test_client()
    path = f"/r/{own_filled.facts.values['code']}"
    for answer in (
        client.get(path),
        client.get(f"{path}?lang=en"),
        client.get("/r/"),
        client.get("/r/nothing-at-all"),
        client.post(path, data={"now": "school"}),
    ):
        assert answer.status_code != 400
        assert "Set-Cookie" not in answer.headers
    assert client.post(path, data={"now": "work"}).status_code == 303
