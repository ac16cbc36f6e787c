"""The worker: whose fault stops whom, for how long, and what a call over the budget costs the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from peewee import OperationalError

from tests.sync.test_gone import delete_ours
from tests.sync.test_interleavings import at
from tests.sync.test_pairs import seen
from tests.sync.world import World
from webapp import db, ports, vault
from webapp.economic.client import Client
from webapp.economic.errors import ServerFault, Unreachable, Unsupported
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.lane import LEASE_SECONDS, Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Heartbeat
from webapp.sync import connect, pairings, resting
from webapp.worker import Worker

pytestmark = pytest.mark.contended


def another_company(world: World) -> Connection:
    """A second company, connected to an agreement of its own and activated."""
    return world.connect_another("Sydhavn", world.sandbox.add_agreement(1500001, "Sydhavn Service ApS"))


def wake(connection: Connection, *numbers: int) -> None:
    with db.write():
        for number in numbers:
            Lane.wake(connection, "theirs", number)


def lane(number: int) -> Lane:
    return Lane.get(Lane.side == "theirs", Lane.record == number)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_call_too_many_rests_the_connection_as_long_as_asked(connected: World, form: str) -> None:
    connected.sandbox.switches.retry_after = form
    connected.sandbox.faults.next(3, kind="429", retry_after=120)
    wake(connected.connection, 7, 8)
    connected.worker.round()
    assert connected.connection.resume_at == connected.clock.now() + timedelta(seconds=120)
    calls = connected.sandbox.budgets.calls
    connected.clock.sleep(119)
    connected.worker.round()
    assert connected.sandbox.budgets.calls == calls
    connected.clock.sleep(1)
    connected.drain()
    assert Lane.select().count() == 0


def test_a_rest_is_never_shortened(connected: World) -> None:
    connection = connected.connection
    connection.rest(600)
    connection.rest(15)
    assert connected.connection.resume_at == connected.clock.now() + timedelta(seconds=600)


def test_work_stops_before_the_budget_is_used_up(connected: World) -> None:
    connected.sandbox.switches.update(budget=100, call_cost=10)
    wake(connected.connection, *range(1, 31))
    connected.worker.round()
    assert 50 <= connected.connection.budget_used <= 90
    connected.drain(600)
    assert not connected.sandbox.faults.log and Lane.select().count() == 0


def test_the_budget_is_shared_by_every_worker(connected: World) -> None:
    connected.sandbox.switches.update(budget=100, call_cost=10)
    wake(connected.connection, *range(1, 31))
    connected.worker.round()
    calls = connected.sandbox.budgets.calls
    Worker(connected.settings, "worker-2").round()
    assert connected.sandbox.budgets.calls == calls


@pytest.mark.parametrize("kind", ["500-before", "429", "401", "403", "cut-after", "not-json", "html"])
def test_one_connections_faults_do_not_stop_anothers(connected: World, kind: str) -> None:
    other = another_company(connected)
    connected.theirs(7, "Kunde")
    connected.sandbox.agreement(1500001).add_customer(customerNumber=7, name="Deres kunde")
    connected.sandbox.faults.next(3, kind=kind)
    wake(connected.connection, 7)
    connected.worker.turns(connected.connection, 1)
    connected.sandbox.faults.clear()
    wake(other, 7)
    connected.worker.round()
    assert Mirror.with_number(other, 7).name == "Deres kunde"


def test_one_companys_load_does_not_starve_another(connected: World) -> None:
    other = another_company(connected)
    wake(connected.connection, *range(1, 200))
    wake(other, 7)
    connected.worker.round()
    assert not Lane.select().where(Lane.connection == other).exists()
    assert Lane.select().where(Lane.connection == connected.connection).count() > 100
    Lane.delete().execute()


def test_a_company_whose_calls_have_no_answer_does_not_keep_another_waiting(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, silent, answered = another_company(connected), connected.connection, Client.customer

    def customer(self: Client, number: int) -> Any:
        if self._agreement != silent.agreement_number:
            return answered(self, number)
        connected.clock.sleep(30)
        raise Unreachable("ReadTimeout", sent=True)

    monkeypatch.setattr(Client, "customer", customer)
    wake(silent, *range(1, 200))
    wake(other, 7)
    begun = connected.clock.now()
    connected.worker.round()
    assert connected.clock.now() - begun == timedelta(seconds=30)
    assert not Lane.select().where(Lane.connection == other).exists()
    connected.worker.round()
    assert connected.clock.now() - begun == timedelta(seconds=30)
    Lane.delete().execute()


def test_a_company_whose_calls_fail_slowly_does_not_keep_another_waiting(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def customer(self: Client, number: int) -> Any:
        connected.clock.sleep(60)
        raise ServerFault("gateway time-out", status=504)

    monkeypatch.setattr(Client, "customer", customer)
    wake(connected.connection, *range(1, 200))
    begun = connected.clock.now()
    connected.worker.round()
    assert connected.clock.now() - begun == timedelta(seconds=60)
    Lane.delete().execute()


def surprised(world: World, number: int) -> Any:
    """Ports in whose world a look at this number ends in a programmer's mistake."""

    def fail(name: str) -> None:
        if name == "look.fetched" and Lane.get(Lane.worker == "worker-1").record == number:
            raise ZeroDivisionError

    return ports.using(replace(world.ports, failpoint=fail))


