"""What a browser says when it wants notices: may its address be called, are its keys keys, what is it called. Pure."""

import base64
import binascii
import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from outreach.errors import Refused
from outreach.i18n import _, _l

LONGEST = 1_000
"""Characters of an address at a push service; the longest known have some 700."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOT_PUBLIC = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "test", "invalid")
"""Last parts of names that never lead outside (RFC 2606, 6762, 8375 and habit)."""

_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+([a-z][a-z0-9-]*[a-z0-9])")

_BROWSERS = (
    (r"\bEdgA?/|\bEdgiOS/", "Edge"),
    (r"\bOPR/", "Opera"),
    (r"\bSamsungBrowser/", "Samsung Internet"),
    (r"\bFirefox/|\bFxiOS/", "Firefox"),
    (r"\bChrome/|\bCriOS/", "Chrome"),
    (r"\bSafari/|\bAppleWebKit/", "Safari"),
)
_SYSTEMS = (
    (r"\biPhone\b", "iPhone"),
    (r"\biPad\b", "iPad"),
    (r"\bAndroid\b", "Android"),
    (r"\bWindows\b", "Windows"),
    (r"\bCrOS\b", "Chromebook"),
    (r"\bMacintosh\b", "Mac"),
    (r"\bLinux\b", "Linux"),
)
"""Patterns of a User-Agent in this order, since most browsers call themselves by the names of others too."""


def check_endpoint(address: str, *, this_machine: bool = False) -> SplitResult:
    """The parts of an address at a push service: https, a public host, no more than LONGEST characters.

    Whoever gives it chooses where this server sends to, so a name or number inside the own network is refused; a name
    that leads there all the same is caught on connecting (push_delivery_service.py). `this_machine` also allows http
    and https on this machine, for tests and the demo. Raises Refused.
    """
    refusal = Refused(_l("Your browser gave an address for notices that we cannot use."))
    if len(address) > LONGEST or not re.fullmatch(r"[!-~]+", address):
        raise refusal
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise refusal from None
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise refusal
    if this_machine and parts.scheme in ("http", "https") and host in LOOPBACK:
        return parts
    if parts.scheme != "https" or port not in (None, 443) or not _is_public(host):
        raise refusal
    return parts


def _is_public(host: str) -> bool:
    """Whether a host can be outside: a global number, or a whole name whose last part is none of our own."""
    if is_global(host):
        return True
    name = _NAME.fullmatch(host)
    return name is not None and not name[1].startswith("0x") and name[1] not in NOT_PUBLIC


def is_global(number: str) -> bool:
    """Whether this is a number of a machine on the internet; False for names and for the own network."""
    try:
        found = ip_address(number)
    except ValueError:
        return False
    return found.is_global and not found.is_multicast


def check_keys(p256dh: str, auth: str) -> None:
    """Whether a browser's keys are a point on the curve P-256 and 16 bytes (RFC 8291). Raises Refused."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh, 65))
        _bytes(auth, 16)
    except ValueError:
        raise Refused(_l("Your browser gave keys for notices that we cannot use.")) from None


def _bytes(text: str, length: int) -> bytes:
    """Base64url without padding. Raises ValueError for anything else, or another length."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}={0,2}", text):
        raise ValueError("not base64url")
    text = text.rstrip("=")
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("not base64url") from error
    if len(found) != length:
        raise ValueError("another length")
    return found


def device_name(user_agent: str) -> str:
    """A name by which somebody knows her device again, such as 'Chrome on Android', in the reader's language."""
    browser = _first(_BROWSERS, user_agent)
    system = _first(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("A device")


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for pattern, name in patterns if re.search(pattern, text)), "")
