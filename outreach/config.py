"""One settings object, read from environment variables (docs/operations.md lists them all)."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.errors import Refused

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between one installation and the next. All of it comes from the environment."""

    database_url: str
    base_url: str
    secret_key: str
    channels: str
    production: bool
    port: int
    font_dir: Path
    rate_limit_storage: str
    trusted_proxies: int
    max_upload_mb: int
    session_hours: float

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.database_url.startswith("sqlite")

    @property
    def sandbox(self) -> bool:
        """Whether no message leaves this machine (OUTREACH_CHANNELS=sandbox, the default)."""
        return self.channels == "sandbox"


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Settings from `env` (default: the process environment).

    Raises Refused when production is asked for without a secret key.
    """
    env = os.environ if env is None else env
    production = env.get("OUTREACH_ENV", "demo") == "production"
    return Settings(
        database_url=env.get("OUTREACH_DATABASE_URL") or f"sqlite:///{ROOT / 'instance' / 'outreach.db'}",
        base_url=env.get("OUTREACH_BASE_URL", "http://127.0.0.1:8000").rstrip("/"),
        secret_key=env.get("OUTREACH_SECRET_KEY") or _kept_secret(production),
        channels=env.get("OUTREACH_CHANNELS", "sandbox"),
        production=production,
        port=int(env.get("PORT", "8000")),
        font_dir=Path(env.get("OUTREACH_FONT_DIR", str(ROOT / "node_modules" / "@expo-google-fonts"))),
        rate_limit_storage=env.get("OUTREACH_RATE_LIMIT_STORAGE", "memory://"),
        trusted_proxies=int(env.get("OUTREACH_TRUSTED_PROXIES", "0")),
        max_upload_mb=int(env.get("OUTREACH_MAX_UPLOAD_MB", "25")),
        session_hours=float(env.get("OUTREACH_SESSION_HOURS", "12")),
    )


def _kept_secret(production: bool) -> str:
    """The demo's own secret, made on first start and kept in instance/; production brings its own."""
    if production:
        raise Refused("OUTREACH_SECRET_KEY is required when OUTREACH_ENV=production")
    path = ROOT / "instance" / "secret_key"
    path.parent.mkdir(exist_ok=True)
    try:
        with open(path, "x", opener=lambda p, flags: os.open(p, flags, 0o600)) as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
