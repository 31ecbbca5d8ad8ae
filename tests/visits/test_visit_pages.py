"""Reporting a visit on a page: by one button or with a checklist, and reading it again on the case."""

import base64
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import service as campaigns
from outreach.campaigns import visit_queries
from outreach.campaigns.models import Enrolment, PlanVersion
from outreach.campaigns.plan_files import PLANS
from outreach.cases import service as cases
from outreach.cases.models import Case
from outreach.cases.rules import CaseStatus
from outreach.letters import card_service as printing
from outreach.responses.models import ResponseCode
from outreach.visits import checklist_files
from outreach.visits.models import VisitReport
from tests.counting import counted
from tests.factories import World, csrf
from tests.responses.letters import events, status
from tests.visits.door import body, plan_visit, put

GOOD = {"outcome": "met", "a.spoke_to": "self", "a.now": "work", "a.wants_help": "maybe"}


def page(client: FlaskClient, address: str) -> Tag:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def hidden(shown: Tag) -> dict[str, str]:
    return {field["name"]: field["value"] for field in shown.select("main form input[type=hidden]")}  # type: ignore[misc]


def send(client: FlaskClient, address: str, given: dict[str, Any]) -> Any:
    """Open the page and send its form with what was filled in."""
    return client.post(address, data=hidden(page(client, address)) | given)


def reports() -> list[VisitReport]:
    db.session().expire_all()
    return list(db.session().exec(select(VisitReport)))


