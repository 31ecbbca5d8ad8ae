"""One settings object, read from environment variables (docs/operations.md lists them all)."""

import base64
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach import providers
from outreach.errors import Refused
from outreach.providers import Providers

ROOT = Path(__file__).resolve().parent.parent

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one installation and the next. All of it comes from the environment.

    `pace`: messages a second by channel, over all processes; 0 is as fast as can be. `send_threads`: how many calls to
    a provider one process makes at once. `send_lease`: seconds for which a worker holds the messages it is sending.
    `whatsapp_new_a_day`: people to whom WhatsApp lets us write first in any 24
    hours, the tier that Meta gave.
    """

    database_url: str
    base_url: str
    secret_key: str
    providers: Providers
    production: bool
    port: int
    font_dir: Path
    rate_limit_storage: str
    trusted_proxies: int
    max_upload_mb: int
    session_hours: float
    send_threads: int
    send_lease: float
    pace: Mapping[str, float]
    whatsapp_new_a_day: int
    vapid_private_key: str

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def sandbox(self) -> bool:
        """Whether no message leaves this machine (OUTREACH_CHANNELS=sandbox, the default)."""
        return self.providers.sandbox


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from `env` (default: the process environment).

    Raises Refused, naming the variable, for one that cannot be used, and when production is asked for without a
    secret key.
    """
    env = os.environ if env is None else env
    production = env.get("OUTREACH_ENV", "demo") == "production"
    _check_timezone(env)
    return Settings(
        database_url=_database_url(env),
        base_url=_base_url(env),
        secret_key=env.get("OUTREACH_SECRET_KEY") or _secret(production),
        providers=providers.read(env),
        production=production,
        port=_number("PORT", env.get("PORT", "8000"), int),
        font_dir=Path(env.get("OUTREACH_FONT_DIR", str(ROOT / "node_modules" / "@expo-google-fonts"))),
        rate_limit_storage=env.get("OUTREACH_RATE_LIMIT_STORAGE", "memory://"),
        trusted_proxies=_number("OUTREACH_TRUSTED_PROXIES", env.get("OUTREACH_TRUSTED_PROXIES", "0"), int),
        max_upload_mb=_number("OUTREACH_MAX_UPLOAD_MB", env.get("OUTREACH_MAX_UPLOAD_MB", "25"), int),
        session_hours=_number("OUTREACH_SESSION_HOURS", env.get("OUTREACH_SESSION_HOURS", "12"), float),
        send_threads=_number("OUTREACH_SEND_THREADS", env.get("OUTREACH_SEND_THREADS", "10"), int),
        send_lease=_number(
            "OUTREACH_SEND_LEASE_SECONDS", env.get("OUTREACH_SEND_LEASE_SECONDS", "120"), float
        ),
        pace={
            "whatsapp": _number(
                "OUTREACH_WHATSAPP_PER_SECOND", env.get("OUTREACH_WHATSAPP_PER_SECOND", "20"), float
            ),
            "sms": _number("OUTREACH_SMS_PER_SECOND", env.get("OUTREACH_SMS_PER_SECOND", "10"), float),
            "email": _number("OUTREACH_EMAIL_PER_SECOND", env.get("OUTREACH_EMAIL_PER_SECOND", "10"), float),
        },
        whatsapp_new_a_day=_number(
            "OUTREACH_WHATSAPP_NEW_A_DAY", env.get("OUTREACH_WHATSAPP_NEW_A_DAY", "250"), int
        ),
        vapid_private_key=_vapid_private_key(env),
    )


def _database_url(env: Mapping[str, str]) -> str:
    url = env.get("OUTREACH_DATABASE_URL") or f"sqlite:///{ROOT / 'instance' / 'outreach.db'}"
    if not url.startswith(("sqlite:///", "postgresql://")):
        raise Refused("OUTREACH_DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _base_url(env: Mapping[str, str]) -> str:
    url = env.get("OUTREACH_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Refused("OUTREACH_BASE_URL must be an address such as https://outreach.example.org")
    return url


def _number(name: str, value: str, kind: type[Number]) -> Number:
    try:
        number = kind(value)
    except ValueError:
        raise Refused(f"{name} must be a number, not {value!r}") from None
    if not 0 <= number < float("inf"):
        raise Refused(f"{name} must be a number of 0 or more, not {value!r}")
    return number


def _check_timezone(env: Mapping[str, str]) -> None:
    """The clock reads the variable when the program is loaded; here is where it is refused."""
    name = env.get("OUTREACH_TIMEZONE", "Europe/Amsterdam")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(f"OUTREACH_TIMEZONE={name} is not a time zone, such as Europe/Amsterdam") from None


def _vapid_private_key(env: Mapping[str, str]) -> str:
    key = env.get("VAPID_PRIVATE_KEY", "")
    if key and not _is_private_key(key):
        raise Refused("VAPID_PRIVATE_KEY must be a private key as `outreach keys` makes one")
    return key


def _is_private_key(text: str) -> bool:
    """Whether this is base64url of 32 bytes that are a number on the curve P-256."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", text):
        return False
    number = int.from_bytes(base64.urlsafe_b64decode(text[:43] + "="), "big")
    return 0 < number < _ORDER_OF_P256


def _secret(production: bool) -> str:
    if production:
        raise Refused("OUTREACH_SECRET_KEY is required when OUTREACH_ENV=production")
    return kept("secret_key", lambda: secrets.token_urlsafe(48))


def kept(name: str, make: Callable[[], str]) -> str:
    """A secret of the demo's own, made on first need and kept in instance/; production brings its own."""
    path = ROOT / "instance" / name
    path.parent.mkdir(exist_ok=True)
    try:
        with open(path, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as new:
            new.write(make())
    except FileExistsError:
        pass
    return path.read_text()
