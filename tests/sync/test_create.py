"""Creation there happens exactly once, whatever fails, and creation here copies what e-conomic holds."""

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest

from tests.sync.test_pairs import seen
from tests.sync.world import World
from webapp import db
from webapp.economic.client import Client
from webapp.economic.errors import Missing, Refused
from webapp.models import attempt as attempts
from webapp.models.attempt import Attempt
from webapp.models.history import History
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import inbox, numbers, pairings, register, rules, standing
from webapp.sync.creations import AlreadyPaired
from webapp.sync.register import NumberInUse

FAULTS = ["500-before", "500-after", "cut-before", "cut-after", "truncated", "not-json", "html", "429"]


def api_creations(world: World) -> list[int]:
    return [number for number, _, via in world.economic.creations if via != "page"]


def create(world: World, number: int = 7, **values: str) -> Pairing:
    customer = world.ours(number, "Skovbryn Friskole", **values)
    return pairings.create_there(world.connection, customer.id, number, world.alice)


def test_a_partner_is_created_with_our_values_and_the_defaults(connected: World) -> None:
    create(connected, cvr="42068492")
    connected.drain()
    made = connected.stored(7)
    assert (made["name"], made["corporateIdentificationNumber"], made["currency"]) == (
        "Skovbryn Friskole",
        "42068492",
        "DKK",
    )


def test_the_defaults_it_was_created_with_come_back_to_ours(connected: World) -> None:
    pair = create(connected)
    connected.drain()
    assert connected.fresh(pair.customer).currency == "DKK"
    assert connected.place(customer=pair.customer).state == "equal"


def test_while_it_is_being_created_it_stands_under_paired(connected: World) -> None:
    pair = create(connected)
    place = connected.place(customer=pair.customer)
    assert (place.section, place.state) == ("paired", "creating")


def test_nobody_creates_it_a_second_time(connected: World) -> None:
    pair = create(connected)
    with pytest.raises(AlreadyPaired):
        pairings.create_there(connected.connection, pair.customer_id, 8, connected.alice)


def made_unheard_and_renumbered(world: World) -> None:
    """The answer to a creation was lost, and a colleague gave the customer another number; a call tells of it."""
    world.sandbox.faults.next(kind="500-after", method="POST")
    create(world)
    world.worker.round()
    world.sandbox.switches.renumbering_allowed = True
    world.economic.renumber(7, 41)
    inbox.receive(world.connection, "old=7&new=41", "", "")


@pytest.mark.parametrize("kind", FAULTS)
def test_one_partner_exists_after_a_fault(connected: World, kind: str) -> None:
    connected.sandbox.faults.next(kind=kind, method="POST")
    pair = create(connected)
    connected.drain()
    assert api_creations(connected) == [7]
    assert connected.place(customer=pair.customer).state == "equal"


@pytest.mark.parametrize("kind", ["500-after", "cut-after", "truncated"])
def test_one_partner_exists_when_the_key_has_expired_before_the_repeat(connected: World, kind: str) -> None:
    connected.sandbox.faults.next(kind=kind, method="POST")
    pair = create(connected, cvr="42068492")
    connected.worker.round()
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert api_creations(connected) == [7]
    assert connected.place(customer=pair.customer).state == "equal"


