"""Plans kept as rows: what a run was shown as, who applied it, which run it takes back, and what each item has seen."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def _to(table: str, column: str) -> str:
    return f"FOREIGN KEY (company_id, {column}) REFERENCES {table} (company_id, id)"


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        f"""
        CREATE TABLE run_plan (
          id {{id}}, company_id INTEGER NOT NULL, connection_id INTEGER NOT NULL, run_id INTEGER NOT NULL,
          seal TEXT NOT NULL, choices TEXT NOT NULL, calls INTEGER NOT NULL, undoes_id INTEGER, follows_id INTEGER,
          applied_by_id INTEGER, applied_at {{moment}}, UNIQUE (company_id, run_id),
          {_to("connection", "connection_id")}, {_to("run", "run_id")}, {_to("run", "undoes_id")},
          {_to("run", "follows_id")}, {_to("users", "applied_by_id")});
        CREATE INDEX run_plan_undoes ON run_plan (undoes_id);
        CREATE INDEX run_recent ON run (connection_id, id);
        ALTER TABLE run_item ADD COLUMN seen_theirs INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE run_item ADD COLUMN note TEXT NOT NULL DEFAULT ''
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DROP TABLE run_plan; DROP INDEX run_recent;
        ALTER TABLE run_item DROP COLUMN seen_theirs; ALTER TABLE run_item DROP COLUMN note
        """,
    )
