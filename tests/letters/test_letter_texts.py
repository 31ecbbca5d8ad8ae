"""Letter texts: the list, the editor with its preview, what is refused, and versions."""

from base64 import b64decode
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from PIL import Image
from sqlmodel import col, select

from outreach import clock, db
from outreach.campaigns.plan_files import shipped_plans
from outreach.letters import text_service
from outreach.letters.models import LetterText
from outreach.letters.text_service import Texts
from outreach.letters.texts import TextKey, shipped, shipped_keys
from tests.factories import World, post

W1 = "/letters/texts/w1-brief/-/nl"
W2 = "/letters/texts/w2-brief/boven/nl"
GOOD = "# Hoi {{ voornaam }}\n\nBel {{ coach_naam }} op {{ coach_telefoon }}.\n\nQR\n"


@pytest.fixture
def clerk(world: World) -> FlaskClient:
    return world.sign_in(world.clerk)


def save(clerk: FlaskClient, path: str, markdown: str, **more: str) -> object:
    return post(clerk, path, {"markdown": markdown, **more}, token_from=path)


def versions(world: World) -> list[LetterText]:
    query = select(LetterText).order_by(col(LetterText.version))
    return list(db.session().scalars(query.where(col(LetterText.region_id) == world.region.id)))


def size_of_preview(html: str) -> tuple[int, int]:
    picture = BeautifulSoup(html, "html.parser").select_one("#preview img")
    assert picture is not None, html
    assert picture["alt"]
    return Image.open(BytesIO(b64decode(str(picture["src"]).removeprefix("data:image/png;base64,")))).size


def problem_of(html: str) -> str:
    preview = BeautifulSoup(html, "html.parser").select_one("#preview")
    assert preview is not None and preview.img is None
    return " ".join(preview.get_text(" ").split())


def test_every_text_that_a_plan_names_ships_in_dutch_for_each_variant() -> None:
    for plan in shipped_plans().values():
        for step in plan.steps:
            if step.channel != "letter" or step.template is None:
                continue
            for variant in step.variants or ("",):
                assert shipped(TextKey(step.template, variant, "nl")), (plan.name, step.name)


@pytest.mark.parametrize("key", shipped_keys(), ids=lambda key: key.file_name)
def test_every_shipped_text_fits_on_a_page_with_long_names(world: World, key: TextKey) -> None:
    assert text_service.picture(world.region, shipped(key) or "", key.language).startswith(b"\x89PNG")


def test_the_list_names_every_text_and_leads_to_its_editor(clerk: FlaskClient) -> None:
    page = BeautifulSoup(clerk.get("/letters/texts").text, "html.parser")
    links = [str(link["href"]) for link in page.select("tbody a")]
    assert len(links) == len(shipped_keys())
    for link in links:
        editor = clerk.get(link)
        assert editor.status_code == 200
        assert size_of_preview(editor.text)[0] > 800


def test_saving_makes_a_new_version_and_keeps_the_old_ones(world: World, clerk: FlaskClient) -> None:
    assert save(clerk, W1, GOOD).status_code == 302  # type: ignore[attr-defined]
    assert save(clerk, W1, GOOD.replace("Bel", "App")).status_code == 302  # type: ignore[attr-defined]
    assert [(one.version, one.markdown[:4], one.staff_id) for one in versions(world)] == [
        (1, "# Ho", world.clerk.id),
        (2, "# Ho", world.clerk.id),
    ]
    assert "App" in Texts(world.region.id).one(TextKey("w1-brief", "", "nl")).markdown
    assert "Ans de Vries" in clerk.get("/letters/texts").text


def test_saving_the_same_text_makes_no_version(world: World, clerk: FlaskClient) -> None:
    for _ in range(2):
        save(clerk, W1, GOOD.replace("\n", "\r\n"))
    assert len(versions(world)) == 1


