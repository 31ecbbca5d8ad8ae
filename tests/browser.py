"""A real browser and a real server for tests: Chromium through Playwright, pages over a socket.

tests/conftest.py makes the fixtures known to all tests, so that one browser serves them all.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from outreach import create_app
from tests.conftest import settings_for

PHONE = (360, 780)
LAPTOP = (1280, 800)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process: the machine's (CHROMIUM), else Playwright's own."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass(frozen=True, slots=True)
class Live:
    """A server that answers at `address`, and the application behind it."""

    address: str
    app: Flask


class _Quiet(WSGIRequestHandler):
    """A line for each request would hide what a failing test says."""

    def log_request(self, *_about: object) -> None:
        """Say nothing."""


@contextmanager
def serve(make_app: Callable[[str], Flask]) -> Iterator[Live]:
    """Serve an application from threads of this process; `make_app` gets the address it will have."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        app = make_app(f"http://127.0.0.1:{port}")
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, fd=door.fileno())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield Live(f"http://127.0.0.1:{port}", app)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions["outreach_engine"].dispose()


@contextmanager
def serve_by_command(database_url: str, **settings: str) -> Iterator[str]:
    """`outreach web` as an installation runs it (gunicorn), on a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    env = {
        **os.environ,
        "OUTREACH_DATABASE_URL": database_url,
        "OUTREACH_SECRET_KEY": "only for tests",
        "OUTREACH_BASE_URL": address,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-m", "outreach.cli", "web"], env=env)
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str, process: "subprocess.Popen[bytes]", seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the web process ended with exit code {process.returncode}")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answered at {address} for {seconds} seconds")


@pytest.fixture
def live(database_url: str) -> Iterator[Live]:
    """The application on the test's own database, the same that `world` fills, behind a real socket."""
    with serve(lambda address: create_app(settings_for(database_url, OUTREACH_BASE_URL=address))) as it:
        yield it


@contextmanager
def opened(
    browser: Browser,
    live: Live,
    signed_in: FlaskClient | None = None,
    *,
    size: tuple[int, int] = PHONE,
    dark: bool = False,
    script: bool = True,
    language: str = "nl-NL",
) -> Iterator[BrowserContext]:
    """A fresh window of the browser; with `signed_in`, the member of staff who signed in with that client."""
    context = browser.new_context(
        base_url=live.address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        java_script_enabled=script,
        locale=language,
        timezone_id="Europe/Amsterdam",
    )
    context.set_default_timeout(15_000)
    if signed_in is not None:
        cookie = signed_in.get_cookie("session")
        assert cookie is not None, "this client did not sign in"
        context.add_cookies([{"name": "session", "value": cookie.value, "url": live.address}])
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def tab(browser: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Opens tabs on the live server: `tab(world.sign_in(world.coach), size=LAPTOP)`; closed at the end."""
    still_open: list[Any] = []

    def open_tab(signed_in: FlaskClient | None = None, **how: Any) -> Page:
        window = opened(browser, live, signed_in, **how)
        context = window.__enter__()
        still_open.append(window)
        return context.new_page()

    yield open_tab
    for window in reversed(still_open):
        window.__exit__(None, None, None)
