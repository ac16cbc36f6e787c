"""Six triggers in all 720 orders, some doubled, some lost: one end state (order, number and loss cost only time)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from webapp import ports
from webapp.models import sweep as sweeps
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.simulation import checks, quiet, store
from webapp.simulation.world import World
from webapp.sync import connect, inbox, pairings, register, sweep

Event = Callable[[World], None]


def webhook(old: str, new: str) -> Event:
    def arrive(world: World) -> None:
        assert world.connection is not None
        inbox.receive(world.connection, f"old={old}&new={new}", "", "")

    return arrive


def poll(world: World) -> None:
    assert world.connection is not None
    sweep.begin(world.connection, sweeps.POLL)


def edit_here(world: World) -> None:
    """A person saves a form that was opened before anything else happened."""
    customer = Customer.get(Customer.name == "Første ApS")
    shown = world.memory["form"]
    register.change(world.company, customer.id, shown, shown | {"city": "Odense"}, world.alice)


EVENTS: tuple[Event, ...] = (
    webhook("1", "1"),  # its phone was changed there
    webhook("2", "22"),  # renumbered
    webhook("3", ""),  # deleted
    webhook("", "4"),  # new
    edit_here,
    poll,
)


EDIT = EVENTS.index(edit_here)
"""The one event that is no trigger: a save that did not happen is not lost."""
RENUMBERED = 1
DECIDING = (Customer, Mirror, Pairing, Attempt, Exclusion, Lane)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Three pairs in agreement; then all that the six triggers tell of has happened there, unseen."""
    with store.opened():
        world = World(0)
        with ports.using(world.ports):
            world.begin()
            economic = world.economic
            for number, name in enumerate(("Første ApS", "Anden ApS", "Tredje ApS"), 1):
                economic.add_customer(
                    customerNumber=number, name=name, corporateIdentificationNumber=f"1000000{number}"
                )
            world.connect()
            assert world.connection is not None
            connect.activate(world.connection, world.alice)
            quiet.drain(world)
            for mirror in list(Mirror.of(world.connection)):
                pairings.create_here(world.connection, mirror.id, mirror.number, world.alice)
            world.memory["form"] = Customer.get(Customer.name == "Første ApS").values
            world.clock.sleep(100)
            economic.edit(1, telephoneAndFaxNumber="+45 1")
            economic.renumber(2, 22)
            economic.delete(3)
            economic.add_customer(customerNumber=4, name="Fjerde ApS")
            world.memory["snapshot"] = Snapshot(world)
            yield world


class Snapshot:
    """Register, sync and e-conomic as they are now, to come back to; time alone goes on."""

    def __init__(self, world: World) -> None:
        self.tables = {name: dict(table._rows) for name, table in world.sandbox.store._tables.items()}
        self.numbers = list(world.economic.customers._own)
        self.database = store.Store()
        self.database.keep()

    def restore(self, world: World) -> None:
        for name, table in world.sandbox.store._tables.items():
            table._rows.clear()
            table._rows.update(self.tables.get(name, {}))
        world.economic.customers._own[:] = self.numbers
        self.database.clear()


def state(world: World) -> str:
    """Everything that what happens next can depend on, times apart."""
    told = sorted({(row.old_number or 0, row.new_number or 0) for row in Inbox.select()})
    rows = [[times_apart(row) for row in table.select().order_by(table.id).dicts()] for table in DECIDING]
    return repr((checks.end(world), told, rows))


def times_apart(row: dict[str, Any]) -> dict[str, Any]:
    """Of times only whether there is one; of what was sent and read, the sandbox's own marks are times too."""
    kept = {name: value for name, value in row.items() if name not in ("raw_json", "last_updated", "key", "body_json")}
    return {name: value is not None if name.endswith("_at") else value for name, value in kept.items()}


def happen(world: World, event: Event) -> None:
    event(world)
    work(world)


def work(world: World) -> None:
    assert world.connection is not None
    while world.workers[0].turns(world.connection, 25):
        pass


def compared(world: World) -> Any:
    assert world.connection is not None
    sweep.begin(world.connection, sweeps.COMPARE)
    work(world)
    return checks.end(world)


def grown(world: World, reached: dict[Any, tuple[Snapshot, int]]) -> dict[Any, tuple[Snapshot, int]]:
    """Every state one event further on, with the number of orders that lead there; each third arrival comes twice.

    Orders that have come to the very same state (times apart) go on as one.
    """
    further: dict[Any, tuple[Snapshot, int]] = {}
    for (left, _), (snapshot, orders) in reached.items():
        for number in sorted(left):
            snapshot.restore(world)
            for _ in range(2 if (number + len(left)) % 3 == 0 else 1):
                happen(world, EVENTS[number])
            key = (left - {number}, state(world))
            there, before = further.get(key) or (Snapshot(world), 0)
            further[key] = (there, before + orders)
    return further


@pytest.fixture(scope="module")
def levels(world: World) -> list[dict[Any, tuple[Snapshot, int]]]:
    """The states after none, one … six events."""
    found = [{(frozenset(range(6)), ""): (world.memory["snapshot"], 1)}]
    for _ in EVENTS:
        found.append(grown(world, found[-1]))
    return found


def test_all_720_orders_with_doubles_end_in_one_state(world: World, levels: Any) -> None:
    last = levels[-1].values()
    assert sum(orders for _, orders in last) == 720
    assert len({repr(end_of(world, snapshot)) for snapshot, _ in last}) == 1


def end_of(world: World, snapshot: Snapshot) -> Any:
    snapshot.restore(world)
    return checks.end(world)


@pytest.mark.parametrize("told", [True, False], ids=["the renumbering told", "the renumbering lost as well"])
def test_whatever_was_lost_a_comparison_brings(world: World, levels: Any, told: bool) -> None:
    """Without word of the renumbering nothing says that 22 was 2, so both stand there for a person to see."""
    ends = set()
    for level in levels:
        for (left, _), (snapshot, _) in level.items():
            if EDIT not in left and (RENUMBERED not in left) == told:
                snapshot.restore(world)
                ends.add(repr(compared(world)))
    assert len(ends) == 1


def test_the_end_is_the_one_that_was_meant(world: World) -> None:
    world.memory["snapshot"].restore(world)
    for event in EVENTS:
        happen(world, event)
    ours, theirs, places = compared(world)
    assert [(number, values["city"]) for number, values in theirs] == [(1, "Odense"), (4, ""), (22, "")]
    assert [(number, values["phone"]) for number, values in ours] == [(1, "+45 1"), (2, ""), (3, "")]
    assert sorted(state for _, state, *_ in places) == ["equal", "equal", "new", "theirs_gone"]
