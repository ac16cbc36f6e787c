"""How long the call budget's window is and what a call costs, so that every worker paces itself alike."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE connection ADD COLUMN budget_window INTEGER NOT NULL DEFAULT 60;
        ALTER TABLE connection ADD COLUMN budget_cost INTEGER NOT NULL DEFAULT 3
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE connection DROP COLUMN budget_window; ALTER TABLE connection DROP COLUMN budget_cost")
