"""Checklists that ship, and reading one: YAML in; a Checklist or an error by file, section, question and field out."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from outreach import plain_yaml
from outreach.errors import Refused
from outreach.i18n import _, _l
from outreach.visits.checklist import Checklist, Option, Problem, Question, Section, Words, problems_within

FOLDER = Path(__file__).resolve().parent / "checklists"

USUAL = "deurgesprek"
"""The checklist of a visit for which nothing else was chosen."""

NOBODY_HOME = "niet-thuis"
"""The checklist of a visit at which nobody was home."""

MOST_PROBLEMS = 50


class ChecklistInvalid(Refused):
    """A checklist cannot be used. `file` is its name; `problems` all that is wrong."""

    status = 422

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__(file)
        self.file = file
        self.problems = problems

    @property
    def message(self) -> str:
        """One line that names the file, then a line for each problem."""
        lines = [_("The checklist %(file)s cannot be used.", file=self.file)]
        for section, question, field, text in self.problems:
            where = [_("section %(name)s", name=section)] if section else []
            where += [_("question %(name)s", name=question)] if question else []
            where += [_("field %(name)s", name=field)] if field else []
            words = str(text)
            lines.append(f"{', '.join(where)}: {words}." if where else f"{words[:1].upper()}{words[1:]}.")
        return "\n".join(lines)


def parse(source: bytes | str, file: str) -> Checklist:
    """The checklist written in `source`; `file` is the name that errors mention, and that must be its own.

    Raises ChecklistInvalid with everything that is wrong.
    """
    try:
        data = plain_yaml.read(source)
    except plain_yaml.Unreadable as error:
        raise ChecklistInvalid(file, [("", "", "", error.text)]) from error
    if not isinstance(data, dict):
        text = _l("a checklist is a group of fields, not a list or a single text")
        raise ChecklistInvalid(file, [("", "", "", text)])
    try:
        checklist = Checklist.model_validate(data)
    except ValidationError as error:
        found = [_problem(detail, data) for detail in error.errors()[:MOST_PROBLEMS]]
        raise ChecklistInvalid(file, found) from error
    wrong = problems_within(checklist)
    own_name = f"{checklist.name}.{checklist.version}.yaml"
    if file != own_name:
        wrong.insert(0, ("", "", "name", _l("the file of this checklist is called %(name)s", name=own_name)))
    if wrong:
        raise ChecklistInvalid(file, wrong)
    return checklist


def _problem(detail: ErrorDetails, data: Mapping[Any, Any]) -> Problem:
    """Pydantic's error as section, question, field and a sentence in the words of who writes checklists."""
    place = list(detail["loc"])
    names: list[str] = []
    raw: Any = data
    part: type[BaseModel] = Checklist
    for parts, model in (("sections", Section), ("questions", Question)):
        if len(place) < 2 or place[0] != parts or not isinstance(place[1], int):
            break
        raw, part = raw[parts][place[1]], model
        names.append(_name_of(raw, place[1]))
        place = place[2:]
    section, question = (*names, "", "")[:2]
    shown = [str(step + 1 if isinstance(step, int) else step)[:60] for step in place if step != "[key]"]
    field = ".".join(shown)
    return section, question, field, plain_yaml.sentence(detail, _known_fields(part, place), _not_a_name)


def _name_of(raw: object, place: int) -> str:
    """What a section or question calls itself, else which one it is."""
    named = raw.get("id") if isinstance(raw, dict) else None
    return named[:60] if isinstance(named, str) and named else _("number %(n)s", n=place + 1)


def _known_fields(part: type[BaseModel], place: list[int | str]) -> list[str]:
    """The fields beside the one at the end of `place`, which begins in a checklist, a section or a question."""
    if place[:1] == ["options"] and len(place) > 1:
        part, place = Option, place[2:]
    return list((Words if len(place) > 1 else part).model_fields)


def _not_a_name(value: str) -> Any:
    return _l(
        "'%(value)s' is not a name here: use lower-case letters, digits and _ (in a file's name -)",
        value=value,
    )


@cache
def shipped() -> Mapping[tuple[str, int], Checklist]:
    """All checklists that ship, by name and version. Raises ChecklistInvalid."""
    read = (parse(path.read_bytes(), path.name) for path in sorted(FOLDER.glob("*.yaml")))
    return {(one.name, one.version): one for one in read}


def find(name: str, version: int) -> Checklist | None:
    """The checklist in this version; None when there is no such version."""
    return shipped().get((name, version))


def newest_version(name: str) -> int:
    """The newest version of a checklist; 0 when there is none of this name."""
    return max((version for known, version in shipped() if known == name), default=0)


def newest(name: str) -> Checklist | None:
    """A checklist in its newest version."""
    return find(name, newest_version(name))


def newest_or_usual(name: str | None) -> Checklist:
    """The checklist of this name in its newest version; the usual one when there is none of this name."""
    return newest(name or USUAL) or shipped()[USUAL, newest_version(USUAL)]


def choices() -> list[Checklist]:
    """Every checklist in its newest version: the usual one first, then by name."""
    names = {name for name, _version in shipped()}
    found = [newest(name) for name in sorted(names, key=lambda name: (name != USUAL, name))]
    return [one for one in found if one is not None]
