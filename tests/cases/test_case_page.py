"""The page of a case: what stands there, who may see it, and what staff do there without any script."""

from datetime import timedelta
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlmodel import select

from outreach import clock, db
from outreach.campaigns import service as campaigns
from outreach.cases import event_words, queries, service, timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CoachNotice, OptOut
from outreach.cases.rules import CaseStatus
from outreach.errors import Conflict, Refused
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.counting import counted
from tests.factories import World, post


def soup(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def case_row(case_id: UUID) -> Case:
    db.session().expire_all()
    found = db.session().get(Case, case_id)
    assert found is not None
    return found


def outsider(world: World, role: RoleName = RoleName.coordinator) -> User:
    user = staff.add_user(
        email="elsewhere@example.org",
        password=None,
        given_name="Else",
        family_name="Ver",
        roles=[role],
        municipalities=["GM0606"],
    )
    with db.write() as session:
        user.password = world.coach.password
        session.add(user)
    return user


def test_the_page_says_who_it_is_and_what_happened_newest_first(world: World) -> None:
    case = world.case()
    timeline.record(case.id, EventKind.enrolled, data={"campaign": "voorjaar"})
    answers = {"now": "work", "help": True, "help_with": ["money"], "reach_by": ["call"]}
    answers |= {"reach_at": "+31698765432", "when": ["evening"], "message": "Bel me", "call_back": True}
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data=answers)
    page = soup(world.sign_in(world.coach), f"/cases/{case.id}")
    assert page.find("h1").get_text() == "Noor Jansen"
    assert "In contact" in page.select_one(".utrecht-badge-status").get_text()
    bubbles = page.select(".bubble")
    assert [b.select_one(".bubble__title").get_text() for b in bubbles] == [
        "Formulier ingevuld",
        "Aanpak gestart",
        "Kwam van een lijst",
    ]
    assert "bubble--theirs" in bubbles[0]["class"]
    text = bubbles[0].select_one(".bubble__body").get_text()
    assert text == (
        "Nu: werk. Wil teruggebeld worden. Wil hulp bij geld. "
        "Bereikbaar via: telefoon (06 98765432), 's avonds.\n“Bel me”"
    )
    step = page.select_one("#next-step")
    assert step.select_one("a[href='tel:+31698765432']").get_text(strip=True) == "Bel Noor"


def test_the_timeline_calls_a_campaign_by_its_name_and_the_address_is_as_on_an_envelope(world: World) -> None:
    case = world.case()
    campaign = campaigns.create(world.region.id, "week-2", "drie-weken", "Najaar, tweede groep")
    campaigns.add_cases(campaign.id, [case.id])
    campaigns.start(campaign.id)
    campaigns.stop(campaign.id)
    page = soup(world.sign_in(world.coach), f"/cases/{case.id}")
    assert "Najaar, tweede groep" in page.select(".bubble")[1].get_text()
    assert "week-2" not in page.get_text()
    assert "3131 AA Vlaardingen" in page.select_one("#about").get_text()
    assert {event.data.get("campaign_name") for event in queries.all_events(case.id)[1:]} == {campaign.name}


@pytest.mark.parametrize("role", ["coach", "clerk", "coordinator"])
def test_coach_clerk_and_coordinator_see_the_case(world: World, role: str) -> None:
    case = world.case()
    assert world.sign_in(getattr(world, role)).get(f"/cases/{case.id}").status_code == 200


def test_a_case_of_another_municipality_does_not_exist(world: World) -> None:
    case = world.case()
    client = world.sign_in(outsider(world))
    assert client.get(f"/cases/{case.id}").status_code == 404
    for page in ("note", "coach", "opt-out", "status/in_contact", "call", "visit"):
        answer = post(client, f"/cases/{case.id}/{page}", {"text": "x"}, token_from="/cases")
        assert answer.status_code == 404, page
    assert case_row(case.id).event_count == 1


def test_a_note_is_kept_with_the_name_of_who_wrote_it(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.clerk)
    answer = post(
        client, f"/cases/{case.id}/note", {"text": " Moeder belde <b>. "}, token_from=f"/cases/{case.id}"
    )
    assert answer.status_code == 302
    bubble = soup(client, f"/cases/{case.id}").select_one(".bubble")
    assert bubble.select_one(".bubble__body").get_text() == "Moeder belde <b>."
    assert "Ans de Vries" in bubble.get_text()


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_note_that_is_empty_or_too_long_comes_back_with_what_is_wrong(world: World, text: str) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    answer = post(client, f"/cases/{case.id}/note", {"text": text}, token_from="/cases")
    assert answer.status_code == 422
    field = BeautifulSoup(answer.text, "html.parser").select_one("textarea[name=text]")
    assert field["aria-invalid"] == "true"
    assert case_row(case.id).event_count == 1


def test_only_the_statuses_that_may_follow_are_offered(world: World) -> None:
    case = world.case()
    page = soup(world.sign_in(world.coach), f"/cases/{case.id}")
    links = [a["href"].rsplit("/", 1)[1] for a in page.select("a[href*='/status/']")]
    assert links == ["in_contact", "in_begeleiding", "overgedragen", "afgesloten"]
    assert world.sign_in(world.coach).get(f"/cases/{case.id}/status/nazorg").status_code == 409
    clerk = world.sign_in(world.clerk)
    assert not soup(clerk, f"/cases/{case.id}").select("a[href*='/status/']")
    assert clerk.get(f"/cases/{case.id}/status/in_contact").status_code == 403


