"""Plans that our own people have the worker make: shown when they are whole, chosen anew, put away, carried out."""

from __future__ import annotations

from random import Random

from webapp.models import run
from webapp.models.connection import Connection
from webapp.models.run import Run
from webapp.models.upload import Upload
from webapp.simulation import bulk, loads
from webapp.simulation.window import active_of
from webapp.simulation.world import World
from webapp.sync import kinds, making, runs
from webapp.sync.runs_plan import File, Selection

MANY = making.AT_LEISURE + 1
"""As if so many had to be looked at."""
UNREADABLE = 0.4


def order(world: World, r: Random) -> str:
    """A plan of very many is ordered; whoever ordered one before looks at it instead."""
    before = world.memory.pop("made", None)
    if before is not None:
        return _look_at(world, r, Run.get_by_id(before.id))
    connection = active_of(world)
    if connection is None or r.random() < 0.5:
        connection, kind, picked = loads.of_files(world), run.LOAD, Selection(file=_sent(world, r))
    else:
        kind = r.choice(bulk.KINDS)
        picked = bulk.picked(world, r, connection, kind)
    return _ordered(world, r, connection, kind, picked)


def _ordered(world: World, r: Random, connection: Connection, kind: str, picked: Selection) -> str:
    choices = kinds.chosen(kind, bulk.choices(r, kind))
    shown = making.order(connection, kind, world.alice, picked, choices, MANY)
    if picked.file is not None:
        Upload.update(run=shown).where(Upload.id == picked.file.upload).execute()
    world.memory["made"] = shown
    return f"ordered a plan of {kind}"


def _look_at(world: World, r: Random, shown: Run) -> str:
    """Not whole yet: wait, or think again. Whole: choose anew, or carry out what is shown."""
    how = r.random()
    if shown.is_making:
        if how < 0.3:
            return f"put away: {runs.put_away(shown)}"
        world.memory["made"] = shown
        return "still in the making"
    if not shown.is_planned:
        return f"is {shown.state}"
    if how < 0.3:
        world.memory["made"] = shown
        again = kinds.chosen(shown.kind, bulk.choices(r, shown.kind))
        return f"chosen anew: {making.order_again(shown, runs.picked_for(shown), again, MANY)}"
    bulk.seen(world, shown)
    return bulk.apply(world, r, shown)


def _sent(world: World, r: Random) -> File:
    """A file whose columns were chosen, or one that turns out to be none."""
    name, content = f"kunder-{next(world.serial)}.csv", loads.file(world, r)
    heads = loads.heads(content)
    upload = Upload.keep(world.company, name, b"\x00" if r.random() < UNREADABLE else content, world.alice)
    return File(upload.id, 0, heads)
