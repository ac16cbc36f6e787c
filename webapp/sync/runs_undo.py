"""Taking a run back: a plan of what returns and what cannot, then item by item, in both systems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from webapp.models import attempt as attempts
from webapp.models import history, lane, pairing
from webapp.models import run as states
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.user import User
from webapp.sync import apply, making, register, runs_delete, runs_load, runs_plan, runs_resolve, standing
from webapp.sync.beats import Beat, unheard
from webapp.sync.normalise import same
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Planned, Selection
from webapp.sync.undo_plan import (
    APART,
    ASK,
    ASK_THERE,
    INCLUDE,
    RECREATE,
    REMOVE_OURS,
    REMOVE_THEIRS,
    RESTORE_THEIRS,
    RETURN_OURS,
    THERE,
    Known,
    backwards,
    emptied,
    left,
    ready,
    touched,
)


def can_be_undone(run: Run) -> bool:
    """It ended no more than thirty days ago, something that it did stands yet, and nobody takes it back."""
    if run.is_past_undoing or not run.done or RunPlan.of(run) is None or is_taken_back(run):
        return False
    begun = RunItem.of(run, states.ITEM_BEGUN).exists()
    return not begun and not any(one.state in (*states.OPEN_STATES, states.DONE) for one in RunPlan.undoing(run))


def is_taken_back(run: Run) -> bool:
    """Others have taken back each thing that it did, perhaps several of them and each stopped on its way."""
    back = RunItem.taken_back(run).select(RunItem.position)
    left = RunItem.of(run, states.ITEM_DONE).where(RunItem.position.not_in(back))
    return bool(back.exists()) and not left.exists()


def is_too_late(shown: RunPlan) -> bool:
    """The plan is to take a run back that another has taken back meanwhile, or the days for that are over."""
    if shown.undoes is None:
        return False
    return shown.undoes.is_past_undoing if shown.follows_id else not can_be_undone(shown.undoes)


def deletes(run: Run) -> bool:
    """The plan deletes customers by a person's order, or in e-conomic those that a run has made there."""
    return run.kind == states.DELETE or bool(deletions(run))


def deletions(run: Run) -> int:
    """How many customers it deletes so: of those taken back the ones that go there, not who is only unpaired."""
    waiting = RunItem.of(run, states.ITEM_WAITING)
    removing = RunItem.note_json.contains(f'"does": "{REMOVE_THEIRS}"')
    return int((waiting if run.kind == states.DELETE else waiting.where(removing)).count())


def planned(run: Run) -> Run | None:
    """The newest plan that takes the run back and has not been applied, also one that is being made."""
    return next((one for one in RunPlan.undoing(run) if one.is_plan), None)


def plan(run: Run, by: User | None, *, only: Collection[int] | None = None, follows: Run | None = None) -> Run:
    """A plan that takes the run back, but for what another one has taken back already; nothing is done."""
    choices = {"of": run.kind}
    if run.done > making.AT_LEISURE:
        picked = Selection(only=None if only is None else tuple(only))
        return making.order(run.connection, states.UNDO, by, picked, choices, run.done, undoes=run, follows=follows)
    planned = planned_back(run, only)
    return runs_plan.store(run.connection, states.UNDO, planned, by, choices, undoes=run, follows=follows)


def planned_back(run: Run, only: Collection[int] | None, beat: Beat = unheard) -> list[Planned]:
    """What would be done to take it back, at these positions or at all."""
    back = {item.position for item in RunItem.taken_back(run)}
    done = [item for item in RunItem.of(run, states.ITEM_DONE) if item.position not in back]
    items = [item for item in done if only is None or item.position in only]
    known = Known(run.connection, items)
    return [_back(run, known, item, beat) for item in items]


def _back(run: Run, known: Known, item: RunItem, beat: Beat) -> Planned:
    beat()
    return left(known, item, "erased") if item.note.get("erased") else _BY_KIND[run.kind](known, item)


