"""What the simulator found, each as the shortest story: lost answers, new grants, clocks set back, numbers reused."""

from datetime import timedelta

import pytest

from tests.sync.world import AGREEMENT, World
from webapp.models.attempt import Attempt
from webapp.models.connection import AccessGrant, Connection
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import Run
from webapp.models.sweep import Sweep
from webapp.sync import connect, inbox, pairings, resting, runs
from webapp.sync.pairings import Versions
from webapp.worker import Worker


def unclear_creation(world: World, number: int = 7) -> Pairing:
    """Made there, but nobody here heard the answer."""
    customer = world.ours(number, "Skovbryn Friskole", cvr="42068492")
    pair = pairings.create_there(world.connection, customer.id, number, world.alice)
    world.sandbox.faults.next(kind="502-after", method="POST")
    world.worker.round()
    return pair


def api_creations(world: World) -> list[int]:
    return [number for number, _, via in world.economic.creations if via != "page"]


def state(world: World, pair: Pairing) -> str:
    return str(Place.get(Place.pairing == pair).state)


def set_back(world: World) -> None:
    """The wall clock; the one that never runs backwards begins anew with a new process."""
    world.clock.time -= timedelta(days=365)
    world.worker = Worker(world.settings, "worker-2")


# -- creations


def test_made_unheard_and_deleted_there_it_is_not_made_again(connected: World) -> None:
    pair = unclear_creation(connected)
    connected.economic.delete(7)
    connected.drain()
    assert api_creations(connected) == [7]
    assert state(connected, pair) == "theirs_gone"


def test_made_unheard_and_renumbered_there_the_pair_follows(connected: World) -> None:
    pair = unclear_creation(connected)
    connected.economic.renumber(7, 70)
    connected.webhook(7, 70)
    assert api_creations(connected) == [7]
    assert connected.fresh(pair).mirror.number == 70


def test_made_unheard_and_deleted_there_a_webhook_says_so_when_the_key_is_old(connected: World) -> None:
    pair = unclear_creation(connected)
    connected.economic.delete(7)
    inbox.receive(connected.connection, "old=7&new=", "", "")
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert api_creations(connected) == [7]
    assert state(connected, pair) == "theirs_gone"


def test_made_unheard_and_its_number_given_to_another_a_person_is_asked(connected: World) -> None:
    pair = unclear_creation(connected)
    connected.economic.delete(7)
    connected.theirs(7, "En helt anden ApS", telephoneAndFaxNumber="86 10 00 00")
    connected.drain()
    assert (state(connected, pair), connected.fresh(pair.customer).phone) == ("other_party", "")


def test_a_key_is_not_trusted_across_a_new_grant(connected: World) -> None:
    unclear_creation(connected)
    connected.economic.delete(7)
    inbox.receive(connected.connection, "old=7&new=", "", "")
    connected.clock.sleep(60)
    connected.connect()
    assert api_creations(connected) == [7]


def test_a_creation_that_may_exist_keeps_its_number_when_tried_again(connected: World) -> None:
    pair = unclear_creation(connected)
    connected.sandbox.faults.next(kind="403", method="POST")
    connected.drain()
    pairings.try_again(connected.connection, pair.id, 8, connected.alice)
    connected.drain()
    assert api_creations(connected) == [7]
    assert connected.fresh(pair).mirror.number == 7


def test_a_forbidden_creation_ends_its_item_of_the_run(connected: World) -> None:
    connected.ours(7, "Skovbryn Friskole", cvr="42068492")
    connected.sandbox.faults.next(kind="403", method="POST")
    planned = runs.plan(connected.connection, "create_theirs", connected.alice, choices={"rule": "same"})
    ordered = runs.start(planned, connected.alice, also=())
    connected.drain()
    assert Run.get_by_id(ordered.id).state == "done"


# -- who is whom


def test_a_reused_number_is_noticed_while_the_name_is_in_question(connected: World) -> None:
    customer = connected.ours(1, "Vores Navn ApS", cvr="11111111", phone="1")
    connected.theirs(5, "Deres Navn ApS", corporateIdentificationNumber="22222222", telephoneAndFaxNumber="1")
    connected.look(5)
    mirror = connected.mirror(5)
    seen = Versions(customer.version, mirror.version)
    pair = pairings.pair(connected.connection, customer.id, mirror.id, {}, seen, connected.alice)
    connected.economic.delete(5)
    connected.theirs(5, "En Tredje ApS", corporateIdentificationNumber="33333333", telephoneAndFaxNumber="3")
    connected.look(5)
    assert state(connected, pair) == "other_party"
    assert connected.fresh(customer).phone == "1"


