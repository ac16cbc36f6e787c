"""What an administrator rules: who wins and which way by field, what new customers get, who stays out or apart."""

from __future__ import annotations

from random import Random

from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import CHOICES, DIRECTION, OF_CUSTOMERS, FieldRule
from webapp.models.mirror import Mirror
from webapp.models.run import ITEM_BEGUN, ITEM_WAITING, RunItem
from webapp.simulation.ledger import TEXTS
from webapp.simulation.people import REFERENCE_CHOICES
from webapp.simulation.window import active_of, unpaired
from webapp.simulation.world import World
from webapp.sync import default_rules, defaulting, not_same, pairings, rules


def rule_field(world: World, r: Random) -> str:
    """A rule for a field, or none any more."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    name, kind = r.choice((*TEXTS, "currency")), r.choice(("winner", "winner", "direction"))
    value = r.choice(CHOICES[kind])
    world.ledger.ruled.add((name, kind, value))
    rules.lay_down(connection, name, kind, value, world.alice)
    return f"{kind} of {name}: {value}"


def rule_customers(world: World, r: Random) -> str:
    """Which way customers as a whole go, or where they are made."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    about = r.choice(sorted(OF_CUSTOMERS))
    value = r.choice(OF_CUSTOMERS[about])
    world.ledger.ruled.add((about, DIRECTION, value))
    rules.lay_down(connection, about, DIRECTION, value, world.alice)
    return f"{about}: {value}"


def take_back(world: World, r: Random) -> str:
    """A rule ends; one that ended before stays as it is."""
    connection = active_of(world)
    known = list(FieldRule.select().where(FieldRule.connection == connection).order_by(FieldRule.id))
    if connection is None or not known:
        return "no rule"
    rule = r.choice(known)
    rules.take_back(connection, rule.id, world.alice)
    return f"took back {rule.kind} of {rule.field}"


def rule_defaults(world: World, r: Random) -> str:
    """A rule for new customers there, another order, or one rule less."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    known = list(DefaultRule.of(connection))
    way = r.choice(("lay down", "lay down", "move up", "take back")) if known else "lay down"
    if way == "lay down":
        name = r.choice(sorted(REFERENCE_CHOICES))
        condition = r.choice(({"party": defaulting.COMPANY}, {"party": defaulting.PRIVATE}, {"ean": "with"}, {}))
        default_rules.lay_down(connection, condition, {name: r.choice(REFERENCE_CHOICES[name])}, world.alice)
    elif way == "move up":
        default_rules.move_up(connection, r.choice(known).id)
    else:
        default_rules.take_back(connection, r.choice(known).id, world.alice)
    return way


def exclude(world: World, r: Random) -> str:
    connection = active_of(world)
    if connection is None:
        return "not active"
    ours, theirs = unpaired(world, connection)
    everyone: list[Customer | Mirror] = [*ours, *theirs]
    if not everyone:
        return "nobody"
    waiting = list(RunItem.select().where(RunItem.state.in_((ITEM_WAITING, ITEM_BEGUN))))
    ordered = {(Customer, item.customer_id) for item in waiting} | {(Mirror, item.mirror_id) for item in waiting}
    about = [party for party in everyone if (type(party), party.id) in ordered]
    party = r.choice(about if about and r.random() < 0.7 else everyone)
    side = {"customer_id": party.id} if isinstance(party, Customer) else {"mirror_id": party.id}
    do = pairings.exclude if r.random() < 0.7 else pairings.include
    do(connection, world.alice, **side)
    return f"{do.__name__}d {party.number}"


def tell_apart(world: World, r: Random) -> str:
    """ "Ikke den samme" about two that are suggested, or its taking back."""
    connection = active_of(world)
    if connection is None:
        return "not active"
    ours, theirs = unpaired(world, connection)
    if not ours or not theirs:
        return "nobody"
    customer, mirror = r.choice(ours), r.choice(theirs)
    do = not_same.apart if r.random() < 0.6 else not_same.together
    do(connection, customer.id, mirror.id, world.alice)
    return f"{do.__name__} {customer.number} {mirror.number}"
