"""A Twilio of our own, spoken to over HTTP by the real SDK through TWILIO_API_URL.

It knows what Outreach uses: create a message, fetch one, list by To and DateSent, and callbacks signed with the auth
token. By switches it does what the real one does on bad days. It runs inside a test:

    with FakeTwilio() as twilio:
        settings_for(url, TWILIO_API_URL=twilio.url, ...)
        twilio.next(TIME_OUT, refuse(21610))

or as a process of its own, for tests that kill workers: `python -m tests.fakes.twilio PORT [--latency 0.05]`. Then
`GET /_log` gives all messages that were accepted, as a JSON list, and `POST /_set` takes switches as JSON.

One thread with asyncio: a message that waits costs no thread, and so it keeps up with many senders.
"""

import argparse
import asyncio
import base64
import json
import random
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs, parse_qsl, urlencode

from tests.fakes.twilio_webhooks import ACCOUNT_SID, AUTH_TOKEN, Callback, post, signed

API = "/2010-04-01/Accounts/"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What goes wrong with one request to create a message.

    `accepted`: whether the message is taken over all the same. `status`: the HTTP status of the answer; 0 for no
    answer at all (the connection stays open for `hang` seconds and is then closed). `code`: Twilio's error code.
    `retry_after`: seconds, as a header.
    """

    accepted: bool
    status: int
    code: int = 20500
    retry_after: int | None = None
    hang: float = 0.0


TIME_OUT = Trouble(accepted=True, status=0, hang=60.0)
DROPPED = Trouble(accepted=True, status=0)
BUSY = Trouble(accepted=False, status=429, code=20429, retry_after=7)
BROKEN_BEFORE = Trouble(accepted=False, status=503)
BROKEN_AFTER = Trouble(accepted=True, status=500)


def refuse(code: int) -> Trouble:
    """Refused at once, as Twilio does with a number that has opted out (21610)."""
    return Trouble(accepted=False, status=400, code=code)


@dataclass(slots=True)
class Accepted:
    """A message that was taken over; `form` is all that the request said."""

    sid: str
    to: str
    body: str
    at: str
    form: dict[str, str]
    status: str = "queued"
    error_code: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it is still in Twilio's queue: then it has no DateSent, and a filter on that misses it."""
        return self.status in ("accepted", "scheduled", "queued")

    def as_json(self) -> dict[str, Any]:
        """As Twilio's API shows it."""
        when = format_datetime(datetime.fromisoformat(self.at))
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT_SID,
            "to": self.to,
            "from": self.form.get("From"),
            "messaging_service_sid": self.form.get("MessagingServiceSid"),
            "body": self.body,
            "status": self.status,
            "error_code": self.error_code,
            "error_message": None,
            "direction": "outbound-api",
            "date_created": when,
            "date_sent": None if self.waits else when,
            "date_updated": when,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "api_version": "2010-04-01",
            "uri": f"{API}{ACCOUNT_SID}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


@dataclass
class Switches:
    """How the fake behaves. `POST /_set` takes the same names, but for `trouble`.

    `latency`: seconds before each answer. `statuses`: callbacks for each accepted message, in this order;
    `times`: how often each is sent; `shuffled`: in any order; `delay`: seconds before the first; `early`: before the
    answer to the request. `error_code` goes with failed and undelivered. `broken_share`, `busy_share`,
    `dropped_share`: the part of the requests, drawn by lot, that is answered 500 after accepting, 429, or not at all.
    """

    latency: float = 0.0
    statuses: tuple[str, ...] = ()
    times: int = 1
    shuffled: bool = False
    delay: float = 0.0
    early: bool = False
    error_code: int | None = None
    broken_share: float = 0.0
    busy_share: float = 0.0
    dropped_share: float = 0.0


