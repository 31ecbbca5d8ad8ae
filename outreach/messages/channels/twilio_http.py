"""The HTTP side of the twilio package: another base address, time-outs, many threads, and nothing in the log."""

from datetime import timedelta
from ssl import SSLCertVerificationError
from typing import Any
from urllib.parse import urlsplit

from requests import Request, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ConnectTimeout
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import SSLError as NoTls

CONNECT, READ = 5.0, 10.0
"""Seconds to reach Twilio, and to wait for its answer."""

CONNECTIONS = 64
"""Connections kept open: more than a worker has threads (OUTREACH_SEND_THREADS)."""

THEIRS = "https://api.twilio.com"


class TooMuchNow(Exception):
    """Twilio answered 429. `retry_after`: how long it wants us to wait, if it said so."""

    def __init__(self, retry_after: timedelta | None) -> None:
        super().__init__("429")
        self.retry_after = retry_after


class Http(TwilioHttpClient):  # type: ignore[misc]  # the package has no types
    """Sends the SDK's requests to `base`, from any number of threads at once.

    The SDK's own `request` is not used: it keeps its answer on the object, where another thread may put its own before
    it is given back, and it logs addresses with numbers in them.
    """

    def __init__(self, base: str, read: float = READ) -> None:
        super().__init__(pool_connections=False)
        self._base = base
        self._time_outs = (CONNECT, read)
        self._session = Session()
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=CONNECTIONS)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        # Proxies and certificates of the environment, read once and not for every message.
        self._surroundings = self._session.merge_environment_settings(base, {}, None, None, None)
        self._session.trust_env = False

    def request(  # as the SDK calls it
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request. Raises TooMuchNow for 429, and what `requests` raises when there is no answer."""
        parts = urlsplit(url)
        there = self._base + url[len(f"{parts.scheme}://{parts.netloc}") :]
        query: Any = params
        request = Request(method.upper(), there, headers=headers, data=data, params=query, auth=auth)
        answer = self._session.send(
            self._session.prepare_request(request),
            timeout=timeout or self._time_outs,
            allow_redirects=allow_redirects,
            **self._surroundings,
        )
        if answer.status_code == 429:
            raise TooMuchNow(_seconds(answer.headers.get("Retry-After")))
        return Response(answer.status_code, answer.text, answer.headers)


def never_left(error: Exception) -> bool:
    """Whether the request cannot have reached Twilio: no connection came about.

    So it is when the connection was refused, timed out before it stood, the name has no address, or the certificate
    is not to be trusted; with a proxy between, the same of the proxy.
    """
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if isinstance(error, NoConnection) and error.args else None
    if not isinstance(cause, MaxRetryError):
        return False
    reason: object = getattr(cause.reason, "original_error", cause.reason)
    if isinstance(reason, NoTls):
        return bool(reason.args) and isinstance(reason.args[0], SSLCertVerificationError)
    return isinstance(reason, NewConnectionError)


def _seconds(header: str | None) -> timedelta | None:
    return timedelta(seconds=int(header)) if header and header.isdecimal() and len(header) < 7 else None
