"""What our own people do in the sync window, with what they saw when, and on the connection's page."""

from __future__ import annotations

from random import Random

from webapp.models import pairing
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.simulation import people
from webapp.simulation.people import customers, stored
from webapp.simulation.world import World
from webapp.sync import numbers, pairings, standing
from webapp.sync.normalise import same
from webapp.sync.pairings import Versions


def active_of(world: World) -> Connection | None:
    found = world.connection
    return found if found is not None and found.is_active else None


def unpaired(world: World, connection: Connection) -> tuple[list[Customer], list[Mirror]]:
    ours = [c for c in customers(world) if Pairing.of_customer(c, connection) is None]
    theirs = [m for m in Mirror.of(connection).order_by(Mirror.number) if Pairing.of_mirror(m) is None]
    return ours, theirs


def open_dialog(world: World, r: Random) -> str:
    """Somebody opens the dialog that pairs two customers, or a pair's question, and thinks about it."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    ours, theirs = unpaired(world, connection)
    if ours and theirs:
        customer, mirror = r.choice(ours), r.choice(theirs)
        seen = Versions(customer.version, mirror.version)
        world.memory["pairing"] = (customer.id, mirror.id, seen, customer.values, mirror.values)
    found = _pairs(connection)
    if found:
        chosen = r.choice(found)
        world.memory["question"] = (chosen.id, versions(chosen))
        world.memory["shown"] = (chosen.id, chosen.customer.values, chosen.mirror.values)
    return "dialog"


def pair(world: World, r: Random) -> str:
    connection = active_of(world)
    if connection is None:
        return "not active"
    if world.memory.get("pairing") and r.random() < 0.6:
        customer_id, mirror_id, seen, *shown = world.memory.pop("pairing")
        customer, mirror = Customer.get_by_id(customer_id), Mirror.get_by_id(mirror_id)
    else:
        ours, theirs = unpaired(world, connection)
        if not ours or not theirs:
            return "nobody"
        customer, mirror = r.choice(ours), r.choice(theirs)
        seen, shown = Versions(customer.version, mirror.version), [customer.values, mirror.values]
        customer = _meanwhile(world, r, customer)
    answers = _answers(r, customer.values, mirror.values)
    _declare(world, customer.id, mirror)
    with stored(lambda: _decide(world, answers, customer.values, mirror.values)):
        pairings.pair(connection, customer.id, mirror.id, answers, seen, world.alice)
    if shown != [customer.values, mirror.values]:
        world.wrong(f"I3: customer {customer.id} was paired by somebody who saw something else")
    return f"paired {customer.number} with {mirror.number}"


def _meanwhile(world: World, r: Random, customer: Customer) -> Customer:
    """Now and then a colleague edits the very customer that somebody looks at; as it is now."""
    if r.random() < 0.2 and customer.deleted_at is None:
        people.edit_one(world, r, customer.id, customer.values)
    return Customer.get_by_id(customer.id)


Links = tuple[set[tuple[int, int]], set[tuple[int, int]]]


def links(world: World, customer_id: int, mirror: Mirror) -> Links:
    """Who a mirror row is, by its own unique values and by the number as it is now: records of theirs, ours."""
    origins = [world.ledger.origin.get(value, ("", 0)) for value in mirror.values.values()]
    declared = {(customer_id, entity) for side, entity in origins if side == "theirs"}
    if mirror.number in world.ledger.at:
        declared.add((customer_id, world.ledger.at[mirror.number].uid))
    return declared, {(customer_id, entity) for side, entity in origins if side == "ours"}


def _declare(world: World, customer_id: int, mirror: Mirror) -> None:
    """A person said that these two are the same party."""
    world.ledger.join(links(world, customer_id, mirror))


def _answers(r: Random, ours: dict[str, str], theirs: dict[str, str]) -> dict[str, str]:
    differ = [name for name in ours if not same(ours[name], theirs[name])]
    return {name: r.choice(("ours", "theirs", "both")) for name in differ if r.random() < 0.75}


def create_there(world: World, r: Random) -> str:
    connection = active_of(world)
    if connection is None:
        return "not active"
    ours, _ = unpaired(world, connection)
    if not ours:
        return "nobody"
    customer = r.choice(ours)
    number = customer.number if r.random() < 0.6 else numbers.next_there(connection)
    made = pairings.create_there(connection, customer.id, number, world.alice)
    world.memory.setdefault("orders", {})[made.id] = 1
    return f"ordered {number}"


def create_here(world: World, r: Random) -> str:
    connection = active_of(world)
    if connection is None:
        return "not active"
    _, theirs = unpaired(world, connection)
    if not theirs:
        return "nobody"
    mirror = r.choice(theirs)
    try:
        pairings.create_here(connection, mirror.id, r.choice((None, mirror.number)), world.alice)
    finally:
        made = Pairing.of_mirror(mirror)
        if made is not None:
            _declare(world, made.customer_id, mirror)
    return f"copied {mirror.number}"


def _pairs(connection: Connection) -> list[Pairing]:
    found = Pairing.select().where(Pairing.connection == connection, Pairing.state == pairing.OPEN)
    return list(found.order_by(Pairing.id))


def versions(found: Pairing) -> Versions:
    return Versions(found.customer.version, found.mirror.version, found.version)


Asked = tuple[Connection, Pairing, Versions]


def question(world: World, r: Random, presences: tuple[str, ...]) -> Asked | None:
    """A pair that asks such a question, seen now or a while ago."""
    world.memory.pop("shown now", None)
    connection = active_of(world)
    if connection is None:
        return None
    if world.memory.get("question") and r.random() < 0.5:
        pair_id, seen = world.memory.pop("question")
        world.memory["shown now"] = world.memory.pop("shown", None)
        return connection, Pairing.get_by_id(pair_id), seen
    asking = []
    for found in _pairs(connection):
        planned = standing.plan_of(found)
        if planned.presence.value in presences and (planned.presence.value != "both" or planned.questions):
            asking.append(found)
    if not asking:
        return None
    chosen = r.choice(asking)
    seen = versions(chosen)
    world.memory["shown now"] = (chosen.id, chosen.customer.values, chosen.mirror.values)
    _meanwhile(world, r, chosen.customer)
    return connection, Pairing.get_by_id(chosen.id), seen


Stood = tuple[Versions, tuple[int, dict[str, str], dict[str, str]]]


def stands(found: Pairing) -> Stood:
    return versions(found), (found.id, found.customer.values, found.mirror.values)


def saw(world: World, stood: Stood, seen: Versions) -> None:
    """I3: what was done about a pair was said by somebody who saw it as it stood."""
    versions, values = stood
    shown = world.memory.pop("shown now", None)
    if seen != versions or (shown and shown != values):
        world.wrong(f"I3: an answer about pair {values[0]} was taken that saw something else")


def answer(world: World, r: Random) -> str:
    asked = question(world, r, ("both",))
    if asked is None:
        return "nothing asked"
    _, found, _ = asked
    fields = [field.name for field in standing.plan_of(found).questions]
    return _answer(world, asked, {name: r.choice(("ours", "theirs", "both")) for name in fields if r.random() < 0.8})


def insist(world: World, r: Random) -> str:
    """A change that means something in the books waits for somebody's name, and gets it."""
    connection = active_of(world)
    waiting = [found for found in _pairs(connection) if found.guard] if connection else []
    if connection is None or not waiting:
        return "nothing waits"
    world.memory.pop("shown now", None)
    debts = {number: world.economic.customers[number].get("balance") for number in world.economic.customers}
    owing = [found for found in waiting if debts.get(found.mirror.number)]
    found = r.choice(owing if owing and r.random() < 0.8 else waiting)
    return _answer(world, (connection, found, versions(found)), dict.fromkeys(found.guard, "ours"))


