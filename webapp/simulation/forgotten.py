"""Whose personal data was erased: what the judges still have to know is kept aside, and nothing else of it is left."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from webapp import db
from webapp.models import history
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.history import History
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.simulation import allowed, loads, twins
from webapp.simulation.ledger import TEXTS
from webapp.simulation.world import World

PIECE = 3
"""Letters of a piece in SQLite's search index, which keeps those of deleted rows until it is merged."""


def keep(world: World, customer: Customer) -> None:
    """Somebody is about to erase this customer: what its rows have allowed is entered, and its history put aside."""
    connection = world.connection
    twins.enter(world)
    loads.enter(world)
    if connection is not None:
        allowed.enter(world, connection)
    pairs = Pairing.select().where(Pairing.customer == customer)
    of_pairs = History.pairing_id.in_([pair.id for pair in pairs])
    theirs = History.mirror_id.in_([pair.mirror_id for pair in pairs if pair.mirror_id])
    for line in History.select().where((History.customer_id == customer.id) | of_pairs | theirs):
        world.ledger.kept.setdefault(line.id, line)
    world.ledger.erased[customer.id] = {value for name, value in customer.values.items() if name in TEXTS and value}


def lines(world: World, side: str) -> list[History]:
    """The history of one side as it was told, in its order."""
    told = History.select().where(History.side == side).order_by(History.id)
    return [world.ledger.kept.get(line.id, line) for line in told]


def judge(world: World) -> None:
    """Who was erased stays deleted, and no column of any table holds what only they had."""
    marks: dict[str, int] = {}
    for erasure in Erasure.select().where(Erasure.company == world.company):
        customer = Customer.get_by_id(erasure.customer_id)
        world.ledger.counts["erased"] += 1
        if not customer.deleted_at or any(customer.values.values()) or Pairing.of_customer(customer):
            world.wrong(f"I6: customer {customer.id} was erased and is back")
        marks |= dict.fromkeys(_own_marks(world, customer), customer.id)
    world.ledger.counts["values looked for that were erased"] += len(marks)
    for mark, where in _found(marks):
        world.wrong(f"I6: {mark!r} of customer {marks[mark]} was erased and still stands in {where}")


def _own_marks(world: World, customer: Customer) -> Iterator[str]:
    """What it ever held and nobody else did, but a partner there that is gone as well: first lines, in any case."""
    mine, others = set(world.ledger.erased.get(customer.id, ())), set(_of_others(world, customer))
    for line in lines(world, history.OURS):
        if line.customer_id == customer.id and line.field in TEXTS:
            mine |= {line.before, line.after}
    there = {remote.number for remote in world.ledger.remotes if remote.gone and _is_forgotten(customer, remote.number)}
    for value in sorted(mine - {""}):
        held = [world.ledger.remotes[uid - 1] for uid in world.ledger.held.get(value.casefold(), ())]
        if value.casefold() not in others and all(one.gone and one.number in there for one in held):
            mark = value.strip().split("\n")[0].casefold()
            if len(mark) > PIECE:
                yield mark


def _of_others(world: World, customer: Customer) -> Iterator[str]:
    for one in Customer.select().where(Customer.id != customer.id):
        yield from (value.casefold() for value in one.values.values())
    for line in lines(world, history.OURS):
        if line.customer_id != customer.id:
            yield from (line.before.casefold(), line.after.casefold())


def _is_forgotten(customer: Customer, number: int) -> bool:
    """Whoever has had this number there was, as far as we know, only this customer's partner, and is gone."""
    rows = list(Mirror.select().where(Mirror.company == customer.company_id, Mirror.number == number))
    pairs = Pairing.select().where(Pairing.mirror.in_(rows))
    partners: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        partners[pair.mirror_id].add(pair.customer_id)
    return bool(rows) and all(row.gone_at and partners[row.id] == {customer.id} for row in rows)


def _found(marks: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each place in which one of these still stands."""
    if not marks:
        return
    either = "|".join(re.escape(mark) for mark in sorted(marks, key=len, reverse=True))
    known = re.compile(rf"(?<![\w+])(?:{either})(?!\w)")
    for table in sorted(db.database.get_tables()):
        rows = db.database.execute_sql(f'SELECT * FROM "{table}"').fetchall()
        for mark in sorted({mark for row in rows for cell in row for mark in known.findall(_text(cell))}):
            yield mark, table


def _text(cell: Any) -> str:
    raw = bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)
    return raw.casefold()
