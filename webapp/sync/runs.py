"""Bulk creation, both directions: a plan of what would be made, then a run that makes it item by item."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from peewee import fn

from webapp import db, ports
from webapp.models import lane, run
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.run import Run, RunItem
from webapp.models.user import User
from webapp.sync import creations, matching, numbers, pairings
from webapp.sync.creations import AlreadyPaired
from webapp.sync.fields import BY_NAME
from webapp.sync.normalise import same
from webapp.sync.pairings import Moved
from webapp.sync.register import NumberInUse
from webapp.sync.section import Section

Rule = Literal["same", "next"]
AT_ONCE = 20
HERE_AT_ONCE = 50
TOGETHER = 10


@dataclass(frozen=True)
class Planned:
    """One customer of a bulk creation. `held`: why it is not made unless ticked: "lookalike" or "lacking"."""

    party: Customer | Mirror
    number: int
    same_number: bool
    held: str = ""
    lookalike: Customer | Mirror | None = None
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class BulkPlan:
    """What "Opret partnere" would do; nothing has been done."""

    kind: str
    rule: Rule
    items: tuple[Planned, ...] = field(default=())

    @property
    def ready(self) -> tuple[Planned, ...]:
        return tuple(item for item in self.items if not item.held)

    @property
    def held(self) -> tuple[Planned, ...]:
        return tuple(item for item in self.items if item.held)


def plan_bulk(connection: Connection, kind: str, rule: Rule) -> BulkPlan:
    """Every new customer of one side, with its number there; those that look like an existing one are held back."""
    ours, theirs = _new(connection, ours=True), _new(connection, ours=False)
    sources: Sequence[Customer | Mirror] = ours if kind == run.CREATE_THEIRS else theirs
    others: Sequence[Customer | Mirror] = theirs if kind == run.CREATE_THEIRS else ours
    alike = matching.lookalikes(((p.id, p.values) for p in sources), ((p.id, p.values) for p in others))
    by_id = {party.id: party for party in others}
    free = _Numbers(connection, kind, rule)
    items = []
    for party in sources:
        number = free.take(party.number)
        lacking = _lacking(connection, party) if kind == run.CREATE_THEIRS else ()
        held = "lookalike" if party.id in alike else "lacking" if lacking else ""
        items.append(Planned(party, number, number == party.number, held, by_id.get(alike.get(party.id, 0)), lacking))
    return BulkPlan(kind, rule, tuple(items))


def _new(connection: Connection, *, ours: bool) -> list[Customer | Mirror]:
    table = Customer if ours else Mirror
    column = Place.customer if ours else Place.mirror
    query = table.select().join(Place, on=(column == table.id))
    query = query.where(Place.connection == connection, Place.section == Section.NEW.value)
    return list(query.order_by(table.number))


class _Numbers:
    """Hands out free numbers on the side where partners are made, each once."""

    def __init__(self, connection: Connection, kind: str, rule: Rule) -> None:
        self.rule = rule
        if kind == run.CREATE_THEIRS:
            used = Mirror.of(connection).select(Mirror.number).tuples()
            self.next = numbers.next_there(connection)
        else:
            used = Customer.of(connection.company).select(Customer.number).tuples()
            self.next = numbers.next_here(connection)
        self.used = {row[0] for row in used}

    def take(self, own: int) -> int:
        number = own
        if self.rule == "next" or own in self.used:
            while self.next in self.used:
                self.next += 1
            number = self.next
        self.used.add(number)
        return number


def _lacking(connection: Connection, party: Customer | Mirror) -> tuple[str, ...]:
    """Fields that e-conomic requires and neither the customer nor the defaults have."""
    defaults = connection.defaults
    return tuple(
        name for name, f in BY_NAME.items() if f.required and not (party.values[name] or defaults.get(name, ""))
    )


@db.retrying
def begin(connection: Connection, plan: BulkPlan, also: Iterable[int], by: User | None) -> Run:
    """Order what the plan shows, and of what it held back the ids in `also`. Asking twice gives the one under way."""
    wanted = set(also)
    items = [item for item in plan.items if not item.held or (item.party.id in wanted and item.held != "lacking")]
    with db.write():
        running = Run.current(connection)
        if running is not None:
            return running
        ordered = Run.create(
            company=connection.company_id,
            connection=connection,
            kind=plan.kind,
            rule=plan.rule,
            total=len(items),
            created_by=by,
        )
        rows = [_item(ordered, position, item) for position, item in enumerate(items)]
        for start in range(0, len(rows), 500):
            RunItem.insert_many(rows[start : start + 500]).execute()
        Lane.wake(connection, lane.RUN, ordered.id)
    return ordered


def _item(ordered: Run, position: int, item: Planned) -> dict[str, object]:
    theirs = isinstance(item.party, Mirror)
    return {
        "company": ordered.company_id,
        "run": ordered.id,
        "position": position,
        "customer_id": None if theirs else item.party.id,
        "mirror_id": item.party.id if theirs else None,
        "number": item.number,
        "after": json.dumps(item.party.values, ensure_ascii=False),
        "seen_version": item.party.version,
    }


def step(held: Lane, connection: Connection) -> None:
    """Bring a run on: make the next few, count, and end it when nothing is left."""
    ordered = Run.get_or_none(Run.id == held.record, Run.connection == connection)
    if ordered is None or ordered.is_over:
        with db.write():
            held.finish()
        return
    items = _next_items(ordered)
    for start in range(0, len(items), TOGETHER):
        _do(held, connection, ordered, items[start : start + TOGETHER])
    _count(held, ordered)


def _next_items(ordered: Run) -> list[RunItem]:
    items = RunItem.select().where(RunItem.run == ordered)
    room = HERE_AT_ONCE
    if ordered.kind == run.CREATE_THEIRS:
        room = AT_ONCE - items.where(RunItem.state == run.ITEM_BEGUN).count()
    waiting = items.where(RunItem.state == run.ITEM_WAITING).order_by(RunItem.position)
    return list(waiting.limit(max(0, room)))


@db.retrying
def _do(held: Lane, connection: Connection, ordered: Run, items: Sequence[RunItem]) -> None:
    """A few items in one transaction; what is in an item's way is its reason, and the others go on."""
    with db.write():
        held.hold()
        for item in items:
            try:
                with db.database.atomic():
                    _carry_out(connection, ordered, item)
            except (AlreadyPaired, Moved):
                item.settle("moved")
            except NumberInUse:
                item.settle("number_taken")