@dataclass
class FakeTwilio:
    """The server. Use it in a `with`; `port` 0 takes a free one. `deliver` replaces the sending of callbacks."""

    port: int = 0
    switches: Switches = field(default_factory=Switches)
    deliver: Callable[[Callback], object] | None = None
    accepted: dict[str, Accepted] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request."""
    to_number: dict[str, Trouble] = field(default_factory=dict)
    """Trouble with all messages to an address, as it stands in To."""
    _next: deque[Trouble | None] = field(default_factory=deque)
    _by_to: dict[str, list[Accepted]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._run = random.getrandbits(64)
        self._authorization = "basic " + base64.b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()

    @property
    def url(self) -> str:
        """For TWILIO_API_URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """Settings of an installation that sends by this Twilio."""
        return {
            "OUTREACH_CHANNELS": "whatsapp=twilio,sms=twilio",
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_SMS_FROM": "+3197010000000",
            "TWILIO_WHATSAPP_FROM": "+3197010000000",
            "TWILIO_API_URL": self.url,
        }

    def next(self, *troubles: Trouble | None) -> None:
        """What goes wrong with the next requests to create a message, one after the other; None: nothing."""
        self._next.extend(troubles)

    @property
    def messages(self) -> list[Accepted]:
        """What was taken over, the oldest first."""
        return list(self.accepted.values())

    def status(self, sid: str, status: str, error_code: int | None = None) -> Callback:
        """The message has this status from now on; its callback, for a test client to post."""
        message = self.accepted[sid]
        message.status, message.error_code = status, error_code
        return _status_callback(message, status, error_code)

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True, name="fake-twilio")
        self._thread.start()
        assert started.wait(10), "the fake Twilio did not start"
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _serve(self, started: threading.Event) -> None:
        asyncio.run(self.run(started.set))

    async def run(self, ready: Callable[[], object] = lambda: None) -> None:
        """Serve until stopped."""
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await self._stop.wait()
        server.close()
        open_ones = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, headers = _parsed(head)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = await self._answer(method, target, headers, body)
                if answer is None:
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the other side has gone, or the test is over
        finally:
            writer.close()

    async def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> bytes | None:
        path, _question, query = target.partition("?")
        if path == "/_log":
            return _json(200, [asdict(message) for message in self.accepted.values()])
        if path == "/_set":
            return self._set(json.loads(body))
        self.requests.append((method, path))
        if self.switches.latency:
            await asyncio.sleep(self.switches.latency)
        if headers.get("authorization", "").lower() != self._authorization.lower():
            return _error(401, 20003)
        if method == "POST" and path == f"{API}{ACCOUNT_SID}/Messages.json":
            return await self._create(dict(parse_qsl(body.decode(), keep_blank_values=True)))
        if method == "GET" and path == f"{API}{ACCOUNT_SID}/Messages.json":
            return self._list(parse_qs(query))
        sid = path.rpartition("/")[2].removesuffix(".json")
        found = self.accepted.get(sid) if method == "GET" else None
        return _error(404, 20404) if found is None else _json(200, found.as_json())

    def _set(self, values: dict[str, Any]) -> bytes:
        for name, value in values.items():
            assert hasattr(self.switches, name), name
            setattr(self.switches, name, tuple(value) if isinstance(value, list) else value)
        return _json(200, asdict(self.switches))

    def _trouble(self, form: dict[str, str]) -> Trouble | None:
        if self._next:
            return self._next.popleft()
        if form.get("To", "") in self.to_number:
            return self.to_number[form["To"]]
        lot = random.random()
        for share, trouble in (
            (self.switches.busy_share, BUSY),
            (self.switches.broken_share, BROKEN_AFTER),
            (self.switches.dropped_share, DROPPED),
        ):
            if lot < share:
                return trouble
            lot -= share
        return None

    async def _create(self, form: dict[str, str]) -> bytes | None:
        trouble = self._trouble(form)
        if trouble is None or trouble.accepted:
            problem = _problem(form)
            if problem is not None:
                return _error(400, problem)
            message = self._accept(form)
        if trouble is None:
            if message.form.get("StatusCallback") and self.switches.statuses:
                await self._tell(message)
            return _json(201, message.as_json())
        if trouble.status == 0:
            await asyncio.sleep(trouble.hang)
            return None
        return _error(trouble.status, trouble.code, trouble.retry_after)

    def _accept(self, form: dict[str, str]) -> Accepted:
        number = next(self._numbers)
        sid = f"SM{self._run:016x}{number:016x}"
        body = form.get("Body") or f"{form.get('ContentSid')} {form.get('ContentVariables')}"
        message = Accepted(sid, form["To"], body, datetime.now(UTC).isoformat(), form)
        self.accepted[sid] = message
        self._by_to.setdefault(message.to, []).append(message)
        return message

    def _list(self, query: dict[str, list[str]]) -> bytes:
        found = self._by_to.get(query["To"][0], []) if "To" in query else list(self.accepted.values())
        for name, wanted in query.items():
            if name.startswith("DateSent"):
                found = [message for message in found if _on_the_day(message, name[8:], wanted[0])]
        page, size = int(query.get("Page", ["0"])[0]), int(query.get("PageSize", ["50"])[0])
        newest = list(reversed(found))
        more = len(newest) > (page + 1) * size
        again = urlencode({name: values[0] for name, values in query.items()} | {"Page": page + 1})
        return _json(
            200,
            {
                "messages": [message.as_json() for message in newest[page * size : (page + 1) * size]],
                "page": page,
                "page_size": size,
                "next_page_uri": f"{API}{ACCOUNT_SID}/Messages.json?{again}" if more else None,
            },
        )

    async def _tell(self, message: Accepted) -> None:
        """Callbacks for a message, before the answer to its request or after it."""
        statuses = [status for status in self.switches.statuses for _time in range(self.switches.times)]
        message.status = self.switches.statuses[-1]
        if self.switches.shuffled:
            random.shuffle(statuses)
        if self.switches.early:
            await self._call_back(message, statuses)
            return
        task = asyncio.create_task(self._call_back(message, statuses))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call_back(self, message: Accepted, statuses: list[str]) -> None:
        await asyncio.sleep(self.switches.delay)
        for status in statuses:
            failed = status in ("failed", "undelivered")
            code = self.switches.error_code if failed else None
            callback = _status_callback(message, status, code)
            await asyncio.to_thread(self.deliver or post, callback)


