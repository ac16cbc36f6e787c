"""Bulk work: planned, applied exactly as it was shown, carried out item by item; paused, gone on with, stopped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from webapp import db, ports
from webapp.files import Unreadable
from webapp.models import lane
from webapp.models import run as states
from webapp.models.connection import CLOSED, REHEARSING, Connection
from webapp.models.exclusion import Exclusion
from webapp.models.lane import Lane
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.upload import Upload
from webapp.models.user import User
from webapp.sync import (
    kinds,
    making,
    rehearsal,
    runs_create,
    runs_load,
    runs_plan,
    runs_undo,
)
from webapp.sync.creations import NOT_CREATED, AlreadyPaired, NotCreated
from webapp.sync.foresee import SERIOUS
from webapp.sync.kinds import JOINING, KINDS, Choices
from webapp.sync.pairings import Moved
from webapp.sync.register import NumberInUse
from webapp.sync.runs_plan import EVERYBODY, Selection
from webapp.sync.undo_plan import RECREATE

AT_ONCE, HERE_AT_ONCE, TOGETHER = 20, 50, 10


class NotApplied(Exception):
    """The plan was not applied: `why` is moved (another seal), making, busy, empty, over, closed, rehearsal or
    unconfirmed."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


COME_SINCE = dict.fromkeys((states.CREATE_OURS, states.CREATE_THEIRS), runs_create.come_since)
COME_SINCE[states.LOAD] = runs_load.come_since
GOING = (states.WAITING, states.RUNNING)
BEGINNING = (states.CREATE_THEIRS, states.DELETE, states.UNDO)
"""Kinds whose items are begun here and brought to their end by their pair's lane."""


def plan(
    connection: Connection,
    kind: str,
    by: User | None,
    picked: Selection = EVERYBODY,
    choices: Choices | None = None,
    follows: Run | None = None,
) -> Run:
    """Plan this kind of work for those who are picked, or for everybody, or have it planned; nothing is done."""
    settled, looks = kinds.chosen(kind, choices or {}), making.weight(connection, kind, picked)
    if looks > making.AT_LEISURE:
        return making.order(connection, kind, by, picked, settled, looks, follows=follows)
    items = kinds.planned(connection, kind, picked, settled)
    return runs_plan.store(connection, kind, items, by, settled, follows=follows)


def choose(run: Run, choices: Choices) -> bool:
    """Plan the same customers anew with other choices; False when the plan was applied meanwhile."""
    settled, picked = kinds.chosen(run.kind, choices), picked_for(run)
    looks = making.weight(run.connection, run.kind, picked)
    if looks > making.AT_LEISURE:
        return making.order_again(run, picked, settled, looks)
    return runs_plan.replace(run, kinds.planned(run.connection, run.kind, picked, settled), settled)


def picked_for(run: Run) -> Selection:
    """Those whom a plan is for: the file that it was made of, or just the customers that it shows."""
    shown = RunPlan.of(run)
    picked = Selection.read(shown.picked) if shown is not None and shown.picked else EVERYBODY
    if picked.file is not None and Upload.found(run.company, picked.file.upload) is not None:
        return picked
    items = RunItem.of(run)
    if run.kind != states.LOAD:  # There may be very many, and only their ids are asked for.
        items = items.select(RunItem.customer_id, RunItem.mirror_id, RunItem.pairing_id).namedtuples()
    return kinds.picked_again(list(items), run.kind)


def plan_moved(run: Run, by: User | None) -> Run:
    """A new plan of just those that moved between the plan and its run."""
    moved = list(RunItem.of(run, states.ITEM_FAILED).where(RunItem.reason.in_(states.FELL_OUT)))
    old = RunPlan.of(run)
    if run.kind == states.UNDO and old is not None and old.undoes is not None:
        return runs_undo.plan(old.undoes, by, only={item.position for item in moved}, follows=run)
    again = kinds.picked_again(moved, run.kind)
    return plan(run.connection, run.kind, by, again, old.choices if old else {}, follows=run)