def test_confirming_the_same_party_settles_it_also_when_ours_moved_too(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="11111111")
    connected.economic.edit(1042, name="Nyt Navn A/S", corporateIdentificationNumber="22222222")
    connected.save(connected.fresh(pair).customer, name="Vores Nye Navn", cvr="33333333")
    connected.drain()
    fresh = connected.fresh(pair)
    seen = Versions(fresh.customer.version, fresh.mirror.version, fresh.version)
    pairings.confirm_same(connected.connection, pair.id, seen, connected.alice)
    assert state(connected, pair) == "question"


def test_our_own_change_of_name_and_cvr_is_no_other_party(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="11111111")
    connected.save(pair.customer, name="Nyt Navn A/S", cvr="22222222")
    connected.drain()
    assert state(connected, pair) == "equal"


# -- clocks and stillness


def test_a_lease_from_before_the_clock_was_set_back_ends_at_once(connected: World) -> None:
    connected.pair_same()
    with_lane(connected)
    assert Lane.claim("killed", connected.connection) is not None
    set_back(connected)
    assert Lane.claim("another", connected.connection) is not None


def test_a_pause_from_before_the_clock_was_set_back_ends_at_once(connected: World) -> None:
    with_lane(connected)
    held = Lane.claim("one", connected.connection)
    assert held is not None
    held.postpone(60, kind="unreachable", text="")
    set_back(connected)
    assert Lane.claim("another", connected.connection) is not None


def with_lane(world: World) -> None:
    Lane.wake(world.connection, "theirs", 4711)


@pytest.mark.parametrize("kind", ["poll", "compare"])
def test_the_safety_nets_hold_after_the_clock_was_set_back(connected: World, kind: str) -> None:
    connected.worker.round()
    connected.drain()
    set_back(connected)
    Sweep.delete().execute()
    connected.clock.sleep(27 * 3600)
    connected.drain()
    connected.clock.sleep(27 * 3600)
    connected.drain()
    assert Sweep.select().where(Sweep.kind == kind, Sweep.state == "done").exists()


def test_a_deletion_is_noticed_also_of_a_customer_entered_by_a_clock_that_was_ahead(connected: World) -> None:
    connected.theirs(5, "Fem ApS")
    connected.look(5)
    set_back(connected)
    connected.economic.delete(5)
    connected.compare()
    assert connected.mirror(5) is None


def test_the_poll_misses_nothing_when_the_clock_is_set_back_during_a_sweep(connected: World) -> None:
    connected.theirs(5, "Fem ApS")
    Lane.delete().execute()
    before = connected.connection.changed_since
    ordered = Sweep.create(company=connected.company, connection=connected.connection, kind="compare")
    Lane.wake(connected.connection, "sweep", ordered.id)
    set_back(connected)
    connected.drain()
    newest = connected.stored(5)["lastUpdated"]
    assert before <= connected.connection.changed_since <= newest


def test_the_agreement_that_is_open_counts_not_the_one_a_wrong_clock_calls_last(connected: World) -> None:
    other = connected.sandbox.add_agreement(1599001, "Solstråle Service ApS")
    set_back(connected)
    token = other.grant("demo-app-public")
    endpoints = connect.Endpoints.of(connected.settings)
    for _ in range(2):
        back = visit(connected, token, endpoints)
        if isinstance(back, connect.OtherAgreement):
            connect.confirm(connected.alice, back.grant.id)
    assert Connection.open_of(connected.company).agreement_number == 1599001
    assert AGREEMENT != 1599001


def visit(world: World, token: str, endpoints: connect.Endpoints) -> object:
    states: list[str] = []
    connect.begin(world.alice, endpoints, lambda state: states.append(state) or "http://app.test/back")
    return connect.finish(world.alice, states[0], {"token": token}, endpoints)


def test_a_line_that_shows_the_same_is_not_written_again(connected: World) -> None:
    pair = connected.pair_same()
    before = connected.place(customer=pair.customer)
    connected.clock.sleep(60)
    connected.look(1042)
    assert connected.place(customer=pair.customer).changed_at == before.changed_at


