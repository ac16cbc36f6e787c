"""Taking a run back: a plan of what returns and what cannot, then item by item, in both systems."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from webapp import ports
from webapp.models import history, lane, pairing
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.user import User
from webapp.sync import apply, push, register, runs_plan, standing
from webapp.sync.normalise import same
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import AT_ONCE, Planned

APART, INCLUDE = "apart", "include"
REMOVE_OURS, REMOVE_THEIRS, RESTORE_THEIRS = "remove_ours", "remove_theirs", "restore"
CALLS = {REMOVE_THEIRS: 4, RESTORE_THEIRS: 2}


def can_be_undone(run: Run) -> bool:
    """It has ended, something was done, it is no more than thirty days ago, and nobody has taken it back."""
    until = run.undo_until
    if until is None or until < ports.now() or not run.done or RunPlan.of(run) is None:
        return False
    begun = RunItem.of(run, states.ITEM_BEGUN).exists()
    return not begun and not any(one.state in (*states.OPEN_STATES, states.DONE) for one in RunPlan.undoing(run))


def plan(run: Run, by: User | None, *, only: Collection[int] | None = None, follows: Run | None = None) -> Run:
    """A plan that takes the run back; nothing is done."""
    items = [item for item in RunItem.of(run, states.ITEM_DONE) if only is None or item.position in only]
    known = _Known(run.connection, items)
    planned = [_BY_KIND[run.kind](known, item) for item in items]
    return runs_plan.store(run.connection, states.UNDO, planned, by, {"of": run.kind}, undoes=run, follows=follows)


class _Known:
    """The present rows behind a run's items, read together."""

    def __init__(self, connection: Connection, items: Iterable[RunItem]) -> None:
        self.connection, listed = connection, list(items)
        self.pairs: dict[int, Any] = self._read(Pairing, [item.pairing_id for item in listed])
        theirs = [item.mirror_id for item in listed] + [pair.mirror_id for pair in self.pairs.values()]
        self.customers: dict[int, Any] = self._read(Customer, [item.customer_id for item in listed])
        self.mirrors: dict[int, Any] = self._read(Mirror, theirs)

    def _read(self, table: Any, ids: list[int | None]) -> dict[int, Any]:
        wanted = sorted({one for one in ids if one})
        query = table.select().where(table.company == self.connection.company_id)
        found: dict[int, Any] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= {row.id: row for row in query.where(table.id.in_(wanted[start : start + AT_ONCE]))}
        return found

    def pair(self, item: RunItem) -> tuple[Pairing | None, Customer | None, Mirror | None, str]:
        """The pair and its two as they are now, and why the item cannot be taken back, if so."""
        pair = self.pairs.get(item.pairing_id)
        customer = self.customers.get(item.customer_id)
        mirror = self.mirrors.get(pair.mirror_id if pair and pair.mirror_id else item.mirror_id or 0)
        if pair is None or pair.state != pairing.OPEN:
            return pair, customer, mirror, "unpaired_since"
        if customer is None or customer.deleted_at or mirror is None or mirror.gone_at:
            return pair, customer, mirror, "gone_since"
        return pair, customer, mirror, ""


def _of_exclusion(known: _Known, item: RunItem) -> Planned:
    there = Exclusion.get_or_none(Exclusion.connection == known.connection, Exclusion.id == item.note.get("exclusion"))
    held = "" if there is not None and there.ended_at is None else "included_since"
    customer, mirror = known.customers.get(item.customer_id), known.mirrors.get(item.mirror_id)
    note = {"does": INCLUDE, "exclusion": item.note.get("exclusion")}
    return Planned(customer, mirror, None, item.number, held=held, note=note, position=item.position)


def _of_copy(known: _Known, item: RunItem) -> Planned:
    """A customer that was made here goes, if nobody has touched it; otherwise it stays and is only unpaired."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return _left(known, item, held)
    made = item.note.get("made", {}).get("ours", {})
    edited = _edited(made, customer.values) + (["number"] if customer.number != item.number else [])
    does = APART if edited else REMOVE_OURS
    before = {} if edited else {"ours": {name: value for name, value in customer.values.items() if value}}
    return _ready(item, pair, customer, mirror, does, before, _emptied(before), edited)


def _of_creation(known: _Known, item: RunItem) -> Planned:
    """A customer that was made there is deleted, if nobody has touched it; ours lose what the defaults gave them."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return _left(known, item, held)
    made = item.note.get("made", {}).get("theirs", {})
    edited = _edited(made, mirror.values) + (["number"] if mirror.number != item.number else [])
    before, after, _stays = _backwards(item, customer.values, mirror.values, ("ours",))
    if not edited:
        before["theirs"] = {name: value for name, value in mirror.values.items() if value}
        after["theirs"] = dict.fromkeys(before["theirs"], "")
    return _ready(item, pair, customer, mirror, APART if edited else REMOVE_THEIRS, before, after, edited)


