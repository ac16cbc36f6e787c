"""Whom a plan is for, so that the worker can make it, and what was wrong with a file that it could not read."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE run_plan ADD COLUMN picked TEXT NOT NULL DEFAULT '';
        ALTER TABLE upload ADD COLUMN fault TEXT NOT NULL DEFAULT ''
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DELETE FROM lane WHERE side = 'plan';
        UPDATE run SET state = 'dropped' WHERE state = 'making';
        ALTER TABLE run_plan DROP COLUMN picked;
        ALTER TABLE upload DROP COLUMN fault
        """,
    )
