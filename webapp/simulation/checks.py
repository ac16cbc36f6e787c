"""The judgement: the invariants I1 to I17 as far as one history can show them, each as a sentence when it fails."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from webapp import db
from webapp.models import history, pairing
from webapp.models.attempt import Attempt
from webapp.models.confirmation import Confirmation
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.erasure import Erasure
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import PAUSED, Run, RunItem, RunPlan
from webapp.models.suggestion import Suggestion
from webapp.models.sweep import DONE, POLL, Sweep
from webapp.models.tally import Tally
from webapp.simulation import allowed, forgotten, gone, loads, neighbour, twins
from webapp.simulation.ledger import LOST_RACE, TEXTS, alike, values_of
from webapp.simulation.world import World
from webapp.sync import standing, sweep
from webapp.sync.plan import Outcome, Presence
from webapp.sync.push import stored_as

STILL = (
    Customer, Mirror, Pairing, Place, Tally, History, Attempt, Exclusion, Run, RunItem, RunPlan, FieldRule, DefaultRule,
    Confirmation, Suggestion, Erasure,
)  # fmt: skip


class _Undo(Exception):
    """Leaves a transaction without a trace."""


def rows(world: World) -> dict[str, list[Any]]:
    """Every row that a replay must not touch."""
    return {table.__name__: sorted(repr(row) for row in table.select().tuples()) for table in STILL}


def fingerprint(world: World) -> Any:
    """What the two registers hold and how the pairs stand."""
    return end(world), world.ledger.counts["writes"]


def end(world: World) -> Any:
    """The end state without ids or times, to be equal on every database."""
    connection = world.connection
    ours = [(c.number, c.values) for c in Customer.of(world.company).order_by(Customer.number)]
    theirs = [(n, values_of(world.economic.customers[n])) for n in world.economic.customers]
    places = sorted(
        (p.section, p.state, p.customer.number if p.customer else 0, p.mirror.number if p.mirror else 0)
        for p in Place.select().where(Place.connection == connection)
    )
    return ours, theirs, places


def judge(world: World) -> None:
    """Every check; each adds its sentences to the world's violations."""
    connection = world.connection
    assert connection is not None
    loads.judge(world)
    allowed.judge(world, connection)
    for each, agreement in [(connection, world.economic), *neighbour.agreements(world)]:
        _places(world, each)
        _mirror(world, each, agreement)
    neighbour.judge(world)
    _pairs(world, connection)
    gone.judge(world, connection)
    _ours_log(world)
    _theirs_log(world)
    _ledger(world)
    twins.judge(world, connection)
    world.witness.judge()
    _inbox(world)
    _runs(world)
    _brake(world, connection)
    _emptied(world, connection)
    _ping_pong(world)
    forgotten.judge(world)
    for line in world.ledger.collateral:
        world.wrong(f"I5: a field that is not synced was changed: {line}")


def _places(world: World, connection: Connection) -> None:
    """I14: what is stored of sections and counters is what a recount gives."""

    def stored() -> tuple[list[Any], dict[str, Any]]:
        places = Place.select().where(Place.connection == connection)
        kept = [(p.customer_id or 0, p.mirror_id or 0, p.pairing_id or 0, p.section, p.state, p.name) for p in places]
        return sorted(kept), Tally.of(connection)

    before = stored()
    try:
        with db.write():
            standing.rebuild(connection)
            after = stored()
            raise _Undo
    except _Undo:
        pass
    if before != after:
        lost = [p for p in before[0] if p not in after[0]]
        new = [p for p in after[0] if p not in before[0]]
        world.wrong(f"I14: stored places {lost} but recomputed {new}; {before[1]} and {after[1]}")


def _mirror(world: World, connection: Connection, agreement: Any) -> None:
    """Our mirror is what e-conomic holds; a number without a row is one that an open creation waits for."""
    held = {n: values_of(agreement.customers[n]) for n in agreement.customers}
    known = {m.number: m for m in Mirror.of(connection)}
    for number, mirror in known.items():
        if number not in held:
            world.wrong(f"I4: the mirror still has {number}, which is gone")
        elif any(not alike(held[number][name], value) for name, value in mirror.values.items()):
            world.wrong(f"I4: the mirror of {number} is stale")
    for number in held.keys() - known.keys():
        if Pairing.creating_number(connection, number) is None:
            world.wrong(f"I4: {number} is there and nobody here knows")


