"""Taking a run back while somebody else is at the same pair: a write without an answer, a person, a deletion."""

from tests.sync.test_pairs import seen
from tests.sync.test_runs import bulk
from tests.sync.test_runs_delete import until
from tests.sync.test_runs_undo import two_pairs
from tests.sync.world import World
from webapp.models.pairing import Pairing
from webapp.models.run import PAIR, RunItem
from webapp.sync import pairings, register, runs, runs_undo


def test_a_deletion_ordered_while_its_pair_is_taken_back_lets_the_run_end(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    back = runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, RunItem.select().where(RunItem.run == back, RunItem.state == "begun"))
    pair = Pairing.select().order_by(Pairing.id).get()
    register.remove(connected.company, pair.customer_id, connected.alice)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert (connected.fresh(back).state, 1 in connected.economic.customers) == ("done", False)
