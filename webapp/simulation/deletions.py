"""What our own people delete: customers, the partners of those deleted, and one's personal data for good."""

from __future__ import annotations

from random import Random

from webapp.models import pairing
from webapp.models.customer import Customer
from webapp.models.erasure import Erasure
from webapp.models.pairing import CREATING, Pairing
from webapp.simulation import accountants, forgotten
from webapp.simulation.people import customers, stored
from webapp.simulation.window import Asked, question, saw, stands
from webapp.simulation.world import World
from webapp.sync import erasing, numbers, pairings, register

GONE = ("ours_gone", "ours_gone_theirs_moved", "theirs_gone", "theirs_gone_ours_moved")


def remove(world: World, r: Random) -> str:
    coming = {pair.customer_id for pair in Pairing.select().where(Pairing.state == CREATING)}
    found = customers(world)
    about = [customer for customer in found if customer.id in coming]
    return _remove(world, r, about if about and r.random() < 0.5 else found)


def remove_partner(world: World, r: Random) -> str:
    """Somebody who has a partner there."""
    paired = {pair.customer_id for pair in Pairing.select().where(Pairing.state == pairing.OPEN)}
    found = customers(world)
    return _remove(world, r, [customer for customer in found if customer.id in paired] or found)


def _remove(world: World, r: Random, found: list[Customer]) -> str:
    if len(customers(world)) < 2:
        return "nobody"
    chosen = r.choice(found)
    world.witness.removes(chosen.id)
    register.remove(world.company, chosen.id, world.alice)
    world.ledger.gone_by_person("ours", chosen.id, Customer.get_by_id(chosen.id).values)
    return f"removed {chosen.number}"


def decide_deleted(world: World, r: Random) -> str:
    """One side is gone: delete the other, create again, or unpair."""
    asked = question(world, r, GONE)
    if asked is None:
        return "nothing asked"
    connection, found, seen = asked
    way = r.choice(("delete", "delete", "create", "unpair"))
    if way == "delete":
        return _delete_other(world, r, asked)
    if way == "unpair":
        pairings.unpair(connection, found.id, world.alice)
        return "unpaired"
    stood = stands(found)
    made = pairings.create_again(connection, found.id, numbers.next_there(connection), seen, world.alice)
    saw(world, stood, seen)
    if made.state == CREATING:
        world.memory.setdefault("orders", {})[made.id] = 1
    world.ledger.superseded -= {e for e in world.ledger.superseded if e[:2] == ("ours", found.customer_id)}
    world.ledger.counts["restored"] += 1
    return "created again"


def delete_other(world: World, r: Random) -> str:
    """One side is gone, and the other is to go too."""
    asked = question(world, r, GONE)
    return _delete_other(world, r, asked) if asked else "nothing asked"


def _delete_other(world: World, r: Random, asked: Asked) -> str:
    connection, found, seen = asked
    stood = stands(found)
    _, (_, ours_held, theirs_held) = stood
    number = found.mirror.number
    with stored(lambda: world.witness.decided.update({found.id: theirs_held})):
        pairings.delete_other(connection, found.id, seen, world.alice)
    saw(world, stood, seen)
    if r.random() < 0.25 and number in set(world.economic.customers):
        accountants.edit_one(world, r, number)
    if Customer.get_by_id(found.customer_id).deleted_at:
        world.ledger.gone_by_person("ours", found.customer_id, ours_held)
    return "deleted the other"


def erase(world: World, r: Random) -> str:
    """ "Slet personoplysninger": most often of somebody who is deleted and of whom nothing is under way."""
    erased = Erasure.select(Erasure.customer)
    left = Customer.select().where(Customer.company == world.company, Customer.id.not_in(erased))
    found = [customer for customer in left.order_by(Customer.id) if r.random() < 0.1 or not erasing.hindrance(customer)]
    gone = [customer for customer in found if customer.deleted_at]
    if not gone and len(customers(world)) < 2:
        return "nobody"
    chosen = r.choice(gone if gone and r.random() < 0.8 else found) if found else None
    if chosen is None:
        return "all under way"
    forgotten.keep(world, chosen)
    with stored(lambda: _has_erased(world, chosen)):
        erasing.erase(world.company, chosen.id, world.alice)
    return f"erased {chosen.number}"


def _has_erased(world: World, chosen: Customer) -> None:
    if chosen.deleted_at is None:
        world.witness.removes(chosen.id)
        world.ledger.gone_by_person("ours", chosen.id, chosen.values)