def test_the_same_key_and_body_are_sent_again_while_the_key_is_young(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-before", method="POST")
    create(connected)
    connected.drain()
    attempt = Attempt.get()
    assert (Attempt.select().count(), attempt.tries, attempt.state) == (1, 2, "done")


def test_a_key_of_another_grant_is_not_sent_again_whatever_the_clock_says(connected: World) -> None:
    made_unheard_and_renumbered(connected)
    with db.write():
        connected.opened(connected.company, connected.alice, connected.economic)
    connected.drain()
    assert api_creations(connected) == [7]


def test_a_404_that_a_worker_hears_late_ends_nothing_that_is_known(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*call: object) -> None:
        Lane.update(fence=Lane.fence + 1).execute()
        Attempt.update(state=attempts.DONE).execute()
        raise Missing("not found")

    monkeypatch.setattr(Client, "create", overtaken)
    create(connected)
    connected.worker.round()
    assert Attempt.get().state == attempts.DONE
    Lane.delete().execute()


def test_a_worker_that_hears_late_forgets_nothing_that_is_known(connected: World) -> None:
    pair = create(connected)
    connected.drain()
    attempt = Attempt.get(Attempt.pairing == pair)
    attempt.settle(attempts.UNCLEAR, kind="unreachable")
    assert connected.fresh(attempt).state == attempts.DONE


def test_a_fetch_that_meets_the_new_customer_does_not_double_it(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    create(connected)
    connected.worker.round()
    connected.compare()
    assert Mirror.select().count() == 1


def test_a_webhook_that_comes_before_the_answer_does_not_double_it(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    create(connected)
    connected.worker.round()
    connected.webhook(None, 7)
    assert Mirror.select().count() == 1


def test_a_number_somebody_took_meanwhile_stands_on_the_row(connected: World) -> None:
    pair = create(connected)
    connected.theirs(7, "En helt anden")
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "number_taken"
    assert connected.stored(7)["name"] == "En helt anden"


def test_another_number_can_be_chosen_after_that(connected: World) -> None:
    pair = create(connected)
    connected.theirs(7, "En helt anden")
    connected.drain()
    pairings.try_again(connected.connection, pair.id, 8, connected.alice)
    connected.drain()
    assert connected.stored(8)["name"] == "Skovbryn Friskole"


def test_a_doubtful_customer_under_our_number_is_for_a_person(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-before", method="POST")
    pair = create(connected)
    connected.worker.round()
    connected.theirs(7, "En helt anden")
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "number_held"
    assert api_creations(connected) == []


def test_what_was_made_and_renamed_before_its_answer_is_asked_about_and_not_made_again(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    pair = create(connected)
    connected.worker.round()
    connected.economic.edit(7, name="Skovbryn Skole og Hal")
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    pairings.confirm_same(connected.connection, pair.id, seen(pair), connected.alice)
    connected.drain()
    assert connected.fresh(pair).customer.name == "Skovbryn Skole og Hal"
    assert api_creations(connected) == [7]


@pytest.mark.parametrize("field, value", [("city", "Viborg"), ("name", "Skovbryn Skole"), ("email", "ny@skovbryn.dk")])
def test_what_may_have_been_made_and_was_edited_since_is_asked_about(connected: World, field: str, value: str) -> None:
    pair = unheard_creation(connected, city="Aarhus", cvr="42068492", email="post@skovbryn.dk")
    connected.economic.edit(7, **{field: value})
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    pairings.confirm_same(connected.connection, pair.id, seen(pair), connected.alice)
    assert [asked.name for asked in standing.plan_of(connected.fresh(pair)).questions] == [field]


def test_one_without_cvr_number_that_was_made_and_renamed_is_known_again_by_its_email(connected: World) -> None:
    pair = unheard_creation(connected, email="post@skovbryn.dk")
    connected.economic.edit(7, name="Helt andet navn")
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"


def unheard_creation(world: World, kind: str = "500-after", **values: str) -> Pairing:
    """Made there, or with "500-before" not, and nobody here knows."""
    world.sandbox.faults.next(kind=kind, method="POST")
    pair = create(world, **values)
    world.worker.round()
    return pair


def test_what_may_have_been_made_is_ours_also_in_capitals(connected: World) -> None:
    pair = unheard_creation(connected, email="post@skovbryn.dk")
    connected.economic.edit(7, name="SKOVBRYN FRISKOLE")
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert [asked.name for asked in standing.plan_of(connected.fresh(pair)).questions] == ["name"]


def test_a_namesake_under_the_number_is_neither_filled_nor_copied_before_a_person_has_said_so(connected: World) -> None:
    pair = unheard_creation(connected, "500-before", email="post@skovbryn.dk")
    connected.theirs(7, "Skovbryn Friskole", address="Skovvej 1")
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    assert (connected.fresh(pair.customer).address, connected.stored(7).get("email")) == ("", None)


@pytest.mark.parametrize("sent", [{}, {"country": "Danmark", "currency": "DKK"}])
def test_a_namesake_is_asked_about_when_all_that_was_sent_is_a_name(connected: World, sent: dict[str, str]) -> None:
    pair = unheard_creation(connected, "500-before", **sent)
    connected.theirs(7, "Skovbryn Friskole", country="Danmark", email="nabo@skovbryn.dk")
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    assert connected.fresh(pair.customer).email == ""


def test_one_whose_name_is_how_ours_begins_is_asked_about(connected: World) -> None:
    pair = unheard_creation(connected, "500-before")
    connected.theirs(7, "Skov", address="Skovvej 1")
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    assert connected.fresh(pair.customer).address == ""


def test_a_customer_of_the_same_name_with_another_cvr_number_is_not_taken_for_ours(connected: World) -> None:
    pair = unheard_creation(connected, "500-before", cvr="42068492")
    connected.theirs(7, "Skovbryn Friskole", corporateIdentificationNumber="29023262")
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "number_held"


@pytest.mark.parametrize("hours", [0, 3])
def test_a_doubtful_creation_comes_to_its_end_where_cvr_is_closed(connected: World, hours: int) -> None:
    rules.lay_down(connected.connection, "cvr", "direction", "off", connected.alice)
    pair = unheard_creation(connected, cvr="42068492")
    connected.clock.sleep(hours * 3600)
    connected.drain()
    assert connected.fresh(pair).state == "open"


def test_a_404_in_answer_to_the_repeat_is_not_believed(connected: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = unheard_creation(connected)
    monkeypatch.setattr(Client, "create", Mock(side_effect=Missing("not found")))
    connected.drain()
    assert (api_creations(connected), connected.fresh(pair).state) == ([7], "open")


def test_a_refusal_of_the_repeat_does_not_say_that_the_first_try_made_nothing(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = unheard_creation(connected, cvr="42068492")
    monkeypatch.setattr(Client, "create", Mock(side_effect=Refused("", status=400)))
    connected.drain()
    assert connected.place(customer=pair.customer).state == "equal"


def test_a_refused_creation_can_be_given_up(connected: World) -> None:
    pair = create(connected, city="x" * 51)
    connected.drain()
    assert connected.place(customer=pair.customer).section == "conflict"
    pairings.unpair(connected.connection, pair.id, connected.alice)
    assert connected.place(customer=pair.customer).section == "new"


def test_a_creation_that_may_not_be_made_at_all_can_be_given_up(connected: World) -> None:
    connected.sandbox.faults.next(kind="403", method="POST")
    pair = create(connected)
    connected.drain()
    pairings.unpair(connected.connection, pair.id, connected.alice)
    assert connected.place(customer=pair.customer).section == "new"


@pytest.mark.parametrize("way", ["given up", "deleted here", "another number"])
def test_whoever_has_the_number_is_known_once_it_is_not_waited_for_any_more(connected: World, way: str) -> None:
    pair = create(connected)
    connected.theirs(7, "En helt anden")
    connected.look(7)
    if way == "given up":
        pairings.unpair(connected.connection, pair.id, connected.alice)
    elif way == "deleted here":
        register.remove(connected.company, pair.customer_id, connected.alice)
    else:
        pairings.try_again(connected.connection, pair.id, 8, connected.alice)
    connected.drain()
    assert connected.mirror(7).name == "En helt anden"


def test_mending_the_customer_tries_a_refused_creation_again(connected: World) -> None:
    pair = create(connected, city="x" * 51)
    connected.drain()
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(7)["city"] == "Odense"


def test_an_edit_while_it_is_being_created_reaches_them(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-after", method="POST")
    pair = create(connected)
    connected.worker.round()
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(7)["city"] == "Odense"


def test_what_economic_holds_is_created_here_as_it_is(connected: World) -> None:
    dirt = {"corporateIdentificationNumber": "DK12345678", "email": "a@b.dk c@d.dk", "ean": "123", "country": ""}
    pair = connected.pair_same(9, "E-CONOMIC DANMARK A/S", **dirt)
    assert pair.customer.cvr == "DK12345678" and pair.customer.email == "a@b.dk c@d.dk"


def test_creating_here_writes_nothing_there(connected: World) -> None:
    connected.theirs(9, "Solgården")
    before = connected.stored(9)
    connected.pair_same(9)
    connected.drain()
    assert json.dumps(connected.stored(9)) == json.dumps(before)


def test_a_number_in_use_here_is_refused(connected: World) -> None:
    connected.ours(9, "Vores")
    connected.theirs(9, "Deres")
    connected.look(9)
    mirror = Mirror.with_number(connected.connection, 9)
    with pytest.raises(NumberInUse):
        pairings.create_here(connected.connection, mirror.id, 9, connected.alice)


def test_the_same_number_is_proposed_when_it_is_free_there(connected: World) -> None:
    customer = connected.ours(7, "Vores")
    assert numbers.propose_there(connected.connection, customer) == numbers.Proposal(7, True)


def test_the_next_free_number_is_proposed_when_it_is_taken_there(connected: World) -> None:
    customer = connected.ours(7, "Vores")
    connected.theirs(7, "Deres")
    connected.theirs(20, "Deres")
    connected.look(7, 20)
    assert numbers.propose_there(connected.connection, customer) == numbers.Proposal(21, False)


def test_the_gap_that_is_proposed_is_nobodys_who_is_being_created(connected: World) -> None:
    for number in (1, 999_999_999):
        connected.theirs(number, f"Kunde {number}")
    connected.look(1, 999_999_999)
    create(connected, 2)
    assert numbers.next_there(connected.connection) == 3


def test_a_new_customer_gets_the_lowest_free_number_when_the_highest_is_used_up(connected: World) -> None:
    for number in (1, 3, 999_999_999):
        connected.ours(number, f"Kunde {number}")
    assert register.add(connected.company, None, {"name": "Ny"}, connected.alice).number == 2


def test_the_lowest_gap_is_proposed_when_the_highest_number_is_used_up(connected: World) -> None:
    for number in (1, 2, 4, 999_999_999):
        connected.theirs(number, "Deres")
    connected.look(1, 2, 4, 999_999_999)
    assert numbers.next_there(connected.connection) == 3


def test_one_that_may_be_somebody_elses_is_not_called_created_by_us(connected: World) -> None:
    connected.sandbox.faults.next(kind="500-before", method="POST")
    pair = create(connected, email="post@skovbryn.dk")
    connected.worker.round()
    connected.theirs(7, "En helt anden", email="post@skovbryn.dk")
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert connected.place(customer=pair.customer).state == "other_party"
    told = {line.field for line in History.select().where(History.pairing_id == pair.id)}
    assert "created" not in told and "paired" in told


def test_a_call_that_a_clock_set_back_meanwhile_dates_before_the_creation_tells_of_it_all_the_same(
    connected: World,
) -> None:
    pair = unheard_creation(connected)
    connected.economic.delete(7)
    inbox.receive(connected.connection, "old=7", "", "")
    Inbox.update(received_at=connected.clock.now() - timedelta(hours=1)).execute()
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert (api_creations(connected), connected.place(customer=pair.customer).state) == ([7], "theirs_gone")


def test_a_call_between_the_look_up_and_the_repeat_tells_of_the_creation(connected: World) -> None:
    unheard_creation(connected)
    connected.economic.delete(7)
    connected.clock.sleep(3 * 3600)
    while not Attempt.select().where(Attempt.fault_kind == "absent").exists():
        connected.worker.turns(connected.connection, 1)
    connected.webhook(None, 7)
    connected.drain()
    assert api_creations(connected) == [7]


def test_a_stranger_who_takes_the_number_after_the_look_up_is_not_taken_for_ours(connected: World) -> None:
    pair = unheard_creation(connected, "500-before")
    connected.clock.sleep(3 * 3600)
    while not Attempt.select().where(Attempt.fault_kind == "absent").exists():
        connected.worker.turns(connected.connection, 1)
    connected.theirs(7, "Helt Fremmed ApS")
    connected.webhook(None, 7)
    connected.drain()
    found = connected.fresh(pair)
    assert (found.mirror, found.fault["kind"], found.customer.name) == (None, "number_held", "Skovbryn Friskole")


def test_a_call_from_before_the_order_tells_nothing_of_the_creation(connected: World) -> None:
    inbox.receive(connected.connection, "old=7", "", "")
    connected.drain()
    unheard_creation(connected, "500-before")
    connected.clock.sleep(3 * 3600)
    connected.drain()
    assert api_creations(connected) == [7]


def test_a_key_dated_by_a_clock_that_was_set_back_since_is_not_taken_for_young(connected: World) -> None:
    made_unheard_and_renumbered(connected)
    connected.clock.sleep(3 * 3600)
    Attempt.update(created_at=connected.clock.now() + timedelta(hours=1)).execute()
    connected.drain()
    assert api_creations(connected) == [7]
