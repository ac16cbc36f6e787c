"""An index for each search text, counters of each state beside each section, and lines by state in name order."""

from __future__ import annotations

from typing import Any

from webapp import db as bound
from webapp.migrations import run_sql, to
from webapp.models.search import can_index

COUNTED = f"""
DROP TABLE tally;
CREATE TABLE tally (
  section TEXT NOT NULL, state TEXT NOT NULL, places INTEGER NOT NULL, ours INTEGER NOT NULL, theirs INTEGER NOT NULL,
  company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL, PRIMARY KEY (connection_id, section, state),
  {to("connection", "connection_id")});
INSERT INTO tally (company_id, connection_id, section, state, places, ours, theirs)
  SELECT company_id, connection_id, section, state, COUNT(id), COUNT(customer_id), COUNT(mirror_id) FROM place
  GROUP BY company_id, connection_id, section, state;
DROP INDEX place_state;
CREATE INDEX place_standing ON place (connection_id, section, state, name, id);
CREATE INDEX place_id ON place (connection_id, id)
"""


def up(migrator: Any, db: Any) -> None:
    run_sql(db, COUNTED)
    for table in ("customer", "place") if can_index() else ():
        for statement in _on_sqlite(table) if bound.is_sqlite() else _on_postgresql(table):
            db.execute_sql(statement)


def _on_sqlite(table: str) -> list[str]:
    """The index keeps no text of its own; the triggers keep it true in the transaction of whatever changes a row."""
    kept = f"content='{table}', content_rowid='id', tokenize='trigram case_sensitive 1', detail=none, columnsize=0"
    add = f"INSERT INTO {table}_search (rowid, search) VALUES (new.id, new.search);"
    drop = f"INSERT INTO {table}_search ({table}_search, rowid, search) VALUES ('delete', old.id, old.search);"
    changed = f"AFTER UPDATE OF search ON {table} WHEN old.search <> new.search"
    return [
        f"CREATE VIRTUAL TABLE {table}_search USING fts5 (search, {kept})",
        f"INSERT INTO {table}_search ({table}_search) VALUES ('rebuild')",
        f"CREATE TRIGGER {table}_search_added AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_search_dropped AFTER DELETE ON {table} BEGIN {drop} END",
        f"CREATE TRIGGER {table}_search_changed {changed} BEGIN {drop} {add} END",
    ]


def _on_postgresql(table: str) -> list[str]:
    return [
        "CREATE EXTENSION IF NOT EXISTS pg_trgm",
        f"CREATE INDEX {table}_search ON {table} USING gin (search gin_trgm_ops)",
    ]


def down(migrator: Any, db: Any) -> None:
    raise RuntimeError("the counters of each state cannot be taken back to those of a section alone")
