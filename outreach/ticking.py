"""The tick: plan and send all that is due, as the worker does each minute and `outreach tick` at once."""

from datetime import datetime
from typing import Any

import click

from outreach import clock, db
from outreach.attempts import service as attempts
from outreach.campaigns import service as campaigns
from outreach.console import Answer, answers
from outreach.messages import hand_service as hand
from outreach.messages import look_up_service as look_up
from outreach.messages import outbox_service as outbox
from outreach.visits import safety_service as safety


def tick(now: datetime) -> dict[str, Any]:
    """Run all rooms' timed work at `now`; at the same moment a second time nothing happens.

    1. What is past its latest moment expires.
    2. Plans say what is due; it is laid ready, what coaches send by hand with its text.
    3. Messages that are due go out; those of unknown fate are looked up.
    4. Who should have been out of a door by now is asked, and then others are told.

    Returns {"now", "attempts": {channel: n}, "stopped", "next"} as in `outreach tick --json`: attempts that
    came into being, plans that ended in silence, and the next moment at which a plan wants something.
    """
    with clock.at(now):
        done = plan(now)
        outbox.empty()
        look_up.look_up_unknown()
    return done


def plan(now: datetime) -> dict[str, Any]:
    """The first two of these: what is past its time expires, and what plans want is laid ready."""
    with clock.at(now):
        with db.write() as session:
            expired = attempts.expire(session, now)
        planned = campaigns.tick(now)
        hand.prepare()
        safety.watch(now)
    return {
        "now": clock.local(now).isoformat(),
        "attempts": dict(sorted(planned.attempts.items())),
        "expired": expired,
        "stopped": planned.finished,
        "next": clock.local(planned.next).isoformat() if planned.next else None,
    }


@click.command("tick")
@answers
def command() -> Answer:
    """Plan and send all that is due now, in this process; twice at the same moment does nothing more."""
    done = tick(clock.now())
    counts = ", ".join(f"{channel} {n}" for channel, n in done["attempts"].items()) or "nothing"
    return (
        done,
        f"Due now: {counts}. Plans that ended in silence: {done['stopped']}. Next: {done['next'] or 'none'}.",
    )