def make(held: Lane, files: Connection) -> None:
    """The worker's part of a plan that a page has ordered."""
    ordered = Run.get_or_none(Run.id == held.record, Run.company == files.company_id)
    shown = RunPlan.of(ordered) if ordered is not None and ordered.is_making else None
    if ordered is None or shown is None:
        with db.write():
            held.hold()
            held.finish()
        return
    picked, progress = Selection.read(shown.picked), making.Progress(held, ordered)
    try:
        if shown.undoes is not None:
            items = runs_undo.planned_back(shown.undoes, picked.only, progress)
        else:
            items = kinds.planned(ordered.connection, ordered.kind, picked, shown.choices, progress)
        making.keep(held, ordered, items, shown.choices)
    except making.PutAway:
        held.again()
    except Unreadable as fault:
        making.give_up(held, ordered, picked.file.upload if picked.file else 0, fault)


@db.retrying
def start(
    run: Run, by: User | None, seal: str = "", also: Collection[int] = (), confirmed: Collection[str] = ()
) -> Run:
    """ "Indsend": let exactly this plan run, and of what it holds back the ticked items. Raises NotApplied.

    `confirmed`: effects in the books that `by` answers for by name, so what waits for just these takes part too;
    and the deletion, without which no run deletes anybody.
    """
    with db.write():
        Connection.locked(run.connection_id)  # So that of two plans in the same moment one finds the other running.
        locked = Run.locked(run.id)
        shown = RunPlan.of(locked)
        if locked.is_making:
            raise NotApplied("making")
        if shown is None or not locked.is_planned or runs_undo.is_too_late(shown):
            raise NotApplied("over")
        if locked.connection.state == CLOSED or locked.connection.is_rehearsing:
            raise NotApplied("closed" if locked.connection.state == CLOSED else "rehearsal")
        if seal and seal != shown.seal:
            raise NotApplied("moved")
        if Run.current(locked.connection) is not None:
            raise NotApplied("busy")
        is_signed = by is not None and by.is_administrator and states.DELETE in confirmed
        if runs_undo.deletes(locked) and not is_signed:
            raise NotApplied("unconfirmed")
        _tick(locked, {*also, *runs_plan.answered_for(locked, confirmed)}, by)
        locked.total = RunItem.of(locked, states.ITEM_WAITING).count()
        if not locked.total:
            raise NotApplied("empty")
        locked.state = states.WAITING
        locked.save()
        RunPlan.update(applied_by=by, applied_at=ports.now()).where(RunPlan.id == shown.id).execute()
        Upload.forget(locked)
        Lane.wake(locked.connection, lane.RUN, locked.id)
    return locked


TICKABLE = (states.LIKENESS, "off", SERIOUS, *runs_load.TICKABLE)


def _tick(run: Run, also: Collection[int], by: User | None) -> None:
    """What is serious in the books takes part only under somebody's name."""
    reasons = TICKABLE if by else [reason for reason in TICKABLE if reason != SERIOUS]
    ids = sorted(also)
    for start_at in range(0, len(ids), runs_plan.AT_ONCE):
        RunItem.update(state=states.ITEM_WAITING, reason="").where(
            RunItem.run == run, RunItem.id.in_(ids[start_at : start_at + runs_plan.AT_ONCE]),
            RunItem.state == states.ITEM_HELD, RunItem.reason.in_(reasons),
        ).execute()  # fmt: skip


def step(held: Lane, connection: Connection) -> None:
    """Bring a run on: do the next few, count, and end it when nothing is left."""
    ordered = Run.get_or_none(Run.id == held.record, Run.connection == connection)
    if ordered is None or ordered.state in (states.DONE, states.DROPPED, states.PLANNED, states.MAKING):
        with db.write():
            held.hold()
            held.finish()
        return
    if ordered.state in GOING and not rehearsal.holds_back(connection):
        shown, items = RunPlan.of(ordered), _next_items(ordered)
        choices, come_since = shown.choices if shown else {}, COME_SINCE.get(ordered.kind)
        near = come_since(connection, ordered, items, choices) if come_since else {}
        for start_at in range(0, len(items), TOGETHER):
            ids = [item.id for item in items[start_at : start_at + TOGETHER]]
            _do(held, connection, ordered, ids, choices, near)
    _count(held, connection, ordered)


def _next_items(ordered: Run) -> list[RunItem]:
    begun = RunItem.of(ordered, states.ITEM_BEGUN).count()
    room = AT_ONCE - begun if ordered.kind in BEGINNING else HERE_AT_ONCE
    return list(RunItem.of(ordered, states.ITEM_WAITING).limit(max(0, room)))


