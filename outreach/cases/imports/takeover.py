"""Status and outcome of a case that comes from an older system. Pure."""

from dataclasses import dataclass
from datetime import date

from outreach.cases.imports.cells import Cells
from outreach.cases.imports.context import RowContext
from outreach.cases.imports.headers import Field, words
from outreach.cases.outcomes import OutcomeList
from outreach.cases.rules import CaseStatus
from outreach.cases.target_groups import TargetGroup
from outreach.i18n import _l

ENDED = frozenset(
    {CaseStatus.afgesloten, CaseStatus.nazorg, CaseStatus.overgedragen, CaseStatus.onbereikbaar}
)
"""Statuses that an outcome goes with."""
_STATUSES = {status.value.replace("_", ""): status for status in CaseStatus}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: without an outcome its list and day are None too."""

    status: CaseStatus
    outcome: str | None = None
    outcome_list: str | None = None
    outcome_on: date | None = None


def read_standing(
    cells: Cells, context: RowContext, group: TargetGroup | None, born: date | None
) -> Standing:
    """Status, outcome, its list and its day; what cannot be used is rejected in `cells`."""
    text = cells.value(Field.outcome)
    status = _status(cells, has_outcome=bool(text))
    outcome_list = _outcome_list(cells, context, group)
    on = _outcome_on(cells, context, born)
    if not text or outcome_list is None:
        return Standing(status)
    outcome = outcome_list.label(text)
    if outcome is None:
        cells.reject(
            Field.outcome,
            _l(
                "This outcome does not stand in the list %(list)s: %(labels)s.",
                list=outcome_list.name,
                labels=", ".join(outcome_list.labels),
            ),
        )
    return Standing(status, outcome, outcome_list.name, on)


def _outcome_list(cells: Cells, context: RowContext, group: TargetGroup | None) -> OutcomeList | None:
    """The list that the row names, else the target group's own."""
    named = cells.value(Field.outcome_list)
    if named:
        outcome_list = context.lists.get(words(named))
        if outcome_list is None:
            cells.reject(
                Field.outcome_list,
                _l(
                    "This outcome list is not known. Known are: %(names)s.",
                    names=", ".join(context.outcomes.lists),
                ),
            )
        return outcome_list
    if group is None:
        return None
    return context.outcomes.own_list(group)


def _outcome_on(cells: Cells, context: RowContext, born: date | None) -> date | None:
    on = cells.day(Field.outcome_on)
    if on and on > context.today:
        cells.reject(Field.outcome_on, _l("This day is still to come."))
    elif on and born and on <= born:
        cells.reject(Field.outcome_on, _l("This day is before the person was born."))
    elif cells.value(Field.outcome) and not cells.value(Field.outcome_on):
        cells.note(Field.outcome_on, _l("The outcome has no date; the day of the import was taken."))
        return context.today
    return on


def _status(cells: Cells, *, has_outcome: bool) -> CaseStatus:
    value = cells.value(Field.status)
    if not value:
        return CaseStatus.afgesloten if has_outcome else CaseStatus.nieuw
    status = _STATUSES.get(words(value).replace(" ", ""))
    if status is None:
        cells.reject(
            Field.status, _l("This status is not known. Known are: %(names)s.", names=", ".join(CaseStatus))
        )
        return CaseStatus.nieuw
    if status is CaseStatus.afgesloten and not has_outcome:
        cells.note(Field.status, _l("Closed without an outcome: tables of outcomes do not count this case."))
    elif has_outcome and status not in ENDED:
        cells.note(Field.outcome, _l("This case has an outcome although it is still open."))
    return status
