"""Not-at-home cards: printed ahead for nobody, bound at a door, and answered on at any moment between."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from sqlmodel import select

from outreach import clock, db
from outreach.cases.events import EventKind
from outreach.cases.models import Case
from outreach.cli import main
from outreach.letters import card_service as printing
from outreach.letters.models import CardBatch
from outreach.responses import card_service, codes
from outreach.responses.card_service import Binding
from outreach.responses.models import EarlyResponse, ResponseCode
from tests.factories import World, post
from tests.responses.letters import answers, events, notices, status

GATHERED = {"intent": "answer", "now": "work", "message": "Ik was naar mijn werk"}


def codes_on(pdf: bytes) -> list[list[str]]:
    """The addresses in the QR codes, page by page, as a phone reads them; on a page from left to right and down."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        read = zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())
        places = sorted(
            (code.position.top_left.y // 200, code.position.top_left.x, code.text) for code in read
        )
        found.append([text for _y, _x, text in places])
    return found


def printed(world: World, number: int = 4) -> list[str]:
    """The codes of cards that a coach has in her bag."""
    sheets = printing.print_cards(world.region.id, number)
    query = select(ResponseCode.code).where(ResponseCode.card_batch_id == sheets.id)
    return sorted(db.session().exec(query))


def leave(world: World, code: str, case: Case, *, within: int | None = None) -> Binding:
    """What the report of a visit does when nobody was home."""
    with db.write() as session:
        return card_service.bind(
            session, code, case.id, None, by=UUID(str(world.coach.id)), at=clock.now(), answer_within=within
        )


def test_cards_are_printed_four_on_a_sheet_each_with_a_code_that_is_nobodys(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    out = tmp_path / "cards.pdf"
    run: Result = CliRunner().invoke(main, ["cards", "print", "--count", "6", "--out", str(out), "--json"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.stdout) == {"batch": 1, "cards": 6, "out": str(out)}
    pages = codes_on(out.read_bytes())
    assert [len(page) for page in pages] == [4, 2]
    given = set(db.session().exec(select(ResponseCode.code).where(ResponseCode.case_id == None)))  # noqa: E711
    assert {codes.normalise(text.rsplit("/", 1)[1]) for page in pages for text in page} == given
    assert len(given) == 6
    batch = db.session().exec(select(CardBatch)).one()
    assert batch.pdf == out.read_bytes() == printing.reprint(batch.id)


@pytest.mark.parametrize("number", ["0", "-4", "1001", "four"])
def test_a_number_of_cards_that_makes_no_sense_is_refused(
    world: World, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: str
) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")
    out = tmp_path / "cards.pdf"
    run = CliRunner().invoke(main, ["cards", "print", f"--count={number}", "--out", str(out)])
    assert run.exit_code in (1, 2) and run.output
    assert not out.exists()
    assert not db.session().exec(select(ResponseCode)).all()


def test_a_card_that_was_left_leads_to_the_usual_form_and_the_answer_to_its_case(world: World) -> None:
    case = world.case()
    code = printed(world)[0]
    assert leave(world, codes.display(code).lower(), case) is Binding.bound
    client = world.app.test_client()
    assert "Hoi!" in client.get(f"/r/{code.lower()}").text
    assert client.post(f"/r/{code.lower()}", data=GATHERED).status_code == 303
    assert status(case) == "in_contact"
    (answer,) = answers(case)
    assert answer.answers["message"] == GATHERED["message"]


def test_who_scans_before_the_coach_has_reception_is_heard_at_her_own_time(world: World) -> None:
    case = world.case()
    code = printed(world)[0]
    client = world.app.test_client()
    at_the_door = clock.now() - timedelta(hours=3)
    with clock.at(at_the_door):
        assert "Hoi!" in client.get(f"/r/{code.lower()}").text
        sent = client.post(f"/r/{code.lower()}", data=GATHERED)
        assert sent.status_code == 303
        assert "010 123 45 67" in client.get(sent.location).text, "without a coach the service's own number"
        # A double tap.
        client.post(f"/r/{code.lower()}", data=GATHERED)
    assert not answers(case)
    assert len(db.session().exec(select(EarlyResponse)).all()) == 1
    assert leave(world, code, case) is Binding.bound
    (answer,) = answers(case)
    assert answer.submitted_at == at_the_door
    (heard,) = [event for event in events(case) if event.kind == EventKind.responded]
    assert heard.at == at_the_door and heard.actor == "person"
    assert status(case) == "in_contact"
    assert [one.kind for one in notices(case)] == ["responded"]
    # Bound a second time, as when the phone sends its report again: nothing more.
    assert leave(world, code, case) is Binding.bound
    assert len(answers(case)) == 1


def test_a_card_that_was_used_at_another_door_is_flagged_for_both(world: World) -> None:
    first, second = world.cases(2)
    code = printed(world)[0]
    leave(world, code, first)
    assert leave(world, code, second) is Binding.elsewhere
    assert [one.kind for one in notices(first)] == ["card_flagged"]
    assert [one.kind for one in notices(second)] == ["card_flagged"]
    client = world.app.test_client()
    client.post(f"/r/{code.lower()}", data=GATHERED)
    assert len(answers(first)) == 1 and not answers(second), "whoever was first keeps it"


def test_what_is_no_card_of_this_region_is_not_bound(world: World) -> None:
    case, other = world.cases(2)
    with db.write() as session:
        from outreach.responses.service import CodeFor, issue_codes

        (of_a_letter,) = issue_codes(session, [CodeFor(other.id, None, world.region.id)])
    assert leave(world, of_a_letter, case) is Binding.unknown
    assert leave(world, "7KQ4-M2X9-1T", case) is Binding.unknown
    assert leave(world, "niet te lezen", case) is Binding.unknown
    assert not events(case)


def test_a_card_is_valid_from_the_day_it_is_left_not_from_the_day_it_was_printed(world: World) -> None:
    case = world.case()
    long_ago = clock.now() - timedelta(days=360)
    with clock.at(long_ago):
        code = printed(world)[0]
    leave(world, code, case)
    with clock.at(clock.now() + timedelta(days=300)):
        assert "Hoi!" in world.app.test_client().get(f"/r/{code.lower()}").text


def test_a_card_may_ask_for_an_answer_within_a_working_day(world: World) -> None:
    case, other = world.cases(2)
    hurried, calm = printed(world)[:2]
    leave(world, hurried, case, within=1)
    leave(world, calm, other)
    client = world.app.test_client()
    headers = {"Accept-Language": "nl"}
    assert "binnen 1 werkdag" in client.get(f"/r/{hurried.lower()}", headers=headers).text
    assert "werkdag" not in client.get(f"/r/{calm.lower()}", headers=headers).text
    wrong = client.post(f"/r/{hurried.lower()}", data={"intent": "call_back"}, headers=headers)
    assert wrong.status_code == 422 and "binnen 1 werkdag" in wrong.text


def test_a_clerk_prints_cards_and_says_whose_one_is(world: World) -> None:
    case = world.case()
    clerk = world.sign_in(world.clerk)
    assert post(clerk, "/letters/cards", {"number": "4"}, token_from="/letters/cards").status_code == 302
    page = clerk.get("/letters/cards").text
    batch = db.session().exec(select(CardBatch)).one()
    pdf = clerk.get(f"/letters/cards/{batch.id}/cards.pdf")
    assert pdf.data == batch.pdf and str(batch.id) in page
    code = sorted(db.session().exec(select(ResponseCode.code)))[0]
    world.app.test_client().post(f"/r/{code.lower()}", data=GATHERED)
    assert codes.display(code) in clerk.get("/letters/cards").text

    def say(reference: str) -> Any:
        sent = {"code": code, "reference": reference}
        return post(clerk, "/letters/cards/whose", sent, token_from="/letters/cards")

    wrong = say("bestaat niet")
    assert wrong.status_code == 404 and "bestaat niet" in wrong.text
    assert say(case.reference).status_code == 302
    assert len(answers(case)) == 1
    assert codes.display(code) not in clerk.get("/letters/cards").text


def test_cards_of_another_region_are_not_there(world: World) -> None:
    printed(world)
    batch = db.session().exec(select(CardBatch)).one()
    outsider = world.sign_in(world.outsider())
    assert outsider.get(f"/letters/cards/{batch.id}/cards.pdf").status_code == 404
    assert str(batch.id) not in outsider.get("/letters/cards").text
