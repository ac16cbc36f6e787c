"""Fields that became empty for many pairs at once: which of them wait for a person, and how many a sweep found."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        ALTER TABLE pairing ADD COLUMN brake TEXT NOT NULL DEFAULT '';
        CREATE INDEX pairing_brake ON pairing (connection_id) WHERE brake <> '';
        ALTER TABLE sweep ADD COLUMN emptied TEXT NOT NULL DEFAULT '';
        CREATE INDEX history_emptied ON history (connection_id, at) WHERE after = '' AND before <> ''
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DROP INDEX history_emptied;
        ALTER TABLE sweep DROP COLUMN emptied;
        DROP INDEX pairing_brake;
        ALTER TABLE pairing DROP COLUMN brake
        """,
    )
