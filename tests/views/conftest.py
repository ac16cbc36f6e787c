"""The app over a fresh database, with Alice, Bob, Charlie and Dora before it.

Pages that search, sort and count are asked on each kind of database; where a page only hands on to the engine, which is
tested on both, its module keeps to SQLite. Every address is asked on both by `tests/test_routes.py`.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.apps import app_over
from tests.people import Browser, World
from tests.views.synced import Synced, world_in
from webapp import db


@pytest.fixture
def app(database: str) -> Iterator[Flask]:
    yield from app_over(database)


@pytest.fixture
def synced(app: Flask) -> Iterator[Synced]:
    """The two registers of a company, connected, with a worker to do what is asked."""
    yield from world_in(app)


@pytest.fixture
def world(app: Flask) -> World:
    with db.write():
        return World.make()


@pytest.fixture
def alice(app: Flask, world: World) -> Browser:
    return Browser.of(app, world.alice)


@pytest.fixture
def bob(app: Flask, world: World) -> Browser:
    return Browser.of(app, world.bob)


@pytest.fixture
def charlie(app: Flask, world: World) -> Browser:
    return Browser.of(app, world.charlie)


@pytest.fixture
def dora(app: Flask, world: World) -> Browser:
    return Browser.of(app, world.dora)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser.of(app)