@db.retrying
def _do(
    held: Lane, connection: Connection, ordered: Run, ids: Sequence[int], choices: Choices, near: Mapping[int, str]
) -> None:
    """A few items in one transaction; what is in an item's way is its reason, and the others go on.

    Read anew, for a transaction may be run again, and the run be paused or stopped. `near`: item -> whom it resembles.
    """
    carry_out = runs_undo.carry_out if ordered.kind == states.UNDO else KINDS[ordered.kind].carry_out
    with db.write():
        held.hold_to_write()
        if Run.locked(ordered.id).state not in GOING:
            return
        for item in list(RunItem.of(ordered, states.ITEM_WAITING).where(RunItem.id.in_(ids))):
            if item.id in near:
                item.note = item.note | {"alike": near[item.id]}
                item.settle(states.LIKENESS)
                continue
            try:
                with db.database.atomic():
                    _check_still_free(connection, ordered, item)
                    carry_out(connection, ordered, item, choices)
            except (AlreadyPaired, Moved):
                item.settle(states.MOVED)
            except (NumberInUse, NotCreated) as fault:
                item.settle("number_taken" if isinstance(fault, NumberInUse) else NOT_CREATED)


def _check_still_free(connection: Connection, ordered: Run, item: RunItem) -> None:
    """Who was left out since the plan stays so: a run never overrules "Ingen synkronisering". And a pair that a stopped
    run still has in hand is not begun by another. Raises Moved."""
    if item.pairing_id and RunItem.of_pairing(item.pairing_id) is not None:
        raise Moved("another run has the pair in hand")
    if ordered.kind not in JOINING and item.note.get("does") != RECREATE:
        return
    in_force = Exclusion.of_either(connection, item.customer_id, item.mirror_id)
    if {one.id for one in in_force} - set(item.note.get("ended", ())):
        raise Moved("left out since the plan")


@db.retrying
def _count(held: Lane, connection: Connection, ordered: Run) -> None:
    """Count what is done. A run that is paused or stopped is counted until what had begun has ended."""
    with db.write():
        held.hold()
        run = Run.locked(ordered.id)
        counts = run.counts()
        run.done, run.failed = counts[states.ITEM_DONE], counts[states.ITEM_FAILED]
        run.started_at = run.started_at or ports.now()
        left = counts[states.ITEM_WAITING] + counts[states.ITEM_BEGUN]
        if run.state in GOING:
            run.state = states.RUNNING if left else states.DONE
        is_idle = not counts[states.ITEM_BEGUN]
        if run.state == states.DONE:
            run.finished_at = ports.now()
        run.save()
        if (is_idle and run.state != states.RUNNING) or connection.rehearsal == REHEARSING:
            held.finish()
        else:
            held.later(0.0 if is_idle and not connection.is_rehearsing else 0.3)


def pause(run: Run) -> bool:
    """Begin no more until told to go on; what has begun comes to its end. False when there is nothing to pause."""
    return _move(run, GOING, states.PAUSED)


def resume(run: Run) -> bool:
    """Go on where it was paused."""
    return _move(run, (states.PAUSED,), states.RUNNING)


@db.retrying
def put_away(run: Run) -> bool:
    """Forget a plan; False when somebody has applied it or put it away meanwhile."""
    with db.write():
        locked = Run.locked(run.id)
        if not locked.is_plan:
            return False
        if locked.is_making:
            RunItem.delete().where(RunItem.company == run.company_id, RunItem.run == run).execute()
            locked.total = locked.done = 0
        locked.state, locked.finished_at = states.DROPPED, ports.now()
        locked.save()
        runs_load.forget(locked)
        return True


def stop(run: Run) -> bool:
    """Make no more; what was made stays."""
    return _move(run, states.OPEN_STATES, states.STOPPED)


@db.retrying
def _move(run: Run, from_: Collection[str], to: str) -> bool:
    with db.write():
        # Taken first, as a step does, so that the two wait for each other and do not get stuck.
        Lane.wake(run.connection, lane.RUN, run.id)
        changes: dict[str, object] = {"state": to}
        if to == states.STOPPED:
            changes["finished_at"] = ports.now()
        return bool(Run.update(**changes).where(Run.id == run.id, Run.state.in_(list(from_))).execute())
