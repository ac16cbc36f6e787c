"""Loading on both databases: what was shown is done once, whoever else is at work, and any of it can be taken back."""

import random
from typing import Any

import pytest

from tests.sync.world import World
from webapp import db
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.run import Run
from webapp.models.upload import Upload
from webapp.sync import runs, runs_undo
from webapp.sync.register import look, remove, restore
from webapp.sync.runs_plan import Line, Selection

FIELDS = ("phone", "city", "email", "website")


def planned(world: World, *rows: dict[str, str]) -> Run:
    lines = tuple(
        Line(
            "x.csv",
            place,
            row["number"] or None,
            {name: value for name, value in row.items() if name != "number" and value},
        )
        for place, row in enumerate(rows, 2)
    )
    return runs.plan(Connection.of_files(world.company), "load", world.alice, Selection(lines=lines))


def done(world: World, run: Run) -> Run:
    runs.start(run, world.alice)
    world.drain()
    return Run.get_by_id(run.id)


def register(world: World) -> dict[int, dict[str, str]]:
    return {one.number: one.values for one in Customer.of(world.company)}


@pytest.mark.parametrize("seed", range(4))
def test_any_file_and_its_undo_leave_the_register_as_it_was(connected: World, seed: int) -> None:
    chance = random.Random(seed)

    def some(number: int) -> dict[str, str]:
        words = {name: f"{name}{chance.randint(1, 3)}" for name in FIELDS if chance.random() < 0.5}
        return {"name": f"Kunde {number} A{number}", "email": "", **words}

    for number in range(1, 8):
        connected.ours(number, **some(number))
    before = register(connected)
    rows: list[Any] = [{"number": str(number), **some(number)} for number in range(4, 12)]
    run = done(connected, planned(connected, *rows))
    assert register(connected) != before
    back = done(connected, runs_undo.plan(run, connected.alice))
    assert (register(connected), back.failed) == (before, 0)


def test_of_two_plans_of_one_file_the_second_adds_nobody_again(connected: World) -> None:
    one, two = (planned(connected, {"number": "7", "name": "Ærø Bageri"}) for _ in range(2))
    assert [done(connected, one).done, done(connected, two).failed] == [1, 1]
    assert list(register(connected)) == [7]


def test_a_plan_that_lay_while_the_same_file_was_loaded_adds_nobody_again(connected: World) -> None:
    row = {"number": "", "name": "Ærø Bageri", "email": "post@example.dk"}
    one = planned(connected, row)
    connected.ours(50, "Skovbryn Friskole")
    two = planned(connected, row)
    assert [done(connected, one).done, done(connected, two).failed] == [1, 1]
    assert len(register(connected)) == 2


def test_who_was_deleted_when_it_was_planned_and_is_back_since_is_not_added_twice(connected: World) -> None:
    ours = connected.ours(50, "Ærø Bageri", cvr="99000015")
    connected.clock.sleep(60)
    remove(connected.company, ours.id, connected.alice)
    run = planned(connected, {"number": "", "name": "Ærø Bageri", "cvr": "99000015"})
    with db.write():
        back = Customer.get_by_id(ours.id)
        restore(back, connected.alice)
        look(back)
    assert done(connected, run).failed == 1 and list(register(connected)) == [50]


def test_numbers_go_on_from_the_lowest_when_the_highest_is_used_up(connected: World) -> None:
    connected.ours(999_999_998, "Ærø Bageri")
    run = done(connected, planned(connected, *({"number": "", "name": f"Kunde {sign} {sign}"} for sign in "ABC")))
    assert run.failed == 0 and sorted(register(connected)) == [1, 2, 999_999_998, 999_999_999]


def test_it_goes_on_while_economic_is_paused_and_is_sent_afterwards(connected: World) -> None:
    pair = connected.pair_same(1042)
    Connection.update(state="paused").where(Connection.source == "economic").execute()
    run = planned(connected, {"number": "1042", "name": pair.customer.name, "phone": "62100020"})
    runs.start(run, connected.alice)
    for _ in range(5):
        connected.worker.round()
    assert register(connected)[1042]["phone"] == "62100020" and Run.get_by_id(run.id).state == "done"
    Connection.update(state="open").execute()
    connected.drain()
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "62100020"


def test_a_stopped_run_keeps_what_was_loaded_and_no_more(connected: World) -> None:
    run = planned(connected, *({"number": str(number), "name": f"Kunde {number} A{number}"} for number in range(1, 80)))
    runs.start(run, connected.alice)
    connected.worker.turns(run.connection, most=1)
    runs.stop(run)
    connected.drain()
    assert len(register(connected)) == Run.get_by_id(run.id).done == 50


def test_a_file_comes_back_byte_for_byte(connected: World) -> None:
    raw = bytes(range(256)) * 40
    kept = Upload.keep(connected.company, "x.xlsx", raw, connected.alice)
    assert Upload.get_by_id(kept.id).sent == raw
