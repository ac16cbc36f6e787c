"""Rules per field: who wins a collision, which way a field is written, and what is held until a person confirms it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.world import World
from webapp.economic.client import Client
from webapp.models.attempt import Attempt
from webapp.models.confirmation import Confirmation
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.sync import connect, pairings, register, rules
from webapp.sync.pairings import Versions
from webapp.sync.plan import Outcome
from webapp.sync.standing import plan_of

Phone = Callable[..., Pairing]


def seen(pair: Pairing) -> Versions:
    pair = Pairing.get_by_id(pair.id)
    return Versions(pair.customer.version, pair.mirror.version, pair.version)


def sides(world: World, pair: Pairing) -> tuple[str, str]:
    """The phone here and there."""
    return world.fresh(pair.customer).phone, world.stored(1042).get("telephoneAndFaxNumber", "")


@pytest.fixture
def both_change(connected: World) -> Phone:
    def change(ours: str = "66100020", theirs: str = "66100041") -> Pairing:
        pair = Pairing.get_or_none() or connected.pair_same(telephoneAndFaxNumber="66100014")
        connected.economic.edit(1042, telephoneAndFaxNumber=theirs)
        connected.save(pair.customer, phone=ours)
        connected.drain()
        return pair

    return change


# ── Who wins ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("winner", "kept"), [("ours", "66100020"), ("theirs", "66100041")])
def test_a_rule_answers_a_collision(connected: World, both_change: Phone, winner: str, kept: str) -> None:
    connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "winner", winner, connected.alice)
    assert sides(connected, both_change()) == (kept, kept)


@pytest.mark.parametrize(
    ("winner", "kept", "lost"), [("ours", "66100020", "66100041"), ("theirs", "66100041", "66100020")]
)
def test_the_value_a_rule_passed_over_stays_in_the_history(
    connected: World, both_change: Phone, winner: str, kept: str, lost: str
) -> None:
    connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "winner", winner, connected.alice)
    both_change()
    line = History.get(History.cause == "rule")
    assert (line.field, line.before, line.after, line.by_id) == ("phone", lost, kept, None)
    assert History.select().where(History.cause == "rule").count() == 1


def test_a_rule_that_has_answered_does_not_answer_again_when_the_write_fails(
    connected: World, both_change: Phone
) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    connected.sandbox.faults.next(3, method="PUT", kind="503-before")
    both_change()
    assert History.select().where(History.cause == "rule").count() == 1
    assert sides(connected, pair) == ("66100020", "66100020")


def test_a_rule_answers_the_questions_that_are_open(connected: World, both_change: Phone) -> None:
    pair = both_change()
    assert connected.place(customer=pair.customer).section == "conflict"
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    assert connected.place(customer=pair.customer).state == "sending"
    connected.drain()
    assert sides(connected, pair) == ("66100020", "66100020")


def test_a_rule_is_silent_where_one_side_alone_changed(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "winner", "theirs", connected.alice)
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert sides(connected, pair) == ("66100020", "66100020")
    assert not History.select().where(History.cause == "rule").exists()


def test_a_rule_never_decides_what_was_never_agreed(connected: World) -> None:
    rules.lay_down(connected.connection, "city", "winner", "ours", connected.alice)
    customer = connected.ours(2001, "Havnens Tandklinik", city="Assens")
    connected.theirs(3001, "Havnens Tandklinik", city="Odense")
    connected.look(3001)
    mirror = connected.mirror(3001)
    versions = Versions(customer.version, mirror.version)
    pair = pairings.pair(connected.connection, customer.id, mirror.id, {}, versions, connected.alice)
    assert [field.name for field in plan_of(pair).questions] == ["city"]


def test_a_rule_taken_back_asks_again(connected: World, both_change: Phone) -> None:
    connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    both_change()
    rules.take_back(connected.connection, FieldRule.get().id, connected.alice)
    pair = both_change("66100021", "66100042")
    assert [field.name for field in plan_of(connected.fresh(pair)).questions] == ["phone"]


def test_a_rule_keeps_who_and_when_to_its_end(connected: World) -> None:
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    rules.lay_down(connected.connection, "phone", "winner", "ask", connected.alice)
    rule = FieldRule.get()
    assert (rule.created_by, rule.ended_by) == (connected.alice, connected.alice) and rule.ended_at
    assert FieldRule.select().count() == 1


@pytest.mark.parametrize("rule", [("nothing", "winner", "ours"), ("phone", "x", "ours"), ("phone", "winner", "both")])
def test_a_rule_that_there_is_not_is_refused(connected: World, rule: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="of"):
        rules.lay_down(connected.connection, *rule, connected.alice)


# ── Which way ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("direction", "after_ours", "after_theirs"),
    [
        ("both", ("66100020", "66100020"), ("66100041", "66100041")),
        ("out", ("66100020", "66100020"), ("66100020", "66100041")),
        ("in", ("66100020", "66100014"), ("66100041", "66100041")),
        ("off", ("66100020", "66100014"), ("66100020", "66100041")),
    ],
)
def test_a_closed_side_is_never_written(
    connected: World, direction: str, after_ours: tuple[str, str], after_theirs: tuple[str, str]
) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "direction", direction, connected.alice)
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    assert sides(connected, pair) == after_ours
    connected.economic.edit(1042, telephoneAndFaxNumber="66100041")
    connected.webhook(1042, 1042)
    connected.drain()
    assert sides(connected, pair) == after_theirs


@pytest.mark.parametrize(("direction", "kept"), [("out", "66100020"), ("in", "66100041")])
def test_a_one_way_field_knows_the_answer_to_a_collision(
    connected: World, both_change: Phone, direction: str, kept: str
) -> None:
    connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "direction", direction, connected.alice)
    assert sides(connected, both_change()) == (kept, kept)


def test_a_field_opened_again_carries_over_what_changed_meanwhile(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014")
    rules.lay_down(connected.connection, "phone", "direction", "off", connected.alice)
    connected.save(pair.customer, phone="66100020")
    connected.drain()
    rules.lay_down(connected.connection, "phone", "direction", "both", connected.alice)
    connected.drain()
    assert sides(connected, pair) == ("66100020", "66100020")


def test_a_field_closed_there_is_left_out_of_a_creation(connected: World) -> None:
    rules.lay_down(connected.connection, "phone", "direction", "off", connected.alice)
    customer = connected.ours(2001, "Vores ApS", phone="66100020", city="Odense")
    pairings.create_there(connected.connection, customer.id, 1500, connected.alice)
    connected.drain()
    stored = connected.stored(1500)
    assert "telephoneAndFaxNumber" not in stored and stored["city"] == "Odense"
    assert connected.place(customer=customer).section == "paired"


@pytest.mark.parametrize("sent", [False, True])
def test_a_field_closed_while_a_creation_waits_is_left_out_unless_it_was_sent_already(
    connected: World, sent: bool
) -> None:
    customer = connected.ours(2001, "Vores ApS", phone="66100020", city="Odense")
    connected.sandbox.faults.next(method="POST", kind="500-before" if sent else "cut-connect")
    pairings.create_there(connected.connection, customer.id, 1500, connected.alice)
    connected.worker.round()
    rules.lay_down(connected.connection, "phone", "direction", "off", connected.alice)
    connected.drain()
    stored, keys = connected.stored(1500), {one.key for one in Attempt.select()}
    assert ("telephoneAndFaxNumber" in stored, len(keys)) == (sent, 1 if sent else 2)


def test_a_customer_deleted_while_its_creation_waits_is_not_made_there(connected: World) -> None:
    customer = connected.ours(2001, "Vores ApS")
    connected.sandbox.faults.next(method="POST", kind="cut-connect")
    pairings.create_there(connected.connection, customer.id, 1500, connected.alice)
    connected.worker.round()
    register.remove(connected.company, customer.id, connected.alice)
    connected.drain()
    assert 1500 not in connected.economic.customers


def test_a_field_closed_here_is_left_out_of_a_copy(connected: World) -> None:
    rules.lay_down(connected.connection, "phone", "direction", "out", connected.alice)
    connected.theirs(1500, "Deres ApS", telephoneAndFaxNumber="66100020", city="Odense")
    connected.look(1500)
    pair = pairings.create_here(connected.connection, connected.mirror(1500).id, None, connected.alice)
    connected.drain()
    customer = Customer.get_by_id(pair.customer_id)
    assert (customer.phone, customer.city, customer.name) == ("", "Odense", "Deres ApS")


# ── Held ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def zone_change(connected: World) -> Pairing:
    """Ours has moved to another VAT zone and another phone."""
    pair = connected.pair_same(telephoneAndFaxNumber="66100014")
    connected.save(pair.customer, vat_zone="3", phone="66100020")
    connected.drain()
    return connected.fresh(pair)


def test_a_serious_change_is_held_and_the_rest_goes(connected: World, zone_change: Pairing) -> None:
    stored = connected.stored(1042)
    assert (stored["vatZone"], stored["telephoneAndFaxNumber"]) == (1, "66100020")
    assert [(f.name, f.outcome) for f in plan_of(zone_change).questions] == [("vat_zone", Outcome.HOLD)]
    assert connected.place(customer=zone_change.customer).state == "question"


def test_a_confirmed_change_goes_under_the_name_of_who_confirmed(connected: World, zone_change: Pairing) -> None:
    pairings.answer(connected.connection, zone_change.id, {"vat_zone": "ours"}, seen(zone_change), connected.alice)
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 3
    line = History.get(History.cause == "confirm")
    assert (line.field, line.before, line.after, line.by) == ("vat_zone", "1", "3", connected.alice)
    assert Confirmation.get().used_at


def test_a_confirmation_is_used_up(connected: World, zone_change: Pairing) -> None:
    pairings.answer(connected.connection, zone_change.id, {"vat_zone": "ours"}, seen(zone_change), connected.alice)
    connected.drain()
    for zone in ("1", "3"):
        connected.save(zone_change.customer, vat_zone=zone)
        connected.drain()
    assert [f.name for f in plan_of(connected.fresh(zone_change)).questions] == []
    connected.economic.edit(1042, vatZone=1)
    connected.webhook(1042, 1042)
    connected.save(zone_change.customer, vat_zone="3")
    connected.drain()
    assert [f.name for f in plan_of(connected.fresh(zone_change)).questions] == ["vat_zone"]


def test_a_confirmation_ends_with_the_change_that_it_was_given_for(connected: World, zone_change: Pairing) -> None:
    pairings.answer(connected.connection, zone_change.id, {"vat_zone": "ours"}, seen(zone_change), connected.alice)
    connected.save(zone_change.customer, vat_zone="1")
    connected.drain()
    connected.save(zone_change.customer, vat_zone="3")
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 1
    assert [f.name for f in plan_of(connected.fresh(zone_change)).questions] == ["vat_zone"]


def test_a_held_change_can_be_given_up(connected: World, zone_change: Pairing) -> None:
    pairings.answer(connected.connection, zone_change.id, {"vat_zone": "theirs"}, seen(zone_change), connected.alice)
    connected.drain()
    assert connected.fresh(zone_change.customer).vat_zone == "1"
    assert connected.place(customer=zone_change.customer).state == "equal"


def test_a_held_change_waits_through_comparisons(connected: World, zone_change: Pairing) -> None:
    connected.compare()
    connected.webhook(1042, 1042)
    assert connected.stored(1042)["vatZone"] == 1
    assert connected.place(customer=zone_change.customer).state == "question"


def test_taking_the_change_back_ends_the_question(connected: World, zone_change: Pairing) -> None:
    connected.save(zone_change.customer, vat_zone="1")
    connected.drain()
    assert connected.place(customer=zone_change.customer).state == "equal"
    assert connected.fresh(zone_change).guard == {}


@pytest.mark.parametrize("newer", [True, False])
def test_the_currency_of_a_customer_who_owes_is_never_changed(connected: World, newer: bool) -> None:
    connected.economic.customersapi_enabled = newer
    pair = connected.pair_same(balance=1250.0)
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    pairings.answer(connected.connection, pair.id, {"currency": "ours"}, seen(pair), connected.alice)
    connected.drain()
    assert connected.stored(1042)["currency"] == "DKK"
    assert connected.fresh(pair).guard["currency"]["grade"] == "forbidden"
    assert connected.place(customer=pair.customer).state == "question"


@pytest.fixture(params=[True, False])
def blocked(connected: World, request: pytest.FixtureRequest) -> Pairing:
    """The customer owes, so the currency that a person has confirmed is not sent."""
    connected.economic.customersapi_enabled = request.param
    pair = connected.pair_same()
    connected.compare()
    connected.economic.edit(1042, balance=1250.0)
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    pairings.answer(connected.connection, pair.id, {"currency": "ours"}, seen(pair), connected.alice)
    connected.drain()
    return connected.fresh(pair)


@pytest.mark.parametrize(("balance", "currency"), [(0.0, "EUR"), (10.0, "DKK"), (-10.0, "DKK")])
def test_a_blocked_currency_goes_by_itself_once_nothing_is_owed(
    connected: World, blocked: Pairing, balance: float, currency: str
) -> None:
    connected.economic.edit(1042, balance=balance)
    connected.compare()
    assert connected.stored(1042)["currency"] == currency
    assert connected.place(customer=blocked.customer).state == ("equal" if balance == 0 else "question")


@pytest.mark.parametrize("newer", [True, False])
def test_the_group_of_a_customer_who_owes_goes_only_once_confirmed(connected: World, newer: bool) -> None:
    connected.economic.customersapi_enabled = newer
    pair = connected.pair_same(balance=1250.0)
    connected.compare()
    connected.save(pair.customer, customer_group="2")
    connected.drain()
    assert (connected.stored(1042)["customerGroup"], connected.place(customer=pair.customer).state) == (1, "question")
    pairings.answer(connected.connection, pair.id, {"customer_group": "ours"}, seen(pair), connected.alice)
    connected.drain()
    assert connected.stored(1042)["customerGroup"] == 2


@pytest.mark.parametrize(
    "act",
    [
        lambda world, pair: world.save(pair.customer, currency="DKK"),
        lambda world, pair: pairings.unpair(world.connection, pair.id, world.alice),
    ],
)
def test_a_currency_that_was_taken_back_while_the_balance_was_asked_for_is_not_sent(
    connected: World, monkeypatch: pytest.MonkeyPatch, act: Callable[[World, Pairing], Any]
) -> None:
    pair, asked = connected.pair_same(), Client.legacy_customer
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    pairings.answer(connected.connection, pair.id, {"currency": "ours"}, seen(pair), connected.alice)

    def slowly(self: Client, number: int) -> Any:
        monkeypatch.undo()
        act(connected, connected.fresh(pair))
        return asked(self, number)

    monkeypatch.setattr(Client, "legacy_customer", slowly)
    connected.drain()
    assert connected.stored(1042)["currency"] == "DKK"


def test_the_currency_of_a_settled_customer_goes_once_confirmed(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    pairings.answer(connected.connection, pair.id, {"currency": "ours"}, seen(pair), connected.alice)
    connected.drain()
    assert connected.stored(1042)["currency"] == "EUR"


def test_what_was_taken_back_while_nothing_was_synchronised_is_held_no_longer(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    connect.deactivate(connected.connection)
    connected.save(pair.customer, currency="DKK")
    connect.activate(connected.connection, connected.alice)
    connected.drain()
    assert connected.fresh(pair).guard == {}


def test_harmless_effects_go_by_themselves(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, payment_terms="2", ean="5798009811578")
    connected.drain()
    stored = connected.stored(1042)
    assert (stored["paymentTerms"], stored["ean"]) == (2, "5798009811578")


def test_a_rule_does_not_confirm(connected: World) -> None:
    pair = connected.pair_same()
    rules.lay_down(connected.connection, "vat_zone", "winner", "ours", connected.alice)
    connected.economic.edit(1042, vatZone=2)
    connected.save(pair.customer, vat_zone="3")
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 2
    assert connected.place(customer=pair.customer).state == "question"