def _answer(world: World, asked: Asked, answers: dict[str, str]) -> str:
    connection, found, seen = asked
    stood = stands(found)
    _, (_, ours, theirs) = stood
    with stored(lambda: _decide(world, answers, ours, theirs)):
        done = pairings.answer(connection, found.id, answers, seen, world.alice)
    saw(world, stood, seen)
    return f"answered {len(answers)} of pair {done.customer.number}"


def _decide(world: World, answers: dict[str, str], ours: dict[str, str], theirs: dict[str, str]) -> None:
    for name, choice in answers.items():
        world.ledger.decide(name, choice, ours[name], theirs[name])


def confirm_same(world: World, r: Random) -> str:
    asked = question(world, r, ("other_party",))
    if asked is None:
        return "nothing asked"
    connection, found, seen = asked
    _declare(world, found.customer_id, found.mirror)
    stood = stands(found)
    pairings.confirm_same(connection, found.id, seen, world.alice)
    saw(world, stood, seen)
    return "confirmed"


def unpair(world: World, r: Random) -> str:
    connection = active_of(world)
    living = list(Pairing.living(connection).order_by(Pairing.id)) if connection else []
    if not connection or not living:
        return "nobody"
    pairings.unpair(connection, r.choice(living).id, world.alice)
    return "unpaired"


def try_again(world: World, r: Random) -> str:
    connection = active_of(world)
    living = list(Pairing.living(connection).order_by(Pairing.id)) if connection else []
    faulty = [p for p in living if p.fault or p.state == pairing.CREATING]
    if not connection or not faulty:
        return "nothing refused"
    chosen = r.choice(faulty)
    number = r.choice((None, numbers.next_there(connection)))
    pairings.try_again(connection, chosen.id, number, world.alice)
    if chosen.state == pairing.CREATING and not world.witness.was_made(chosen):
        world.memory.setdefault("orders", {}).setdefault(chosen.id, 1)
        world.memory["orders"][chosen.id] += number not in (None, chosen.new_number)
    return f"tried again with {number}"


def cancel(world: World, r: Random) -> str:
    """ "Annuller" about a creation, refused or not."""
    connection = active_of(world)
    living = list(Pairing.living(connection).order_by(Pairing.id)) if connection else []
    creating = [found for found in living if found.state == pairing.CREATING]
    if not connection or not creating:
        return "none under way"
    pairings.unpair(connection, r.choice(creating).id, world.alice)
    return "given up"
