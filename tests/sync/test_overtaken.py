"""What was read or decided a moment ago is no longer so: an old page, a row waited for, a victim of a deadlock."""

import contextvars
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from peewee import OperationalError

from tests.sync.test_create import api_creations, create
from tests.sync.test_interleavings import at
from tests.sync.test_pairs import seen
from tests.sync.test_runs import bulk, planned
from tests.sync.test_runs_resolve import conflicts
from tests.sync.world import World
from webapp import db, ports
from webapp.economic.client import Client
from webapp.economic.errors import Unsupported
from webapp.models.attempt import Attempt
from webapp.models.connection import AccessGrant, Connection
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import FieldRule
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import DELETE, EXCLUDE
from webapp.models.sweep import Sweep
from webapp.sync import apply, connect, default_rules, inbox, pairings, register, resting, rules, runs, runs_undo, sweep
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Selection

pytestmark = pytest.mark.contended


def once_locked(monkeypatch: pytest.MonkeyPatch, table: type[Mirror], happen: Callable[[], Any]) -> None:
    """Let this be committed by whoever holds the row that is waited for."""
    locked_of, left = table.locked_of, [happen]

    def waited(*args: Any) -> Any:
        if left:
            left.pop()()
        return locked_of(*args)

    monkeypatch.setattr(table, "locked_of", waited)


@pytest.mark.parametrize("number", [7, 8])
def test_a_creation_under_way_is_not_ordered_anew_from_an_old_page(connected: World, number: int) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    pair = create(connected)

    def ordered_anew() -> None:
        with suppress(Moved):
            pairings.try_again(connected.connection, pair.id, number, connected.alice)

    at(connected, "create.intended", ordered_anew)
    assert (api_creations(connected), connected.fresh(pair).state) == ([7], "open")


def test_a_worker_that_slept_sends_no_creation_that_was_given_up_meanwhile(connected: World) -> None:
    pair = create(connected)

    def overtaken() -> None:
        Lane.update(fence=Lane.fence + 1, lease_until=None).execute()
        Pairing.update(fault_json='{"kind": "refused"}').execute()
        pairings.try_again(connected.connection, pair.id, 8, connected.alice)

    at(connected, "create.intended", overtaken)
    assert api_creations(connected) == [8]


