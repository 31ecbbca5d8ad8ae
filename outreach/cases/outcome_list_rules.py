"""What an outcome list may hold, and what becomes of labels that cases already have when it is changed. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from outreach.cases.outcomes import OUTCOME_LISTS, OutcomeKind, OutcomeList, RegionLists, folded
from outreach.i18n import _l
from outreach.regions.models import KeptList, KeptOutcome
from outreach.regions.service import SLUG

STATES = ("chosen", "uncounted", "retired")
"""Whether a label can be chosen: yes; yes, but tables show it only when it occurs; not any more."""
FEWEST, MOST = 2, 40
"""Labels that a list has: with fewer there is nothing to choose, with more nobody finds the right one."""
LONGEST_NAME, LONGEST_TITLE, LONGEST_UNIT, LONGEST_LABEL = 40, 90, 40, 90

OutcomeMap = dict[str, dict[str, dict[str, str]]]
"""As RegionSettings.outcome_map: list, list to report by, label to the label there or '' for nowhere."""


@dataclass(frozen=True, slots=True)
class Line:
    """A label as somebody wrote it; `was` is what it was called before, '' for a new one."""

    label: str = ""
    kind: str = OutcomeKind.other.value
    state: str = "chosen"
    was: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether this is a line that nobody used."""
        return not self.label and not self.was


@dataclass(frozen=True, slots=True)
class Draft:
    """An outcome list as somebody wrote it."""

    name: str
    title: str
    unit: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """A list as it is kept, and what was done for the sake of cases: label and number of cases.

    `stays`: labels that were taken away but are not gone, for cases have them; they cannot be chosen any more.
    `renamed`: old name to new name; cases have the old names that stand in `kept.former` too.
    """

    kept: KeptList
    stays: Mapping[str, int]
    renamed: Mapping[str, str]


def draft_of(found: OutcomeList) -> Draft:
    """A list as it is shown to change it."""
    lines = (Line(label, kind.value, state_of(found, label), label) for label, kind in found.kinds.items())
    return Draft(found.name, found.title, found.unit, tuple(lines))


def started_from(found: OutcomeList | None) -> Draft:
    """A new list: what can be chosen from a list that is there, or nothing yet."""
    if found is None:
        return Draft("", "", "", (Line(), Line()))
    lines = (replace(line, was="") for line in draft_of(found).lines if line.state != "retired")
    return Draft("", "", found.unit, tuple(lines))


def state_of(found: OutcomeList, label: str) -> str:
    """Whether a label of this list can be chosen (see STATES)."""
    if label in found.retired:
        return "retired"
    return "uncounted" if label in found.uncounted else "chosen"


def moved(lines: Sequence[Line], action: str) -> tuple[Line, ...]:
    """The lines after 'add', or 'up', 'down' or 'remove' with the number of a line from 0, as in 'up-3'.

    What cannot be done changes nothing.
    """
    found = list(lines)
    verb, _hyphen, number = action.partition("-")
    at = int(number) if number.isdecimal() and int(number) < len(found) else None
    if verb == "add" and len(found) < MOST:
        found.append(Line())
    elif at is not None and verb == "remove":
        del found[at]
    elif at is not None and verb in ("up", "down"):
        line = found.pop(at)
        found.insert(max(at + (1 if verb == "down" else -1), 0), line)
    return tuple(found)


def problems(draft: Draft, others: Iterable[OutcomeList], *, new: bool) -> dict[str, object]:
    """What is wrong with a list, as field to sentence. `others` are the other lists of the region.

    Fields are name, title, unit, outcomes, and for each line label-, kind- and state- with its number from 0.
    """
    others = list(others)
    found: dict[str, object] = {}
    if new:
        found |= _problem_of_name(draft.name, others)
    if not 0 < len(draft.title) <= LONGEST_TITLE:
        found["title"] = _l("Fill in a title of 90 letters at most.")
    elif folded(draft.title) in {folded(text) for each in others for text in (each.title, each.name)}:
        found["title"] = _l(
            "Another list has this title. Choose another one, so that reports tell them apart."
        )
    if not 0 < len(draft.unit) <= LONGEST_UNIT:
        found["unit"] = _l("Fill in what is counted, in 40 letters at most, such as: jongeren.")
    return found | _problems_of_lines(draft.lines)


def _problem_of_name(name: str, others: Iterable[OutcomeList]) -> dict[str, object]:
    if not SLUG.fullmatch(name) or len(name) > LONGEST_NAME:
        return {"name": _l("Write the short name in small letters, digits and hyphens, 40 at most.")}
    if name in {each.name for each in others}:
        return {
            "name": _l(
                "There is a list with this short name already. Choose another one, or change that list."
            )
        }
    return {}


