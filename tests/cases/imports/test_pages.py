"""The pages of the import, as a clerk goes through them without script."""

import io
import re
import zipfile

import pytest
from bs4 import BeautifulSoup
from sqlmodel import col, select

from outreach import db
from outreach.campaigns import service as campaigns
from outreach.cases.imports import queries, run_service
from outreach.cases.models import Case, ImportRun
from outreach.staff import scope
from outreach.staff.models import User
from tests.cases.imports.lists import xlsx
from tests.factories import World, post

GOOD = """dossiernummer;Achternaam;Geb.datum;Gemeente;Mobiel nr;Lievelingskleur
1;Jansen;31-12-2006;Schiedam;06-12345678;rood
2;Bakker;1-1-2007;Schiedam;niets;blauw
3;Smit;31-12-1900;Schiedam;;
"""


def bring(world: World, user: User, data: bytes | str, name: str = "lijst.csv"):
    """Upload a list; the browser and the answer."""
    client = world.sign_in(user)
    data = data.encode() if isinstance(data, str) else data
    fields = {"list": (io.BytesIO(data), name), "region": str(world.region.id)}
    if user.email.startswith("elders"):
        region = re.search(r'name="region" value="([^"]+)"', client.get("/import").text)
        fields["region"] = region[1]
    answer = post(client, "/import", fields, token_from="/import", content_type="multipart/form-data")
    return client, answer


def page(answer) -> BeautifulSoup:
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def chosen(soup: BeautifulSoup) -> dict[str, str]:
    """The columns as the page has them set."""
    return {
        select["name"]: (select.find("option", selected=True) or {"value": ""})["value"]
        for select in soup.select("form#columns select")
    }


def words(soup) -> str:
    return " ".join(soup.get_text(" ").split())


def runs() -> list[ImportRun]:
    db.session().expire_all()
    return list(db.session().exec(select(ImportRun)))


def cases() -> list[Case]:
    db.session().expire_all()
    return list(db.session().exec(select(Case).order_by(col(Case.reference))))


def test_from_file_to_result(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD)
    assert answer.status_code == 302
    here = answer.headers["Location"]
    soup = page(client.get(here))
    assert list(chosen(soup).values()) == [
        "dossiernummer",
        "achternaam",
        "geboortedatum",
        "gemeente",
        "telefoon",
        "",
    ]
    said = words(soup)
    assert "2 nieuw" in said and "1 afgewezen" in said
    assert "+31612345678" in said and "31-12-1900" in said
    assert "Importeer 2 jongeren" in said
    assert not cases()

    soup = page(
        post(client, here, chosen(soup) | {"do": "import"}, token_from="/import", follow_redirects=True)
    )
    said = words(soup)
    assert "2 nieuw" in said and "1 afgewezen" in said and "31-12-1900" in said
    assert "Lievelingskleur" in said and "rij 3" in said
    assert [case.reference for case in cases()] == ["1", "2"]

    file = client.get(f"{here}/rejected.csv")
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.data.decode("utf-8-sig").splitlines()[1].startswith("3;Smit;31-12-1900")
    assert b"Jansen" not in file.data
    assert "lijst.csv" in words(page(client.get("/import")))


def test_the_mended_rows_come_back_without_questions_about_our_own_columns(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD.replace("Schiedam;;", f"Schiedam;;;{'y' * 140_000}"))
    here = answer.headers["Location"]
    soup = page(client.get(here))
    assert "y" * 200 not in soup.text
    post(client, here, chosen(soup) | {"do": "import"}, token_from="/import")
    mended = client.get(f"{here}/rejected.csv").data.decode("utf-8-sig").replace("1900", "2006")
    client, answer = bring(world, world.clerk, mended.replace("y" * 140_000, ""))
    here = answer.headers["Location"]
    soup = page(client.get(here))
    headings = [label.get_text(strip=True) for label in soup.select("form#columns label")]
    assert headings == GOOD.splitlines()[0].split(";")
    done = post(client, here, chosen(soup) | {"do": "import"}, token_from="/import", follow_redirects=True)
    assert "1 nieuw" in words(page(done))
    assert "probleem" not in words(page(done))


