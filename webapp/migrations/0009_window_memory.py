"""What the sync window remembers for each person: which sections are closed, and how far the tour has come."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE users ADD COLUMN closed_sections TEXT NOT NULL DEFAULT '';
        ALTER TABLE users ADD COLUMN tour INTEGER NOT NULL DEFAULT 0
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE users DROP COLUMN tour; ALTER TABLE users DROP COLUMN closed_sections")
