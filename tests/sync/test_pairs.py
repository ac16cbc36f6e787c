"""A pair stays equal: pushes, pulls, questions and answers, and nothing else is touched."""

import pytest

from tests.sync.world import World
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import pairings, preview, register, rows
from webapp.sync.fields import NAMES
from webapp.sync.pairings import Moved, Versions

SHIFTING = ("lastUpdated", "objectVersion", "_version")
EXTRA = {
    "creditLimit": 25000.0,
    "mobilePhone": "20304050",
    "publicEntryNumber": "57",
    "salesPerson": {"employeeNumber": 1},
}


def seen(pair: Pairing) -> Versions:
    pair = Pairing.get_by_id(pair.id)
    return Versions(pair.customer.version, pair.mirror.version, pair.version)


def both_change(world: World, **values: tuple[str, str]) -> Pairing:
    """A pair whose phone a person changed here while an accountant changed it there."""
    pair = world.pair_same(telephoneAndFaxNumber="66100014")
    world.economic.edit(1042, telephoneAndFaxNumber="66100041")
    world.save(pair.customer, phone="66100020")
    world.drain()
    return world.fresh(pair)


def test_a_saved_customer_reaches_economic(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, phone="66 10 00 25")
    connected.drain()
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66 10 00 25"


def test_only_the_pushed_field_changes_in_their_store(connected: World) -> None:
    pair = connected.pair_same(**EXTRA)
    before = connected.stored(1042)
    connected.save(pair.customer, phone="66 10 00 25")
    connected.drain()
    after = connected.stored(1042)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed - set(SHIFTING) == {"telephoneAndFaxNumber"}


def test_only_the_pushed_field_changes_without_the_newer_service_too(connected: World) -> None:
    connected.economic.customersapi_enabled = False
    pair = connected.pair_same(**EXTRA)
    before = connected.stored(1042)
    connected.save(pair.customer, phone="66 10 00 25")
    connected.drain()
    after = connected.stored(1042)
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed - set(SHIFTING) == {"telephoneAndFaxNumber"}


def test_a_cleared_field_is_cleared_there(connected: World) -> None:
    pair = connected.pair_same(website="havn.example")
    connected.save(pair.customer, website="")
    connected.drain()
    assert "website" not in connected.stored(1042)


def test_the_fields_of_one_write_are_told_in_their_own_order(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, website="havnen.dk", phone="66100014", email="a@havn.dk", city="Odense", name="Ny")
    connected.drain()
    told = [line.field for line in History.select().where(History.cause == "push", History.side == "pair")]
    assert len(told) == 5 and told == sorted(told, key=NAMES.index)


