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


def test_settings_are_changed_by_their_names_and_the_others_stay() -> None:
    make()
    found = answer(
        "set",
        "waterweg",
        "phone=010 123 45 67",
        "office_hours=ma t/m do, 9.00 – 17.00",
        "return_address=Postbus 1, 3130 AA Vlaardingen",
        "window=right",
        "window_offset_x_mm=2,5",
        "quiet_before=10:00",
        "channels_off=card, whatsapp",
        "age_limit=25",
    )
    assert (found["slug"], found["name"]) == ("waterweg", "Waterweg")
    settings = dict(found["settings"])  # type: ignore[call-overload]
    assert settings["phone"] == "010 123 45 67"
    assert settings["return_address"] == "Postbus 1, 3130 AA Vlaardingen"
    assert (settings["window"], settings["window_offset_x_mm"], settings["age_limit"]) == ("right", 2.5, 25)
    assert settings["channels_off"] == ["whatsapp", "card"]

    found = answer("set", "waterweg", "phone=", "channels_off=", "name=Waterweg Noord")
    later = dict(found["settings"])  # type: ignore[call-overload]
    assert found["name"] == "Waterweg Noord"
    assert {name for name in settings if settings[name] != later[name]} == {"phone", "channels_off"}
    assert (later["phone"], later["channels_off"]) == ("", [])
    assert "Waterweg Noord" in run("list").stdout
    assert run("set", "waterweg", "window=left").stdout == "waterweg: window = left\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("phone=bel maar",), "phone: Dit is geen telefoonnummer."),
        (("window=above", "age_limit=31"), "age_limit: Vul een leeftijd in van 18 tot 30."),
        (("channels_off=pigeon",), "channels_off: Kies uit de manieren van contact"),
        (("window_offset_x_mm=veel",), "window_offset_x_mm: Vul een aantal millimeters in"),
        (("quiet_after=05:00",), "quiet_after: "),
        (("name= ",), "Vul een naam in van hooguit 60 letters."),
        (
            ("telephone=010 123 45 67",),
            "Er is geen instelling 'telephone'. Er zijn: name, service_name, phone",
        ),
        (("theme=x",), "Er is geen instelling 'theme'."),
        (("phone",), "Schrijf 'phone' als NAAM=WAARDE"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name_and_nothing_changes(
    words: tuple[str, ...], problem: str
) -> None:
    make()
    before = answer("set", "waterweg", "phone=010 123 45 67")
    result = run("set", "waterweg", "office_hours=nooit", *words)
    assert result.exit_code == 1
    assert problem in result.stderr
    assert answer("set", "waterweg", "phone=010 123 45 67") == before


def test_setting_nothing_is_wrong_use_and_an_unknown_region_is_refused() -> None:
    make()
    assert run("set", "waterweg").exit_code == 2
    assert run("set", "elders", "phone=010 123 45 67").exit_code == 1


def test_a_region_without_municipalities_is_wrong_use() -> None:
    assert run("create", "leeg", "--name", "Leeg").exit_code == 2
