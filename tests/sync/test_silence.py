"""A silent webhook: what counts as untold, and when an administrator is told."""

from datetime import timedelta

import pytest

from tests.sync.world import World
from webapp import db
from webapp.cli import tending
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.lane import Lane
from webapp.models.sweep import Sweep
from webapp.sync import connect, inbox, silence, sweep

QUIET = 600
"""Seconds after which the absence of a call means something."""


@pytest.fixture
def hooked(connected: World) -> World:
    """A pair, and a webhook that was made a while ago."""
    connected.pair_same(1042)
    connect.new_webhook(connected.connection)
    connected.clock.sleep(QUIET + 60)
    connected.drain()
    return connected


def look_for_changes(world: World, kind: str = sweeps.POLL) -> int:
    """One poll or comparison; how many changes it found that nobody had told of."""
    ordered = sweep.begin(world.connection, kind)
    world.drain()
    return Sweep.get_by_id(ordered.id).untold


def six_untold(world: World) -> None:
    for number in range(2001, 2007):
        world.theirs(number, f"Kunde {number}")
    look_for_changes(world)


def call(world: World, number: int) -> None:
    inbox.receive(world.connection, f"old={number}&new={number}", "", "")


@pytest.mark.parametrize("kind", [sweeps.POLL, sweeps.COMPARE])
def test_changes_that_nobody_told_of_are_counted(hooked: World, kind: str) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    hooked.theirs(1077, "Ny kunde ApS")
    assert look_for_changes(hooked, kind) == 2


def test_the_same_change_is_counted_once(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    assert [look_for_changes(hooked) for _ in range(3)] == [1, 0, 0]


def test_a_change_that_a_call_told_of_is_not_counted(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    call(hooked, 1042)
    assert look_for_changes(hooked) == 0


def test_a_change_that_waits_for_its_look_is_not_counted(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    pair = hooked.place(mirror=hooked.mirror(1042)).pairing_id
    with db.write():
        Lane.wake(hooked.connection, "pair", pair)
    Lane.update(due_at=hooked.clock.now() + timedelta(hours=1)).where(Lane.side == "pair").execute()
    ordered = sweep.begin(hooked.connection, sweeps.POLL)
    hooked.worker.round()
    assert Sweep.get_by_id(ordered.id).untold == 0


def test_our_own_writes_are_not_counted(hooked: World) -> None:
    hooked.save(hooked.place(mirror=hooked.mirror(1042)).customer, phone="62 10 00 99")
    hooked.drain()
    assert look_for_changes(hooked) == 0


def test_without_a_webhook_nothing_is_counted(connected: World) -> None:
    connected.pair_same(1042)
    connected.clock.sleep(QUIET + 60)
    connected.economic.edit(1042, city="Svendborg")
    assert look_for_changes(connected) == 0


def test_what_changed_before_the_webhook_could_tell_is_not_counted(connected: World) -> None:
    connected.pair_same(1042)
    connect.new_webhook(connected.connection)
    connected.economic.edit(1042, city="Svendborg")
    assert look_for_changes(connected) == 0


def test_the_administrator_is_told_after_a_while(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    look_for_changes(hooked)
    assert said(hooked) is None
    hooked.clock.sleep(QUIET)
    assert said(hooked) == silence.Silence(1, None)


def said(world: World) -> silence.Silence | None:
    return silence.of(world.connection)


def test_the_next_call_ends_it(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    look_for_changes(hooked)
    hooked.clock.sleep(QUIET)
    call(hooked, 1001)
    assert said(hooked) is None


def test_calls_that_come_only_now_and_then_are_told_too(hooked: World) -> None:
    six_untold(hooked)
    call(hooked, 1001)
    assert said(hooked) == silence.Silence(6, hooked.connection.webhook_called_at, patchy=True)


def test_calls_that_were_only_slow_take_their_own_back(hooked: World) -> None:
    six_untold(hooked)
    hooked.clock.sleep(168)
    for number in range(2001, 2005):
        call(hooked, number)
    assert said(hooked) is None


def test_calls_of_others_take_nothing_back(hooked: World) -> None:
    six_untold(hooked)
    hooked.clock.sleep(168)
    for number in range(1001, 1005):
        call(hooked, number)
    assert said(hooked) == silence.Silence(6, hooked.connection.webhook_called_at, patchy=True)


def test_what_it_did_not_tell_days_ago_is_not_when_it_fell_silent(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    look_for_changes(hooked)
    hooked.clock.sleep(2 * 24 * 3600)
    began = hooked.clock.now()
    six_untold(hooked)
    call(hooked, 1001)
    found = said(hooked)
    assert found is not None and found.patchy and silence.since(hooked.connection, found) >= began


def test_calls_that_came_too_late_take_nothing_back(hooked: World) -> None:
    six_untold(hooked)
    hooked.clock.sleep(QUIET + 60)
    for number in range(2001, 2007):
        call(hooked, number)
    assert said(hooked) == silence.Silence(6, hooked.connection.webhook_called_at, patchy=True)


def test_more_than_a_thousand_without_a_call_are_counted_though_not_named() -> None:
    held = Sweep(untold=0)
    held.add_untold(range(900))
    held.add_untold(range(900, 1900))
    assert (held.untold, len(held.untold_numbers)) == (1900, 1000)


def test_a_few_lost_among_many_calls_trouble_nobody(hooked: World) -> None:
    six_untold(hooked)
    for _ in range(30):
        call(hooked, 1001)
    assert said(hooked) is None


def test_where_customers_are_not_synchronised_nothing_is_told(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    look_for_changes(hooked)
    hooked.clock.sleep(QUIET)
    connect.deactivate(hooked.connection)
    assert silence.of(Connection.get_by_id(hooked.connection.id)) is None


def test_the_doctor_tells_of_it(hooked: World) -> None:
    hooked.economic.edit(1042, city="Svendborg")
    look_for_changes(hooked)
    hooked.clock.sleep(QUIET)
    told = [line for line in tending._of(hooked.connection, hooked.settings) if "webhook" in line]
    assert told == [
        "Fjordglans Rengøring ApS, agreement 1482210: changes were found that no webhook call had told of: 1."
    ]
