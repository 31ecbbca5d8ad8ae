"""The checklists that ship, and reading one from YAML. Errors name file, section, question and field."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from outreach.errors import Refused
from outreach.i18n import _l
from outreach.visits.checklist import Checklist, problems_within

FOLDER = Path(__file__).resolve().parent / "checklists"

USUAL = "deurgesprek"
"""The checklist of a visit for which nothing else was chosen."""


class ChecklistInvalid(Refused):
    """A checklist that cannot be used; the message says everything that is wrong, a line each."""


def parse(source: str, file: str) -> Checklist:
    """The checklist written in `source`; `file` is the name that errors mention. Raises ChecklistInvalid."""
    try:
        data = yaml.safe_load(source)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else file
        raise ChecklistInvalid(_l("%(where)s: this is not YAML.", where=where)) from error
    if not isinstance(data, dict):
        raise ChecklistInvalid(_l("%(where)s: this is not a checklist.", where=file))
    try:
        checklist = Checklist.model_validate(data)
    except ValidationError as error:
        lines = [f"{_where(file, data, one['loc'])}: {one['msg']}" for one in error.errors()]
        raise ChecklistInvalid("\n".join(lines)) from error
    wrong = problems_within(checklist)
    if wrong:
        lines = [": ".join([*(part for part in (file, *where) if part), str(text)]) for *where, text in wrong]
        raise ChecklistInvalid("\n".join(lines))
    return checklist


def _where(file: str, data: Any, path: tuple[int | str, ...]) -> str:
    """File, then the ids of the section and question on the way, and the field."""
    parts, place = [file], data
    for step in path:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            place = None
        if isinstance(step, int):
            parts.append(str(place["id"]) if isinstance(place, dict) and "id" in place else str(step + 1))
        elif step not in ("sections", "questions", "options"):
            parts.append(step)
    return ": ".join(parts)


@cache
def shipped() -> dict[tuple[str, int], Checklist]:
    """All checklists that ship, by name and version. Raises ChecklistInvalid."""
    found: dict[tuple[str, int], Checklist] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        checklist = parse(path.read_text("utf-8"), path.name)
        if path.name != f"{checklist.name}.{checklist.version}.yaml":
            raise ChecklistInvalid(
                _l(
                    "%(where)s: the file of this checklist is called %(name)s.",
                    where=path.name,
                    name=f"{checklist.name}.{checklist.version}.yaml",
                )
            )
        found[checklist.name, checklist.version] = checklist
    return found


def find(name: str, version: int) -> Checklist | None:
    """The checklist in this version; None when there is no such version."""
    return shipped().get((name, version))


def newest_version(name: str) -> int:
    """The newest version of a checklist; 0 when there is none of this name."""
    return max((version for known, version in shipped() if known == name), default=0)


def newest(name: str) -> Checklist | None:
    """A checklist in its newest version."""
    return find(name, newest_version(name))


def choices() -> list[Checklist]:
    """Every checklist in its newest version: the usual one first, then by name."""
    names = {name for name, _version in shipped()}
    found = [newest(name) for name in sorted(names, key=lambda name: (name != USUAL, name))]
    return [one for one in found if one is not None]
