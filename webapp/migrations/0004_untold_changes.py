"""How many changes a sweep found that no webhook call had told of, so that a silent webhook is noticed."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE sweep ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX sweep_untold ON sweep (connection_id, id) WHERE untold > 0
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP INDEX sweep_untold; ALTER TABLE sweep DROP COLUMN untold")
