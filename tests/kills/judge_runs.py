"""The judgement on bulk work: runs ended as told, each item once, and an undo took back no more than its run did."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.kills.log import Entry, Log
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import OURS, History
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem, RunPlan
from webapp.sync.undo_plan import REMOVE_OURS, REMOVE_THEIRS

TELLING = (states.CREATE_OURS, states.CREATE_THEIRS, states.PAIR, states.RESOLVE, states.DELETE)
"""Kinds that write a line of history for each customer."""


def lost(connection: Connection, log: Log) -> Iterator[str]:
    """Runs that are not there or not at their end, and what went or was overruled without an order."""
    runs = {run.id: run for run in Run.select().where(Run.connection == connection)}
    for entry in log.of("run"):
        if entry.subject not in runs or runs[entry.subject].state in (states.PLANNED, states.DROPPED):
            yield f"run {entry.subject} {entry.value}"
    for run in _begun(connection):
        yield from _not_ended(run, log)
        yield from _overreaching(run, log)
    yield from _gone_unasked(connection, log)


def doubled(connection: Connection, log: Log) -> Iterator[str]:
    """What a run did twice, and what nobody ordered."""
    ordered = {entry.subject for entry in log.of("run", acked=None)}
    for run in _begun(connection):
        if run.id not in ordered:
            yield f"nobody ordered run {run.id}"
        done = list(RunItem.of(run, states.ITEM_DONE))
        for column in ("position", "customer_id", "mirror_id"):
            yield from (f"run {run.id} did {column} {one} twice" for one in _twice(getattr(i, column) for i in done))
        yield from _told_otherwise(run)
    yield from _copies(connection, log)


def first_names(connection: Connection) -> dict[int, str]:
    """Every customer here, and the name it was made with: a run may have given it another."""
    told = History.select().where(History.company == connection.company_id, History.side == OURS)
    return {one.customer_id: one.after for one in told.where(History.field == "name", History.version == 1)}


def _begun(connection: Connection) -> list[Run]:
    never = (states.PLANNED, states.DROPPED)
    return list(Run.select().where(Run.connection == connection, Run.state.not_in(never)))


def _twice(found: Iterable[Any]) -> list[Any]:
    return [one for one, count in Counter(found).items() if one is not None and count > 1]


def _not_ended(run: Run, log: Log) -> Iterator[str]:
    """It is done, or stands as a person told it to; every item has one outcome, and the counters say so."""
    told = {word for word in ("pause", "cancellation") for e in log.of(word, acked=None) if e.subject == run.id}
    ends = {states.DONE} | ({states.PAUSED} if "pause" in told else set())
    ends |= {states.STOPPED} if "cancellation" in told else set()
    counts = run.counts()
    unfinished = counts[states.ITEM_BEGUN] + (counts[states.ITEM_WAITING] if run.state == states.DONE else 0)
    total = sum(counts.values()) - counts[states.ITEM_HELD]
    if run.state not in ends or unfinished:
        yield f"run {run.id} {run.kind} is {run.state}, told {told}: {counts}"
    if (run.done, run.failed, run.total) != (counts[states.ITEM_DONE], counts[states.ITEM_FAILED], total):
        yield f"run {run.id} {run.kind} counts {run.done}+{run.failed} of {run.total}: {counts}"
    for item in RunItem.of(run, states.ITEM_DONE, states.ITEM_FAILED):
        if item.settled_at is None or bool(item.reason) != (item.state == states.ITEM_FAILED):
            yield f"item {item.position} of run {run.id} is {item.state} because of {item.reason!r}"


def _overreaching(run: Run, log: Log) -> Iterator[str]:
    """An undo that took back what its run had not done, or removed what somebody had edited since."""
    plan = RunPlan.of(run)
    if run.kind != states.UNDO or plan is None or plan.undoes is None:
        return
    made = {item.position: item for item in RunItem.of(plan.undoes, states.ITEM_DONE)}
    orders = [entry for entry in log.of("run", acked=None) if entry.subject in (run.id, plan.undoes.id)]
    for item in RunItem.of(run, states.ITEM_DONE):
        before = made.get(item.position)
        if before is None or item.customer_id != before.customer_id:
            yield f"undo {run.id} took back item {item.position}, which run {plan.undoes.id} had not done"
        touched = list(_edits_between(item, orders, log))
        if touched:
            yield f"undo {run.id} removed {item.number} although it was edited: {touched[0]}"


def _edits_between(item: RunItem, orders: list[Entry], log: Log) -> Iterator[Entry]:
    """Edits, acknowledged between the order of the run and that of its undo, of a customer that the undo removed."""
    does = "" if item.note.get("kept") else item.note.get("does")
    wanted = {REMOVE_THEIRS: ("theirs", item.number), REMOVE_OURS: ("form", item.customer_id)}.get(str(does))
    if wanted is None:
        return
    began, ended = min(e.asked_at for e in orders), max(e.asked_at for e in orders)
    for entry in log.of(wanted[0]):
        if entry.subject == wanted[1] and began < entry.asked_at and entry.answered_at < ended:
            yield entry


def _gone_unasked(connection: Connection, log: Log) -> Iterator[str]:
    """Customers that are deleted on a side although nobody had ordered it, one by one or in bulk."""
    done = RunItem.select(RunItem, Run).join(Run).where(Run.connection == connection)
    done = list(done.where(RunItem.state.in_((states.ITEM_DONE, states.ITEM_FAILED))))
    ours = {entry.subject for entry in log.of("delete", acked=None)}
    ours |= {item.customer_id for item in done if _deletes(item, "ours", REMOVE_OURS)}
    pairs = {entry.subject for entry in log.of("delete there", acked=None)}
    theirs = {pair.mirror_id for pair in Pairing.select().where(Pairing.id.in_(list(pairs)))}
    theirs |= {item.mirror_id for item in done if _deletes(item, "theirs", REMOVE_THEIRS)}
    gone = Customer.select().where(Customer.company == connection.company_id, Customer.deleted_at.is_null(False))
    yield from (f"our {one.id} is deleted, which nobody ordered" for one in gone if one.id not in ours)
    away = Mirror.select().where(Mirror.connection == connection, Mirror.gone_at.is_null(False))
    yield from (f"their {one.number} is deleted, which nobody ordered" for one in away if one.id not in theirs)


def _deletes(item: RunItem, side: str, undoing: str) -> bool:
    if item.run.kind == states.DELETE:
        return side in item.note.get("sides", ())
    return bool(item.note.get("does") == undoing)


def _told_otherwise(run: Run) -> Iterator[str]:
    """The history tells of a change twice, of one that the run says it did not make, or not of one that it made."""
    told = list(History.select().where(History.run_id == run.id))
    lines = ((one.customer_id, one.mirror_id, one.pairing_id, one.side, one.field) for one in told)
    yield from (f"run {run.id} {run.kind} is told of twice: {line}" for line in _twice(lines))
    left = RunItem.of(run, states.ITEM_HELD, states.ITEM_WAITING, states.ITEM_FAILED)
    spared = {item.customer_id for item in left} - {None}
    done = {one.customer_id for one in told}
    yield from (f"run {run.id} {run.kind} left {one} alone, says the run, not its history" for one in spared & done)
    made = RunItem.of(run, states.ITEM_DONE) if run.kind in TELLING else ()
    missing = {item.customer_id for item in made} - done
    yield from (f"run {run.id} {run.kind} did {one}, says the run, not its history" for one in missing)


def _copies(connection: Connection, log: Log) -> Iterator[str]:
    """Customers here that nobody added and no run lists: one at most for each copy that was asked for by itself."""
    added = {f"Ny {entry.value}" for entry in log.of("add", acked=None)}
    listed = RunItem.select(RunItem.customer_id).join(Run)
    listed = {item.customer_id for item in listed.where(Run.connection == connection, Run.kind == states.CREATE_OURS)}
    named = first_names(connection).items()
    unknown = [one for one, name in named if not name.startswith("Vores ") and name not in added and one not in listed]
    pairs = Pairing.select().where(Pairing.connection == connection, Pairing.customer.in_(unknown))
    mirror_of = {pair.customer_id: pair.mirror_id for pair in pairs.order_by(Pairing.id.desc())}
    yield from (f"our {one} was made by nobody" for one in unknown if one not in mirror_of)
    mirrors = Counter(mirror_of.values())
    asked = Counter(entry.subject for entry in log.of("pair theirs", acked=None))
    yield from (f"their {one} was copied {n} times here" for one, n in mirrors.items() if n > asked[one])
