"""`outreach worker` whose clock begins at another moment: `python -m tests.faults.worker_at 2026-03-02T10:00`.

So that a mail-out can be watched on a Sunday night too. Everything else is the real worker.
"""

import sys
from datetime import UTC, datetime

from outreach import clock
from outreach.cli import main

shift = clock.parse(sys.argv[1]) - datetime.now(UTC)
clock.now = lambda: datetime.now(UTC) + shift  # type: ignore[assignment]

main(["worker"])
