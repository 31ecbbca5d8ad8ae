"""Notices to push services: encrypted for the device (RFC 8291), signed by us (RFC 8292), many at once, never long.

An address at a push service is a secret of the device: it goes into no log, only its host does.
"""

import json
import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from py_vapid import Vapid
from pywebpush import WebPusher
from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection

from outreach import clock, db
from outreach.errors import Refused
from outreach.staff import push_keys, push_rules, push_service
from outreach.staff.models import PushSubscription

log = logging.getLogger(__name__)

TIMES = (3.0, 4.0)
"""Seconds to connect and to wait for an answer."""

ALL_WITHIN = 8.0
"""Seconds after which what has not been answered counts as busy."""

AT_ONCE = 10

KEPT = 12 * 60 * 60
"""Seconds for which a push service keeps a notice for a device that is off."""

LONGEST_WAIT = 600
"""Seconds: a push service may ask for more, but by then a notice is no news."""


class Fate(StrEnum):
    """What became of a notice to one device."""

    told = "told"
    gone = "gone"
    busy = "busy"
    refused = "refused"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one device is told: a sentence or two, a word by which later ones replace it, and a page to open."""

    device: PushSubscription
    title: str
    body: str
    tag: str
    page: str


@dataclass(slots=True)
class Delivery:
    """How many were told, are gone and were refused; the devices to try again, not before so many seconds."""

    told: int = 0
    gone: int = 0
    refused: int = 0
    busy: list[UUID] = field(default_factory=list)
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One request, ready to go."""

    device_id: UUID
    endpoint: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    fate: Fate
    seconds: int = 0


def deliver(notices: Sequence[Notice]) -> Delivery:
    """Tell the devices, side by side, within ALL_WITHIN seconds; those that are gone are forgotten.

    Not inside a transaction: it waits for the network.
    """
    vapid = push_keys.signer()
    if vapid is None or not notices:
        return Delivery()
    here = push_keys.may_push_here()
    parcels = [_parcel(notice, vapid) for notice in notices]
    db.session().rollback()  # nothing is held in the database while others are waited for
    done = Delivery()
    gone: list[UUID] = []
    for parcel, answer in _post_all(parcels, here):
        if answer.fate is Fate.busy:
            done.busy.append(parcel.device_id)
            done.seconds = max(done.seconds, answer.seconds)
        elif answer.fate is Fate.gone:
            gone.append(parcel.device_id)
        elif answer.fate is Fate.refused:
            done.refused += 1
        else:
            done.told += 1
    if gone:
        push_service.forget(gone)
    done.gone = len(gone)
    log.info(
        "push: told %d, gone %d, refused %d, busy %d", done.told, done.gone, done.refused, len(done.busy)
    )
    return done


def _parcel(notice: Notice, vapid: Vapid) -> _Parcel:
    device = notice.device
    words = {"title": notice.title, "body": notice.body, "tag": notice.tag, "page": notice.page}
    keys = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    parts = urlsplit(device.endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "sub": push_keys.subject(),
        "exp": int(clock.now().timestamp()) + KEPT,
    }
    headers = {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Urgency": "high",
        # What still waits at the push service is replaced by a newer notice on the same subject.
        "Topic": notice.tag,
        **vapid.sign(claims),
    }
    body: bytes = WebPusher(keys).encode(json.dumps(words).encode())["body"]
    return _Parcel(device.id, device.endpoint, body, headers)


def _post_all(parcels: Sequence[_Parcel], here: bool) -> list[tuple[_Parcel, _Answer]]:
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push")
    waiting = [(parcel, pool.submit(_post, parcel, here)) for parcel in parcels]
    wait([future for _parcel, future in waiting], timeout=ALL_WITHIN)
    pool.shutdown(wait=False, cancel_futures=True)
    return [
        (parcel, future.result() if future.done() and not future.cancelled() else _Answer(Fate.busy))
        for parcel, future in waiting
    ]


def _post(parcel: _Parcel, here: bool) -> _Answer:
    """One request, with time-outs. It follows nobody elsewhere, and reads no more of an answer than its head."""
    try:
        host = push_rules.check_endpoint(parcel.endpoint, this_machine=here).hostname
        with requests.Session() as session:
            if host not in push_rules.LOOPBACK:
                session.mount("https://", _OutsideOnly())
            answer = session.post(
                parcel.endpoint,
                data=parcel.body,
                headers=parcel.headers,
                timeout=TIMES,
                allow_redirects=False,
                stream=True,
            )
    except requests.RequestException as error:
        log.warning("push: no answer from %s (%s)", host, type(error).__name__)
        return _Answer(Fate.busy)
    except (Refused, _Inside):
        log.warning("push: a device with an address inside the own network is told nothing")
        return _Answer(Fate.refused)
    fate = _fate(answer.status_code)
    if fate is Fate.refused:
        log.warning("push: refused by %s with status %d", host, answer.status_code)
    return _Answer(fate, _seconds(answer.headers.get("Retry-After", "")))


def _fate(status: int) -> Fate:
    if 200 <= status < 300:
        return Fate.told
    if status in (404, 410):
        return Fate.gone
    return Fate.busy if status == 429 or status >= 500 else Fate.refused


def _seconds(retry_after: str) -> int:
    """The seconds that a push service asks for, within reason; 0 when it asks for none (or for a date)."""
    return min(int(retry_after), LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,6}", retry_after) else 0


class _Inside(Exception):
    """A name outside that leads to a machine inside."""


class _Connection(HTTPSConnection):
    """A connection that is let go before a word is said when it leads into the own network."""

    def _new_conn(self) -> Any:
        found = super()._new_conn()
        if not push_rules.is_global(found.getpeername()[0]):
            found.close()
            raise _Inside
        return found


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _OutsideOnly(HTTPAdapter):
    """Direct connections lead outside. Through a proxy of the organisation it is the proxy that decides."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the adapter does, with the connections above."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}
