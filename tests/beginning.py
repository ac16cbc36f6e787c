"""What many tests begin with, made once on each kind of database and put back for every other test."""

import sqlite3
from collections.abc import Callable
from copy import copy, deepcopy
from itertools import count
from typing import Any, TypeVar

from tests.postgres import OWN_TABLES
from tests.sync.world import World
from webapp import db
from webapp.models.customer import Customer

T = TypeVar("T")
_kept: dict[Any, Any] = {}
_schemas = count(1)


def rows_made_once(make: Callable[[], T]) -> T:
    """What `make` gave the first time, over the rows that it put into an empty database then."""
    key = make, db.is_sqlite()
    if key not in _kept:
        _kept[key] = make(), rows()
    else:
        _kept[key][1]()
    return deepcopy(_kept[key][0])


def begin(world: World) -> None:
    """`world.connect()`, once; a world that has customers in it already is connected really."""
    if world.economic.customers or Customer.select().exists():
        world.connect()
    else:
        furnish(world, type(world).connect)


def furnish(world: World, how: Callable[[Any], object]) -> None:
    """Do this to a world, always in the same state before, or put it into the state that this led to the first time."""
    key = how, type(world), db.is_sqlite()
    if key in _kept:
        _kept[key].put_back(world)
    else:
        how(world)
        _kept[key] = Beginning(world)


class Beginning:
    """A world as it stands: rows here, rows in e-conomic, time, and what the worker remembers."""

    def __init__(self, world: World) -> None:
        self.rows = rows()
        self.theirs = {name: dict(table) for name, table in world.sandbox.store._tables.items()}
        self.numbers = list(world.economic.customers._own)
        self.used, self.calls = dict(world.sandbox.budgets._used), world.sandbox.budgets.calls
        self.time, self.connection_id = world.clock.time, world._connection_id
        self.paces = {key: copy(pace) for key, pace in world.worker._paces.items()}
        self.rests = dict(world.worker._rests)

    def put_back(self, world: World) -> None:
        self.rows()
        for name, kept in self.theirs.items():
            table = world.sandbox.store.table(name)
            table._rows.clear()
            table._rows.update(kept)
        world.economic.customers._own[:] = self.numbers
        world.sandbox.budgets._used, world.sandbox.budgets.calls = dict(self.used), self.calls
        world.clock.time, world._connection_id = self.time, self.connection_id
        world.worker._paces = {key: copy(pace) for key, pace in self.paces.items()}
        world.worker._rests = dict(self.rests)
        next(world.tokens)


def rows() -> Callable[[], object]:
    """A way back to what the database holds now."""
    return _rows_of_sqlite() if db.is_sqlite() else _rows_of_postgresql()


def _rows_of_sqlite() -> Callable[[], object]:
    kept = sqlite3.connect(":memory:")
    db.database.connection().backup(kept)
    return lambda: kept.backup(db.database.connection())


def _rows_of_postgresql() -> Callable[[], object]:
    """Copies of the filled tables in a schema beside them; foreign keys rest while the rows come back."""
    names = [row[0] for row in db.database.execute_sql(OWN_TABLES)]
    filled = [name for name in names if db.database.execute_sql(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()]
    schema = f"kept_{next(_schemas)}"
    db.database.execute_sql(f"CREATE SCHEMA {schema}")
    for name in filled:
        db.database.execute_sql(f'CREATE TABLE {schema}."{name}" AS TABLE "{name}"')
    emptied = [f'DELETE FROM "{name}"' for name in names]
    back = [f'INSERT INTO "{name}" TABLE {schema}."{name}"' for name in filled]
    numbers = [f"SELECT setval('{name}', {last})" for name, last in db.database.execute_sql(LAST_NUMBERS)]
    script = "; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *emptied, *back, *numbers, "COMMIT"])
    return lambda: db.database.execute_sql(script)


LAST_NUMBERS = (
    "SELECT format('%%I.%%I', schemaname, sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
)
