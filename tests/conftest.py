"""What every test may ask for: a fresh, migrated database of each kind, and a loud word about missing real parts."""

import gc
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from playhouse import pool

from tests import postgres, real
from tests.kinds import POSTGRESQL, SQLITE, chosen
from webapp import db, migrations
from webapp.models import user

# A loaded machine is no fault, so no test has a time limit; where CI says so, every run draws the same examples.
settings.register_profile(
    "ours", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("ours")

KINDS = [SQLITE, pytest.param(POSTGRESQL, marks=pytest.mark.postgres)]
_numbers = count(1)
# A test's database need not outlive the machine; the tests that kill processes start them with the real pragma.
db.SQLITE_PRAGMAS["synchronous"] = "off"
# Guessing need not be slow where the passwords are known.
user._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
# Each test has an app of its own, but a template need be compiled only once.
_templates = tempfile.TemporaryDirectory(prefix="templates-")
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(_templates.name)}


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with every table in it, bound for the models; not for changing the tables."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest) -> str:
    """Like `database`, without any table: for tests that migrate."""
    return request.getfixturevalue(f"empty_{request.param}_database")


@pytest.fixture
def sqlite_database(sqlite_template: Path) -> Iterator[str]:
    """Like `database`, on SQLite alone; its address is the same for each test of a worker."""
    file = sqlite_template.with_name("test.db")
    for old in file.parent.glob("test.db*"):
        old.unlink()
    shutil.copyfile(sqlite_template, file)
    yield from _bound(f"sqlite:///{file}")


@pytest.fixture
def postgresql_database(postgresql_wiper: postgres.Wiper) -> Iterator[str]:
    """Like `database`, on PostgreSQL alone."""
    postgresql_wiper.wipe()
    yield from _bound(postgresql_wiper.address)


@pytest.fixture
def newer_database(database: str) -> Iterator[str]:
    """Like `database`, upgraded by a newer program: the name of the migration that is unknown here."""
    name = "9999_to_come"
    row = f"INSERT INTO schema_migration (id, name, applied) VALUES (9999, '{name}', '2030-01-01')"
    db.database.execute_sql(row)
    yield name
    db.database.execute_sql("DELETE FROM schema_migration WHERE id = 9999")


@pytest.fixture
def empty_sqlite_database(tmp_path: Path) -> Iterator[str]:
    yield from _bound(f"sqlite:///{tmp_path / 'empty.db'}")


@pytest.fixture
def empty_postgresql_database(postgresql_server: str) -> Iterator[str]:
    with postgres.new_database(postgresql_server, f"webapp_test_{os.getpid()}_{next(_numbers)}") as address:
        yield from _bound(address)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_wiper(postgresql_server: str) -> Iterator[postgres.Wiper]:
    with postgres.new_database(postgresql_server, f"webapp_test_{os.getpid()}") as address:
        _migrate(address)
        wiper = postgres.Wiper(address)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pool, "PooledPostgresqlDatabase", postgres.WarmPool)
            yield wiper
        wiper.close()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real server, without a database name; each worker of pytest-xdist has its own."""
    if not postgres.available():
        real.skip_or_fail("PostgreSQL was not found: apt-get install postgresql")
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    """A call to any other host fails loudly, whatever the code under test makes of a broken line.

    Only the hosts named for the contract suite may be asked besides, and only where tokens for them are given.
    """
    ask, allowed = socket.getaddrinfo, {"localhost", "::1", "0.0.0.0", *real.contract_hosts()}

    def only_loopback(host: Any, *rest: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and name not in allowed and not name.startswith("127."):
            raise RuntimeError(f"a test tried to reach {name}")
        return ask(host, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", only_loopback)
        yield


def _bound(address: str) -> Iterator[str]:
    db.bind(address)
    try:
        yield address
    finally:
        db.close()


def _migrate(address: str) -> None:
    for _ in _bound(address):
        migrations.upgrade()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--one-database", action="store_true", help="ask most tests of one kind of database, not of both")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("one_database"):
        config.hook.pytest_deselected(items=[item for item in items if not chosen(item)])
        items[:] = [item for item in items if chosen(item)]


def pytest_collection_finish() -> None:
    """Thousands of collected tests are not looked through for garbage again and again: a tenth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what this run did not try on the real thing."""
    for sentence in real.missing():
        terminalreporter.write_line(f"NOT TRIED: {sentence}", red=True, bold=True)
