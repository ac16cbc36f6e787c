"""One pass over e-conomic's list: where it goes on, what may slip between its pages, and when it is due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.sync.world import World
from webapp import db, ports
from webapp.economic import client
from webapp.models import sweep as sweeps
from webapp.models.connection import Connection
from webapp.models.lane import LEASE_SECONDS, SWEEP, Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.sweep import Sweep
from webapp.models.tally import Tally
from webapp.sync import checking, due, standing, sweep


class Died(BaseException):
    """The process ends here: not even `except Exception` sees it."""


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of ten, so that a few customers are several pages."""
    monkeypatch.setattr(client.Client.customers, "__defaults__", (0, None, 10))
    monkeypatch.setattr(sweep, "PAGE_SIZE", 10, raising=False)


def many(world: World, count: int = 35) -> None:
    for number in range(10, 10 * count + 1, 10):
        world.theirs(number, f"Kunde {number}")


def numbers(world: World) -> list[int]:
    return [mirror.number for mirror in Mirror.of(world.connection).order_by(Mirror.number)]


def pages_read(world: World) -> int:
    return world.sandbox.budgets.calls


def test_every_customer_comes_over_page_by_page(world: World) -> None:
    many(world)
    world.connect()
    assert numbers(world) == sorted(world.economic.customers)
    done = Sweep.get(Sweep.kind == sweeps.FETCH)
    assert (done.state, done.read, done.total) == ("done", 35, 35)


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_a_fetch_that_died_goes_on_at_its_page(connected: World, place: int) -> None:
    many(connected)
    visits = []

    def die(name: str) -> None:
        if name == "sweep.read":
            visits.append(name)
            if len(visits) == place:
                raise Died

    sweep.begin(connected.connection, sweeps.COMPARE)
    with ports.using(replace(connected.ports, failpoint=die)), pytest.raises(Died):
        connected.worker.round()
    assert Sweep.current(connected.connection, sweeps.COMPARE).cursor == 100 * (place - 1)
    calls = pages_read(connected)
    connected.clock.sleep(LEASE_SECONDS + 1)
    connected.drain()
    assert numbers(connected) == sorted(connected.economic.customers)
    assert pages_read(connected) - calls == 5 - place


def test_customers_made_and_deleted_between_the_pages_are_neither_missed_nor_doubled(connected: World) -> None:
    many(connected)
    for kind in ("drift-insert", "drift-delete", "drift-insert"):
        connected.sandbox.faults.next(kind=kind, path="/customers")
    connected.compare()
    connected.compare()
    assert numbers(connected) == sorted(connected.economic.customers)


def test_a_customer_behind_the_cursor_is_brought_by_the_next_poll(connected: World) -> None:
    many(connected)
    connected.sandbox.hook(between_pages=lambda: connected.theirs(15, "Kommet til imens"))
    connected.compare()
    connected.clock.sleep(600)
    connected.drain()
    assert numbers(connected) == sorted(connected.economic.customers)


def during_the_page(world: World, happen: Callable[[], None]) -> None:
    """One step of a comparison; while its page is on its way, this happens."""
    sweep.begin(world.connection, sweeps.COMPARE)
    held = Lane.claim(world.worker.name, world.connection, sides=(SWEEP,))
    with ports.using(replace(world.ports, failpoint=lambda name: happen() if name == "sweep.read" else None)):
        sweep.step(held, world.worker._client(world.connection), world.connection)


def test_a_stale_page_never_overwrites_a_newer_mirror(connected: World) -> None:
    connected.theirs(10, "På siden")
    connected.look(10)
    connected.economic.edit(10, name="Gammelt på siden")

    def newer() -> None:
        mirror = connected.mirror(10)
        mirror.take({"name": "Nyere"})
        mirror.version += 1
        mirror.save()

    during_the_page(connected, newer)
    assert connected.mirror(10).name == "Nyere"
    connected.drain()
    assert connected.mirror(10).name == "Gammelt på siden"


