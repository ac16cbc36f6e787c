"""What accountants do in e-conomic."""

from __future__ import annotations

from random import Random
from typing import Any

from webapp.models.customer import Customer
from webapp.models.pairing import CLOSED, OPEN, Pairing
from webapp.simulation import deliveries
from webapp.simulation.ledger import LEGACY, values_of
from webapp.simulation.people import being_sent, changes, customers, new_values
from webapp.simulation.world import World

BETWEEN = 999_999
"""The number that one of two holds while they change numbers."""
NUMBERS = ("customerGroup", "paymentTerms", "vatZone")


def _record(world: World, r: Random, number: int | None = None) -> dict[str, Any]:
    values = {name: value for name, value in new_values(world, r).items() if name not in ("vat_zone",)}
    record = _spelled({name: value[:50].strip() for name, value in values.items()})
    extra = {"mobilePhone": f"m{next(world.serial)}", "publicEntryNumber": f"{next(world.serial)}"}
    return record | extra | ({"customerNumber": number} if number else {})


def _spelled(values: dict[str, str]) -> dict[str, Any]:
    spelled: dict[str, Any] = {}
    for name, value in values.items():
        key = LEGACY[name]
        spelled[key] = int(value) if key in NUMBERS and value else value
    return spelled


def _numbers(world: World) -> list[int]:
    return list(world.economic.customers)


def _one(world: World, r: Random, found: list[int]) -> int:
    """Somebody's customer; when a call about one is under way, most often that one."""
    now = [number for number in _asked_about(world) if number in found] or _looked_at(world, found)
    return now[-1] if now and r.random() < 0.7 else r.choice(found)


def _looked_at(world: World, found: list[int]) -> list[int]:
    """The number of whom somebody of ours has a form open about."""
    customer_id, *_ = world.memory.get("form", (0,))
    pairs = Pairing.select().where(Pairing.customer == customer_id, Pairing.state == OPEN)
    return [pair.mirror.number for pair in pairs if pair.mirror.number in found]


def _asked_about(world: World) -> list[int]:
    """The numbers that the calls under way are about."""
    calls = [call.path.rpartition("/")[2] for call, _ in world.wire.under_way]
    return [int(last) for last in calls if last.isdigit()]


def add(world: World, r: Random) -> str:
    left = [remote.number for remote in world.ledger.remotes if remote.gone][-2:]
    number = r.choice((None, r.randint(1, 30), r.randint(1000, 1012), *left))
    if number in world.economic.customers:
        return "taken"
    made = world.economic.add_customer(**_record(world, r, number))
    remote = world.ledger.at[made["customerNumber"]]
    world.ledger.note("theirs", remote.uid, values_of(made), {})
    return f"added {made['customerNumber']}"


def add_same(world: World, r: Random) -> str:
    """A customer that is in our register already: the same by name and CVR number, and otherwise as they know it."""
    known = [customer for customer in customers(world) if customer.cvr]
    if not known:
        return "nobody"
    return _add_same(world, r, r.choice(known))


def _add_same(world: World, r: Random, same: Customer, **more: Any) -> str:
    about = _spelled({"name": same.name[:50], "cvr": same.cvr[:40]})
    made = world.economic.add_customer(**_record(world, r) | about | more)
    uid = world.ledger.at[made["customerNumber"]].uid
    world.ledger.note("theirs", uid, values_of(made), {})
    world.ledger.declared.add((same.id, uid))
    return f"added {made['customerNumber']}, like our {same.number}"


def add_elsewhere(world: World, r: Random) -> str:
    """The same, in another customer group than ours, most often of somebody who has no partner yet."""
    known = [customer for customer in customers(world) if customer.cvr and customer.customer_group]
    if not known:
        return "nobody"
    paired = {pair.customer_id for pair in Pairing.select().where(Pairing.state != CLOSED)}
    alone = [customer for customer in known if customer.id not in paired]
    same = r.choice([customer for customer in alone if not customer.ean] or alone or known)
    return _add_same(world, r, same, ean="", customerGroup=2 if same.customer_group == "1" else 1)


def edit(world: World, r: Random) -> str:
    found = _numbers(world)
    if not found:
        return "nobody"
    return edit_one(world, r, _one(world, r, found))


def edit_one(world: World, r: Random, number: int) -> str:
    made = changes(world, r, values_of(world.economic.customers[number]), being_sent(world))
    made = {name: value[:50].strip() for name, value in made.items() if value or name not in ("currency",)}
    world.economic.edit(number, **_spelled(made))
    return f"edited {number}"


def edit_unmapped(world: World, r: Random) -> str:
    found = _numbers(world)
    if not found:
        return "nobody"
    number = _one(world, r, found)
    world.economic.edit(number, mobilePhone=f"m{next(world.serial)}", creditLimit=float(next(world.serial)))
    return f"edited {number} elsewhere"


def delete(world: World, r: Random) -> str:
    found = _numbers(world)
    if not found:
        return "nobody"
    number = _one(world, r, _partners(found) if r.random() < 0.7 else found)
    world.economic.delete(number)
    return f"deleted {number}"


def _partners(found: list[int]) -> list[int]:
    """Those of them that have a partner here; all where none has."""
    paired = Pairing.select().where(Pairing.state == OPEN).order_by(Pairing.id)
    numbers = [pair.mirror.number for pair in paired]
    return [number for number in numbers if number in found] or found


def reuse(world: World, r: Random) -> str:
    """A number is given to somebody else."""
    found = _numbers(world)
    if not found:
        return "nobody"
    last = world.memory.get("moved last")
    moved = [last] if last in found and r.random() < 0.5 else [n for n in found if n in world.ledger.moved_numbers]
    liked = moved if moved and r.random() < 0.8 else _partners(found) if r.random() < 0.5 else found
    return _hand_on(world, r, _one(world, r, liked))


