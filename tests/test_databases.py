"""The databases that tests get are fresh, migrated and of the kind that their name says."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from webapp import db, migrations
from webapp.models.company import Company


@pytest.mark.parametrize("_", ["first", "second"])
def test_a_database_holds_nothing_of_the_test_before(database: str, _: str) -> None:
    assert Company.select().count() == 0
    assert Company.create(name="Ren & Fin ApS").id == 1


@pytest.mark.parametrize("_", ["first", "second"])
def test_a_connection_left_open_in_a_transaction_disturbs_nobody(postgresql_database: str, _: str) -> None:
    def leave_open() -> None:
        db.database.begin()
        Company.create(name="Aldrig færdig ApS")

    assert Company.select().count() == 0
    thread = threading.Thread(target=leave_open)
    thread.start()
    thread.join()


def test_a_database_has_every_migration_in_it(database: str) -> None:
    assert migrations.pending() == []


def test_an_empty_database_takes_every_migration(empty_database: str) -> None:
    assert db.database.get_tables() == []
    assert migrations.upgrade()
    assert migrations.pending() == []


@pytest.mark.parametrize("file", sorted(Path(migrations.__file__).parent.glob("[0-9]*.py")), ids=lambda file: file.stem)
def test_an_upgrade_leaves_the_program_before_it_what_it_writes_to(file: Path) -> None:
    up = file.read_text().partition("def down")[0]
    added = re.findall(r"ADD COLUMN [^;\"]*", up)
    assert not re.search(r"DROP COLUMN|RENAME|ALTER COLUMN", up)
    assert [column for column in added if "NOT NULL" in column and "DEFAULT" not in column] == []


def test_a_program_goes_on_writing_to_a_table_that_got_a_column(sqlite_database: str) -> None:
    db.database.execute_sql("ALTER TABLE company ADD COLUMN to_come INTEGER NOT NULL DEFAULT 0")
    Company.create(name="Ren & Fin ApS")
    assert Company.get().name == "Ren & Fin ApS"


def test_a_database_is_of_the_kind_that_its_address_says(database: str) -> None:
    assert db.is_sqlite() == database.startswith("sqlite:///")


def test_a_commit_on_sqlite_is_on_the_disk_before_it_counts(tmp_path: Path) -> None:
    asked = f"from webapp import db; db.bind('sqlite:///{tmp_path}/a.db'); "
    asked += (
        "print(*(db.database.execute_sql(f'PRAGMA {name}').fetchone()[0] for name in ('synchronous', 'journal_mode')))"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["2", "wal"]  # 2: FULL; the tests themselves run without, for speed


def test_postgresql_plans_each_search_by_its_own_words(postgresql_database: str) -> None:
    assert db.database.execute_sql("SHOW plan_cache_mode").fetchone() == ("force_custom_plan",)
