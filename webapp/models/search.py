"""Finding the rows that hold every word of a text: by an index of three-letter pieces where the database has one.

The index only narrows. A row is found because its search text holds the words, so with it and without it the same
rows are found. PostgreSQL uses its own (pg_trgm) by itself; SQLite's (FTS5) is a table beside the rows.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from peewee import SQL, fn

from webapp import db
from webapp.sync.normalise import spellings

PIECE = 3
MOST_PIECES = 20
"""Of a longer word the beginning is looked up; the row itself tells the rest."""

# It is installed, or whoever asks may install it: from PostgreSQL 13 on an owner may, before that only a superuser.
_HAS_TRIGRAMS = """
SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') OR EXISTS (
  SELECT 1 FROM pg_available_extension_versions AS told
  WHERE told.name = 'pg_trgm' AND (
    current_setting('is_superuser') = 'on'
    OR (to_jsonb(told) ->> 'trusted' = 'true' AND has_database_privilege(current_database(), 'CREATE'))))
"""


def with_words(query: Any, column: Any, text: str) -> Any:
    """The query narrowed to rows whose search text holds every word of the text somewhere."""
    for word in spellings(text):
        query = query.where(reduce(or_, (_holds(column, spelling) for spelling in word)))
    return query


def _holds(column: Any, spelling: str) -> Any:
    """Both are folded, so PostgreSQL need not compare without case, which takes it five times as long."""
    if db.is_sqlite():
        return column.contains(spelling)
    plain = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in spelling)
    return column % f"%{plain}%"


def own(column: Any, row_id: int, *, in_order: bool) -> Any:
    """The condition that a row belongs to this one. SQLite then walks along the rows of one owner in an index's order;
    out of order it goes where other conditions lead, or through the whole table as it lies: quicker for a large part
    of it, and nothing for PostgreSQL, which chooses for itself."""
    return column == row_id if in_order else column + 0 == row_id


def is_few(rows: int | None, among: int) -> bool:
    """Fetching the rows that the index holds is quicker than walking through all of these."""
    return rows is not None and 5 * rows < among


def fills(table: Any, rows: int) -> bool:
    """So many rows are so large a part of the table that walking through all of it is quicker than fetching each."""
    return bool(db.is_sqlite() and 4 * rows > (table.select(fn.MAX(table.id)).scalar() or 0))


def by_index(table: Any, text: str) -> Any:
    """The condition that the index holds for a row all pieces of the words. Only where `held` is not None."""
    name = f"{table._meta.table_name}_search"
    return table.id.in_(SQL(f"(SELECT rowid FROM {name} WHERE {name} MATCH ?)", (_pieces(text),)))


def held(table: Any, text: str) -> int | None:
    """How many rows `by_index` finds, whosesoever they are; None where there is no index to ask, or words too short."""
    pieces = _pieces(text)
    name = f"{table._meta.table_name}_search"
    if not pieces or not db.is_sqlite() or not _is_there(name):
        return None
    count: int = db.database.execute_sql(f"SELECT COUNT(*) FROM {name} WHERE {name} MATCH ?", (pieces,)).fetchone()[0]
    return count


def _is_there(name: str) -> bool:
    return bool(db.database.execute_sql("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone())


def can_index() -> bool:
    """This database can keep such an index: SQLite with FTS5's trigrams (3.34), PostgreSQL with pg_trgm at hand."""
    if not db.is_sqlite():
        return bool(db.database.execute_sql(_HAS_TRIGRAMS).fetchone()[0])
    options = {row[0] for row in db.database.execute_sql("PRAGMA compile_options")}
    return "ENABLE_FTS5" in options and bool(db.database.server_version >= (3, 34))


def _pieces(text: str) -> str:
    """What the index is asked: every row that holds the words holds these pieces; '' where all words are too short."""
    words = [[_cut(spelling) for spelling in word] for word in spellings(text)]
    return " AND ".join(f"({' OR '.join(word)})" for word in words if all(word))


def _cut(spelling: str) -> str:
    pieces = dict.fromkeys(spelling[at : at + PIECE] for at in range(len(spelling) - PIECE + 1))
    quoted = ['"' + piece.replace('"', '""') + '"' for piece in list(pieces)[:MOST_PIECES]]
    return f"({' AND '.join(quoted)})" if quoted else ""
