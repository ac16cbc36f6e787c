"""What our own people order for many customers at once: runs of every kind, paused, gone on with and undone."""

from __future__ import annotations

from random import Random

from webapp.models import run
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem, RunPlan
from webapp.simulation.people import stored
from webapp.simulation.window import active_of, links, unpaired
from webapp.simulation.world import World
from webapp.sync import kinds, runs, runs_pair, runs_undo
from webapp.sync.fields import NAMES
from webapp.sync.runs_plan import EVERYBODY, Selection
from webapp.sync.undo_plan import REMOVE_THEIRS

MAKING = (run.CREATE_THEIRS, run.CREATE_THEIRS, run.CREATE_OURS, run.PAIR, run.PAIR)
KINDS = (*MAKING, run.EXCLUDE, run.RESOLVE, run.DELETE)
TICKED = 0.3
"""The share of what a plan holds back that a person lets take part."""


def pair_as_ours(world: World, r: Random) -> str:
    """Everybody with somebody, and ours stand in every field."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    ours, theirs = unpaired(world, connection)
    likely = sorted(theirs, key=lambda mirror: mirror.number, reverse=True)
    twins = [(one, other) for one in ours for other in likely if (one.cvr, one.name) == (other.cvr, other.name)]
    pairs = twins[-1:] or list(zip(ours, likely, strict=False))
    picked = Selection(pairs=tuple((one.id, other.id) for one, other in pairs))
    if not pairs:
        return "nobody"
    shown = runs.plan(connection, run.PAIR, world.alice, picked, dict.fromkeys(runs_pair.GROUPS, "ours"))
    seen(world, shown)
    return apply(world, r, shown, 1.0)


def order_there(world: World, r: Random) -> str:
    """ "Opret partnere" in e-conomic, applied at once."""
    return _at_once(world, r, run.CREATE_THEIRS)


def order_here(world: World, r: Random) -> str:
    """The same in CleanManager."""
    return _at_once(world, r, run.CREATE_OURS)


def pair_many(world: World, r: Random) -> str:
    return _at_once(world, r, run.PAIR)


def leave_out(world: World, r: Random) -> str:
    return _at_once(world, r, run.EXCLUDE)


def _at_once(world: World, r: Random, kind: str) -> str:
    connection = active_of(world)
    return apply(world, r, plan(world, r, connection, kind)) if connection else "not active"


def order(world: World, r: Random) -> str:
    """A plan of some kind is shown, and applied now or a while later."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    shown = world.memory.pop("bulk", None)
    if shown is None or r.random() < 0.5:
        shown = plan(world, r, connection, r.choice(KINDS))
        if r.random() < 0.3:
            world.memory["bulk"] = shown
            return f"planned {shown.kind}"
    return apply(world, r, shown)


def plan(world: World, r: Random, connection: Connection, kind: str) -> Run:
    """A plan of this kind with some choices, for everybody or for some."""
    shown = runs.plan(connection, kind, world.alice, picked(world, r, connection, kind), choices(r, kind))
    seen(world, shown)
    _spares_the_excluded(world, connection, shown)
    return shown


def apply(world: World, r: Random, shown: Run, ticked: float = TICKED) -> str:
    """ "Indsend", under the fingerprint that was shown, with so many of those held back."""
    also = {item.id for item in RunItem.of(shown, run.ITEM_HELD) if r.random() < ticked}
    before, world.witness.decided = world.witness.decided, world.witness.decided | world.memory["removing"][shown.id]
    try:
        seal, word = world.memory["seals"][shown.id], (run.DELETE,)
        with stored(lambda: _has_deleted(world, shown)):
            begun = runs.start(shown, world.alice, seal, also, word)
    except runs.NotApplied as fault:
        world.witness.decided = before
        return fault.why
    return f"ordered {begun.total} {begun.kind}"


def _has_deleted(world: World, begun: Run) -> None:
    """A deletion there is of whom the plan showed, as it showed them."""
    if begun.kind == run.DELETE:
        for item in RunItem.of(begun, run.ITEM_WAITING):
            if "theirs" in item.note["sides"]:
                shown = item.values_before["theirs"]
                world.witness.decided[item.pairing_id] = {name: shown.get(name, "") for name in NAMES}


def choices(r: Random, kind: str) -> dict[str, str]:
    return {name: r.choice(values) for name, values in kinds.KINDS[kind].choices.items()}


