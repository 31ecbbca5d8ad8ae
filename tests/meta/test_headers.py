"""The policy for content is strict on every answer, and no page or template breaks it."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from outreach import create_app
from outreach.web.headers import CSP, HEADERS
from tests.conftest import settings_for
from tests.meta.filled import FAMILY_NAME, Filled, Page
from tests.meta.source import TEMPLATES, templates

ELSEWHERE = {"tel", "sms", "mailto", "geo"}
"""Schemes of links that leave the browser without fetching anything."""


MAPS = {"maps.apple.com", "www.google.com", "waze.com"}
"""Hosts to which a coach may go by a tap, to find the way to an address; nothing is fetched from them before."""

DRAWN_HERE = {"web/_icons.svg.html": "pictograms that stand in the same file"}
"""Templates that may say that a text is safe."""

OWN = "http://127.0.0.1:8000"
"""The installation's own address, which messages and letters name in full."""

OTHERWISE = {
    "Referrer-Policy": {"no-referrer"},
    "Content-Security-Policy": {CSP.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")},
}
"""What some answers say instead: stricter where a code stands in the address; the phone app has a scanner."""

ABOUT_NOBODY = {"imports.example": "an empty example of a list"}
"""Answers to staff that a browser may keep."""


def _policy(value: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for part in value.split(";") if (words := part.split())}


def test_the_policy_allows_only_what_comes_from_here() -> None:
    policy = _policy(HEADERS["Content-Security-Policy"])
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == ["'self'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    for sources in policy.values():
        assert set(sources) <= {"'self'", "'none'", "data:", "blob:"}


def _assert_headers(answer: object, where: str) -> None:
    for name, value in HEADERS.items():
        (given,) = answer.headers.getlist(name)  # type: ignore[attr-defined]
        allowed = {value, *OTHERWISE.get(name, ())}
        assert given in allowed, f"{name} on {where}: {given}"


def test_every_page_has_the_headers_and_is_kept_by_no_cache(filled: Filled) -> None:
    kept = []
    for page in filled.pages():
        _assert_headers(page.answer, str(page))
        about_people = page.who != "a stranger" and page.endpoint not in ABOUT_NOBODY
        if about_people and "no-store" not in page.answer.headers["Cache-Control"]:
            kept.append(f"{page}: {page.answer.headers['Cache-Control']}")
    assert kept == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/page", 404),
        ("DELETE", "/cases", 405),
        ("POST", "/sign-in", 400),
        ("GET", "/cases", 302),
        ("GET", "/r/wrong", 404),
    ],
)
def test_errors_and_redirects_have_the_headers(filled: Filled, method: str, path: str, status: int) -> None:
    answer = filled.app.test_client().open(path, method=method)
    assert answer.status_code == status
    _assert_headers(answer, f"{method} {path}")


def test_a_crash_has_the_headers(filled: Filled) -> None:
    app = create_app(settings_for(filled.facts.url))
    app.view_functions["web.alive"].__dict__.setdefault("outreach_access", "open")

    def crash() -> str:
        raise ZeroDivisionError

    crash.__dict__["outreach_access"] = "open"
    app.view_functions["web.alive"] = crash
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 500
    _assert_headers(answer, "a crash")
    assert "ZeroDivision" not in answer.text


def _assets(client: FlaskClient, page: Page) -> Iterator[str]:
    for tag in BeautifulSoup(page.answer.text, "html.parser").select("link[href], script[src], img[src]"):
        address = str(tag.get("href") or tag.get("src"))
        if address.startswith("/static/"):
            yield address


def test_styles_scripts_and_pictures_are_there_with_the_headers(filled: Filled) -> None:
    client = filled.sign_in("coach")
    wanted = {asset for page in filled.pages() if page.is_html for asset in _assets(client, page)}
    assert wanted, "no page has a style sheet"
    for asset in sorted(wanted):
        answer = client.get(asset.split("#")[0])
        assert answer.status_code == 200, f"{asset} is missing"
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", f"{asset} has no security headers"