def test_after_the_import_only_the_rows_to_mend_are_kept_of_the_file(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD.rsplit("3;", 1)[0])
    here = answer.headers["Location"]
    assert runs()[0].content is not None
    post(client, here, chosen(page(client.get(here))) | {"do": "import"}, token_from="/import")
    assert runs()[0].content is None
    assert client.get(f"{here}/rejected.csv").status_code == 404
    again = post(client, here, {"do": "import"}, token_from="/import")
    assert again.status_code == 409


def test_unknown_columns_are_chosen_on_the_page(world: World) -> None:
    client, answer = bring(world, world.clerk, "Sleutel;Wie;Dag;Plaats\nA-1;Jansen;31-12-2006;Schiedam\n")
    here = answer.headers["Location"]
    soup = page(client.get(here))
    assert "De kolommen kloppen nog niet" in words(soup)
    assert "Importeer 1" not in words(soup)
    wanted = {
        "column-0": "dossiernummer",
        "column-1": "achternaam",
        "column-2": "geboortedatum",
        "column-3": "woonplaats",
    }
    soup = page(post(client, here, wanted | {"do": "import"}, token_from="/import", follow_redirects=True))
    assert "andere kolommen gekozen" in words(soup), "what was not looked at is not imported"
    assert not cases()
    assert "Importeer 1 jongere" in words(soup)
    soup = page(post(client, here, wanted | {"do": "import"}, token_from="/import", follow_redirects=True))
    assert "1 nieuw" in words(soup)


def test_a_column_that_is_not_there_cannot_be_chosen(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD)
    bad = post(client, answer.headers["Location"], {"column-0": "bsn"}, token_from="/import")
    assert bad.status_code == 400
    assert not cases()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("lijst.csv", GOOD)
    return out.getvalue()


REFUSED = {
    "bsn": ("dossiernummer;BSN;achternaam\n1;1;x\n", "lijst.csv", "burgerservicenummers"),
    "zip": (_zip(), "lijst.xlsx", "ZIP-bestand"),
    "text as workbook": (GOOD, "lijst.xlsx", "Excel"),
    "garbled": (bytes(range(1, 32)) * 50, "lijst.csv", ""),
    "a million columns": (b";" * 1_000_000 + b"x\n", "lijst.csv", "kolommen"),
    "empty": (b"", "lijst.csv", "leeg"),
    "only a header": ("dossiernummer;achternaam;geboortedatum\n", "lijst.csv", "geen rijen"),
}


