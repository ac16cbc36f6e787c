"""Which way customers as a whole go, and on which side they are made: no act against it, whoever orders it."""

import pytest

from tests.sync.world import World
from webapp.models.customer import Customer
from webapp.models.field_rule import CUSTOMER, NEW_CUSTOMER, FieldRule
from webapp.models.pairing import Pairing
from webapp.models.run import Run, RunItem
from webapp.sync import kinds, pairings, register, rules, runs, runs_undo
from webapp.sync.creations import NotCreated
from webapp.sync.pairings import Versions
from webapp.sync.runs_plan import Selection
from webapp.sync.standing import plan_of

PHONE = "telephoneAndFaxNumber"


def ruled(world: World, value: str, about: str = CUSTOMER) -> None:
    rules.lay_down(world.connection, about, "direction", value, world.alice)


def made_only(world: World, value: str) -> None:
    """From now on new customers are made only there ("out"), only here ("in") or not at all ("off")."""
    ruled(world, value, NEW_CUSTOMER)


def seen(pair: Pairing) -> Versions:
    pair = Pairing.get_by_id(pair.id)
    return Versions(pair.customer.version, pair.mirror.version, pair.version)


def both_edit(world: World, pair: Pairing) -> tuple[tuple[str, str], tuple[str, str]]:
    """Ours change the phone, theirs the city; (phone, city) here and there afterwards."""
    world.save(pair.customer, phone="66100020")
    world.economic.edit(1042, city="Marstal")
    world.webhook(1042, 1042)
    ours, theirs = world.fresh(pair.customer), world.stored(1042)
    return (ours.phone, ours.city), (theirs.get(PHONE, ""), theirs.get("city", ""))


@pytest.mark.parametrize(
    ("direction", "here", "there"),
    [
        ("both", ("66100020", "Marstal"), ("66100020", "Marstal")),
        ("out", ("66100020", "Odense"), ("66100020", "Marstal")),
        ("in", ("66100020", "Marstal"), ("66100014", "Marstal")),
    ],
)
def test_changes_go_only_the_way_that_customers_go(
    connected: World, direction: str, here: tuple[str, str], there: tuple[str, str]
) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014", city="Odense")
    ruled(connected, direction)
    assert both_edit(connected, pair) == (here, there)


@pytest.mark.parametrize("direction", ["out", "in"])
def test_what_may_not_go_is_left_standing_and_no_question(connected: World, direction: str) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014", city="Odense")
    ruled(connected, direction)
    both_edit(connected, pair)
    place = connected.place(pairing=pair)
    assert (place.section, place.state, connected.fresh(pair).fault) == ("paired", "agreed", {})


