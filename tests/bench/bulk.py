"""What filling a database by whole tables needs: the same expressions for SQLite and PostgreSQL, each in its words."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Engine


def ordered_id(milliseconds: int, number: int) -> UUID:
    """A UUIDv7 as db.new_id makes them, but always the same for the same moment and number."""
    return UUID(f"{milliseconds:012x}7{number * 2654435761 % 4096:03x}8{number:015x}")


class Bulk:
    """A connection on which no row is looked at by itself: neither references are checked nor indexes kept up.

    The expressions take SQL and give SQL. Moments are given in whole seconds since 1970 and a number whose last three
    digits are the thousandths.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.sqlite = engine.dialect.name == "sqlite"
        self.raw = engine.raw_connection()
        self.driver: Any = self.raw.driver_connection
        if self.sqlite:
            for pragma in ("foreign_keys=OFF", "synchronous=OFF", "temp_store=MEMORY", "cache_size=-400000"):
                self.run(f"PRAGMA {pragma}")
            self.run("BEGIN")
        else:
            for setting in (
                "statement_timeout = 0",
                "synchronous_commit = off",
                "session_replication_role = replica",
                "work_mem = '512MB'",
                "maintenance_work_mem = '1GB'",
            ):
                self.run(f"SET {setting}")

    def run(self, statement: str) -> Any:
        """Straight to the driver."""
        cursor = self.driver.cursor()
        cursor.execute(statement)
        return cursor

    def load(self, table: str, columns: str, rows: Iterable[Sequence[Any]], key: str) -> None:
        """Rows that Python made, into a table of this connection's own (columns: 'name type, name type')."""
        self.run(f"CREATE TEMPORARY TABLE {table} ({columns}, PRIMARY KEY ({key}))")
        cursor = self.driver.cursor()
        if self.sqlite:
            places = ", ".join("?" * (columns.count(",") + 1))
            cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
            return
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        self.run(f"ANALYZE {table}")

    def close(self) -> None:
        """Let the database look at what it has got, as one in use would, and give the connection back."""
        self.driver.commit()
        if self.sqlite:
            self.raw.invalidate()
            return
        self.driver.autocommit = True
        self.run("VACUUM ANALYZE")
        self.raw.invalidate()

    @contextmanager
    def without_indexes(self, tables: Iterable[str]) -> Iterator[None]:
        """Secondary indexes and unique constraints are gone meanwhile, and made anew at the end."""
        makers: list[str] = []
        for table in tables:
            found = self._indexes_of_sqlite(table) if self.sqlite else self._indexes_of_postgresql(table)
            for drop, make in found:
                self.run(drop)
                makers.append(make)
        yield
        for make in makers:
            self.run(make)

    def _indexes_of_sqlite(self, table: str) -> list[tuple[str, str]]:
        query = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '{table}'"
        return [(f"DROP INDEX {name}", made) for name, made in self.run(query).fetchall()]

    def _indexes_of_postgresql(self, table: str) -> list[tuple[str, str]]:
        named = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE contype = 'u' AND conrelid = '{table}'::regclass"
        )
        constraints = [
            (
                f"ALTER TABLE {table} DROP CONSTRAINT {name}",
                f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}",
            )
            for name, made in self.run(named).fetchall()
        ]
        plain = (
            "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index "
            f"WHERE indrelid = '{table}'::regclass AND NOT indisprimary "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u')"
        )
        return constraints + [(f"DROP INDEX {name}", made) for name, made in self.run(plain).fetchall()]

    def value(self, value: UUID) -> str:
        """An id as a literal."""
        return f"'{self.text(value)}'" if self.sqlite else f"'{value}'::uuid"

    def text(self, value: UUID) -> str:
        """An id as `uuid` takes it."""
        return value.hex if self.sqlite else str(value)

    def uuid(self, text: str) -> str:
        """An id that stands in a column of text."""
        return text if self.sqlite else f"CAST({text} AS uuid)"

    def id(self, milliseconds: str, number: str) -> str:
        """`ordered_id`."""
        mixed = f"({number}) * 2654435761 % 4096"
        if self.sqlite:
            return f"printf('%012x7%03x8%015x', {milliseconds}, {mixed}, {number})"
        return (
            f"CAST(lpad(to_hex({milliseconds}), 12, '0') || '7' || lpad(to_hex({mixed}), 3, '0') || '8' "
            f"|| lpad(to_hex({number}), 15, '0') AS uuid)"
        )

    def code(self, number: str) -> str:
        """Ten characters that look drawn at random and are different for each number."""
        mixed = f"(({number}) * 2654435761 % 1099511627776)"
        return f"printf('%010X', {mixed})" if self.sqlite else f"upper(lpad(to_hex({mixed}), 10, '0'))"

    def moment(self, seconds: str, number: str) -> str:
        """A moment as db.UtcDateTime keeps it."""
        if self.sqlite:
            return f"datetime({seconds}, 'unixepoch') || printf('.%03d000', ({number}) % 1000)"
        return f"to_timestamp(({seconds}) + (({number}) % 1000) / 1000.0)"

    def day(self, seconds: str) -> str:
        """The day of a moment, in UTC."""
        if self.sqlite:
            return f"date({seconds}, 'unixepoch')"
        return f"CAST(to_timestamp({seconds}) AT TIME ZONE 'UTC' AS date)"

    def date(self, text: str) -> str:
        """A day that stands in a column of text."""
        return text if self.sqlite else f"CAST({text} AS date)"

    def json(self, text: str) -> str:
        """A document that stands in a column of text."""
        return text if self.sqlite else f"CAST({text} AS json)"

    def digits(self, number: str) -> str:
        """Eight digits."""
        mixed = f"(({number}) % 100000000)"
        return f"printf('%08d', {mixed})" if self.sqlite else f"lpad(CAST({mixed} AS text), 8, '0')"
