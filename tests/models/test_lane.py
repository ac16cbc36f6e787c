"""Lanes: no wake-up is lost, and nobody but the holder of the fence may write."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.sync.world import Clock
from webapp import db
from webapp.models.company import Company
from webapp.models.connection import Connection
from webapp.models.lane import LEASE_SECONDS, PAIR, THEIRS, Fenced, Lane


def woken(connection: Connection, *records: int) -> None:
    for record in records:
        with db.write():
            Lane.wake(connection, PAIR, record)


def test_many_triggers_make_one_lane(connection: Connection) -> None:
    woken(connection, 1, 1, 1)
    assert [(lane.record, lane.wanted) for lane in Lane.select()] == [(1, 3)]


def test_the_same_number_on_two_sides_has_two_lanes(connection: Connection) -> None:
    with db.write():
        Lane.wake(connection, PAIR, 7)
        Lane.wake(connection, THEIRS, 7)
    assert Lane.select().count() == 2


def test_many_are_woken_at_once_as_they_are_one_by_one(connection: Connection) -> None:
    rows = Company.select().where(Company.name != "nobody")
    for _ in range(2):
        with db.write():
            Lane.wake_all(connection, PAIR, rows, Company.id)
    assert [(lane.record, lane.wanted) for lane in Lane.select().order_by(Lane.record)] == [
        (row.id, 2) for row in rows.order_by(Company.id)
    ]
    assert Lane.claim("a", connection).finish()


def test_a_finished_lane_is_gone(connection: Connection) -> None:
    woken(connection, 1)
    assert Lane.claim("a", connection).finish()
    assert Lane.claim("a", connection) is None


def test_a_trigger_during_the_work_is_looked_at_again(connection: Connection) -> None:
    woken(connection, 1)
    held = Lane.claim("a", connection)
    woken(connection, 1)
    assert not held.finish()
    assert Lane.claim("b", connection).finish()


def test_a_trigger_during_the_work_lets_nobody_else_in(connection: Connection) -> None:
    woken(connection, 1)
    Lane.claim("a", connection)
    woken(connection, 1)
    assert Lane.claim("b", connection) is None


def test_the_lane_that_waited_longest_comes_first(connection: Connection, clock: Clock) -> None:
    for record in (3, 1, 2):
        woken(connection, record)
        clock.sleep(1)
    assert [Lane.claim("a", connection).record for _ in range(3)] == [3, 1, 2]


def test_a_lane_that_asks_again_stands_behind_the_others(connection: Connection, clock: Clock) -> None:
    woken(connection, 1, 2)
    clock.sleep(1)
    Lane.claim("a", connection).again()
    assert [Lane.claim("a", connection).record for _ in range(2)] == [2, 1]


def test_a_postponed_lane_is_not_due_before_its_time(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    Lane.claim("a", connection).postpone(30, kind="server_fault", text="500")
    clock.sleep(29)
    assert Lane.claim("a", connection) is None
    clock.sleep(1)
    assert Lane.claim("a", connection).tries == 1


def test_a_fault_is_dated_from_its_first_time_until_it_is_over(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    began = clock.now()
    for _ in range(3):
        Lane.claim("a", connection).postpone(60, kind="server_fault", text="500")
        clock.sleep(60)
    held = Lane.claim("a", connection)
    assert (held.tries, held.fault_since) == (3, began)
    woken(connection, 1)
    held.finish()
    assert (Lane.get().tries, Lane.get().fault_since) == (0, None)


def test_a_trigger_makes_a_postponed_lane_due_at_once(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    Lane.claim("a", connection).postpone(900, kind="server_fault", text="500")
    woken(connection, 1)
    assert Lane.claim("a", connection) is not None


def test_a_lane_is_held_as_long_as_its_holder_shows_life(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    held = Lane.claim("a", connection)
    for _ in range(3):
        clock.sleep(LEASE_SECONDS)
        held.hold()
    assert Lane.claim("b", connection) is None


def test_a_worker_that_read_the_clock_and_then_waited_for_its_turn_takes_no_lane_from_another(
    connection: Connection, clock: Clock
) -> None:
    woken(connection, 1)
    clock.sleep(5)
    assert Lane.claim("a", connection) is not None
    clock.time -= timedelta(seconds=1)
    assert Lane.claim("b", connection) is None


def test_an_expired_lease_is_taken_over(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    Lane.claim("a", connection)
    clock.sleep(LEASE_SECONDS + 1)
    assert Lane.claim("b", connection).worker == "b"


@pytest.fixture
def taken_over(connection: Connection, clock: Clock) -> Lane:
    """What a worker still holds in its hand when another has taken the lane over."""
    woken(connection, 1)
    old = Lane.claim("a", connection)
    clock.sleep(LEASE_SECONDS + 1)
    Lane.claim("b", connection)
    return old


def test_a_worker_whose_lane_was_taken_over_is_fenced(taken_over: Lane) -> None:
    with pytest.raises(Fenced), db.write():
        taken_over.hold()


@pytest.mark.parametrize("end", ["finish", "again", "later", "postpone"])
def test_a_worker_whose_lane_was_taken_over_changes_nothing(taken_over: Lane, end: str) -> None:
    before = Lane.select().dicts().get()
    {
        "finish": taken_over.finish,
        "again": taken_over.again,
        "later": lambda: taken_over.later(1),
        "postpone": lambda: taken_over.postpone(1, kind="x", text="x"),
    }[end]()
    assert Lane.select().dicts().get() == before


def test_a_lane_taken_over_by_the_same_name_is_fenced_too(connection: Connection, clock: Clock) -> None:
    woken(connection, 1)
    old = Lane.claim("a", connection)
    clock.sleep(LEASE_SECONDS + 1)
    Lane.claim("a", connection)
    with pytest.raises(Fenced), db.write():
        old.hold()


def test_one_connections_lanes_are_not_anothers(connection: Connection) -> None:
    other = Connection.create(company=connection.company, agreement_number=2, agreement_name="x", state="closed")
    woken(connection, 1)
    assert Lane.claim("a", other) is None


def test_only_the_sides_asked_for_are_claimed(connection: Connection) -> None:
    woken(connection, 1)
    assert Lane.claim("a", connection, sides=(THEIRS,)) is None


def test_workers_in_threads_share_the_lanes_and_lose_no_trigger(connection: Connection) -> None:
    """Each trigger is noted before it is sent; whoever looks notes what was there. In the end the notes are equal."""
    sent: Counter[int] = Counter()
    looked: Counter[int] = Counter()
    holding: set[int] = set()
    guard, all_sent, pause = threading.Lock(), threading.Event(), threading.Event()

    def trigger(seed: int) -> None:
        with db.connected():
            for step in range(12):
                record = (seed + step) % 3
                with guard:
                    sent[record] += 1
                woken(connection, record)

    def look(name: str) -> None:
        with db.connected():
            for _ in range(10_000):
                over = all_sent.is_set()
                held = Lane.claim(name, connection)
                if held is None:
                    if over and not Lane.select().exists():
                        return
                    pause.wait(0.005)
                    continue
                with guard:
                    assert held.record not in holding
                    holding.add(held.record)
                    seen = sent[held.record]
                with db.write():
                    held.hold()
                    with guard:
                        looked[held.record] = seen
                        holding.discard(held.record)
                    held.finish()
            raise AssertionError("the lanes never emptied")

    with ThreadPoolExecutor() as pool:
        looks = [pool.submit(look, f"worker-{n}") for n in range(2)]
        for done in [pool.submit(trigger, n) for n in range(3)]:
            done.result()
        all_sent.set()
        for done in looks:
            done.result()
    assert looked == sent


def test_what_is_let_go_is_due_behind_the_others(connection: Connection) -> None:
    woken(connection, 1, 2)
    first = Lane.claim("a", connection)
    Lane.let_go("a")
    assert [Lane.claim("b", connection).record for _ in range(2)] == [2, first.record]


def test_only_the_own_lanes_are_let_go(connection: Connection) -> None:
    woken(connection, 1)
    Lane.claim("a", connection)
    Lane.let_go("b")
    assert Lane.claim("b", connection) is None
