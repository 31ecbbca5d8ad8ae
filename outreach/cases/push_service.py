"""What comes in reaches the coach's devices within seconds, by a job, and says nothing about anybody.

A notice says that there is an answer, how many wait, and opens her day. Who it is about she sees there, signed in.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from sqlmodel import Session

from outreach import jobs
from outreach.cases import push_queries
from outreach.cases.events import EventKind
from outreach.cases.timeline import Recorded, staff_actor
from outreach.i18n import _, ngettext
from outreach.staff import push_delivery_service
from outreach.staff import push_queries as device_queries
from outreach.staff.models import PushSubscription, User
from outreach.staff.push_delivery_service import Notice
from outreach.staff.push_service import Subject
from outreach.staff.scope import scope_of

HEARD = (
    EventKind.responded,
    EventKind.contact_declined,
    EventKind.wrong_person_reported,
    EventKind.message_received,
)
"""What a young person did and a coach hears of at once. A letter that came back can wait until she looks."""

WAITS = (20, 120, 600)
"""Seconds until a device whose push service was busy is tried again; after the last one it is left alone."""

PAGE = "/today"


def subject_of(kind: str, data: Mapping[str, Any]) -> Subject | None:
    """What a notice about this event says; None for what devices do not hear of."""
    if kind not in HEARD:
        return None
    if kind == EventKind.message_received:
        return Subject.message
    return Subject.call_back if data.get("call_back") else Subject.answer


def tell_the_coach(session: Session, events: Sequence[Recorded]) -> None:
    """Queue notices for who must hear of these events: a subscriber of the timeline.

    1. Without devices there is nothing to do: one query says so.
    2. Whoever noted it herself needs no notice.
    3. One job for each subject, with all its devices.
    """
    devices = push_queries.devices_for(session, {event.case_id for event in events})
    if not devices:
        return
    told: dict[Subject, dict[UUID, None]] = {}
    for event in events:
        subject = subject_of(event.kind, event.data)
        for device_id, user_id in devices.get(event.case_id, ()):
            if subject is not None and event.actor != staff_actor(user_id):
                told.setdefault(subject, {})[device_id] = None
    for subject, ids in told.items():
        jobs.soon("push", subject.value, list(ids))


def tell(subject: str, device_ids: Sequence[UUID], tries: int = 0) -> None:
    """The job: tell these devices, each in the language of its owner; who could not be told now is tried later."""
    about = Subject(subject)
    devices: dict[UUID, list[PushSubscription]] = {}
    owners: dict[UUID, User] = {}
    for device, user in device_queries.with_owners(device_ids):
        devices.setdefault(user.id, []).append(device)
        owners[user.id] = user
    notices: list[Notice] = []
    for user_id, user in owners.items():
        title, body = _words(about, user)
        if title:
            notices += [Notice(device, title, body, about.value, PAGE) for device in devices[user_id]]
    delivery = push_delivery_service.deliver(notices)
    if delivery.busy and tries < len(WAITS):
        seconds = max(WAITS[tries], delivery.seconds)
        jobs.later(seconds, "push", subject, delivery.busy, tries + 1)


def _words(subject: Subject, user: User) -> tuple[str, str]:
    """The sentence and the line below it, in her language; empty when she has dealt with all of it meanwhile."""
    with force_locale(user.language):
        if subject is Subject.test:
            return _("This is a test notice."), _("Notices work on this device.")
        counts = Counter(subject_of(kind, data) for kind, data in push_queries.waiting(scope_of(user)))
        return _title(subject, counts[subject]), _("Tap to open your day.")


def _title(subject: Subject, number: int) -> str:
    if number == 0:
        return ""
    if subject is Subject.call_back:
        title = ngettext("Somebody wants to be called.", "%(num)d people want to be called.", number)
    elif subject is Subject.message:
        title = ngettext("There is a message.", "There are %(num)d messages.", number)
    else:
        title = ngettext("There is an answer.", "There are %(num)d answers.", number)
    return str(title)
