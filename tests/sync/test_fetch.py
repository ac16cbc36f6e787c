"""The first fetch, polls, comparisons and what they conclude from absence."""

from tests.sync.world import World
from webapp.models import sweep as sweeps
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.sweep import Sweep
from webapp.models.tally import Tally
from webapp.sync import sweep


def test_the_first_fetch_puts_every_customer_of_theirs_under_new(world: World) -> None:
    for number in range(1, 31):
        world.theirs(number, f"Kunde {number}")
    world.connect()
    assert Tally.of(world.connection)["new"] == (30, 0, 30)


def test_our_customers_are_placed_when_synchronisation_begins(world: World) -> None:
    world.ours(7, "Vores kunde")
    world.connect()
    assert Tally.of(world.connection)["new"] == (1, 1, 0)


def test_a_poll_brings_a_change_that_no_webhook_told(connected: World) -> None:
    pair = connected.pair_same()
    connected.clock.sleep(60)
    connected.economic.edit(1042, city="Svendborg")
    connected.clock.sleep(400)
    connected.drain()
    assert connected.fresh(pair.customer).city == "Svendborg"


def test_a_comparison_finds_a_deletion_that_nothing_told(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.delete(1042)
    connected.compare()
    assert connected.place(customer=pair.customer).section == "deleted"


def test_a_comparison_of_equal_pairs_says_so(connected: World) -> None:
    for number in (1, 2, 3):
        connected.pair_same(number, f"Kunde {number}")
    proof = connected.compare()
    assert (proof.pairs, proof.equal) == (3, 3)


def test_many_missing_at_once_stop_and_ask(connected: World) -> None:
    for number in range(1, 11):
        connected.theirs(number, f"Kunde {number}")
    sweep.begin(connected.connection, sweeps.COMPARE)
    connected.drain()
    for number in range(1, 6):
        connected.economic.delete(number)
    sweep.begin(connected.connection, sweeps.COMPARE)
    connected.drain()
    held = Sweep.current(connected.connection, sweeps.COMPARE)
    assert held.state == "held" and Mirror.of(connected.connection).count() == 10


def test_going_on_after_the_brake_takes_each_away_on_its_own_404(connected: World) -> None:
    test_many_missing_at_once_stop_and_ask(connected)
    held = Sweep.current(connected.connection, sweeps.COMPARE)
    sweep.answer_brake(held, go_on=True)
    connected.drain()
    assert Mirror.of(connected.connection).count() == 5


def test_a_failed_page_concludes_nothing(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.delete(1042)
    connected.sandbox.faults.always(path="/customers", kind="500-before")
    sweep.begin(connected.connection, sweeps.COMPARE)
    for _ in range(5):
        connected.worker.round()
        connected.clock.sleep(30)
    assert connected.place(customer=pair.customer).section == "paired"
    connected.sandbox.faults.clear()
    connected.drain()
    assert connected.place(customer=pair.customer).section == "deleted"


def test_an_unpaired_customer_that_changes_there_changes_its_line(connected: World) -> None:
    connected.theirs(5, "Gammelt navn")
    connected.look(5)
    connected.economic.edit(5, name="Nyt navn")
    connected.compare()
    assert Place.get(Place.connection == connected.connection).name == "nyt navn"


def test_lanes_are_empty_when_all_is_done(connected: World) -> None:
    connected.pair_same()
    connected.compare()
    assert Lane.select().count() == 0
