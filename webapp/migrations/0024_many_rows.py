"""Indexes for what a worker asks at every look, so that the many rows of one company cost no other any time."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DROP INDEX inbox_new;
        CREATE INDEX inbox_state ON inbox (connection_id, state, id);
        CREATE INDEX inbox_received ON inbox (connection_id, received_at);
        CREATE INDEX attempt_number ON attempt (connection_id, number, id);
        CREATE INDEX mirror_gone ON mirror (connection_id, gone_at) WHERE gone_at IS NOT NULL
        """,
    )


def down(migrator: Any, db: Any) -> None:
    run_sql(
        db,
        """
        DROP INDEX mirror_gone;
        DROP INDEX attempt_number;
        DROP INDEX inbox_received;
        DROP INDEX inbox_state;
        CREATE INDEX inbox_new ON inbox (state, id)
        """,
    )