def _of_exclusion(known: Known, item: RunItem) -> Planned:
    there = Exclusion.get_or_none(Exclusion.connection == known.connection, Exclusion.id == item.note.get("exclusion"))
    held = "" if there is not None and there.ended_at is None else "included_since"
    customer, mirror = known.customers.get(item.customer_id), known.mirrors.get(item.mirror_id)
    note = {"does": INCLUDE, "exclusion": item.note.get("exclusion")}
    return Planned(customer, mirror, None, item.number, held=held, note=note, position=item.position)


def _of_copy(known: Known, item: RunItem) -> Planned:
    """A customer that was made here goes, if nobody has touched it; otherwise it stays and is only unpaired."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return left(known, item, held)
    made = item.note.get("made", {}).get("ours", {})
    edited = touched(made, customer.values) + (["number"] if customer.number != item.number else [])
    does = APART if edited else REMOVE_OURS
    before = {} if edited else {"ours": {name: value for name, value in customer.values.items() if value}}
    return ready(known, item, pair, customer, mirror, does, before, emptied(before), edited)


def _of_creation(known: Known, item: RunItem) -> Planned:
    """A customer that was made there is deleted, if nobody has touched it; ours lose what the defaults gave them."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return left(known, item, held)
    made = item.note.get("made", {}).get("theirs", {})
    edited = touched(made, mirror.values) + (["number"] if mirror.number != item.number else [])
    before, after, _stays = backwards(item, customer.values, mirror.values, ("ours",))
    closed = known.closed(after, list(after.get("ours", {})))
    before, after = (_without(closed, sides) for sides in (before, after))
    if not edited:
        before["theirs"] = {name: value for name, value in mirror.values.items() if value}
        after["theirs"] = dict.fromkeys(before["theirs"], "")
    more = {"closed": closed} if closed else {}
    return ready(known, item, pair, customer, mirror, APART if edited else REMOVE_THEIRS, before, after, edited, more)


def _of_pair(known: Known, item: RunItem) -> Planned:
    """Every field that the run changed returns on its side, unless somebody has changed it since; the pair ends."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return left(known, item, held)
    before, after, stays = backwards(item, customer.values, mirror.values, ("ours", "theirs"), pair.base)
    closed = known.closed(after, [name for values in after.values() for name in values])
    before, after = (_without(closed, sides) for sides in (before, after))
    does = RESTORE_THEIRS if after.get("theirs") else APART
    return ready(known, item, pair, customer, mirror, does, before, after, stays, {"closed": closed} if closed else {})


def _without(names: Collection[str], sides: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    kept = {side: {n: value for n, value in values.items() if n not in names} for side, values in sides.items()}
    return {side: values for side, values in kept.items() if values}


_BY_KIND: dict[str, Callable[[Known, RunItem], Planned]] = {
    states.CREATE_OURS: _of_copy,
    states.CREATE_THEIRS: _of_creation,
    states.PAIR: _of_pair,
    states.EXCLUDE: _of_exclusion,
    states.RESOLVE: runs_resolve.plan_undo,
    states.DELETE: runs_delete.plan_undo,
    states.LOAD: runs_load.plan_undo,
}


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Take one item back, or leave it to its pair's lane where e-conomic has a say. Raises Moved."""
    does, shown = item.note.get("does"), RunPlan.of(run)
    undoes = shown.undoes_id if shown else None
    if undoes and RunItem.taken_back(undoes, RunItem.position == item.position).exists():
        raise Moved("taken back by another run")
    if does == INCLUDE:
        _include(connection, item, run.ordered_by)
        return
    if does in runs_load.BACK:
        runs_load.take_back(run, item)
        return
    if does in (RETURN_OURS, RECREATE):
        runs_delete.bring_back(connection, run, item)
        return
    pair = apply.lock(item.pairing_id)
    if pair is None or pair.state != pairing.OPEN or not is_as_seen(item, pair):
        raise Moved("changed since the plan")
    if does in THERE:
        item.state = states.ITEM_BEGUN
        item.save()
        Lane.wake(connection, lane.PAIR, pair.id)
        return
    if _is_being_written(pair):
        raise Moved("nobody knows yet what stands there")
    put_back(pair, item)
    if does == REMOVE_OURS:
        register.delete(pair.customer, run.ordered_by, cause="undo", run_id=run.id)
        standing.put_customer(connection, pair.customer)
    item.settle()