def _of_pair(known: _Known, item: RunItem) -> Planned:
    """Every field that the run changed returns on its side, unless somebody has changed it since; the pair ends."""
    pair, customer, mirror, held = known.pair(item)
    if held or customer is None or mirror is None or pair is None:
        return _left(known, item, held)
    before, after, stays = _backwards(item, customer.values, mirror.values, ("ours", "theirs"))
    does = RESTORE_THEIRS if after.get("theirs") else APART
    return _ready(item, pair, customer, mirror, does, before, after, stays)


_BY_KIND: dict[str, Callable[[_Known, RunItem], Planned]] = {
    states.CREATE_OURS: _of_copy,
    states.CREATE_THEIRS: _of_creation,
    states.PAIR: _of_pair,
    states.EXCLUDE: _of_exclusion,
}

Sides = dict[str, dict[str, str]]


def _ready(
    item: RunItem, pair: Pairing, customer: Customer, mirror: Mirror, does: str, before: Sides, after: Sides,
    stays: list[str],
) -> Planned:  # fmt: skip
    note = {"does": does, "updated": item.note.get("made", {}).get("updated", "")} | ({"stays": stays} if stays else {})
    calls = CALLS.get(does, 0)
    return Planned(customer, mirror, pair.id, item.number, before, after, "", note, calls, item.position)


def _left(known: _Known, item: RunItem, held: str) -> Planned:
    customer, mirror = known.customers.get(item.customer_id), known.mirrors.get(item.mirror_id)
    return Planned(customer, mirror, item.pairing_id, item.number, held=held, position=item.position)


def _edited(made: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name, value in now.items() if not same(value, made.get(name, ""))]


def _emptied(before: Sides) -> Sides:
    return {side: dict.fromkeys(values, "") for side, values in before.items()}


def _backwards(
    item: RunItem, ours: Mapping[str, str], theirs: Mapping[str, str], sides: Collection[str]
) -> tuple[Sides, Sides, list[str]]:
    """What the run wrote and still stands goes back to what it was; what somebody changed since stays."""
    now, old, new = {"ours": ours, "theirs": theirs}, item.values_before, item.values_after
    before: Sides = {}
    after: Sides = {}
    stays = []
    for side in sides:
        for name, written in new.get(side, {}).items():
            present, was = now[side].get(name, ""), old.get(side, {}).get(name, "")
            if push.stored_as(written, present):
                before.setdefault(side, {})[name] = present
                after.setdefault(side, {})[name] = was
            elif not same(present, was):
                stays.append(name)
    return before, after, list(dict.fromkeys(stays))


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Take one item back, or leave it to its pair's lane where e-conomic has a say. Raises Moved."""
    does = item.note.get("does")
    if does == INCLUDE:
        _include(connection, item, run.created_by)
        return
    pair = apply.lock(item.pairing_id)
    if pair is None or pair.state != pairing.OPEN or not is_as_seen(item, pair):
        raise Moved("changed since the plan")
    if does in CALLS:
        item.state = states.ITEM_BEGUN
        item.save()
        Lane.wake(connection, lane.PAIR, pair.id)
        return
    put_back(pair, item)
    if does == REMOVE_OURS:
        register.delete(pair.customer, run.created_by, cause="undo", run_id=run.id)
        standing.put_customer(connection, pair.customer)
    item.settle()


def is_as_seen(item: RunItem, pair: Pairing) -> bool:
    seen = (item.seen_version, item.seen_theirs)
    return not pair.deleting and (pair.customer.version, pair.mirror.version) == seen


def put_back(pair: Pairing, item: RunItem) -> None:
    """Give ours its values back and end the pair, in the caller's transaction; e-conomic's part is done by now."""
    run = item.run
    facts = {"connection": pair.connection_id, "mirror_id": pair.mirror_id, "pairing_id": pair.id}
    facts |= {"by": run.created_by, "run_id": run.id}
    ours = item.values_after.get("ours", {})
    if ours and item.note.get("does") != REMOVE_OURS:
        apply.take(pair.customer, ours, cause="undo", **facts)
    History.note(
        pair.company_id, history.PAIR, "undo", field="unpaired", before=pair.mirror.label,
        customer_id=pair.customer_id, **facts,
    )  # fmt: skip
    pair.close("undone", run.created_by)
    standing.put_apart(pair)


def _include(connection: Connection, item: RunItem, by: User | None) -> None:
    exclusion = Exclusion.in_force(connection, item.customer_id, item.mirror_id)
    if exclusion is None or exclusion.id != item.note.get("exclusion"):
        raise Moved("switched on meanwhile")
    exclusion.end(by)
    if item.customer_id:
        standing.put_customer(connection, Customer.get_by_id(item.customer_id))
    else:
        standing.put_mirror(connection, Mirror.get_by_id(item.mirror_id))
    item.settle()
