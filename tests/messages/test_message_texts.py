"""Message texts: the list, the editor with its preview, what is refused, versions, and what leaves by them."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import update
from sqlmodel import col, select

from outreach import clock, db
from outreach.campaigns.plan_files import shipped_plans
from outreach.cases.models import Person
from outreach.messages import text_service
from outreach.messages.models import Message, MessageText
from outreach.messages.outcomes import Fate, Outcome
from outreach.messages.texts import LinkMissing, SenderMissing, TextKey, shipped_sources
from outreach.ticking import tick
from tests.browser import LAPTOP
from tests.counting import counted
from tests.factories import World, post
from tests.messages.scripted import Scripted, put_in
from tests.messages.test_sandbox import begin

W1 = "/messages/texts/w1-whatsapp-1/nl"
KEY = TextKey("w1-whatsapp-1", "nl")
GOOD = "Hoi {{ voornaam }}, hier {{ coach_voornaam }}. Hoe gaat het? Kijk op {{ link }} of app terug."
SID = "HX" + "0a1b2c3d" * 4
NUMBERED = "Hoi {{1}}, hier {{2}}. Hoe gaat het? Kijk op {{3}} of app terug."


@pytest.fixture
def coordinator(world: World) -> FlaskClient:
    return world.sign_in(world.coordinator)


def save(who: FlaskClient, body: str, *, path: str = W1, sid: str = "", **more: str) -> Any:
    return post(who, path, {"body": body, "content_sid": sid, **more}, token_from=path)


def versions(world: World) -> list[MessageText]:
    db.session().expire_all()
    query = select(MessageText).where(col(MessageText.region_id) == world.region.id)
    return list(db.session().scalars(query.order_by(col(MessageText.version))))


def words_of(html: str, css: str = "#preview") -> str:
    found = BeautifulSoup(html, "html.parser").select_one(css)
    assert found is not None, html
    return " ".join(found.get_text(" ").split())


def error_at(html: str, field: str) -> str:
    return words_of(html, f"#{field}-error")


# The pages


def test_every_message_that_a_plan_sends_has_its_text_in_the_list(coordinator: FlaskClient) -> None:
    page = BeautifulSoup(coordinator.get("/messages/texts").text, "html.parser")
    links = [str(link["href"]) for link in page.select("tbody a")]
    assert len(links) == len(shipped_sources())
    for plan in shipped_plans().values():
        for step in plan.steps:
            if step.channel in ("whatsapp", "sms", "email"):
                assert f"/messages/texts/{step.template}/nl" in links
    for link in links:
        editor = coordinator.get(link)
        assert editor.status_code == 200
        assert "Maximiliaan-Alexander" in words_of(editor.text, ".phone")


@pytest.mark.parametrize("who", ["coordinator", "clerk"])
def test_clerk_and_coordinator_find_the_texts_where_they_work(world: World, who: str) -> None:
    client = world.sign_in(getattr(world, who))
    assert 'href="/messages/texts"' in client.get("/campaigns").text
    assert 'href="/messages/texts"' in client.get("/letters").text
    assert client.get(W1).status_code == 200


def test_a_coach_does_not_edit_texts(world: World) -> None:
    coach = world.sign_in(world.coach)
    assert coach.get("/messages/texts").status_code == coach.get(W1).status_code == 403


def test_the_placeholders_are_listed_with_what_they_mean(coordinator: FlaskClient) -> None:
    page = coordinator.get(W1).text
    assert "{{ link }} adres van het formulier, met de code van deze jongere" in words_of(
        page, ".fold .summary"
    )


def test_each_language_is_a_tab_of_its_own(coordinator: FlaskClient) -> None:
    page = BeautifulSoup(coordinator.get(W1).text, "html.parser")
    tabs = {tab.get_text(): str(tab["href"]) for tab in page.select(".tabs .tab")}
    assert tabs == {"Nederlands": W1, "English": W1.replace("/nl", "/en")}
    assert "I would like to know how you are doing" in coordinator.get(tabs["English"]).text


def test_saving_makes_a_new_version_and_keeps_the_old_ones(world: World, coordinator: FlaskClient) -> None:
    assert save(coordinator, GOOD).status_code == 302
    assert save(world.sign_in(world.clerk), GOOD + " Dag!", sid=SID).status_code == 302
    assert [(one.version, one.body, one.content_sid, one.staff_id) for one in versions(world)] == [
        (1, GOOD, "", world.coordinator.id),
        (2, GOOD + " Dag!", SID, world.clerk.id),
    ]
    history = words_of(coordinator.get(W1).text, "#versions")
    assert history.index("Versie 2 Wie Ans de Vries") < history.index("Versie 1 Wie Joost de Vries")
    assert "Joost de Vries" not in words_of(coordinator.get("/messages/texts").text, "main")
    older = BeautifulSoup(coordinator.get(f"{W1}?version=1").text, "html.parser")
    assert older.textarea is not None and older.textarea.get_text().strip() == GOOD
    shipped = BeautifulSoup(coordinator.get(f"{W1}?version=0").text, "html.parser")
    assert shipped.textarea is not None and shipped.textarea.get_text().strip() == shipped_sources()[KEY]
    for missing in (3, -1, 10**12):
        assert coordinator.get(f"{W1}?version={missing}").status_code == 404


def test_saving_the_same_text_makes_no_version(world: World, coordinator: FlaskClient) -> None:
    for body in (GOOD, f"\r\n{GOOD}  \r\n"):
        save(coordinator, body)
    assert len(versions(world)) == 1
    assert "Er is niets veranderd" in coordinator.get(W1).text


def test_preview_keeps_nothing_with_and_without_script(world: World, coordinator: FlaskClient) -> None:
    whole = save(coordinator, GOOD, preview="1")
    assert whole.status_code == 200
    assert BeautifulSoup(whole.text, "html.parser").textarea.get_text().strip() == GOOD  # type: ignore[union-attr]
    part = post(coordinator, W1, {"body": GOOD}, token_from=W1, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    for answer in (whole, part):
        phone = words_of(answer.text, ".phone")
        assert phone.startswith("Doorstroompunt Hoi Maximiliaan-Alexander, hier Wilhelmina-Josephina.")
        assert words_of(answer.text, "#numbered") == NUMBERED
        assert "{{1}} Maximiliaan-Alexander {{2}} Wilhelmina-Josephina" in words_of(answer.text)
    assert versions(world) == []


@pytest.mark.parametrize(
    ("more", "says", "not_said"),
    [
        ("", ["Past in 1 sms.", "met lange verzonnen namen"], "duurder"),
        (
            " Zoë zegt",
            ["Wordt 2 sms'jes.", "Het teken ë maakt het duurder", "Zonder dat past het in 1 sms"],
            "De tekens",
        ),
        (" “Ja”", ["De tekens “ ” maken het duurder."], "Het teken"),
        (" Ja\u00a0hoor", ["Het teken U+00A0 maakt het duurder."], "Het teken \u00a0"),
        (" {{ coach_uren }}.", ["Wat er voor {{ coach_uren }} komt, maakt het duurder door: –"], "Het teken"),
        (" ja hoor" * 30, ["Wordt 3 sms'jes."], "duurder"),
    ],
)
def test_it_says_what_the_message_costs_and_why(
    coordinator: FlaskClient, more: str, says: list[str], not_said: str
) -> None:
    seen = words_of(save(coordinator, GOOD + more, preview="1").text)
    for each in says:
        assert each in seen
    assert not_said not in seen


def test_it_says_that_a_letter_in_a_name_costs_more(coordinator: FlaskClient) -> None:
    assert "letter zoals ş of ć wordt het 2 sms'jes" in words_of(save(coordinator, GOOD, preview="1").text)


def test_it_says_what_whatsapp_may_refuse(world: World, coordinator: FlaskClient) -> None:
    body = "{{ voornaam }}, hier is {{ dienst }}. Vul het even in, dat kost een halve minuut: {{ link }}"
    assert "WhatsApp kan deze tekst weigeren" in words_of(save(coordinator, body, preview="1").text)
    assert save(coordinator, body).status_code == 302, "by SMS it is a good text"


# What is refused


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "Regel 1: het bericht is nog leeg"),
        (
            GOOD + "\n\n{{ vornaam }}",
            "Regel 3: {{ vornaam }} is geen invulveld. Je kunt gebruiken: voornaam, coach",
        ),
        (GOOD + "\n{{ voornaam }", "Regel 2: een invulveld begint met {{ en eindigt met }}"),
        (GOOD + "\n\0", "Regel 2: telefoons kunnen het teken U+0000 niet laten zien"),
        (GOOD.replace("{{ link }}", "de site"), "zet {{ link }} waar het adres"),
        (GOOD.replace("{{ coach_voornaam }}", "ik"), "zet {{ coach_voornaam }} of {{ dienst }}"),
        (GOOD + " ja" * 520, "tekens; hoogstens 1600 mag"),
        ("a" * 900_000, "hoogstens 1600 mag"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    world: World, coordinator: FlaskClient, body: str, says: str
) -> None:
    for more in ({}, {"preview": "1"}):
        answer = save(coordinator, body, **more)
        assert answer.status_code == 422
        assert says in error_at(answer.text, "body")
        assert says in words_of(answer.text, "#preview")
    part = post(coordinator, W1, {"body": body}, token_from=W1, headers={"HX-Request": "true"})
    assert says in words_of(part.text) and "<html" not in part.text
    assert versions(world) == []


def test_refusals_have_their_types(world: World) -> None:
    for body, error in (("Hoi, met {{ dienst }}", LinkMissing), ("Kijk op {{ link }}", SenderMissing)):
        with pytest.raises(error):
            text_service.check(world.region, KEY, body)


@pytest.mark.parametrize(
    "sid", ["HX123", "MG" + SID[2:], SID + "0", SID[:-1] + "g", "HX" + "٣" * 32, "x" * 5000]
)
def test_a_template_number_that_is_none_is_refused(world: World, coordinator: FlaskClient, sid: str) -> None:
    answer = save(coordinator, GOOD, sid=sid)
    assert answer.status_code == 422
    assert "is HX met 32 cijfers" in error_at(answer.text, "content_sid")
    assert versions(world) == []


def test_a_template_belongs_to_the_words_it_was_approved_for(world: World, coordinator: FlaskClient) -> None:
    save(coordinator, GOOD, sid=f" {SID} ")
    changed = save(coordinator, GOOD + " Dag!", sid=SID.replace("a", "A"))
    assert changed.status_code == 422
    assert "hoort bij een andere tekst (w1-whatsapp-1, versie 1)" in error_at(changed.text, "content_sid")
    assert save(coordinator, GOOD + " Dag!").status_code == 302
    assert save(coordinator, GOOD, sid=SID).status_code == 302, "the old words again, with their template"
    assert [one.content_sid for one in versions(world)] == [SID, "", SID]


def test_a_text_that_no_plan_has_is_not_found(coordinator: FlaskClient) -> None:
    for path in ("/messages/texts/geen/nl", "/messages/texts/w1-whatsapp-1/xx"):
        assert coordinator.get(path).status_code == 404
        assert post(coordinator, path, {"body": GOOD}, token_from=W1).status_code == 404


def test_another_region_keeps_its_own_text(world: World, coordinator: FlaskClient) -> None:
    outsider = world.sign_in(world.outsider())
    save(coordinator, GOOD, sid=SID)
    editor = BeautifulSoup(outsider.get(W1).text, "html.parser")
    assert editor.textarea is not None
    assert editor.textarea.get_text().strip() == shipped_sources()[KEY]
    assert outsider.get(f"{W1}?version=1").status_code == 404
    assert save(outsider, GOOD + " Dag!", sid=SID).status_code == 302, (
        "another account has numbers of its own"
    )


# What leaves


def at_the_second_try() -> Scripted:
    answers = iter([Outcome(Fate.later), Outcome(Fate.accepted, "SM1")])
    return Scripted(lambda message: next(answers))


def test_a_message_leaves_with_the_newest_text_of_its_region(world: World, coordinator: FlaskClient) -> None:
    save(coordinator, "Hoi {{ voornaam }}, oud. {{ dienst }} {{ link }}")
    save(coordinator, GOOD)
    begin(world, world.case(given_name="Noor"))
    tick(clock.parse("2026-03-02T10:00"))
    body = db.session().scalars(select(Message)).one().body
    assert body.startswith("Hoi Noor, hier Samira. Hoe gaat het? Kijk op http")


def test_who_reads_another_language_gets_english(world: World) -> None:
    case = world.case(given_name="Noor")
    with db.write() as session:
        session.execute(update(Person).where(col(Person.id) == case.person_id).values(language="ar"))
    begin(world, case)
    tick(clock.parse("2026-03-02T10:00"))
    assert db.session().scalars(select(Message)).one().body.startswith("Hi Noor, I am Samira")


def test_the_approved_template_goes_along_also_at_a_later_try(world: World, coordinator: FlaskClient) -> None:
    save(coordinator, GOOD, sid=SID)
    way = put_in(world.app, at_the_second_try())
    begin(world, world.case(given_name="Noor"))
    tick(clock.parse("2026-03-02T10:00"))
    tick(clock.parse("2026-03-02T11:00"))
    first, second = way.handed
    for message in (first, second):
        assert message.content_sid == SID
        assert {**message.content_variables, "3": ""} == {"1": "Noor", "2": "Samira", "3": ""}
        assert message.content_variables["3"] in message.body
    assert first.body == second.body


def test_a_message_of_other_words_goes_without_the_template(world: World, coordinator: FlaskClient) -> None:
    save(coordinator, GOOD)
    way = put_in(world.app, at_the_second_try())
    begin(world, world.case(given_name="Noor"))
    tick(clock.parse("2026-03-02T10:00"))
    save(coordinator, GOOD.replace("Hoe gaat het?", "Hoe is het?"), sid=SID)
    tick(clock.parse("2026-03-02T11:00"))
    assert [one.content_sid for one in way.handed] == ["", ""]


def test_a_claim_reads_the_texts_once(world: World, app: Any) -> None:
    begin(world, *world.cases(8))
    with counted(app) as statements:
        tick(clock.parse("2026-03-02T10:00"))
    assert len(list(db.session().scalars(select(Message)))) == 8
    assert sum("FROM message_text" in statement for statement in statements) == 1


@pytest.mark.browser
def test_the_phone_follows_what_one_types(world: World, tab: Any) -> None:
    page: Page = tab(world.sign_in(world.coordinator), size=LAPTOP)
    page.goto(W1)
    page.locator("#body").fill(GOOD + " “Tot snel”")
    page.get_by_text("De tekens “ ” maken het duurder.").wait_for()
    known, unknown = page.locator(".phone").all()
    assert "“Tot snel”" in known.inner_text()
    assert "Hoi daar, hier jouw coach van Doorstroompunt." in unknown.inner_text()
    box, phone = page.locator("#body").bounding_box(), known.bounding_box()
    assert box is not None and phone is not None
    assert box["x"] + box["width"] <= phone["x"]
    page.locator("#subject").fill("Hoi {{ voornaam }}")
    page.locator("#preview").get_by_text("alleen {{ dienst }} en {{ gemeente }}").wait_for()
    page.locator("#subject").fill("Post van {{ dienst }}")
    page.locator("#preview").get_by_text("als onderwerp: Post van Doorstroompunt").wait_for()
    page.get_by_role("button", name="Bewaar deze tekst").click()
    page.locator("#versions").get_by_text("Versie 1").first.wait_for()