def _made_and_refused(world: World, pair: Pairing) -> None:
    """I2: a creation that took effect in time does not end as refused, unless it was edited there unheard."""
    sent = {attempt.key: attempt.fields for attempt in Attempt.select().where(Attempt.pairing == pair)}
    mine = [one for one in world.ledger.remotes if one.key in sent and not (one.gone or one.late)]
    if not mine or mine[0].number != pair.new_number or pair.fault.get("kind") not in ("number_taken", "number_held"):
        return
    now = values_of(world.economic.customers[mine[0].number])
    if any(value and not stored_as(value, now[name]) for name, value in sent[mine[0].key].items()):
        world.ledger.counts["made, edited there unheard, and left to a person"] += 1
    else:
        world.wrong(f"I2: pair {pair.id} was made there and stands as {pair.fault['kind']}")


def _pairs(world: World, connection: Connection) -> None:
    """I4: each pair is equal, agreed different by a person, or waits on one."""
    for pair in Pairing.living(connection):
        if pair.state == pairing.CREATING or pair.deleting:
            if not pair.fault:
                world.wrong(f"I12: pair {pair.id} is still {pair.state} (deleting {pair.deleting})")
            _made_and_refused(world, pair)
            continue
        planned = standing.plan_of(pair)
        if planned.presence == Presence.CLOSE:
            world.wrong(f"I4: pair {pair.id} is gone on both sides and not closed")
        for field in planned.fields:
            if field.outcome in (Outcome.PUSH, Outcome.PULL, Outcome.AGREE) and not pair.fault:
                world.wrong(f"I4: {field.name} of pair {pair.id} waits for {field.outcome}")
            differ = field.outcome == Outcome.NOTHING and not alike(field.ours, field.theirs)
            if differ and not _agreed(world, field.name, field.ours, field.theirs) and not allowed.may_differ(field):
                world.wrong(f"I4: {field.name} of pair {pair.id} differs unasked: {field.ours!r}, {field.theirs!r}")


def _agreed(world: World, name: str, ours: str, theirs: str) -> bool:
    known = world.ledger.agreed
    return stored_as(ours, theirs) or any(n == name and alike(o, ours) and world.keeps(t, theirs) for n, o, t in known)


def _ours_log(world: World) -> None:
    """I3 here: what a pull took away had been on both sides before, or a person chose so."""
    theirs, chosen = world.ledger.theirs_ever, world.ledger.answered
    for line in forgotten.lines(world, history.OURS):
        if line.field not in TEXTS or line.cause in ("person", "create", "load"):
            continue
        if not line.before or alike(line.before, line.after):
            continue
        was_there = any(stored_as(line.before, value) for value in theirs[line.field])
        if line.cause == "pull" and stored_as(line.before, line.after) and (line.field, line.before) not in chosen:
            world.wrong(f"I3: {line.field} {line.before!r} of customer {line.customer_id} was cut by its own echo")
        if not was_there and (line.field, line.before) not in chosen:
            lost = f"{line.field} {line.before!r} of customer {line.customer_id}"
            world.wrong(f"I3: {lost} was lost to {line.after!r} ({line.cause})")


def _theirs_log(world: World) -> None:
    """I3 there: what a push took away had been here before, or a person chose so."""
    ours = _ever(world, history.OURS)
    for done in world.ledger.overwritten:
        known = done.before in ours[done.field] or (done.field, done.before) in world.ledger.answered
        if known or done.field not in TEXTS:
            continue
        if done.raced:
            world.ledger.counts[LOST_RACE] += 1
        else:
            world.wrong(f"I3: {done.field} {done.before!r} in e-conomic was lost to {done.after!r}")
    seen = _ever(world, history.THEIRS)
    for name, value in world.ledger.deleted_values:
        if name in TEXTS and value not in ours[name] and value not in seen[name] and not _known_there(name, value):
            world.ledger.counts["edits lost between look and deletion"] += 1


