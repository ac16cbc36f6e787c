"""The world, on each database; its books are checked after every test."""

from collections.abc import Iterator

import pytest

from tests.beginning import begin
from tests.sync.world import World
from webapp import ports


@pytest.fixture
def world(database: str) -> Iterator[World]:
    from webapp import db

    with db.connected():
        made = World()
        with ports.using(made.ports):
            yield made
            if made._connection_id:
                made.check_books()


@pytest.fixture
def connected(world: World) -> World:
    """Connected and activated, with nothing in either register yet."""
    begin(world)
    return world
