"""Reads of the response form: what a code leads to, and whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import phonenumbers
from flask import current_app
from sqlalchemy import Connection, Engine, Text, bindparam, cast, select

from outreach import db
from outreach.cases.models import Case
from outreach.regions.models import Region, RegionSettings
from outreach.responses import codes
from outreach.responses.models import ResponseCode
from outreach.staff import queries as staff


@dataclass(frozen=True, slots=True)
class Phone:
    """A number to call (E.164) and how people write it."""

    number: str
    shown: str


@dataclass(frozen=True, slots=True)
class Face:
    """What a public page shows of a region. `stored_settings` is JSON as the database holds it."""

    name: str
    stored_settings: str

    @property
    def settings(self) -> RegionSettings:
        """The region's settings, with the default for whatever was never set."""
        return RegionSettings.model_validate_json(self.stored_settings)

    @property
    def phone(self) -> Phone | None:
        """The region's number, if it has one."""
        return phone_of(self.settings.phone)


@dataclass(frozen=True, slots=True)
class Found:
    """What a code opens. `case_status` is none while the code is not bound to a case.

    `card`: it was printed on a card. `answer_within`: working days within which the card asks for an answer.
    """

    code: str
    region: Face
    language: str
    expires_at: datetime
    case_status: str | None
    card: bool = False
    answer_within: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """Whose code it is: the case, the attempt that carried it, the case's coach."""

    case_id: UUID
    attempt_id: UUID | None
    coach_id: UUID | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who goes on with an answer: the coach's first name (none while there is no coach), number, hours."""

    name: str | None
    phone: Phone | None
    hours: str


_code, _case, _region = db.table(ResponseCode).c, db.table(Case).c, db.table(Region).c
_LOOKUP = (
    select(
        _region.name,
        cast(_region.settings, Text),
        _code.language,
        _code.expires_at,
        _case.status,
        _code.card_batch_id.is_not(None),
        _code.answer_within,
    )
    .join_from(db.table(ResponseCode), db.table(Region), _code.region_id == _region.id)
    .join(db.table(Case), _code.case_id == _case.id, isouter=True)
    .where(_code.code == bindparam("code"))
)


def find(text: str, connection: Connection | None = None) -> Found | None:
    """What somebody's code leads to, or None; `text` as typed or scanned.

    A text that cannot be a code is looked up all the same, so that it takes as long as a right one.
    With a `connection` the lookup is part of its transaction.
    """
    code = codes.normalise(text) or ""
    if connection is not None:
        row: Sequence[Any] | None = connection.execute(_LOOKUP, {"code": code}).first()
    else:
        row = _prepared().first(code)
    if row is None:
        return None
    return Found(code, Face(row[0], row[1]), *row[2:])


class _Prepared:
    """The lookup, compiled once and run on the driver's own cursor.

    It is all that a request for the form asks of the database, and the form has to be nearly as fast as no
    form at all: running a compiled statement takes SQLAlchemy five times as long as the driver alone
    (263 against 52 microseconds on SQLite, measured).
    """

    def __init__(self, engine: Engine) -> None:
        compiled = _LOOKUP.compile(dialect=engine.dialect)
        self._pool = engine.raw_connection
        self._sql = str(compiled)
        self._positional = bool(compiled.positional)
        self._read = [
            column.type.dialect_impl(engine.dialect).result_processor(engine.dialect, None)
            for column in _LOOKUP.selected_columns
        ]

    def first(self, code: str) -> list[Any] | None:
        """The row of this code as the columns' types read it."""
        connection = self._pool()
        try:
            cursor = connection.cursor()
            cursor.execute(self._sql, (code,) if self._positional else {"code": code})
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        if row is None:
            return None
        return [read(value) if read else value for read, value in zip(self._read, row, strict=True)]


def _prepared() -> _Prepared:
    store = current_app.extensions
    found: _Prepared | None = store.get("outreach_code_lookup")
    if found is None:
        found = store["outreach_code_lookup"] = _Prepared(db.engine())
    return found


def faces() -> list[Face]:
    """All regions of this installation, for pages whose code says nothing about the region."""
    with db.engine().connect() as connection:
        rows = connection.execute(select(_region.name, cast(_region.settings, Text)).order_by(_region.name))
        return [Face(*row) for row in rows]


def behind(code: str) -> Behind | None:
    """Whose code it is (canonical form); None when it is unknown or not bound to a case."""
    query = (
        select(_case.id, _code.attempt_id, _case.coach_id)
        .join_from(db.table(ResponseCode), db.table(Case), _code.case_id == _case.id)
        .where(_code.code == code)
    )
    row = db.session().execute(query).first()
    return Behind(*row) if row else None


def contact(found: Found) -> Contact:
    """Whom an answer goes to and when she can be reached; the region's own number when she has none."""
    settings = found.region.settings
    whose = behind(found.code)
    coach = staff.users_by_id([whose.coach_id]).get(whose.coach_id) if whose and whose.coach_id else None
    if coach is None:
        return Contact(None, found.region.phone, settings.office_hours)
    return Contact(
        coach.given_name,
        phone_of(coach.phone) or found.region.phone,
        coach.hours or settings.office_hours,
    )


def phone_of(text: str) -> Phone | None:
    """A number as a region or coach wrote it; None when nothing is there that can be dialled."""
    try:
        number = phonenumbers.parse(text, "NL")
    except phonenumbers.NumberParseException:
        return None
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), text.strip())
