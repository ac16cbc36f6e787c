"""Deletions, renumberings and numbers that are used again."""

from typing import Any

import pytest

from tests.sync.test_create import unheard_creation
from tests.sync.test_interleavings import at
from tests.sync.test_pairs import seen
from tests.sync.test_runs import planned
from tests.sync.world import World
from webapp.economic.client import Client
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import DELETE, RunItem
from webapp.sync import pairings, register
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import Selection


def delete_ours(world: World) -> Pairing:
    pair = world.pair_same()
    register.remove(world.company, pair.customer_id, world.alice)
    world.drain()
    return world.fresh(pair)


def delete_theirs(world: World) -> Pairing:
    pair = world.pair_same()
    world.economic.delete(1042)
    world.webhook(1042, None)
    return world.fresh(pair)


def test_deleted_here_stands_under_deleted_and_touches_nothing_there(connected: World) -> None:
    pair = delete_ours(connected)
    assert connected.place(mirror=pair.mirror).state == "ours_gone"
    assert connected.stored(1042)["name"] == "Havnens Tandklinik ApS"


def test_deleted_there_stands_under_deleted_and_touches_nothing_here(connected: World) -> None:
    pair = delete_theirs(connected)
    assert connected.place(customer=pair.customer).state == "theirs_gone"
    assert connected.fresh(pair.customer).deleted_at is None


