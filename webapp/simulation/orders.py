"""What our own people order for the whole register: bulk runs, comparisons, answers to the brake, settings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from webapp import db
from webapp.models import run
from webapp.models.connection import Connection
from webapp.models.exclusion import Exclusion
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem
from webapp.models.sweep import HELD, Sweep
from webapp.simulation.window import active_of
from webapp.simulation.world import DEFAULTS, OTHER_AGREEMENT, World
from webapp.sync import connect, emptying, lists, runs, sweep


def bulk(world: World, r: Random) -> str:
    """ "Opret partnere", from a plan shown now or a while ago."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    shown = world.memory.pop("bulk", None)
    if shown is None or r.random() < 0.5:
        kind, rule = r.choice((run.CREATE_THEIRS, run.CREATE_OURS)), r.choice(("same", "next"))
        shown = runs.plan(connection, kind, world.alice, choices={"rule": rule})
        _spares_the_excluded(world, connection, shown)
        if r.random() < 0.3:
            world.memory["bulk"] = shown
            return "planned"
    also = {item.id for item in RunItem.of(shown, run.ITEM_HELD) if r.random() < 0.3}
    try:
        return f"ordered {runs.start(shown, world.alice, also=also).total}"
    except runs.NotApplied as fault:
        return fault.why


def _spares_the_excluded(world: World, connection: Connection, shown: Run) -> None:
    """Whoever is excluded has no part in a plan made just now."""
    off = list(Exclusion.select().where(Exclusion.connection == connection, Exclusion.ended_at.is_null()))
    ours, theirs = {e.customer_id for e in off} - {None}, {e.mirror_id for e in off} - {None}
    for item in RunItem.select().where(RunItem.run == shown, RunItem.state == run.ITEM_WAITING):
        if item.customer_id in ours or item.mirror_id in theirs:
            world.wrong(f"I5: a bulk run takes the excluded {item.customer_id or item.mirror_id}")


def stop_run(world: World, r: Random) -> str:
    connection = active_of(world)
    running = Run.current(connection) if connection else None
    if running is None:
        return "none runs"
    runs.stop(running)
    return "stopped"


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
