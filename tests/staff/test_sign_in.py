"""Staff sign-in."""

import pytest

from tests.factories import PASSWORD, World, csrf


def test_staff_sign_in_and_see_their_name(world: World) -> None:
    client = world.sign_in(world.coach)
    page = client.get("/", follow_redirects=True).text
    assert "Samira de Vries" in page


def test_a_wrong_password_is_refused_in_plain_words(world: World) -> None:
    client = world.app.test_client()
    token = csrf(client, "/sign-in")
    page = client.post(
        "/sign-in", data={"email": world.coach.email, "password": "wrong", "csrf_token": token}
    ).text
    assert "klopt niet" in page
    assert PASSWORD not in page


def test_a_form_without_csrf_token_is_refused(world: World) -> None:
    answer = world.app.test_client().post("/sign-in", data={"email": world.coach.email, "password": PASSWORD})
    assert answer.status_code == 400


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_place_elsewhere_is_forgotten_and_the_right_password_lets_her_in(world: World, there: str) -> None:
    client = world.app.test_client()
    page = f"/sign-in?next={there}"
    data = {"email": world.coach.email, "password": PASSWORD, "next": there, "csrf_token": csrf(client, page)}
    done = client.post(page, data=data)
    assert done.status_code == 302
    assert "evil" not in done.headers["Location"]
    assert "javascript" not in done.headers["Location"]
    assert client.get("/today").status_code == 200