def test_the_other_is_deleted_there_when_a_person_says_so(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert 1042 not in connected.economic.customers
    assert connected.fresh(pair).state == "closed"


def test_the_other_is_deleted_here_when_a_person_says_so(connected: World) -> None:
    pair = delete_theirs(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    assert connected.fresh(pair.customer).deleted_at is not None
    assert connected.fresh(pair).state == "closed"


def test_one_that_they_had_deleted_first_is_not_said_to_be_deleted_by_us(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.delete(1042)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    told = History.select().where(History.side == "theirs", History.field == "deleted")
    assert [line.cause for line in told] == ["fetched"]


@pytest.mark.parametrize(("kind", "by_us"), [("429", []), ("cut-connect", []), ("cut-after", ["remove"])])
def test_a_deletion_is_said_to_be_ours_only_where_our_call_may_have_arrived(
    connected: World, kind: str, by_us: list[str]
) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.sandbox.faults.next(method="DELETE", kind=kind)
    connected.worker.round()
    if 1042 in connected.economic.customers:
        connected.economic.delete(1042)
    connected.drain()
    told = History.select().where(History.side == "theirs", History.field == "deleted")
    assert [line.cause for line in told] == ["fetched", *by_us]


def test_one_that_they_delete_while_ours_is_on_its_way_is_not_said_to_be_deleted_by_us(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    at(connected, "remove.intended", lambda: connected.economic.delete(1042))
    told = History.select().where(History.side == "theirs", History.field == "deleted")
    assert [line.cause for line in told] == ["fetched"]


def test_a_grant_withdrawn_at_the_deletion_keeps_the_order(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.sandbox.faults.next(method="DELETE", kind="401")
    connected.drain()
    assert (connected.connection.state, connected.fresh(pair).deleting) == ("paused", True)


def test_one_that_got_another_number_before_it_was_deleted_is_asked_about_again(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.economic.renumber(1042, 9)
    connected.webhook(1042, 9)
    pair = connected.fresh(pair)
    assert (pair.state, pair.mirror.number, connected.place(mirror=pair.mirror).state) == ("open", 9, "ours_gone")


@pytest.mark.parametrize("kind", ["500-before", "500-after", "cut-after", "429"])
def test_a_deletion_there_survives_a_fault(connected: World, kind: str) -> None:
    pair = delete_ours(connected)
    connected.sandbox.faults.next(kind=kind, method="DELETE")
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert 1042 not in connected.economic.customers


def test_a_new_holder_of_the_number_is_never_deleted(connected: World) -> None:
    pair = delete_ours(connected)
    connected.sandbox.faults.next(kind="500-after", method="DELETE")
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.worker.round()
    connected.theirs(1042, "Den nye indehaver")
    connected.drain()
    assert connected.stored(1042)["name"] == "Den nye indehaver"


def test_an_edit_made_there_before_the_deletion_is_a_new_question(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.edit(1042, address="Industrivej 27")
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert connected.place(mirror=pair.mirror).state == "ours_gone_theirs_moved"
    assert connected.stored(1042)["address"] == "Industrivej 27"


def test_a_deletion_that_was_given_up_does_not_hide_the_one_that_comes_later(connected: World) -> None:
    pair = delete_ours(connected)
    connected.sandbox.faults.next(kind="500-before", method="DELETE")
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.worker.round()
    connected.economic.edit(1042, address="Industrivej 27")
    connected.drain()
    pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
    connected.drain()
    connected.economic.delete(1042)
    connected.compare()
    assert connected.place(mirror=pair.mirror).state == "theirs_gone"


def test_a_deletion_they_refuse_stands_on_the_row(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.mark_used(1042)
    pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "delete_refused"
    assert connected.place(mirror=pair.mirror).section == "deleted"


def test_it_is_created_again_here_from_theirs(connected: World) -> None:
    pair = delete_ours(connected)
    pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "equal"


def test_it_is_created_again_there_from_ours(connected: World) -> None:
    pair = delete_theirs(connected)
    pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
    connected.drain()
    assert connected.stored(1042)["name"] == "Havnens Tandklinik ApS"
    assert connected.place(customer=pair.customer).state == "equal"


def test_deleted_here_and_changed_there_is_a_question_of_its_own(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.edit(1042, address="Industrivej 27")
    connected.webhook(1042, 1042)
    assert connected.place(mirror=pair.mirror).section == "conflict"


def test_both_deleted_closes_the_pair_by_itself(connected: World) -> None:
    pair = delete_ours(connected)
    connected.economic.delete(1042)
    connected.webhook(1042, None)
    assert connected.fresh(pair).state == "closed"


def test_a_decision_about_what_has_moved_is_refused(connected: World) -> None:
    pair = delete_ours(connected)
    shown = seen(pair)
    connected.economic.edit(1042, address="Industrivej 27")
    connected.webhook(1042, 1042)
    with pytest.raises(Moved):
        pairings.delete_other(connected.connection, pair.id, shown, connected.alice)


def test_a_renumbering_there_moves_only_the_link(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.switches.renumbering_allowed = True
    connected.economic.renumber(1042, 2000)
    connected.webhook(1042, 2000)
    assert connected.fresh(pair.mirror).number == 2000
    assert connected.fresh(pair.customer).number == 1042


def test_a_renumbering_met_first_by_a_list_still_moves_the_link(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.renumber(1042, 2000)
    connected.look(2000)
    connected.webhook(1042, 2000)
    assert connected.fresh(pair.mirror).number == 2000
    assert Mirror.of(connected.connection).count() == 1


def test_numbers_swapped_there_leave_the_pairs_as_they_are(connected: World) -> None:
    five, seven = (
        connected.pair_same(5, "Fem ApS", corporateIdentificationNumber="11111111"),
        connected.pair_same(7, "Syv ApS", corporateIdentificationNumber="22222222"),
    )
    for old, new in ((5, 900), (7, 5), (900, 7)):
        connected.economic.renumber(old, new)
    connected.webhook(5, 7)
    connected.webhook(7, 5)
    here = [Customer.get_by_id(pair.customer_id).name for pair in (five, seven)]
    assert here == ["Fem ApS", "Syv ApS"]


def test_a_number_given_to_somebody_else_is_asked_about_and_pulls_nothing(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="33920459")
    connected.economic.delete(1042)
    connected.theirs(1042, "Solgården Plejecenter", corporateIdentificationNumber="29023262")
    connected.webhook(1042, 1042)
    assert connected.fresh(pair.customer).name == "Havnens Tandklinik ApS"
    assert connected.place(customer=pair.customer).state == "other_party"


def test_a_person_may_say_that_it_is_the_same_customer(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="33920459")
    connected.economic.edit(1042, name="Tandlægen på havnen", corporateIdentificationNumber="29023262")
    connected.webhook(1042, 1042)
    pairings.confirm_same(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert connected.fresh(pair.customer).name == "Tandlægen på havnen"
    assert connected.place(customer=pair.customer).state == "equal"


def test_a_gone_customer_of_theirs_without_partner_leaves_the_window(connected: World) -> None:
    connected.theirs(5, "Uden partner")
    connected.look(5)
    connected.economic.delete(5)
    connected.webhook(5, None)
    assert Mirror.of(connected.connection).count() == 0


def test_a_deletion_ordered_while_a_push_is_in_flight_spares_what_a_colleague_changes_then(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, update = connected.pair_same(), Client.update

    def edited_before_the_read_back(client: Client, *call: Any) -> Any:
        answer = update(client, *call)
        register.remove(connected.company, pair.customer_id, connected.alice)
        pairings.delete_other(connected.connection, pair.id, seen(pair), connected.alice)
        connected.economic.edit(1042, city="Svendborg")
        return answer

    monkeypatch.setattr(Client, "update", edited_before_the_read_back)
    connected.save(pair.customer, phone="66 10 00 20")
    connected.drain()
    assert connected.stored(1042)["city"] == "Svendborg"
    assert connected.place(mirror=pair.mirror).state == "ours_gone_theirs_moved"


def test_one_that_may_be_somebody_else_is_not_said_to_be_as_we_left_it(connected: World) -> None:
    pair = unheard_creation(connected, "500-before", email="post@skovbryn.dk")
    connected.theirs(7, "Skovbryn Friskole", address="Skovvej 1")
    connected.drain()
    register.remove(connected.company, pair.customer_id, connected.alice)
    assert connected.place(customer=pair.customer).state == "ours_gone_theirs_moved"


def number_given_away(world: World) -> Pairing:
    """Its number stands for somebody else, and then our customer is deleted."""
    pair = world.pair_same(corporateIdentificationNumber="33920459")
    world.economic.edit(1042, name="En helt anden", corporateIdentificationNumber="29023262")
    world.look(1042)
    register.remove(world.company, pair.customer_id, world.alice)
    return pair


def test_ours_can_be_made_again_although_their_number_may_be_somebody_elses(connected: World) -> None:
    pair = number_given_away(connected)
    pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
    assert connected.place(customer=pair.customer).state == "other_party"


def test_somebody_else_under_the_number_is_not_deleted_with_many_others(connected: World) -> None:
    pair = number_given_away(connected)
    item = RunItem.of(planned(connected, DELETE, Selection(pairings=(pair.id,)), where="both")).get()
    assert item.reason == "other_party"
