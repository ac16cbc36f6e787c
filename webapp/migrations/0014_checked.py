"""What the last health check found, and indexes that tell at once whether a register has changed since."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql

COMPANY = "company_id INTEGER NOT NULL REFERENCES company (id), stamp TEXT NOT NULL"


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE checked (
          id {{id}}, {COMPANY}, checked INTEGER NOT NULL, odd INTEGER NOT NULL, counts TEXT NOT NULL,
          UNIQUE (company_id));
        CREATE TABLE checked_page (
          id {{id}}, {COMPANY}, cause TEXT NOT NULL, page INTEGER NOT NULL, findings TEXT NOT NULL,
          UNIQUE (company_id, stamp, cause, page));
        CREATE INDEX customer_version ON customer (company_id, version);
        CREATE INDEX mirror_version ON mirror (connection_id, version);
        CREATE INDEX pairing_version ON pairing (connection_id, state, version)
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DROP INDEX pairing_version; DROP INDEX mirror_version; DROP INDEX customer_version;
        DROP TABLE checked_page; DROP TABLE checked
        """,
    )
