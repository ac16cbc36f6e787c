"""The house of real processes that each kill test works in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kills.house import House
from webapp import db


@pytest.fixture
def house_at(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """`house_at(database)`: a house whose processes all end with the test."""
    houses: list[House] = []

    def make(database: str = "", folder: Path = tmp_path) -> House:
        houses.append(House(folder, database))
        return houses[-1]

    yield make
    for house in houses:
        house.close()
    db.close()