def _ever(world: World, side: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in forgotten.lines(world, side):
        found[line.field] |= {line.before, line.after}
    table: Any = Customer if side == history.OURS else Mirror
    for row in table.select():
        for name, value in row.values.items():
            found[name].add(value)
    return found


def _known_there(name: str, value: str) -> bool:
    return bool(Mirror.select().where(getattr(Mirror, name) == value).exists())


def _ledger(world: World) -> None:
    """I3: each value that a person typed still stands on its side, or its end there is known."""
    left: dict[tuple[str, int, str], set[str]] = defaultdict(set)
    for line in forgotten.lines(world, history.OURS):
        left["ours", line.customer_id or 0, line.field].add(line.before)
    for done in world.ledger.overwritten:
        left["theirs", done.entity, done.field].add(done.before)
    ours = {c.id: c for c in Customer.select()}
    for entry in world.ledger.typed:
        if (entry.side, entry.entity, entry.field, entry.value) in world.ledger.superseded:
            continue
        if entry.value in left[entry.side, entry.entity, entry.field]:
            continue
        if _stands(world, entry.side, entry.entity, entry.field) != entry.value and not (
            entry.side == "ours" and ours[entry.entity].deleted_at
        ):
            world.wrong(f"I3: {entry.field} {entry.value!r} typed on {entry.side} {entry.entity} is nowhere")


def _stands(world: World, side: str, entity: int, name: str) -> str:
    if side == "ours":
        return str(getattr(Customer.get_by_id(entity), name)).strip()
    remote = world.ledger.remotes[entity - 1]
    return remote.gone or values_of(world.economic.customers[remote.number])[name]


def _inbox(world: World) -> None:
    """I1: every acknowledged webhook is in the inbox, and handled."""
    kept = {row.id: row.state for row in Inbox.select(Inbox.id, Inbox.state)}
    for row_id, *_ in world.memory.get("acknowledged", []):
        if kept.get(row_id) != "done":
            world.wrong(f"I1: acknowledged webhook {row_id} is {kept.get(row_id, 'lost')}")


def _runs(world: World) -> None:
    """I12: a run ends, and each of its items says how."""
    for ordered in Run.select().where(Run.state.not_in(("planned", "dropped"))):
        items = list(RunItem.select().where(RunItem.run == ordered))
        waiting = [item for item in items if item.state in ("waiting", "begun")]
        if ordered.state == PAUSED:
            if any(item.state == "begun" for item in waiting):
                world.wrong(f"I12: run {ordered.id} is paused, and what it had begun has not ended")
        elif not ordered.is_over:
            world.wrong(f"I12: run {ordered.id} is still {ordered.state}: {[(i.state, i.pairing_id) for i in waiting]}")
        elif ordered.state == "done" and waiting:
            world.wrong(f"I12: run {ordered.id} is done with {len(waiting)} items open")


def _brake(world: World, connection: Connection) -> None:
    """I15: no sweep that missed many went on without a person; whom one has ordered to be deleted is not among them."""
    size, ordered = Mirror.select().where(Mirror.connection == connection).count(), list(world.witness.decided)
    for done in Sweep.select().where(Sweep.state == DONE, Sweep.kind != POLL):
        by_order = Pairing.select().where(Pairing.mirror.in_(done.candidates), Pairing.id.in_(ordered))
        missing = len(done.candidates) - by_order.count()
        if missing > sweep.brake(size) and done.id not in world.memory.get("released", set()):
            world.wrong(f"I15: sweep {done.id} went on with {missing} missing")


def _emptied(world: World, connection: Connection) -> None:
    """I15: no more pairs were emptied within ten minutes than may be without a person."""
    may = world.memory.get("may be emptied", set())
    lost = (History.before != "") & (History.after == "") & History.cause.in_(("pull", "push"))
    lines = list(History.select().where(History.connection == connection, lost).order_by(History.id))
    size = max(1, Pairing.select().where(Pairing.connection == connection).count())
    for place, line in enumerate(lines):
        near = {x.pairing_id for x in lines[: place + 1] if timedelta() <= line.at - x.at < timedelta(minutes=5)}
        if len(near - may - {None}) > sweep.brake(size):
            world.wrong(f"I15: {len(near)} pairs were emptied at once ({near})")
            return


def _ping_pong(world: World) -> None:
    """I9: each write that changed something there has a reason that a person gave: a value, an answer, a pair."""
    ledger = world.ledger
    reasons = len(ledger.typed) + len(ledger.answered) + 2 * Pairing.select().count() + world.ledger.counts["steps"]
    reasons += RunItem.select().where(RunItem.state.in_(("begun", "done", "failed"))).count()
    if ledger.counts["writes that changed something"] > reasons:
        world.wrong(f"I9: {ledger.counts['writes that changed something']} writes for {reasons} reasons")