def test_a_webhook_brings_an_edit_from_there(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.edit(1042, address="Industrivej 27")
    connected.webhook(1042, 1042)
    assert connected.fresh(pair.customer).address == "Industrivej 27"


def test_edits_of_different_fields_meet_without_a_question(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.edit(1042, email="ny@havn.example")
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert connected.fresh(pair.customer).email == "ny@havn.example"
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66100020"


def test_the_same_field_changed_on_both_sides_is_a_question(connected: World) -> None:
    pair = both_change(connected)
    row = rows.of_pairing(connected.connection, pair.id)
    assert [(q.field, q.ours, q.theirs, q.base) for q in row.questions] == [
        ("phone", "66100020", "66100041", "66100014")
    ]


def test_a_question_overwrites_nothing(connected: World) -> None:
    pair = both_change(connected)
    assert connected.fresh(pair.customer).phone == "66100020"
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66100041"


@pytest.mark.parametrize(
    ("choice", "here", "there"),
    [
        ("ours", "66100020", "66100020"),
        ("theirs", "66100041", "66100041"),
        ("both", "66100020", "66100041"),
    ],
)
def test_an_answer_settles_the_question(connected: World, choice: str, here: str, there: str) -> None:
    pair = both_change(connected)
    pairings.answer(connected.connection, pair.id, {"phone": choice}, seen(pair), connected.alice)
    connected.drain()
    assert connected.fresh(pair.customer).phone == here
    assert connected.stored(1042)["telephoneAndFaxNumber"] == there
    assert connected.place(customer=pair.customer).section == "paired"


def test_the_losing_value_stays_in_the_history(connected: World) -> None:
    pair = both_change(connected)
    pairings.answer(connected.connection, pair.id, {"phone": "theirs"}, seen(pair), connected.alice)
    line = History.get(History.cause == "answer", History.field == "phone")
    assert (line.before, line.after, line.by.name) == ("66100020", "66100041", "Alice")


def test_an_answer_to_a_question_that_has_moved_changes_nothing(connected: World) -> None:
    pair = both_change(connected)
    shown = seen(pair)
    connected.economic.edit(1042, telephoneAndFaxNumber="66100099")
    connected.webhook(1042, 1042)
    with pytest.raises(Moved):
        pairings.answer(connected.connection, pair.id, {"phone": "ours"}, shown, connected.alice)
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66100099"


def test_an_edit_between_their_get_and_our_put_is_refused_and_looked_at_again(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.hook(between_get_and_put=lambda: connected.economic.edit(1042, city="Svendborg"))
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert connected.stored(1042)["city"] == connected.fresh(pair.customer).city == "Svendborg"
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66100020"


def test_a_server_fault_after_the_write_took_effect_writes_once(connected: World) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.next(kind="500-after", method="PUT")
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert connected.stored(1042)["telephoneAndFaxNumber"] == "66100020"
    assert Attempt.select().where(Attempt.kind == "update").count() == 1


@pytest.mark.parametrize("kind", ["500-before", "500-after"])
def test_an_update_whose_answer_was_lost_waits_for_it_no_longer_once_the_two_are_equal(
    connected: World, kind: str
) -> None:
    pair = connected.pair_same()
    connected.sandbox.faults.next(kind=kind, method="PUT")
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert connected.place(customer=pair.customer).state == "equal"
    assert Attempt.pending(pair, "update") is None


def test_our_own_echo_plans_nothing(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    before = (connected.stored(1042), connected.fresh(pair.customer).version, Attempt.select().count())
    for _ in range(10):
        connected.webhook(1042, 1042)
    assert (connected.stored(1042), connected.fresh(pair.customer).version, Attempt.select().count()) == before


def test_a_value_they_will_not_take_stands_on_the_row_until_it_is_changed(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, city="x" * 51)
    connected.drain()
    assert connected.fresh(pair).fault["kind"] == "refused" and "city" in connected.fresh(pair).fault["fields"]
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert connected.stored(1042)["city"] == "Odense" and not connected.fresh(pair).fault


def test_a_refusal_of_one_pair_does_not_hold_the_others(connected: World) -> None:
    bad, good = connected.pair_same(1, "En"), connected.pair_same(2, "To")
    connected.save(bad.customer, city="x" * 51)
    connected.save(good.customer, city="Odense")
    connected.drain()
    assert connected.stored(2)["city"] == "Odense"


def test_pairing_with_chosen_information_updates_both_sides(connected: World) -> None:
    ours = connected.ours(1042, "Havnens Tandklinik ApS", phone="66100052")
    connected.theirs(2087, "Havnens Tandklinik", telephoneAndFaxNumber="66100025", email="regning@havn.example")
    connected.look(2087)
    mirror = Mirror.with_number(connected.connection, 2087)
    answers = {"name": "ours", "phone": "theirs"}
    pairings.pair(connected.connection, ours.id, mirror.id, answers, Versions(1, 1), connected.alice)
    connected.drain()
    here, there = connected.fresh(ours), connected.stored(2087)
    assert (here.name, here.phone, here.email) == ("Havnens Tandklinik ApS", "66100025", "regning@havn.example")
    assert (there["name"], there["telephoneAndFaxNumber"]) == ("Havnens Tandklinik ApS", "66100025")


def test_two_with_another_name_and_number_are_the_same_when_a_person_says_so(connected: World) -> None:
    ours = connected.ours(1042, "Havnens Tandklinik ApS", cvr="33920459")
    connected.theirs(2087, "Sydhavn Service ApS", corporateIdentificationNumber="69146368")
    connected.look(2087)
    mirror, answers = connected.mirror(2087), {"name": "theirs", "cvr": "theirs"}
    assert preview.consequences(connected.connection, ours, mirror, answers)[1] >= 2
    pairings.pair(connected.connection, ours.id, mirror.id, answers, Versions(1, 1), connected.alice)
    assert (connected.fresh(ours).name, connected.fresh(ours).cvr) == ("Sydhavn Service ApS", "69146368")


def test_pairing_what_was_changed_since_it_was_seen_is_refused(connected: World) -> None:
    ours = connected.ours(1, "En")
    connected.theirs(1, "En")
    connected.look(1)
    mirror = Mirror.with_number(connected.connection, 1)
    connected.save(ours, city="Odense")
    with pytest.raises(Moved):
        pairings.pair(connected.connection, ours.id, mirror.id, {}, Versions(1, 1), connected.alice)


def test_unpairing_leaves_both_as_they_are_and_new(connected: World) -> None:
    pair = connected.pair_same()
    pairings.unpair(connected.connection, pair.id, connected.alice)
    assert connected.place(customer=pair.customer).section == connected.place(mirror=pair.mirror).section == "new"


def test_an_edit_after_unpairing_stays_here(connected: World) -> None:
    pair = connected.pair_same()
    pairings.unpair(connected.connection, pair.id, connected.alice)
    connected.save(pair.customer, city="Odense")
    connected.drain()
    assert "city" not in connected.stored(1042)


def test_a_form_opened_before_a_pull_and_saved_after_it_asks_about_the_moved_field(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="1")
    shown = Customer.get_by_id(pair.customer_id).values
    connected.economic.edit(1042, telephoneAndFaxNumber="2")
    connected.webhook(1042, 1042)
    answer = register.change(connected.company, pair.customer_id, shown, shown | {"phone": "3"}, connected.alice)
    assert answer.fields == {"phone": ("1", "2", "3")}
    assert connected.fresh(pair.customer).phone == "2"


def test_a_form_opened_before_a_pull_saves_what_the_pull_did_not_touch(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="1")
    shown = Customer.get_by_id(pair.customer_id).values
    connected.economic.edit(1042, telephoneAndFaxNumber="2")
    connected.webhook(1042, 1042)
    register.change(connected.company, pair.customer_id, shown, shown | {"city": "Odense"}, connected.alice)
    assert (connected.fresh(pair.customer).phone, connected.fresh(pair.customer).city) == ("2", "Odense")


def test_a_withdrawn_grant_pauses_with_one_message_and_keeps_the_queue(connected: World) -> None:
    pair = connected.pair_same()
    for token in list(connected.economic.grants()):
        connected.economic.revoke(token)
    connected.save(pair.customer, city="Odense")
    connected.worker.round()
    assert (connected.connection.state, connected.connection.state_reason) == ("paused", "grant_withdrawn")
    connected.connect()
    assert connected.stored(1042)["city"] == "Odense"


def test_a_look_that_was_asked_for_is_had_although_the_pair_ends(connected: World) -> None:
    pair = connected.pair_same()
    connected.economic.edit(1042, city="Aarhus")
    Lane.wake(connected.connection, "pair", pair.id)
    pairings.unpair(connected.connection, pair.id, connected.alice)
    connected.worker.round()
    assert connected.mirror(1042).city == "Aarhus"
