"""A third role, auditors, and what each person was told by mail of what waits for them."""

from __future__ import annotations

from typing import Any

from webapp import db as bound
from webapp.migrations import run_sql, to

TWO = "CHECK (role IN ('administrator', 'inspector'))"
THREE = "CHECK (role IN ('administrator', 'inspector', 'auditor'))"
NOTICES = f"""
ALTER TABLE users ADD COLUMN notices {{truth}} NOT NULL DEFAULT TRUE;
CREATE TABLE notice (
  id {{id}}, company_id INTEGER NOT NULL, user_id INTEGER NOT NULL UNIQUE, told TEXT NOT NULL,
  sent_at {{moment}}, due_at {{moment}}, tries INTEGER NOT NULL, fault TEXT NOT NULL,
  {to("users", "user_id")})
"""


def up(migrator: Any, db: Any) -> None:
    _check(db, TWO, THREE)
    run_sql(db, NOTICES)


def down(migrator: Any, db: Any) -> None:
    run_sql(db, "DROP TABLE notice; ALTER TABLE users DROP COLUMN notices")
    run_sql(db, "UPDATE users SET role = 'inspector' WHERE role = 'auditor'")
    _check(db, THREE, TWO)


def _check(db: Any, before: str, after: str) -> None:
    """SQLite alters no check: its own words for the table are changed, as its manual says (lang_altertable, §7)."""
    if not bound.is_sqlite():
        run_sql(db, f"ALTER TABLE users DROP CONSTRAINT users_role_check, ADD CONSTRAINT users_role_check {after}")
        return
    version = db.execute_sql("PRAGMA schema_version").fetchone()[0]
    db.execute_sql("PRAGMA writable_schema = ON")
    db.execute_sql("UPDATE sqlite_master SET sql = REPLACE(sql, ?, ?) WHERE name = 'users'", (before, after))
    db.execute_sql(f"PRAGMA schema_version = {version + 1}")
    db.execute_sql("PRAGMA writable_schema = OFF")
