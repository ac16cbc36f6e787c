"""Which form each customer was made by, so that the same form sent again makes no second one."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE customer ADD COLUMN form_hash TEXT;
        CREATE UNIQUE INDEX customer_form ON customer (company_id, form_hash)
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP INDEX customer_form; ALTER TABLE customer DROP COLUMN form_hash")
