"""Files that are being loaded, from which line of a file a value came, and whose personal data was erased."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql, to


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE upload (
          id {{id}}, company_id INTEGER NOT NULL REFERENCES company (id), name TEXT NOT NULL, content {{raw}} NOT NULL,
          created_at {{moment}} NOT NULL, created_by_id INTEGER, run_id INTEGER, UNIQUE (company_id, id),
          {to("users", "created_by_id")}, {to("run", "run_id")});
        CREATE TABLE erasure (
          id {{id}}, company_id INTEGER NOT NULL REFERENCES company (id), customer_id INTEGER NOT NULL,
          at {{moment}} NOT NULL, by_id INTEGER, UNIQUE (company_id, customer_id),
          {to("customer", "customer_id")}, {to("users", "by_id")});
        ALTER TABLE history ADD COLUMN origin TEXT NOT NULL DEFAULT ''
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP TABLE upload; DROP TABLE erasure; ALTER TABLE history DROP COLUMN origin")
