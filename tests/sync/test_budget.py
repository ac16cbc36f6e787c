"""The call budget: shared by every worker, with head-room for the company's other programs, whatever the clocks do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sync.world import World
from webapp import db, ports
from webapp.economic.records import Budget
from webapp.models.connection import Connection
from webapp.models.lane import Lane
from webapp.sync.budget import HEAD_ROOM, Pace
from webapp.worker import Worker

pytestmark = pytest.mark.contended

BUDGET, COST, WINDOW = 100, 3, 60.0


class Bucket:
    """The sandbox's bucket set small, everything that is taken from it counted, and a stranger who takes some too."""

    def __init__(self, world: World, stranger: float) -> None:
        world.sandbox.switches.update(budget=BUDGET, call_cost=COST, budget_seconds=WINDOW)
        self.world, self.per_second = world, stranger * BUDGET / WINDOW
        self.ours = self.refused = 0
        self.fullest, self._owed = 0.0, 0.0
        self._spend = world.sandbox.budgets.spend
        world.sandbox.budgets.spend = self.spend  # type: ignore[method-assign]

    def spend(self, agreement: int) -> bool:
        """Our side of it: each call that comes in."""
        taken = self._spend(agreement)
        self.ours += taken
        self.refused += not taken
        self.fullest = max(self.fullest, self.world.sandbox.budgets.used(agreement))
        return taken

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the stranger makes the calls that are due in it."""
        self.world.clock.sleep(seconds)
        self._owed += seconds * self.per_second
        while self._owed >= COST:
            self._owed -= COST
            self._spend(self.world.economic.number)


def wake(connection: Connection, *numbers: int) -> None:
    with db.write():
        for number in numbers:
            Lane.wake(connection, "theirs", number)


def work(world: World, bucket: Bucket, seconds: float, workers: tuple[Worker, ...]) -> None:
    """The workers work in turn."""
    until = world.clock.now() + timedelta(seconds=seconds)
    while world.clock.now() < until:
        for worker in workers:
            worker.round()
        bucket.pass_time(1.0)


@pytest.mark.parametrize("stranger", [0.0, 0.3, 0.6, 0.85])
def test_nobody_meets_a_429_and_what_is_left_is_used(connected: World, stranger: float) -> None:
    workers = (connected.worker, Worker(connected.settings, "worker-2"))
    bucket = Bucket(connected, stranger)
    wake(connected.connection, *range(1, 300))
    work(connected, bucket, 60, workers)
    begun, seconds = bucket.ours, 180
    work(connected, bucket, seconds, workers)
    left = (1 - stranger) * BUDGET / WINDOW * seconds
    assert bucket.refused == 0
    assert (bucket.ours - begun) * COST >= 0.85 * left
    Lane.delete().execute()


def test_a_burst_of_others_finds_its_head_room(connected: World) -> None:
    bucket = Bucket(connected, 0.0)
    wake(connected.connection, *range(1, 100))
    work(connected, bucket, 30, (connected.worker, Worker(connected.settings, "worker-2")))
    assert bucket.fullest <= HEAD_ROOM * BUDGET + COST
    Lane.delete().execute()


def test_a_bucket_that_barely_holds_a_look_is_still_used(connected: World) -> None:
    bucket = Bucket(connected, 0.0)
    connected.sandbox.switches.update(budget=10, call_cost=3, budget_seconds=30)
    connected.clock.sleep(100)
    wake(connected.connection, 1, 2, 3)
    work(connected, bucket, 200, (connected.worker,))
    assert Lane.select().count() == 0


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_no_worker_calls_before_retry_after_is_over(connected: World, form: str) -> None:
    connected.sandbox.switches.retry_after = form
    second = Worker(connected.settings, "worker-2")
    connected.sandbox.faults.next(1, kind="429", retry_after=3600)
    wake(connected.connection, 1, 2, 3)
    connected.worker.round()
    calls = connected.sandbox.budgets.calls
    for _ in range(10):
        connected.clock.sleep(359)
        second.round()
    assert connected.sandbox.budgets.calls == calls
    connected.clock.sleep(11)
    second.round()
    assert connected.sandbox.budgets.calls > calls
    Lane.delete().execute()


def test_the_second_half_of_a_look_waits_too(connected: World) -> None:
    """What another worker was told between our GET and our PUT counts for the PUT."""
    pair = connected.pair_same()
    connected.save(pair.customer, city="Odense")
    other = Pace(connected.connection.id)
    told = replace(connected.ports, failpoint=lambda name: other.rest(600) if name == "push.intended" else None)
    with ports.using(told):
        connected.worker.round()
    assert connected.stored(1042).get("city") != "Odense"
    connected.drain(600)
    assert connected.stored(1042)["city"] == "Odense"


class Watch:
    """A wall clock that can be set, beside seconds that only ever run on."""

    def __init__(self, world: World) -> None:
        self.world, self.seconds = world, 0.0
        self.ports = replace(world.ports, monotonic=lambda: self.seconds)

    def run(self, seconds: float) -> None:
        self.world.clock.sleep(seconds)
        self.seconds += seconds

    def set(self, **by: float) -> None:
        self.world.clock.time += timedelta(**by)


def test_a_clock_set_forward_ends_no_rest(connected: World) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        pace = Pace(connected.connection.id)
        pace.rest(600)
        watch.set(hours=5)
        assert pace.pause() == pytest.approx(600)
        watch.run(599)
        assert pace.pause() == pytest.approx(1)


def test_a_clock_set_back_prolongs_no_rest(connected: World) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        pace = Pace(connected.connection.id)
        pace.rest(60)
        watch.set(hours=-5)
        watch.run(60)
        assert pace.pause() == 0


def test_a_rest_that_is_over_keeps_no_later_one_out_when_the_clock_was_set_back(connected: World) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        pace = Pace(connected.connection.id)
        pace.rest(60)
        watch.set(minutes=-30)
        watch.run(60)
        pace.rest(20)
        assert pace.pause() == pytest.approx(20)


def test_a_rest_from_a_clock_that_was_wrong_lasts_an_hour_at_most(connected: World) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        watch.set(days=30)
        Pace(connected.connection.id).rest(60)
        watch.set(days=-30)
        pace = Pace(connected.connection.id)
        assert pace.pause() == 3600
        watch.run(3600)
        assert pace.pause() == 0
        pace.rest(60)
        assert Pace(connected.connection.id).pause() == pytest.approx(60)


@pytest.mark.parametrize("told", [Budget(2_000_000_000, 10_000, 60.0, 3), Budget(9_999, 10_000, 999_999_999.0, 3)])
def test_a_bucket_that_cannot_be_true_stops_the_calls_for_an_hour_at_most(connected: World, told: Budget) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        pace = Pace(connected.connection.id)
        pace.after(told, None)
        assert 0 < pace.pause() <= 3600
        watch.run(3600)
        assert pace.pause() == 0
        pace.before()


@pytest.mark.parametrize("hours", [5, -5])
def test_a_clock_that_jumps_neither_empties_nor_fills_the_bucket(connected: World, hours: float) -> None:
    watch = Watch(connected)
    with ports.using(watch.ports):
        pace = Pace(connected.connection.id)
        pace.after(Budget(used=80, limit=BUDGET, window=WINDOW, cost=COST), None)
        before = pace.pause()
        watch.set(hours=hours)
        assert pace.pause() == pytest.approx(before) and before > 0
        watch.run(before)
        assert pace.pause() == pytest.approx(0)
