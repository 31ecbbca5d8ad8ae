"""A coach writes to a young person: her own words, or a text that may be sent first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import Session

from outreach import clock, db, jobs
from outreach.attempts import service as attempts
from outreach.attempts.rules import Owner
from outreach.attempts.service import NewAttempt
from outreach.campaigns.queries import planner_settings
from outreach.cases import service as cases
from outreach.cases.words import CHANNELS
from outreach.errors import Refused
from outreach.i18n import _l
from outreach.messages import conversation_service, writing_queries
from outreach.messages.limits import LONGEST
from outreach.messages.models import Message
from outreach.messages.outcomes import Outgoing
from outreach.messages.writing_queries import Recipient
from outreach.messages.writing_rules import Hindrance, WayOut, way_out

REFUSALS = {
    Hindrance.missing: _l("This installation does not send messages this way. Choose another one."),
    Hindrance.off: _l("Your region does not use this way. Choose another one."),
    Hindrance.opted_out: _l("This person does not want to be reached this way. Choose another one."),
    Hindrance.no_address: _l("There is no number or address for this way. Add it to the details first."),
    Hindrance.closed: _l(
        "WhatsApp takes free text only for 24 hours after their last message. Choose an approved message instead."
    ),
}


class CannotWrite(Refused):
    """The message cannot go; nothing was kept."""

    status = 422


def write(case_id: UUID, channel: str, body: str, *, by: UUID, key: UUID | None = None) -> None:
    """Send somebody one's own words; they stand in the conversation at once, and the worker sends them.

    1. Refused (CannotWrite) when nothing is in it, it is too long, or this way cannot be used (see writing_rules).
    2. It becomes an attempt outside any plan, with its text; what goes by hand is the coach's own to send.
    3. The conversation counts as read, and notices of messages of this case as dealt with: it has been answered.

    Quiet hours are for who did not ask: an answer to somebody who wrote in the last 24 hours goes at once, whatever
    the hour, and so does what she sends from her own phone; everything else waits for the next moment at which messages
    may reach people. The same `key` twice is sent once.
    """
    body = body.replace("\0", "").replace("\r\n", "\n").strip()
    with db.write() as session:
        if key is not None and writing_queries.is_there(key):
            return
        to = writing_queries.recipient(case_id)
        way = _usable(to, channel)
        if not body:
            raise CannotWrite(_l("Write something first."))
        if len(body) > way.most:
            raise CannotWrite(
                _l(
                    "This is too long: %(length)d characters, and %(most)d is the most (%(channel)s). Make it shorter.",
                    length=len(body),
                    channel=CHANNELS[channel],
                    most=way.most,
                )
            )
        now = clock.now()
        attempt_id = _attempt(session, to, way, None, now)
        row = {
            "id": key or db.new_id(),
            "case_id": case_id,
            "attempt_id": attempt_id,
            "direction": "out",
            "channel": channel,
            "address": way.address,
            "body": body,
            "at": now,
            "staff_id": by,
        }
        session.execute(insert(db.table(Message)), [row])
        written = Outgoing(attempt_id, case_id, to.person_id, channel, channel, way.address, body)
        conversation_service.sent(session, [written], now)
        _answered(session, to, by)


def write_approved(case_id: UUID, channel: str, name: str, *, by: UUID) -> None:
    """Send somebody a text that may be sent first; it is filled in when it leaves. Chosen twice, it is sent once.

    Raises CannotWrite for a text that is not among the approved ones, or a way that cannot be used.
    """
    with db.write() as session:
        to = writing_queries.recipient(case_id)
        way = _usable(to, channel, free_text=False)
        if name not in {text.key.name for text in writing_queries.approved(to, channel)}:
            raise CannotWrite(_l("Choose one of the approved messages."))
        if not writing_queries.waits(case_id, channel, name):
            _attempt(session, to, way, name, clock.now())
            _answered(session, to, by)


def _usable(to: Recipient, channel: str, *, free_text: bool = True) -> WayOut:
    if channel not in LONGEST:
        raise CannotWrite(_l("Choose how to send it."))
    way = way_out(channel, to.facts, clock.now())
    if way.hindrance is not None and (free_text or way.hindrance is not Hindrance.closed):
        raise CannotWrite(REFUSALS[way.hindrance])
    return way


def _attempt(session: Session, to: Recipient, way: WayOut, template: str | None, now: datetime) -> UUID:
    owner = Owner.coach if way.by_hand else Owner.system
    at_once = way.by_hand or to.facts.answering
    due_at = now if at_once else planner_settings(to.region).quiet.next_allowed(now)
    new = NewAttempt(to.case_id, None, None, way.channel, 1, way.channel, owner, template, None, due_at, None)
    return attempts.plan_many(session, [new])[0]


def _answered(session: Session, to: Recipient, by: UUID) -> None:
    conversation_service.read(session, to.person_id)
    cases.handle_messages(to.case_id, by=by)
    jobs.soon("send")
