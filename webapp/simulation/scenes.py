"""Scenes at the end of a history, in the calm: a run and its undo leave all as before; a silent webhook is told."""

from __future__ import annotations

from collections.abc import Callable

from webapp.models import run
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import OPEN, Pairing
from webapp.models.run import Run, RunItem
from webapp.simulation import accountants, allowed, bulk, deliveries, loads
from webapp.simulation.ledger import alike, values_of
from webapp.simulation.world import World
from webapp.sync import runs_undo, silence, standing
from webapp.sync.fields import NAMES
from webapp.sync.push import stored_as

SHARE = 0.25
POLLED = 301.0
HEARD = 660.0
"""Seconds until the next poll has been made, and until the absence of a call means something."""
Registers = dict[tuple[str, int], dict[str, str]]
"""(side, number) -> the synced fields of whoever has that number."""


def there_and_back(world: World, drain: Callable[[World], None]) -> None:
    """Some run, brought to its end, and its undo: only what the undo's plan said would stay may be otherwise."""
    connection = world.connection
    if connection is None or world.chance.random() >= SHARE or Run.current(connection) is not None:
        return
    before, waiting = _registers(world), _refused(connection)
    done = _carried_out(world, connection, drain)
    if done is None or not runs_undo.can_be_undone(done):
        return
    between = _registers(world)
    back = runs_undo.plan(done, world.alice)
    bulk.seen(world, back)
    bulk.apply(world, world.chance, back)
    stays = _staying(back)
    drain(world)
    after, theirs_by_now = _registers(world), _taken_for_theirs(world, done, between)
    world.ledger.counts[f"there and back: {done.kind}"] += 1
    world.ledger.counts["there and back, and something had moved"] += between != before
    for key in sorted(before.keys() | after.keys()):
        names = {name for name in NAMES if _differs(world, before, after, key, name)}
        sent = {name for name, value in waiting.get(key, {}).items() if after.get(key, {}).get(name) == value}
        left = sorted(names - stays.get(key, set()) - theirs_by_now.get(key, set()) - sent)
        if left:
            told = [(name, before.get(key, {}).get(name), after.get(key, {}).get(name)) for name in left]
            world.wrong(f"I3: run {done.id} ({done.kind}) and its undo left {key} otherwise: {told}")


def _carried_out(world: World, connection: Connection, drain: Callable[[World], None]) -> Run | None:
    kind = world.chance.choice((*bulk.KINDS, run.LOAD))
    of_file = kind == run.LOAD
    shown = loads.plan(world, world.chance) if of_file else bulk.plan(world, world.chance, connection, kind)
    bulk.apply(world, world.chance, shown, loads.TICKED if of_file else bulk.TICKED)
    drain(world)
    return Run.get_by_id(shown.id)


def _registers(world: World) -> Registers:
    ours: Registers = {("ours", c.number): c.values for c in Customer.of(world.company).order_by(Customer.number)}
    customers = world.economic.customers
    return ours | {("theirs", number): values_of(customers[number]) for number in customers}


def _refused(connection: Connection) -> Registers:
    """What e-conomic would not take before: once a customer has been made anew there, it may."""
    pairs = Pairing.living(connection).where(Pairing.mirror.is_null(False), Pairing.fault_json != "")
    return {("theirs", pair.mirror.number): standing.plan_of(pair).pushes for pair in pairs}


def _differs(world: World, before: Registers, after: Registers, key: tuple[str, int], name: str) -> bool:
    """More than by what e-conomic does to every value that it is sent."""
    one, other = before.get(key, {}).get(name, ""), after.get(key, {}).get(name, "")
    return not (world.keeps(one, other) if key[0] == "theirs" else alike(one, other))


def _taken_for_theirs(world: World, done: Run, between: Registers) -> dict[tuple[str, int], set[str]]:
    """What came out of a file and e-conomic wrote in capitals: it counts as a colleague's word, so it outlives ours."""
    found: dict[tuple[str, int], set[str]] = {}
    for item in RunItem.of(done) if done.kind == run.LOAD else ():
        pair = Pairing.get_or_none(Pairing.customer == item.customer_id, Pairing.state == OPEN)
        if pair is None:
            continue
        there, here = ("theirs", pair.mirror.number), ("ours", pair.customer.number)
        for name, sent in item.values_after.get("ours", {}).items():
            kept = between.get(there, {}).get(name, "")
            if world.keeps(sent, kept) and not stored_as(sent, kept):
                found.setdefault(there, set()).add(name)
                found.setdefault(here, set()).add(name)
    return found


def _staying(back: Run) -> dict[tuple[str, int], set[str]]:
    """What the undo's plan named as not to be brought back: some fields, or all of whom it leaves alone."""
    stays: dict[tuple[str, int], set[str]] = {}
    for item in RunItem.of(back):
        names = set(NAMES) if item.state == run.ITEM_HELD else set(item.note.get("stays", ()))
        customer, mirror = Customer.get_or_none(Customer.id == item.customer_id), _mirror(item)
        for side, row in (("ours", customer), ("theirs", mirror)):
            if row is not None:
                stays[side, row.number] = names
    return stays


def _mirror(item: RunItem) -> Mirror | None:
    pair = Pairing.get_or_none(Pairing.id == item.pairing_id)
    found: Mirror | None = Mirror.get_or_none(Mirror.id == (pair.mirror_id if pair else item.mirror_id))
    return found


def silence_is_told(world: World, drain: Callable[[World], None]) -> None:
    """I1: a change that no call told of, and a poll found, is told to the administrator; one that was told of is not.

    Before it, whoever had every call come at once has nothing to be told."""
    connection = world.connection
    if not allowed.clock_is_true(world):
        return
    if not world.ledger.counts[deliveries.UNHEARD]:
        _nothing_to_tell(world)
    known = {row.number for row in Mirror.of(connection)} if connection and connection.webhook_hash else set()
    numbers = [number for number in world.economic.customers if number in known]
    if connection is None or not numbers or world.chance.random() >= SHARE:
        return
    _pass(world, drain, HEARD)
    is_lost, number = world.chance.random() < 0.5, world.chance.choice(numbers)
    before = values_of(world.economic.customers[number])
    accountants.edit_one(world, world.chance, number)
    if values_of(world.economic.customers[number]) == before:
        return
    while world.sandbox.webhooks.queue:
        (deliveries.lose if is_lost else deliveries.deliver)(world, world.chance)
    _pass(world, drain, POLLED)
    _pass(world, drain, HEARD)
    told = silence.of(Connection.get_by_id(connection.id))
    world.ledger.counts[f"a change there, its call {'lost' if is_lost else 'heard'}"] += 1
    if is_lost and (told is None or told.patchy):
        world.wrong(f"I1: a change of {number} came without a call and nobody is told of the silence")
    if not is_lost and told is not None and not told.patchy:
        world.wrong(f"I1: {number} was told of by a call, and yet the webhook is said to be silent")


def _nothing_to_tell(world: World) -> None:
    told = silence.of(world.connection) if world.connection else None
    world.ledger.counts["every call came at once"] += 1
    if told is not None:
        world.wrong(f"I1: every call came at once, and {told.untold} changes are said to have come without one")


def _pass(world: World, drain: Callable[[World], None], seconds: float) -> None:
    world.clock.sleep(seconds)
    drain(world)
