"""Who the partner of a pair was at the last look, so that a number given to somebody else is noticed."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE pairing ADD COLUMN party TEXT NOT NULL DEFAULT ''")


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE pairing DROP COLUMN party")
