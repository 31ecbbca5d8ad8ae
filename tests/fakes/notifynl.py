"""A NotifyNL of our own: a small WSGI server, spoken to over HTTP by the real client through NOTIFYNL_API_URL.

It knows what Outreach uses: send a text message or an e-mail, fetch one, list by reference, and tell of a status with
a bearer token. By `next` it does what the real one does on bad days:

    with FakeNotifyNL() as notifynl:
        settings_for(url, **notifynl.settings(), OUTREACH_CHANNELS="sms=notifynl")
        notifynl.next(BUSY, refuse("phone_number Not enough digits"))
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import jwt
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

SERVICE_ID = "6f1d2c1e-58f5-4e0b-9a0e-0f6b9d3a1c11"
SECRET = "0b7a4d3c-3f53-4c1f-8f0a-9d5c4b3a2e22"
API_KEY = f"test-{SERVICE_ID}-{SECRET}"
SMS_TEMPLATE = "11111111-1111-4111-8111-111111111111"
EMAIL_TEMPLATE = "22222222-2222-4222-8222-222222222222"
TOKEN = "a token that only NotifyNL knows"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one request to send. `accepted`: whether the message is taken over all the same.

    `status`: of the answer. `seconds`: how long it takes. `body`: what it says instead of an error.
    """

    accepted: bool
    status: int
    kind: str = "BadRequestError"
    message: str = ""
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None


TIME_OUT = Trouble(accepted=True, status=201, seconds=1.5)
BROKEN_BEFORE = Trouble(accepted=False, status=503, kind="InternalError")
BROKEN_AFTER = Trouble(accepted=True, status=500, kind="InternalError")
BUSY = Trouble(
    False, 429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"
)
DAY_IS_FULL = Trouble(False, 429, "TooManyRequestsError", "Exceeded send limits (sms: 50) for today")


def refuse(message: str, kind: str = "BadRequestError", status: int = 400) -> Trouble:
    """Refused at once, in the words of NotifyNL."""
    return Trouble(accepted=False, status=status, kind=kind, message=message)


@dataclass(slots=True)
class FakeNotifyNL:
    """The server; `sent` holds what it took over, as NotifyNL would give it back, with `personalisation` beside it."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    _troubles: deque[Trouble] = field(default_factory=deque)
    _gone: threading.Event = field(default_factory=threading.Event)
    _server: Any = None
    _thread: threading.Thread | None = None

    def settings(self) -> dict[str, str]:
        """The environment of an installation that uses it."""
        return {
            "NOTIFYNL_API_URL": self.url,
            "NOTIFYNL_API_KEY": API_KEY,
            "NOTIFYNL_CALLBACK_TOKEN": TOKEN,
            "NOTIFYNL_SMS_TEMPLATE": SMS_TEMPLATE,
            "NOTIFYNL_EMAIL_TEMPLATE": EMAIL_TEMPLATE,
        }

    def next(self, *troubles: Trouble) -> None:
        """What happens to the next requests to send, one each."""
        self._troubles.extend(troubles)

    def becomes(self, number: int, status: str) -> dict[str, Any]:
        """A message takes a new status; gives what NotifyNL tells of it by callback."""
        message = self.sent[number]
        message["status"] = status
        return {
            "id": message["id"],
            "reference": message["reference"],
            "to": message["phone_number"] or message["email_address"],
            "status": status,
            "created_at": "2026-03-02T09:00:00.000000Z",
            "completed_at": "2026-03-02T09:00:05.000000Z",
            "sent_at": "2026-03-02T09:00:01.000000Z",
            "notification_type": message["type"],
            "template_id": message["template"]["id"],
            "template_version": 1,
        }

    def __enter__(self) -> Self:
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_about: object) -> None:
        self._gone.set()
        self._server.shutdown()
        assert self._thread is not None
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: Any, start: Any) -> Iterator[bytes]:
        request = Request(environ)
        return self._respond(request)(environ, start)  # type: ignore[return-value]

    def _respond(self, request: Request) -> Response:
        if not _signed(request):
            return _error(403, "AuthError", "Invalid token: API key not found")
        path = request.path.removeprefix("/v2/notifications").strip("/")
        if request.method == "POST" and path in ("sms", "email"):
            return self._send(path, json.loads(request.get_data()))
        if request.method != "GET":
            return _error(404, "NoResultFound", "No result found")
        if not path:
            reference = request.args.get("reference")
            found = [each for each in self.sent if reference in (None, each["reference"])]
            return _json(200, {"notifications": [_shown(each) for each in found], "links": {}})
        for each in self.sent:
            if each["id"] == path:
                return _json(200, _shown(each))
        return _error(404, "NoResultFound", "No result found")

    def _send(self, kind: str, asked: dict[str, Any]) -> Response:
        trouble = self._troubles.popleft() if self._troubles else Trouble(accepted=True, status=201)
        taken = {
            "id": str(uuid4()),
            "reference": asked.get("reference"),
            "phone_number": asked.get("phone_number"),
            "email_address": asked.get("email_address"),
            "type": kind,
            "status": "created",
            "template": {"id": asked["template_id"], "version": 1, "uri": ""},
            "personalisation": asked.get("personalisation", {}),
        }
        if trouble.accepted:
            self.sent.append(taken)
        self._gone.wait(trouble.seconds)
        if trouble.body is not None:
            return Response(trouble.body, trouble.status, content_type="application/json")
        if trouble.status != 201:
            answer = _error(trouble.status, trouble.kind, trouble.message)
            answer.headers.extend(dict(trouble.headers))
            return answer
        return _json(201, {"id": taken["id"], "reference": taken["reference"], "content": {}, "uri": ""})


def _shown(message: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name != "personalisation"}


def _signed(request: Request) -> bool:
    """Whether the request is signed with the secret half of the key and names the service."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        return jwt.decode(token, SECRET, algorithms=["HS256"])["iss"] == SERVICE_ID
    except (jwt.InvalidTokenError, KeyError):
        return False


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def _error(status: int, kind: str, message: str) -> Response:
    return _json(status, {"status_code": status, "errors": [{"error": kind, "message": message}]})


class _Quiet(WSGIRequestHandler):
    """A line for each request would hide what a failing test says."""

    def log_request(self, *_about: object) -> None:
        """Say nothing."""
