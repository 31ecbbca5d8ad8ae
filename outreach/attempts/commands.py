"""outreach case show."""

from typing import Any

import click

from outreach import clock
from outreach.attempts import queries
from outreach.attempts.rules import MESSAGE_CHANNELS, Owner
from outreach.cases import queries as cases
from outreach.console import Answer, answers


@click.group("case")
def case() -> None:
    """Look at a case."""


@case.command("show")
@click.argument("reference", metavar="REF")
@click.option("--region", help="Its region, when several have a case with this number.")
@answers
def show(reference: str, region: str | None) -> Answer:
    """Show a case with all that happened and all that was or will be tried."""
    found = queries.by_reference(reference, region)
    events = [_event(event) for event in cases.all_events(found.id)]
    attempts = queries.attempts_of(found.id)
    data: dict[str, Any] = {
        "reference": found.reference,
        "status": found.status,
        "target_group": found.target_group,
        "municipality": found.municipality,
        "coach": found.coach,
        "events": events,
        "attempts": [_attempt(attempt) for attempt in attempts],
    }
    lines = [f"{found.reference}: {found.status}, {found.target_group}, {found.municipality}, {found.coach}"]
    lines += [f"  {event['at']}  {event['kind']}  {event['channel'] or ''}" for event in events]
    lines += [f"  {_attempt(one)['due']}  {one.step}  {one.status}{_by(one)}" for one in attempts]
    return data, "\n".join(lines)


def _by(attempt: queries.Attempt) -> str:
    """Who sends a message, where that is no worker but a coach from her own phone."""
    return "  by hand" if attempt.owner == Owner.coach and attempt.channel in MESSAGE_CHANNELS else ""


def _event(event: cases.Event) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "at": clock.local(event.at).isoformat(),
        "kind": event.kind,
        "channel": event.channel,
        "actor": event.actor,
        "data": event.data,
    }


def _attempt(attempt: queries.Attempt) -> dict[str, Any]:
    return {
        "id": str(attempt.id),
        "step": attempt.step,
        "channel": attempt.channel,
        "status": attempt.status,
        "due": clock.local(attempt.due_at).isoformat(),
        "provider_id": attempt.provider_id,
    }
