"""Reads of the inbox: the list of conversations, how many are unread, and one conversation. All within a scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlmodel import col

from outreach import db
from outreach.attempts.models import ContactAttempt
from outreach.attempts.rules import MESSAGE_CHANNELS, OPEN
from outreach.cases.models import Case, Household, Person
from outreach.cases.search_queries import matches
from outreach.messages.models import Conversation, Message
from outreach.staff.models import User
from outreach.staff.scope import Scope

PAGE = 30
MOST = 1000
"""Nobody leafs through more conversations than this: beyond it one looks by name."""

BUBBLES = 60
"""Messages of a conversation that are shown at first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations: only those she has, and of people that fit these words."""

    mine: bool = True
    words: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A line of the list. `holder`: who answers it, the colleague it was given to or else the case's coach."""

    case_id: UUID
    name: str
    at: datetime
    channel: str
    direction: str
    text: str
    unread: int
    assigned: bool
    holder_id: UUID | None
    holder: str

    @property
    def line(self) -> str:
        """The first line of the newest message."""
        return next((line for line in self.text.splitlines() if line.strip()), "")


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of the list. `total` and `unread` count up to MOST; `seen` changes when anything of it does."""

    talks: list[Talk]
    total: int
    unread: int
    page: int
    pages: int
    seen: str


def inbox(wanted: Wanted, scope: Scope, page: int = 1) -> Inbox:
    """The conversations, unread first, then the newest. Pages count from 1."""
    limits = _limits(wanted, scope)
    talk = db.table(Conversation).c
    new = case((talk.unread > 0, 1), else_=0)
    counting = _within(select(new.label("new")), limits)
    if wanted.words.strip():
        counting = _with_names(counting)
    counted = counting.order_by(new.desc()).limit(MOST + 1).subquery()
    row = db.session().execute(select(func.count(), func.sum(counted.c.new)).select_from(counted)).one()
    total, unread = min(row[0], MOST), int(row[1] or 0)
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    query = (
        _lines(limits)
        .order_by(new.desc(), talk.last_at.desc(), talk.person_id)
        .limit(PAGE)
        .offset(PAGE * (page - 1))
    )
    talks = [_talk(row) for row in db.session().execute(query)]
    return Inbox(talks, total, unread, page, pages, _mark(total, unread, talks))


def unread_of(scope: Scope) -> int:
    """How many conversations that are hers have something unread."""
    talk = db.table(Conversation).c
    query = _within(select(talk.person_id), [*_limits(Wanted(), scope), talk.unread > 0]).limit(MOST)
    found: int = db.session().execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return found


def _limits(wanted: Wanted, scope: Scope) -> list[ColumnElement[bool]]:
    town = db.unindexed(db.table(Case).c.municipality_code)
    limits: list[ColumnElement[bool]] = [town.in_(scope.municipalities)]
    if wanted.mine:
        holder = _holder()
        limits.append(or_(holder == scope.user_id, holder.is_(None)))
    if wanted.words.strip():
        limits.append(matches(wanted.words.strip(), scope))
    return limits


def _holder() -> ColumnElement[Any]:
    return func.coalesce(db.table(Conversation).c.assigned_to, db.table(Case).c.coach_id)


def _within(query: Select[Any], limits: list[ColumnElement[bool]]) -> Select[Any]:
    talk, file = db.table(Conversation), db.table(Case)
    return query.select_from(talk).join(file, file.c.id == talk.c.case_id).where(*limits)


def _with_names(query: Select[Any]) -> Select[Any]:
    """Joined to what names and searches need; counting what is unread needs none of it."""
    talk, person, home = (db.table(model) for model in (Conversation, Person, Household))
    return query.join(person, person.c.id == talk.c.person_id).outerjoin(
        home, home.c.id == person.c.household_id
    )


def _lines(limits: list[ColumnElement[bool]]) -> Select[Any]:
    talk, file, person = (db.table(model).c for model in (Conversation, Case, Person))
    holder = db.table(User)
    columns = (
        talk.case_id,
        person.given_name,
        person.infix,
        person.family_name,
        talk.last_at,
        talk.last_channel,
        talk.last_direction,
        talk.last_text,
        talk.unread,
        talk.assigned_to,
        file.coach_id,
        holder.c.given_name,
    )
    return _with_names(_within(select(*columns), limits)).outerjoin(holder, holder.c.id == _holder())


def _talk(row: Any) -> Talk:
    return Talk(
        case_id=row[0],
        name=" ".join(part for part in row[1:4] if part),
        at=row[4],
        channel=row[5],
        direction=row[6],
        text=row[7],
        unread=row[8],
        assigned=row[9] is not None,
        holder_id=row[9] or row[10],
        holder=row[11] or "",
    )


def _mark(*what: object) -> str:
    return f"{crc32(repr(what).encode()):08x}"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message, with what became of it when it is ours: the columns of its attempt (None when it has none).

    `template`: it has no text yet, for it is written from this text when it leaves. `who`: the member of staff who
    wrote it.
    """

    id: UUID
    direction: str
    channel: str
    body: str
    at: datetime
    who: str = ""
    status: str | None = None
    result: str | None = None
    reason: str | None = None
    error_code: str | None = None
    owner: str | None = None
    due_at: datetime | None = None
    template: str | None = None


