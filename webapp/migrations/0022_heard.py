"""The last call that had arrived when a write was ordered: a later one can tell of it, whatever the clocks say."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE attempt ADD COLUMN heard INTEGER NOT NULL DEFAULT 0;
        UPDATE attempt SET heard =
          (SELECT COALESCE(MAX(inbox.id), 0) FROM inbox WHERE inbox.received_at < attempt.created_at)
          WHERE kind = 'create' AND state IN ('open', 'unclear')
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE attempt DROP COLUMN heard")
