"""How fast letters are printed, and how many times faster than the same letter by WeasyPrint.

Ours is the whole verb: read, compose, codes, addresses, set as PDF/UA-1, store, and tell the timeline. Theirs is the
setting alone, of the same words, code and places, as one HTML document.
"""

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import weasyprint
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape
from sqlalchemy import insert

from outreach import clock, config, db
from outreach.cases.models import Case, Household, Person
from outreach.letters import qr, service, typesetting
from outreach.letters.typesetting import Composed
from outreach.responses import codes
from tests.factories import MUNICIPALITIES, World
from tests.letters.letters_world import lay_ready

LETTERS = 1_000
THEIR_LETTERS = 30
ROUNDS = 3
GOAL_A_SECOND = 250
GOAL_RATIO = 20
BASE = "http://127.0.0.1:8000"


def many(world: World, number: int) -> list[Case]:
    """So many cases at addresses of their own."""
    numbers = range(number)
    households: list[dict[str, Any]] = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "key": f"{db.new_id()}",
            "street": "Dorpsstraat",
            "house_number": str(i + 1),
            "house_addition": "",
            "postcode": "3131AA",
            "town": "Vlaardingen",
        }
        for i in numbers
    ]
    people = [
        {
            "id": db.new_id(),
            "region_id": world.region.id,
            "household_id": household["id"],
            "given_name": f"Noor{i}",
            "infix": "van",
            "family_name": "Dijk",
            "birth_date": clock.today().replace(year=2005, day=1),
            "language": "nl",
            "match_key": "",
        }
        for i, household in zip(numbers, households, strict=True)
    ]
    cases = [
        Case(
            region_id=world.region.id,
            reference=str(person["id"]),
            person_id=person["id"],
            municipality_code="GM0622",
            coach_id=world.coach.id,
            opened_at=clock.now(),
        )
        for person in people
    ]
    with db.write() as session:
        session.execute(insert(db.table(Household)), households)
        session.execute(insert(db.table(Person)), people)
        session.add_all(cases)
    return cases


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def by_weasyprint(composed: list[Composed]) -> bytes:
    fonts = config.load({"OUTREACH_SECRET_KEY": "x"}).font_dir
    faces = "".join(
        f'@font-face {{ font-family: "Atkinson Hyperlegible Next"; font-weight: {weight}; src: url("{path}") }}'
        for weight in (400, 700)
        for path in sorted(fonts.glob(f"atkinson-hyperlegible-next/{weight}*/*.ttf"))[:1]
    )

    def runs(parts: list[list[str]]) -> Markup:
        shown = {"break": lambda _p: Markup("<br>"), "bold": lambda p: Markup("<b>%s</b>") % p[1]}
        return Markup("").join(shown.get(part[0], lambda p: escape(p[1]))(part) for part in parts)

    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    letters = [
        {
            "values": letter.data.values,
            "address": letter.data.address,
            "blocks": letter.text.parsed.fill(letter.data.values),
            "svg": qr.svg(qr.modules(codes.address(BASE, letter.data.code or ""))),
            "short": codes.typed_address(BASE, letter.data.code or ""),
            "code": codes.display(letter.data.code or ""),
        }
        for letter in composed
    ]
    html = pages.get_template("letter.html").render(
        letters=letters,
        return_address="Postbus 1, 3130 AA Vlaardingen",
        runs=runs,
        tag=lambda block: f"h{block['level']}" if block["kind"] == "heading" else "p",
    )
    html = html.replace("<style>", f"<style>{faces}", 1)
    pdf: bytes = weasyprint.HTML(string=html, base_url=str(fonts)).write_pdf(pdf_variant="pdf/ua-1")
    return pdf


@pytest.mark.bench
def test_letters_with_codes_addresses_and_storing(world: World, machine: float) -> None:
    def print_a_batch() -> None:
        done = service.print_waiting(world.region.id, MUNICIPALITIES, by=world.clerk.id)
        assert (done.pages, done.not_printed, done.left) == (LETTERS, [], 0)

    lay_ready(many(world, 1))
    service.print_waiting(world.region.id, MUNICIPALITIES, by=world.clerk.id)  # reads fonts and texts
    ours, theirs = [], []
    for _round in range(ROUNDS):
        lay_ready(many(world, LETTERS))
        composed, _set_aside = typesetting.compose_waiting(world.region.id, MUNICIPALITIES, None)
        ours.append(LETTERS / seconds(print_a_batch))
        few = composed[:THEIR_LETTERS]
        theirs.append(THEIR_LETTERS / seconds(lambda few=few: by_weasyprint(few)))  # type: ignore[misc]
    ratio = max(ours) / max(theirs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nletters {max(ours):.0f}/s with codes, addresses and storing (goal {GOAL_A_SECOND}), "
        f"the same letter by WeasyPrint {max(theirs):.1f}/s, ratio {ratio:.1f} (goal {GOAL_RATIO}), "
        f"peak memory {memory:.0f} MB"
    )
    assert ratio >= GOAL_RATIO
    assert max(ours) >= GOAL_A_SECOND * machine
