"""The inbox: one conversation per person, unread first, read by who answers it, with news that comes by itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, expect

from outreach import clock, db
from outreach.cases.models import Case
from outreach.messages import service
from outreach.messages.models import Conversation
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.browser import PHONE
from tests.factories import MUNICIPALITIES, World, _hashed, post

MOBILE = "+31612345678"


def wrote(case: Case, text: str = "Hoi!", channel: str = "whatsapp", ago: float = 0) -> None:
    """A young person wrote, so many hours ago."""
    service.receive(case.id, channel, MOBILE, text, at=clock.now() - timedelta(hours=ago))


def colleague(world: World, name: str = "Fatima", *places: str) -> User:
    """Another coach of these municipalities."""
    user = staff.add_user(
        email=f"{name.lower()}@example.org",
        password=None,
        given_name=name,
        family_name="Bakker",
        roles=[RoleName.coach],
        municipalities=places or MUNICIPALITIES,
    )
    with db.write() as session:
        user.password = _hashed()
        session.add(user)
    return user


def soup(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def listed(answer: Any) -> list[str]:
    """The names in the list, in its order."""
    return [tag.find(string=True) for tag in soup(answer).select(".talk__name")]


def standing(case: Case) -> Conversation:
    db.session().expire_all()
    found = db.session().get(Conversation, case.person_id)
    assert found is not None
    return found


def test_unread_comes_first_then_the_newest(world: World) -> None:
    older, newer, unread = world.cases(3)
    for case, ago in ((unread, 5), (older, 3), (newer, 1)):
        wrote(case, ago=ago)
    client = world.sign_in(world.coach)
    for case in (older, newer):
        client.get(f"/messages/{case.id}")
    assert listed(client.get("/messages")) == ["Noor2 Jansen", "Noor1 Jansen", "Noor0 Jansen"]


def test_a_line_has_the_first_line_the_age_and_how_many_are_unread(world: World) -> None:
    case = world.case()
    wrote(case, "eerst", ago=4)
    wrote(case, "Kan je bellen?\nNa vijf uur.", "sms", ago=3)
    line = soup(world.sign_in(world.coach).get("/messages")).select_one(".talk--unread")
    assert line is not None
    assert line.select_one(".talk__line").text == "Kan je bellen?"
    assert line.select_one(".talk__when").text == "3 uur"
    assert line.select_one(".talk__count").text.startswith("2")
    assert "Sms" in line.select_one(".talk__name").text or "sms" in line.select_one(".talk__name").text


def test_one_conversation_over_all_channels(world: World) -> None:
    case = world.case()
    wrote(case, "via whatsapp", ago=30)
    wrote(case, "via sms", "sms", ago=2)
    client = world.sign_in(world.coach)
    assert listed(client.get("/messages")) == ["Noor Jansen"]
    page = soup(client.get(f"/messages/{case.id}"))
    said = [tag.text for tag in page.select(".bubble__body")]
    assert ["via whatsapp" in said[0], "via sms" in said[1]] == [True, True]
    assert len(page.select(".talk-day")) == 2


def test_reading_takes_it_off_the_count_in_the_menu(world: World) -> None:
    case = world.case()
    wrote(case)
    client = world.sign_in(world.coach)
    count = soup(client.get("/today")).select_one(".nav__count")
    assert count is not None
    assert count.text.startswith("1")
    client.get(f"/messages/{case.id}")
    assert soup(client.get("/today")).select_one(".nav__count") is None


def test_a_colleague_who_looks_in_does_not_take_it_off_the_list(world: World) -> None:
    case = world.case()
    wrote(case)
    world.sign_in(world.coordinator).get(f"/messages/{case.id}")
    assert standing(case).unread == 1


def test_a_coach_sees_her_own_and_all_when_she_asks(world: World) -> None:
    hers, theirs = world.case(given_name="Noor"), world.case(given_name="Daan", coach=colleague(world))
    wrote(hers)
    wrote(theirs)
    client = world.sign_in(world.coach)
    assert listed(client.get("/messages")) == ["Noor Jansen"]
    everybody = client.get("/messages?show=all")
    assert set(listed(everybody)) == {"Noor Jansen", "Daan Jansen"}
    assert "Bij Fatima" in everybody.text


def test_a_search_finds_by_the_beginning_of_a_name(world: World) -> None:
    for name in ("Noor", "Daan"):
        wrote(world.case(given_name=name))
    client = world.sign_in(world.coach)
    assert listed(client.get("/messages?q=daa")) == ["Daan Jansen"]
    assert "Geen gesprek gevonden" in client.get("/messages?q=zzz").text


def test_a_long_list_has_pages(world: World) -> None:
    for case in world.cases(31):
        wrote(case)
    client = world.sign_in(world.coach)
    assert len(listed(client.get("/messages"))) == 30
    assert len(listed(client.get("/messages?page=2"))) == 1


def test_another_municipality_is_not_to_be_found(world: World) -> None:
    case = world.case(municipality="GM0622")
    wrote(case)
    client = world.sign_in(colleague(world, "Els", "GM0556"))
    assert listed(client.get("/messages?show=all")) == []
    assert client.get(f"/messages/{case.id}").status_code == 404


def give(client: Any, case: Case, to: UUID) -> Any:
    path = f"/messages/{case.id}"
    return post(client, f"{path}/assign", {"staff": str(to)}, token_from=path)


def test_a_conversation_can_be_given_to_a_colleague_and_back(world: World) -> None:
    case, fatima = world.case(), colleague(world)
    wrote(case)
    client, hers = world.sign_in(world.coach), world.sign_in(fatima)
    client.get(f"/messages/{case.id}")
    assert give(client, case, fatima.id).status_code == 303
    assert listed(hers.get("/messages")) == ["Noor Jansen"]
    assert standing(case).unread == 1, "she finds it among what is unread"
    assert listed(client.get("/messages")) == []
    assert "nu bij Fatima Bakker" in client.get(f"/messages/{case.id}").text
    post(hers, f"/messages/{case.id}/assign", {"back": "1"}, token_from="/messages")
    assert listed(client.get("/messages")) == ["Noor Jansen"]


def test_it_cannot_be_given_to_who_does_not_work_there(world: World) -> None:
    case = world.case()
    wrote(case)
    client = world.sign_in(world.coach)
    give(client, case, world.outsider().id)
    assert standing(case).assigned_to is None


def fresh(page: BeautifulSoup, which: str) -> str:
    return str(page.select_one(f"#{which} [hx-get]")["hx-get"])


def test_news_comes_by_itself_and_nothing_comes_when_there_is_none(world: World) -> None:
    case = world.case()
    wrote(case, "eerste", ago=1)
    client = world.sign_in(world.coach)
    page = soup(client.get(f"/messages/{case.id}"))
    news = [fresh(page, "talks"), fresh(page, "bubbles")]
    assert [client.get(address).status_code for address in news] == [204, 204]
    wrote(case, "tweede")
    bubbles = client.get(news[1])
    assert "tweede" in bubbles.text
    assert "Een nieuw bericht van Noor." in bubbles.text
    assert "tweede" in client.get(news[0]).text
    assert standing(case).unread == 0, "it came in before her eyes"


def test_the_window_that_opens_brings_the_field_along(world: World) -> None:
    case = world.case()
    wrote(case, "lang geleden", ago=30)
    client = world.sign_in(world.coach)
    page = soup(client.get(f"/messages/{case.id}"))
    assert "kies een goedgekeurd bericht" in page.text
    wrote(case, "daar ben ik weer")
    news = soup(client.get(fresh(page, "bubbles")))
    assert news.select_one("#write[hx-swap-oob]") is not None
    assert "24 uur vrij te antwoorden" in news.text


def test_who_never_reacted_is_said(world: World) -> None:
    case = world.case()
    assert (
        "Er zijn nog geen berichten met Noor." in world.sign_in(world.coach).get(f"/messages/{case.id}").text
    )


def test_earlier_messages_are_a_tap_away(world: World) -> None:
    case = world.case()
    for number in range(61):
        wrote(case, f"bericht {number}.", ago=2 - number / 60)
    client = world.sign_in(world.coach)
    page = client.get(f"/messages/{case.id}")
    assert "bericht 0." not in page.text
    more = soup(page).find("a", string="Eerdere berichten")
    assert more is not None
    assert "bericht 0." in client.get(str(more["href"])).text


def test_what_somebody_does_not_want_is_noted_and_taken_back(world: World) -> None:
    case = world.case()
    wrote(case)
    client = world.sign_in(world.coach)
    path = f"/messages/{case.id}"
    post(client, f"{path}/opt-out", {"channel": "whatsapp"}, token_from=path)
    assert "Niet via: WhatsApp" in client.get(path).text
    post(client, f"{path}/opt-out", {"channel": "whatsapp", "again": "1"}, token_from=path)
    assert "Niet via: WhatsApp" not in client.get(path).text
    assert post(client, f"{path}/opt-out", {"channel": "pigeon"}, token_from=path).status_code == 400


def test_the_page_of_a_case_leads_to_the_conversation(world: World) -> None:
    case = world.case()
    page = soup(world.sign_in(world.coach).get(f"/cases/{case.id}"))
    link = page.select_one(f"a[href^='/messages/{case.id}']")
    assert link is not None
    assert link.text.strip() == "Bericht sturen"


@pytest.mark.browser
def test_with_script_a_message_stands_there_at_once_and_an_answer_comes_by_itself(
    world: World, tab: Callable[..., Page]
) -> None:
    case = world.case()
    wrote(case, "Kan je mij bellen?", ago=1)
    page = tab(world.sign_in(world.coach), size=PHONE)
    page.goto("/messages")
    page.click("text=Noor Jansen")
    page.wait_for_url(f"**/messages/{case.id}*")
    page.click("summary:has-text('Snelle antwoorden')")
    page.click("text=Wanneer kan ik je het beste bellen?")
    expect(page.locator("#body")).to_have_value(re.compile("^Wanneer"))
    page.fill("#body", "Om vijf uur?")
    page.click("button:has-text('Verstuur')")
    page.wait_for_selector(".bubble--ours:has-text('Om vijf uur?')")
    assert page.input_value("#body") == ""
    page.fill("#body", "half geschreven")
    wrote(case, "Prima!")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector(".bubble--theirs:has-text('Prima!')")
    assert page.input_value("#body") == "half geschreven", "what one is writing stays"