def _hand_on(world: World, r: Random, number: int) -> str:
    world.economic.delete(number)
    made = world.economic.add_customer(**_record(world, r, number))
    world.ledger.note("theirs", world.ledger.at[number].uid, values_of(made), {})
    return f"reused {number}"


def give_away(world: World, r: Random) -> str:
    """A free number that is just being asked about is given to somebody, and the call that tells of it comes."""
    free = [n for n in _asked_about(world) if n not in world.economic.customers and n != BETWEEN]
    if not free:
        return "none asked about"
    made = world.economic.add_customer(**_record(world, r, free[-1]))
    world.ledger.note("theirs", world.ledger.at[free[-1]].uid, values_of(made), {})
    deliveries.send(world, {"NEWNUMBER": str(free[-1]), "OLDNUMBER": ""})
    return f"gave {free[-1]} away"


def renumber(world: World, r: Random) -> str:
    found = _numbers(world)
    if not found:
        return "nobody"
    old, new = _one(world, r, found), r.randint(31, 60) if r.random() < 0.5 else r.randint(1, 30)
    if new in world.economic.customers:
        return "taken"
    world.economic.renumber(old, new)
    world.memory["moved last"] = new
    return f"renumbered {old} to {new}"


def swap(world: World, r: Random) -> str:
    """Two customers change numbers with each other."""
    found = _numbers(world)
    if len(found) < 2:
        return "nobody"
    one, other = r.sample(found, 2)
    world.economic.renumber(one, BETWEEN)
    world.economic.renumber(other, one)
    world.economic.renumber(BETWEEN, other)
    return f"swapped {one} and {other}"


def shift(world: World, r: Random) -> str:
    """A customer moves on, and another gets the number it had."""
    found = _numbers(world)
    if len(found) < 2:
        return "nobody"
    one, other = r.sample(found, 2)
    free = next(n for n in range(61, 200) if n not in world.economic.customers)
    world.economic.renumber(one, free)
    world.economic.renumber(other, one)
    return f"shifted {one} to {free} and {other} to {one}"


def take_made(world: World, r: Random) -> str:
    """What the app has just made is deleted or renumbered."""
    made = _made(world)
    if not made:
        return "none made"
    if r.random() < 0.6:
        world.economic.delete(made[-1])
        return f"deleted {made[-1]}"
    free = next(n for n in range(61, 200) if n not in world.economic.customers)
    world.economic.renumber(made[-1], free)
    return f"renumbered {made[-1]} to {free}"


def _made(world: World) -> list[int]:
    return [remote.number for remote in world.ledger.remotes if remote.key and not remote.gone]


def reuse_made(world: World, r: Random) -> str:
    """The number of what the app has just made is given to somebody else."""
    made = _made(world)
    return _hand_on(world, r, made[-1]) if made else "none made"


def mark_used(world: World, r: Random) -> str:
    """An invoice points at a customer: deleting it is refused from now on, also when that is ordered or about to be."""
    found = _numbers(world)
    if not found:
        return "nobody"
    pairs = Pairing.select().where(Pairing.deleting).order_by(Pairing.id)
    leaving = [pair.mirror.number for pair in pairs if pair.mirror.number in found]
    without = Pairing.select().join(Customer).where(Pairing.state == OPEN, Customer.deleted_at.is_null(False))
    asked = [pair.mirror.number for pair in without.order_by(Pairing.id) if pair.mirror.number in found]
    number = r.choice(leaving or asked or found)
    world.economic.mark_used(number)
    return f"used {number}"


def invoice(world: World, r: Random) -> str:
    """A customer owes something now, or has paid."""
    found = _numbers(world)
    if not found:
        return "nobody"
    held = Pairing.select().where(Pairing.guard_json.contains("currency")).order_by(Pairing.id)
    waiting = [pair.mirror.number for pair in held]
    asked = [number for number in waiting if number in found] if r.random() < 0.9 else []
    number = r.choice(asked or _partners(found))
    owes = float(next(world.serial)) if r.random() < 0.8 else 0.0
    world.economic.edit(number, balance=owes)
    return f"{number} owes {owes}"


def bill_all(world: World, r: Random) -> str:
    """Everybody owes something now."""
    for number in _numbers(world):
        world.economic.edit(number, balance=float(next(world.serial)))
    return f"{len(_numbers(world))} owe"


def mass_add(world: World, r: Random) -> str:
    """An import: some customers at once, all with an e-mail address."""
    for _ in range(5):
        made = world.economic.add_customer(**_record(world, r) | {"email": f"m{next(world.serial)}@eksempel.dk"})
        world.ledger.note("theirs", world.ledger.at[made["customerNumber"]].uid, values_of(made), {})
    return "added 5"


def mass_delete(world: World, r: Random) -> str:
    """An import gone wrong: half of the agreement vanishes at once, and often no call tells of it."""
    found, waiting = _numbers(world), {row["id"] for row in deliveries.waiting(world)}
    for number in found[::2]:
        world.economic.delete(number)
    if r.random() < 0.5:
        deliveries.forget(world, [row for row in deliveries.waiting(world) if row["id"] not in waiting])
    return f"deleted {len(found[::2])}"


def mass_blank(world: World, r: Random) -> str:
    """Another import gone wrong: a field is empty now, for most customers at once."""
    name = LEGACY[r.choice(("phone", "email", "email", "city"))]
    found = [number for number in _numbers(world) if world.economic.customers[number].get(name)]
    chosen = [number for number in found if r.random() < 0.8]
    for number in chosen:
        world.economic.edit(number, **{name: ""})
    return f"emptied {name} of {len(chosen)}"
