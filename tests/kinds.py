"""Which kind of database a test of the engine or of a page is asked of where it is asked of one only (`make test`)."""

from zlib import crc32

import pytest

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ROOMS = {"sync", "views", "notices"}
"""Elsewhere (models, routes, migrations, simulation) every test is asked of both."""
SHARE = 4


def is_asked(room: str, name: str, kind: str, *, contended: bool = False) -> bool:
    """One in so many names is PostgreSQL's, and all about what several do at once: only there they do."""
    is_postgresql = contended or crc32(name.encode()) % SHARE == 0
    return room not in ROOMS or kind == (POSTGRESQL if is_postgresql else SQLITE)


def chosen(item: pytest.Item) -> bool:
    """Is this test asked, or its twin of the other kind? What has no kind is asked."""
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    if "database" not in params:
        return True
    name, contended = f"{item.path.stem} {item.originalname}", item.get_closest_marker("contended") is not None
    return is_asked(item.path.parent.name, name, params["database"], contended=contended)
