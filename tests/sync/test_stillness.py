"""Stillness: webhooks that come again and again move nothing, and the full comparison leaves its receipt."""

from typing import Any

import pytest

from tests.beginning import furnish
from tests.sync.world import World
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.simulation.checks import STILL
from webapp.sync import inbox, register


@pytest.fixture
def settled(connected: World) -> World:
    furnish(connected, come_to_rest)
    return connected


def come_to_rest(world: World) -> None:
    """Pairs that have been edited on both sides, deleted, renumbered and asked about."""
    pairs = [world.pair_same(n, f"Kunde {n}", corporateIdentificationNumber=f"1000000{n}") for n in range(1, 7)]
    world.theirs(40, "Uden partner")
    world.ours(50, "Kun her")
    for customer in (pairs[0].customer, pairs[1].customer):
        world.save(customer, city="Odense")
    for number, edits in ((2, {"city": "Aarhus"}), (3, {"address": "Vej 3"})):
        world.economic.edit(number, **edits)
    register.remove(world.company, pairs[3].customer_id, world.alice)
    world.economic.delete(5)
    world.economic.renumber(6, 66)
    for old, new in ((2, 2), (3, 3), (5, 0), (6, 66), (0, 40)):
        inbox.receive(world.connection, f"old={old}&new={new}", "", "")
    world.drain()
    world.compare()


def rows() -> dict[str, list[Any]]:
    return {table.__name__: sorted(repr(row) for row in table.select().tuples()) for table in STILL}


def writes(world: World) -> list[str]:
    """What e-conomic's own store looks like, and what was ever made there."""
    return [repr(sorted(world.stored(n).items())) for n in world.economic.customers] + [repr(world.economic.creations)]


def replay(world: World, times: int) -> None:
    told = [row.query for row in Inbox.select().order_by(Inbox.id)]
    for time in range(times):
        for query in told:
            inbox.receive(world.connection, query, "", "")
        if time % 20 == 0:
            world.drain()
    world.drain()


def test_all_webhooks_a_hundred_times_more_write_nothing_there(settled: World) -> None:
    before = writes(settled)
    replay(settled, 100)
    assert writes(settled) == before


def test_all_webhooks_a_hundred_times_more_change_no_row_here(settled: World) -> None:
    before = rows()
    replay(settled, 100)
    changed = {name for name, after in rows().items() if after != before[name]}
    assert changed == set() and Lane.select().count() == 0


def test_no_put_post_or_delete_leaves_the_house_during_a_replay(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.economic.client import Client

    def bomb(*_: Any, **__: Any) -> None:
        raise AssertionError("a write was sent")

    for verb in ("create", "update", "replace", "delete"):
        monkeypatch.setattr(Client, verb, bomb)
    replay(settled, 3)


def test_a_comparison_leaves_a_receipt_with_its_time(connected: World) -> None:
    for number in range(1, 6):
        connected.pair_same(number, f"Kunde {number}")
    connected.clock.sleep(3600)
    begun = connected.clock.now()
    receipt = connected.compare()
    assert (receipt.pairs, receipt.equal, receipt.state) == (5, 5, "done")
    assert begun <= receipt.finished_at <= connected.clock.now()


def test_a_comparison_after_the_replay_says_the_same_as_before(settled: World) -> None:
    before = settled.compare()
    replay(settled, 2)
    after = settled.compare()
    assert (after.pairs, after.equal) == (before.pairs, before.equal)
    assert after.finished_at >= before.finished_at
