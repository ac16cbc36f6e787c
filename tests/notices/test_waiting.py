"""What counts as waiting for a person: questions, refusals and standstills, and nothing that heals by itself."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.notices.conftest import conflict, gone, refused
from tests.sync.world import World
from webapp.models.lane import Lane
from webapp.models.sweep import HELD, Sweep
from webapp.notices import waiting
from webapp.sync import connect, resting


def kinds(world: World) -> Counter[str]:
    return Counter(item.kind for item in waiting.of(world.connection))


def test_where_all_is_well_nobody_is_needed(world: World) -> None:
    world.pair_same()
    world.ours(2001, "Ny ApS")
    assert kinds(world) == Counter()


def test_questions_deletions_and_refusals_are_counted_by_customer(world: World) -> None:
    conflict(world), gone(world, 1043), refused(world, 1044), refused(world, 1045)
    assert kinds(world) == {"question": 1, "deletion": 1, "fault": 2}


def test_a_refusal_says_its_cause(world: World) -> None:
    refused(world, 1044)
    (item,) = waiting.of(world.connection)
    assert [(cause.field, cause.said) for cause in item.causes] == [("ean", "too_long")]


def test_a_fault_that_time_mends_is_nobodys_task(world: World) -> None:
    pair = world.pair_same()
    world.sandbox.faults.always()
    world.save(pair.customer, phone="66100020")
    for _ in range(50):
        world.worker.round()
        world.clock.sleep(120)
    assert Lane.select().where(Lane.fault_kind != "").exists() and kinds(world) == Counter()


def test_a_grant_that_was_withdrawn_is_told_with_what_waits(world: World) -> None:
    conflict(world)
    world.connection.pause("grant_withdrawn")
    assert kinds(world) == {"paused": 1, "question": 1}


def test_what_a_person_has_paused_calls_nobody(world: World) -> None:
    conflict(world)
    resting.pause(world.connection, world.alice)
    assert kinds(world) == Counter()


def test_a_brake_is_told_with_its_count(world: World) -> None:
    of = {"company": world.company, "connection": world.connection}
    Sweep.create(**of, kind="compare", state=HELD, candidates_json="[1, 2, 3, 4]")
    (item,) = waiting.of(world.connection)
    assert (item.kind, item.count, item.since) == ("missing", 4, None)


def test_a_refusal_that_keeps_a_field_from_being_emptied_is_told(world: World) -> None:
    pair = world.pair_same(1044, telephoneAndFaxNumber="66100020")
    world.save(pair.customer, phone="", ean="12345678901234")
    world.drain()
    assert world.fresh(pair).brake == {"phone": "go"} and kinds(world) == {"fault": 1}


def test_fields_that_a_brake_holds_are_told_once_and_not_again_as_questions(world: World) -> None:
    for number in range(1, 7):
        world.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber=f"+45 {number}")
    for number in range(1, 5):
        world.economic.edit(number, telephoneAndFaxNumber="")
    world.compare()
    (item,) = waiting.of(world.connection)
    assert (item.kind, item.count) == ("emptied", 4)


def test_a_silent_webhook_waits_since_the_first_change_it_did_not_tell(world: World) -> None:
    world.pair_same()
    connect.new_webhook(world.connection)
    world.clock.sleep(1200)
    world.economic.edit(1042, city="Svendborg")
    began = world.clock.now()
    world.compare()
    world.clock.sleep(1200)
    (item,) = waiting.of(world.connection)
    assert item.kind == "silent" and item.since is not None and 0 <= (item.since - began).total_seconds() < 600


def test_before_customers_are_synchronised_nobody_is_called(world: World) -> None:
    conflict(world)
    connect.deactivate(world.connection)
    assert kinds(world) == Counter()


@pytest.mark.parametrize("find", [conflict, refused, gone])
def test_a_customer_keeps_its_key_and_its_time_while_nothing_moves(world: World, find: object) -> None:
    find(world, 1044)  # type: ignore[operator]
    before = waiting.of(world.connection)
    world.clock.sleep(7200)
    world.compare()
    assert waiting.of(world.connection) == before