def test_closing_asks_how_it_ended_from_the_list_of_the_target_group(world: World) -> None:
    case = world.case(target_group="jib")
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}/status/afgesloten"
    offered = [i["value"] for i in soup(client, address).select("input[name=outcome]")]
    assert "Werktraject/Jobcoach" in offered
    assert post(client, address, {"outcome_on": "2026-01-05"}, token_from=address).status_code == 422
    wrong = {"outcome": "Opleiding ", "outcome_on": "2026-01-05"}
    assert post(client, address, wrong, token_from=address).status_code == 422
    late = {"outcome": "Werk", "outcome_on": (clock.today() + timedelta(days=1)).isoformat()}
    assert post(client, address, late, token_from=address).status_code == 400
    assert case_row(case.id).status == "nieuw"
    right = {"outcome": "Werk", "outcome_on": "2026-01-05", "reason": "Vast contract"}
    assert post(client, address, right, token_from=address).status_code == 302
    closed = case_row(case.id)
    assert (closed.status, closed.outcome, closed.outcome_list) == ("afgesloten", "Werk", "rmd-jib")
    assert closed.outcome_on.isoformat() == "2026-01-05"


def test_opening_a_closed_case_again_takes_the_outcome_away(world: World) -> None:
    case = world.case()
    service.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome="Werk")
    assert case_row(case.id).outcome_on == clock.today()
    service.choose_status(case.id, CaseStatus.in_contact, by=world.coach.id)
    opened = case_row(case.id)
    assert (opened.status, opened.outcome, opened.outcome_list, opened.outcome_on) == (
        "in_contact",
        None,
        None,
        None,
    )


def test_a_case_is_not_closed_without_a_known_outcome_nor_into_the_unreachable(world: World) -> None:
    case = world.case()
    for outcome in (None, "", "Gelukt"):
        with pytest.raises(Refused):
            service.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome=outcome)
    with pytest.raises(Conflict):
        service.choose_status(case.id, CaseStatus.onbereikbaar, by=world.coach.id)


def test_a_case_goes_to_another_coach_with_all_that_waits(world: World) -> None:
    case = world.case()
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON)
    client = world.sign_in(world.coordinator)
    address = f"/cases/{case.id}"
    post(client, f"{address}/coach", {"coach": str(world.coordinator.id)}, token_from=address)
    assert case_row(case.id).coach_id == world.coordinator.id
    assert db.session().exec(select(CoachNotice.coach_id)).one() == world.coordinator.id
    assert "Joost de Vries" in soup(client, address).select_one(".bubble").get_text()
    count = case_row(case.id).event_count
    service.assign_coach(case.id, world.coordinator.id, by=world.coach.id)
    assert case_row(case.id).event_count == count


def test_somebody_who_does_not_work_there_cannot_be_the_coach(world: World) -> None:
    case = world.case()
    other = outsider(world, RoleName.coach)
    client = world.sign_in(world.coordinator)
    post(client, f"/cases/{case.id}/coach", {"coach": str(other.id)}, token_from=f"/cases/{case.id}")
    assert case_row(case.id).coach_id == world.coach.id


def test_what_somebody_does_not_want_is_kept_and_can_be_taken_back(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    address = f"/cases/{case.id}"
    for _ in range(2):
        post(client, f"{address}/opt-out", {"channel": "whatsapp"}, token_from=address)
    assert db.session().exec(select(OptOut.channel)).all() == ["whatsapp"]
    assert "Niet via: WhatsApp" in client.get(address).text
    assert client.get(address).text.count('href="tel:') == 1
    post(client, f"{address}/opt-out", {"channel": "call"}, token_from=address)
    assert 'href="tel:' not in client.get(address).text
    post(client, f"{address}/opt-out", {"channel": "whatsapp", "again": "1"}, token_from=address)
    db.session().expire_all()
    assert db.session().exec(select(OptOut.channel)).all() == ["call"]
    kinds = [event.kind for event in queries.all_events(case.id)]
    assert kinds == ["imported", "opted_out", "opted_out", "opted_in"]
    assert post(client, f"{address}/opt-out", {"channel": "pigeon"}, token_from=address).status_code == 400


def test_a_long_timeline_is_paged(world: World) -> None:
    case = world.case()
    events = [
        timeline.NewEvent(case.id, EventKind.note_added, data={"text": f"n{i}"}, at=clock.now())
        for i in range(60)
    ]
    timeline.record_many(events)
    client = world.sign_in(world.coach)
    first, second = (soup(client, f"/cases/{case.id}?page={page}").select(".bubble") for page in (1, 2))
    assert (len(first), len(second)) == (50, 11)
    assert "n59" in first[0].get_text()


def test_the_number_of_queries_does_not_grow_with_the_timeline(world: World) -> None:
    case = world.case()
    client = world.sign_in(world.coach)
    service.add_note(case.id, "x", by=world.coach.id)
    with counted(world.app) as few:
        client.get(f"/cases/{case.id}")
    for user in (world.coach, world.clerk, world.coordinator):
        for i in range(5):
            service.add_note(case.id, str(i), by=user.id)
            timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    with counted(world.app) as many:
        client.get(f"/cases/{case.id}")
    assert len(many) == len(few)


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_has_words_on_the_page(world: World, kind: EventKind) -> None:
    said = event_words.say(kind, {"status": "nieuw"}, "sms")
    assert said.title
    assert said.side in {"ours", "theirs", "note"}
    assert kind.value not in said.title
