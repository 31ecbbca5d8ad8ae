"""The clerk's pages: the work list, a batch, a letter that came back."""

from collections.abc import Sequence
from io import BytesIO

from bs4 import BeautifulSoup
from PIL import Image

from outreach import clock
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns import service as campaigns
from outreach.cases.models import Case
from outreach.letters import batch_queries
from tests.counting import counted
from tests.factories import World, post
from tests.letters.letters_world import attempt, codes_in_pixels, lay_ready, print_all


def words_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def test_the_work_list_says_how_many_can_be_printed_and_which_cannot_and_why(world: World) -> None:
    lay_ready(world.cases(3))
    nowhere = world.case(given_name="Sem", address=False)
    lay_ready([nowhere])
    page = world.sign_in(world.clerk).get("/letters?language=en").text
    words = words_of(page)
    assert "Sem Jansen" in words
    assert f"/cases/{nowhere.id}" in page
    button = BeautifulSoup(page, "html.parser").select_one(".actions button")
    assert button is not None and "3" in button.get_text()


def test_who_gets_no_letter_for_want_of_an_address_is_on_the_work_list_until_it_is_mended(
    world: World,
) -> None:
    nowhere = world.case(given_name="Sem", address=False, mobile=None)
    elsewhere = world.case(given_name="Bo", address=False, mobile=None, municipality="GM0606")
    with clock.at(clock.parse("2026-03-10T10:00")):
        begin(world, [nowhere, elsewhere], "maart")
        clerk = world.sign_in(world.clerk)
        page = BeautifulSoup(clerk.get("/letters").text, "html.parser")
        (to_print,) = page.select("#to-print tbody tr")
        assert words_of(str(to_print)).startswith("Brief als er geen telefoonnummer is Campagne Maart")
        assert "Kan niet worden geprint 2" in words_of(str(to_print))
        assert len(page.select("#to-mend tbody tr")) == 2
        row = page.select("#to-mend tbody tr")[0]
        assert "Sem Jansen" in row.get_text() and "ma 16 maart, 23.59" in row.get_text()
        (link,) = row.select("a[href*=address]")

        mend = BeautifulSoup(clerk.get(str(link["href"])).text, "html.parser")
        form = next(form for form in mend.select("form") if form.select_one("[name=street]"))
        fields = {str(field["name"]): field.get("value", "") for field in form.select("input[name]")}
        chosen = form.select("select")
        fields |= {str(each["name"]): each.select_one("option[selected]")["value"] for each in chosen}  # type: ignore[index]
        fields |= {
            "street": "Hoogstraat",
            "house_number": "2",
            "postcode": "3131 AA",
            "town": "Vlaardingen",
        }
        answer = clerk.post(str(form.get("action") or link["href"]), data=fields)
        assert answer.status_code in (302, 303), answer.text
        assert answer.location.startswith("/letters")
        page = BeautifulSoup(clerk.get("/letters").text, "html.parser")
        assert "Sem" not in str(page.select("#to-mend")) and "Bo" in str(page.select("#to-mend"))
        assert print_all(world).pages == 1


def test_the_button_prints_a_batch_and_shows_its_first_page_and_its_pdf(world: World) -> None:
    lay_ready(world.cases(2))
    clerk = world.sign_in(world.clerk)
    answer = post(clerk, "/letters/print", {"region": str(world.region.id)}, token_from="/letters")
    assert answer.status_code == 302
    page = clerk.get(answer.location)
    assert page.status_code == 200
    picture = clerk.get(answer.location + "/page-1.png")
    assert Image.open(BytesIO(picture.data)).size == (661, 935)
    pdf = clerk.get(answer.location + "/letters.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Content-Disposition"].startswith("inline")
    assert "Jansen" not in pdf.headers["Content-Disposition"]
    assert len(codes_in_pixels(pdf.data)) == 2
    assert "Jansen" not in page.request.path


def test_printing_twice_in_a_row_prints_nothing_the_second_time(world: World) -> None:
    lay_ready(world.cases(1))
    clerk = world.sign_in(world.clerk)
    for there in ("/letters/batches/", "/letters"):
        answer = post(clerk, "/letters/print", {"region": str(world.region.id)}, token_from="/letters")
        assert there in answer.location
    assert len(BeautifulSoup(clerk.get("/letters").text, "html.parser").select("#printed tbody tr")) == 1


def test_a_clerk_of_another_region_sees_no_letter_and_opens_no_batch(world: World) -> None:
    lay_ready(world.cases(1))
    done = print_all(world)
    assert done.batch is not None
    lay_ready(world.cases(2))
    outsider = world.sign_in(world.outsider())
    assert "Noor" not in outsider.get("/letters").text
    for path in ("", "/page-1.png", "/letters.pdf"):
        assert outsider.get(f"/letters/batches/{done.batch.id}{path}").status_code == 404
    answer = post(outsider, "/letters/print", {"region": str(world.region.id)}, token_from="/letters")
    assert answer.status_code == 404


