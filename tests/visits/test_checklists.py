"""Checklists: what ships is whole and stays as it was released; a bad file says what is wrong where."""

import hashlib
import json
from pathlib import Path

import pytest

from outreach.visits import checklist_files
from outreach.visits.checklist import Checklist, Kind
from outreach.visits.checklist_files import FOLDER, ChecklistInvalid, parse
from outreach.visits.checklist_rules import relevant

RELEASED = json.loads(Path(__file__).with_name("released_checklists.json").read_text())
SHIPPED = list(checklist_files.shipped().values())


@pytest.fixture(params=SHIPPED, ids=lambda one: one.key)
def shipped(request: pytest.FixtureRequest) -> Checklist:
    found: Checklist = request.param
    return found


def test_what_ships_is_what_the_field_asked_for() -> None:
    assert {one.name for one in SHIPPED} == {
        "deurgesprek",
        "intake",
        "zelfredzaamheidsmatrix",
        "big-5",
        "toestemming",
        "niet-thuis",
        "luxe-verzuim",
    }
    assert checklist_files.choices()[0].name == "deurgesprek"


def test_a_released_version_is_never_changed() -> None:
    """A change is a new file: reports and drafts stay with the version they were begun on."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FOLDER.glob("*.yaml")}
    changed = [name for name in RELEASED if digests.get(name) != RELEASED[name]]
    assert changed == [], "this version was released: put the change into a file with the next version"
    assert sorted(set(digests) - set(RELEASED)) == [], (
        "note the digest of the new file in released_checklists.json"
    )


def test_both_languages_are_complete_and_not_the_same_words(shipped: Checklist) -> None:
    words = [shipped.title, shipped.about]
    for section in shipped.sections:
        words.append(section.title)
        for question in section.questions:
            words += [question.label, *([question.help] if question.help else [])]
            words += [option.label for option in question.options]
    same = {one.nl for one in words if one.nl == one.en}
    assert same <= {"Big 5", "Support", "School", "WhatsApp", "E-mail", "Later"}
    assert [one.nl for one in words if len(one.nl) > 130] == [], "too long for a phone"


def test_every_question_can_come_to_be_asked(shipped: Checklist) -> None:
    asked: set[str] = set()
    for question in shipped.questions():
        answers: dict[str, str] = {}
        waiting = [question]
        while waiting:
            for name, values in waiting.pop().when.items():
                answers[name] = values[0]
                waiting.append(shipped.by_id[name])
        lists = {
            name: [value] if shipped.by_id[name].kind is Kind.many else value
            for name, value in answers.items()
        }
        asked |= relevant(shipped, lists) & {question.id}
    assert asked == set(shipped.by_id)


def test_two_checklists_can_stand_on_one_page() -> None:
    """Nobody home is asked beside every other checklist: no name is used by both."""
    other = checklist_files.newest(checklist_files.NOBODY_HOME)
    assert other is not None
    names = set(other.by_id) | {section.id for section in other.sections}
    for one in SHIPPED:
        if one.name != other.name:
            assert not names & (set(one.by_id) | {section.id for section in one.sections}), one.key


def test_the_field_finds_its_own_words() -> None:
    def titles(name: str) -> list[str]:
        found = checklist_files.newest(name)
        assert found is not None
        return [section.title.nl for section in found.sections]

    assert titles("big-5")[:5] == [
        "Support",
        "Wonen",
        "School en werk",
        "Inkomen en schulden",
        "Gezondheid en ondersteuning",
    ]
    matrix = checklist_files.newest("zelfredzaamheidsmatrix")
    assert matrix is not None
    scored = [question.label.nl for question in matrix.questions() if question.kind is Kind.score]
    assert len(scored) == 13 and scored[0] == "Financiën" and scored[-1] == "Justitie"
    intake = checklist_files.newest("intake")
    assert intake is not None
    assert {"parent", "partner"} <= set(intake.by_id["others"].values)
    assert intake.by_id["others"].required and not intake.by_id["others"].when
    consent = checklist_files.newest("toestemming")
    assert consent is not None
    assert consent.by_id["signature"].kind is Kind.signature
    assert "refused" not in consent.by_id["signature"].when["consent"]


def test_a_name_without_a_checklist_gives_the_usual_one() -> None:
    assert checklist_files.newest("bestaat-niet") is None
    for name in (None, "", "bestaat-niet", "deurgesprek"):
        assert checklist_files.newest_or_usual(name).name == "deurgesprek"
    assert checklist_files.newest_or_usual("intake").name == "intake"
    assert checklist_files.find("deurgesprek", 99) is None


FILE = "proef.1.yaml"
GOOD = """\
name: proef
version: 1
title: {nl: Proef, en: Trial}
about: {nl: Een proef., en: A trial.}
sections:
  - id: begin
    title: {nl: Begin, en: Beginning}
    questions:
      - id: soort
        kind: choice
        label: {nl: Welke, en: Which one}
        required: true
        options:
          - {id: rood, label: {nl: Rood, en: Red}}
          - {id: blauw, label: {nl: Blauw, en: Blue}}
      - id: hoeveel
        kind: number
        label: {nl: Hoeveel, en: How many}
        least: 1
        most: 10
        when: {soort: [rood]}
  - id: einde
    title: {nl: Einde, en: End}
    questions:
      - id: klaar
        kind: yesno
        label: {nl: Klaar, en: Done}
