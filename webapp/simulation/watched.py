"""e-conomic's own store, watched: the ledger and the witness hear of every change there, whoever makes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.models.mirror import Mirror

if TYPE_CHECKING:
    from webapp.simulation.world import World

LATE_SECONDS = 3000


def watch(world: World, agreement: Any) -> None:
    """Put a watch on the four ways in which a customer there changes."""
    create, replace, delete, renumber = agreement.create, agreement.replace, agreement.delete, agreement.renumber

    def watched_create(record: Any, *, via: str, key: str | None = None) -> Any:
        made = create(record, via=via, key=key)
        call = world.wire.now
        world.witness.takes_effect(call)
        remote = world.ledger.made(made, call.key if call else "", call.method if call else "page")
        remote.late = call is not None and world.clock.seconds() - world.sent.get(call.key, 0.0) > LATE_SECONDS
        return made

    def watched_replace(record: Any) -> Any:
        before = agreement.customers[record["customerNumber"]]
        made = replace(record)
        call = world.wire.now
        world.witness.takes_effect(call)
        raced = call is not None and "/rest/" in call.path and before["objectVersion"] != world.last_read(call)
        owing = call is not None and _owes(world, before)
        key = call.key if call else ""
        world.ledger.changed(before, made, by_app=call is not None, raced=raced, key=key, owing=owing)
        return made

    def watched_delete(number: int) -> None:
        record = agreement.customers.get(number)
        delete(number)
        world.witness.takes_effect(world.wire.now)
        if record is not None:
            world.witness.deletes(world.wire.now, record)
            call = world.wire.now if world.wire.now and world.wire.now.method == "DELETE" else None
            raced = call is not None and record["objectVersion"] != world.last_read(call)
            world.ledger.removed(record, by_app=call is not None, raced=raced, key=call.key if call else "")

    def watched_renumber(old: int, new: int) -> Any:
        made = renumber(old, new)
        world.ledger.moved(old, new)
        return made

    agreement.create, agreement.replace = watched_create, watched_replace
    agreement.delete, agreement.renumber = watched_delete, watched_renumber


def _owes(world: World, record: Any) -> bool:
    """The customer owes, and e-conomic has told us."""
    known = Mirror.with_number(world.connection, record["customerNumber"]) if world.connection else None
    return bool(record.get("balance") and known is not None and known.record.get("balance"))
