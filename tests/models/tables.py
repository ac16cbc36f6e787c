"""What a database itself says of its tables: columns, foreign keys, unique indexes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webapp import db


@dataclass(frozen=True)
class ForeignKey:
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


def names() -> list[str]:
    """Our tables, without those that number rows, remember migrations or hold SQLite's index of the search texts."""
    others = re.compile("migration|^sqlite_|_search")
    return [name for name in db.database.get_tables() if not others.search(name)]


def columns(table: str) -> set[str]:
    return {column.name for column in db.database.get_columns(table)}


def foreign_keys() -> set[ForeignKey]:
    return set(_of_sqlite() if db.is_sqlite() else _of_postgresql())


def _of_sqlite() -> list[ForeignKey]:
    found = []
    for table in names():
        rows = db.database.execute_sql(f'PRAGMA foreign_key_list("{table}")').fetchall()
        for key in {row[0] for row in rows}:
            mine = sorted((row for row in rows if row[0] == key), key=lambda row: row[1])
            found.append(ForeignKey(table, tuple(r[3] for r in mine), mine[0][2], tuple(r[4] for r in mine)))
    return found


def _of_postgresql() -> list[ForeignKey]:
    rows = db.database.execute_sql(
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
    ).fetchall()
    found = []
    for table, text in rows:
        mine, target, theirs = re.fullmatch(r"FOREIGN KEY \((.+)\) REFERENCES (\w+)\((.+)\)", text).groups()  # type: ignore[union-attr]
        found.append(ForeignKey(table, tuple(mine.split(", ")), target, tuple(theirs.split(", "))))
    return found


def unique_indexes() -> dict[str, str]:
    """Name -> the condition of each unique index that holds for some rows only."""
    question = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%WHERE%'"
        if db.is_sqlite()
        else "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%%UNIQUE%%WHERE%%'"
    )
    found = db.database.execute_sql(question).fetchall()
    return {name: re.sub(r"::text|[()]", "", text.split("WHERE", 1)[1]).strip() for name, text in found}
