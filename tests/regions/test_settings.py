"""The page on which an administrator changes the settings of her region."""

from datetime import time, timedelta
from typing import get_args

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from outreach import clock, db
from outreach.attempts.rules import Channel
from outreach.campaigns.calendar import EARLIEST_START, QuietHours
from outreach.regions.checking import CHANNELS, EARLIEST_CONTACT, PROBLEMS, SettingsInvalid, checked
from outreach.regions.models import Municipality, Region, RegionSettings
from outreach.responses import codes
from outreach.staff import service as staff
from outreach.staff.scope import RoleName
from tests.factories import MUNICIPALITIES, World, _hashed, post
from tests.responses.letters import letter

GOOD = {
    "name": "Waterweg Noord",
    "service_name": "Doorstroompunt",
    "phone": "010 765 43 21",
    "office_hours": "ma t/m vr",
    "website": "https://www.example.nl",
    "return_address": "Postbus 2, 3130 AA Vlaardingen",
    "window": "right",
    "window_offset_x_mm": "2,5",
    "window_offset_y_mm": "-1",
    "quiet_before": "10:00",
    "quiet_after": "19:30",
    "channels_off": ["whatsapp", "card"],
    "age_limit": "25",
    "code_valid_days": "90",
}
PAGE = "/region/waterweg"


def administrator(world: World, places: list[str]) -> FlaskClient:
    user = staff.add_user(
        email="beheer@example.org",
        password=None,
        given_name="Bea",
        family_name="Bos",
        roles=[RoleName.administrator],
        municipalities=places,
    )
    with db.write() as session:
        user.password = _hashed()
        session.add(user)
    return world.sign_in(user)


@pytest.fixture
def bea(world: World) -> FlaskClient:
    return administrator(world, list(MUNICIPALITIES))


def send(client: FlaskClient, **changed: object) -> object:
    return post(client, PAGE, {**GOOD, **changed}, token_from="/me")


def settings(world: World) -> RegionSettings:
    db.session().expire_all()
    region = db.session().get(Region, world.region.id)
    assert region is not None
    return region.settings


def test_all_settings_are_changed_and_shown_again(world: World, bea: FlaskClient) -> None:
    assert send(bea).status_code == 303
    found = settings(world)
    assert found.phone == "010 765 43 21" and found.website == "https://www.example.nl"
    assert (found.window, found.window_offset_x_mm, found.window_offset_y_mm) == ("right", 2.5, -1)
    assert (found.quiet_before, found.quiet_after) == (time(10), time(19, 30))
    assert found.channels_off == ["whatsapp", "card"]
    assert (found.age_limit, found.code_valid_days) == (25, 90)
    page = bea.get("/region").text
    for shown in ('value="010 765 43 21"', 'value="2.5"', 'value="19:30"', "De instellingen zijn bewaard"):
        assert shown in page


def test_every_setting_has_its_field_but_the_look_and_what_has_pages_of_its_own() -> None:
    outcomes = {"outcome_lists", "own_lists", "outcome_map"}
    assert set(PROBLEMS) | {"theme"} | outcomes == set(RegionSettings.model_fields)


