"""Deleting many at once: by a name under a plan, never who owes or has entries; and what comes back of it."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.sync.test_pairs import seen as versions
from tests.sync.test_runs import planned
from tests.sync.test_runs_undo import FAULTS, registers, undo
from tests.sync.world import World
from webapp.models import sweep as sweeps
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.run import DELETE, Run, RunItem
from webapp.sync import pairings, register, runs, runs_undo, sweep
from webapp.sync.runs_plan import Selection

SIDES = [("both", set(), set()), ("theirs", {1, 2, 3}, set()), ("ours", set(), {1, 2, 3})]


def pairs(world: World, count: int = 3) -> list[Pairing]:
    return [world.pair_same(number, f"Kunde {number}", city="Odense") for number in range(1, count + 1)]


def plan(world: World, found: list[Pairing], where: str = "both") -> Run:
    return planned(world, DELETE, Selection(pairings=tuple(pair.id for pair in found)), where=where)


def deleted(world: World, found: list[Pairing], where: str = "both") -> Run:
    run = runs.start(plan(world, found, where), world.alice, confirmed=[DELETE])
    world.drain()
    return world.fresh(run)


def until(world: World, found: Any) -> None:
    """Let the worker go on turn by turn until there is such a row."""
    while not found.exists():
        assert world.worker.turns(world.connection, 1)


def numbers(world: World) -> tuple[set[int], set[int]]:
    return {one.number for one in Customer.of(world.company)}, set(world.economic.customers)


def one_item(world: World, where: str = "both") -> RunItem:
    return RunItem.of(plan(world, list(Pairing.select()), where)).get()


# -- the plan


def test_a_plan_shows_all_that_is_lost_on_both_sides_and_does_nothing(connected: World) -> None:
    pairs(connected, 1)
    item = one_item(connected)
    connected.drain()
    assert ("theirs", "city", "Odense", "") in item.changes and ("ours", "name", "Kunde 1", "") in item.changes
    assert numbers(connected) == ({1}, {1})


def test_nobody_is_deleted_unless_somebody_is_picked(connected: World) -> None:
    pairs(connected)
    assert not RunItem.of(planned(connected, DELETE)).exists()


@pytest.mark.parametrize(("by", "confirmed"), [(False, [DELETE]), (True, [])])
def test_without_a_name_or_its_word_nobody_is_deleted(connected: World, by: bool, confirmed: list[str]) -> None:
    run = plan(connected, pairs(connected))
    with pytest.raises(runs.NotApplied, match="unconfirmed"):
        runs.start(run, connected.alice if by else None, confirmed=confirmed)


def test_who_owes_is_held_back(connected: World) -> None:
    connected.pair_same(balance=1250.0)
    connected.compare()
    assert one_item(connected).reason == "has_balance"


def test_a_customer_without_a_partner_is_not_in_the_plan(connected: World) -> None:
    alone = connected.ours(9, "Alene")
    run = planned(connected, DELETE, Selection(places=(connected.place(customer=alone).id,)))
    assert not RunItem.of(run).exists()


def test_one_that_is_gone_on_that_side_already_is_held_back(connected: World) -> None:
    [pair] = pairs(connected, 1)
    register.remove(connected.company, pair.customer_id, connected.alice)
    assert one_item(connected, "ours").reason == "already_gone"


# -- the run


@pytest.mark.parametrize(("where", "ours", "theirs"), SIDES)
def test_they_go_where_the_plan_says(connected: World, where: str, ours: set[int], theirs: set[int]) -> None:
    run = deleted(connected, pairs(connected), where)
    assert (run.state, run.done, run.failed) == ("done", 3, 0) and numbers(connected) == (ours, theirs)


def test_who_is_left_after_a_deletion_on_one_side_stands_under_deleted(connected: World) -> None:
    [pair] = pairs(connected, 1)
    deleted(connected, [pair], "theirs")
    assert connected.place(customer=pair.customer).state == "theirs_gone"


def test_the_rest_of_those_half_deleted_goes_too(connected: World) -> None:
    one, two = pairs(connected, 2)
    register.remove(connected.company, one.customer_id, connected.alice)
    connected.economic.delete(2)
    connected.look(2)
    assert deleted(connected, [one, two]).done == 2 and numbers(connected) == (set(), set())


def test_a_customer_with_entries_stays_in_both_systems(connected: World) -> None:
    found = pairs(connected)
    connected.economic.mark_used(2)
    run = deleted(connected, found)
    assert (run.done, run.failed) == (2, 1) and numbers(connected) == ({2}, {2})
    assert RunItem.get(RunItem.run == run, RunItem.state == "failed").reason == "delete_refused"
    assert connected.place(customer=found[1].customer).state == "equal"


def test_a_customer_that_owes_by_now_stays_in_both_systems(connected: World) -> None:
    found = pairs(connected, 1)
    run = plan(connected, found)
    connected.economic.edit(1, balance=99.0)
    runs.start(run, connected.alice, confirmed=[DELETE])
    connected.drain()
    assert RunItem.of(run).get().reason == "has_balance" and numbers(connected) == ({1}, {1})


@pytest.mark.parametrize("here", [True, False])
def test_one_that_was_edited_since_the_plan_falls_out(connected: World, here: bool) -> None:
    found = pairs(connected, 1)
    run = plan(connected, found)
    runs.start(run, connected.alice, confirmed=[DELETE])
    if here:
        connected.save(found[0].customer, city="Svendborg")
    else:
        connected.economic.edit(1, city="Svendborg")
    connected.drain()
    assert RunItem.of(run).get().reason == "moved" and numbers(connected) == ({1}, {1})
    assert connected.fresh(found[0].customer).city == connected.stored(1)["city"] == "Svendborg"


def test_a_number_that_somebody_else_has_by_now_is_left_alone(connected: World) -> None:
    run = plan(connected, pairs(connected, 1))
    connected.economic.delete(1)
    connected.theirs(1, "En helt anden")
    runs.start(run, connected.alice, confirmed=[DELETE])
    connected.drain()
    assert connected.stored(1)["name"] == "En helt anden" and RunItem.of(run).get().reason == "moved"


def test_an_edit_here_while_the_call_is_under_way_keeps_ours(connected: World) -> None:
    [pair] = pairs(connected, 1)
    connected.sandbox.faults.next(kind="cut-after", method="DELETE")
    run = runs.start(plan(connected, [pair]), connected.alice, confirmed=[DELETE])
    until(connected, Attempt.select().where(Attempt.state == "unclear"))
    connected.save(pair.customer, city="Svendborg")
    connected.drain()
    assert numbers(connected) == ({1}, set()) and RunItem.of(run).get().note["kept"] == "edited_here"
    assert connected.place(customer=pair.customer).state == "theirs_gone_ours_moved"


@pytest.mark.parametrize("kind", FAULTS)
def test_a_deletion_that_goes_wrong_on_its_way_is_brought_to_its_end(connected: World, kind: str) -> None:
    found = pairs(connected, 1)
    connected.sandbox.faults.next(kind=kind, method="DELETE")
    run = deleted(connected, found)
    assert (run.done, run.failed) == (1, 0) and numbers(connected) == (set(), set())


def test_a_pair_that_is_ended_while_it_is_being_deleted_ends_the_item(connected: World) -> None:
    [pair] = pairs(connected, 1)
    run = runs.start(plan(connected, [pair]), connected.alice, confirmed=[DELETE])
    until(connected, Pairing.select().where(Pairing.deleting))
    pairings.unpair(connected.connection, pair.id, connected.alice)
    connected.drain()
    assert (connected.fresh(run).state, RunItem.of(run).get().reason) == ("done", "moved")
    assert numbers(connected) == ({1}, {1})


def test_the_history_says_who_deleted_on_which_side_by_which_run(connected: World) -> None:
    run = deleted(connected, pairs(connected, 1))
    lines = History.select().where(History.run_id == run.id, History.field == "deleted")
    assert {(line.side, line.by_id) for line in lines} == {(side, connected.alice.id) for side in ("ours", "theirs")}


# -- the brake


def test_more_than_the_brake_lets_pass_are_deleted_because_a_person_saw_the_plan(connected: World) -> None:
    run = deleted(connected, pairs(connected, 12))
    proof = connected.compare()
    assert run.done == 12 and proof.state == sweeps.DONE and proof.candidates == []


def test_a_comparison_in_mid_run_is_not_stopped_by_what_the_run_deletes(connected: World) -> None:
    found = pairs(connected, 12)
    runs.start(plan(connected, found), connected.alice, confirmed=[DELETE])
    until(connected, Pairing.select().where(Pairing.deleting))
    for number in range(1, 13):
        connected.economic.delete(number)
    assert connected.compare().state == sweeps.DONE and numbers(connected) == (set(), set())


def test_deletions_by_others_meet_the_brake_all_the_same(connected: World) -> None:
    found = pairs(connected, 12)
    deleted(connected, found[:4])
    for number in range(5, 10):
        connected.economic.delete(number)
    sweep.begin(connected.connection, sweeps.COMPARE)
    connected.drain()
    assert sweeps.Sweep.current(connected.connection, sweeps.COMPARE).state == sweeps.HELD


# -- and back


@pytest.mark.parametrize("where", ["both", "theirs", "ours"])
def test_taken_back_they_are_there_again_with_their_fields_and_partners(connected: World, where: str) -> None:
    found = pairs(connected)
    before = registers(connected)
    back = undo(connected, deleted(connected, found, where))
    assert (back.done, back.failed) == (3, 0) and registers(connected) == before
    assert {connected.place(customer=pair.customer).state for pair in found} == {"equal"}


@pytest.mark.parametrize("kept", ["as-sent", "capitals"])
def test_two_that_were_agreed_to_differ_come_back_as_they_were(connected: World, kept: str) -> None:
    connected.theirs(1, "HAVNENS TANDKLINIK", city="Odense", address="Havnen 1")
    connected.look(1)
    ours = connected.ours(1, "Havnens Tandklinik ApS", city="Odense C")
    seen = pairings.Versions(ours.version, connected.mirror(1).version)
    answers = {"name": "both", "city": "both", "address": "both"}
    pair = pairings.pair(connected.connection, ours.id, connected.mirror(1).id, answers, seen, connected.alice)
    connected.drain()
    before = registers(connected)
    connected.sandbox.switches.update(texts_kept=kept)
    undo(connected, deleted(connected, [pair]))
    connected.compare()
    assert registers(connected)[0] == before[0] and connected.place(customer=ours).state == "agreed"
    assert str(registers(connected)[1]).upper() == str(before[1]).upper()


@pytest.mark.parametrize("where", ["both", "theirs"])
def test_a_question_that_was_open_is_open_again_and_nobody_is_overwritten(connected: World, where: str) -> None:
    connected.theirs(1, "Havnens Tandklinik", email="de@eksempel.dk")
    connected.look(1)
    ours, theirs = connected.ours(1, "Havnens Tandklinik", email="vi@eksempel.dk"), connected.mirror(1)
    seen = pairings.Versions(ours.version, theirs.version)
    pair = pairings.pair(connected.connection, ours.id, theirs.id, {}, seen, connected.alice)
    connected.drain()
    before = registers(connected)
    undo(connected, deleted(connected, [pair], where))
    assert registers(connected) == before and connected.place(customer=ours).section == "conflict"


def test_what_cannot_come_back_is_told_in_the_plans(connected: World) -> None:
    [pair] = pairs(connected, 1)
    register.remove(connected.company, pair.customer_id, connected.alice)
    run = deleted(connected, [pair])
    assert RunItem.of(run).get().note["for_good"]
    assert RunItem.of(runs_undo.plan(run, connected.alice)).get().reason == "for_good"


def test_a_number_given_to_somebody_else_since_is_left_to_them(connected: World) -> None:
    run = deleted(connected, pairs(connected, 2))
    connected.ours(1, "Ny her")
    connected.theirs(2, "Ny dér")
    connected.look(2)
    plan = runs_undo.plan(run, connected.alice)
    assert [item.reason for item in RunItem.of(plan)] == ["number_used_here", "number_used_there"]


def test_a_number_taken_there_between_the_plan_and_its_run_makes_no_double(connected: World) -> None:
    run = deleted(connected, pairs(connected, 1))
    plan = runs_undo.plan(run, connected.alice)
    connected.theirs(1, "Ny dér")
    runs.start(plan, connected.alice)
    connected.drain()
    assert connected.stored(1)["name"] == "Ny dér" and RunItem.of(plan).get().reason == "number_taken"


@pytest.mark.parametrize("kind", FAULTS)
def test_coming_back_there_happens_once_whatever_fails(connected: World, kind: str) -> None:
    found = pairs(connected, 1)
    before = registers(connected)
    run = deleted(connected, found)
    connected.sandbox.faults.next(kind=kind, method="POST")
    back = undo(connected, run)
    assert back.failed == 0 and registers(connected) == before


def test_a_pair_that_is_ended_while_its_deletion_is_on_the_way_does_not_hold_the_run_up(connected: World) -> None:
    [pair] = pairs(connected, 1)
    run = runs.start(plan(connected, [pair]), connected.alice, confirmed=[DELETE])
    connected.sandbox.hooks.add(before_delete=lambda: pairings.unpair(connected.connection, pair.id, connected.alice))
    connected.drain()
    assert connected.fresh(run).is_over
    assert list(connected.economic.customers) == []


def agreed_to_differ(world: World) -> Pairing:
    pair = world.pair_same(telephoneAndFaxNumber="1")
    world.save(pair.customer, phone="2")
    world.economic.edit(1042, telephoneAndFaxNumber="3")
    world.drain()
    pairings.answer(world.connection, pair.id, {"phone": "both"}, versions(pair), world.alice)
    return world.fresh(pair)


def test_what_was_agreed_to_differ_comes_back_also_with_another_key(connected: World) -> None:
    pair = agreed_to_differ(connected)
    before = registers(connected)
    run = deleted(connected, [pair])
    connected.sandbox.faults.next(kind="500-before", method="POST")
    runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, Attempt.select().where(Attempt.kind == "create", Attempt.state == "unclear"))
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert registers(connected) == before


def test_what_was_agreed_to_differ_comes_back_also_under_another_number(connected: World) -> None:
    plan = runs_undo.plan(deleted(connected, [agreed_to_differ(connected)]), connected.alice)
    connected.theirs(1042, "Ny dér")
    runs.start(plan, connected.alice)
    connected.drain()
    again = Pairing.get(Pairing.state == "creating")
    pairings.try_again(connected.connection, again.id, 1043, connected.alice)
    connected.drain()
    assert (connected.stored(1043)["telephoneAndFaxNumber"], connected.fresh(again).state) == ("3", "open")


def left_out_since(world: World) -> Run:
    [pair] = pairs(world, 1)
    run = deleted(world, [pair], "theirs")
    pairings.unpair(world.connection, pair.id, world.alice)
    pairings.exclude(world.connection, world.alice, customer_id=pair.customer_id)
    return run


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_who_was_added_again_by_hand_since_comes_back_only_when_ticked(connected: World, side: str) -> None:
    [pair] = pairs(connected, 1)
    run = deleted(connected, [pair])
    if side == "ours":
        connected.ours(70, "Kunde 1")
    else:
        connected.theirs(70, "Kunde 1")
        connected.look(70)
    back = RunItem.get(RunItem.run == runs_undo.plan(run, connected.alice))
    assert (back.state, back.reason, back.note["alike"]) == ("held", "lookalike", "Kunde 1 (70)")


@pytest.mark.parametrize("ticked", [False, True])
def test_who_was_left_out_since_is_made_again_only_when_ticked(connected: World, ticked: bool) -> None:
    back = runs_undo.plan(left_out_since(connected), connected.alice)
    [item] = RunItem.of(back)
    with nullcontext() if ticked else pytest.raises(runs.NotApplied, match="empty"):
        runs.start(back, connected.alice, also=[item.id] if ticked else [])
    connected.drain()
    assert (item.reason, 1 in connected.economic.customers) == ("off", ticked)


def test_who_is_left_out_after_the_undo_was_planned_stays_so(connected: World) -> None:
    [pair] = pairs(connected, 1)
    back = runs_undo.plan(deleted(connected, [pair], "theirs"), connected.alice)
    pairings.unpair(connected.connection, pair.id, connected.alice)
    pairings.exclude(connected.connection, connected.alice, customer_id=pair.customer_id)
    runs.start(back, connected.alice)
    connected.drain()
    assert (RunItem.of(back).get().reason, 1 in connected.economic.customers) == ("moved", False)
