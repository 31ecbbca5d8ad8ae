"""outreach verify."""

from typing import Any

import click

from outreach.cases import service, verify_queries
from outreach.cases.rules import CaseState
from outreach.console import Answer, answers, progress


@click.command("verify")
@click.option("--repair", is_flag=True, help="Set the cache of each wrong case to what its events say.")
@answers
def verify(repair: bool) -> Answer:
    """Compare the cached status of every case with what its events make of it; exit 1 when one is wrong."""
    cases, wrong, repaired = 0, [], 0
    with progress(
        verify_queries.compare_with_events(), "Verifying", verify_queries.count_cases()
    ) as compared:
        for one in compared:
            cases += 1
            if one.right:
                continue
            if repair and service.rebuild(one):
                repaired += 1
            else:
                wrong.append(
                    {"reference": one.reference, "cached": _state(one.cached), "folded": _state(one.folded)}
                )
    data: dict[str, Any] = {"cases": cases, "wrong": wrong}
    if repair:
        data["repaired"] = repaired
    sentence = f"{cases} cases, {len(wrong)} wrong" + (f", {repaired} repaired." if repair else ".")
    return data, "\n".join([sentence, *(f"  {one['reference']}" for one in wrong)]), 1 if wrong else 0


def _state(state: CaseState | None) -> dict[str, Any] | None:
    """A state for people and machines; None when the events cannot be followed."""
    if state is None:
        return None
    return {
        "status": state.status.value,
        "status_since": state.status_since,
        "responded_at": state.responded_at,
        "outcome": state.outcome,
        "outcome_list": state.outcome_list,
        "outcome_on": state.outcome_on,
    }
