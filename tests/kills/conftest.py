"""Kill tests run in one worker of pytest-xdist: several houses at once would only starve each other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.kills.house import House
from webapp import db

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("kills"))


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
