"""Taking a run back while somebody else is at the same pair: a write without an answer, a person, a deletion."""

import pytest

from tests.sync.test_pairs import seen
from tests.sync.test_runs import bulk, planned
from tests.sync.test_runs_delete import until
from tests.sync.test_runs_resolve import conflicts, taken_back_unsent
from tests.sync.test_runs_undo import registers, two_pairs
from tests.sync.world import World
from webapp.models.attempt import Attempt
from webapp.models.pairing import Pairing
from webapp.models.run import PAIR, RESOLVE, RunItem
from webapp.sync import pairings, register, runs, runs_undo

pytestmark = pytest.mark.contended


def test_a_deletion_ordered_while_its_pair_is_taken_back_lets_the_run_end(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    back = runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, RunItem.select().where(RunItem.run == back, RunItem.state == "begun"))
    pair = Pairing.select().order_by(Pairing.id).get()
    register.remove(connected.company, pair.customer_id, connected.alice)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert (connected.fresh(back).state, 1 in connected.economic.customers) == ("done", False)


def test_a_pair_whose_write_has_no_answer_yet_is_taken_back_once_it_is_known(connected: World) -> None:
    picked = two_pairs(connected)
    before = registers(connected)
    run = runs.start(planned(connected, PAIR, picked, names="ours", contact="ours"), connected.alice)
    connected.sandbox.faults.next(2, kind="500-after", method="PUT")
    until(connected, Attempt.select().where(Attempt.state == "unclear"))
    connected.worker.round()
    back = runs.start(runs_undo.plan(connected.fresh(run), connected.alice), connected.alice)
    connected.drain()
    assert {item.reason for item in RunItem.of(back)} == {"moved"}
    runs.start(runs.plan_moved(connected.fresh(back), connected.alice), connected.alice)
    connected.drain()
    assert registers(connected) == before


def test_answers_that_were_not_sent_yet_are_questions_again(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    run = runs.start(planned(connected, RESOLVE, answer="ours"), connected.alice)
    taken_back_unsent(connected, run)
    assert connected.place(customer=pair.customer).state == "question"
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "3"


def test_ours_edited_while_the_undos_own_write_has_no_answer_keep_the_edit_and_nothing_else(connected: World) -> None:
    picked = two_pairs(connected)
    ours, theirs = registers(connected)
    run = bulk(connected, PAIR, picked, names="ours", contact="ours")
    connected.sandbox.faults.next(kind="500-after", method="PUT")
    runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, Attempt.select().where(Attempt.state == "unclear"))
    pair = Attempt.get(Attempt.state == "unclear").pairing
    connected.save(pair.customer, website="ny.dk", email="ny@ny.dk")
    connected.drain()
    ours[pair.customer.number] |= {"website": "ny.dk", "email": "ny@ny.dk"}
    assert registers(connected) == (ours, theirs)


def test_an_undo_that_was_stopped_and_is_ordered_anew_comes_to_its_end(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    connected.sandbox.faults.always(kind="503-before", method="PUT")
    first = runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, RunItem.select().where(RunItem.run == first, RunItem.state == "begun"))
    runs.stop(first)
    second = runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    connected.worker.round()
    connected.sandbox.faults.clear()
    connected.drain()
    assert [item.reason for item in RunItem.of(second)] == ["moved", "moved"]
    assert (connected.fresh(first).done, connected.fresh(second).state) == (2, "done")