def _is_being_written(pair: Pairing) -> bool:
    """A write there has no answer yet; the look that its lane waits for tells what it left."""
    looks = Lane.select().where(Lane.connection == pair.connection_id, Lane.side == lane.PAIR, Lane.record == pair.id)
    return Attempt.pending(pair, attempts.UPDATE) is not None and bool(looks.exists())


def is_as_seen(item: RunItem, pair: Pairing) -> bool:
    seen = (item.seen_version, item.seen_theirs)
    is_unmoved = not pair.deleting and (pair.customer.version, pair.mirror.version) == seen
    return is_unmoved and not _is_closed_since(item, pair) and runs_resolve.is_asked(item, pair)


def _is_closed_since(item: RunItem, pair: Pairing) -> bool:
    """A rule has closed a field since that would be written; a customer that goes is gone with all its fields."""
    goes = {REMOVE_OURS: ("ours",), REMOVE_THEIRS: ("theirs",)}.get(item.note["does"], ())
    policy = FieldRule.policy(pair.connection_id)
    written = [(name, side) for side, values in item.values_after.items() if side not in goes for name in values]
    return any(policy.is_closed(name, side) for name, side in written)


def put_back(pair: Pairing, item: RunItem) -> None:
    """Give ours its values back and end the pair, in the caller's transaction; e-conomic's part is done by now.

    A pair whose answers are taken back stays one, and is asked again.
    """
    run = item.run
    if item.note["does"] in (ASK, ASK_THERE):
        runs_resolve.ask_again(pair, item)
        return
    facts = {"connection": pair.connection_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id}
    facts |= {"by": run.ordered_by, "run_id": run.id}
    if item.note.get("does") != REMOVE_OURS:
        apply.take(pair.customer, _unedited(pair, item), cause="undo", **facts)
    History.note(
        pair.company_id, history.PAIR, "undo", field="unpaired", before=pair.mirror.label,
        customer_id=pair.customer_id, **facts,
    )  # fmt: skip
    pair.close("undone", run.ordered_by)
    _leave_out_again(pair, item)
    standing.put_apart(pair)


def _unedited(pair: Pairing, item: RunItem) -> dict[str, str]:
    """What goes back here, but for fields that somebody has edited while e-conomic was being asked."""
    now, before = pair.customer.values, item.values_before.get("ours", {})
    after = item.values_after.get("ours", {})
    return {name: value for name, value in after.items() if same(now[name], before.get(name, ""))}


def _leave_out_again(pair: Pairing, item: RunItem) -> None:
    """What the run ended of "Ingen synkronisering" holds again, unless somebody has said so meanwhile."""
    ended = Exclusion.select().where(
        Exclusion.connection == pair.connection_id, Exclusion.id.in_(item.note.get("ended", []))
    )
    for one in ended:
        if Exclusion.in_force(pair.connection, one.customer_id, one.mirror_id) is None:
            one.renew()


def _include(connection: Connection, item: RunItem, by: User | None) -> None:
    customer = Customer.locked_of(connection.company, item.customer_id) if item.customer_id else None
    mirror = Mirror.locked_of(connection, item.mirror_id) if item.mirror_id else None
    exclusion = Exclusion.in_force(connection, item.customer_id, item.mirror_id)
    if exclusion is None or exclusion.id != item.note.get("exclusion"):
        raise Moved("switched on meanwhile")
    exclusion.end(by)
    if customer is not None:
        standing.put_customer(connection, customer)
    elif mirror is not None:
        standing.put_mirror(connection, mirror)
    item.settle()
