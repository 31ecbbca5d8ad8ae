"""`outreach region`: what an installation needs before its first list."""

import json

import pytest
from click.testing import CliRunner, Result

from outreach.cli import main


@pytest.fixture(autouse=True)
def installation(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_DATABASE_URL", database_url)
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "only for tests")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["region", *words])


def answer(*words: str) -> dict[str, object]:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def make() -> dict[str, object]:
    places = ("--municipality", "GM0622", "--municipality", "GM0503=Delft")
    return answer("create", "waterweg", "--name", "Waterweg", *places)


WATERWEG = {
    "slug": "waterweg",
    "name": "Waterweg",
    "municipalities": [{"code": "GM0503", "name": "Delft"}, {"code": "GM0622", "name": "Vlaardingen"}],
}


def test_a_region_is_made_with_its_municipalities() -> None:
    assert make() == WATERWEG
    assert answer("list") == {"regions": [WATERWEG]}
    assert "Waterweg" in run("list").stdout


def test_a_municipality_joins_and_joining_again_changes_nothing() -> None:
    make()
    for _ in range(2):
        found = answer("municipality", "add", "waterweg", "gm0606")
        assert {"code": "GM0606", "name": "Schiedam"} in found["municipalities"]  # type: ignore[operator]
        assert len(found["municipalities"]) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "words",
    [
        ("create", "waterweg", "--name", "Again", "--municipality", "GM0606"),
        ("create", "nieuw", "--name", "Takes another's", "--municipality", "GM0622"),
        ("create", "Niet Zo", "--name", "Slug", "--municipality", "GM0606"),
        ("create", "nieuw", "--name", " ", "--municipality", "GM0606"),
        ("create", "nieuw", "--name", "Code", "--municipality", "0606"),
        ("create", "nieuw", "--name", "No name known", "--municipality", "GM9999"),
        ("municipality", "add", "waterweg", "GM9999"),
        ("municipality", "add", "waterweg", "Vlaardingen"),
        ("municipality", "add", "elders", "GM0606"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing_behind(words: tuple[str, ...]) -> None:
    make()
    result = run(*words)
    assert result.exit_code == 1 and result.stderr.strip()
    assert answer("list") == {"regions": [WATERWEG]}


def test_a_region_without_municipalities_is_wrong_use() -> None:
    assert run("create", "leeg", "--name", "Leeg").exit_code == 2