def test_every_attempt_of_a_creation_is_kept(connected: World) -> None:
    unclear_creation(connected)
    connected.drain()
    assert [attempt.state for attempt in Attempt.select()] == ["done"]
    assert AccessGrant.select().count() == 1


# -- updates by the service without versions


def legacy_pair(world: World) -> Pairing:
    """Of an agreement that lacks the newer service, which is known here."""
    pair = world.pair_same(7)
    world.economic.customersapi_enabled = False
    world.look(7)
    return pair


def update_brings_back(world: World) -> Pairing:
    """Seed 17: deleted there between our GET and PUT, and the answer "created" never comes."""
    pair = legacy_pair(world)
    world.sandbox.hooks.add(between_get_and_put=lambda: world.economic.delete(7))
    world.sandbox.faults.next(kind="502-after", method="PUT")
    world.save(pair.customer, city="Odense")
    world.worker.round()
    return pair


def test_a_customer_that_an_unheard_update_brought_back_is_taken_away_again(connected: World) -> None:
    pair = update_brings_back(connected)
    assert list(connected.economic.customers) == [7]
    connected.drain()
    assert list(connected.economic.customers) == []
    assert state(connected, pair).startswith("theirs_gone")


def test_one_that_has_been_edited_since_is_left_as_it_is(connected: World) -> None:
    update_brings_back(connected)
    connected.economic.edit(7, email="ny@eksempel.dk")
    connected.drain()
    assert list(connected.economic.customers) == [7]


def test_one_that_cannot_be_taken_away_again_lives_on_as_updated(connected: World) -> None:
    """It was deleted between our GET and PUT although an invoice points at it."""
    pair = legacy_pair(connected)
    connected.economic.mark_used(7)
    connected.sandbox.hooks.add(between_get_and_put=lambda: connected.economic.delete(7))
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert Attempt.get(Attempt.kind == "update").state == "done"
    assert (connected.stored(7)["city"], connected.fresh(pair).fault) == ("Odense", {})


def test_one_with_an_invoice_by_now_lives_on(connected: World) -> None:
    pair = update_brings_back(connected)
    connected.economic.mark_used(7)
    connected.drain()
    assert list(connected.economic.customers) == [7]
    assert state(connected, pair) == "equal"


def test_an_unheard_update_of_a_living_customer_is_no_reason_to_delete_it(connected: World) -> None:
    pair = legacy_pair(connected)
    connected.sandbox.faults.next(kind="502-after", method="PUT")
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(7)["city"] == "Odense"


# -- numbers used again


def test_a_number_that_a_party_without_cvr_left_to_one_with_it_is_asked_about(connected: World) -> None:
    """Seed 209: no CVR number was known, so the new holder was taken for the old one with a new name."""
    pair = connected.pair_same(7, "Havnens Tandklinik")
    connected.economic.renumber(7, 70)
    connected.theirs(7, "Skovbryn Friskole", corporateIdentificationNumber="42068492")
    connected.look(7)
    assert connected.fresh(pair.customer).name == "Havnens Tandklinik"
    assert state(connected, pair) == "other_party"


def test_a_customer_created_again_after_an_unheard_update_stays(connected: World) -> None:
    pair = update_brings_back(connected)
    connected.economic.delete(7)
    connected.drain()
    found = connected.fresh(pair)
    seen = Versions(found.customer.version, found.mirror.version, found.version)
    pairings.create_again(connected.connection, found.id, 7, seen, connected.alice)
    connected.drain()
    connected.look(7)
    connected.drain()
    assert list(connected.economic.customers) == [7]


def test_a_customer_that_the_question_itself_brought_back_is_taken_away(connected: World) -> None:
    pair = legacy_pair(connected)
    connected.sandbox.faults.next(kind="502-before", method="PUT")
    connected.save(pair.customer, city="Odense")
    connected.worker.round()
    connected.economic.edit(7, city="Odense")
    connected.sandbox.hooks.add(between_get_and_put=lambda: connected.economic.delete(7))
    connected.drain()
    assert list(connected.economic.customers) == []


def test_nothing_is_taken_away_again_once_everything_rests(connected: World) -> None:
    update_brings_back(connected)
    connected.sandbox.hooks.add(before_get=lambda: resting.pause(connected.connection, connected.alice))
    connected.drain()
    assert list(connected.economic.customers) == [7]
    resting.resume(connected.connection, connected.alice)
    connected.drain()
    assert list(connected.economic.customers) == []
