"""Migrations, written by hand, and the one way to run them: under a lock, so that two starts cannot collide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playhouse.migrations import Runner

from webapp import db

_LOCK = 7_214_553_001
_SEEN = "schema_migration"
# Read once: a process that has no file handle left must not take all of them for unknown.
_KNOWN = frozenset(file.stem for file in Path(__file__).parent.glob("[0-9]*.py"))


class NewerDatabase(Exception):
    """A newer program has upgraded the database: this one knows neither its tables nor what they mean."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"the database was upgraded by a newer program (by {', '.join(names)}, unknown here): "
            "start that one, or restore the backup made before the upgrade; nothing was changed"
        )


def upgrade() -> list[str]:
    """Apply what is pending, oldest first; the names of what was applied. Raises NewerDatabase, DatabaseError."""
    with db.connected():
        db.refuse_damaged()
        if db.is_sqlite():
            return _up()
        db.database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            return _up()
        finally:
            db.database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _up() -> list[str]:
    refuse_newer()
    applied: list[str] = _runner().up()
    return applied


def pending() -> list[str]:
    """Names of migrations that this database has not seen."""
    with db.connected():
        return [row.name for row in _runner().status() if row.applied is None]


def unknown() -> list[str]:
    """Names of migrations that this database has seen and this program has not."""
    with db.connected():
        if not db.database.table_exists(_SEEN):
            return []
        return sorted({row[0] for row in db.database.execute_sql(f"SELECT name FROM {_SEEN}")} - _KNOWN)


def refuse_newer() -> None:
    """Raises NewerDatabase."""
    if names := unknown():
        raise NewerDatabase(names)


def _runner() -> Any:
    return Runner(db.database.obj, directory=str(Path(__file__).parent), table_name=_SEEN)


def to(table: str, column: str) -> str:
    """A foreign key between rows of one company, which none can point across."""
    return f"FOREIGN KEY (company_id, {column}) REFERENCES {table} (company_id, id)"


def run_sql(database: Any, script: str) -> None:
    """Run a script of statements with this database's spellings of {id}, {moment}, {truth} … put in."""
    words = (
        {"id": "INTEGER PRIMARY KEY AUTOINCREMENT", "moment": "TEXT", "truth": "INTEGER", "ordered": "TEXT"}
        if db.is_sqlite()
        else {"id": "SERIAL PRIMARY KEY", "moment": "TIMESTAMPTZ", "truth": "BOOLEAN", "ordered": 'TEXT COLLATE "C"'}
    )
    words["raw"] = "BLOB" if db.is_sqlite() else "BYTEA"
    for statement in script.format(**words).split(";"):
        if statement.strip():
            database.execute_sql(statement)
