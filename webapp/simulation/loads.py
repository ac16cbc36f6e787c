"""What our own people load from files: small lists of new customers, changed ones and twins, with columns left out."""

from __future__ import annotations

import csv
import io
from random import Random

from webapp import files
from webapp.models import history, run
from webapp.models.connection import Connection
from webapp.models.history import History
from webapp.models.run import Run, RunItem
from webapp.models.upload import Upload
from webapp.simulation import bulk
from webapp.simulation.ledger import alike
from webapp.simulation.people import changes, customers, new_values
from webapp.simulation.world import World
from webapp.sync import runs, runs_load, runs_undo
from webapp.sync.fields import NAMES
from webapp.sync.normalise import settle
from webapp.sync.runs_plan import Line, Selection

TICKED = 0.7
Row = dict[str, str]


def load(world: World, r: Random) -> str:
    """ "Indlæs kunder fra fil": the plan is shown, and applied now or a while later."""
    shown = world.memory.pop("loading", None)
    if shown is None or r.random() < 0.3:
        shown = plan(world, r)
        if r.random() < 0.2:
            world.memory["loading"] = shown
            return f"planned {shown.total} of a file"
    return bulk.apply(world, r, shown, TICKED)


def plan(world: World, r: Random) -> Run:
    """A file is sent, and what it would do is seen."""
    name = f"kunder-{next(world.serial)}.csv"
    upload = Upload.keep(world.company, name, file(world, r), world.alice)
    picked, choices = Selection(lines=_lines(upload)), {"there": r.choice(runs_load.THERE)}
    shown = runs.plan(of_files(world), run.LOAD, world.alice, picked, choices)
    Upload.update(run=shown).where(Upload.id == upload.id).execute()
    bulk.seen(world, shown)
    return shown


def of_files(world: World) -> Connection:
    """What the company's files belong to; asked for once, so that no database counts the askings."""
    found: Connection = world.memory.setdefault("files", None) or Connection.of_files(world.company)
    world.memory["files"] = found
    return found


def undo(world: World, r: Random) -> str:
    """A file is taken back."""
    over = Run.select().where(Run.connection == of_files(world), Run.kind == run.LOAD).order_by(Run.id)
    found = [one for one in over if runs_undo.can_be_undone(one)]
    if not found:
        return "nothing loaded"
    shown = runs_undo.plan(r.choice(found), world.alice)
    bulk.seen(world, shown)
    return bulk.apply(world, r, shown)


def file(world: World, r: Random) -> bytes:
    """A list as some spreadsheet writes it."""
    heads = [*(["number"] if r.random() < 0.6 else []), "name", "cvr"]
    heads += [name for name in NAMES if name not in heads and r.random() < 0.5]
    text = io.StringIO()
    sheet = csv.DictWriter(text, heads, extrasaction="ignore", delimiter=r.choice(",;\t"))
    sheet.writeheader()
    sheet.writerows(_row(world, r) for _ in range(r.randint(1, 4)))
    return text.getvalue().encode(r.choice(("utf-8", "utf-8-sig", "cp1252")))


def _row(world: World, r: Random) -> Row:
    """Somebody new, somebody who is here with other values, or a twin of somebody under another number."""
    found, number = customers(world), r.choice(("", str(r.randint(1, 30)), str(r.randint(1000, 1012))))
    how = r.choice(("new", "new", "changed", "changed", "twin")) if found else "new"
    if how == "new":
        return {"number": number} | new_values(world, r)
    one = r.choice(found)
    if how == "twin":
        return {"number": number} | new_values(world, r) | {"name": one.name, "cvr": one.cvr}
    return {"number": str(one.number), "name": one.name, "cvr": one.cvr} | changes(world, r, one.values)


def heads(content: bytes) -> tuple[str, ...]:
    """The fields of a file's columns."""
    return tuple(files.table(content).heads)


def _lines(upload: Upload) -> tuple[Line, ...]:
    table = files.table(upload.sent)
    found = []
    for place, cells in table.lines:
        told = {name: settle(cell) for name, cell in zip(table.heads, cells, strict=False)}
        number = told.pop("number", "") if "number" in table.heads else None
        found.append(Line(upload.name, place, number, {name: value for name, value in told.items() if value}))
    return tuple(found)


# -- what the judges hear of it


def enter(world: World) -> None:
    """A value that a file brought is one that a person typed, and whose name it carries is who it says."""
    if "files" not in world.memory:
        return
    known = world.memory.setdefault("entered", set())
    done = RunItem.select().join(Run).where(Run.connection == of_files(world), RunItem.state == run.ITEM_DONE)
    for item in done.order_by(RunItem.id):
        if item.id in known:
            continue
        known.add(item.id)
        if item.run.kind == run.UNDO:
            world.ledger.gone_by_person("ours", item.customer_id, item.values_before.get("ours", {}))
        else:
            _loaded(world, item)


def _loaded(world: World, item: RunItem) -> None:
    values, customer = item.values_after.get("ours", {}), item.customer_id
    for side, entity in (world.ledger.origin.get(value, ("", 0)) for value in values.values()):
        if side == "theirs":
            world.ledger.declared.add((customer, entity))
        elif side:
            world.ledger.kin.add((customer, entity))
    world.ledger.note("ours", customer, values, item.values_before.get("ours", {}))
    world.ledger.counts["lines loaded that made somebody" if item.note.get("made") else "lines loaded"] += 1
    _as_shown(world, item, values)


def _as_shown(world: World, item: RunItem, values: Row) -> None:
    """I3: a line of a file wrote what its plan had shown, and nothing else."""
    own = History.run_id == item.run_id, History.customer_id == item.customer_id, History.side == history.OURS
    for line in History.select().where(*own, History.field.in_(NAMES)):
        shown = item.values_before.get("ours", {}).get(line.field, ""), values.get(line.field, "")
        if not alike(line.before, shown[0]) or not alike(line.after, shown[1]):
            world.wrong(f"I3: a file wrote {line.field} {line.before!r} to {line.after!r}, not {shown}")


def judge(world: World) -> None:
    """I2: each line of a file made at most one customer; and no file is kept once its plan is carried out."""
    enter(world)
    made = History.select(History.customer_id).where(History.cause == "load", History.field == "name")
    loaded = RunItem.select(RunItem.customer_id).join(Run).where(Run.kind == run.LOAD)
    for line in made.where(History.before == "", History.customer_id.not_in(loaded)):
        world.wrong(f"I2: customer {line.customer_id} was made by a file and belongs to no line of it")
    over = Run.select().where(Run.state != run.PLANNED)
    for kept in Upload.select().where(Upload.run.in_(over), Upload.fault == ""):  # One with a fault is still shown.
        world.wrong(f"I1: the file {kept.name} is still kept")
