"""What our own people order for the whole register: comparisons, answers to the brakes, pauses, settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from webapp import db
from webapp.models.connection import Connection
from webapp.models.pairing import Pairing
from webapp.models.sweep import HELD, Sweep
from webapp.simulation.window import active_of
from webapp.simulation.world import DEFAULTS, OTHER_AGREEMENT, World
from webapp.sync import connect, emptying, lists, rehearsal, resting, silence, sweep


def compare_now(world: World, r: Random) -> str:
    connection = active_of(world)
    if connection is None or connection.state != "open":
        return "not active"
    sweep.begin(connection, "compare", world.alice)
    return "ordered"


def answer_brake(world: World, r: Random) -> str:
    connection = active_of(world)
    held = Sweep.get_or_none(Sweep.connection == connection, Sweep.state == HELD) if connection else None
    if held is None:
        return "nothing held"
    go_on = r.random() < 0.6
    release(held, go_on, world)
    return "go on" if go_on else "void"


def release(held: Sweep, go_on: bool, world: World) -> None:
    world.memory.setdefault("released", set()).add(held.id)
    with db.write():
        sweep.answer_brake(held, go_on)


def answer_emptied(world: World, r: Random) -> str:
    """The answer to many fields that were suddenly empty: the others too, or the values back."""
    connection = active_of(world)
    found = emptying.waiting(connection) if connection else None
    if connection is None or found is None:
        return "nothing held"
    choice = emptying.GO if r.random() < 0.5 else emptying.KEEP
    for pair in Pairing.living(connection).where(Pairing.brake_json != ""):
        world.memory.setdefault("may be emptied", set()).add(pair.id)
    emptying.decide(connection, choice, found.seen, world.alice)
    return choice


def rest(world: World, r: Random) -> str:
    """ "Sæt på pause" and "Fortsæt" for the whole synchronisation."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    if resting.is_by_person(connection):
        return f"resumed {resting.resume(connection, world.alice)}"
    world.memory["begun while resting"] = set()
    return "paused" if resting.pause(connection, world.alice) else "rests for another reason"


def rehearse(world: World, r: Random) -> str:
    """ "Begynd prøvetilstand": what was sent and not answered may still be ended, and nothing else is written."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    world.rehearsed.turns(rehearsal.under_way(connection))
    return f"rehearses {rehearsal.begin(connection, world.alice)}"


def go_live(world: World, r: Random) -> str:
    """ "Gå i drift"."""
    connection = world.connection
    if connection is None or not connection.is_rehearsing:
        return "no rehearsal"
    world.rehearsed.turns()
    return f"live {rehearsal.end(connection, world.alice)}"


def try_webhook(world: World, r: Random) -> str:
    """ "Prøv webhooken": begun, and looked at again later: a call that was taken meanwhile must have been heard."""
    connection = world.connection
    if connection is None:
        return "not connected"
    now = connection.id, len(world.memory.get("acknowledged", [])), world.clock.ours() - world.clock.theirs()
    begun = world.memory.pop("trial", None)
    if begun is None:
        world.memory["trial"] = (*now, world.clock.ours())
        return "begun"
    heard = silence.heard_since(connection, begun[3])
    # A call in the very moment of the beginning counts as before it, and a clock that was set tells nothing.
    taken = world.memory.get("acknowledged", [])[begun[1] :]
    came = [at for _, whose, at in taken if whose == begun[0] and at > begun[3]]
    if came and heard is None and (begun[0], begun[2]) == (now[0], now[2]):
        world.wrong(f"I1: a trial of the webhook did not hear the {len(came)} calls that came")
    return "heard" if heard else "silent"


def settings(world: World, r: Random) -> str:
    """Deactivate or activate, disconnect, another agreement, a new webhook address, the default values."""
    connection = world.connection
    if connection is None:
        return "not connected"
    way = r.choice(sorted(_SETTINGS))
    if connection.state == "closed" and way not in ("connect", "another agreement"):
        return "closed"
    _SETTINGS[way](world, connection)
    return way


def switch_off(world: World, r: Random) -> str:
    """ "Kunder" → "Ingen", whatever is under way."""
    connection = world.connection
    if connection is None or connection.state == "closed":
        return "not connected"
    connect.deactivate(connection)
    return "off"


def _close(world: World, connection: Connection) -> None:
    world.memory["webhook"] = None
    with db.write():
        connect.close(connection, world.alice)


def _save(world: World, connection: Connection) -> None:
    with suppress(ValueError):
        lists.save_settings(connection, DEFAULTS, {})


_SETTINGS: dict[str, Callable[[World, Connection], object]] = {
    "activate": lambda world, connection: connect.activate(connection, world.alice),
    "deactivate": lambda world, connection: connect.deactivate(connection),
    "close": _close,
    "connect": lambda world, connection: world.connect(),
    "another agreement": lambda world, connection: world.connect(OTHER_AGREEMENT),
    "webhook": lambda world, connection: world.set_up_webhook(connection),
    "save": _save,
    "read lists": lambda world, connection: lists.read_lists_again(connection),
}
