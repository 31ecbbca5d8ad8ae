"""A push service as browsers have one, with the devices behind it: it checks who sends, decrypts and keeps what came.

It does so from the RFCs (8030, 8188, 8291, 8292) with `cryptography` alone, not with the library under test.
"""

import base64
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

CURVE = ec.SECP256R1()
POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def text(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw(text_: str) -> bytes:
    """The bytes of base64url."""
    return base64.urlsafe_b64decode(text_ + "=" * (-len(text_) % 4))


class Wrong(Exception):
    """What a real push service or browser would not take."""


@dataclass
class Device:
    """A browser's side: its keys, what it was shown, and with which statuses its service answers first."""

    address: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    shown: list[dict[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def given(self) -> dict[str, str]:
        """What PushSubscription.toJSON() holds, flat, as the page's form sends it."""
        public = self.key.public_key().public_bytes(*POINT)
        return {"endpoint": self.address, "p256dh": text(public), "auth": text(self.secret)}

    def decrypt(self, body: bytes) -> dict[str, str]:
        """Read what was sent (RFC 8188 with the keys of RFC 8291): one record, the last. Raises Wrong."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        if length != 65 or not size >= 18 or len(record) > size:
            raise Wrong("no header of one record")
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        own = self.key.public_key().public_bytes(*POINT)
        first = _derive(self.secret, shared, b"WebPush: info\0" + own + sender, 32)
        key = _derive(salt, first, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derive(salt, first, b"Content-Encoding: nonce\0", 12)
        try:
            plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        except InvalidTag:
            raise Wrong("not encrypted for this device") from None
        if plain[-1:] != b"\2":
            raise Wrong("not the last record")
        found: dict[str, str] = json.loads(plain[:-1])
        return found


def _derive(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)


@dataclass
class PushService:
    """The service at `origin`. `wrong`: what it had to refuse."""

    origin: str
    public_key: str
    devices: dict[str, Device] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    delay: float = 0

    def device(self) -> Device:
        """A browser that just subscribed."""
        path = f"/wpush/{uuid4().hex}"
        self.devices[path] = Device(self.origin + path)
        return self.devices[path]

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """WSGI."""
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        device = self.devices.get(request.path)
        if device is None:
            return Response("gone", 410)
        time.sleep(self.delay)
        try:
            self._check_headers(request)
            self._check_sender(request)
            words = device.decrypt(request.get_data())
        except Wrong as problem:
            self.wrong.append(str(problem))
            return Response(str(problem), 400)
        if device.answers:
            status, headers = device.answers.pop(0)
            return Response("", status, headers)
        device.headers.append(dict(request.headers))
        device.shown.append(words)
        return Response("", 201, {"Location": f"{self.origin}/m/{uuid4().hex}"})

    def _check_headers(self, request: Request) -> None:
        if request.method != "POST" or request.headers.get("Content-Encoding") != "aes128gcm":
            raise Wrong("no push")
        if not request.headers.get("TTL", "").isdigit():
            raise Wrong("no TTL")
        if len(request.headers.get("Topic", "")) > 32 or len(request.get_data()) > 4096:
            raise Wrong("too long")

    def _check_sender(self, request: Request) -> None:
        """The signature of RFC 8292, by the key that the browser was given when it subscribed."""
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme != "vapid" or parts.get("k") != self.public_key:
            raise Wrong("another sender than the one subscribed to")
        signed, _, signature = parts["t"].rpartition(".")
        pair = raw(signature)
        der = encode_dss_signature(int.from_bytes(pair[:32], "big"), int.from_bytes(pair[32:], "big"))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(parts["k"]))
        try:
            key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Wrong("the signature does not fit") from None
        claims = json.loads(raw(signed.partition(".")[2]))
        if claims["aud"] != self.origin or not claims["sub"].startswith(("mailto:", "https://")):
            raise Wrong("signed for another service")
        if not 0 < claims["exp"] - time.time() <= 24 * 60 * 60:
            raise Wrong("signed for too long, or no longer")


def until(reached: Callable[[], object], seconds: float = 20) -> float:
    """Wait until something is so; how many seconds that took. Raises AssertionError when it does not come."""
    began = time.monotonic()
    while not reached():
        assert time.monotonic() - began < seconds, f"it did not come within {seconds} seconds"
        time.sleep(0.05)
    return time.monotonic() - began


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_about: object) -> None:
        """Say nothing."""


@contextmanager
def push_service(public_key: str) -> Iterator[PushService]:
    """A push service on this machine, for an installation with this public key."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        service = PushService(f"http://127.0.0.1:{port}", public_key)
        server = make_server(
            "127.0.0.1", port, service, threaded=True, request_handler=_Quiet, fd=door.fileno()
        )
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
