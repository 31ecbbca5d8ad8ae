"""Verbs on messages: take in what came back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from outreach import clock, db
from outreach.cases import service as cases
from outreach.cases import timeline
from outreach.cases.events import EventKind
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import conversation_service, inbound_queries, stop_words
from outreach.messages.limits import LONGEST_IN
from outreach.messages.models import Message
from outreach.messages.queries import person_of
from outreach.messages.stop_words import Meaning


def receive(
    case_id: UUID,
    channel: str,
    address: str,
    body: str,
    provider_id: str | None = None,
    at: datetime | None = None,
) -> UUID:
    """Take in a message from a young person; the timeline hears of it, and so does the coach. Gives its id.

    The same `provider_id` twice is stored once. `at` is when it came, the present when left out. A whole message of
    stopping opts the person out of this channel, one of starting opts her in; what may mean it is marked for the
    coach (stop_words.py).
    Raises Refused when nothing is in it.
    """
    body = body.replace("\0", "").strip()[:LONGEST_IN]
    if not body:
        raise Refused(_l("Write something first."))
    with db.write() as session:
        if provider_id is not None:
            seen = inbound_queries.stored(channel, provider_id)
            if seen is not None:
                return seen
        message_id, at = db.new_id(), at or clock.now()
        row = {
            "id": message_id,
            "case_id": case_id,
            "direction": "in",
            "channel": channel,
            "address": address,
            "body": body,
            "at": at,
            "provider_id": provider_id,
        }
        session.execute(insert(db.table(Message)), [row])
        conversation_service.received(session, person_of(case_id), case_id, at, channel, body)
        wish = stop_words.meaning(body)
        data: dict[str, Any] = {"message_id": str(message_id), "text": body}
        if wish is Meaning.perhaps_stop:
            data["perhaps_opt_out"] = True
        timeline.record(
            case_id,
            EventKind.message_received,
            actor=timeline.PERSON,
            channel=channel,
            data=data,
            at=at,
        )
        if wish is Meaning.stop:
            cases.opted_out_herself(case_id, channel)
        elif wish is Meaning.start:
            cases.opted_in_herself(case_id, channel)
        return message_id
