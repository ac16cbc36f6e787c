"""Play one history from its first step to quiet, and judge it."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from webapp import ports
from webapp.simulation import loads, meetings, neighbour, people, quiet
from webapp.simulation.ledger import Remote
from webapp.simulation.steps import VERBS, Step
from webapp.simulation.wire import Killed
from webapp.simulation.world import OTHER_AGREEMENT, World, page_size


@dataclass
class Outcome:
    """What became of one history. `trace` and `end` are digests of all that happened and of what was left."""

    seed: int
    violations: list[str]
    trace: str
    end: str
    steps: int
    rounds: int
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    boundaries: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    interleavings: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)
    remotes: list[Remote] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return bool(self.violations)


def play(seed: int, steps: list[Step]) -> Outcome:
    """Play these steps of a seed in the bound, empty database."""
    world = World(seed)
    logging.disable(logging.CRITICAL)
    with ports.using(world.ports):
        try:
            _prepare(world)
            for step in steps:
                _take(world, step)
            rounds = quiet.settle(world)
        except Exception as surprise:
            rounds = 0
            world.wrong(f"surprise: {type(surprise).__name__}: {surprise}")
            world.memory["surprise"] = surprise
        finally:
            logging.disable(logging.NOTSET)
    faults = Counter(kind for kind, *_ in world.sandbox.faults.log)
    end = hashlib.sha256(repr(world.memory.get("end")).encode()).hexdigest()[:16]
    return Outcome(
        seed, world.violations, world.digest(), end, len(steps), rounds, world.ledger.counts, faults,
        world.boundaries, world.kills, world.interleavings, world.trace, world.ledger.remotes,
    )  # fmt: skip


def _prepare(world: World) -> None:
    """Some customers on each side, connected and fetched; the unknowns of e-conomic chosen by the seed."""
    chance = world.chance
    world.begin()
    world.sandbox.add_agreement(OTHER_AGREEMENT, "Solstråle Service ApS")
    world.sandbox.agreement(OTHER_AGREEMENT).add_customer(name="Fremmed ApS", customerNumber=7)
    switches = world.sandbox.switches
    switches.update(
        webhook_missing_side=chance.choice(("empty", "same", "zero")),
        deletions_fire=chance.random() < 0.8,
        newer_put_answer=chance.choice(("200-empty", "200-customer", "204")),
        idempotency_other_body=chance.choice(("replay", "carry-out", "refuse")),
        next_number=chance.choice(("highest", "lowest-free")),
        webhook_method=chance.choice(("POST", "GET")),
        texts_kept=chance.choice(("as-sent", "as-sent", "as-sent", "trimmed", "cut", "capitals")),
    )
    world.economic.customersapi_enabled = chance.random() < 0.75
    page_size(chance.choice((3, 5, 1000)))
    for _ in range(chance.choice((1, 2, 3, 4, 7))):
        _quietly(world, VERBS["we add"][0], Random(chance.random()))
    for _ in range(chance.choice((1, 2, 3, 4, 7))):
        _quietly(world, VERBS["they add"][0], Random(chance.random()))
    if chance.random() < 0.25:
        neighbour.move_in(world)
        quiet.drain(world)
        neighbour.pair_up(world)
    connection = world.connect()
    if chance.random() < 0.9:
        from webapp.sync import connect

        connect.activate(connection, world.alice)
        quiet.drain(world)
        for verb in chance.choices(("we create here", "we create there", "we pair"), k=chance.randint(1, 9)):
            _quietly(world, VERBS[verb][0], Random(chance.random()))
        if chance.random() < 0.8:
            quiet.drain(world)


def _take(world: World, step: Step) -> None:
    do = VERBS[step.verb][0]
    chance = Random(f"{world.seed}/{step.index}")
    if step.calls:
        world.armed.append((step.calls, step.moment, lambda: _do(world, step, do, chance)))
        return
    _do(world, step, do, chance)


def _do(world: World, step: Step, do: Callable[[World, Random], str], chance: Random) -> None:
    """One step; a process that dies in it is only its own."""
    world.ledger.counts["steps"] += 1
    around, world.at_work = world.at_work, -1
    world.ledger.counts[f"{step.verb}{' inside a call' if step.calls else ''}"] += 1
    try:
        said = do(world, chance)
    except Killed as death:
        said = f"died at {death}"
    except people.REFUSALS as refused:
        said = f"refused: {type(refused).__name__}"
    finally:
        world.at_work = around
    meetings.happened(world, step.verb, said)
    loads.enter(world)
    world.witness.step_over()
    world.rehearsed.step_over()
    world.note("step", step.verb, said)


def _quietly(world: World, do: Callable[[World, Random], str], chance: Random) -> None:
    try:
        do(world, chance)
    except people.REFUSALS:
        return