def test_a_surprise_postpones_only_its_own_lane(connected: World) -> None:
    connected.theirs(7, "Syv")
    connected.theirs(8, "Otte")
    wake(connected.connection, 7, 8)
    with surprised(connected, 7):
        connected.worker.round()
    assert (lane(7).fault_kind, lane(7).fault_text, lane(7).tries) == ("surprise", "ZeroDivisionError", 1)
    assert connected.mirror(8).name == "Otte" and connected.mirror(7) is None
    connected.drain()
    assert connected.mirror(7).name == "Syv"


def test_waits_grow_up_to_a_quarter_of_an_hour(connected: World) -> None:
    wake(connected.connection, 7)
    waits = []
    with surprised(connected, 7):
        for _ in range(12):
            before = connected.clock.now()
            connected.clock.time = max(before, lane(7).due_at)
            connected.worker.turns(connected.connection)
            waits.append((lane(7).due_at - connected.clock.now()).total_seconds())
    assert waits == sorted(waits) and waits[0] <= 2 and 400 < waits[-1] <= 900
    Lane.delete().execute()


def test_a_wait_is_no_shorter_than_asked_for(connected: World) -> None:
    connected.sandbox.faults.next(3, kind="503-before")
    wake(connected.connection, 7)
    connected.worker.round()
    assert lane(7).fault_kind == "server_fault" and lane(7).due_at > connected.clock.now()
    connected.drain()


def test_where_the_newer_service_is_forbidden_the_older_one_is_read(connected: World) -> None:
    connected.economic.customersapi_enabled = False
    connected.theirs(7, "Kunde")
    connected.look(7)
    assert connected.mirror(7).name == "Kunde" and not connected.connection.customersapi


def test_the_newer_service_is_tried_again_each_night(connected: World) -> None:
    """One odd 403 is not to cost the versions for good."""
    connected.pair_same()
    connected.sandbox.faults.next(kind="403", path="customersapi")
    connected.look(1042)
    refused = connected.connection.customersapi
    connected.clock.sleep(24 * 3600)
    connected.drain()
    connected.look(1042)
    assert (refused, connected.connection.customersapi) == (False, True)


def test_a_fault_of_the_newer_service_is_not_taken_for_forbidden(connected: World) -> None:
    connected.sandbox.faults.next(4, kind="500-before", path="customersapi")
    connected.theirs(7, "Kunde")
    connected.look(7)
    assert connected.connection.customersapi


def test_forbidden_altogether_pauses_with_a_reason_and_keeps_the_queue(connected: World) -> None:
    connected.sandbox.faults.always(kind="403")
    wake(connected.connection, 7)
    connected.worker.round()
    assert (connected.connection.state, connected.connection.state_reason) == ("paused", "forbidden")
    assert lane(7).wanted == 1


@pytest.mark.parametrize(("kind", "calls"), [("401", 1), ("403", 2)])
def test_what_the_old_grant_was_told_does_not_pause_the_new_one(connected: World, kind: str, calls: int) -> None:
    def granted_anew() -> None:
        with db.write():
            connected.opened(connected.company, connected.alice, connected.economic)
        connected.sandbox.faults.next(calls, kind=kind)

    connected.theirs(7, "Kunde")
    wake(connected.connection, 7)
    at(connected, "lane.claimed", granted_anew)
    assert (connected.connection.state, connected.mirror(7).name) == ("open", "Kunde")


def test_a_lost_key_pauses_with_a_reason(connected: World) -> None:
    wake(connected.connection, 7)
    vault.use([vault.new_key()])
    Worker(connected.settings, "worker-2").round()
    assert (connected.connection.state, connected.connection.state_reason) == ("paused", "key_missing")


def test_a_worker_that_was_overtaken_writes_nothing(connected: World) -> None:
    """It falls asleep after reading; another takes the lane over and enters something newer."""
    pair = connected.pair_same()
    second = Worker(connected.settings, "worker-2")
    connected.economic.edit(1042, city="Odense")
    asleep = []

    def fall_asleep(name: str) -> None:
        if name == "look.fetched" and not asleep:
            asleep.append(name)
            connected.clock.sleep(LEASE_SECONDS + 1)
            connected.economic.edit(1042, city="Svendborg")
            second.turns(connected.connection)

    wake_pair(connected, pair.id)
    with ports.using(replace(connected.ports, failpoint=fall_asleep)):
        connected.worker.turns(connected.connection)
    assert connected.fresh(pair.customer).city == "Svendborg"
    connected.drain()


def test_a_worker_that_was_overtaken_leaves_a_refusal_to_the_other(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, city="Odense")
    connected.sandbox.faults.next(kind="403", method="PUT")
    at(connected, "push.intended", lambda: Lane.update(fence=Lane.fence + 1).execute())
    assert not Lane.select().where(Lane.fault_kind == "surprise").exists()
    assert connected.fresh(pair).fault == {}


