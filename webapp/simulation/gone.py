"""Judges who is believed gone: nobody whom e-conomic held all the time (I3)."""

from __future__ import annotations

from webapp.models.connection import Connection
from webapp.models.mirror import Mirror
from webapp.simulation.world import World


def judge(world: World, connection: Connection) -> None:
    """Nobody is believed gone who stood there under one number, unless name and CVR number changed at once: then it is
    another customer, as far as anybody can tell (sync rules §5)."""
    for row in Mirror.select().where(Mirror.connection == connection, Mirror.gone_at.is_null(False)):
        held, now = world.ledger.holders.get(row.number, []), Mirror.with_number(connection, row.number)
        if now is not None and now.name != row.name and now.cvr != row.cvr:
            continue
        if len(set(held)) == 1 and row.number in world.ledger.at and row.number not in world.ledger.moved_numbers:
            world.wrong(f"I3: {row.number} was believed gone and never was")
