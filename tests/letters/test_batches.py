"""Printing what waits: what is in a letter, what is not printed and why, and never a letter twice."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, update
from sqlmodel import SQLModel, col, select

from outreach import clock, db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import AttemptStatus
from outreach.campaigns import service as campaigns
from outreach.campaigns.models import VariantAssignment
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.cases.models import Case, CaseEvent, OptOut, Person
from outreach.letters import batch_queries, service, text_service, typesetting
from outreach.letters.misfits import LettersTooLong
from outreach.letters.models import Letter, LetterText, PrintBatch
from outreach.letters.service import Printed
from outreach.letters.texts import TextKey
from outreach.responses import service as responses
from outreach.responses.models import ResponseCode
from outreach.responses.rules import Answers, Intent, Now
from outreach.staff.models import User
from tests.counting import counted
from tests.factories import MUNICIPALITIES, World
from tests.letters.letters_world import attempt, codes_in_pixels, lay_ready, page_text, print_all

TUESDAY = clock.parse("2026-03-10T09:00")


@pytest.fixture(autouse=True)
def on_a_tuesday() -> Iterator[None]:
    with clock.at(TUESDAY):
        yield


def printed_page(world: World, page: int = 1) -> str:
    done = print_all(world)
    assert done.batch is not None, done.not_printed
    return page_text(service.reprint(done.batch.id), page)


def change(what: Any, **columns: Any) -> None:
    with db.write() as session:
        session.execute(update(type(what)).where(col(type(what).id) == what.id).values(**columns))


def person_of(case: Case) -> Person:
    person = db.session().get(Person, case.person_id)
    assert person is not None
    return person


def count(model: type[SQLModel]) -> int:
    return db.session().execute(select(func.count()).select_from(model)).scalar_one()


def test_a_printed_letter_is_sent_and_stands_on_the_timeline(world: World) -> None:
    case = world.case()
    (waiting,) = lay_ready([case])
    done = print_all(world)
    assert done.batch is not None
    assert (done.pages, done.not_printed, done.left) == (1, [], 0)
    assert attempt(waiting).status == AttemptStatus.sent
    assert attempt(waiting).sent_at == TUESDAY
    event = (
        db.session()
        .scalars(select(CaseEvent).where(col(CaseEvent.kind) == EventKind.letter_printed.value))
        .one()
    )
    assert (event.case_id, event.attempt_id, event.channel) == (case.id, waiting, "letter")
    assert event.actor == timeline.staff_actor(world.clerk.id)
    assert event.data == {"batch": done.batch.number, "step": "w1-brief", "variant": ""}


def test_the_scanned_code_leads_to_the_case_and_an_answer_is_noted_on_the_letter(world: World) -> None:
    case = world.case()
    (waiting,) = lay_ready([case])
    done = print_all(world)
    assert done.batch is not None
    (address,) = codes_in_pixels(service.reprint(done.batch.id))
    responses.submit(address.rsplit("/", 1)[1], Answers(Intent.answer, now=Now.work), "nl")
    assert attempt(waiting).response_event_id is not None
    assert db.session().get(Case, case.id).status == "in_contact"  # type: ignore[union-attr]


NAMES = [
    "Noor #1",
    "$um",
    'Jan "Piet" O\'Neil',
    "Zoë 🎉",
    "محمد",
    "Łukasz Żółć",
    "<b>Sem</b> *a* _b_ `c` \\n",
    "@ref",
]


def test_names_are_printed_as_they_are_in_whatever_letters(world: World) -> None:
    lay_ready([world.case(given_name=name, family_name="Test") for name in NAMES])
    done = print_all(world)
    assert done.batch is not None
    assert done.not_printed == []
    pdf = service.reprint(done.batch.id)
    for page, name in enumerate(NAMES, start=1):
        if name != "محمد":  # a PDF holds Arabic in the order in which it is drawn
            assert f"Hoi {name}," in page_text(pdf, page)
    assert len(set(codes_in_pixels(pdf))) == len(NAMES)


def test_the_address_has_the_lines_of_the_post(world: World) -> None:
    case = world.case()
    change(world.household_of(case), house_number="12", house_addition="B", postcode="3131AB")
    lay_ready([case])
    text = printed_page(world)
    assert "Noor Jansen Dorpsstraat 12 B 3131 AB VLAARDINGEN" in text


def test_the_letter_speaks_the_language_of_the_young_person_and_not_of_the_clerk(world: World) -> None:
    dutch, polish = world.cases(2)
    change(person_of(polish), language="pl")
    lay_ready([dutch])
    with world.app.test_request_context("/?language=en", headers={"Accept-Language": "en"}):
        pages = print_all(world)
    assert pages.batch is not None
    assert "10 maart 2026" in page_text(service.reprint(pages.batch.id))
    lay_ready([polish])
    text = printed_page(world)
    assert "Hi Noor1," in text
    assert "10 March 2026" in text
    assert "Mon to Thu, 9:00 – 17:00" in text and "t/m" not in text
    codes = db.session().scalars(select(ResponseCode).where(col(ResponseCode.case_id) == polish.id))
    assert [code.language for code in codes] == ["en"]


def test_the_coach_signs_and_without_one_the_service_does(world: World) -> None:
    mine, nobodys = world.cases(2)
    with db.write() as session:
        session.execute(update(Case).where(col(Case.id) == nobodys.id).values(coach_id=None))
    lay_ready([mine, nobodys])
    done = print_all(world)
    assert done.batch is not None
    pdf = service.reprint(done.batch.id)
    assert "Samira de Vries" in page_text(pdf, 1)
    assert "06 12 34 56 78" in page_text(pdf, 1)
    assert "Samira" not in page_text(pdf, 2)
    assert "010 123 45 67" in page_text(pdf, 2)
    assert "Ik ben jouw coach en ik werk voor Doorstroompunt." in page_text(pdf, 2)
    assert "Contact Doorstroompunt 010 123 45 67" in page_text(pdf, 2)
    assert "Jouw coach Samira de Vries" in page_text(pdf, 1)


def running(world: World, *cases: Case) -> campaigns.Campaign:
    campaign = campaigns.create(world.region.id, "voorjaar", "drie-weken")
    campaigns.add_cases(campaign.id, [case.id for case in cases])
    return campaigns.start(campaign.id)


def test_the_second_letter_says_the_day_of_the_visit_that_the_plan_has(world: World) -> None:
    running(world, world.case())
    with clock.at(TUESDAY + timedelta(days=7)):
        campaigns.tick(clock.now())
        text = printed_page(world)
    assert "dinsdag 24 maart" in text


def test_a_visit_that_was_moved_is_announced_on_its_own_day(world: World) -> None:
    case = world.case()
    running(world, case)
    with clock.at(TUESDAY + timedelta(days=7)):
        campaigns.tick(clock.now())
        moved = clock.parse("2026-03-26T14:00")
        with db.write() as session:
            session.execute(
                update(ContactAttempt)
                .where(col(ContactAttempt.case_id) == case.id, col(ContactAttempt.channel) == "visit")
                .values(due_at=moved)
            )
        text = printed_page(world)
    assert "donderdag 26 maart" in text


def test_two_at_one_address_get_the_same_variant_and_keep_it(world: World) -> None:
    first = world.case(given_name="Noor")
    second = world.case(given_name="Sem", household=world.household_of(first))
    running(world, first, second, *world.cases(6))
    with clock.at(TUESDAY + timedelta(days=7)):
        campaigns.tick(clock.now())
        letters = (
            db.session().scalars(select(ContactAttempt).where(col(ContactAttempt.step) == "w2-brief")).all()
        )
        variants = {letter.case_id: letter.variant for letter in letters}
        assert variants[first.id] == variants[second.id]
        assert set(variants.values()) <= {"boven", "onder"}
        assert count(VariantAssignment) == 7
        done = print_all(world)
        assert done.batch is not None
        pdf = service.reprint(done.batch.id)
    at_the_top = "Ik kom bij je langs: dinsdag 24 maart"
    for letter in (one for case in variants for one in batch_queries.letters_of(case)):
        case_id = attempt_of(letter.code).case_id
        assert (at_the_top in page_text(pdf, letter.page)) == (variants[case_id] == "boven")


def attempt_of(code: str) -> ContactAttempt:
    query = select(ContactAttempt).join(Letter, col(Letter.attempt_id) == col(ContactAttempt.id))
    return db.session().scalars(query.where(col(Letter.code) == code)).one()


def test_what_has_no_usable_address_is_named_and_waits(world: World) -> None:
    fine, nowhere, halfway, no_letters = world.case(), world.case(address=False), world.case(), world.case()
    change(world.household_of(halfway), postcode="")
    with db.write() as session:
        session.add(OptOut(person_id=no_letters.person_id, channel="letter", since=clock.now()))
    waiting = lay_ready([fine, nowhere, halfway, no_letters])
    done = print_all(world)
    assert done.pages == 1
    named = {one.reference: one.reason for one in done.not_printed}
    assert set(named) == {nowhere.reference, halfway.reference, no_letters.reference}
    assert len(set(named.values())) == 3
    assert [attempt(one).status for one in waiting] == ["sent", "planned", "planned", "planned"]

    change(world.household_of(halfway), postcode="3131AA")
    assert print_all(world).pages == 1


def test_what_cannot_be_set_is_named_with_the_amount_and_the_others_are_printed(world: World) -> None:
    fine = world.case()
    endless = world.case(given_name="Maria " * 50)
    wide = world.case()
    change(world.household_of(wide), street="Straat" * 20)
    odd = world.case(given_name="\U00013000")
    no_number = world.case()
    with db.write() as session:
        session.execute(update(User).where(col(User.id) == world.coach.id).values(phone=""))
    region = world.region
    change(region, settings_data={**region.settings_data, "phone": ""})
    waiting = lay_ready([fine, endless, wide, odd, no_number])
    assert print_all(world).batch is None, "nobody can be called, so no letter is complete"
    with db.write() as session:
        session.execute(update(User).where(col(User.id) == world.coach.id).values(phone="06 12 34 56 78"))
    done = print_all(world)
    assert done.pages == 2
    named = {one.reference: one.reason for one in done.not_printed}
    assert set(named) == {endless.reference, wide.reference, odd.reference}
    assert "\U00013000" in named[odd.reference]
    assert [attempt(one).status for one in waiting] == ["sent", "planned", "planned", "planned", "sent"]


def reasons(done: Printed) -> list[str]:
    return [one.reason for one in done.not_printed]


def test_a_letter_without_a_number_or_hours_says_where_to_fill_them_in(world: World) -> None:
    change(world.region, settings_data={"office_hours": ""})
    change(world.coach, phone="", hours="")
    coached, nobodys = world.cases(2)
    change(nobodys, coach_id=None)
    lay_ready([coached])
    assert reasons(print_all(world)) == [
        "Vul een telefoonnummer en de uren waarop er wordt opgenomen in: "
        "van de coach bij Medewerkers, of van de dienst bij Regio."
    ]
    change(coached, coach_id=None)
    assert reasons(print_all(world)) == [
        "Vul bij Regio een telefoonnummer en de uren waarop er wordt opgenomen in, of geef het dossier een coach."
    ]
    change(world.region, settings_data={})
    lay_ready([nobodys])
    assert (
        reasons(print_all(world))
        == ["Vul bij Regio een telefoonnummer in, of geef het dossier een coach."] * 2
    )


def test_a_letter_about_a_visit_that_nobody_plans_says_so(world: World) -> None:
    lay_ready([world.case()], "w2-brief", "boven")
    assert reasons(print_all(world)) == [
        "De brief kondigt een huisbezoek aan, maar er is geen huisbezoek gepland."
    ]


def save_unchecked(world: World, markdown: str) -> None:
    """A text that got longer than a page by other ways than the page that checks it."""
    with db.write() as session:
        session.add(
            LetterText(
                region_id=world.region.id,
                name="w1-brief",
                version=1,
                markdown=markdown,
                saved_at=clock.now(),
            )
        )


def test_when_every_letter_is_too_long_printing_is_refused_with_how_much(world: World) -> None:
    save_unchecked(world, "# Hoi\n\n" + "Nog een zin voor {{ voornaam }}.\n\n" * 60)
    waiting = lay_ready(world.cases(2))
    with pytest.raises(LettersTooLong, match=r"mm"):
        print_all(world)
    assert {attempt(one).status for one in waiting} == {"planned"}
    assert count(PrintBatch) == 0


def test_held_expired_and_other_peoples_letters_stay_where_they_are(world: World) -> None:
    held, late, elsewhere = lay_ready(world.cases(3))
    with db.write() as session:
        session.execute(update(ContactAttempt).where(col(ContactAttempt.id) == held).values(held=True))
        session.execute(
            update(ContactAttempt)
            .where(col(ContactAttempt.id) == late)
            .values(latest_at=clock.now() - timedelta(hours=1))
        )
        other = db.session().get(ContactAttempt, elsewhere)
        assert other is not None
        session.execute(update(Case).where(col(Case.id) == other.case_id).values(municipality_code="GM0606"))
    done = print_all(world, ["GM0622"])
    assert (done.batch, done.not_printed) == (None, [])


def test_reprinting_gives_the_same_bytes_after_text_and_address_changed(world: World) -> None:
    case = world.case()
    lay_ready([case])
    done = print_all(world)
    assert done.batch is not None
    before = service.reprint(done.batch.id)
    change(world.household_of(case), street="Andere straat")
    key = TextKey("w1-brief", "", "nl")
    text_service.save(world.region, key, "# Anders\n\nHoi {{ voornaam }}.\n\nQR\n", world.clerk.id)
    assert sha256(service.reprint(done.batch.id)).digest() == sha256(before).digest()

    lay_ready([case])
    assert "Anders" in printed_page(world)
    digests = db.session().scalars(select(Letter.text_digest)).all()
    assert len(set(digests)) == 2


def test_a_batch_whose_bytes_were_damaged_is_not_handed_out(world: World) -> None:
    lay_ready(world.cases(1))
    done = print_all(world)
    assert done.batch is not None
    with db.write() as session:
        session.execute(update(PrintBatch).values(pdf=b"%PDF something else"))
    with pytest.raises(service.BatchDamaged):
        service.reprint(done.batch.id)


def test_who_answers_while_the_letters_are_set_gets_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stays, answers = world.cases(2)
    running(world, stays, answers)
    with clock.at(TUESDAY + timedelta(days=7)):
        campaigns.tick(clock.now())
        set_letters = typesetting.set_letters
        rounds = []

        def answered_meanwhile(*arguments: Any) -> typesetting.SetLetters:
            done = set_letters(*arguments)
            if not rounds:
                timeline.record(answers.id, EventKind.responded, actor=timeline.PERSON, data={"now": "work"})
            rounds.append(len(done.letters))
            return done

        monkeypatch.setattr(typesetting, "set_letters", answered_meanwhile)
        done = print_all(world)
    assert rounds == [2, 1]
    assert done.batch is not None and done.pages == 1
    assert "Noor0" in page_text(service.reprint(done.batch.id))
    letter = (
        db.session()
        .scalars(
            select(ContactAttempt).where(
                col(ContactAttempt.case_id) == answers.id, col(ContactAttempt.step) == "w2-brief"
            )
        )
        .one()
    )
    assert letter.status == AttemptStatus.cancelled
    assert count(ResponseCode) == count(Letter) == 1


def test_two_clerks_at_once_print_each_letter_once(world: World) -> None:
    waiting = lay_ready(world.cases(12))
    done: list[service.Printed] = []
    region_id, by = world.region.id, world.clerk.id

    def clerk() -> None:
        with world.app.app_context(), clock.at(TUESDAY):
            done.append(service.print_waiting(region_id, MUNICIPALITIES, by=by))

    clerks = [Thread(target=clerk) for _ in range(2)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sorted(one.pages for one in done) == [0, 12]
    assert count(Letter) == count(ResponseCode) == 12
    assert {attempt(one).status for one in waiting} == {"sent"}


def test_more_than_a_batch_holds_is_printed_in_turn_the_oldest_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "MOST", 3)
    old, new = world.cases(2), world.cases(2)
    lay_ready(new)
    lay_ready(old, due_at=clock.now() - timedelta(days=1))
    lay_ready([world.case(address=False) for _ in range(4)], due_at=clock.now() - timedelta(days=2))
    first = print_all(world)
    assert (first.pages, first.left, len(first.not_printed)) == (3, 1, 4)
    assert all(batch_queries.letters_of(case.id) for case in old)
    second = print_all(world)
    assert (second.pages, second.left) == (1, 0)
    assert first.batch is not None and second.batch is not None
    assert (first.batch.number, second.batch.number) == (1, 2)


def test_letters_are_not_printed_inside_another_transaction(world: World) -> None:
    lay_ready(world.cases(1))
    with pytest.raises(RuntimeError), db.write():
        print_all(world)


def test_printing_takes_as_many_queries_for_twenty_letters_as_for_two(world: World) -> None:
    numbers = []
    for more in (2, 20):
        lay_ready(world.cases(more))
        with counted(world.app) as statements:
            assert print_all(world).pages == more
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]
