"""How messages leave this installation: the way of each channel, and what each provider needs to know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import urlsplit

from outreach.errors import Refused

SANDBOX, HAND = "sandbox", "hand"
WAYS: Mapping[str, tuple[str, ...]] = {
    "whatsapp": (HAND, "twilio"),
    "sms": (HAND, "twilio", "notifynl"),
    "email": ("smtp", "notifynl"),
}
"""The ways that each channel knows. `hand`: a coach sends it from her own phone."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Twilio:
    """Account and senders at Twilio. `messaging_service_sid` goes before `sms_from`; numbers are E.164."""

    account_sid: str = ""
    auth_token: str = ""
    sms_from: str = ""
    whatsapp_from: str = ""
    messaging_service_sid: str = ""
    api_url: str = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class NotifyNL:
    """Access to NotifyNL, and the token by which we know its callbacks.

    The two templates each hold one placeholder for the whole text: ((bericht)), and ((onderwerp)) for e-mail.
    """

    api_key: str = ""
    api_url: str = "https://api.notifynl.nl"
    callback_token: str = ""
    sms_template: str = ""
    email_template: str = ""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server as smtp://user:password@host:port (smtps:// for TLS from the start), and the sender."""

    url: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Providers:
    """All of it. `ways`: channel to way; a channel that is missing is not used at all."""

    ways: Mapping[str, str]
    twilio: Twilio
    notifynl: NotifyNL
    smtp: Smtp

    @property
    def sandbox(self) -> bool:
        """Whether nothing leaves this machine."""
        return set(self.ways.values()) == {SANDBOX}

    @property
    def by_hand(self) -> frozenset[str]:
        """The channels whose messages a coach sends from her own phone."""
        return frozenset(channel for channel, way in self.ways.items() if way == HAND)

    @property
    def by_system(self) -> frozenset[str]:
        """The channels whose messages the worker sends."""
        return frozenset(self.ways) - self.by_hand

    @property
    def missing(self) -> frozenset[str]:
        """The message channels that this installation does not use."""
        return frozenset(WAYS) - frozenset(self.ways)


def read(env: Mapping[str, str]) -> Providers:
    """What the environment says. Raises Refused, naming the variable, for what cannot be used or is missing."""
    found = Providers(
        ways_of(env.get("OUTREACH_CHANNELS", SANDBOX)),
        Twilio(
            env.get("TWILIO_ACCOUNT_SID", ""),
            env.get("TWILIO_AUTH_TOKEN", ""),
            env.get("TWILIO_SMS_FROM", ""),
            env.get("TWILIO_WHATSAPP_FROM", ""),
            env.get("TWILIO_MESSAGING_SERVICE_SID", ""),
            env.get("TWILIO_API_URL", "https://api.twilio.com").rstrip("/"),
        ),
        NotifyNL(
            env.get("NOTIFYNL_API_KEY", ""),
            env.get("NOTIFYNL_API_URL", "https://api.notifynl.nl").rstrip("/"),
            env.get("NOTIFYNL_CALLBACK_TOKEN", ""),
            env.get("NOTIFYNL_SMS_TEMPLATE", ""),
            env.get("NOTIFYNL_EMAIL_TEMPLATE", ""),
        ),
        Smtp(env.get("SMTP_URL", ""), env.get("SMTP_FROM", "")),
    )
    for name, value in _needed(found):
        if not value:
            raise Refused(f"OUTREACH_CHANNELS={env['OUTREACH_CHANNELS']} needs {name}")
    for problem, usable in _usable(found):
        if not usable:
            raise Refused(problem)
    return found


def ways_of(text: str) -> dict[str, str]:
    """`sandbox`, or a list such as `whatsapp=hand,sms=notifynl`, as channel to way. Raises Refused."""
    if text.strip() in ("", SANDBOX):
        return dict.fromkeys(WAYS, SANDBOX)
    found: dict[str, str] = {}
    for part in text.split(","):
        channel, _equals, way = (word.strip().lower() for word in part.partition("="))
        if way not in WAYS.get(channel, ()):
            known = "; ".join(f"{name}={'|'.join(ways)}" for name, ways in WAYS.items())
            raise Refused(f"OUTREACH_CHANNELS: '{part.strip()}' is not known. There are: sandbox; {known}")
        if channel in found:
            raise Refused(f"OUTREACH_CHANNELS names {channel} twice")
        found[channel] = way
    return found


def _needed(found: Providers) -> list[tuple[str, str]]:
    """Variables that the chosen ways cannot do without, each with its value."""
    ways, twilio = found.ways, found.twilio
    needed: list[tuple[str, str]] = []
    if "twilio" in ways.values():
        needed += [
            ("TWILIO_ACCOUNT_SID", twilio.account_sid),
            ("TWILIO_AUTH_TOKEN", twilio.auth_token),
        ]
    if ways.get("whatsapp") == "twilio":
        needed.append(("TWILIO_WHATSAPP_FROM", twilio.whatsapp_from or twilio.messaging_service_sid))
    if ways.get("sms") == "twilio":
        needed.append(
            (
                "TWILIO_SMS_FROM or TWILIO_MESSAGING_SERVICE_SID",
                twilio.sms_from or twilio.messaging_service_sid,
            )
        )
    if "notifynl" in ways.values():
        needed.append(("NOTIFYNL_API_KEY", found.notifynl.api_key))
    if ways.get("sms") == "notifynl":
        needed.append(("NOTIFYNL_SMS_TEMPLATE", found.notifynl.sms_template))
    if ways.get("email") == "notifynl":
        needed.append(("NOTIFYNL_EMAIL_TEMPLATE", found.notifynl.email_template))
    if ways.get("email") == "smtp":
        needed += [("SMTP_URL", found.smtp.url), ("SMTP_FROM", found.smtp.sender)]
    return needed


def _usable(found: Providers) -> list[tuple[str, bool]]:
    """What must hold of the values of the chosen ways, in words, each with whether it does."""
    ways, checks = found.ways, []
    if "notifynl" in ways.values():
        key = re.search(rf"{_UUID}-{_UUID}\Z", found.notifynl.api_key, re.IGNORECASE)
        checks += [
            ("NOTIFYNL_API_KEY must be a whole key of NotifyNL: name-service-secret", key is not None),
            ("NOTIFYNL_API_URL must begin with https://", found.notifynl.api_url.startswith(_WEB)),
        ]
    if ways.get("email") == "smtp":
        checks += [
            ("SMTP_URL must be smtp://user:password@host:587 or smtps://…", _is_mail_server(found.smtp.url)),
            ("SMTP_FROM must be an e-mail address, or Name <address>", _is_sender(found.smtp.sender)),
        ]
    return checks


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _is_sender(text: str) -> bool:
    addresses = getaddresses([text])
    one = len(addresses) == 1 and text.isprintable()
    return one and re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", addresses[0][1]) is not None
