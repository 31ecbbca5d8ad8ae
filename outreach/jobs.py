"""Putting work into the queue from a room: by the name of a job in outreach/worker.py."""

import logging
from typing import Any

from flask import current_app

from outreach import db

log = logging.getLogger(__name__)


def soon(name: str, *arguments: Any) -> None:
    """Queue a job once the transaction that is now open has committed.

    A queue that does not answer undoes nothing: each minute the worker looks by itself. Inside `db.write()`.
    """
    jobs = current_app.extensions["outreach_jobs"]

    def queue() -> None:
        try:
            getattr(jobs(), name)(*arguments)
        except Exception:
            log.exception("the job %s could not be queued", name)

    db.after_commit(queue)


def later(seconds: float, name: str, *arguments: Any) -> None:
    """Queue a job to be done after so many seconds. Not inside a transaction."""
    getattr(current_app.extensions["outreach_jobs"](), name).schedule(args=arguments, delay=seconds)