def test_one_large_button_is_a_report_without_answers(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit?attempt={visit}&back=visits"
    answer = send(client, address, {"result": "met", "note": "Belt zelf terug"})
    assert answer.location == "/visits"
    [report] = reports()
    assert (report.outcome, report.state, report.flags, report.body["answers"]) == ("met", "applied", [], {})
    assert report.attempt_id == visit and report.checklist == "deurgesprek"
    logged = [event for event in events(case) if event.kind == "visit_logged"]
    assert logged[0].data["note"] == "Belt zelf terug"
    assert status(case) == "in_contact"


@pytest.mark.parametrize("result", ["nobody_home", "card_left"])
def test_nobody_home_belongs_to_its_own_checklist(world: World, result: str) -> None:
    case = world.case()
    send(world.sign_in(world.coach), f"/cases/{case.id}/visit", {"result": result})
    [report] = reports()
    assert (report.checklist, report.outcome) == ("niet-thuis", "nobody_home")
    assert report.body["card_left"] is (result == "card_left")


def test_without_a_choice_the_button_page_says_so(world: World) -> None:
    case = world.case()
    answer = send(world.sign_in(world.coach), f"/cases/{case.id}/visit", {"note": "Al getypt"})
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser")
    assert "Kies hoe het huisbezoek ging." in shown.select_one("[role=alert]").text  # type: ignore[union-attr]
    assert shown.select_one("textarea").text == "Al getypt"  # type: ignore[union-attr]
    assert reports() == []


def test_a_form_that_is_sent_twice_counts_once(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit"
    sent = hidden(page(client, address)) | {"result": "refused"}
    assert client.post(address, data=sent).status_code == 302
    assert client.post(address, data=sent).status_code == 409
    assert [event.kind for event in events(case)].count("visit_logged") == 1


def test_the_page_offers_the_usual_checklist_and_the_others(world: World) -> None:
    case = world.case()
    shown = page(world.sign_in(world.coach), f"/cases/{case.id}/visit")
    first = shown.select_one("#checklists > a")
    assert first is not None and first.get_text(strip=True) == "Deurgesprek"
    others = [one.get_text(strip=True) for one in shown.select("#checklists details .card__title a")]
    assert others == [
        "Big 5",
        "Intakegesprek",
        "Huisbezoek luxe verzuim",
        "Niemand thuis",
        "Gesprek over privacy",
        "Zelfredzaamheids\u00admatrix",
    ]


def test_the_step_of_a_plan_says_with_which_checklist_its_visit_begins(world: World) -> None:
    case = world.case()
    campaign = campaigns.create(world.region.id, "luxe", "drie-weken", "Luxe verzuim")
    campaigns.add_cases(campaign.id, [case.id])
    with clock.at(clock.now() - timedelta(days=20)):
        campaigns.start(campaign.id)
    source = (PLANS / "drie-weken.yaml").read_text()
    named = source.replace("channel: visit\n", "channel: visit\n    checklist: luxe-verzuim\n", 1)
    with db.write() as session:
        for version in session.exec(select(PlanVersion)):
            version.document = named
            session.add(version)
    visit = plan_visit(case)
    with db.write() as session:
        attempt = session.get_one(ContactAttempt, visit)
        attempt.step = "w3-huisbezoek"
        attempt.enrolment_id = _enrolment(case)
        session.add(attempt)
    assert visit_queries.checklists_of([visit]) == {visit: "luxe-verzuim"}
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit?attempt={visit}"
    first = page(client, address).select_one("#checklists > a")
    assert first is not None and first.get_text(strip=True) == "Huisbezoek luxe verzuim"
    opened = page(client, f"/cases/{case.id}/visit/report?attempt={visit}")
    assert opened.select_one("form[data-checklist='luxe-verzuim@1']")
    secret = client.post("/field/api/devices", json={}, headers={"X-CSRFToken": csrf(client, "/today")}).json
    headers = {"X-Device": secret["secret"], "Accept-Encoding": "identity"}
    [on_her_phone] = client.get("/field/api/bundle", headers=headers).json["visits"]
    assert on_her_phone["checklist"] == "luxe-verzuim@1"


def _enrolment(case: Case) -> UUID:
    found: UUID = db.session().exec(select(Enrolment.id).where(Enrolment.case_id == case.id)).one()
    return found


def test_a_checklist_is_filled_in_and_feeds_back_into_the_case(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit/report?attempt={visit}&back=today"
    on = clock.today() + timedelta(days=5)
    given = GOOD | {
        "a.help_with": ["work", "money"],
        "a.who_else": "niet gevraagd, want het was de jongere zelf",
        "note": "Gaat bij de bakker kijken",
        "next_kind": "call",
        "next_on": on.isoformat(),
    }
    answer = send(client, address, given)
    assert answer.location == "/today"
    [report] = reports()
    assert (report.checklist, report.checklist_version, report.attempt_id) == ("deurgesprek", 1, visit)
    assert report.body["answers"] == {
        "spoke_to": "self",
        "now": "work",
        "wants_help": "maybe",
        "help_with": ["work", "money"],
    }
    call = db.session().exec(select(ContactAttempt).where(ContactAttempt.channel == "call")).one()
    assert clock.local(call.due_at).date() == on
    assert status(case) == "in_contact"


def test_what_is_wrong_stands_beside_its_question_and_in_the_summary_and_nothing_is_lost(
    world: World,
) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit/report"
    given = {
        "a.spoke_to": "other",
        "a.who_else": "een broer",
        "a.now": "school",
        "note": "Al veel getypt",
        "next_on": "2001-01-01",
        "card_code": "ABC",
    }
    answer = send(client, address, given)
    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "html.parser")
    summary = {link["href"]: link.get_text(" ", strip=True) for link in shown.select("[role=alert] a")}
    assert summary == {
        "#a-wants_help-1": "Wil de jongere hulp? Beantwoord deze vraag.",
        "#outcome": "Kies hoe het huisbezoek ging.",
        "#card_code": "Je laat alleen een kaart achter als er niemand thuis is.",
        "#next_kind-1": "Kies wat je hierna doet.",
    }
    for place in summary:
        assert shown.select_one(place), place
    beside = shown.select_one("[data-question=wants_help] .utrecht-form-field-error-message")
    assert beside is not None and "Beantwoord deze vraag." in beside.text
    assert shown.select_one("[name='a.spoke_to'][value=other][checked]")
    assert shown.select_one("[name='a.who_else']").text == "een broer"  # type: ignore[union-attr]
    assert shown.select_one("[name=note]").text == "Al veel getypt"  # type: ignore[union-attr]
    assert reports() == [] and status(case) == "nieuw"


def test_every_shipped_checklist_opens_and_takes_an_outcome_alone(world: World) -> None:
    client = world.sign_in(world.coach)
    for one in checklist_files.choices():
        case = world.case()
        address = f"/cases/{case.id}/visit/report?checklist={one.name}"
        shown = page(client, address)
        assert shown.select_one("h1").text == one.title.nl  # type: ignore[union-attr]
        asked = [question["data-question"] for question in shown.select("[data-question]")]
        assert asked == list(one.by_id)
        ids = [tag["id"] for tag in shown.select("[id]")]
        assert len(ids) == len(set(ids)), "two things on the page have one id"
        english = BeautifulSoup(
            client.get(address, headers={"Accept-Language": "en"}).text, "html.parser"
        ).select_one("h1")
        assert english is not None
        assert send(client, address, {"outcome": "refused"}).status_code == 302
    assert {report.checklist for report in reports()} == {one.name for one in checklist_files.choices()}


def test_a_question_says_when_it_is_asked_for_who_has_no_script(world: World) -> None:
    case = world.case()
    shown = page(world.sign_in(world.coach), f"/cases/{case.id}/visit/report")
    said = shown.select_one("[data-question=who_else] [data-condition]")
    assert said is not None and said.text == "Alleen als: Met wie sprak je? Iemand anders."


def test_nobody_home_begins_with_its_outcome_chosen_and_takes_the_code_of_a_card(world: World) -> None:
    case = world.case()
    sheets = printing.print_cards(world.region.id, 4)
    of_batch = select(ResponseCode.code).where(ResponseCode.card_batch_id == sheets.id)
    code = db.session().exec(of_batch).all()[0]
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit/report?checklist=niet-thuis"
    assert page(client, address).select_one("[name=outcome][value=nobody_home][checked]")
    given = {
        "outcome": "nobody_home",
        "a.lives_here": "likely",
        "card_left": "yes",
        "card_code": code,
        "plan": "stop",
    }
    assert send(client, address, given).status_code == 302
    [report] = reports()
    assert report.body["card_code"] == code and report.body["plan"] == "stop"
    assert report.flags == []
    assert db.session().get_one(ResponseCode, code).case_id == case.id


def test_an_unknown_checklist_visit_or_version_does_not_exist(world: World) -> None:
    case, other = world.cases(2)
    foreign = plan_visit(other)
    client = world.sign_in(world.coach)
    for query in (
        "checklist=praatje",
        "checklist=deurgesprek@99",
        "checklist=deurgesprek@x",
        "checklist=@",
        "checklist=../../etc",
        f"attempt={foreign}",
        f"attempt={uuid4()}",
        "attempt=x",
    ):
        answer = client.get(f"/cases/{case.id}/visit/report?{query}")
        known = query == "checklist=deurgesprek@x"
        assert answer.status_code == (200 if known else 404), query


@pytest.mark.parametrize(
    "odd",
    [
        {"report": "geen id"},
        {"report": str(UUID(int=0))},
        {"began": "gisteren"},
        {"began": "9999-12-31T23:59:59+00:00"},
        {"began": "0001-01-01T00:00:00+00:00"},
        {"began": "2026-11-24"},
        {"back": "//elders.example"},
    ],
)
def test_what_the_page_sends_along_may_be_garbled(world: World, odd: dict[str, str]) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    answer = send(client, f"/cases/{case.id}/visit/report", GOOD | odd)
    assert answer.status_code == 302 and answer.location == f"/cases/{case.id}"


@pytest.mark.parametrize(
    "bad",
    [
        {"a.spoke_to": ["self", "parent"]},
        {"a.now": "ruimtevaart"},
        {"outcome": "gezellig"},
        {"note": "x" * 5000},
        {"next_kind": "dansen", "next_on": "2026-01-01"},
        {"plan": "misschien"},
        {"card_left": "yes"},
        {"a.spoke_to": "self\x00"},
        {"a.why_stopped": ["results", "niets"]},
    ],
)
def test_bad_input_never_crashes(world: World, bad: dict[str, Any]) -> None:
    case = world.case()
    answer = send(world.sign_in(world.coach), f"/cases/{case.id}/visit/report", GOOD | bad)
    first = bad == {"a.spoke_to": ["self", "parent"]}
    assert answer.status_code == (302 if first else 422), answer.status_code


def test_a_colleague_may_report_on_the_page_and_a_closed_case_takes_it_too(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    address = f"/cases/{case.id}/visit/report?attempt={visit}"
    assert send(world.sign_in(world.coordinator), address, GOOD).status_code == 302
    closed = world.case()
    cases.choose_status(closed.id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk")
    send(world.sign_in(world.coach), f"/cases/{closed.id}/visit/report", GOOD)
    assert [report.state for report in reports()] == ["applied", "applied"]


def test_a_visit_that_was_filled_in_already_says_so(world: World) -> None:
    case = world.case()
    visit = plan_visit(case)
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/visit?attempt={visit}"
    assert "al ingevuld" not in client.get(address).text
    send(client, address, {"result": "moved"})
    assert "Dit huisbezoek is al ingevuld" in client.get(address).text
    send(client, address, {"result": "met"})
    assert sorted(report.flags for report in reports()) == [[], ["logged_already"]]


def a_png() -> str:
    written = io.BytesIO()
    Image.new("RGB", (20, 8), "white").save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def consent(case: Case) -> dict[str, Any]:
    """A talk about privacy, signed on the phone."""
    return body(case, None) | {
        "checklist": "toestemming",
        "answers": {
            "explained": ["what_is_kept", "withdraw"],
            "language_ok": "yes",
            "consent": "partly",
            "with_whom": ["school"],
            "until": "2027-03-01",
            "signature": "signed",
        },
        "next": {"kind": "visit", "on": (clock.today() + timedelta(days=7)).isoformat()},
        "pictures": [{"kind": "signature", "type": "image/png", "data": a_png()}],
    }


def test_what_was_answered_stands_on_the_case_in_the_words_of_the_checklist(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    assert put(client, uuid4(), consent(case)).status_code == 201
    panel = page(client, f"/cases/{case.id}").select_one("#reported")
    assert panel is not None
    fold = panel.select_one("details")
    assert fold is not None and not fold.has_attr("open")
    rows = {row.dt.text: row.dd.text for row in panel.select(".summary__row")}  # type: ignore[union-attr]
    assert rows == {
        "Dit heb ik uitgelegd": "Wat we bewaren en hoe lang, Dat toestemming intrekken kan",
        "Begreep de jongere de uitleg?": "Ja",
        "Mag je iets delen?": "Ja, met sommigen",
        "Met wie?": "School",
        "Tot wanneer?": "ma 1 maart 2027",
        "Handtekening van de jongere": "Ondertekend",
    }
    assert "Gesprek over privacy, Samira" in panel.text
    assert "Daarna: Nog een bezoek op" in panel.text
    link = panel.select_one("a[href*='/visit/pictures/']")
    assert link is not None and link.text == "Handtekening"
    shown = client.get(str(link["href"]))
    assert shown.mimetype == "image/png" and shown.headers["Cache-Control"] == "no-store"
    assert world.sign_in(world.clerk).get(str(link["href"])).status_code == 403
    other = world.case()
    address = str(link["href"]).replace(str(case.id), str(other.id))
    assert client.get(address).status_code == 404, "of another case"


def test_who_does_not_visit_sees_no_answers(world: World) -> None:
    case = world.case()
    put(world.sign_in(world.coach), uuid4(), consent(case))
    assert page(world.sign_in(world.coordinator), f"/cases/{case.id}").select_one("#reported")
    clerks = page(world.sign_in(world.clerk), f"/cases/{case.id}")
    assert not clerks.select_one("#reported") and "uitgelegd" not in clerks.text


def test_a_report_of_only_an_outcome_needs_no_panel_and_a_parked_one_is_not_shown(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    send(client, f"/cases/{case.id}/visit", {"result": "met"})
    assert not page(client, f"/cases/{case.id}").select_one("#reported")
    others = world.case(coach=world.coordinator)
    assert put(client, uuid4(), consent(others)).status_code == 202
    assert not page(client, f"/cases/{others.id}").select_one("#reported")


def test_what_was_taken_back_is_not_shown_any_more(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    send(client, f"/cases/{case.id}/visit/report", GOOD)
    address = f"/cases/{case.id}"
    assert page(client, address).select_one("#reported")
    [report] = reports()
    token = {"csrf_token": csrf(client, address)}
    client.post(f"{address}/events/{report.event_id}/take-back", data=token)
    assert [event.kind for event in events(case)][-1] == "taken_back"
    assert not page(client, address).select_one("#reported")


def test_more_reports_cost_no_more_questions(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    asked = []
    for number in (1, 6):
        for _ in range(number):
            put(client, uuid4(), consent(case))
        client.get(f"/cases/{case.id}")
        with counted(world.app) as statements:
            client.get(f"/cases/{case.id}")
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_a_person_with_another_role_cannot_report(world: World) -> None:
    case = world.case()
    assert world.sign_in(world.clerk).get(f"/cases/{case.id}/visit").status_code == 403
    assert world.sign_in(world.outsider()).get(f"/cases/{case.id}/visit/report").status_code == 404
