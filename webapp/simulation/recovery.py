"""Everything works again: no more faults, right clocks, and a connection that is open, active and in earnest."""

from __future__ import annotations

from random import Random

from webapp import vault
from webapp.models.connection import CLOSED, PAUSED, Connection
from webapp.simulation import orders
from webapp.simulation.world import World
from webapp.sync import connect, resting


def recover(world: World, r: Random) -> str:
    """People put right whatever is wrong, and e-conomic answers."""
    world.refusing.clear()
    world.sandbox.faults.clear()
    world.clock.correct()
    connection = world.connection
    if connection is not None:
        resting.resume(connection, world.alice)
        orders.go_live(world, r)
        connection = world.connection
    at_work = connection is not None and connection.state not in (PAUSED, CLOSED)
    if not at_work or not _opens(world, connection):
        world.clock.sleep(connect.wait(world.alice.company))
        connection = world.connect(is_sure=True)
    assert connection is not None
    if not connection.is_active:
        connect.activate(connection, world.alice)
    return "all works"


def _opens(world: World, connection: Connection | None) -> bool:
    """The connection's own grant is alive."""
    if connection is None:
        return False
    bound = f"grant:{connection.company_id}:{connection.agreement_number}"
    return vault.unseal(connection.grant_token, bound=bound) in world.sandbox.grants
