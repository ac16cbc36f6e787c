"""Two at once on one database: who waits for whom, and that nobody meets a fault of the database because of it."""

from collections.abc import Callable
from typing import Any

import pytest
from peewee import OperationalError

from tests.sync.test_create import create
from tests.sync.test_gone import delete_ours
from tests.sync.test_overtaken import meanwhile
from tests.sync.test_pairs import seen
from tests.sync.test_runs_resolve import conflicts
from tests.sync.world import World
from webapp import db
from webapp.economic.transport import Transport
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule
from webapp.models.lane import Lane
from webapp.models.sweep import RUNNING, Sweep
from webapp.sync import pairings, push, register, rules, sweep
from webapp.sync.register import NumberInUse

pytestmark = pytest.mark.contended


def test_two_comparisons_ordered_in_the_same_moment_are_one(connected: World) -> None:
    with db.write():
        sweep.begin(connected.connection, "compare")
        waiting = meanwhile(lambda: sweep.begin(connected.connection, "compare"))
    waiting.join()
    assert Sweep.select().where(Sweep.kind == "compare", Sweep.state == RUNNING).count() == 1
    connected.drain()


def test_two_customers_added_in_the_same_moment_each_get_a_number(connected: World) -> None:
    def add(name: str) -> Customer:
        return register.add(connected.company, None, {"name": name}, connected.alice)

    with db.write():
        add("Ærø Bageri")
        waiting = meanwhile(lambda: add("Ry Bageri"))
    waiting.join()
    assert {one.name: one.number for one in Customer.of(connected.company)} == {"Ærø Bageri": 1, "Ry Bageri": 2}


def statements(do: Callable[[], object]) -> int:
    """How many statements this takes."""
    seen: list[str] = []
    execute = db.database.obj.execute_sql
    db.database.obj.execute_sql = lambda sql, *rest, **named: seen.append(sql) or execute(sql, *rest, **named)
    try:
        do()
    finally:
        del db.database.obj.execute_sql
    return len(seen)


def test_a_rule_for_many_pairs_keeps_others_waiting_no_longer_than_one_for_few(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PLACED_AT_ONCE", 1)
    taken = []
    for numbers in ((1042,), (1043, 1044, 1045)):
        conflicts(connected, *numbers)
        taken.append(
            statements(lambda: rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice))
        )
        rules.take_back(connected.connection, FieldRule.of(connected.connection).get().id, connected.alice)
    assert taken[0] == taken[1]
    assert Lane.select().where(Lane.side == "pair").count() == 4
    connected.drain()


def creation_refused(world: World) -> None:
    create(world, customer_group="99")


def update_refused(world: World) -> None:
    world.save(world.pair_same().customer, customer_group="99")


def creation_forbidden(world: World) -> None:
    world.sandbox.faults.next(kind="403", method="POST")
    create(world)


def deletion_forbidden(world: World) -> None:
    world.sandbox.faults.next(kind="403", method="DELETE")
    pair = delete_ours(world)
    pairings.delete_other(world.connection, pair.id, seen(pair), world.alice)


@pytest.mark.parametrize("refused", [creation_refused, update_refused, creation_forbidden, deletion_forbidden])
def test_what_was_refused_is_not_sent_again_because_noting_it_met_a_deadlock(
    connected: World, monkeypatch: pytest.MonkeyPatch, refused: Callable[[World], None]
) -> None:
    refused(connected)
    sent, refuse, victims = writes(monkeypatch), push.refuse, [OperationalError("deadlock detected")]

    def noted(*args: Any, **more: Any) -> None:
        refuse(*args, **more)
        if victims:
            raise victims.pop()

    monkeypatch.setattr(push, "refuse", noted)
    connected.drain()
    assert (len(sent), victims) == (1, [])
    assert connected.place(customer=Customer.get()).state == "fault"


def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods of the calls that are made from now on and change something."""
    sent: list[str] = []
    request = Transport.request

    def kept(self: Transport, method: str, *args: Any, **more: Any) -> Any:
        sent.extend([method] if method != "GET" else [])
        return request(self, method, *args, **more)

    monkeypatch.setattr(Transport, "request", kept)
    return sent


def test_a_customer_brought_back_while_its_number_is_given_away_is_told_so(connected: World) -> None:
    pair = delete_ours(connected)
    told: list[str] = []

    def bring_back() -> None:
        try:
            pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
        except NumberInUse as fault:
            told.append(str(fault))

    with db.write():
        connected.ours(1042, "En helt anden")
        waiting = meanwhile(bring_back)
    waiting.join()
    assert told == ["1042"]
