"""What browsers, bots and bad luck send to the response form: a clear error, and nothing is lost or half done."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from tests.factories import World
from tests.responses.letters import answers, events, letter

DUTCH = {"Accept-Language": "nl"}


def refused(client: FlaskClient, path: str, fields: dict[str, object]) -> BeautifulSoup:
    """The form as it comes back with an error."""
    page = client.post(path, data=MultiDict(fields), headers=DUTCH)
    assert page.status_code == 422
    return BeautifulSoup(page.text, "html.parser")


def error_at(page: BeautifulSoup, field: str) -> str:
    """The words beside a field, which the field names as its description."""
    found = page.find(id=f"{field}-error")
    assert found is not None, f"no error at {field}"
    assert page.select_one(f'#{field}[aria-describedby~="{field}-error"]')
    return found.text.replace("Fout:", "").strip()


def test_an_empty_form_gets_a_kind_word(world: World, client: FlaskClient) -> None:
    case = world.case()
    page = refused(client, f"/r/{letter(world, case)}", {})
    assert error_at(page, "now") == "Je hebt nog niets ingevuld. Eén antwoord is al genoeg."
    assert not events(case) and not answers(case)


def test_one_wrong_field_loses_nothing_of_the_others(world: World, client: FlaskClient) -> None:
    case = world.case()
    page = refused(
        client,
        f"/r/{letter(world, case)}",
        {
            "now": "both",
            "help_with": ["home", "health"],
            "reach_by": ["email", "sms"],
            "phone": "0612",
            "email": "ik@",
            "when": ["morning", "evening"],
            "message": 'Ik <b>heb</b> "vragen" & zo',
        },
    )
    assert error_at(page, "phone") == "Dit nummer klopt niet. Schrijf het zo: 06 12345678."
    assert error_at(page, "email") == "Dit e-mailadres klopt niet. Schrijf het zo: naam@voorbeeld.nl."
    ticked = {box["value"] for box in page.select("main > form input[checked]")}
    assert ticked == {"both", "home", "health", "email", "sms", "morning", "evening"}
    phone, email, message = (page.find(id=name) for name in ("phone", "email", "message"))
    assert phone and email and message
    assert (phone["value"], email["value"]) == ("0612", "ik@")
    assert message.text.strip() == 'Ik <b>heb</b> "vragen" & zo'
    assert {link["href"] for link in page.select("[role=alert] a")} == {"#phone", "#email"}
    assert not events(case)


@pytest.mark.parametrize(
    ("field", "sent", "words"),
    [
        ("now", ["school", "work"], "Kies er één."),
        ("now", "astronaut", "Dit antwoord kennen we niet. Kies er één uit deze lijst."),
        ("help_with", ["money", "' OR 1=1"], "Dit antwoord kennen we niet. Kies uit deze lijst."),
        ("reach_by", "pigeon", "Dit antwoord kennen we niet. Kies uit deze lijst."),
        ("when", "night", "Dit antwoord kennen we niet. Kies uit deze lijst."),
        ("phone", ["0612345678", "0687654321"], "Dit kwam dubbel binnen."),
        ("phone", "1" * 5000, "Dit nummer klopt niet."),
        ("phone", "ik@example.nl", "Dit nummer klopt niet."),
        ("email", "a" * 5000 + "@example.nl", "Dit e-mailadres klopt niet."),
        ("message", ["een", "twee"], "Dit kwam dubbel binnen."),
        ("message", "nul\x00teken", "Er stond een teken in dat we niet kunnen lezen."),
        ("message", "x" * 1001, "Je bericht is 1 teken te lang. Maak het iets korter."),
        ("message", "é" * 1200, "Je bericht is 200 tekens te lang. Maak het iets korter."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    world: World, client: FlaskClient, field: str, sent: object, words: str
) -> None:
    case = world.case()
    page = refused(client, f"/r/{letter(world, case)}", {"now": "work", field: sent})
    assert error_at(page, field).startswith(words)
    assert not events(case) and not answers(case)


def test_a_message_of_a_thousand_characters_fits_and_a_line_break_is_one(
    world: World, client: FlaskClient
) -> None:
    case = world.case()
    assert client.post(f"/r/{letter(world, case)}", data={"message": "a\r\n" * 499 + "ab"}).status_code == 303
    assert len(events(case)[-1].data["message"]) == 1000


def test_an_answer_ticked_twice_counts_once(world: World, client: FlaskClient) -> None:
    case = world.case()
    client.post(
        f"/r/{letter(world, case)}",
        data=MultiDict({"now": ["work", "work"], "help_with": ["money", "money"]}),
    )
    assert events(case)[-1].data["help_with"] == ["money"]


def test_no_help_is_an_answer_and_a_topic_beside_it_wins(world: World, client: FlaskClient) -> None:
    case = world.case()
    code = letter(world, case)
    for ticked, wanted in ((["no"], (False, [])), (["no", "money"], (True, ["money"])), ([], (None, []))):
        client.post(f"/r/{code}", data=MultiDict({"now": "work", "help_with": ticked}))
        data = events(case)[-1].data
        assert (data["help"], data["help_with"]) == wanted


def test_the_code_of_another_case_in_the_body_is_refused(world: World, client: FlaskClient) -> None:
    case, other = world.case(), world.case()
    code = letter(world, case)
    page = refused(client, f"/r/{code}", {"now": "work", "code": letter(world, other)})
    assert "hoort bij een andere brief" in page.text
    assert page.select("input[value=work][checked]")
    assert not events(case) and not events(other)
    assert client.post(f"/r/{code}", data={"now": "work", "code": code.lower()}).status_code == 303


@pytest.mark.parametrize("intent", ["delete", ["decline", "answer"], ""])
def test_an_unknown_or_doubled_button_changes_nothing(
    world: World, client: FlaskClient, intent: object
) -> None:
    case = world.case()
    page = refused(client, f"/r/{letter(world, case)}", {"now": "work", "intent": intent})
    assert "Druk er nog een keer op" in page.text
    assert not events(case)


@pytest.mark.parametrize("body", [b"x" * 10_000_000, b"message=" + b"x" * 10_000_000])
def test_ten_megabytes_get_a_friendly_no(world: World, client: FlaskClient, body: bytes) -> None:
    case = world.case()
    page = client.post(
        f"/r/{letter(world, case)}",
        data=body,
        content_type="application/x-www-form-urlencoded",
        headers=DUTCH,
    )
    assert page.status_code == 413
    assert "Dat was te veel" in page.text and "010 123 45 67" in page.text
    assert not events(case)


def test_ten_megabytes_as_a_file_or_as_a_thousand_fields_too(world: World, client: FlaskClient) -> None:
    path = f"/r/{letter(world, world.case())}"
    many = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % number for number in range(1000)
    )
    for body in (
        many + b"--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="now"\r\n\r\n' + b"x" * 10_000_000,
    ):
        assert client.post(path, data=body, content_type="multipart/form-data; boundary=b").status_code == 413


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"now": "work"}', "application/json"),
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (b"%ff=%fe&now", "application/x-www-form-urlencoded"),
        (b"", ""),
    ],
)
def test_a_body_that_is_no_form_is_an_empty_form(
    world: World, client: FlaskClient, body: bytes, kind: str
) -> None:
    page = client.post(f"/r/{letter(world, world.case())}", data=body, content_type=kind)
    assert page.status_code == 422


def test_fields_that_nobody_asked_for_are_left_alone(world: World, client: FlaskClient) -> None:
    case = world.case()
    extra = {"status": "afgesloten", "case_id": "1", "csrf_token": "x", "response_id": "y"}
    assert client.post(f"/r/{letter(world, case)}", data={"now": "work", **extra}).status_code == 303
    assert set(events(case)[-1].data) == {
        "response_id",
        "now",
        "help",
        "help_with",
        "reach_by",
        "reach_at",
        "when",
        "message",
        "call_back",
    }
