"""Loading customers from a file: what would be done for each line, one of them carried out, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.upload import Upload
from webapp.sync import apply, file_lines, loading, matching, register, suggesting
from webapp.sync.beats import Beat
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Line, Planned, Selection
from webapp.sync.undo_plan import Known, backwards, emptied, left, touched

TICKABLE = loading.TICKABLE
THERE = ("hold", "take")
"""What becomes of a new customer that stands in e-conomic already, without a partner."""
TAKE_AWAY, SET_BACK = "take_away", "set_back"
BACK = (TAKE_AWAY, SET_BACK)


def plan_lines(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """What the lines of a file mean, held against the register as it is now. Raises Unreadable."""
    lines = picked.lines if picked.file is None else file_lines.read(connection.company, picked.file)
    return loading.Loading(connection, there=choices["there"] == "hold").plan(lines, beat)


def lines_of(items: Sequence[RunItem]) -> tuple[Line, ...]:
    """The lines that these items were made of."""
    notes = (item.note for item in items)
    return tuple(Line(note["file"], note["line"], note["said"], note["row"]) for note in notes)


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Add one customer, or change one, exactly as it was shown. Raises Moved."""
    facts: dict[str, Any] = {"cause": "load", "by": run.ordered_by, "run_id": run.id}
    facts |= {"origin": f"{item.note['file']}:{item.note['line']}"}
    values = item.values_after.get("ours", {})
    if item.customer_id is None:
        item.customer_id = _add(connection, item, values, facts).id
        item.note = item.note | {"made": True}
    else:
        customer = Customer.locked_of(connection.company, item.customer_id)
        if customer is None or customer.deleted_at or customer.version != item.seen_version:
            raise Moved("changed since the plan")
        apply.take(customer, values, **facts)
        register.look(customer)
    item.settle()


def _add(connection: Connection, item: RunItem, values: Mapping[str, str], facts: Mapping[str, Any]) -> Customer:
    try:
        made = register.insert(connection.company, item.number, values, **facts)
    except register.NumberInUse as taken:
        raise Moved("the number was given away since the plan") from taken
    register.look(made)
    return made


def come_since(
    connection: Connection, run: Run, items: Sequence[RunItem], choices: Mapping[str, str]
) -> dict[int, str]:
    """Item that is to be new -> whom it resembles by now: somebody that came or was changed here after the plan was
    shown, but by this file, or stands there alone since."""
    new = [item for item in items if item.customer_id is None and not {"alike", "again"} & item.note.keys()]
    loaded = RunItem.select(RunItem.customer_id).where(RunItem.run == run, RunItem.customer_id.is_null(False))
    came = Customer.of(run.company).where(Customer.updated_at >= run.shown_at, Customer.id.not_in(loaded))
    others = [(one.label, one.values) for one in came]
    economic = Connection.open_of(run.company) if choices.get("there") == "hold" else None
    if economic is not None and economic.is_active:
        there = suggesting.register(economic, Mirror, run.shown_at)
        others += [(suggesting.label(values), values) for _id, values in there]
    return matching.marked([(item.id, item.values_after.get("ours", {})) for item in new], others)


def forget(run: Run) -> None:
    """A plan that was put away leaves nothing of its file."""
    if run.kind != states.LOAD:
        return
    RunItem.delete().where(RunItem.company == run.company_id, RunItem.run == run).execute()
    RunPlan.update(picked="").where(RunPlan.company == run.company_id, RunPlan.run == run).execute()
    Upload.forget(run)


# -- and back


def plan_undo(known: Known, item: RunItem) -> Planned:
    """Whoever was added goes, if nobody has touched or paired them; what was changed returns where it still stands."""
    customer = known.customers.get(item.customer_id)
    if customer is None or customer.deleted_at:
        return left(known, item, "deleted_since")
    if item.note.get("made"):
        return _away(known, item, customer)
    before, after, stays = backwards(item, customer.values, {}, ("ours",))
    note = {"does": SET_BACK} | ({"stays": stays} if stays else {})
    held = "" if after else "edited_since"
    return Planned(customer, None, None, item.number, before, after, held, note, position=item.position)


def _away(known: Known, item: RunItem, customer: Customer) -> Planned:
    edited = touched(item.values_after["ours"], customer.values) or customer.number != item.number
    held = "paired_since" if customer.id in known.paired else "edited_since" if edited else ""
    if held:
        return left(known, item, held)
    before = {"ours": {name: value for name, value in customer.values.items() if value}}
    note = {"does": TAKE_AWAY}
    return Planned(customer, None, None, item.number, before, emptied(before), "", note, position=item.position)


def take_back(run: Run, item: RunItem) -> None:
    """Take one line back, in the caller's transaction. Raises Moved."""
    customer = Customer.locked_of(run.company, item.customer_id)
    if customer is None or customer.deleted_at or customer.version != item.seen_version:
        raise Moved("changed since the plan")
    if item.note["does"] == TAKE_AWAY:
        if Pairing.of_customer(customer):
            raise Moved("paired since the plan")
        register.delete(customer, run.ordered_by, cause="undo", run_id=run.id)
    else:
        apply.take(customer, item.values_after["ours"], cause="undo", by=run.ordered_by, run_id=run.id)
    register.look(customer)
    item.settle()
