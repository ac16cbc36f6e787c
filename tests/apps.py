"""The web app over a test's database; one app serves all tests with the same settings, for making one is slow."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from tests.people import KEYS
from webapp import auth, create_app, db, prepare

_made: dict[tuple[tuple[str, str], ...], tuple[Flask, dict[str, Any]]] = {}


def app_over(database: str, settings: dict[str, str] | None = None, *, kept: bool = True) -> Iterator[Flask]:
    """As if just made: with its settings of the beginning, unthrottled, with the database open.

    A test that adds to the app itself asks for one that is not `kept`.
    """
    wanted = KEYS | (settings or {}) | {"DATABASE_URL": database}
    prepare(wanted)
    key = tuple(sorted(wanted.items()))
    if not kept or key not in _made:
        app = create_app(wanted | {"TESTING": True})
        _made[key] = app, dict(app.config)
    app, config = _made[key] if kept else _made.pop(key)
    app.config.clear()
    app.config.update(config)
    auth.limiter.reset()
    with db.connected():
        yield app
