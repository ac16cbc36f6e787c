"""The neighbour: in some histories another company works on the same installation, and nothing may cross the hedge."""

from __future__ import annotations

from random import Random
from typing import Any

from webapp.models.company import Company
from webapp.models.connection import PAUSED, Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.user import User
from webapp.simulation.ledger import alike, values_of
from webapp.simulation.world import World
from webapp.sync import connect, pairings, register, standing
from webapp.sync.pairings import Versions

AGREEMENT, MARK = 1700003, "Nabo"


def move_in(world: World) -> None:
    """Their company, its customers under the numbers that ours have too, and a connection of its own at work."""
    company = Company.create(name=f"{MARK} Rengøring ApS")
    nadia = User.create(company=company, email="nadia@nabo.example", name="Nadia")
    world.memory["neighbour"] = nadia
    agreement = world.sandbox.add_agreement(AGREEMENT, company.name)
    for number in (1, 2, 1000):
        names = {"name": f"{MARK} {number} ApS", "city": f"{MARK} By"}
        register.add(company, number, names, nadia)
        agreement.add_customer(customerNumber=number, currency="DKK", **names)
    connect.activate(world.connect(AGREEMENT, nadia), nadia)


def pair_up(world: World) -> None:
    """What they do once their register has been fetched: pair who is alike."""
    nadia, connection = _nadia(world), _connection(world)
    for customer in Customer.of(nadia.company).order_by(Customer.number):
        mirror = Mirror.with_number(connection, customer.number)
        if mirror is not None:
            seen = Versions(customer.version, mirror.version)
            pairings.pair(connection, customer.id, mirror.id, {}, seen, nadia)


def settle_down(world: World) -> None:
    """They connect anew where a fault that was meant for us has met them."""
    if "neighbour" in world.memory and _connection(world).state == PAUSED:
        world.connect(AGREEMENT, _nadia(world))


def edit(world: World, r: Random) -> str:
    """They change a customer of theirs, which is sent to their agreement."""
    if "neighbour" not in world.memory:
        return "no neighbour"
    nadia = _nadia(world)
    chosen = r.choice(list(Customer.of(nadia.company).order_by(Customer.number)))
    typed = chosen.values | {"city": f"{MARK} By {next(world.serial)}"}
    register.change(nadia.company, chosen.id, chosen.values, typed, nadia)
    return f"edited {chosen.number}"


def agreements(world: World) -> list[tuple[Connection, Any]]:
    """The neighbour's connection and the sandbox's agreement, if there is a neighbour."""
    return [(_connection(world), world.sandbox.agreement(AGREEMENT))] if "neighbour" in world.memory else []


def judge(world: World) -> None:
    """I10: each company has its own customers and no others, here and there, and the neighbour's are in agreement."""
    if "neighbour" not in world.memory:
        return
    nadia = _nadia(world)
    for table in (Customer, Mirror):
        for row in table.select():
            if (MARK in row.name) != (row.company_id == nadia.company_id):
                world.wrong(f"I10: {table.__name__} {row.id} of company {row.company_id} is called {row.name!r}")
    for agreement, is_theirs in ((world.economic, False), (world.sandbox.agreement(AGREEMENT), True)):
        for number in agreement.customers:
            name = agreement.customers[number]["name"]
            if (MARK in name) != is_theirs:
                world.wrong(f"I10: {number} of another company's agreement is called {name!r}")
    _agree(world)


def _agree(world: World) -> None:
    customers = world.sandbox.agreement(AGREEMENT).customers
    for pair in Pairing.living(_connection(world)):
        now = values_of(customers[pair.mirror.number])
        differ = [name for name, value in pair.customer.values.items() if not alike(value, now[name])]
        if differ and not pair.fault and not standing.plan_of(pair).questions:
            world.wrong(f"I4: the neighbour's pair {pair.id} differs in {differ}")


def _nadia(world: World) -> User:
    nadia: User = world.memory["neighbour"]
    return nadia


def _connection(world: World) -> Connection:
    found = Connection.of_agreement(_nadia(world).company, AGREEMENT)
    assert found is not None
    return found