def test_the_preview_button_shows_the_letter_and_keeps_nothing(world: World, clerk: FlaskClient) -> None:
    answer = save(clerk, W2, GOOD, preview="1")
    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert size_of_preview(answer.text)[0] > 800  # type: ignore[attr-defined]
    assert GOOD.splitlines()[0] in BeautifulSoup(answer.text, "html.parser").textarea.get_text()  # type: ignore[attr-defined,union-attr]
    assert versions(world) == []


def test_while_typing_only_the_preview_is_answered(world: World, clerk: FlaskClient) -> None:
    answer = post(clerk, W2, {"markdown": GOOD}, token_from=W2, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert size_of_preview(answer.text)[0] > 800
    assert versions(world) == []


@pytest.mark.parametrize(
    ("markdown", "line"),
    [
        ("# Hoi\n\nBeste {{ vornaam }},", "3"),
        ("# Hoi\n\n<script>alert(1)</script>", "3"),
        ("# Hoi\n\nQR\n\nQR", "5"),
        ("", "1"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_beside_the_field(
    world: World, clerk: FlaskClient, markdown: str, line: str
) -> None:
    for more in ({}, {"preview": "1"}):
        answer = save(clerk, W1, markdown, **more)
        assert answer.status_code == 422  # type: ignore[attr-defined]
        page = BeautifulSoup(answer.text, "html.parser")  # type: ignore[attr-defined]
        error = page.select_one("#markdown-error")
        assert error is not None and line in error.get_text()
        assert page.textarea is not None and page.textarea.get_text().strip() == markdown
    assert versions(world) == []


@pytest.mark.parametrize(
    "markdown",
    [
        "# Hoi {{ voornaam }}\n\nScan de code.",
        "# Hoi {{ voornaam }}\n\nScan de code:\nQR",
        "# Hoi {{ voornaam }}\n\nScan de code.\n\nqr",
    ],
)
def test_a_text_without_the_code_is_not_kept_and_the_clerk_is_told_what_to_do(
    world: World, clerk: FlaskClient, markdown: str
) -> None:
    for more in ({}, {"preview": "1"}):
        answer = save(clerk, W1, markdown, **more)
        assert answer.status_code == 422  # type: ignore[attr-defined]
        page = BeautifulSoup(answer.text, "html.parser")  # type: ignore[attr-defined]
        error = page.select_one("#markdown-error")
        assert error is not None and "Zet QR op een eigen regel" in error.get_text()
        assert "Zet QR op een eigen regel" in problem_of(answer.text)  # type: ignore[attr-defined]
    assert versions(world) == []


def test_every_shipped_text_has_a_code(world: World) -> None:
    assert all(text_service.needs_code(key) for key in shipped_keys())


def test_a_text_that_is_too_long_is_refused_with_how_many_lines(world: World, clerk: FlaskClient) -> None:
    answer = save(clerk, W1, GOOD + "\nNog een alinea over van alles.\n" * 40)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "mm" in problem_of(answer.text)  # type: ignore[attr-defined]
    assert versions(world) == []


def test_a_text_of_megabytes_is_refused(world: World, clerk: FlaskClient) -> None:
    assert save(clerk, W1, "a" * 900_000).status_code == 422  # type: ignore[attr-defined]


def test_a_text_that_no_plan_has_is_not_found(clerk: FlaskClient) -> None:
    for path in (
        "/letters/texts/geen/-/nl",
        "/letters/texts/w2-brief/midden/nl",
        "/letters/texts/w1-brief/-/xx",
    ):
        assert clerk.get(path).status_code == 404


def test_another_region_keeps_its_own_text(world: World, clerk: FlaskClient) -> None:
    outsider = world.sign_in(world.outsider())
    save(clerk, W1, GOOD)
    editor = BeautifulSoup(outsider.get(W1).text, "html.parser")
    assert editor.textarea is not None
    assert editor.textarea.get_text().strip() == (shipped(TextKey("w1-brief", "", "nl")) or "").strip()


def test_the_somebody_of_the_preview_lives_in_one_municipality(world: World) -> None:
    for language in ("nl", "en"):
        letter = text_service.example(world.region, language, clock.today())
        assert letter.values["gemeente"] == "Vlaardingen", "the longest name of the region"
