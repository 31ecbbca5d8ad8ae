"""Behind https, as every real installation is: signing in and sending a form work in a real browser's way."""

from pathlib import Path

from bs4 import BeautifulSoup

from outreach import create_app
from tests.conftest import settings_for
from tests.factories import PASSWORD, World

HTTPS = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "doorstroompunt.example",
    "X-Forwarded-For": "192.0.2.1",
}
ORIGIN = "https://doorstroompunt.example"


def test_a_form_is_believed_from_our_own_pages_and_from_no_others(
    world: World, database_url: str, tmp_path: Path
) -> None:
    app = create_app(settings_for(database_url, OUTREACH_BASE_URL=ORIGIN, OUTREACH_TRUSTED_PROXIES="1"))
    client = app.test_client()
    page = client.get("/sign-in", headers=HTTPS, base_url=ORIGIN)
    # What the browser may say of where it stood when it sends the form.
    assert page.headers["Referrer-Policy"] == "same-origin"
    token = BeautifulSoup(page.text, "html.parser").find("input", attrs={"name": "csrf_token"})
    assert token is not None
    sent = {"email": world.coach.email, "password": PASSWORD, "csrf_token": str(token["value"])}
    for referrer, status in ((f"{ORIGIN}/sign-in", 302), ("https://elsewhere.example/", 400), (None, 400)):
        headers = HTTPS | ({"Referer": referrer} if referrer else {})
        answer = client.post("/sign-in", data=sent, headers=headers, base_url=ORIGIN)
        assert answer.status_code == status, referrer
