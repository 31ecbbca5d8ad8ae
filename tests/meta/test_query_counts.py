"""A page asks the database as often for forty young people as for five."""

import re

import pytest

from outreach import create_app
from outreach.web.access import OPEN, access_of
from tests.conftest import settings_for
from tests.counting import counted
from tests.meta.filled import ROLES, Filled, fill

MANY = 40
SLACK = 1
"""A page may ask once more when there is something to show at all."""
MOST = 30
"""Statements that no page needs."""


def _asked(filled: Filled) -> dict[str, list[str]]:
    """The statements of each page, opened for the second time, by the first role that may."""
    found: dict[str, list[str]] = {}
    for rule in filled.rules("GET"):
        if access_of(filled.app, rule.endpoint) is OPEN:
            continue
        role = next(role for role in ROLES if filled.may(rule.endpoint, role))
        client, path = filled.sign_in(role), filled.path(rule)
        client.get(path)
        with counted(filled.app) as statements:
            assert client.get(path).status_code < 500, path
        found[f"{rule.endpoint} as {role}"] = list(statements)
    return found


@pytest.fixture(scope="module")
def few(filled: Filled) -> dict[str, list[str]]:
    return _asked(filled)


def test_more_people_cost_no_more_questions(few: dict[str, list[str]], database_url: str) -> None:
    app = create_app(settings_for(database_url))
    many = _asked(Filled(app, fill(app, database_url, MANY)))
    app.extensions["outreach_engine"].dispose()
    assert set(few) == set(many)
    more = {
        page: f"{len(few[page])} became {len(many[page])}: {_worst(few[page], many[page])}"
        for page in few
        if len(many[page]) > len(few[page]) + SLACK
    }
    assert more == {}


def _worst(few: list[str], many: list[str]) -> str:
    """The statement that is asked more often than before."""
    worst = max(many, key=lambda one: many.count(one) - few.count(one))
    return re.sub(r"\s+", " ", worst)[:200]


def test_no_page_asks_more_than_it_needs(few: dict[str, list[str]]) -> None:
    assert {page: len(asked) for page, asked in few.items() if len(asked) > MOST} == {}
    assert max(map(len, few.values())) > 3
