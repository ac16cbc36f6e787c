"""Which writes were sent under a grant that has been replaced: e-conomic no longer knows their keys."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE attempt ADD COLUMN key_lost {truth} NOT NULL DEFAULT false")


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "ALTER TABLE attempt DROP COLUMN key_lost")
