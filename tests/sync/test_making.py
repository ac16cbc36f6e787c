"""Plans that the worker makes: the same as a page would make, whole or not at all, whoever dies or thinks again."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sync.world import World
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.lane import LEASE_SECONDS, Lane
from webapp.models.place import Heartbeat
from webapp.models.run import Run, RunItem, RunPlan
from webapp.models.upload import Upload
from webapp.sync import erasing, kinds, loading, making, runs, runs_undo
from webapp.sync.runs_plan import EVERYBODY, File, Line, Planned, Selection
from webapp.worker import Worker

pytestmark = pytest.mark.contended
PICKED = File(0, 0, ("number", "name"))


class Died(BaseException):
    """The process is gone."""


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "AT_LEISURE", -1)


def sent(world: World, content: str = "Nr;Navn\n7;Ærø Bageri\n8;Rise Mølle\n") -> Upload:
    return Upload.keep(world.company, "x.csv", content.encode(), world.alice)


def load(world: World, file: Upload | None = None) -> Run:
    picked = Selection(file=File((file or sent(world)).id, 0, ("number", "name")))
    return runs.plan(Connection.of_files(world.company), "load", world.alice, picked)


def fresh(run: Run) -> Run:
    return Run.get_by_id(run.id)


def seal(run: Run) -> str:
    plan = RunPlan.of(run)
    assert plan is not None
    return plan.seal


def pair(world: World) -> Selection:
    world.ours(7, "Ærø Bageri", city="Marstal")
    world.theirs(1042, "Havnens Tandklinik")
    world.look(1042)
    pairing = world.pair_same(1043, "Rise Mølle")
    return Selection(pairings=(pairing.id,))


@pytest.mark.parametrize("kind", ["create_theirs", "create_ours", "pair", "exclude", "resolve", "delete"])
def test_it_is_the_plan_that_a_page_would_have_made(
    connected: World, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = pair(connected)
    picked = there if kind == "delete" else EVERYBODY
    choices = {"rule": "next"} if kind.startswith("create") else {}
    made = making.order(connected.connection, kind, connected.alice, picked, kinds.chosen(kind, choices), 9)
    connected.drain()
    monkeypatch.setattr(making, "AT_LEISURE", 9)
    by_the_page = runs.plan(connected.connection, kind, connected.alice, picked, choices)
    assert (fresh(made).state, fresh(made).total, fresh(made).done) == ("planned", by_the_page.total, 0)
    assert seal(made) == seal(by_the_page)


def test_a_file_is_read_by_the_worker_into_the_same_plan(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.ours(7, "Ærø Bageri", city="Marstal")
    file = sent(connected)
    made = load(connected, file)
    assert (made.state, RunItem.of(made).count()) == ("making", 0)
    connected.drain()
    monkeypatch.setattr(making, "AT_LEISURE", 9)
    assert seal(made) == seal(load(connected, file))
    assert [item.note["line"] for item in RunItem.of(made)] == [2, 3]


def test_it_is_made_while_the_connection_rests(connected: World) -> None:
    connected.ours(7, "Ærø Bageri")
    made = runs.plan(connected.connection, "create_theirs", connected.alice)
    connected.connection.pause("by_hand")
    connected.worker.round()
    assert (fresh(made).state, fresh(made).total) == ("planned", 1)


def test_what_is_being_made_cannot_be_carried_out(connected: World) -> None:
    made = load(connected)
    with pytest.raises(runs.NotApplied, match="making"):
        runs.start(made, connected.alice)
    assert not runs.choose(made, {"there": "take"}) and fresh(made).is_making


def test_a_plan_put_away_in_the_making_leaves_nothing(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = load(connected), kinds.planned

    def changing_their_mind(*args: object) -> list[Planned]:
        found = plan(*args)  # type: ignore[arg-type]
        assert runs.put_away(made)
        return found

    monkeypatch.setattr(kinds, "planned", changing_their_mind)
    connected.drain()
    assert (fresh(made).state, RunItem.of(made).count(), Upload.select().count()) == ("dropped", 0, 1)
    assert not Lane.select().where(Lane.side == "plan").exists()


def test_a_plan_put_away_amid_its_rows_is_for_nobody(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (7, 8):
        connected.ours(number, f"Kunde {number}")
    made, insert = runs.plan(connected.connection, "create_theirs", connected.alice), making.insert
    monkeypatch.setattr(making, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(making, "insert", lambda rows: (insert(rows), insert_once.append(rows))[0])
    insert_once: list[object] = []
    progress = making._making

    def meanwhile(held: Lane, run: Run) -> Any:
        if len(insert_once) == 1:
            runs.put_away(made)
        return progress(held, run)

    monkeypatch.setattr(making, "_making", meanwhile)
    connected.drain()
    assert (fresh(made).state, fresh(made).total, RunItem.of(made).count()) == ("dropped", 0, 0)


def test_a_file_plan_can_be_chosen_anew_when_its_file_was_forgotten(connected: World) -> None:
    made = load(connected)
    connected.drain()
    Upload.delete().execute()
    assert runs.choose(fresh(made), {"there": "take"})
    connected.drain()
    assert (fresh(made).state, RunItem.of(made).count()) == ("planned", 2)


def test_who_dies_while_making_it_is_followed_by_another(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made, insert = load(connected), making.insert
    monkeypatch.setattr(making, "ROWS_AT_ONCE", 1)

    def dying(rows: list[dict[str, object]]) -> None:
        insert(rows)
        if rows[0]["position"] == 1:
            raise Died

    monkeypatch.setattr(making, "insert", dying)
    with pytest.raises(Died):
        connected.worker.turns(made.connection)
    monkeypatch.setattr(making, "insert", insert)
    assert (fresh(made).state, RunItem.of(made).count()) == ("making", 1)
    connected.clock.sleep(LEASE_SECONDS + 1)
    Worker(connected.settings, "worker-2").turns(made.connection)
    assert (fresh(made).state, [item.number for item in RunItem.of(made)]) == ("planned", [7, 8])


def test_who_was_taken_for_dead_stores_nothing(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made, plan = load(connected), kinds.planned

    def sleeping(*args: object) -> list[Planned]:
        monkeypatch.setattr(kinds, "planned", plan)
        connected.clock.sleep(LEASE_SECONDS + 1)
        Worker(connected.settings, "worker-2").turns(made.connection)
        RunItem.update(reason="by worker-2").where(RunItem.run == made).execute()
        return plan(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(kinds, "planned", sleeping)
    connected.worker.turns(made.connection)
    assert {item.reason for item in RunItem.of(made)} == {"by worker-2"}


def test_two_files_become_two_plans(connected: World) -> None:
    one, two = load(connected), load(connected, sent(connected, "Nr;Navn\n9;Søby Havn\n"))
    connected.drain()
    assert [[item.number for item in RunItem.of(run)] for run in (one, two)] == [[7, 8], [9]]


def test_a_file_that_cannot_be_read_says_why(connected: World) -> None:
    file = sent(connected, "Nr;Navn\n7;Ærø Bageri;Marstal\n")
    made = load(connected, file)
    connected.drain()
    assert fresh(made).state == "dropped"
    assert Upload.get_by_id(file.id).fault == '{"why": "cells", "line": 2, "text": ""}'


def test_other_choices_are_made_anew_of_the_same_file(connected: World) -> None:
    connected.theirs(1042, "Havnens Tandklinik")
    connected.look(1042)
    made = load(connected, sent(connected, "Nr;Navn\n1042;Havnens Tandklinik\n"))
    connected.drain()
    assert (fresh(made).total, runs.choose(fresh(made), {"there": "take"})) == (0, True)
    assert fresh(made).state == "making"
    connected.drain()
    assert (fresh(made).state, fresh(made).total, RunItem.of(made).count()) == ("planned", 1, 1)


def test_an_undo_is_made_by_the_worker_too(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = load(connected)
    connected.drain()
    runs.start(fresh(run), connected.alice)
    connected.drain()
    back = runs_undo.plan(fresh(run), connected.alice)
    assert (back.state, runs_undo.planned(run)) == ("making", back)
    connected.drain()
    monkeypatch.setattr(making, "AT_LEISURE", 9)
    assert (fresh(back).total, seal(back)) == (2, seal(runs_undo.plan(fresh(run), connected.alice)))


def test_the_page_is_told_how_far_it_is(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made, told, look = load(connected), list[int](), making.Progress.__call__
    Run.update(total=3).where(Run.id == made.id).execute()
    monkeypatch.setattr(making, "TOLD_EVERY", -1.0)

    def looking(progress: making.Progress) -> None:
        look(progress)
        told.append(fresh(made).done)

    monkeypatch.setattr(making.Progress, "__call__", looking)
    connected.drain()
    assert told == [1, 2, 3, 3] and fresh(made).done == 0


def test_the_worker_is_known_to_live_while_it_makes_a_long_one(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, weigh = load(connected), loading.Loading._one

    def slowly(*args: Any) -> Planned:
        connected.clock.sleep(LEASE_SECONDS - 1)
        return weigh(*args)

    monkeypatch.setattr(loading.Loading, "_one", slowly)
    connected.worker.turns(made.connection)
    assert fresh(made).state == "planned"
    assert Heartbeat.get().seen_at > connected.clock.now() - timedelta(seconds=LEASE_SECONDS)


def test_nobody_is_erased_while_their_values_may_be_on_their_way_into_a_plan(connected: World) -> None:
    customer = connected.ours(7, "Ærø Bageri")
    file, bulk = load(connected), runs.plan(connected.connection, "create_theirs", connected.alice)
    with pytest.raises(erasing.Hindered):
        erasing.erase(connected.company, customer.id, connected.alice)
    runs.put_away(bulk)
    erasing.erase(connected.company, customer.id, connected.alice)
    assert fresh(file).state == states.DROPPED


@pytest.mark.parametrize(
    "picked",
    [
        EVERYBODY,
        Selection(places=(1,), ours=(2,), theirs=(3,), pairs=((4, 5),), pairings=(6,)),
        Selection(file=PICKED),
        Selection(lines=(Line("x.csv", 2, None, {"name": "Ærø"}),)),
        Selection(only=()),
    ],
)
def test_whom_a_plan_is_for_is_kept(picked: Selection) -> None:
    assert Selection.read(picked.written()) == picked
