"""Rules that pick the values of new customers there; and an index for the window's question what has changed."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql, to


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE default_rule (
          id {{id}}, company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL, position INTEGER NOT NULL,
          country TEXT NOT NULL, ean TEXT NOT NULL CHECK (ean IN ('', 'with', 'without')),
          party TEXT NOT NULL CHECK (party IN ('', 'company', 'private')),
          currency TEXT NOT NULL, customer_group TEXT NOT NULL, payment_terms TEXT NOT NULL, vat_zone TEXT NOT NULL,
          created_at {{moment}} NOT NULL, created_by_id INTEGER, ended_at {{moment}}, ended_by_id INTEGER,
          UNIQUE (company_id, id), {to("connection", "connection_id")}, {to("users", "created_by_id")},
          {to("users", "ended_by_id")});
        CREATE UNIQUE INDEX default_rule_position ON default_rule (connection_id, position) WHERE ended_at IS NULL;
        CREATE INDEX place_changed ON place (connection_id, changed_at)
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP INDEX place_changed; DROP TABLE default_rule")
