"""What becomes of the webhook calls that tell of what accountants do: in any order, twice, late or never."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from webapp.models.connection import Connection
from webapp.simulation.world import World
from webapp.sync import inbox
from webapp.sync.inbox import NotANumber

AT_ONCE, UNHEARD = timedelta(minutes=5), "calls lost, late or to nobody"


def waiting(world: World) -> list[dict[str, Any]]:
    """The calls on their way, the oldest first."""
    return [dict(world.sandbox.webhooks.queue[key]) for key in world.sandbox.webhooks.queue]


def send(world: World, values: dict[str, str]) -> bool:
    """One call arrives, as the webhook's view takes it; False when nobody has that address."""
    connection = Connection.with_webhook(world.memory.get("webhook") or "")
    if connection is None:
        return False
    body = f"new={values['NEWNUMBER']}&old={values['OLDNUMBER']}"
    world.memory.setdefault("webhooks", []).append(body)
    try:
        row = inbox.receive(connection, "", "application/x-www-form-urlencoded", body)
    except NotANumber:
        return True
    world.memory.setdefault("acknowledged", []).append((row.id, connection.id, row.received_at))
    world.witness.told(values["NEWNUMBER"], values["OLDNUMBER"])
    return True


def deliver(world: World, r: Random) -> str:
    """Some of the waiting calls arrive, in any order."""
    due = waiting(world)
    r.shuffle(due)
    chosen = due[: r.randint(1, 4)]
    for row in chosen:
        world.sandbox.webhooks.queue.pop(str(row["id"]), None)
        late = world.clock.theirs() - datetime.fromisoformat(row["made"]) > AT_ONCE
        world.ledger.counts[UNHEARD] += not send(world, row["values"]) or late
    return f"delivered {len(chosen)} of {len(due)}"


def deliver_twice(world: World, r: Random) -> str:
    """A call arrives and will arrive again; or one from long ago does."""
    due = waiting(world)
    if due:
        send(world, r.choice(due)["values"])
        return "delivered, stays"
    old = world.memory.get("webhooks", [])
    if old:
        connection = Connection.with_webhook(world.memory.get("webhook") or "")
        if connection is not None:
            inbox.receive(connection, r.choice(old), "", "")
    return "replayed"


def lose(world: World, r: Random) -> str:
    due = waiting(world)
    chosen = due[: r.randint(1, 3)]
    forget(world, chosen)
    return f"lost {len(chosen)}"


def forget(world: World, calls: list[dict[str, Any]]) -> None:
    """These never arrive."""
    for row in calls:
        del world.sandbox.webhooks.queue[str(row["id"])]
    world.ledger.counts[UNHEARD] += len(calls)
