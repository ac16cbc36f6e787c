"""The index by which history is found of customers of theirs begins with the company, as every question does."""

from __future__ import annotations

from typing import Any

from webapp.migrations import run_sql


def up(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP INDEX history_mirror; CREATE INDEX history_mirror ON history (company_id, mirror_id, id)")


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP INDEX history_mirror; CREATE INDEX history_mirror ON history (mirror_id, id)")