@pytest.mark.parametrize(("data", "name", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_read_is_refused_on_the_page_and_not_kept(world, data, name, word) -> None:
    _, answer = bring(world, world.clerk, data, name)
    assert answer.status_code in (413, 422)
    assert "Er is niets geïmporteerd" in answer.text and word in answer.text
    assert not runs()


def test_no_file_asks_for_one(world: World) -> None:
    _, answer = bring(world, world.clerk, b"", "")
    assert answer.status_code == 422
    assert "Kies eerst een bestand" in answer.text


def test_a_file_over_the_limit_is_refused_with_the_limit(world: World) -> None:
    _, answer = bring(world, world.clerk, b"x" * 25_000_001)
    assert answer.status_code == 413
    assert "25 MB" in answer.text
    client = world.sign_in(world.clerk)
    huge = client.post(
        "/import",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "200000000"},
    )
    assert huge.status_code == 413
    assert not runs()


def test_other_pages_take_no_large_bodies(world: World) -> None:
    client = world.sign_in(world.clerk)
    assert client.post("/sign-in", data={"email": "x" * 2_000_000}).status_code == 413


def test_a_workbook_comes_in_through_the_page(world: World) -> None:
    data = xlsx(
        ["dossiernummer", "achternaam", "geboortedatum", "gemeente"],
        ["1", "Yılmaz", "31-12-2006", "Schiedam"],
        others=["Blad 2"],
    )
    client, answer = bring(world, world.clerk, data, "lijst.xlsx")
    soup = page(client.get(answer.headers["Location"]))
    assert "Yılmaz" in words(soup) and "Blad 2" in words(soup)


def test_a_row_of_a_municipality_that_is_not_hers_is_rejected(world: World) -> None:
    bring_and_import(world, world.clerk, GOOD)
    user = world.clerk
    with db.write() as session:
        user = session.get(User, user.id)
        user.municipalities = [place for place in user.municipalities if place.name == "Maassluis"]
        session.add(user)
    soup = bring_and_import(
        world, user, "dossiernummer;achternaam;geboortedatum\n1;Anders;1-1-2007\n5;Nieuw;1-1-2007\n"
    )
    assert "in gebruik bij een andere gemeente" in words(soup)
    assert [case.municipality_code for case in cases()] == ["GM0606", "GM0606", "GM0556"]


def bring_and_import(world: World, user: User, data: str) -> BeautifulSoup:
    client, answer = bring(world, user, data)
    here = answer.headers["Location"]
    columns = chosen(page(client.get(here)))
    return page(post(client, here, columns | {"do": "import"}, token_from="/import", follow_redirects=True))


def test_a_clerk_of_another_region_sees_nothing_of_it(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD)
    here = answer.headers["Location"]
    post(client, here, chosen(page(client.get(here))) | {"do": "import"}, token_from="/import")
    elsewhere = world.sign_in(world.outsider())
    assert elsewhere.get(here).status_code == 404
    assert elsewhere.get(f"{here}/rejected.csv").status_code == 404
    assert post(elsewhere, f"{here}/forget", token_from="/import").status_code == 404
    assert "lijst.csv" not in elsewhere.get("/import").text
    assert "Schiedam" not in elsewhere.get("/import").text


def test_a_region_that_is_not_hers_cannot_be_chosen(world: World) -> None:
    client = world.sign_in(world.outsider())
    fields = {"list": (io.BytesIO(GOOD.encode()), "lijst.csv"), "region": str(world.region.id)}
    answer = post(client, "/import", fields, token_from="/import", content_type="multipart/form-data")
    assert answer.status_code == 422
    assert not runs()


def test_a_coach_does_not_import(world: World) -> None:
    assert world.sign_in(world.coach).get("/import").status_code == 403


def test_a_list_can_be_thrown_away(world: World) -> None:
    client, answer = bring(world, world.clerk, GOOD)
    post(client, f"{answer.headers['Location']}/forget", token_from="/import")
    assert not runs()


def test_the_example_can_be_imported_as_it_is(world: World) -> None:
    example = world.sign_in(world.clerk).get("/import/example.csv").data
    _, answer = bring(world, world.clerk, example)
    client = world.sign_in(world.clerk)
    assert "2 nieuw" in words(page(client.get(answer.headers["Location"])))


def test_the_coordinator_is_offered_the_campaigns_of_the_region(world: World) -> None:
    campaigns.create(world.region.id, "najaar", "drie-weken", "Najaar")
    soup = bring_and_import(world, world.coordinator, GOOD)
    link = soup.find("a", string=re.compile("Najaar")) or soup.select_one('a[href*="/campaigns/najaar/add"]')
    run = runs()[0]
    assert link["href"] == f"/campaigns/najaar/add?import={run.id}"
    hers = scope.scope_of(world.coordinator)
    assert len(queries.cases_of(run.id, hers)) == 2
    assert world.sign_in(world.coordinator).get(link["href"]).status_code == 200
    assert not queries.cases_of(run.id, scope.scope_of(world.outsider()))


def test_formulas_and_markup_in_cells_are_text(world: World) -> None:
    data = "dossiernummer;achternaam;geboortedatum;gemeente\n"
    data += "1;=cmd|' /C calc'!A0;x;Schiedam\n2;<b>Jan</b>;31-12-2006;Schiedam\n"
    client, answer = bring(world, world.clerk, data)
    here = answer.headers["Location"]
    shown = client.get(here)
    assert "<b>Jan" not in shown.text
    post(client, here, chosen(page(shown)) | {"do": "import"}, token_from="/import")
    assert ";'=cmd|" in client.get(f"{here}/rejected.csv").data.decode("utf-8-sig")


def test_files_that_lie_there_too_long_are_emptied(world: World) -> None:
    from datetime import timedelta

    from outreach import clock

    with clock.at(clock.now() - run_service.KEPT - timedelta(days=1)):
        bring(world, world.clerk, GOOD)
    bring(world, world.clerk, GOOD, "nieuw.csv")
    assert {run.filename: run.content is None for run in runs()} == {"lijst.csv": True, "nieuw.csv": False}