def _carry_out(connection: Connection, ordered: Run, item: RunItem) -> None:
    by = ordered.created_by
    if ordered.kind == run.CREATE_OURS:
        mirror = Mirror.locked_of(connection, item.mirror_id)
        _check(mirror, item)
        made = pairings.copy_here(connection, mirror, item.number, by, ordered.id)
        item.pairing_id = made.id
        item.settle()
        return
    customer = Customer.locked_of(connection.company, item.customer_id)
    if customer is None or customer.deleted_at:
        raise Moved("the customer is gone")
    _check(customer, item)
    made = creations.begin(connection, customer, item.number, by)
    item.pairing_id, item.state = made.id, run.ITEM_BEGUN
    item.save()


def _check(party: Customer | Mirror | None, item: RunItem) -> None:
    """Applying makes exactly what was shown: a customer that moved since falls out."""
    shown = json.loads(item.after)
    if party is None or any(not same(shown[name], value) for name, value in party.values.items()):
        raise Moved("changed since the plan")


@db.retrying
def _count(held: Lane, ordered: Run) -> None:
    with db.write():
        held.hold()
        counted = RunItem.select(RunItem.state, fn.COUNT(RunItem.id)).where(RunItem.run == ordered)
        tuples: Any = counted.group_by(RunItem.state).tuples()
        states: dict[str, int] = dict(tuples)
        changes: dict[str, object] = {"done": states.get(run.ITEM_DONE, 0), "failed": states.get(run.ITEM_FAILED, 0)}
        if ordered.started_at is None:
            changes |= {"started_at": ports.now()}
        left = states.get(run.ITEM_WAITING, 0) + states.get(run.ITEM_BEGUN, 0)
        changes["state"] = run.RUNNING if left else run.DONE
        if not left:
            changes["finished_at"] = ports.now()
        Run.update(**changes).where(Run.id == ordered.id, Run.state.in_((run.WAITING, run.RUNNING))).execute()
        if not left:
            held.finish()
        else:
            held.later(0.0 if ordered.kind == run.CREATE_OURS else 0.3)


@db.retrying
def stop(ordered: Run) -> None:
    """Make no more; what was made stays, and what is under way comes to its end."""
    with db.write():
        Run.update(state=run.STOPPED, finished_at=ports.now()).where(
            Run.id == ordered.id, Run.state.in_((run.WAITING, run.RUNNING))
        ).execute()
