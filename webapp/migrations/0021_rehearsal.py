"""Whether a connection only rehearses: it reads, and says what it would write."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE connection ADD COLUMN rehearsal TEXT NOT NULL DEFAULT ''")


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE connection DROP COLUMN rehearsal")
