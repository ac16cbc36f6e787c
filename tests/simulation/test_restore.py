"""A backup is restored in mid-history: what was ordered since is forgotten; nobody is doubled, deleted or revived."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from webapp import db, ports
from webapp.models.attempt import CREATE, Attempt
from webapp.models.pairing import Pairing
from webapp.simulation import play, quiet, store
from webapp.simulation.ledger import Remote
from webapp.simulation.steps import STEPS, Step, history
from webapp.simulation.store import Store
from webapp.simulation.world import World

SEEDS = range(7, 15)


@pytest.fixture(scope="module")
def kept() -> Iterator[Store]:
    with store.opened() as opened:
        yield opened


class Restored:
    """Half a history, a backup, the other half, the backup again, and what the workers then do by themselves."""

    def __init__(self, kept: Store, seed: int) -> None:
        kept.clear()
        self.world, steps, backup = World(seed), history(seed), sqlite3.connect(":memory:")
        with ports.using(self.world.ports):
            play._prepare(self.world)
            self._take(steps[: STEPS // 2])
            db.database.connection().backup(backup)
            self._take(steps[STEPS // 2 :])
            self.orders = self._orders()
            backup.backup(db.database.connection())
            self.leaving = {pair.mirror.number for pair in Pairing.select().where(Pairing.deleting)}
            self.before = list(self.remotes())
            self._settle()
            self.orders |= self._orders()

    def _take(self, steps: list[Step]) -> None:
        for step in steps:
            play._take(self.world, step)

    def _settle(self) -> None:
        """New processes, no more misfortunes, and a full comparison."""
        self.world.workers, self.world.kill_at = [self.world.new_worker() for _ in self.world.workers], ""
        quiet._calm(self.world)
        for then in (quiet.drain, quiet._compare, quiet.drain):
            then(self.world)

    def _orders(self) -> dict[str, tuple[int, int]]:
        """Key of a creation -> the order it belongs to, and the number it was made under."""
        return {one.key: (one.pairing_id, one.number) for one in Attempt.select().where(Attempt.kind == CREATE)}

    def remotes(self) -> list[Remote]:
        """Who lives in e-conomic."""
        return [remote for remote in self.world.ledger.remotes if not remote.gone]

    def made_twice(self) -> list[int]:
        """Orders that made somebody after the backup was back, though they had made somebody who lives, and under the
        number of the order: nothing that the backup holds leads to whoever was given another number there since."""
        orders: dict[Any, tuple[int, int]] = self.orders
        made = {orders[one.key][0] for one in self.remotes() if one not in self.before and one.key in orders}
        living = [orders[one.key] + (one.number,) for one in self.before if not one.gone and one.key in orders]
        return [order for order, number, now in living if order in made and number == now]


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_doubled_deleted_or_revived_by_an_old_backup(kept: Store, seed: int) -> None:
    found = Restored(kept, seed)
    assert found.made_twice() == []
    assert {one.number for one in found.before if one.gone} <= found.leaving
    assert not [one for one in found.remotes() if one not in found.before and one.via == "PUT"]
