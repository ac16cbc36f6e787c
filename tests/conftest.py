"""What every test may ask for: a fresh, migrated database of each kind, and a loud word about missing real parts."""

import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests import postgres, real
from webapp import db, migrations

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
_numbers = count(1)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database with every table in it, bound for the models."""
    yield request.getfixturevalue(f"{request.param}_database")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """Like `database`, on SQLite alone."""
    file = tmp_path / "test.db"
    shutil.copyfile(sqlite_template, file)
    yield from _bound(f"sqlite:///{file}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def postgresql_database(postgresql_template: tuple[str, str]) -> Iterator[str]:
    """Like `database`, on PostgreSQL alone."""
    server, template = postgresql_template
    name = f"{template}_{next(_numbers)}"
    postgres.copy(server, template, name)
    try:
        yield from _bound(f"{server}/{name}")
    finally:
        postgres.drop(server, name)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[tuple[str, str]]:
    name = f"webapp_test_{os.getpid()}"
    postgres.copy(postgresql_server, "template1", name)
    try:
        _migrate(f"{postgresql_server}/{name}")
        yield postgresql_server, name
    finally:
        postgres.drop(postgresql_server, name)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real server, without a database name; each worker of pytest-xdist has its own."""
    if not postgres.available():
        real.skip_or_fail("PostgreSQL was not found: apt-get install postgresql")
    with postgres.server() as address:
        yield address


def _bound(address: str) -> Iterator[str]:
    db.bind(address)
    try:
        yield address
    finally:
        db.close()


def _migrate(address: str) -> None:
    for _ in _bound(address):
        migrations.upgrade()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what this run did not try on the real thing."""
    for sentence in real.missing():
        terminalreporter.write_line(f"NOT TRIED: {sentence}", red=True, bold=True)
