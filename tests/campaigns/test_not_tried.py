"""The coordinator sees whose plan ended with nothing tried, and why."""

from bs4 import BeautifulSoup
from sqlalchemy import update
from sqlmodel import col

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.campaigns import page_queries, service, untried_queries
from outreach.campaigns.untried_queries import Why
from outreach.cases.models import Case, Household, OptOut, Person
from outreach.staff.scope import scope_of
from outreach.ticking import tick
from tests.counting import counted
from tests.factories import World

MONDAY = clock.parse("2026-03-02T09:30")
AT_ITS_END = clock.parse("2026-04-20T09:30")


def ended(world: World, cases: list[Case]) -> str:
    """A campaign whose plan went by in one leap, as when the worker stood still: nothing in it was tried."""
    with clock.at(MONDAY):
        campaign = service.create(world.region.id, "maart", "drie-weken", "Maart")
        service.add_cases(campaign.id, [case.id for case in cases])
        service.start(campaign.id)
    tick(AT_ITS_END)
    return campaign.slug


def nowhere(world: World, **more: object) -> Case:
    return world.case(address=False, mobile=None, **more)  # type: ignore[arg-type]


def rows(page: str) -> dict[str, list[str]]:
    table = BeautifulSoup(page, "html.parser").select("tbody tr")
    return {row.th.get_text(): [cell.get_text(" ") for cell in row.select("td")] for row in table if row.th}


def test_the_count_on_the_campaign_leads_to_who_and_why(world: World) -> None:
    unknown = nowhere(world, given_name="Sem")
    half, mended = world.case(given_name="Bo", mobile=None), nowhere(world, given_name="Lot")
    mailed = nowhere(world, given_name="Mo")
    with db.write() as session:
        home = world.household_of(half).id
        session.execute(update(Household).where(col(Household.id) == home).values(postcode=""))
        mail = update(Person).where(col(Person.id) == mailed.person_id).values(email="mo@example.org")
        session.execute(mail)
    slug = ended(world, [unknown, half, mended, mailed])
    with db.write() as session:
        session.execute(
            update(Person).where(col(Person.id) == mended.person_id).values(mobile="+31612345678")
        )
    coordinator = world.sign_in(world.coordinator)
    campaign = BeautifulSoup(coordinator.get(f"/campaigns/{slug}").text, "html.parser")
    (link,) = campaign.select("#standing a[href$=not-tried]")
    row = link.find_parent("div")
    assert row is not None and "er niets geprobeerd kon worden 4" in " ".join(row.get_text(" ").split())
    page = coordinator.get(str(link["href"])).text
    found = rows(page)
    assert "geen telefoonnummer, e-mailadres of adres bekend" in found["Sem Jansen"][1]
    assert "het adres is niet compleet" in found["Bo Jansen"][1]
    assert "alleen een e-mailadres bekend" in found["Mo Jansen"][1]
    assert "kwam te laat" in found["Lot Jansen"][1]
    assert f"/cases/{unknown.id}/person" in page and f"/cases/{mended.id}/person" not in page


def test_who_wants_no_contact_and_what_was_not_done_in_time_are_said(world: World) -> None:
    silent, late = world.case(given_name="Sem"), world.case(given_name="Bo")
    with db.write() as session:
        session.add(OptOut(person_id=silent.person_id, channel="all", since=MONDAY))
    with clock.at(MONDAY):
        campaign = service.create(world.region.id, "maart", "drie-weken", "Maart")
        service.add_cases(campaign.id, [silent.id, late.id])
        service.start(campaign.id)
        service.tick(clock.parse("2026-03-02T10:00"))
    with db.write() as session:
        session.execute(update(ContactAttempt).values(status="expired"))
    tick(AT_ITS_END)
    found, _page, _pages = untried_queries.untried(campaign.id, scope_of(world.coordinator), 1)
    assert {one.name: one.why for one in found} == {
        "Sem Jansen": Why.opted_out,
        "Bo Jansen": Why.not_done,
    }


def test_somebody_who_was_tried_is_not_in_the_list(world: World) -> None:
    called = world.case()
    with clock.at(MONDAY):
        campaign = service.create(world.region.id, "maart", "drie-weken", "Maart")
        service.add_cases(campaign.id, [called.id])
        service.start(campaign.id)
    tick(clock.parse("2026-03-02T10:00"))
    tick(AT_ITS_END)
    scope = scope_of(world.coordinator)
    assert untried_queries.untried(campaign.id, scope, 1)[0] == []
    assert page_queries.standing(campaign.id, scope).finished.keys() == {"unreachable"}


def test_only_those_of_her_own_municipalities_are_named_and_counted(world: World) -> None:
    slug = ended(world, [nowhere(world)])
    assert world.sign_in(world.outsider()).get(f"/campaigns/{slug}/not-tried").status_code == 404
    assert world.sign_in(world.coach).get(f"/campaigns/{slug}/not-tried").status_code == 403


def test_many_go_over_pages_and_ask_no_more(world: World) -> None:
    slug = ended(world, [nowhere(world, given_name=f"Noor{n:03}") for n in range(untried_queries.PAGE + 2)])
    coordinator = world.sign_in(world.coordinator)
    coordinator.get(f"/campaigns/{slug}/not-tried")
    asked = []
    for page, number in ((1, untried_queries.PAGE), (2, 2), (99, 2)):
        with counted(world.app) as statements:
            answer = coordinator.get(f"/campaigns/{slug}/not-tried?page={page}")
        assert len(rows(answer.text)) == number
        asked.append(len(statements))
    assert len(set(asked)) == 1
