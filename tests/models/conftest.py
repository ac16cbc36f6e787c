"""A connection on each database, and a clock that tests move."""

from collections.abc import Iterator

import pytest

from tests.sync.world import Clock
from webapp import db, ports
from webapp.models.company import Company
from webapp.models.connection import Connection


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    yield from _connection()


@pytest.fixture
def sqlite_connection(sqlite_database: str) -> Iterator[Connection]:
    yield from _connection()


@pytest.fixture
def postgres_connection(postgresql_database: str) -> Iterator[Connection]:
    yield from _connection()


def _connection() -> Iterator[Connection]:
    with db.connected():
        company = Company.create(name="Fjordglans Rengøring ApS")
        yield Connection.create(company=company, agreement_number=1482210, agreement_name=company.name)


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    with ports.using(ports.Ports(now=made.now, sleep=made.sleep)):
        yield made
