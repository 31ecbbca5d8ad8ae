"""Pages that are the same for everybody: rendered and compressed once, then sent as they are.

The form shows nothing about the person, so one page serves all codes of a region and a language.
"""

import gzip
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import lru_cache

import brotli
from flask import Flask, Response, current_app, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

MOST = 200
"""Pages kept in a process; more regions and languages than that begin anew."""

_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "private, no-store"),
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Vary", "Accept-Encoding, Accept-Language"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as bytes, by content coding ('' is uncompressed)."""

    bodies: dict[str, bytes]


def init_app(app: Flask) -> None:
    """An empty shelf."""
    app.extensions["outreach_kept_pages"] = {}


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


def answer(page: Page, status: int = 200) -> Response:
    """The page as the browser wants it."""
    coding = _coding(request.environ.get("HTTP_ACCEPT_ENCODING", ""))
    response = Response(page.bodies[coding], status, _HEADERS)
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


@lru_cache(maxsize=512)
def _coding(header: str) -> str:
    wanted = parse_accept_header(header, Accept)
    return next((coding for coding in ("br", "gzip") if wanted[coding] > 0), "")