def test_over_https_browsers_are_told_to_stay_there(filled: Filled) -> None:
    app = create_app(settings_for(filled.facts.url, OUTREACH_BASE_URL="https://example.org"))
    for path in ("/healthz", "/sign-in", "/r/"):
        answer = app.test_client().get(path)
        assert "max-age=" in answer.headers["Strict-Transport-Security"], path
    cookies = app.test_client().get("/sign-in").headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "SameSite" in cookie


def _forbidden(soup: BeautifulSoup) -> list[str]:
    """What the policy would block, or what would make somebody want to weaken it."""
    found = []
    for tag in soup.find_all(True):
        assert isinstance(tag, Tag)
        if tag.name == "style" or (tag.name == "script" and not tag.get("src")):
            found.append(f"inline <{tag.name}>")
        for name, value in tag.attrs.items():
            text = " ".join(value) if isinstance(value, list) else str(value)
            if name == "style" or re.match(r"on[a-z]", name) or name.startswith(("hx-on", "data-hx-on")):
                found.append(f"<{tag.name} {name}>")
            if re.match(r"\s*(javascript|vbscript|js)\s*:", text, re.IGNORECASE):
                found.append(f"<{tag.name} {name}={text[:30]!r}>")
            if name == "hx-trigger" and "[" in text:
                found.append(f"<{tag.name} hx-trigger={text!r}> is evaluated")
    return found


def _addresses(soup: BeautifulSoup) -> Iterator[tuple[str, str]]:
    names = ("src", "href", "action", "formaction", "srcset", "poster", "data", "xlink:href")
    for tag in soup.find_all(True):
        for name, value in tag.attrs.items():
            if name in names or name in ("hx-get", "hx-post", "hx-put", "hx-delete", "hx-patch"):
                yield f"<{tag.name} {name}>", str(value)


def test_no_page_holds_inline_script_or_style(filled: Filled) -> None:
    found = {}
    for page in filled.pages():
        if page.is_html:
            wrong = _forbidden(BeautifulSoup(page.answer.text, "html.parser"))
            if wrong:
                found[str(page)] = wrong
    assert found == {}


def _to_the_map(tag: Tag) -> bool:
    """A link to a map that says neither from where one comes nor about whom: a street and a town alone."""
    parts = urlsplit(str(tag.get("href", "")))
    named = FAMILY_NAME in unquote(parts.query)
    return tag.name == "a" and parts.netloc in MAPS and "noreferrer" in tag.get("rel", []) and not named


def test_no_page_fetches_from_or_sends_to_another_host(filled: Filled) -> None:
    found = []
    for page in filled.pages():
        if not page.is_html:
            continue
        soup = BeautifulSoup(page.answer.text, "html.parser")
        for link in soup.find_all(_to_the_map):
            link.decompose()
        for where, address in _addresses(soup):
            parts = urlsplit(address.removeprefix(OWN))
            drawn = where in ("<img src>", "<link href>") and parts.scheme == "data"
            if (parts.scheme or parts.netloc) and parts.scheme not in ELSEWHERE and not drawn:
                found.append(f"{page}: {where} {address}")
    assert found == []


@pytest.mark.parametrize("name", templates())
def test_no_template_holds_inline_script_or_style(name: str) -> None:
    """Also the branches of a template that no page of the filled region shows."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    bare = re.sub(r"{#.*?#}|{%.*?%}", "", source, flags=re.DOTALL)
    bare = re.sub(r"{{.*?}}", "x", bare, flags=re.DOTALL)
    assert _forbidden(BeautifulSoup(bare, "html.parser")) == []
    assert not re.search(r"""['"](style|on[a-z]+|hx-on[^'"]*)['"]\s*:""", source), "an attribute in attrs={}"
    assert name in DRAWN_HERE or not re.search(r"\|\s*safe", source)


def test_this_test_would_see_what_is_forbidden() -> None:
    bad = """<p style="color:red"></p><a href=" JavaScript:go()" onclick="go()">x</a><script>1</script>
    <style></style><b hx-on:click="1" hx-trigger="click[ctrlKey]"></b>"""
    assert len(_forbidden(BeautifulSoup(bad, "html.parser"))) == 7
