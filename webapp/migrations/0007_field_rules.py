"""Rules per field, who confirmed a change in the books, and which writes wait for such a word."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql, to


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE field_rule (
          id {{id}}, company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL, field TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('direction', 'winner')), value TEXT NOT NULL,
          created_at {{moment}} NOT NULL, created_by_id INTEGER, ended_at {{moment}}, ended_by_id INTEGER,
          UNIQUE (company_id, id), {to("connection", "connection_id")}, {to("users", "created_by_id")},
          {to("users", "ended_by_id")});
        CREATE UNIQUE INDEX field_rule_one ON field_rule (connection_id, kind, field) WHERE ended_at IS NULL;
        CREATE TABLE confirmation (
          id {{id}}, company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL, pairing_id INTEGER NOT NULL,
          field TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, effect TEXT NOT NULL,
          created_at {{moment}} NOT NULL, created_by_id INTEGER, used_at {{moment}},
          UNIQUE (company_id, id), {to("connection", "connection_id")}, {to("pairing", "pairing_id")},
          {to("users", "created_by_id")});
        CREATE INDEX confirmation_pairing ON confirmation (pairing_id) WHERE used_at IS NULL;
        CREATE INDEX history_mirror ON history (mirror_id, id);
        ALTER TABLE pairing ADD COLUMN guard TEXT NOT NULL DEFAULT ''
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE pairing DROP COLUMN guard;
        DROP INDEX history_mirror;
        DROP TABLE confirmation;
        DROP TABLE field_rule
        """,
    )
