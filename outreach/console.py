"""What all commands share: --json, --now, refusals on stderr, exit codes 0, 1 and 2, files that are whole."""

import gc
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from outreach import clock, create_app, db, schema
from outreach.errors import Refused
from outreach.i18n import _l

T = TypeVar("T")
Answer = tuple[dict[str, Any], str] | tuple[dict[str, Any], str, int]
"""What a command found: the JSON document, the sentence for a person, and the exit code when not 0."""


class Moment(click.ParamType[datetime]):
    """An ISO moment or day on the command line."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """To an aware datetime; wrong use (exit 2) when it is none."""
        if isinstance(value, datetime):
            return value
        try:
            return clock.parse(value)
        except ValueError:
            self.fail(f"{value!r} is not an ISO date or time, such as 2026-03-10T09:00", param, ctx)


class Day(click.ParamType[date]):
    """An ISO day on the command line."""

    name = "DAY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """To a date; wrong use (exit 2) when it is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO day, such as 2026-03-10", param, ctx)


def answers(work: Callable[..., Answer]) -> Callable[..., None]:
    """Make a command of a function that returns an Answer: add --json and --now, run it in the app.

    The database must have the newest schema; `init`, which makes it so, uses `answers_without_schema`.
    """

    @wraps(work)
    def checked(**arguments: Any) -> Answer:
        schema.require_newest(db.engine())
        return work(**arguments)

    return answers_without_schema(checked)


def answers_without_schema(work: Callable[..., Answer]) -> Callable[..., None]:
    """As `answers`, whatever the schema of the database."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, all else on stderr.")
    @click.option("--now", "moment", type=Moment(), help="Take this as the present moment.")
    @wraps(work)
    def command(as_json: bool, moment: datetime | None, **arguments: Any) -> None:
        with refusals(), ExitStack() as stack:
            app = create_app()
            stack.callback(app.extensions["outreach_engine"].dispose)
            stack.enter_context(app.app_context())
            stack.enter_context(refusals())  # inside the app, where sentences are translated
            gc.freeze()  # what has just been loaded stays: no need to search it for rubbish in a long import
            if moment is not None:
                stack.enter_context(clock.at(moment))
            data, sentence, *code = work(**arguments)
        if as_json:
            click.echo(json.dumps(data, ensure_ascii=False, default=str))
        elif sentence:
            click.echo(sentence)
        if any(code):
            sys.exit(code[0])

    return command


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal goes to stderr, and the process ends with exit code 1."""
    try:
        yield
    except Refused as refusal:
        click.echo(refusal.message, err=True)
        sys.exit(1)


@contextmanager
def progress(things: Iterable[T], label: str, length: int | None = None) -> Iterator[Iterator[T]]:
    """A progress bar on stderr for people; nothing where nobody looks."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(things, label=label, length=length, file=sys.stderr, hidden=hidden) as bar:
        yield iter(bar)


class FileNotWritable(Refused):
    """The file that was asked for cannot be written."""


@dataclass(slots=True)
class NewFile:
    """A file that is being written; `finish` says that all of it is there."""

    file: IO[bytes]
    complete: bool = False

    def write(self, content: bytes) -> None:
        """All of it at once."""
        self.file.write(content)
        self.finish()

    def finish(self) -> None:
        """Nothing more comes: from here on the file may stand under its name."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.complete = True


@contextmanager
def new_file(path: Path) -> Iterator[NewFile]:
    """A file that stands under its name only when it is complete, readable by its owner alone.

    It is opened beside its later place before any work is done, so that a folder in which nothing can be written is
    refused in time. Raises FileNotWritable.
    """
    if path.is_dir():
        raise FileNotWritable(_l("%(path)s is a folder. Give the name of a file.", path=str(path)))
    try:
        file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=".outreach-", delete=False)  # noqa: SIM115
    except OSError as error:
        raise FileNotWritable(
            _l(
                "Nothing can be written in %(folder)s: %(problem)s",
                folder=str(path.parent),
                problem=error.strerror,
            )
        ) from error
    new = NewFile(file)
    try:
        with file:
            yield new
        if new.complete:
            os.replace(file.name, path)
    except OSError as error:
        raise FileNotWritable(
            _l("%(path)s could not be written: %(problem)s", path=str(path), problem=error.strerror)
        ) from error
    finally:
        Path(file.name).unlink(missing_ok=True)