def test_a_stale_page_does_not_bring_a_deleted_customer_back(connected: World) -> None:
    connected.theirs(10, "På siden")
    connected.look(10)

    def deleted() -> None:
        connected.economic.delete(10)
        mirror = connected.mirror(10)
        connected.clock.sleep(1)
        mirror.gone_at = connected.clock.now()
        mirror.save()
        for place in Place.holding(connected.connection, None, mirror):
            place.take_away(connected.connection)

    during_the_page(connected, deleted)
    connected.drain()
    assert connected.mirror(10) is None and Tally.of(connected.connection)["new"] == (0, 0, 0)


def test_a_customer_entered_during_the_sweep_is_no_candidate_for_absence(connected: World) -> None:
    many(connected, 12)
    connected.look(*range(10, 121, 10))

    def made() -> None:
        connected.clock.sleep(1)
        for number in range(11, 16):
            connected.theirs(number, f"Ny {number}")
            Mirror.create(company=connected.company, connection=connected.connection, number=number, name="x")

    during_the_page(connected, made)
    assert Sweep.current(connected.connection, sweeps.COMPARE).candidates == []
    for number in range(11, 16):
        standing.put_mirror(connected.connection, connected.mirror(number))


def test_a_poll_of_nothing_new_costs_one_call(connected: World) -> None:
    many(connected, 5)
    connected.compare()
    connected.clock.sleep(400)
    connected.drain()
    calls = pages_read(connected)
    connected.clock.sleep(400)
    connected.drain()
    assert pages_read(connected) == calls + 1