def test_a_field_goes_only_where_both_directions_leave_it_open(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014", city="Odense")
    rules.lay_down(connected.connection, "phone", "direction", "in", connected.alice)
    ruled(connected, "out")
    assert FieldRule.policy(connected.connection).directions["phone"] == "off"
    assert both_edit(connected, pair)[1] == ("66100014", "Marstal")


def test_turned_back_what_one_side_changed_goes_and_what_both_did_is_asked(connected: World) -> None:
    pair = connected.pair_same(telephoneAndFaxNumber="66100014", city="Odense")
    ruled(connected, "in")
    connected.save(pair.customer, phone="66100020", city="Assens")
    ruled(connected, "both")
    connected.economic.edit(1042, city="Marstal")
    connected.webhook(1042, 1042)
    assert connected.stored(1042)[PHONE] == "66100020"
    assert [field.name for field in plan_of(connected.fresh(pair)).questions] == ["city"]


def test_an_answer_never_writes_against_the_direction(connected: World) -> None:
    customer = connected.ours(2001, "Ærø Bageri", city="Odense")
    connected.theirs(3001, "Ærø Bageri", city="Marstal")
    connected.look(3001)
    ruled(connected, "in")
    mirror = connected.mirror(3001)
    versions = Versions(customer.version, mirror.version)
    pairings.pair(connected.connection, customer.id, mirror.id, {"city": "ours"}, versions, connected.alice)
    connected.drain()
    assert (connected.fresh(customer).city, connected.stored(3001)["city"]) == ("Odense", "Marstal")


def test_a_run_and_its_undo_never_write_against_the_direction(connected: World) -> None:
    customer = connected.ours(2001, "Ærø Bageri", city="Odense")
    connected.theirs(3001, "Ærø Bageri", city="Marstal")
    connected.look(3001)
    picked = Selection(pairs=((customer.id, connected.mirror(3001).id),))
    choices = dict.fromkeys(kinds.KINDS["pair"].choices, "ours")
    done = runs.start(runs.plan(connected.connection, "pair", connected.alice, picked, choices), connected.alice)
    connected.drain()
    assert connected.stored(3001)["city"] == "Odense"
    ruled(connected, "in")
    back = runs_undo.plan(connected.fresh(done), connected.alice)
    assert "theirs" not in RunItem.get(RunItem.run == back).values_after
    runs.start(back, connected.alice)
    connected.drain()
    assert connected.stored(3001)["city"] == "Odense"


# ── Where customers are made ──────────────────────────────────────────────────────────────────────────────────────


def test_a_new_customer_gets_all_fields_whichever_way_changes_go(connected: World) -> None:
    ruled(connected, "in")
    customer = connected.ours(2001, "Ny ApS", city="Odense")
    pairings.create_there(connected.connection, customer.id, 2001, connected.alice)
    connected.drain()
    assert connected.stored(2001)["city"] == "Odense"


def test_opret_partner_is_refused_on_a_side_where_none_is_made(connected: World) -> None:
    made_only(connected, "off")
    customer = connected.ours(2001, "Ny ApS")
    connected.theirs(3001, "Deres ApS")
    connected.look(3001)
    with pytest.raises(NotCreated, match="theirs"):
        pairings.create_there(connected.connection, customer.id, 2001, connected.alice)
    with pytest.raises(NotCreated, match="ours"):
        pairings.create_here(connected.connection, connected.mirror(3001).id, None, connected.alice)
    assert not Pairing.select().exists()


@pytest.mark.parametrize(("kind", "rule"), [("create_theirs", "in"), ("create_ours", "out")])
def test_a_plan_holds_back_whom_the_rules_let_nobody_make(connected: World, kind: str, rule: str) -> None:
    connected.ours(2001, "Ny ApS")
    connected.theirs(3001, "Deres ApS")
    connected.look(3001)
    made_only(connected, rule)
    plan = runs.plan(connected.connection, kind, connected.alice)
    assert [item.reason for item in RunItem.of(plan)] == ["not_created"]


def test_a_rule_since_the_plan_lets_the_run_make_nobody(connected: World) -> None:
    connected.ours(2001, "Ny ApS")
    plan = runs.plan(connected.connection, "create_theirs", connected.alice)
    runs.start(plan, connected.alice)
    made_only(connected, "in")
    connected.drain()
    assert (RunItem.get().reason, Run.get().state) == ("not_created", "done")
    assert list(connected.economic.customers) == []


def test_a_creation_that_was_not_sent_is_given_up(connected: World) -> None:
    customer = connected.ours(2001, "Ny ApS")
    pairings.create_there(connected.connection, customer.id, 2001, connected.alice)
    made_only(connected, "in")
    connected.drain()
    assert list(connected.economic.customers) == []
    assert connected.place(customer=customer).section == "new"


def gone(world: World, side: str) -> Pairing:
    pair = world.pair_same()
    if side == "ours":
        register.remove(world.company, pair.customer_id, world.alice)
    else:
        world.economic.delete(1042)
        world.look(1042)
    return pair


@pytest.mark.parametrize(("side", "rule"), [("ours", "out"), ("theirs", "in")])
def test_nobody_is_created_again_on_a_side_where_none_is_made(connected: World, side: str, rule: str) -> None:
    pair = gone(connected, side)
    made_only(connected, rule)
    with pytest.raises(NotCreated, match=side):
        pairings.create_again(connected.connection, pair.id, 1042, seen(pair), connected.alice)
    assert connected.fresh(pair).state == "open"


def test_the_undo_of_a_deletion_makes_nobody_either(connected: World) -> None:
    pair = connected.pair_same()
    plan = runs.plan(connected.connection, "delete", connected.alice, Selection(pairings=(pair.id,)))
    connected.alice.role = "administrator"
    done = runs.start(plan, connected.alice, confirmed=["delete"])
    connected.drain()
    made_only(connected, "in")
    back = runs_undo.plan(connected.fresh(done), connected.alice)
    assert [item.reason for item in RunItem.of(back)] == ["not_created"]
    assert Customer.get().deleted_at and list(connected.economic.customers) == []


@pytest.mark.parametrize(("kind", "value"), [("direction", "off"), ("winner", "ours")])
def test_a_rule_for_customers_that_there_is_not_is_refused(connected: World, kind: str, value: str) -> None:
    with pytest.raises(ValueError, match="customer"):
        rules.lay_down(connected.connection, CUSTOMER, kind, value, connected.alice)
