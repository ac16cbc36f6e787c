"""A connected world, connected once on each kind of database and put back for every test that begins with one."""

import sqlite3
from collections.abc import Callable
from copy import copy

from tests.postgres import OWN_TABLES
from tests.sync.world import World
from webapp import db
from webapp.models.customer import Customer

_kept: dict[tuple[type[World], bool], "Beginning"] = {}


def begin(world: World) -> None:
    """`world.connect()`, or what came of it the first time; a world with customers in it is connected really."""
    key = type(world), db.is_sqlite()
    if world.economic.customers or Customer.select().exists():
        world.connect()
    elif key in _kept:
        _kept[key].put_back(world)
    else:
        world.connect()
        _kept[key] = Beginning(world)


class Beginning:
    """All that connecting changed: rows here, rows in e-conomic, time, and what the worker remembers."""

    def __init__(self, world: World) -> None:
        self.restore = _kept_sqlite() if db.is_sqlite() else _kept_postgresql()
        self.theirs = {name: dict(table) for name, table in world.sandbox.store._tables.items()}
        self.used, self.calls = dict(world.sandbox.budgets._used), world.sandbox.budgets.calls
        self.time, self.connection_id = world.clock.time, world._connection_id
        self.paces = {key: copy(pace) for key, pace in world.worker._paces.items()}

    def put_back(self, world: World) -> None:
        self.restore()
        for name, rows in self.theirs.items():
            table = world.sandbox.store.table(name)
            table._rows.clear()
            table._rows.update(rows)
        world.sandbox.budgets._used, world.sandbox.budgets.calls = dict(self.used), self.calls
        world.clock.time, world._connection_id = self.time, self.connection_id
        world.worker._paces = {key: copy(pace) for key, pace in self.paces.items()}
        next(world.tokens)


def _kept_sqlite() -> Callable[[], None]:
    kept = sqlite3.connect(":memory:")
    db.database.connection().backup(kept)
    return lambda: kept.backup(db.database.connection())


def _kept_postgresql() -> Callable[[], None]:
    """Copies of the filled tables in a schema beside them; foreign keys rest while the rows come back."""
    names = [row[0] for row in db.database.execute_sql(OWN_TABLES)]
    filled = [name for name in names if db.database.execute_sql(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    schema = f"kept_{len(_kept)}"
    db.database.execute_sql(f"CREATE SCHEMA {schema}")
    for name in filled:
        db.database.execute_sql(f'CREATE TABLE {schema}."{name}" AS TABLE "{name}"')
    back = [f'DELETE FROM "{name}"; INSERT INTO "{name}" TABLE {schema}."{name}"' for name in filled]
    numbers = [f"SELECT setval('{name}', {last})" for name, last in db.database.execute_sql(LAST_NUMBERS)]
    script = "; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *back, *numbers, "COMMIT"])
    return lambda: db.database.execute_sql(script)


LAST_NUMBERS = (
    "SELECT format('%%I.%%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
