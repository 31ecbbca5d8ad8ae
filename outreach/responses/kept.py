"""Pages that are the same for everybody: rendered and compressed once, then sent as they are.

The form shows nothing about the person, so one page serves all codes of a region and a language.
"""

import gzip
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import brotli
from flask import Flask, Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from outreach.web.headers import Complete, security_headers

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MOST = 200
"""Pages kept in a process; more regions and languages than that begin anew."""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Accept-Encoding, Accept-Language",
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as bytes, by content coding ('' is uncompressed)."""

    bodies: dict[str, bytes]


class _AsItIs(Complete):
    """Sent as it is: nothing that works on answers adds a header, least of all a cookie."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        super().__init__(body, status)
        self.body = body
        self.ready = headers

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer; a HEAD request gets the headers only."""
        start_response(self.status, self.ready)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


def init_app(app: Flask, *, https: bool) -> None:
    """An empty shelf, and the headers of all that is taken from it."""
    app.extensions["outreach_kept_pages"] = {}
    app.extensions["outreach_kept_headers"] = list((security_headers(https=https) | _HEADERS).items())


def page(key: Hashable, render: Callable[[], str]) -> Page:
    """The page kept under `key`, rendered now if it is not there.

    The key holds all that the page shows, so a changed setting is another page and nothing goes stale.
    """
    shelf: dict[Hashable, Page] = current_app.extensions["outreach_kept_pages"]
    found = shelf.get(key)
    if found is None:
        if len(shelf) >= MOST:
            shelf.clear()
        found = shelf[key] = pressed(render(), quality=11)
    return found


def pressed(html: str, quality: int = 4) -> Page:
    """A page in all codings. `quality` from 0 (quick) to 11 (small)."""
    body = html.encode()
    return Page(
        {
            "": body,
            "gzip": gzip.compress(body, min(quality, 9), mtime=0),
            "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality),
        }
    )


def answer(page: Page, status: int = 200, **more: str) -> Response:
    """The page as the browser wants it; `more` are headers, written with underscores (Retry_After="60")."""
    coding = _coding(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    body = page.bodies[coding]
    headers = [*current_app.extensions["outreach_kept_headers"], ("Content-Length", str(len(body)))]
    if coding:
        headers.append(("Content-Encoding", coding))
    headers += [(name.replace("_", "-"), value) for name, value in more.items()]
    return _AsItIs(body, status, headers)


@lru_cache(maxsize=512)
def _coding(header: str) -> str:
    wanted = parse_accept_header(header, Accept)
    return next((coding for coding in ("br", "gzip") if wanted[coding] > 0), "")
