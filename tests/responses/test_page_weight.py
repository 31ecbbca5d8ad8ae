"""A phone on a slow net gets the form in one flight."""

import gzip
import re
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import brotli
import pytest
from flask import Flask

from outreach.web.assets import DIST
from tests.factories import World
from tests.responses.letters import letter

ONE_FLIGHT = 14_000


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The application behind a real socket."""
    server: WSGIServer = make_server("127.0.0.1", 0, app.wsgi_app, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(port: int, path: str, coding: str) -> tuple[int, bytes]:
    """Bytes of the answer with its headers, as they go over the line, and the body."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": coding, "Accept-Language": "nl"})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, path
    assert answer.getheader("Content-Encoding") == coding
    head = sum(len(f"{name}: {value}\r\n") for name, value in answer.getheaders()) + len(
        "HTTP/1.1 200 OK\r\n\r\n"
    )
    connection.close()
    return head + len(body), body


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_all_that_the_first_view_loads_fits_into_one_flight(world: World, port: int, coding: str) -> None:
    assert (DIST / "manifest.json").exists(), "the front end is not built: make build"
    code = letter(world, world.case())
    page, body = fetch(port, f"/r/{code}", coding)
    html = _plain(body, coding)
    loads = re.findall(r'<(?:link|script|img)[^>]+(?:href|src)="(?!data:)([^"]+)"', html)
    assert len(loads) == 1 and loads[0].endswith(".css"), "a style sheet and nothing else"
    total = page + sum(fetch(port, address, coding)[0] for address in loads)
    assert total <= ONE_FLIGHT, f"{total} bytes"


def _plain(body: bytes, coding: str) -> str:
    return (brotli.decompress(body) if coding == "br" else gzip.decompress(body)).decode()
