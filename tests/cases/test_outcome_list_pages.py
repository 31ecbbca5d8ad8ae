"""The pages on which an administrator changes the outcome lists of her region."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from outreach import db
from outreach.cases import outcome_list_rules, outcome_list_service, outcome_queries, service
from outreach.cases.models import Case
from outreach.cases.outcome_list_rules import MOST, Line, moved
from outreach.cases.outcomes import OUTCOME_LISTS, SHIPPED, OutcomeKind, OutcomeList, RegionLists
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.errors import Conflict, NotFound, Refused
from outreach.regions.models import Region
from outreach.staff import service as staff
from outreach.staff.models import User
from outreach.staff.scope import RoleName
from tests.cases.region_lists import WATERWEG, has_lists
from tests.counting import counted
from tests.factories import MUNICIPALITIES, World, post

START = "/outcome-lists/waterweg"
LIST = f"{START}/lists/rmd-vsv"
OWN = f"{START}/lists/waterweg"


def administrator(world: World, *more: str) -> User:
    user = staff.add_user(
        email="beheer@example.org",
        password=None,
        given_name="Bea",
        family_name="Bos",
        roles=[RoleName.administrator],
        municipalities=[*MUNICIPALITIES, *more],
    )
    with db.write() as session:
        user.password = world.coach.password
        session.add(user)
    return user


@pytest.fixture
def bea(world: World) -> FlaskClient:
    return world.sign_in(administrator(world))


def soup(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def filled_in(page: BeautifulSoup, form: str = "outcome-list") -> dict[str, str]:
    """What a browser would send of a form as it is shown."""
    found = page.find("form", id=form)
    assert found is not None
    data = {str(box["name"]): str(box.get("value", "")) for box in found.select("input[name]")}
    for choice in found.select("select[name]"):
        chosen = choice.select_one("option[selected]") or choice.select_one("option")
        data[str(choice["name"])] = str(chosen["value"]) if chosen else ""
    return data


def save(client: FlaskClient, address: str, data: dict[str, str]) -> Any:
    return post(client, address, data, token_from="/me", follow_redirects=True)


def lists(world: World) -> RegionLists:
    db.session().expire_all()
    return outcome_queries.lists_in(world.region.id)


def region(world: World) -> Region:
    db.session().expire_all()
    return db.session().get_one(Region, world.region.id)


def closed(world: World, outcome: str, **columns: Any) -> Case:
    case = world.case(**columns)
    service.choose_status(case.id, CaseStatus.afgesloten, by=world.coach.id, outcome=outcome)
    return case


def number_of(data: dict[str, str], label: str) -> int:
    return next(n for n in range(int(data["lines"])) if data[f"line-{n}-label"] == label)


def without(data: dict[str, str], label: str) -> dict[str, str]:
    """The form after 'Take away' at this label."""
    kept = [n for n in range(int(data["lines"])) if data[f"line-{n}-label"] != label]
    lines = {
        f"line-{at}-{part}": data[f"line-{n}-{part}"]
        for at, n in enumerate(kept)
        for part in ("label", "kind", "state", "was")
    }
    return {"title": data["title"], "unit": data["unit"], "lines": str(len(kept)), **lines}


def test_saving_what_is_shown_changes_nothing(world: World, bea: FlaskClient) -> None:
    for name in OUTCOME_LISTS:
        address = f"{START}/lists/{name}"
        assert "De lijst is bewaard" in save(bea, address, filled_in(soup(bea, address))).text
    assert lists(world) == SHIPPED
    assert "outcome_lists" not in region(world).settings_data, "what ships is not kept once more"


def test_a_shipped_list_is_changed_and_cases_close_with_it(world: World, bea: FlaskClient) -> None:
    data = filled_in(soup(bea, LIST))
    last = int(data["lines"])
    data |= {"title": "Werkprocessen Waterweg", "unit": "jongeren", "lines": str(last + 1)}
    data |= {
        f"line-{last}-label": "  Op  wereldreis ",
        f"line-{last}-kind": "gone",
        f"line-{last}-state": "uncounted",
    }
    data[f"line-{number_of(data, 'Inburgering')}-state"] = "retired"
    page = save(bea, LIST, data)
    assert page.status_code == 200 and "De lijst is bewaard" in page.text
    found = lists(world).lists["rmd-vsv"]
    assert (found.title, found.unit) == ("Werkprocessen Waterweg", "jongeren")
    assert found.labels == (*OUTCOME_LISTS["rmd-vsv"].labels, "Op wereldreis")
    assert found.kind("Op wereldreis") is OutcomeKind.gone
    assert "Op wereldreis" in found.uncounted and "Inburgering" not in found.choices
    closed(world, "Op wereldreis")
    with pytest.raises(Refused):
        closed(world, "Inburgering")
    assert "Door jullie veranderd" in bea.get(START).text


def test_lines_move_without_script_and_nothing_is_saved(world: World, bea: FlaskClient) -> None:
    data = filled_in(soup(bea, LIST))
    first, second, third = OUTCOME_LISTS["rmd-vsv"].labels[:3]

    def shown(action: str) -> list[str]:
        answer = post(bea, LIST, {**data, "line-0-label": f"{first}!", "do": action}, token_from="/me")
        assert answer.status_code == 200
        page = BeautifulSoup(answer.text, "html.parser")
        return [str(box.get("value", "")) for box in page.select("[name^=line-][name$=-label]")]

    assert shown("down-0")[:3] == [second, f"{first}!", third]
    assert shown("up-2")[:3] == [f"{first}!", third, second]
    assert shown("remove-1")[:2] == [f"{first}!", third]
    assert shown("add")[-1] == "" and len(shown("add")) == int(data["lines"]) + 1
    assert shown("up-0") == shown("down-99") == shown("dance-1") == shown("up-x") == shown("remove-")
    assert lists(world) == SHIPPED
    page = soup(bea, LIST)
    up = page.select_one("button[value=up-3]")
    assert up is not None and up["formaction"] == f"{LIST}#line-2" and page.select_one("#line-2") is not None


def test_the_first_button_of_the_form_saves_for_who_presses_enter(bea: FlaskClient) -> None:
    button = soup(bea, LIST).select_one("#outcome-list button")
    assert button is not None and not button.get("name")


def test_an_outcome_that_nobody_has_goes_away(world: World, bea: FlaskClient) -> None:
    page = save(bea, LIST, without(filled_in(soup(bea, LIST)), "Inburgering"))
    assert "Inburgering" not in BeautifulSoup(page.text, "html.parser").main.get_text()  # type: ignore[union-attr]
    assert "Inburgering" not in lists(world).lists["rmd-vsv"].labels


def test_an_outcome_that_cases_have_stays_and_it_is_said(world: World, bea: FlaskClient) -> None:
    case = closed(world, "Inburgering")
    page = soup(bea, LIST)
    data = filled_in(page)
    at = number_of(data, "Inburgering")
    line = page.select_one(f"#line-{at}")
    assert line is not None and "1 dossier" in line.get_text() and not line.select("[value^=remove]")
    page = save(bea, LIST, without(data, "Inburgering"))
    assert "blijft in de lijst, want 1 dossier heeft die uitkomst" in page.text
    found = lists(world).lists["rmd-vsv"]
    assert found.labels[-1] == "Inburgering" and "Inburgering" not in found.choices
    assert found.kind("Inburgering") is OutcomeKind.trajectory
    assert lists(world).report_label("rmd-vsv", "Inburgering", "rmd-vsv") == "Inburgering"
    coach = world.sign_in(world.coach)
    assert "Inburgering" in coach.get(f"/cases/{case.id}").text


def test_an_outcome_with_other_words_counts_cases_of_before(world: World, bea: FlaskClient) -> None:
    for name, to in (("rmd-jib", "rmd-vsv"), ("rmd-vsv", "rmd-jib")):
        outcome_list_service.count_as(world.region.id, name, to, {})
    closed(world, "Werk")
    closed(world, "Werk", target_group="jib")
    data = filled_in(soup(bea, LIST))
    data[f"line-{number_of(data, 'Werk')}-label"] = "Betaald werk"
    page = save(bea, LIST, data)
    assert "1 dossier houdt 'Werk' op de eigen pagina" in BeautifulSoup(page.text, "html.parser").get_text()
    found = lists(world)
    assert "Werk" not in found.lists["rmd-vsv"].labels
    assert found.report_label("rmd-vsv", "Werk", "rmd-vsv") == "Betaald werk"
    assert found.kind("rmd-vsv", "Werk") is OutcomeKind.work
    assert found.report_label("rmd-jib", "Werk", "rmd-vsv") == "Betaald werk", "as before, by other words"
    assert found.report_label("rmd-vsv", "Werk", "rmd-jib") == "Werk"

    data = filled_in(soup(bea, LIST))
    data[f"line-{number_of(data, 'Betaald werk')}-label"] = "Heeft een baan"
    save(bea, LIST, data)
    found = lists(world)
    assert found.report_label("rmd-vsv", "Werk", "rmd-vsv") == "Heeft een baan", "also after a second change"
    assert found.report_label("rmd-jib", "Werk", "rmd-vsv") == "Heeft een baan"
    assert dict(found.lists["rmd-vsv"].former) == {"Werk": "Heeft een baan"}, (
        "nobody closed with the second name"
    )

    data = filled_in(soup(bea, LIST))
    data[f"line-{number_of(data, 'Heeft een baan')}-label"] = "Werk"
    save(bea, LIST, data)
    assert not lists(world).lists["rmd-vsv"].former, "the old name is its name again"
    assert set(lists(world).counted_as) == {("rmd-jib", "rmd-vsv"), ("rmd-vsv", "rmd-jib")}
    assert lists(world).report_label("rmd-jib", "Werk", "rmd-vsv") == "Werk"


def test_words_that_differ_only_in_capitals_are_the_same_outcome(world: World, bea: FlaskClient) -> None:
    closed(world, "Werk")
    data = without(filled_in(soup(bea, LIST)), "Werk")
    last = int(data["lines"])
    data |= {"lines": str(last + 1), f"line-{last}-label": "WERK", f"line-{last}-kind": "work"}
    data |= {f"line-{last}-state": "chosen"}
    save(bea, LIST, data)
    found = lists(world).lists["rmd-vsv"]
    assert "Werk" not in found.labels and found.now("Werk") == "WERK"
    assert "De lijst is bewaard" in save(bea, LIST, filled_in(soup(bea, LIST))).text


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"title": " "}, "Vul een titel in"),
        ({"title": "x" * 91}, "Vul een titel in"),
        ({"title": "jongeren in BEELD"}, "Een andere lijst heeft deze titel"),
        ({"title": "rmd-jib"}, "Een andere lijst heeft deze titel"),
        ({"unit": ""}, "Vul in wat er geteld wordt"),
        ({"line-1-label": ""}, "Vul de uitkomst in"),
        ({"line-1-label": "x" * 91}, "binnen 90 letters"),
        ({"line-1-label": "HULP verlening"}, "staat twee keer in deze lijst"),
        ({"line-1-kind": "happiness"}, "wat deze uitkomst betekent"),
        ({"line-1-state": "perhaps"}, "of deze uitkomst te kiezen is"),
        ({"lines": "1"}, "minstens twee uitkomsten"),
        ({"lines": "many"}, "minstens twee uitkomsten"),
        (
            {"lines": "41"} | {f"line-{n}-label": f"Uitkomst {n}" for n in range(41)}
            | {f"line-{n}-kind": "work" for n in range(41)} | {f"line-{n}-state": "chosen" for n in range(41)},
            "hooguit 40 uitkomsten",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_saved(
    world: World, bea: FlaskClient, wrong: dict[str, str], problem: str
) -> None:
    data = {**filled_in(soup(bea, LIST)), "line-0-label": "Hulpverlening", **wrong}
    answer = post(bea, LIST, data, token_from="/me")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert problem in page.select_one("[role=alert]").get_text()  # type: ignore[union-attr]
    for link in page.select("[role=alert] a"):
        assert page.select_one(str(link["href"])) is not None, "the sentence leads to its field"
    assert lists(world) == SHIPPED


def test_a_list_begins_with_another_one_or_with_nothing(world: World, bea: FlaskClient) -> None:
    page = soup(bea, f"{START}/new?start=rmd-jib")
    data = filled_in(page) | {"title": "Jongeren Waterweg", "name": "waterweg-jib"}
    assert data["unit"] == "meldingen"
    save(bea, f"{START}/new", data)
    found = lists(world).lists["waterweg-jib"]
    assert dict(found.kinds) == dict(OUTCOME_LISTS["rmd-jib"].kinds)

    data = filled_in(soup(bea, f"{START}/new?start=no-such-list"))
    assert data["lines"] == "2" and data["line-0-label"] == data["title"] == ""
    data |= {"title": "Kort", "name": "kort", "unit": "jongeren", "line-0-label": "Ja", "line-1-label": "Nee"}
    assert "De lijst is bewaard" in save(bea, f"{START}/new", data).text
    assert lists(world).lists["kort"].labels == ("Ja", "Nee")
    assert "Van jullie zelf" in bea.get(START).text


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "Schrijf de korte naam"),
        ("Kort en Goed", "Schrijf de korte naam"),
        ("kort/goed", "Schrijf de korte naam"),
        ("x" * 41, "Schrijf de korte naam"),
        ("rmd-vsv", "Er is al een lijst met deze korte naam"),
    ],
)
def test_the_short_name_fits_in_an_address_and_is_its_own(
    world: World, bea: FlaskClient, name: str, problem: str
) -> None:
    data = {
        "title": "Kort",
        "unit": "jongeren",
        "name": name,
        "lines": "2",
        "line-0-label": "A",
        "line-1-label": "B",
    }
    answer = post(bea, f"{START}/new", data, token_from="/me")
    assert answer.status_code == 422 and problem in answer.text
    assert lists(world) == SHIPPED


def test_a_target_group_closes_with_the_list_that_is_chosen(world: World, bea: FlaskClient) -> None:
    before = closed(world, "Jongerenteam")
    has_lists(world.region, own_lists={})
    data = filled_in(soup(bea, START), "own-lists") | {"nieuwe_vsv": "waterweg"}
    assert "Vanaf nu sluit je dossiers af met deze lijsten" in save(bea, START, data).text
    assert region(world).settings_data["own_lists"] == {"nieuwe_vsv": "waterweg"}
    closed(world, "Betaald werk")
    db.session().expire_all()
    assert db.session().get_one(Case, before.id).outcome_list == "rmd-vsv", (
        "who was closed keeps what she had"
    )
    save(bea, START, {**data, "nieuwe_vsv": "rmd-vsv"})
    assert "own_lists" not in region(world).settings_data
    assert post(bea, START, {**data, "jib": "no-such-list"}, token_from="/me").status_code == 400
    assert lists(world).own_list(TargetGroup.jib).name == "rmd-jib"


def test_an_own_list_goes_away_when_nothing_needs_it(world: World, bea: FlaskClient) -> None:
    has_lists(world.region)
    assert "weghalen?" in bea.get(f"{OWN}/drop").text
    assert (
        "Kies eerst een andere lijst voor: Nieuwe vsv'er"
        in BeautifulSoup(save(bea, f"{OWN}/drop", {}).text, "html.parser").get_text()
    )
    outcome_list_service.choose_own(world.region.id, {TargetGroup.nieuwe_vsv: "rmd-vsv"})
    outcome_list_service.count_as(world.region.id, "waterweg", "rmd-vsv", {"Naar school": "SK buiten DUO om"})
    assert "De lijst is weg" in save(bea, f"{OWN}/drop", {}).text
    assert lists(world) == SHIPPED and not set(region(world).settings_data) & {"outcome_lists", "outcome_map"}
    assert bea.get(OWN).status_code == 404


def test_a_list_that_cases_have_stays(world: World, bea: FlaskClient) -> None:
    has_lists(world.region)
    closed(world, "Betaald werk")
    has_lists(world.region, own_lists={})
    assert "1 dossier heeft een uitkomst die dan weg zou zijn" in save(bea, f"{OWN}/drop", {}).text
    assert "waterweg" in lists(world).lists


def test_a_changed_list_goes_back_to_as_it_was_delivered(world: World, bea: FlaskClient) -> None:
    assert bea.post(f"{LIST}/drop").status_code == 400, "not without the form's token"
    assert "zoals geleverd" not in bea.get(LIST).text
    data = filled_in(soup(bea, LIST))
    save(bea, LIST, {**data, "line-0-label": "Zorg"})
    case = closed(world, "Zorg")
    assert "Terug naar de lijst zoals geleverd" in bea.get(LIST).text
    assert "Deze lijst blijft" in save(bea, f"{LIST}/drop", {}).text
    service.choose_status(case.id, CaseStatus.in_begeleiding, by=world.coach.id)
    closed(world, "Inburgering")
    assert "weer zoals die geleverd is" in save(bea, f"{LIST}/drop", {}).text
    assert lists(world) == SHIPPED
    with pytest.raises(NotFound):
        outcome_list_service.drop(world.region.id, "rmd-vsv")


def test_what_an_outcome_counts_as_in_another_list_is_chosen(world: World, bea: FlaskClient) -> None:
    address = f"{START}/lists/mvs-oud-vsv/in/rmd-vsv"
    page = soup(bea, address)
    assert not page.select("[name=counts][checked]")
    data = filled_in(page, "counting") | {"counts": "y"}
    assert set(data) >= {"as_0", "of_0"} and data["as_0"] == "", "'Werkt' is no label there"
    save(bea, address, {**data, "as_0": "Werk"})
    found = lists(world)
    assert found.report_label("mvs-oud-vsv", "Werkt", "rmd-vsv") == "Werk"
    assert region(world).settings_data["outcome_map"] == {"mvs-oud-vsv": {"rmd-vsv": {"Werkt": "Werk"}}}
    page = soup(bea, address)
    assert filled_in(page, "counting")["as_0"] == "Werk" and page.select("[name=counts][checked]")
    assert "Telt mee" in bea.get(f"{START}/lists/mvs-oud-vsv").text
    save(bea, address, {**data, "as_0": ""})
    assert lists(world).report_label("mvs-oud-vsv", "Werkt", "rmd-vsv") is None
    assert lists(world).counted_as == {("mvs-oud-vsv", "rmd-vsv"): {}}, "it still counts, by its words"
    del data["counts"]
    save(bea, address, data)
    assert "outcome_map" not in region(world).settings_data


def test_the_same_words_count_as_each_other_unless_somebody_says_nowhere(
    world: World, bea: FlaskClient
) -> None:
    address = f"{START}/lists/rmd-jib/in/rmd-vsv"
    data = filled_in(soup(bea, address), "counting") | {"counts": "y"}
    (at,) = [n for n in range(13) if data[f"of_{n}"] == "Werk"]
    assert data[f"as_{at}"] == "Werk"
    save(bea, address, {**data, f"as_{at}": ""})
    assert lists(world).report_label("rmd-jib", "Werk", "rmd-vsv") is None
    assert (
        "Kies uit de lijst als wat het meetelt" in save(bea, address, {**data, "as_0": "No such label"}).text
    )
    assert bea.get(f"{START}/lists/rmd-jib/in/rmd-jib").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/new", "/lists/rmd-vsv", "/lists/rmd-vsv/drop", "/lists/rmd-vsv/in/rmd-jib"]
)
def test_only_an_administrator_of_the_region_comes_here(world: World, bea: FlaskClient, path: str) -> None:
    assert bea.get(START + path).status_code == 200
    for user in (world.coach, world.clerk, world.coordinator):
        client = world.sign_in(user)
        assert client.get(START + path).status_code == 403
        assert post(client, START + path, {}, token_from="/me").status_code == 403
    world.outsider()
    elsewhere = START.replace("waterweg", "elders") + path
    assert bea.get(elsewhere).status_code == 404
    assert post(bea, elsewhere, {}, token_from="/me").status_code == 404
    assert lists(world) == SHIPPED


def test_a_list_that_is_not_there_is_not_found(bea: FlaskClient, world: World) -> None:
    for path in ("lists/elders", "lists/elders/drop", "lists/elders/in/rmd-vsv", "lists/rmd-vsv/in/elders"):
        assert bea.get(f"{START}/{path}").status_code == 404
    with pytest.raises(NotFound):
        outcome_list_service.save(world.region.id, outcome_list_rules.started_from(None))
    with pytest.raises(NotFound):
        outcome_list_service.count_as(world.region.id, "rmd-vsv", "elders", {})


def test_who_administers_several_regions_chooses(world: World) -> None:
    world.outsider()
    page = soup(world.sign_in(administrator(world, "GM0193")), "/outcome-lists")
    assert {str(link["href"]) for link in page.select("main .card a")} == {START, "/outcome-lists/elders"}


def test_more_cases_and_more_lists_cost_no_more_questions(world: World, bea: FlaskClient) -> None:
    def asked(address: str) -> int:
        bea.get(address)
        with counted(world.app) as statements:
            assert bea.get(address).status_code == 200
        return len(statements)

    addresses = (START, LIST, f"{LIST}/in/rmd-jib")
    few = [asked(address) for address in addresses]
    for outcome in ("Werk", "Inburgering", "Jongerenteam"):
        closed(world, outcome)
    many = {f"own-{n}": {**WATERWEG, "title": f"Lijst {n}"} for n in range(20)}
    has_lists(world.region, outcome_lists=many, own_lists={"jib": "own-3"})
    assert [asked(address) for address in addresses] == few


def test_the_pages_speak_english_too(bea: FlaskClient) -> None:
    page = bea.get(LIST, headers={"Accept-Language": "en"}).text
    assert "Can it be chosen?" in page and "Add an outcome" in page


def test_a_list_is_not_longer_than_can_be_chosen_from() -> None:
    lines = tuple(Line(f"Uitkomst {n}") for n in range(MOST))
    assert moved(lines, "add") == lines


def test_what_was_taken_away_can_be_chosen_again(world: World, bea: FlaskClient) -> None:
    closed(world, "Inburgering")
    save(bea, LIST, without(filled_in(soup(bea, LIST)), "Inburgering"))
    data = filled_in(soup(bea, LIST))
    data[f"line-{number_of(data, 'Inburgering')}-state"] = "chosen"
    save(bea, LIST, data)
    assert "Inburgering" in lists(world).lists["rmd-vsv"].choices
    closed(world, "Inburgering")


def test_a_conflict_says_which_groups_still_close_with_a_list(world: World) -> None:
    has_lists(world.region)
    with pytest.raises(Conflict, match="Nieuwe vsv'er"):
        outcome_list_service.drop(world.region.id, "waterweg")


def test_taking_two_labels_for_each_other_loses_nothing() -> None:
    """Somebody types the words of one line into the other instead of moving the lines."""
    before = OutcomeList("a", "A", "jongeren", {"School": OutcomeKind.school, "Werk": OutcomeKind.work})
    lines = (Line("Werk", "work", "chosen", "School"), Line("School", "school", "chosen", "Werk"))
    draft = outcome_list_rules.Draft("a", "A", "jongeren", lines)
    settled = outcome_list_rules.settled(draft, before, {"School": 3, "Werk": 2})
    assert (settled.stays, settled.renamed, settled.kept.former) == ({}, {}, {})


def test_who_closes_while_an_outcome_is_taken_away_has_it_or_is_refused(world: World) -> None:
    cases, together = [world.case() for _ in range(6)], Barrier(7)
    draft = outcome_list_rules.draft_of(OUTCOME_LISTS["rmd-vsv"])
    lines = tuple(line for line in draft.lines if line.label != "Werk")
    region_id, coach_id, ids = world.region.id, world.coach.id, [case.id for case in cases]

    def close(case_id: UUID) -> None:
        with world.app.app_context():
            together.wait()
            with suppress(Refused):
                service.choose_status(case_id, CaseStatus.afgesloten, by=coach_id, outcome="Werk")

    def take_away() -> None:
        with world.app.app_context():
            together.wait()
            outcome_list_service.save(region_id, replace(draft, lines=lines))

    with ThreadPoolExecutor(7) as pool:
        for done in [pool.submit(take_away), *(pool.submit(close, id_) for id_ in ids)]:
            done.result()
    db.session().expire_all()
    outcomes = {db.session().get_one(Case, id_).outcome for id_ in ids}
    assert outcomes <= {"Werk", None}
    assert ("Werk" in outcomes) is ("Werk" in lists(world).lists["rmd-vsv"].labels)
