"""The few functions that SQLite and PostgreSQL each write in their own way."""

from typing import Any

from sqlalchemy import Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from outreach.attempts.reach import Reach

WIDTH = max(Reach).bit_length()
"""Bits of the widest number that is folded."""


class week_of(FunctionElement[Any]):  # noqa: N801 (written as SQL functions are)
    """The Monday of the week of a day, in ISO form."""

    type = String()
    inherit_cache = True


class hour_of(FunctionElement[Any]):  # noqa: N801
    """The hour of a moment, in UTC, such as '2026-03-10 09': its first thirteen characters."""

    type = String()
    inherit_cache = True


class whole_days(FunctionElement[Any]):  # noqa: N801
    """How many times 24 hours lie between two moments, the earlier first; fractions of a second do not count."""

    type = Integer()
    inherit_cache = True


class bits_of(FunctionElement[Any]):  # noqa: N801
    """All bits that the numbers of a group have: what became of several attempts, or plans. Up to WIDTH bits."""

    type = Integer()
    inherit_cache = True


def _arguments(element: Any, compiler: Any, **more: Any) -> list[str]:
    return [compiler.process(clause, **more) for clause in element.clauses]


@compiles(week_of, "sqlite")
def _week_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    (day,) = _arguments(element, compiler, **more)
    return f"date({day}, 'weekday 0', '-6 days')"


@compiles(week_of, "postgresql")
def _week_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    (day,) = _arguments(element, compiler, **more)
    return f"to_char(date_trunc('week', {day}), 'YYYY-MM-DD')"


@compiles(hour_of, "sqlite")
def _hour_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    (moment,) = _arguments(element, compiler, **more)
    return f"substr({moment}, 1, 13)"


@compiles(hour_of, "postgresql")
def _hour_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    (moment,) = _arguments(element, compiler, **more)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@compiles(whole_days, "sqlite")
def _days_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    earlier, later = _arguments(element, compiler, **more)
    # Cut to whole seconds by hand: SQLite would round them up.
    first, then = (f"CAST(strftime('%s', substr({moment}, 1, 19)) AS INTEGER)" for moment in (earlier, later))
    return f"({then} - {first}) / 86400"


@compiles(whole_days, "postgresql")
def _days_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    earlier, later = _arguments(element, compiler, **more)
    then, first = (f"date_trunc('second', {moment})" for moment in (later, earlier))
    return f"CAST(extract(day FROM {then} - {first}) AS INTEGER)"


@compiles(bits_of, "sqlite")
def _bits_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    (number,) = _arguments(element, compiler, **more)
    return "(" + " + ".join(f"max({number} & {1 << bit})" for bit in range(WIDTH)) + ")"


@compiles(bits_of, "postgresql")
def _bits_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    (number,) = _arguments(element, compiler, **more)
    return f"bit_or({number})"
