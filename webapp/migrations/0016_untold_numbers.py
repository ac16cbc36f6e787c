"""Whose changes a sweep found without a webhook call, so that a call which was only slow can take its own back."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE sweep ADD COLUMN untold_numbers TEXT NOT NULL DEFAULT ''")


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE sweep DROP COLUMN untold_numbers")