def picked(world: World, r: Random, connection: Connection, kind: str) -> Selection:
    if kind == run.DELETE:
        living = list(Pairing.living(connection).order_by(Pairing.id))
        return Selection(
            pairings=tuple(pair.id for pair in r.sample(living, min(len(living), r.randint(1, 3)))) or (0,)
        )
    ours, theirs = unpaired(world, connection)
    some, others = ours[: r.randint(1, 3)], theirs[: r.randint(1, 3)]
    if kind == run.EXCLUDE:
        return Selection(ours=tuple(c.id for c in some[:2]), theirs=tuple(m.id for m in others[:2]))
    if kind != run.PAIR or r.random() < 0.4:
        return EVERYBODY
    r.shuffle(others)
    return Selection(pairs=tuple((c.id, m.id) for c, m in zip(some, others, strict=False)))


def seen(world: World, shown: Run) -> None:
    """What a person has before them: the fingerprint, who is to be deleted there, and who and what each pair joins."""
    planned = RunPlan.of(shown)
    world.memory.setdefault("seals", {})[shown.id] = planned.seal if planned else ""
    removing = [item for item in RunItem.of(shown) if item.note.get("does") == REMOVE_THEIRS]
    held = {item.pairing_id: Mirror.get_by_id(item.mirror_id).values for item in removing}
    world.memory.setdefault("removing", {})[shown.id] = held
    if shown.kind != run.PAIR:
        return
    for item in RunItem.of(shown):
        customer, mirror = Customer.get_by_id(item.customer_id), Mirror.get_by_id(item.mirror_id)
        about = customer.values, mirror.values, links(world, customer.id, mirror)
        world.memory.setdefault("joining", {})[shown.id, item.position] = about


def _spares_the_excluded(world: World, connection: Connection, shown: Run) -> None:
    """Whoever is excluded has no part in a plan made just now, but in one that leaves out or pairs by name."""
    if shown.kind not in (run.CREATE_OURS, run.CREATE_THEIRS):
        return
    off = list(Exclusion.select().where(Exclusion.connection == connection, Exclusion.ended_at.is_null()))
    ours, theirs = {e.customer_id for e in off} - {None}, {e.mirror_id for e in off} - {None}
    for item in RunItem.select().where(RunItem.run == shown, RunItem.state == run.ITEM_WAITING):
        if item.customer_id in ours or item.mirror_id in theirs:
            world.wrong(f"I5: a bulk run takes the excluded {item.customer_id or item.mirror_id}")


def choose_anew(world: World, r: Random) -> str:
    """Other choices for a plan that is shown; its old fingerprint applies no more."""
    shown = world.memory.get("bulk")
    if shown is None or shown.kind == run.UNDO:
        return "nothing shown"
    before = world.memory["seals"][shown.id]
    if not runs.choose(shown, choices(r, shown.kind)):
        return "applied meanwhile"
    seen(world, shown)
    if world.memory["seals"][shown.id] == before:
        return "chose the same"
    try:
        runs.start(shown, world.alice, before)
        world.wrong(f"I3: run {shown.id} was applied as it was not shown any more")
    except runs.NotApplied as fault:
        return f"chose anew, the old is {fault.why}"
    return "chose anew"


def pause(world: World, r: Random) -> str:
    connection = active_of(world)
    running = Run.current(connection) if connection else None
    return f"paused {runs.pause(running)}" if running else "none runs"


def go_on(world: World, r: Random) -> str:
    """A paused run goes on; or those that fell out of one that is over are planned anew, and applied."""
    connection = active_of(world)
    running = Run.current(connection) if connection else None
    if running is not None:
        return f"resumed {runs.resume(running)}"
    moved = RunItem.select(RunItem.run).where(RunItem.state == run.ITEM_FAILED, RunItem.reason == "moved")
    over = list(Run.select().where(Run.connection == connection, Run.id.in_(moved)).order_by(Run.id))
    if connection is None or not over:
        return "nobody fell out"
    shown = runs.plan_moved(r.choice(over), world.alice)
    seen(world, shown)
    return apply(world, r, shown)


def stop(world: World, r: Random) -> str:
    connection = active_of(world)
    running = Run.current(connection) if connection else None
    if running is None:
        return "none runs"
    runs.stop(running)
    return "stopped"


def undo(world: World, r: Random) -> str:
    """Take a run back that has ended: the plan is shown, and applied now or a while later."""
    connection = active_of(world)
    over = list(Run.select().where(Run.connection == connection).order_by(Run.id)) if connection else []
    over = [one for one in over if runs_undo.can_be_undone(one)]
    if not over:
        return "nothing to undo"
    shown = runs_undo.plan(over[-1] if r.random() < 0.5 else r.choice(over), world.alice)
    seen(world, shown)
    if r.random() < 0.2:
        world.memory["bulk"] = shown
        return "planned undo"
    return apply(world, r, shown, r.choice((TICKED, 1.0)))
