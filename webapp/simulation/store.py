"""One database for many histories: made once, put back to its beginning between them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from webapp import db, migrations

_OWN_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_NUMBERS_BACK = (
    "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, start_value, false)"
    " FROM pg_sequences WHERE last_value IS NOT NULL"
)


class Store:
    """`clear` brings back what `keep` last saw (SQLite), or empties every table that a history fills (PostgreSQL)."""

    def __init__(self) -> None:
        self._kept: sqlite3.Connection | None = None
        self._filled: list[str] = []

    def keep(self) -> None:
        """Remember the database as it is now."""
        if db.is_sqlite():
            self._kept = sqlite3.connect(":memory:")
            db.database.connection().backup(self._kept)
            return
        tables = [row[0] for row in db.database.execute_sql(_OWN_TABLES)]
        self._filled = [name for name in tables if not self._rows(name)]

    def clear(self) -> None:
        if self._kept is not None:
            self._kept.backup(db.database.connection())
            return
        emptied = (f'DELETE FROM "{name}"' for name in self._filled)
        db.database.execute_sql("; ".join(["SET session_replication_role = replica", *emptied]))
        db.database.execute_sql(_NUMBERS_BACK)

    def _rows(self, table: str) -> Any:
        return db.database.execute_sql(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()


@contextmanager
def opened(url: str = "") -> Iterator[Store]:
    """A migrated database, bound for the models; empty `url`: SQLite in memory. What it holds is thrown away."""
    db.bind(url or "sqlite:///:memory:")
    try:
        with db.connected():
            migrations.upgrade()
            store = Store()
            store.keep()
            yield store
            store.clear()
    finally:
        db.close()
