"""One filled world for all tests about the code; for who changes something a copy."""

import shutil
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask

from outreach import create_app
from tests.conftest import ON_POSTGRESQL, _new_database, settings_for
from tests.meta.filled import Facts, Filled, fill


@pytest.fixture(scope="session")
def facts(
    template_database: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Facts:
    """The database that has been filled once."""
    if ON_POSTGRESQL:
        url = _new_database(request.getfixturevalue("postgresql"), "filled_outreach", "template_outreach")
    else:
        copy = tmp_path_factory.mktemp("filled") / "outreach.db"
        shutil.copy(template_database.removeprefix("sqlite:///"), copy)
        url = f"sqlite:///{copy}"
    app = create_app(settings_for(url))
    facts = fill(app, url)
    app.extensions["outreach_engine"].dispose()
    return facts


def _copy(facts: Facts, request: pytest.FixtureRequest, factory: pytest.TempPathFactory) -> str:
    if ON_POSTGRESQL:
        server = request.getfixturevalue("postgresql")
        return _new_database(server, f"f_{uuid4().hex}", "filled_outreach")
    copy = factory.mktemp("copy") / "outreach.db"
    shutil.copy(facts.url.removeprefix("sqlite:///"), copy)
    return f"sqlite:///{copy}"


def _opened(facts: Facts, url: str) -> Iterator[Filled]:
    app: Flask = create_app(settings_for(url))
    yield Filled(app, facts)
    app.extensions["outreach_engine"].dispose()


@pytest.fixture(scope="session")
def filled(
    facts: Facts, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """The filled world, shared by all tests of this process: for looking only."""
    yield from _opened(facts, _copy(facts, request, tmp_path_factory))


@pytest.fixture
def own_filled(
    facts: Facts, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """A filled world of one's own: for changing."""
    yield from _opened(facts, _copy(facts, request, tmp_path_factory))