def test_reading_that_is_forbidden_holds_the_connection_and_stands_on_no_row(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.always(method="GET", kind="403")
    wake_pair(connected, pair.id)
    connected.worker.round()
    assert (connected.connection.state, connected.connection.state_reason) == ("paused", "forbidden")
    assert (connected.fresh(pair).fault, Lane.select().where(Lane.side == "pair").count()) == ({}, 1)


@pytest.mark.parametrize("again", [lambda world: world.look(1042), lambda world: world.compare()])
def test_a_record_that_can_be_read_again_stands_as_no_fault(
    connected: World, monkeypatch: pytest.MonkeyPatch, again: Callable[[World], Any]
) -> None:
    def refused(self: Client, number: int) -> Any:
        raise Unsupported("not now", status=405)

    pair = connected.pair_same()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Client, "customer", refused)
        connected.look(1042)
    told = connected.fresh(pair).fault["kind"]
    again(connected)
    assert (told, connected.fresh(pair).fault) == ("unsupported", {})
    assert connected.place(mirror=pair.mirror).state == "equal"


def wake_pair(world: World, pairing_id: int) -> None:
    with db.write():
        Lane.wake(world.connection, "pair", pairing_id)


def test_workers_show_that_they_are_alive(connected: World) -> None:
    connected.clock.sleep(60)
    connected.worker.round()
    assert [(beat.worker, beat.seen_at) for beat in Heartbeat.select()] == [("worker-1", connected.clock.now())]


def test_a_worker_told_to_stop_takes_no_more(connected: World) -> None:
    wake(connected.connection, *range(1, 20))
    connected.worker.stop()
    assert connected.worker.round() == 0
    assert (Lane.select().count(), Lane.select().where(Lane.worker != "").count()) == (19, 0)
    connected.worker.run()
    Lane.delete().execute()


def test_a_worker_that_lost_the_database_connects_anew_and_holds_nothing(connected: World) -> None:
    wake(connected.connection, 7)
    worker, seen = connected.worker, []

    def fall_out_once() -> int:
        if not seen:
            seen.append(Lane.claim(worker.name, connected.connection).record)
            db.database.close()
            raise OperationalError("terminating connection due to administrator command")
        seen.append(Lane.select().where(Lane.worker == worker.name).count())
        worker.stop()
        return 0

    worker.round = fall_out_once
    worker.run()
    assert seen == [7, 0]


def test_a_worker_begins_nothing_once_a_newer_program_has_upgraded_the_database(
    connected: World, newer_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    wake(connected.connection, 7)
    worker = connected.worker
    worker.stopping.wait = lambda _: worker.stop()
    worker.run()
    assert f"upgraded by a newer program (by {newer_database}, unknown here)" in caplog.text
    assert Lane.get(Lane.record == 7).fence == 0
    Lane.delete().execute()


def switched_off(world: World) -> None:
    connect.deactivate(world.connection)


def disconnected(world: World) -> None:
    with db.write():
        connect.close(world.connection, world.alice)


def paused(world: World) -> None:
    assert resting.pause(world.connection, world.alice)


@pytest.mark.parametrize("stop", [switched_off, disconnected, paused])
@pytest.mark.parametrize("passing", ["lane.claimed", "look.fetched"])
def test_nothing_more_is_written_once_a_person_has_stopped_it(
    connected: World, passing: str, stop: Callable[[World], None]
) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, city="Odense")
    turn_meeting(connected, passing, lambda: stop(connected))
    assert not Attempt.select().exists() and "city" not in connected.stored(1042)
    assert Lane.select().where(Lane.side == "pair", Lane.lease_until.is_null()).count() == 1
    Lane.delete().execute()


def test_a_creation_waits_too_once_a_person_has_stopped_it(connected: World) -> None:
    pairings.create_there(connected.connection, connected.ours(8, "Ny ApS").id, 8, connected.alice)
    turn_meeting(connected, "lane.claimed", lambda: switched_off(connected))
    assert not Attempt.select().exists() and not connected.economic.customers
    Lane.delete().execute()


def test_a_deletion_waits_too_once_a_person_has_stopped_it(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    turn_meeting(connected, "lane.claimed", lambda: switched_off(connected))
    assert not Attempt.select().exists() and 1042 in connected.economic.customers
    Lane.delete().execute()


def test_no_further_turn_is_taken_once_customers_are_not_synchronised(connected: World) -> None:
    wake(connected.connection, 7, 8, 9)
    turn_meeting(connected, "look.fetched", lambda: switched_off(connected))
    assert Lane.select().where(Lane.side == "theirs").count() == 2
    Lane.delete().execute()


def turn_meeting(world: World, passing: str, happen: Callable[[], None]) -> None:
    """One round of the worker, in which this happens the first time that it passes the failpoint."""
    left = [happen]
    meeting = replace(world.ports, failpoint=lambda name: left.pop()() if name == passing and left else None)
    with ports.using(meeting):
        world.worker.round()
    assert not left