"""


def changed(before: str, after: str) -> str:
    assert before in GOOD, before
    return GOOD.replace(before, after, 1)


def refusal(source: bytes | str, file: str = FILE) -> str:
    with pytest.raises(ChecklistInvalid) as caught:
        parse(source, file)
    assert f"The checklist {file} cannot be used." in caught.value.message
    return caught.value.message


def test_a_good_one_is_read_and_yes_stays_yes() -> None:
    one = parse(
        changed("when: {soort: [rood]}", "when: {soort: [rood]}\n        help: {nl: nee, en: no}"), FILE
    )
    assert one.key == "proef@1"
    help_ = one.by_id["hoeveel"].help
    assert help_ is not None and (help_.nl, help_.en) == ("nee", "no")
    waits = parse(GOOD + "      - {id: dan, kind: text, label: {nl: a, en: b}, when: {klaar: [yes]}}\n", FILE)
    assert waits.by_id["dan"].when == {"klaar": ("yes",)}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("name: proef\n", "", "field name: this field is missing"),
        ("name: proef", "name: Proef 1", "field name: 'Proef 1' is not a name here"),
        ("version: 1", "version: een", "field version: 'een' is not a whole number"),
        ("version: 1", "version: 0", "field version: 0 is too low; the lowest is 1"),
        ("version: 1", "version: 2", "field name: the file of this checklist is called proef.2.yaml"),
        ("version: 1", "version: 1\nversion: 1", "the field 'version' stands here twice"),
        ("version: 1", "version: 1\ncolour: red", "field colour: this field is not known; known are name,"),
        ("title: {nl: Proef, en: Trial}", "title: Proef", "field title: this must be a group of fields"),
        ("title: {nl: Proef, en: Trial}", "title: {nl: Proef}", "field title.en: this field is missing"),
        (
            "{nl: Begin, en: Beginning}",
            "{nl: Begin, fr: Début}",
            "section begin, field title.fr: this field is not known; known are nl, en",
        ),
        (
            "{nl: Begin, en: Beginning}",
            "{nl: '  ', en: x}",
            "section begin, field title.nl: this must not be empty",
        ),
        (
            "{nl: Welke",
            "{nl: " + "x" * 401,
            "section begin, question soort, field label.nl: this is too long",
        ),
        ("id: begin", "id: Het begin", "section Het begin, field id: 'Het begin' is not a name here"),
        ("id: einde", "id: begin", "section begin, field id: two sections have this name"),
        ("id: klaar", "id: soort", "section einde, question soort, field id: two questions have this name"),
        (
            "      - id: klaar\n        kind",
            "      - kind",
            "section einde, question number 1, field id: this field is missing",
        ),
        (
            "kind: choice",
            "kind: guess",
            "question soort, field kind: 'guess' is not known; use one of yesno, choice",
        ),
        ("kind: yesno", "kind:", "section einde, question klaar, field kind: '' is not known"),
        (
            "required: true",
            "required: perhaps",
            "question soort, field required: 'perhaps' is neither true nor false",
        ),
        (
            "kind: yesno",
            "kind: yesno\n        verplicht: true",
            "question klaar, field verplicht: this field is not known; known are id, kind,",
        ),
        ("kind: yesno", "kind: choice", "question klaar, field options: a choice needs at least two options"),
        ("id: blauw", "id: rood", "question soort, field options: two options have this name"),
        ("id: blauw", "id: 2", "question soort, field options.2.id: '2' is not a name here"),
        (
            "{id: blauw, label",
            "{id: blauw, text: x, label",
            "question soort, field options.2.text: this field is not known; known are id, label",
        ),
        ("kind: choice", "kind: text", "question soort, field options: only a choice has options"),
        ("kind: number", "kind: date", "question hoeveel, field least: only a number has bounds"),
        ("least: 1", "least: 11", "question hoeveel, field least: the least is more than the most"),
        ("least: 1", "least: weinig", "question hoeveel, field least: 'weinig' is not a whole number"),
        ("{soort: [rood]}", "{soort: rood}", "question hoeveel, field when.soort: this must be a list"),
        ("{soort: [rood]}", "rood", "question hoeveel, field when: this must be a group of fields"),
        (
            "{soort: [rood]}",
            "{soort: [groen]}",
            "question hoeveel, field when: 'soort' cannot have one of these answers",
        ),
        (
            "{soort: [rood]}",
            "{soort: []}",
            "question hoeveel, field when: 'soort' cannot have one of these answers",
        ),
        (
            "{soort: [rood]}",
            "{klaar: ['yes']}",
            "question hoeveel, field when: 'klaar' must be a question before this one",
        ),
        (
            "{soort: [rood]}",
            "{hoeveel: ['1']}",
            "question hoeveel, field when: 'hoeveel' must be a question before",
        ),
        (
            "kind: yesno",
            "kind: yesno\n        when: {hoeveel: ['1']}",
            "question klaar, field when: 'hoeveel' has no fixed answers",
        ),
        ("sections:", "parts:", "field sections: this field is missing"),
    ],
)
def test_a_mistake_is_named_by_section_question_and_field(before: str, after: str, said: str) -> None:
    message = refusal(changed(before, after))
    assert any(said in line for line in message.splitlines()), message


def test_all_mistakes_are_told_at_once() -> None:
    message = refusal(changed("least: 1", "least: 20").replace("kind: yesno", "kind: many"))
    assert "question hoeveel, field least" in message and "question klaar, field options" in message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "A checklist is a group of fields"),
        ("- name: x", "A checklist is a group of fields"),
        ("name: [a", "Line 1 cannot be read as YAML"),
        ("a: &a [x]\nb: *a", "aliases (*name) are not allowed"),
        ("!!python/object/apply:os.system ['true']", "Line 1 cannot be read as YAML"),
        (b"name: \xff\xfe", "The file is not text in UTF-8"),
        (b"x" * 10_000_000, "The file is larger than 64 kB"),
        ("[" * 5000, "The file cannot be read as YAML"),
        ("sections: nothing", "field sections: this must be a list"),
        ("sections: []", "field sections: this must not be empty"),
        ("sections: [x]", "section number 1: this must be a group of fields"),
        (
            "sections: [{id: a, questions: [7]}]",
            "section a, question number 1: this must be a group of fields",
        ),
    ],
)
def test_what_is_no_checklist_at_all_is_refused(source: bytes | str, said: str) -> None:
    assert said in refusal(source)