@pytest.mark.parametrize("odd", ["2026-11-23", "", "soon", "2026-11-23T09:00:00.000Z"])
def test_a_date_in_another_spelling_does_not_stop_the_sweep(connected: World, odd: str) -> None:
    connected.theirs(10, "Kunde")
    connected.economic.customers.put(connected.economic.customers[10] | {"lastUpdated": odd})
    connected.compare()
    assert numbers(connected) == [10]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "now", "then"),
    [
        ("03:10", "2026-11-23T01:00+01:00", "2026-11-23T03:10+01:00"),
        ("03:10", "2026-11-23T03:10+01:00", "2026-11-24T03:10+01:00"),
        ("03:10", "2026-11-23T23:59+01:00", "2026-11-24T03:10+01:00"),
        # Clocks go forward at 02:00 on 29 March: 03:10 comes an hour sooner, 02:30 does not come at all.
        ("03:10", "2026-03-28T12:00+01:00", "2026-03-29T03:10+02:00"),
        ("02:30", "2026-03-28T12:00+01:00", "2026-03-29T03:30+02:00"),
        ("02:30", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"),
        # Clocks go back at 03:00 on 25 October: 02:30 comes twice, and counts once.
        ("03:10", "2026-10-24T12:00+02:00", "2026-10-25T03:10+01:00"),
        ("02:30", "2026-10-25T01:00+02:00", "2026-10-25T02:30+02:00"),
        ("02:30", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"),
        ("02:30", "2026-10-25T02:20+01:00", "2026-10-26T02:30+01:00"),
    ],
)
def test_the_nightly_comparison_is_due_at_the_danish_time(clock: str, now: str, then: str) -> None:
    assert due.next_at(clock, local(now)) == local(then)


def test_a_fault_that_is_over_is_nobodys_business_while_the_pages_go_on(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2, 3):
        connected.theirs(number, f"Kunde {number}")
    monkeypatch.setattr(sweep, "PAGE_SIZE", 1)
    connected.sandbox.faults.next(3, kind="500-before")
    sweep.begin(connected.connection, "compare")
    for _ in range(2):
        connected.worker.turns(connected.connection, 1)
        connected.clock.sleep(2)
    assert [(lane.tries, lane.fault_since) for lane in Lane.select().where(Lane.side == SWEEP)] == [(0, None)]
    connected.drain()


def test_a_worker_that_dies_as_it_orders_the_nightly_comparison_leaves_it_to_the_next(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = sweep.begin
    connected.clock.sleep(24 * 3600)

    def dies(connection: Connection, kind: str) -> Sweep:
        if kind == "compare":
            raise SystemExit
        return begin(connection, kind)

    with monkeypatch.context() as patched:
        patched.setattr(sweep, "begin", dies)
        with pytest.raises(SystemExit):
            connected.worker.round()
    connected.drain()
    assert Sweep.last_proof(connected.connection) is not None


@pytest.mark.parametrize("clock", ["00:00", "02:00", "02:30", "02:59", "03:00", "23:59"])
def test_the_next_time_is_always_ahead_and_within_a_day_and_an_hour(clock: str) -> None:
    for day in (datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)):
        for minutes in range(0, 3 * 24 * 60, 17):
            now = day + timedelta(minutes=minutes)
            assert now < due.next_at(clock, now) <= now + timedelta(hours=25, minutes=30)


def test_a_comparison_is_ordered_once_a_night(connected: World) -> None:
    for _ in range(3):
        connected.clock.sleep(6 * 3600)
        connected.drain()
    assert Sweep.select().where(Sweep.kind == sweeps.COMPARE).count() == 1


def test_those_missing_are_looked_at_in_the_order_they_were_entered_on_both_databases(connected: World) -> None:
    for number in (5, 6):
        connected.theirs(number, f"{number} ApS")
    connected.look(5, 6)
    Lane.delete().execute()
    Mirror.update(city="Marstal").where(Mirror.number == 5).execute()
    ended = Sweep.create(company=connected.company, connection=connected.connection, kind="compare")
    ended.candidates = [connected.mirror(5).id, connected.mirror(6).id]
    with db.write():
        sweep.finish(connected.connection, ended)
    assert [lane.record for lane in Lane.select().order_by(Lane.id)] == [5, 6]


def test_barring_alone_is_known_after_a_comparison_and_after_a_look(connected: World) -> None:
    connected.pair_same(7, "Kunde")
    connected.economic.edit(7, barred=True)
    connected.compare()
    told = [checking.check(connected.company, connected.connection).counts.get("barred")]
    connected.economic.edit(7, city="Odense")
    connected.look(7)
    told.append(checking.check(connected.company, connected.connection).counts.get("barred"))
    connected.economic.edit(7, barred=False)
    connected.look(7)
    assert [*told, checking.check(connected.company, connected.connection).counts.get("barred")] == [1, 1, None]


def test_a_change_dated_far_ahead_hides_no_later_one_from_the_polls(connected: World) -> None:
    odd = connected.theirs(5, "Fem")
    connected.economic.customers.put(odd | {"lastUpdated": "2099-01-01T00:00:00Z"})
    connected.compare()
    connected.clock.sleep(60)
    connected.economic.edit(5, city="Odense")
    sweep.begin(connected.connection, sweeps.POLL)
    connected.drain()
    assert connected.mirror(5).city == "Odense"


def test_everybody_is_placed_anew_once_however_often_the_first_page_fails(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 50,000 pairs that takes half a minute, in which nobody else can write on SQLite."""
    placed: list[int] = []
    monkeypatch.setattr(standing, "rebuild", lambda connection: placed.append(connection.id))
    connected.sandbox.faults.next(9, kind="500-before", path="/customers")
    with db.write():
        sweep.fetch_anew(connected.connection, connected.alice)
    connected.drain()
    assert len(placed) == 1


def test_placing_everybody_may_take_longer_than_a_lease(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "rebuild", lambda _: connected.clock.sleep(LEASE_SECONDS + 1))
    leases: list[bool] = []

    def noted(name: str) -> None:
        if name == "sweep.read":
            leases.append(Lane.get(Lane.side == SWEEP).lease_until > connected.clock.now())

    with db.write():
        sweep.fetch_anew(connected.connection, connected.alice)
    with ports.using(replace(connected.ports, failpoint=noted)):
        connected.drain()
    assert leases == [True]


def test_a_worker_whose_clock_is_a_little_behind_orders_no_second_poll(connected: World) -> None:
    connected.clock.sleep(301)
    connected.drain()
    polls = Sweep.select().where(Sweep.kind == sweeps.POLL).count()
    connected.clock.time -= timedelta(seconds=30)
    connected.drain()
    assert Sweep.select().where(Sweep.kind == sweeps.POLL).count() == polls