def _status_callback(message: Accepted, status: str, error_code: int | None) -> Callback:
    form = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": ACCOUNT_SID,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": message.to,
        "From": message.form.get("From", ""),
        "ApiVersion": "2010-04-01",
    }
    if error_code is not None:
        form["ErrorCode"] = str(error_code)
    return signed(message.form["StatusCallback"], form)


def _problem(form: dict[str, str]) -> int | None:
    """Twilio's own checks: the error code, or None."""
    if not form.get("To"):
        return 21604
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if not form.get("Body") and not form.get("ContentSid"):
        return 21602
    period = form.get("ValidityPeriod")
    if period is not None and not (period.isdecimal() and 1 <= int(period) <= 36_000):
        return 21624
    return None


def _on_the_day(message: Accepted, comparison: str, wanted: str) -> bool:
    """Twilio's filter on days: DateSent=, DateSent<= and DateSent>= (as parameters named DateSent, DateSent<, …)."""
    if message.waits:
        return False
    at = message.at[: len(wanted.rstrip("Z"))]
    if comparison == ">":
        return at >= wanted.rstrip("Z")
    return at <= wanted.rstrip("Z") if comparison == "<" else at == wanted.rstrip("Z")


def _parsed(head: bytes) -> tuple[str, str, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ")
    lines = (line.partition(":") for line in rest if line)
    return method, target, {name.lower(): value.strip() for name, _colon, value in lines}


def _json(status: int, document: object, more: str = "") -> bytes:
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


def _error(status: int, code: int, retry_after: int | None = None) -> bytes:
    more = "" if retry_after is None else f"Retry-After: {retry_after}\r\n"
    document = {
        "code": code,
        "message": f"error {code} of the fake",
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return _json(status, document, more)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """As a process of its own, until it is killed. It prints its address when it listens."""
    parser = argparse.ArgumentParser(description="A fake Twilio for tests")
    parser.add_argument("port", type=int)
    parser.add_argument("--latency", type=float, default=0.0)
    arguments = parser.parse_args()
    fake = FakeTwilio(arguments.port, Switches(latency=arguments.latency))
    try:
        asyncio.run(fake.run(lambda: _say(fake.url)))
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
