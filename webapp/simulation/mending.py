"""What our own people mend in grids: values that the check-up finds odd, and what e-conomic refused, cause by cause."""

from __future__ import annotations

from random import Random

from webapp.sandbox import references
from webapp.simulation.people import REFERENCE_CHOICES, customers, fresh_value, save
from webapp.simulation.window import active_of
from webapp.simulation.world import World
from webapp.sync import causes, checking, checkup
from webapp.sync.checkup import Row

COMING_GROUP = "9"
"""A customer group that customers of ours may name before e-conomic has it."""


def check_up(world: World, r: Random) -> str:
    """Somebody opens the check-up, and one of the odd values of ours is typed anew in its grid."""
    checking.known(world.company, world.connection, few=0)
    rows = [Row("ours", customer.id, customer.number, customer.values) for customer in customers(world)]
    found = [one for one in checkup.examine(rows, dict).findings if one.cause in checkup.MENDED]
    if not found:
        return "nothing odd"
    odd = r.choice(found)
    return f"mended {odd.field}: {_typed(world, r, odd.row.id, odd.field, odd.value)}"


def by_cause(world: World, r: Random) -> str:
    """A value that e-conomic refused is typed anew where it stands with others of the same cause."""
    connection = active_of(world)
    groups = [one for one in causes.groups(connection) if one.cause.is_mended_here] if connection else []
    if not groups:
        return "nothing refused"
    group = r.choice(groups)
    pair, name = r.choice(group.pairs), group.cause.field
    return f"mended {name}: {_typed(world, r, pair.customer_id, name, getattr(pair.customer, name))}"


def _typed(world: World, r: Random, customer_id: int, name: str, shown: str) -> str:
    typed = r.choice(REFERENCE_CHOICES[name]) if name in REFERENCE_CHOICES else fresh_value(world, name, r)
    return save(world, customer_id, {name: shown}, {name: typed})


def name_a_coming_group(world: World, r: Random) -> str:
    """Somebody chooses a group here that e-conomic's list does not have yet, or has by now."""
    found = customers(world)
    if not found:
        return "nobody"
    chosen, name = r.choice(found), "customer_group"
    return save(world, chosen.id, {name: chosen.values[name]}, {name: COMING_GROUP})


def make_the_group(world: World, r: Random) -> str:
    """The accountant makes that group."""
    references.add_group(world.economic, int(COMING_GROUP), "Nye", None)
    return "made"
