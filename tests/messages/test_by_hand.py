"""Messages by hand: ready in the coach's day with text and number, sent from her own phone, answered on it."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

import pytest
from bs4 import BeautifulSoup, Tag
from click.testing import CliRunner
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import func, select, update

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import enrolments
from outreach.campaigns import service as campaigns
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent
from outreach.cli import main
from outreach.messages import hand_rules, hand_service, writing_service
from outreach.messages.models import Conversation, Message
from outreach.regions.models import Region
from outreach.responses import codes
from outreach.responses import service as responses
from outreach.responses.models import ResponseCode
from outreach.responses.rules import Answers, Now
from outreach.ticking import tick
from tests.browser import PHONE
from tests.conftest import settings_for
from tests.counting import counted
from tests.factories import World, post

BEGIN = clock.parse("2026-03-02T09:15")
TEN = clock.parse("2026-03-02T10:00")
HTMX = {"HX-Request": "true"}


def by_hand(world: World) -> World:
    """The same world without a business account."""
    url = world.app.extensions["outreach_settings"].database_url
    settings = settings_for(url, OUTREACH_CHANNELS="whatsapp=hand,sms=hand")
    world.app.extensions["outreach_settings"] = settings
    world.app.extensions.pop("outreach_ways", None)
    return world


@pytest.fixture
def region(world: World) -> Iterator[World]:
    """Such a region on a Monday morning at ten."""
    with clock.at(TEN):
        yield by_hand(world)


def in_a_plan(world: World, *young_people: Case, now: datetime = TEN) -> None:
    """Their three-week plan began on Monday morning; it is `now`."""
    with clock.at(BEGIN):
        campaign = campaigns.create(world.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id for case in young_people])
        campaigns.start(campaign.id)
    tick(now)


def attempts_of(case: Case) -> list[ContactAttempt]:
    db.session().expire_all()
    table = db.table(ContactAttempt).c
    query = (
        select(ContactAttempt).where(table.case_id == case.id).where(table.channel.in_(("whatsapp", "sms")))
    )
    return list(db.session().scalars(query.order_by(table.id)))


def kinds(case: Case) -> list[str]:
    table = db.table(CaseEvent).c
    return list(db.session().scalars(select(table.kind).where(table.case_id == case.id).order_by(table.seq)))


def status(case: Case) -> str:
    db.session().expire_all()
    return db.session().get_one(Case, case.id).status


def ready(client: FlaskClient, path: str = "/today") -> list[Tag]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser").select("[data-hand]")


def link(card: Tag) -> str:
    return str(card.select_one("[data-hand-link]")["href"])


def say(client: FlaskClient, case: Case, what: str, more: dict[str, Any], **how: Any) -> Any:
    return post(client, f"/cases/{case.id}/{what}", {"back": "today", **more}, token_from="/today", **how)


def only(case: Case) -> ContactAttempt:
    [found] = attempts_of(case)
    return found


def test_a_message_stands_ready_with_name_text_and_a_link_that_fills_in_both(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    [card] = ready(region.sign_in(region.coach))
    assert "Noor Jansen" in card.text
    assert "WhatsApp" in card.text
    address = urlsplit(link(card))
    assert (address.scheme, address.netloc, address.path) == ("https", "wa.me", "/31612345678")
    [text] = parse_qs(address.query)["text"]
    message = db.session().scalars(select(Message)).one()
    code = db.session().scalars(select(ResponseCode)).one()
    assert text == message.body
    assert "Noor" in text
    assert codes.address("http://127.0.0.1:8000", code.code) in text
    assert code.attempt_id == only(case).id
    assert (only(case).status, only(case).owner) == ("planned", "coach")


def test_the_link_of_a_text_message_serves_android_and_iphones() -> None:
    text = "Hoi Zoë & co: bel me? 100% #1\nGroet"
    href = hand_rules.link("sms", "+31612345678", text)
    assert href.startswith("sms:+31612345678?&body=")
    assert unquote(href.partition("body=")[2]) == text
    assert not set("&#\n ") & set(href.partition("body=")[2])
    assert "+" not in hand_rules.link("whatsapp", "+31612345678", text)


def test_nothing_is_written_twice_and_twice_the_same_moment_does_nothing(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    tick(TEN)
    assert hand_service.prepare() == 0
    assert db.session().scalar(select(func.count()).select_from(Message)) == 1
    assert db.session().scalar(select(func.count()).select_from(ResponseCode)) == 1


def test_sent_counts_for_case_conversation_and_rates(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    ready_one = only(case)
    fragment = say(client, case, "message/sent", {"attempt": ready_one.id}, headers=HTMX)
    assert fragment.status_code == 200
    assert "1 klaar vandaag" in fragment.text
    assert "Antwoord gekregen" in fragment.text
    assert ready(client) == []
    sent = only(case)
    assert (sent.status, sent.sent_at) == ("sent", TEN)
    event = db.session().scalars(select(CaseEvent).where(db.table(CaseEvent).c.kind == "message_sent")).one()
    assert (event.actor, event.channel, event.attempt_id) == (f"staff:{region.coach.id}", "whatsapp", sent.id)
    assert db.session().scalars(select(Conversation)).one().last_direction == "out"
    assert "Bericht gestuurd" in client.get(f"/cases/{case.id}").text
    assert say(client, case, "message/sent", {"attempt": ready_one.id}).status_code == 302
    assert kinds(case).count("message_sent") == 1


def test_without_script_sent_comes_back_to_the_day(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    [card] = ready(client)
    form = card.select_one("form[action$='/message/sent']")
    fields = {field["name"]: field["value"] for field in form.select("input")}
    assert client.post(form["action"], data=fields).location == "/today"
    assert "Bewaard: verstuurd aan Noor." in client.get("/today").text


def test_a_number_that_is_not_on_whatsapp_gets_a_text_message_next(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    say(client, case, "message/not-sent", {"attempt": only(case).id, "why": "no_such_number"})
    hand_service.prepare()
    first, second = attempts_of(case)
    assert (first.status, first.result) == ("failed", "not_reachable")
    assert (second.channel, second.status, second.owner) == ("sms", "planned", "coach")
    [card] = ready(client)
    assert link(card).startswith("sms:+31612345678?&body=")
    assert "message_failed" in kinds(case)


def test_what_does_not_work_now_stays_and_what_is_not_needed_goes(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    say(client, case, "message/not-sent", {"attempt": only(case).id, "why": "later"})
    assert len(ready(client)) == 1
    say(client, case, "message/not-sent", {"attempt": only(case).id, "why": "not_needed"})
    assert ready(client) == []
    assert (only(case).status, only(case).reason) == ("cancelled", "not_wanted")
    assert say(client, case, "message/not-sent", {"attempt": only(case).id, "why": "x"}).status_code == 400


def test_an_answer_takes_the_message_off_the_day(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    assert ready(client) == []
    assert only(case).status == "cancelled"


def test_a_stop_and_a_pause_take_it_off_the_day(region: World) -> None:
    stopped, paused = region.case(), region.case(given_name="Kees")
    in_a_plan(region, stopped, paused)
    client = region.sign_in(region.coach)
    with db.write() as session:
        enrolments.stop(session, [stopped.id], "by_hand")
    assert len(ready(client)) == 1
    campaign = campaigns.queries.all_campaigns()[0]
    campaigns.pause(campaign.id)
    assert ready(client) == []
    campaigns.resume(campaign.id)
    assert len(ready(client)) == 1


def test_an_opt_out_takes_it_off_the_day_at_once(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    cases.opt_out(case.id, "whatsapp", by=region.coach.id)
    assert ready(client) == []
    hand_service.prepare()
    assert (only(case).status, only(case).reason) == ("cancelled", "opted_out")


def test_nothing_is_ready_after_its_latest_moment_and_no_link_in_quiet_hours(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    with clock.at(clock.parse("2026-03-02T21:30")):
        for card in ready(client):
            assert card.select("[data-hand-link]") == []
            assert "Wacht even" in card.text
    with clock.at(clock.parse("2026-03-20T10:00")):
        assert ready(region.sign_in(region.coach)) == []


def test_nothing_is_written_in_quiet_hours(region: World) -> None:
    case = region.case()
    in_a_plan(region, case, now=clock.parse("2026-03-02T21:30"))
    assert db.session().scalars(select(Message)).all() == []
    assert case is not None


def test_what_went_is_never_refused_though_it_was_called_off_meanwhile(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    before = only(case)
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    assert say(client, case, "message/sent", {"attempt": before.id}).status_code == 302
    assert [one.status for one in attempts_of(case)] == ["cancelled", "sent"]
    assert kinds(case).count("message_sent") == 1


def test_an_answer_by_its_own_code_proves_that_it_went(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    code = db.session().scalars(select(ResponseCode)).one().code
    with clock.at(TEN + timedelta(minutes=5)):
        responses.submit(code, Answers(now=Now.work), "nl")
    found = only(case)
    assert (found.status, found.sent_at) == ("delivered", TEN)
    assert found.response_event_id is not None
    assert kinds(case).count("message_sent") == 1
    assert say(region.sign_in(region.coach), case, "message/sent", {"attempt": found.id}).status_code == 302
    assert len(attempts_of(case)) == 1


@pytest.mark.parametrize("words", ["Hoi, ik werk nu!", ""])
def test_an_answer_on_her_phone_is_noted_in_two_taps_and_stops_the_plan(region: World, words: str) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    say(client, case, "message/sent", {"attempt": only(case).id})
    page = BeautifulSoup(client.get("/today").text, "html.parser")
    button = page.select_one("#hand form[action$='/reply'] button[name=channel]")
    assert button["value"] == "whatsapp"
    answer = say(client, case, "reply", {"channel": "whatsapp", "body": words})
    assert answer.location == "/today"
    assert status(case) == "in_contact"
    assert "plan_stopped" in kinds(case)
    came = db.session().scalars(select(Message).where(db.table(Message).c.direction == "in")).one()
    assert came.body == (words or "(Antwoord op de telefoon van de coach.)")
    found = attempts_of(case)[0]
    assert (found.status, found.response_event_id is not None) == ("delivered", True)
    day = client.get("/today").text
    assert "Geen nieuwe reacties" in day, "she has read it on her own phone"


def test_what_a_colleague_notes_waits_for_the_coach(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    post(
        region.sign_in(region.coordinator),
        f"/cases/{case.id}/reply",
        {"channel": "sms", "body": "Hoi"},
        token_from=f"/cases/{case.id}",
    )
    day = BeautifulSoup(region.sign_in(region.coach).get("/today").text, "html.parser")
    assert "Noor Jansen" in day.select_one("#responses").text


def test_an_answer_that_says_stop_is_an_opt_out(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    say(region.sign_in(region.coach), case, "reply", {"channel": "whatsapp", "body": "STOP"})
    assert "opted_out" in kinds(case)


def test_an_answer_can_be_noted_on_the_case_and_in_the_conversation(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    for path in (f"/cases/{case.id}", f"/messages/{case.id}"):
        assert len(ready(client, path)) == 1, path
        page = BeautifulSoup(client.get(path).text, "html.parser")
        found = page.select("form[action$='/reply'] button[name=channel]")
        assert [button["value"] for button in found] == ["whatsapp", "sms"], path


def test_her_own_message_stands_ready_too_whatever_the_hour(region: World) -> None:
    case = region.case()
    with clock.at(clock.parse("2026-03-02T21:30")):
        writing_service.write(case.id, "sms", "Hoi, bel je me even?", by=region.coach.id)
        [card] = ready(region.sign_in(region.coach))
    assert unquote(link(card)).endswith("body=Hoi, bel je me even?")


def test_made_up_people_are_not_written_to_and_the_day_says_why(region: World) -> None:
    case = region.case()
    with db.write() as session:
        session.execute(update(db.table(Region)).values(demo=True))
    with clock.at(BEGIN):
        campaign = campaigns.create(region.region.id, "maart", "drie-weken")
        campaigns.add_cases(campaign.id, [case.id])
        campaigns.start(campaign.id)
        campaigns.tick(TEN)
    assert hand_service.prepare() == 0
    assert db.session().scalars(select(Message)).all() == []
    page = region.sign_in(region.coach).get("/today").text
    assert "In deze database staan verzonnen mensen" in page
    assert "wa.me" not in page


def test_a_colleague_of_another_region_sees_and_changes_nothing(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    stranger = region.sign_in(region.outsider())
    assert ready(stranger) == []
    for what, more in (
        ("message/sent", {}),
        ("message/not-sent", {"why": "later"}),
        ("reply", {"channel": "sms"}),
    ):
        assert say(stranger, case, what, {"attempt": only(case).id, **more}).status_code == 404, what
    assert only(case).status == "planned"
    other = region.case(given_name="Kees")
    mine = region.sign_in(region.coach)
    assert say(mine, other, "message/sent", {"attempt": only(case).id}).status_code == 404


def test_what_waited_for_the_worker_before_is_the_coachs_now(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    with db.write() as session:
        session.execute(db.table(Message).delete())
        session.execute(update(db.table(ContactAttempt)).values(owner="system"))
    hand_service.prepare()
    assert only(case).owner == "coach"
    assert len(ready(region.sign_in(region.coach))) == 1


def test_a_day_of_messages_asks_no_more_questions_for_more_people(region: World) -> None:
    client = region.sign_in(region.coach)
    in_a_plan(region, region.case())
    with counted(region.app) as few:
        client.get("/today")
    with clock.at(BEGIN):
        more = campaigns.create(region.region.id, "april", "drie-weken")
        campaigns.add_cases(more.id, [region.case(mobile=f"+3161234{n:04}").id for n in range(9)])
        campaigns.start(more.id)
    tick(TEN)
    assert len(ready(client)) == 10
    with counted(region.app) as many:
        client.get("/today")
    assert len(many) == len(few)


def test_the_list_renews_itself_only_when_it_has_changed(region: World) -> None:
    case = region.case()
    in_a_plan(region, case)
    client = region.sign_in(region.coach)
    page = BeautifulSoup(client.get("/today").text, "html.parser")
    asked = str(page.select_one("#hand-poll")["hx-get"])
    assert client.get(asked, headers=HTMX).status_code == 204
    timeline.record(case.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
    fresh = client.get(asked, headers=HTMX)
    assert fresh.status_code == 200
    assert BeautifulSoup(fresh.text, "html.parser").select_one("#hand[hidden]") is not None


def test_a_page_with_such_links_is_kept_by_nobody(region: World) -> None:
    in_a_plan(region, region.case())
    answer = region.sign_in(region.coach).get("/today")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin", "the messenger hears of no page"


def test_the_commands_say_who_sends(
    region: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = region.case()
    in_a_plan(region, case)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    shown = CliRunner().invoke(main, ["case", "show", case.reference])
    assert "w1-whatsapp-1  planned  by hand" in shown.output


NO_APP = "document.querySelector('[data-hand-link]').addEventListener('click', e => e.preventDefault())"


def test_it_counts_in_the_rates_like_the_others(
    region: World, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, silent, waiting = (region.case(given_name=name) for name in ("Noor", "Kees", "Jip"))
    in_a_plan(region, answered, silent, waiting)
    for case in (answered, silent):
        hand_service.sent(case.id, only(case).id, by=region.coach.id)
    hand_service.reply(answered.id, "whatsapp", "Hoi", by=region.coach.id)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    wanted = ["report", "responses", "--from", "2026-03-01", "--to", "2026-03-31", "--format", "json"]
    shown = CliRunner().invoke(main, wanted)
    [row] = [row for row in json.loads(shown.stdout)["rows"] if row["step"] == "w1-whatsapp-1"]
    assert [row[name] for name in ("assigned", "sent", "delivered", "responded")] == [3, 2, 1, 1]


COMES_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.mark.browser
def test_who_comes_back_from_whatsapp_is_asked_whether_it_went(
    world: World, tab: Callable[..., Page]
) -> None:
    region = by_hand(world)
    case = region.case()
    writing_service.write(case.id, "sms", "Hoi Noor", by=region.coach.id)
    phone = tab(region.sign_in(region.coach), size=PHONE)
    phone.goto("/today")
    phone.evaluate(NO_APP)
    phone.evaluate(COMES_BACK)
    assert phone.locator(".card--asked").count() == 0
    phone.locator("[data-hand-link]").click()
    phone.evaluate(COMES_BACK)
    assert phone.locator(".card--asked").count() == 1
    assert phone.evaluate("document.activeElement.matches('[data-hand-asks]')")
    phone.get_by_role("button", name="Verstuurd", exact=True).click()
    phone.get_by_text("Bewaard: verstuurd aan Noor.").wait_for()
    phone.locator("[data-hand]").wait_for(state="detached")
    assert phone.locator("#hand-count").inner_text() == "0"


def test_ids_that_are_none_are_not_found(region: World) -> None:
    case = region.case()
    client = region.sign_in(region.coach)
    for wrong in ("", "x", str(UUID(int=0))):
        assert say(client, case, "message/sent", {"attempt": wrong}).status_code == 404