def _problems_of_lines(lines: Sequence[Line]) -> dict[str, object]:
    found: dict[str, object] = {}
    seen: dict[str, str] = {}
    for number, line in enumerate(lines):
        if line.is_blank:
            continue
        if not line.label:
            found[f"label-{number}"] = _l("Fill in the outcome, or take this line away.")
        elif len(line.label) > LONGEST_LABEL:
            found[f"label-{number}"] = _l("Keep the outcome within 90 letters.")
        elif folded(line.label) in seen:
            found[f"label-{number}"] = _l(
                "'%(label)s' stands in this list twice.", label=seen[folded(line.label)]
            )
        seen.setdefault(folded(line.label), line.label)
        if line.kind not in [*OutcomeKind]:
            found[f"kind-{number}"] = _l("Choose what this outcome means from the list.")
        if line.state not in STATES:
            found[f"state-{number}"] = _l("Choose from the list whether this outcome can be chosen.")
    if sum(bool(line.label) and line.state != "retired" for line in lines) < FEWEST:
        found["outcomes"] = _l("A list needs at least two outcomes to choose from.")
    elif sum(not line.is_blank for line in lines) > MOST:
        found["outcomes"] = _l("A list holds 40 outcomes at most. Otherwise nobody finds the right one.")
    return found


def settled(draft: Draft, before: OutcomeList | None, cases: Mapping[str, int]) -> Settled:
    """A draft without problems as it is kept. `cases`: how many cases have which outcome of this list, by any name.

    A label that cases have is never lost: taken away, it stays and cannot be chosen any more; with a new name it is
    found by its old one.
    """
    lines = [line for line in draft.lines if not line.is_blank]
    labels = {line.label for line in lines}
    had: Mapping[str, OutcomeKind] = before.kinds if before else {}
    renamed = _renamed(lines, had)
    stays = Counter[str]()
    if before is not None:
        for name, number in cases.items():
            label = before.now(name)
            if label in had and label not in labels and label not in renamed:
                stays[label] += number
    outcomes = [_kept(line.label, line.kind, line.state) for line in lines]
    outcomes += [_kept(label, kind.value, "retired") for label, kind in had.items() if stays[label]]
    names = {**(before.former if before else {}), **renamed}
    former = {name: renamed.get(now, now) for name, now in names.items() if cases.get(name)}
    kept_labels = labels | {*stays}
    former = {name: now for name, now in former.items() if name not in kept_labels and now in kept_labels}
    return Settled(
        KeptList(title=draft.title, unit=draft.unit, outcomes=outcomes, former=former), stays, renamed
    )


def _renamed(lines: Iterable[Line], had: Collection[str]) -> dict[str, str]:
    """Old to new name: of lines with other words than before, and of words that came back on a line of their own."""
    lines = list(lines)
    labels, same = {line.label for line in lines}, {folded(line.label): line.label for line in lines}
    found = {line.was: line.label for line in lines if line.label not in had}
    found |= {old: same[folded(old)] for old in had if folded(old) in same}
    return {old: new for old, new in found.items() if old in had and old not in labels}


def _kept(label: str, kind: str, state: str) -> KeptOutcome:
    return KeptOutcome.model_validate({"label": label, "kind": kind, "state": state})


def is_shipped(name: str, kept: KeptList) -> bool:
    """Whether this is a list that ships, as it ships: then nothing needs to be kept."""
    found = OUTCOME_LISTS.get(name)
    if found is None or kept.former:
        return False
    outcomes = [_kept(each.label, each.kind, each.state) for each in draft_of(found).lines]
    return (kept.title, kept.unit, kept.outcomes) == (found.title, found.unit, outcomes)


def counted_as_before(
    name: str, renamed: Mapping[str, str], before: RegionLists, after: RegionLists
) -> OutcomeMap:
    """Which labels count as which in reports by other lists, once labels of the list `name` have other names.

    `renamed`: old to new name. Without this a label that counted elsewhere by its words would count nowhere after it
    got other words. What was chosen for labels that are gone is left out.
    """
    found: OutcomeMap = {}
    for (source, to), labels in after.counted_as.items():
        known = {
            label: counted
            for label, counted in labels.items()
            if label in after.lists[source].kinds and (not counted or counted in after.lists[to].kinds)
        }
        if source == name:
            known |= {new: before.report_label(name, old, to) or "" for old, new in renamed.items()}
        if to == name:
            there = {label: before.report_label(source, label, name) for label in after.lists[source].labels}
            known |= {
                label: renamed[old] for label, old in there.items() if old is not None and old in renamed
            }
        found.setdefault(source, {})[to] = known
    return found
