"""Who might be whose partner, as last computed, and which two a person has called "not the same"."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql

CONNECTION = "company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL,"
PARTIES = """
  customer_id INTEGER NOT NULL, mirror_id INTEGER NOT NULL,
  FOREIGN KEY (company_id, connection_id) REFERENCES connection (company_id, id),
  FOREIGN KEY (company_id, customer_id) REFERENCES customer (company_id, id),
  FOREIGN KEY (company_id, mirror_id) REFERENCES mirror (company_id, id)"""


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE suggestion (
          id {{id}}, {CONNECTION} rank INTEGER NOT NULL, sure {{truth}} NOT NULL, evidence TEXT NOT NULL, {PARTIES},
          UNIQUE (connection_id, customer_id, mirror_id));
        CREATE INDEX suggestion_mirror ON suggestion (connection_id, mirror_id);
        CREATE UNIQUE INDEX suggestion_best_customer ON suggestion (connection_id, customer_id) WHERE rank = 0;
        CREATE UNIQUE INDEX suggestion_best_mirror ON suggestion (connection_id, mirror_id) WHERE rank = 0;
        CREATE TABLE not_same (
          id {{id}}, {CONNECTION} created_at {{moment}} NOT NULL, created_by_id INTEGER, ended_at {{moment}},
          ended_by_id INTEGER, {PARTIES},
          FOREIGN KEY (company_id, created_by_id) REFERENCES users (company_id, id),
          FOREIGN KEY (company_id, ended_by_id) REFERENCES users (company_id, id));
        CREATE UNIQUE INDEX not_same_living ON not_same (connection_id, customer_id, mirror_id)
          WHERE ended_at IS NULL
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP TABLE not_same; DROP TABLE suggestion")