def test_a_batch_with_a_letter_of_another_municipality_stays_closed(world: World) -> None:
    lay_ready([world.case(municipality="GM0606"), world.case(municipality="GM0622")])
    done = print_all(world)
    assert done.batch is not None
    from outreach.staff import service as staff
    from outreach.staff.scope import RoleName

    only_schiedam = staff.add_user(
        email="schiedam@example.org",
        password=None,
        given_name="Bo",
        family_name="Bakker",
        roles=[RoleName.clerk],
        municipalities=["GM0606"],
    )
    from outreach import db

    with db.write() as session:
        only_schiedam.password = world.clerk.password
        session.add(only_schiedam)
    clerk = world.sign_in(only_schiedam)
    assert clerk.get(f"/letters/batches/{done.batch.id}/letters.pdf").status_code == 404
    assert "/letters/batches/" not in clerk.get("/letters").text


def test_a_coach_does_not_print(world: World) -> None:
    coach = world.sign_in(world.coach)
    assert coach.get("/letters").status_code == 403
    assert coach.get("/letters/texts").status_code == 403


def begin(world: World, cases: Sequence[Case], slug: str) -> None:
    campaign = campaigns.create(world.region.id, slug, "drie-weken", slug.capitalize())
    campaigns.add_cases(campaign.id, [case.id for case in cases])
    campaigns.start(campaign.id)
    campaigns.tick(clock.now())


def test_the_work_list_takes_as_many_queries_for_forty_letters_as_for_four(world: World) -> None:
    numbers = []
    with clock.at(clock.parse("2026-03-10T10:00")):
        clerk = world.sign_in(world.clerk)
        for more in (4, 36):
            lay_ready(world.cases(more))
            lay_ready([world.case(address=False) for _ in range(more)])
            begin(world, [world.case(address=False, mobile=None) for _ in range(more)], f"campagne-{more}")
            with counted(world.app) as statements:
                page = clerk.get("/letters").text
            assert len(BeautifulSoup(page, "html.parser").select("#to-mend tbody tr")) in (8, 80)
            numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_a_letter_that_came_back_is_noted_by_its_code_and_the_next_one_waits(world: World) -> None:
    case = world.case()
    (sent,) = lay_ready([case])
    print_all(world)
    (letter,) = batch_queries.letters_of(case.id)
    clerk = world.sign_in(world.clerk)
    code = f"{letter.code[:4]}-{letter.code[4:8]}-{letter.code[8:]}".lower()
    answer = post(clerk, "/letters/returned", {"code": code}, token_from="/letters/returned")
    assert answer.status_code == 302
    assert f"/cases/{case.id}" in clerk.get(answer.location).text
    assert attempt(sent).status == AttemptStatus.returned

    lay_ready([case], "w2-brief", "boven")
    done = print_all(world)
    assert done.batch is None
    assert [one.reference for one in done.not_printed] == [case.reference]

    again = post(clerk, "/letters/returned", {"code": code}, token_from="/letters/returned")
    assert again.status_code == 409


def test_a_scanner_that_types_the_whole_address_is_understood(world: World) -> None:
    (sent,) = lay_ready([world.case()])
    print_all(world)
    (letter,) = batch_queries.letters_of(attempt(sent).case_id)
    clerk = world.sign_in(world.clerk)
    typed = f"http://127.0.0.1:8000/r/{letter.code.lower()}"
    assert (
        post(clerk, "/letters/returned", {"code": typed}, token_from="/letters/returned").status_code == 302
    )


def test_a_code_that_no_letter_has_comes_back_with_what_to_do(world: World) -> None:
    clerk = world.sign_in(world.clerk)
    for code in ("", "7KQ4-M2X9-1T", "x" * 5000):
        answer = post(clerk, "/letters/returned", {"code": code}, token_from="/letters/returned")
        assert answer.status_code in (404, 422)
        assert BeautifulSoup(answer.text, "html.parser").select_one("#code-error") is not None


def test_the_page_of_a_case_shows_its_letters_and_takes_one_back(world: World) -> None:
    case = world.case()
    (sent,) = lay_ready([case])
    print_all(world)
    clerk = world.sign_in(world.clerk)
    page = BeautifulSoup(clerk.get(f"/cases/{case.id}").text, "html.parser")
    form = page.select_one("#letters form, [aria-labelledby=letters] form") or page.find(
        "form", action="/letters/returned"
    )
    assert form is not None
    fields = {field["name"]: field["value"] for field in form.select("input[type=hidden]")}
    answer = clerk.post("/letters/returned", data=fields)
    assert answer.location == f"/cases/{case.id}"
    assert attempt(sent).status == AttemptStatus.returned