def test_saving_what_is_shown_changes_nothing(world: World, bea: FlaskClient) -> None:
    before = settings(world)
    shown = {
        "window_offset_x_mm": "0",
        "window_offset_y_mm": "0",
        "phone": before.phone,
        "return_address": before.return_address,
        "office_hours": before.office_hours,
        "website": "",
        "window": "left",
        "quiet_before": "09:00",
        "quiet_after": "20:00",
        "channels_off": [],
        "age_limit": "27",
        "code_valid_days": "365",
    }
    assert send(bea, **shown).status_code == 303
    assert settings(world) == before
    region = db.session().get(Region, world.region.id)
    assert region is not None and set(region.settings_data) == {"phone", "return_address"}, (
        "defaults stay defaults"
    )


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": " "}, "Vul een naam in van hooguit 60 letters."),
        ({"service_name": ""}, "Vul de naam van de dienst in"),
        ({"phone": "bel maar"}, "Dit is geen telefoonnummer."),
        ({"website": "javascript:alert(1)"}, "Schrijf het adres van de website"),
        ({"website": "www.example.nl"}, "Schrijf het adres van de website"),
        ({"return_address": "x" * 91}, "binnen 90 tekens"),
        ({"office_hours": "x" * 61}, "binnen 60 tekens"),
        ({"window": "above"}, "aan welke kant het venster"),
        ({"window_offset_x_mm": "21"}, "millimeters in van -20 tot 20"),
        ({"window_offset_y_mm": "nan"}, "millimeters in van -20 tot 20"),
        ({"quiet_before": "04:59"}, "vanaf 5.00 uur"),
        ({"quiet_before": "09:00Z"}, "vanaf 5.00 uur"),
        ({"quiet_before": "20:00", "quiet_after": "20:00"}, "later is dan het eerste bericht"),
        ({"quiet_after": "soon"}, "later is dan het eerste bericht"),
        ({"channels_off": ["pigeon"]}, "Kies uit de manieren van contact"),
        ({"age_limit": "31"}, "leeftijd in van 18 tot 30"),
        ({"age_limit": "oud"}, "leeftijd in van 18 tot 30"),
        ({"code_valid_days": "29"}, "dagen in van 30 tot 1100"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(
    world: World, bea: FlaskClient, wrong: dict[str, object], problem: str
) -> None:
    before = settings(world)
    page = send(bea, **wrong)
    assert page.status_code == 422
    assert problem in page.text
    assert "010 765 43 21" in page.text or "phone" in wrong, "what was filled in is still there"
    assert settings(world) == before


@given(start=st.times(), end=st.times())
def test_contact_hours_that_may_be_saved_are_hours_that_planning_takes(start: time, end: time) -> None:
    try:
        checked({"quiet_before": start, "quiet_after": end})
        saved = True
    except SettingsInvalid:
        saved = False
    try:
        QuietHours(start, end)
        planned = True
    except ValueError:
        planned = False
    assert saved == planned


def test_ways_of_contact_and_the_earliest_hour_are_those_of_planning() -> None:
    assert set(CHANNELS) == {channel.value for channel in Channel}
    assert EARLIEST_CONTACT == EARLIEST_START
    assert get_args(RegionSettings.model_fields["window"].annotation) == ("left", "right")


def test_a_changed_phone_number_stands_on_the_answer_form_at_once(world: World, bea: FlaskClient) -> None:
    code = letter(world, world.case())
    client = world.app.test_client()
    assert "010 123 45 67" in client.get(f"/r/{code}").text
    send(bea)
    page = client.get(f"/r/{code}").text
    assert "010 765 43 21" in page and "010 123 45 67" not in page


def test_pages_of_no_region_show_the_changed_number_within_two_minutes(
    world: World, bea: FlaskClient
) -> None:
    client = world.app.test_client()
    unknown = f"/r/{codes.new_code()}"
    assert "010 123 45 67" in client.get(unknown).text
    send(bea)
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert "010 765 43 21" in client.get(unknown).text


def test_who_administers_several_regions_chooses(world: World) -> None:
    with db.write() as session:
        north = Region(slug="noord", name="Regio Noord")
        session.add(north)
        session.flush()
        session.add(Municipality(code="GM0193", name="Zwolle", region_id=north.id))
    client = administrator(world, ["GM0622", "GM0193"])
    page = client.get("/region").text
    assert f'href="{PAGE}"' in page and 'href="/region/noord"' in page and "Zwolle" in page
    assert "Regio Noord" in client.get("/region/noord").text


def test_another_region_does_not_exist(world: World, bea: FlaskClient) -> None:
    world.outsider()
    assert bea.get("/region/elders").status_code == 404
    assert post(bea, "/region/elders", GOOD, token_from="/me").status_code == 404
    assert "Elders" not in bea.get("/region").text


def test_nothing_is_saved_without_the_forms_token(world: World, bea: FlaskClient) -> None:
    before = settings(world)
    assert bea.post(PAGE, data=GOOD).status_code == 400
    assert settings(world) == before


def test_the_page_speaks_english_too(bea: FlaskClient) -> None:
    page = bea.get("/region", headers={"Accept-Language": "en"}).text
    assert "Return address" in page and "What you change here holds at once" in page
