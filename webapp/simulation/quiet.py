"""Quiescence: nobody acts, nothing fails, time passes until no work is due; then two comparisons and the judgement."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from webapp.models.connection import Connection
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import PAUSED as RUN_PAUSED
from webapp.models.run import Run
from webapp.models.sweep import HELD, Sweep
from webapp.simulation import checks, deliveries, letters, neighbour, orders, recovery, scenes, trouble
from webapp.simulation.wire import Killed
from webapp.simulation.world import World
from webapp.sync import runs, sweep

PATIENCE = timedelta(hours=6)


def settle(world: World) -> int:
    """Bring everything to rest and judge it; how many comparisons it took until one changed nothing."""
    due, world.kill_at = world.kill_at, ""
    _calm(world)
    world.kill_at = due
    drain(world)
    world.kill_at = ""
    world.witness.at_rest()
    rounds = 0
    while rounds < 3 and not world.violations:
        before = checks.fingerprint(world)
        _compare(world)
        drain(world)
        rounds += 1
        if checks.fingerprint(world) == before:
            break
    if not world.violations:
        if rounds > 2:
            world.wrong("I13: a third comparison still changed something")
        scenes.there_and_back(world, drain)
        scenes.silence_is_told(world, drain)
        checks.judge(world)
        _replay(world)
        _timers(world)
        letters.judge(world)
    world.memory["end"] = checks.end(world)
    return rounds - 1


def _calm(world: World) -> None:
    """Everything works again, and webhooks still on their way arrive or are lost."""
    world.armed.clear()
    world.note("calm")
    recovery.recover(world, world.chance)
    neighbour.settle_down(world)
    for run in Run.select().where(Run.state == RUN_PAUSED).order_by(Run.id):
        if world.chance.random() < 0.7:
            runs.resume(run)
    lost = world.chance.choice((0.0, 0.3, 0.6))
    while world.sandbox.webhooks.queue:
        do = deliveries.lose if world.chance.random() < lost else deliveries.deliver
        do(world, world.chance)


def drain(world: World) -> None:
    """Let the workers work and time pass until nothing is left to do; a death that is still due comes too."""
    until = world.clock.theirs() + PATIENCE
    for place in itertools.count():
        try:
            if trouble.turns(world, place % len(world.workers), 25) or _free(world):
                continue
        except Killed:
            world.workers[place % len(world.workers)] = world.new_worker()
            continue
        due = _next(world)
        if due is None:
            return
        if world.clock.theirs() >= until:
            break
        world.clock.sleep(max(1.0 + place, min(due, 600.0)))
    left = [f"{lane.side} {lane.record} ({lane.fault_kind} {lane.fault_text})" for lane in Lane.select()]
    world.wrong(f"I12: still busy after {PATIENCE}: {', '.join(left[:5])}")


def _free(world: World) -> bool:
    """A braked sweep waits for a person, who says go on."""
    held = Sweep.get_or_none(Sweep.connection == world.connection, Sweep.state == HELD)
    connection = world.connection
    if held is None or connection is None or not connection.is_active:
        return False
    orders.release(held, True, world)
    return True


def _next(world: World) -> float | None:
    """Seconds until some lane is due; None when there is none."""
    now: datetime = world.clock.ours()
    waits = []
    for lane in Lane.select().where(Lane.connection.in_([found.id for found in Connection.working()])):
        waits.append(max((moment - now).total_seconds() for moment in (lane.due_at, lane.lease_until) if moment))
    return min(waits) + 0.001 if waits else None


def _compare(world: World) -> None:
    connection = world.connection
    assert connection is not None
    sweep.begin(connection, "compare", world.alice)


def _timers(world: World) -> None:
    """The safety nets are set for a time that comes, whatever clock set them."""
    connection, now = world.connection, world.clock.ours()
    assert connection is not None
    for due, most in ((connection.poll_due_at, timedelta(minutes=5)), (connection.compare_due_at, timedelta(hours=26))):
        if due is None or due - now > most:
            world.wrong(f"I12: a safety net is due only at {due}")


def _replay(world: World) -> None:
    """All webhooks of the history once more: nothing is written there, and here only inbox and lanes move."""
    connection = world.connection
    assert connection is not None
    before, written = checks.rows(world), world.ledger.counts["writes"]
    from webapp.sync import inbox

    numbers = [*world.economic.customers, *(p.new_number for p in Pairing.living(connection) if p.new_number)]
    numbers += [mirror.number for mirror in Mirror.select().where(Mirror.connection == connection)]
    for body in [*dict.fromkeys(world.memory.get("webhooks", [])), *(f"new={n}&old={n}" for n in sorted(set(numbers)))]:
        inbox.receive(connection, body, "", "")
    drain(world)
    if world.ledger.counts["writes"] != written:
        world.wrong("I8: a replay of all webhooks wrote something there")
    moved = sorted(table for table, rows in checks.rows(world).items() if rows != before[table])
    if moved:
        world.wrong(f"I8: a replay of all webhooks changed {', '.join(moved)}")
