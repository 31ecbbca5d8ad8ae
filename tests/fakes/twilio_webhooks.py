"""Webhooks as Twilio calls them: form-encoded and signed with the auth token."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urldefrag, urlencode, urlsplit

from twilio.request_validator import RequestValidator

ACCOUNT_SID = "AC" + "0" * 32
AUTH_TOKEN = "a token only for tests"


@dataclass(frozen=True, slots=True)
class Callback:
    """A webhook as Twilio calls it: signed, form-encoded. `url` is what it was given, without the fragment."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Path and query, for a test client."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")


def signed(url: str, form: Mapping[str, str], token: str = AUTH_TOKEN) -> Callback:
    """A webhook to `url`, signed with the auth token as Twilio does: the fragment is not part of it."""
    bare = urldefrag(url).url
    signature = RequestValidator(token).compute_signature(bare, dict(form))
    return Callback(bare, dict(form), {"X-Twilio-Signature": signature})


def inbound(url: str, sender: str, body: str, sid: str, **more: str) -> Callback:
    """A message that came in from `sender` (`+316…` or `whatsapp:+316…`)."""
    form = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "To": "whatsapp:+3197010000000" if sender.startswith("whatsapp:") else "+3197010000000",
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    return signed(url, form | more)


def post(callback: Callback) -> int:
    """Call a webhook over HTTP; the status of its answer, 0 when nobody answers."""
    parts = urlsplit(callback.url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=15)
    headers = {"Content-Type": "application/x-www-form-urlencoded", **callback.headers}
    try:
        connection.request("POST", callback.path, urlencode(callback.form), headers)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()
