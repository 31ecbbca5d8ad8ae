"""A young person scans the letter and answers."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from outreach import clock, db
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import OptOut, Person
from outreach.regions.models import Municipality, Region
from outreach.responses import service
from outreach.responses.models import ResponseCode
from outreach.responses.rules import Answers, Now
from tests.factories import World
from tests.responses.letters import answers, events, expire, letter, notices, status

DUTCH = {"Accept-Language": "nl"}
PHONE_OF_THE_REGION = "010 123 45 67"


def test_the_form_greets_and_asks_at_most_five_questions(world: World, client: FlaskClient) -> None:
    page = client.get(f"/r/{letter(world, world.case())}", headers=DUTCH)
    soup = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 200
    assert soup.h1 and soup.h1.text == "Hoi! Fijn dat je scant. Dit kost een halve minuut."
    assert len(soup.select("main > form fieldset, main > form textarea")) == 5
    assert [button.text for button in soup.select("main > form button")] == ["Verstuur"]
    assert soup.script is None


def test_an_answer_becomes_an_event_a_status_and_a_notice_for_the_coach(
    world: World, client: FlaskClient
) -> None:
    case = world.case()
    timeline.record(case.id, EventKind.enrolled)
    assert status(case) == "in_benadering"
    sent = client.post(
        f"/r/{letter(world, case)}",
        data={
            "now": "nothing",
            "help_with": ["work", "money"],
            "reach_by": ["whatsapp", "call"],
            "phone": "0031 6 8765 4321",
            "when": ["evening"],
            "message": "Liefst na 18.00\r\nGroetjes 👋",
        },
    )
    assert sent.status_code == 303
    event = events(case)[-1]
    stored = answers(case)[0]
    assert (event.kind, event.actor, event.channel) == ("responded", "person", "form")
    assert event.data == {
        "response_id": str(stored.id),
        "now": "nothing",
        "help": True,
        "help_with": ["money", "work"],
        "reach_by": ["call", "whatsapp"],
        "reach_at": "+31687654321",
        "when": ["evening"],
        "message": "Liefst na 18.00\nGroetjes 👋",
        "call_back": False,
    }
    assert stored.event_id == event.id
    assert status(case) == "in_contact"
    assert [(notice.kind, notice.coach_id) for notice in notices(case)] == [("responded", world.coach.id)]


def test_an_answer_to_one_question_is_welcome(world: World, client: FlaskClient) -> None:
    case = world.case()
    assert client.post(f"/r/{letter(world, case)}", data={"now": "school"}).status_code == 303
    assert events(case)[-1].data["now"] == "school"


def test_the_thank_you_page_says_who_goes_on_when_and_which_number(world: World, client: FlaskClient) -> None:
    case = world.case(given_name="Noor", family_name="Jansen")
    page = client.post(
        f"/r/{letter(world, case)}", data={"now": "work"}, headers=DUTCH, follow_redirects=True
    ).text
    assert "Samira leest je antwoord en neemt contact met je op" in page
    assert "ma t/m do, 9.00 – 17.00" in page
    assert 'href="tel:+31612345678"' in page and "06 12 34 56 78" in page
    assert (
        "Noor" not in page.replace("Waterweg Noord", "") and "Jansen" not in page and "de Vries" not in page
    )


def test_without_a_coach_the_region_answers(world: World, client: FlaskClient) -> None:
    case = world.case()
    with db.write() as session:
        case.coach_id = None
        session.add(case)
    page = client.post(
        f"/r/{letter(world, case)}", data={"now": "work"}, headers=DUTCH, follow_redirects=True
    ).text
    assert "Een van onze coaches leest je antwoord" in page
    assert PHONE_OF_THE_REGION in page


def test_the_thank_you_page_opens_only_for_who_answered(world: World, client: FlaskClient) -> None:
    code, other = letter(world, world.case()), letter(world, world.case())
    there = client.post(f"/r/{code}", data={"now": "work"}).location
    assert client.get(there).status_code == 200
    for wrong in (f"/r/{code}/thanks", f"/r/{code}/thanks?receipt=abc", there.replace(code, other)):
        assert client.get(wrong).location.startswith("/r/")
    with clock.at(clock.now() + timedelta(hours=2)):
        assert client.get(there).location == f"/r/{code}"


def test_scanning_again_changes_the_answer_and_keeps_the_first(world: World, client: FlaskClient) -> None:
    case = world.case()
    code = letter(world, case)
    client.post(f"/r/{code}", data={"now": "nothing"})
    client.post(f"/r/{code}", data={"now": "work"})
    assert [event.data["now"] for event in events(case)] == ["nothing", "work"]
    assert [answer.answers["now"] for answer in answers(case)] == ["nothing", "work"]
    assert len(notices(case)) == 2


def test_a_double_tap_is_stored_once(world: World, client: FlaskClient) -> None:
    case = world.case()
    code = letter(world, case)
    first = client.post(f"/r/{code}", data={"now": "work"})
    second = client.post(f"/r/{code}", data={"now": "work"})
    assert (first.status_code, second.status_code) == (303, 303)
    assert len(events(case)) == len(answers(case)) == 1
    with clock.at(clock.now() + timedelta(minutes=2)):
        client.post(f"/r/{code}", data={"now": "work"})
    assert len(events(case)) == 2


def test_call_me_back_needs_only_a_number(world: World, client: FlaskClient) -> None:
    case = world.case()
    code = letter(world, case)
    page = client.post(f"/r/{code}", data={"intent": "call_back", "phone": ""}, headers=DUTCH)
    assert page.status_code == 422
    fold = BeautifulSoup(page.text, "html.parser").select_one("details[open]")
    assert fold and "Vul je nummer in, dan kunnen we je bellen." in fold.text
    thanks = client.post(
        f"/r/{code}",
        data={"intent": "call_back", "phone": "06-87654321", "when": "morning"},
        headers=DUTCH,
        follow_redirects=True,
    ).text
    assert "Samira belt je" in thanks
    data = events(case)[-1].data
    assert (data["call_back"], data["reach_at"], data["when"]) == (True, "+31687654321", ["morning"])


def test_no_contact_is_an_opt_out_of_everything(world: World, client: FlaskClient) -> None:
    case = world.case()
    page = client.post(
        f"/r/{letter(world, case)}", data={"intent": "decline"}, headers=DUTCH, follow_redirects=True
    ).text
    assert "Oké, we laten je met rust" in page
    assert events(case)[-1].kind == "contact_declined"
    assert [notice.kind for notice in notices(case)] == ["contact_declined"]
    person = db.session().get(Person, case.person_id)
    assert person is not None
    opted_out = db.session().get(OptOut, (person.id, "all"))
    assert opted_out is not None and opted_out.event_id == events(case)[-1].id


def test_who_asks_for_contact_after_all_is_opted_in_again(world: World, client: FlaskClient) -> None:
    case = world.case()
    code = letter(world, case)

    def opted_out() -> bool:
        db.session().expire_all()
        return db.session().get(OptOut, (case.person_id, "all")) is not None

    client.post(f"/r/{code}", data={"intent": "decline"})
    client.post(f"/r/{letter(world, case)}", data={"intent": "decline"})
    client.post(f"/r/{code}", data={"now": "work"})
    assert opted_out(), "that it goes well asks for nothing"
    client.post(f"/r/{code}", data={"intent": "call_back", "phone": "0687654321"})
    assert not opted_out()


@pytest.mark.parametrize(("button", "moved"), [("not_me", False), ("moved", True)])
def test_this_is_not_me_is_told_to_the_coach(
    world: World, client: FlaskClient, button: str, moved: bool
) -> None:
    case = world.case()
    assert client.post(f"/r/{letter(world, case)}", data={"intent": button}).status_code == 303
    event = events(case)[-1]
    assert (event.kind, event.data["moved"]) == ("wrong_person_reported", moved)
    assert status(case) == "nieuw"
    assert [notice.kind for notice in notices(case)] == ["wrong_person_reported"]


def test_a_case_that_was_unreachable_for_a_while_is_in_contact_again(
    world: World, client: FlaskClient
) -> None:
    case = world.case()
    code = letter(world, case)
    timeline.record(case.id, EventKind.enrolled)
    timeline.record(case.id, EventKind.plan_finished)
    assert status(case) == "onbereikbaar"
    client.post(f"/r/{code}", data={"now": "work"})
    assert status(case) == "in_contact"


def test_a_closed_case_an_expired_and_an_unbound_code_all_say_the_same(
    world: World, client: FlaskClient
) -> None:
    closed, expired, card = world.case(), letter(world, world.case()), letter(world)
    of_closed = letter(world, closed)
    timeline.record(closed.id, EventKind.status_chosen, data={"status": "afgesloten"})
    expire(expired)
    pages = {client.get(f"/r/{code}", headers=DUTCH).text for code in (of_closed, expired, card)}
    assert len(pages) == 1
    page = pages.pop()
    assert "Deze code werkt niet meer" in page and PHONE_OF_THE_REGION in page
    for code in (of_closed, expired, card):
        assert client.get(f"/r/{code}").status_code == 404
        assert client.post(f"/r/{code}", data={"now": "work"}).status_code == 404
    assert not answers(closed)


def test_a_case_that_is_closed_while_somebody_fills_in_takes_no_answer(world: World) -> None:
    case = world.case()
    code = letter(world, case)
    timeline.record(case.id, EventKind.status_chosen, data={"status": "afgesloten"})
    with pytest.raises(service.CodeNotOpen):
        service.submit(code, Answers(now=Now.work), "nl")


def test_the_page_is_the_same_for_everybody_and_shows_nobody(world: World, client: FlaskClient) -> None:
    codes = [
        letter(world, world.case(given_name=name, mobile=f"+316123456{n}8"))
        for n, name in enumerate(("Fatima", "Kees"))
    ]
    one, other = (client.get(f"/r/{code}", headers=DUTCH) for code in codes)
    assert one.data == other.data
    assert "Samira" not in one.text and "Fatima" not in one.text and codes[0] not in one.text.upper()
    client.post(f"/r/{codes[0]}", data={"now": "work", "phone": "0687654321"})
    assert client.get(f"/r/{codes[0]}", headers=DUTCH).data == one.data, "nor what was answered before"


def test_dutch_and_english_with_a_switch_that_stays(world: World, client: FlaskClient) -> None:
    code = letter(world, world.case())
    page = client.get(f"/r/{code}?lang=en", headers=DUTCH)
    assert "Nice that you scanned" in page.text and 'lang="en"' in page.text
    assert 'href="?lang=nl"' in page.text
    sent = client.post(f"/r/{code}?lang=en", data={"now": "work"}, headers=DUTCH)
    thanks = client.get(sent.location, headers=DUTCH).text
    assert "Thank you! We have your answer." in thanks
    assert "Samira works Mon to Thu, 9:00 – 17:00" in thanks
    assert 'href="?lang=nl&amp;receipt=' in client.get(sent.location, headers=DUTCH).text


def test_the_page_speaks_the_language_of_the_phone_else_of_the_letter(
    world: World, client: FlaskClient
) -> None:
    code = letter(world, world.case(), language="en")
    for header, expected in (("nl-NL,nl;q=0.9,en;q=0.5", "nl"), ("en-GB", "en"), ("pl", "en")):
        assert (
            f'<html lang="{expected}"' in client.get(f"/r/{code}", headers={"Accept-Language": header}).text
        )


def test_no_cookie_no_session_and_nothing_kept(world: World) -> None:
    code = letter(world, world.case())
    staff = world.sign_in(world.coach)
    for client in (world.app.test_client(), staff):
        sent = client.post(f"/r/{code}?lang=nl", data={"now": "work"})
        for page in (client.get(f"/r/{code}?lang=en"), sent, client.get(sent.location), client.get("/r/")):
            assert "Set-Cookie" not in page.headers
            assert "Cookie" not in page.headers.get("Vary", "")
            assert "no-store" in page.headers["Cache-Control"]
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert client.get(f"/r/{code}").headers["X-Robots-Tag"].startswith("noindex")


def test_a_region_that_changes_its_number_shows_the_new_one_at_once(
    world: World, client: FlaskClient
) -> None:
    code = letter(world, world.case())
    assert PHONE_OF_THE_REGION in client.get(f"/r/{code}").text
    with db.write() as session:
        region = session.get(Region, world.region.id)
        assert region is not None
        region.settings_data = {**region.settings_data, "phone": "010 765 43 21"}
        session.add(region)
    page = client.get(f"/r/{code}").text
    assert "010 765 43 21" in page and PHONE_OF_THE_REGION not in page


def test_every_region_has_its_own_page(world: World, client: FlaskClient) -> None:
    with db.write() as session:
        region = Region(slug="oost", name="Oost", settings_data={"phone": "038 123 45 67"})
        session.add(region)
        session.flush()
        session.add(Municipality(code="GM0193", name="Zwolle", region_id=region.id))
        code = service.issue_codes(session, [service.CodeFor(world.case().id, None, region.id)])[0]
    assert "038 123 45 67" in client.get(f"/r/{code}").text
    wrong = client.get("/r/nonsense").text
    assert "038 123 45 67" in wrong and PHONE_OF_THE_REGION in wrong


def test_codes_are_issued_in_bulk_each_once_and_valid_as_long_as_the_region_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = letter(world, world.case())
    drawn = iter([first, "0000000000", "0000000000", "7KQ4M2X91T"])
    monkeypatch.setattr("outreach.responses.codes.new_code", lambda: next(drawn))
    case = world.case()
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with clock.at(at), db.write() as session:
        wanted = [service.CodeFor(case.id, None, world.region.id)] * 2
        issued = service.issue_codes(session, wanted)
    assert sorted(issued) == ["0000000000", "7KQ4M2X91T"]
    row = db.session().get(ResponseCode, issued[0])
    assert row is not None and row.expires_at == at + timedelta(days=365)
