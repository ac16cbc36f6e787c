"""The command that times the pages asks for every one of them; how long they take is no test's business."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from webapp import db
from webapp.cli import cli


@pytest.fixture
def sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The cells of each row for a small company."""
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    before = db.database.obj
    found = CliRunner().invoke(cli, ["bench", "pages", "--size", "150", "--rounds", "1"])
    db.database.initialize(before)
    assert found.exit_code == 0, found.output
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.output.splitlines()]


def test_every_page_is_timed_and_the_first_fetch(sheet: list[list[str]]) -> None:
    (database, size), _line, *rows = sheet
    assert (database, size) == ("SQLite", "150")
    assert all(float(taken) > 0 for _what, taken in rows)
    assert {"the sync window", "search, one hit", "Kunder", "Vælg partner", "Sundhedstjek, again"} <= {
        r[0] for r in rows
    }
    assert rows[-1][0] == "*the worker's first fetch, seconds*"
