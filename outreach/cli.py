"""The outreach command: the list of its commands, each from the room it belongs to."""

import os
import sys
import tempfile

import click

from outreach import config, db, importing, schema, ticking
from outreach.attempts.commands import case
from outreach.campaigns.commands import campaign
from outreach.cases.commands import verify
from outreach.console import Answer, answers_without_schema, refusals
from outreach.demo.commands import demo
from outreach.insight.commands import report
from outreach.insight.export_commands import export
from outreach.letters.card_commands import cards
from outreach.letters.commands import letters
from outreach.plan_check import plan
from outreach.regions.commands import region
from outreach.staff.commands import staff
from outreach.staff.push_commands import keys


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Reach young people who left school early."""


@main.command("init")
@answers_without_schema
def init() -> Answer:
    """Migrate the database to the newest schema; safe to repeat."""
    schema.migrate(db.engine())
    return {"migrated": True}, "The database has the newest schema."


@main.command("web")
def web() -> None:
    """Serve the pages on 127.0.0.1 and PORT (8000) with gunicorn."""
    with refusals():
        settings = config.load()
    workers = os.environ.get("WEB_CONCURRENCY", "2")
    arguments = {
        "--bind": f"127.0.0.1:{settings.port}",
        "--workers": workers,
        "--worker-class": "gthread",
        "--threads": "4",
        "--worker-tmp-dir": tempfile.gettempdir(),
    }
    flat = ["--no-control-socket", *(word for pair in arguments.items() for word in pair)]
    # Gunicorn takes this process over, so that signals reach it itself.
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *flat, "outreach.wsgi:app"])  # noqa: S606


@main.command("worker")
def worker() -> None:
    """Do the queued and the timed work: a tick each minute, messages that are due."""
    with refusals():
        from outreach.worker import consume

        consume()


main.add_command(region)
main.add_command(staff)
main.add_command(keys)
main.add_command(campaign)
main.add_command(report)
main.add_command(export)
main.add_command(importing.command)
main.add_command(demo)
main.add_command(case)
main.add_command(verify)
main.add_command(letters)
main.add_command(cards)
main.add_command(plan)
main.add_command(ticking.command)


if __name__ == "__main__":
    main()