def test_a_customer_paired_while_it_was_looked_at_alone_stays_on_its_pairs_line(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = connected.ours(7, "Havnens Tandklinik")
    connected.theirs(7, "Havnens Tandklinik")
    connected.look(7)
    connected.economic.edit(7, city="Odense")
    theirs = connected.mirror(7)
    both = connected.connection, ours.id, theirs.id, {}, pairings.Versions(1, 1), connected.alice
    once_locked(monkeypatch, Mirror, lambda: pairings.pair(*both))
    connected.look(7)
    line = connected.place(customer=ours)
    assert (line.mirror_id, line.state, connected.fresh(ours).city) == (theirs.id, "equal", "Odense")


def test_a_page_noted_twice_because_of_a_deadlock_counts_once(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [connected.pair_same(number, f"Kunde {number}") for number in (1, 2, 3)]
    save, left = Sweep.save, [1]

    def chosen_as_victim(self: Sweep, *args: Any, **more: Any) -> Any:
        saved = save(self, *args, **more)
        if left:
            left.pop()
            raise OperationalError("deadlock detected")
        return saved

    sweep.begin(connected.connection, "compare")
    monkeypatch.setattr(Sweep, "save", chosen_as_victim)
    connected.drain()
    proof = Sweep.last_proof(connected.connection)
    assert (proof.pairs, proof.equal, proof.read, proof.total) == (len(pairs), len(pairs), 3, 3)


def test_a_sweep_that_was_voided_while_it_read_its_last_page_stays_void(connected: World) -> None:
    connected.theirs(7, "Kunde")
    voided = sweep.begin(connected.connection, "compare")

    def begun_anew() -> None:
        with db.write():
            sweep.fetch_anew(connected.connection, connected.alice)

    at(connected, "sweep.read", begun_anew)
    assert connected.fresh(voided).state == "void"


def test_a_call_is_not_dropped_by_a_worker_that_read_the_connection_before_it_was_activated(connected: World) -> None:
    connect.deactivate(connected.connection)
    old = connected.connection
    connect.activate(connected.connection, connected.alice)
    connected.drain()
    connected.theirs(7, "Kunde")
    inbox.receive(connected.connection, "new=7", "", "")
    inbox.drain(old)
    assert Lane.select().where(Lane.side == "theirs", Lane.record == 7).exists()
    connected.drain()


def deletion_ordered(world: World) -> Pairing:
    pair = world.pair_same()
    register.remove(world.company, pair.customer_id, world.alice)
    return pairings.delete_other(world.connection, pair.id, seen(world.fresh(pair)), world.alice)


def test_who_is_brought_back_here_is_not_deleted_there_by_an_earlier_order(connected: World) -> None:
    pair = deletion_ordered(connected)
    pairings.create_again(connected.connection, pair.id, 1042, seen(connected.fresh(pair)), connected.alice)
    connected.drain()
    assert 1042 in connected.economic.customers
    assert connected.place(customer=pair.customer).state == "equal"


def test_who_is_brought_back_here_after_a_refused_deletion_stands_with_no_fault(connected: World) -> None:
    connected.sandbox.faults.next(kind="403", method="DELETE")
    pair = deletion_ordered(connected)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "fault"
    pairings.create_again(connected.connection, pair.id, 1042, seen(connected.fresh(pair)), connected.alice)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "equal"


def test_a_pair_ended_while_its_reading_was_refused_lets_its_run_end(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = connected.pair_same()
    plan = planned(connected, DELETE, Selection(pairings=(pair.id,)))

    def ended(*asked: object) -> None:
        pairings.unpair(connected.connection, pair.id, connected.alice)
        raise Unsupported("no such method", status=405)

    with monkeypatch.context() as patched:
        patched.setattr(Client, "legacy_customer", ended)
        run = runs.start(plan, connected.alice, confirmed=[DELETE])
        connected.worker.round()
    connected.drain()
    assert (connected.fresh(run).state, connected.fresh(run).failed) == ("done", 1)


def test_ours_deleted_while_their_partner_may_have_been_made_are_asked_about(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    connected.sandbox.faults.next(kind="403", method="POST")
    pair = create(connected)
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "forbidden"
    register.remove(connected.company, pair.customer_id, connected.alice)
    connected.drain()
    assert connected.place(mirror=connected.mirror(7)).state == "ours_gone"


def meanwhile(work: Callable[[], Any]) -> threading.Thread:
    """Somebody else at work for a moment, with a database connection of their own."""

    def connected() -> None:
        with db.connected():
            work()

    other = threading.Thread(target=contextvars.copy_context().run, args=(connected,))
    other.start()
    other.join(0.4)
    return other


def test_who_is_paired_while_a_run_switches_them_on_again_stays_on_the_pairs_line(connected: World) -> None:
    ours, theirs = connected.ours(7, "Havnens Tandklinik"), connected.theirs(7, "Tandlægen")["customerNumber"]
    connected.look(theirs)
    run = bulk(connected, EXCLUDE, Selection(ours=(ours.id,)))
    runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    other = connected.mirror(theirs)
    with db.write():
        pairings.pair(connected.connection, ours.id, other.id, {}, pairings.Versions(1, 1), connected.alice)
        waiting = meanwhile(connected.worker.round)
    waiting.join()
    connected.drain()
    assert connected.place(customer=ours).mirror_id == other.id


def test_two_plans_applied_in_the_same_moment_do_not_run_at_once(connected: World) -> None:
    one, two = connected.ours(7, "Havnens Tandklinik"), connected.ours(8, "Ærø Bageri")
    plans = [planned(connected, EXCLUDE, Selection(ours=(ours.id,))) for ours in (one, two)]
    refused: list[str] = []

    def apply_the_other() -> None:
        try:
            runs.start(plans[1], connected.alice)
        except runs.NotApplied as fault:
            refused.append(fault.why)

    with db.write():
        runs.start(plans[0], connected.alice)
        waiting = meanwhile(apply_the_other)
    waiting.join()
    connected.drain()
    assert refused == ["busy"]


def test_default_rules_laid_down_in_the_same_moment_stand_one_after_the_other(connected: World) -> None:
    def lay_down(country: str) -> None:
        default_rules.lay_down(connected.connection, {"country": country}, {"currency": "EUR"}, connected.alice)

    with db.write():
        lay_down("SE")
        waiting = meanwhile(lambda: lay_down("NO"))
    waiting.join()
    assert [rule.country for rule in DefaultRule.of(connected.connection)] == ["SE", "NO"]


def test_a_default_rule_that_is_sent_twice_is_one(connected: World) -> None:
    for _ in range(2):
        default_rules.lay_down(connected.connection, {"country": "SE"}, {"currency": "EUR"}, connected.alice)
    assert DefaultRule.of(connected.connection).count() == 1


def test_of_two_rules_for_a_field_in_the_same_moment_the_later_is_in_force(connected: World) -> None:
    def lay_down(value: str) -> None:
        rules.lay_down(connected.connection, "phone", "winner", value, connected.alice)

    with db.write():
        lay_down("ours")
        waiting = meanwhile(lambda: lay_down("theirs"))
    waiting.join()
    assert [rule.value for rule in FieldRule.of(connected.connection)] == ["theirs"]


def test_another_agreement_confirmed_twice_in_the_same_moment_is_one_connection(connected: World) -> None:
    waits = {"agreement_number": 1500001, "agreement_name": "Sydhavn", "grant_token": "sealed"}
    mine = {"company": connected.company, "user": connected.alice}
    grants = [AccessGrant.create(state_hash=state, **mine, **waits) for state in "ab"]
    connect.close(connected.connection, connected.alice)
    with db.write():
        connect.confirm(connected.alice, grants[0].id)
        waiting = meanwhile(lambda: connect.confirm(connected.alice, grants[1].id))
    waiting.join()
    assert [grant.confirmed_at is not None for grant in map(connected.fresh, grants)] == [True, True]
    assert Connection.open_of(connected.company).agreement_number == 1500001


def test_a_creation_sent_while_the_grant_is_renewed_is_not_repeated_by_its_old_key(connected: World) -> None:
    create(connected)
    connected.sandbox.faults.next(kind="500-after", method="POST")
    outside, before = contextvars.copy_context(), connected.connection
    with db.write():
        connected.opened(connected.company, connected.alice, connected.economic)
        waiting = meanwhile(lambda: outside.run(connected.worker.turns, before))
    waiting.join()
    under_the_old = [row for row in Attempt.select() if row.tries]
    assert not any(row.key_lives() for row in under_the_old)
    connected.drain()
    assert api_creations(connected) == [7]


def renewing(world: World, lost: str) -> Callable[[], None]:
    """The grant is renewed; the answer to the next call of this method, sent under the old one, is lost."""

    def renewed() -> None:
        with db.write():
            world.opened(world.company, world.alice, world.economic)
        if lost:
            world.sandbox.faults.next(kind="500-after", method=lost)

    return renewed


@pytest.mark.parametrize("lost", ["", "PUT"])
@pytest.mark.parametrize("is_newer", [True, False])
def test_an_update_ordered_under_the_old_grant_is_written_and_settled(
    connected: World, is_newer: bool, lost: str
) -> None:
    pair = connected.pair_same(1042, city="Odense")
    Connection.update(customersapi=is_newer).execute()
    connected.save(pair.customer, city="Vejle")
    at(connected, "push.intended", renewing(connected, lost))
    assert (connected.stored(1042)["city"], connected.place(customer=pair.customer).state) == ("Vejle", "equal")


@pytest.mark.parametrize("lost", ["", "DELETE"])
def test_a_deletion_ordered_under_the_old_grant_spares_who_gets_the_number(connected: World, lost: str) -> None:
    deletion_ordered(connected)
    renew = renewing(connected, lost)
    with ports.using(replace(connected.ports, failpoint=lambda name: renew() if name == "remove.intended" else None)):
        connected.worker.round()
    connected.theirs(1042, "En helt anden ApS")
    connected.drain()
    assert connected.stored(1042)["name"] == "En helt anden ApS"


def test_one_form_sent_twice_in_the_same_moment_makes_one_customer(connected: World) -> None:
    made: list[int] = []

    def add() -> None:
        customer = register.add(connected.company, None, {"name": "Kunde"}, connected.alice, form_hash="a form")
        made.append(customer.id)

    with db.write():
        add()
        waiting = meanwhile(add)
    waiting.join()
    assert len(made) == 2 and len(set(made)) == 1


@contextmanager
def looked_at(world: World, pair: Pairing) -> Iterator[int]:
    """Another worker's look at the pair, in the midst of its transaction."""
    Lane.wake(world.connection, "pair", pair.id)
    held = Lane.claim("another", world.connection)
    assert held is not None and held.record == pair.id
    with db.write():
        held.hold()
        yield held.record
        held.finish()


def test_a_rule_laid_down_while_a_pair_is_looked_at_waits_for_its_turn(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    [pair] = conflicts(connected, 1042)
    deadlocks: list[float] = []
    monkeypatch.setattr(ports, "sleep", deadlocks.append)
    with looked_at(connected, pair) as pair_id:
        waiting = meanwhile(lambda: rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice))
        assert apply.lock(pair_id) is not None
    waiting.join()
    assert (FieldRule.of(connected.connection).count(), deadlocks) == (1, [])


def test_a_pause_that_comes_while_a_new_grant_waits_for_its_turn_holds(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = Connection.locked

    def paused_first(row_id: int) -> Any:
        resting.pause(connected.connection, connected.alice)
        return locked(row_id)

    monkeypatch.setattr(Connection, "locked", paused_first)
    connected.opened(connected.company, connected.alice, connected.economic)
    assert connected.connection.state == "paused"
