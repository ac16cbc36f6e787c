"""Between a plan and each item of its run others go on: what came, was said or was stopped since then counts."""

from collections.abc import Callable
from typing import Any

import pytest
from peewee import OperationalError

from tests.sync import test_runs_load as files
from tests.sync.test_runs import bulk, fetched, many_there, planned
from tests.sync.world import World
from webapp.models.customer import Customer
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, EXCLUDE, PAIR, Run, RunItem
from webapp.sync import not_same, pairings, runs, runs_load, runs_undo
from webapp.sync.runs_plan import Selection

pytestmark = pytest.mark.contended


def applied(world: World, run: Run) -> Run:
    runs.start(run, world.alice)
    world.drain()
    return world.fresh(run)


def bakery_there(world: World) -> None:
    fetched(world, 70, "Bageriet", corporateIdentificationNumber="99000015")


# -- who came since


def test_nobody_gets_a_second_partner_when_a_colleague_has_made_it_since_the_plan(connected: World) -> None:
    connected.ours(7, "Ærø Bageri ApS", cvr="99000015")
    run = planned(connected, CREATE_THEIRS)
    bakery_there(connected)
    assert applied(connected, run).failed == 1 and list(connected.economic.customers) == [70]
    item = RunItem.get(RunItem.run == run)
    assert (item.reason, item.note["alike"]) == ("lookalike", "Bageriet (70)")


def test_nobody_is_copied_here_who_was_added_by_hand_since_the_plan(connected: World) -> None:
    bakery_there(connected)
    run = planned(connected, CREATE_OURS)
    connected.ours(7, "Ærø Bageri ApS", cvr="99000015")
    assert applied(connected, run).failed == 1
    assert [one.number for one in Customer.of(connected.company)] == [7]


def test_whoever_was_suggested_as_its_partner_since_the_plan_keeps_it_from_being_made(connected: World) -> None:
    connected.ours(7, "Havnens Tandklinik ApS", phone="62100020", address="Havnegade 12", postcode="5000")
    run = planned(connected, CREATE_THEIRS)
    fetched(
        connected, 70, "Havnens Tandklinikker", telephoneAndFaxNumber="62100020", address="Havnegade 12", zip="5000"
    )
    assert applied(connected, run).failed == 1 and list(connected.economic.customers) == [70]


def test_who_came_since_and_is_not_the_same_stops_nobody(connected: World) -> None:
    ours = connected.ours(7, "Ærø Bageri ApS", cvr="99000015")
    run = planned(connected, CREATE_THEIRS)
    bakery_there(connected)
    not_same.apart(connected.connection, ours.id, connected.mirror(70).id, connected.alice)
    assert applied(connected, run).done == 1 and sorted(connected.economic.customers) == [7, 70]


def test_a_likeness_that_was_ticked_is_made_all_the_same(connected: World) -> None:
    connected.ours(7, "Ærø Bageri ApS", cvr="99000015")
    bakery_there(connected)
    run = planned(connected, CREATE_THEIRS)
    connected.economic.edit(70, telephoneAndFaxNumber="62100020")
    connected.look(70)
    runs.start(run, connected.alice, also=[RunItem.get(RunItem.run == run).id])
    connected.drain()
    assert sorted(connected.economic.customers) == [7, 70]


# -- who said stop since


@pytest.mark.parametrize("verb", [runs.stop, runs.pause])
def test_a_run_that_is_told_to_rest_amid_a_step_begins_no_more(
    connected: World, monkeypatch: pytest.MonkeyPatch, verb: Callable[[Run], bool]
) -> None:
    many_there(connected, 40)
    run = planned(connected, CREATE_OURS)
    do = runs._do

    def do_and_be_told(*facts: Any) -> None:
        do(*facts)
        verb(run)

    monkeypatch.setattr(runs, "_do", do_and_be_told)
    applied(connected, run)
    assert Customer.of(connected.company).count() == 10


def test_who_was_switched_off_by_hand_since_the_plan_is_not_the_runs_to_switch_on(connected: World) -> None:
    ours = connected.ours(7, "Ærø Bageri")
    run = planned(connected, EXCLUDE, Selection(ours=(ours.id,)))
    pairings.exclude(connected.connection, connected.alice, customer_id=ours.id)
    assert applied(connected, run).failed == 1 and not runs_undo.can_be_undone(connected.fresh(run))


# -- a transaction that is run again


def test_what_is_done_again_after_a_deadlock_finds_each_line_as_it_was(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = files.planned(connected, {"number": "7", "name": "Ærø Bageri"}, {"number": "8", "name": "Ry Bageri"})
    faults, add = [OperationalError("deadlock detected")], runs_load._add

    def add_and_get_stuck(*facts: Any) -> Customer:
        made = add(*facts)
        if made.number == 8 and faults:
            raise faults.pop()
        return made

    monkeypatch.setattr(runs_load, "_add", add_and_get_stuck)
    assert (applied(connected, run).done, sorted(files.register(connected))) == (2, [7, 8])


# -- what was edited since, when the run is taken back


def test_what_a_person_has_shortened_since_is_not_taken_for_what_the_run_wrote(connected: World) -> None:
    ours = connected.ours(7, "Ærø Bageri", phone="11111111")
    run = applied(connected, files.planned(connected, {"number": "7", "phone": "62100020 lok. 5"}))
    connected.save(ours, phone="62100020")
    back = RunItem.get(RunItem.run == runs_undo.plan(run, connected.alice))
    assert (back.state, back.reason) == ("held", "edited_since")


def test_nor_what_a_colleague_has_shortened_there(connected: World) -> None:
    ours = connected.ours(7, "Ærø Bageri ApS", phone="62100020 lok. 5")
    fetched(connected, 7, "Ærø Bageri ApS", telephoneAndFaxNumber="11111111")
    picked = Selection(pairs=((ours.id, connected.mirror(7).id),))
    run = bulk(connected, PAIR, picked, contact="ours")
    connected.economic.edit(7, telephoneAndFaxNumber="62100020")
    connected.look(7)
    applied(connected, runs_undo.plan(run, connected.alice))
    assert connected.stored(7)["telephoneAndFaxNumber"] == connected.fresh(ours).phone == "62100020"