@dataclass(frozen=True, slots=True)
class Bubbles:
    """The newest messages with a person, the oldest first; `more`: there are older ones. `seen` as of the list."""

    shown: list[Bubble]
    more: bool
    answered: bool
    seen: str


def bubbles(person_id: UUID, scope: Scope, limit: int = BUBBLES) -> Bubbles:
    """The messages of all cases of a person that she may see, and at the end what waits to be written and sent."""
    found: Sequence[Any] = db.session().execute(_messages(person_id, scope, limit + 1)).all()
    shown = [_bubble(row) for row in reversed(found[:limit])]
    waiting = [_unwritten_bubble(row) for row in db.session().execute(_unwritten(person_id, scope))]
    marks = [(one.id, one.status) for one in (*shown, *waiting)]
    answered = any(one.direction == "in" for one in shown)
    return Bubbles([*shown, *waiting], len(found) > limit, answered, _mark(marks))


def _bubble(row: Any) -> Bubble:
    values = [*row[:5], row[5] or "", *row[6:]]
    return Bubble(*values)


def _unwritten_bubble(row: Any) -> Bubble:
    values = [row.id, "out", row.channel, "", row.due_at, "", *row[2:]]
    return Bubble(*values)


def _of(person_id: UUID, scope: Scope) -> ColumnElement[bool]:
    file = db.table(Case).c
    return and_(file.person_id == person_id, file.municipality_code.in_(scope.municipalities))


_FATE = ("status", "result", "reason", "error_code", "owner", "due_at", "template")


def _messages(person_id: UUID, scope: Scope, limit: int) -> Select[Any]:
    message, attempt, file = (db.table(model) for model in (Message, ContactAttempt, Case))
    user = db.table(User)
    columns = [message.c[name] for name in ("id", "direction", "channel", "body", "at")]
    return (
        select(*columns, user.c.given_name, *(attempt.c[name] for name in _FATE))
        .select_from(message)
        .join(file, file.c.id == message.c.case_id)
        .outerjoin(attempt, attempt.c.id == message.c.attempt_id)
        .outerjoin(user, user.c.id == message.c.staff_id)
        .where(_of(person_id, scope))
        .order_by(message.c.at.desc(), message.c.id.desc())
        .limit(limit)
    )


def _unwritten(person_id: UUID, scope: Scope) -> Select[Any]:
    """What somebody chose to send from a text, and that has not left yet."""
    attempt, file = db.table(ContactAttempt), db.table(Case)
    return (
        select(attempt.c.id, attempt.c.channel, *(attempt.c[name] for name in _FATE))
        .join_from(attempt, file, file.c.id == attempt.c.case_id)
        .where(
            _of(person_id, scope),
            attempt.c.enrolment_id.is_(None),
            attempt.c.template.is_not(None),
            attempt.c.channel.in_(sorted(MESSAGE_CHANNELS)),
            attempt.c.status.in_([status.value for status in OPEN]),
            ~exists().where(col(Message.attempt_id) == attempt.c.id),
        )
        .order_by(attempt.c.due_at, attempt.c.id)
    )


def standing(person_id: UUID) -> Conversation | None:
    """How the conversation with a person stands; None before the first message."""
    return db.session().get(Conversation, person_id, populate_existing=True)
