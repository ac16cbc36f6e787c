"""Rules per field, and defaults, changed between a plan, its run and its undo: nothing is written that nobody saw."""

import pytest

from tests.sync.test_runs import bulk, many_there, planned
from tests.sync.test_runs_delete import deleted, until
from tests.sync.test_runs_resolve import conflicts
from tests.sync.test_runs_undo import registers, two_pairs, undo
from tests.sync.world import World
from webapp import db
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, PAIR, RESOLVE, Run, RunItem
from webapp.sync import rules, runs, runs_undo
from webapp.sync.runs_plan import Selection


def applied(world: World, plan: Run, *confirmed: str) -> dict[str, int]:
    """Reason -> how many items ended with it; "" is done."""
    runs.start(plan, world.alice, confirmed=confirmed)
    world.drain()
    reasons = [item.reason for item in RunItem.of(plan)]
    return {reason: reasons.count(reason) for reason in reasons}


def direction(world: World, field: str, way: str) -> None:
    rules.lay_down(world.connection, field, "direction", way, world.alice)


def group_for_new(world: World, group: str) -> None:
    with db.write():
        connection = world.connection
        connection.default_customer_group = group
        connection.save()


@pytest.mark.parametrize(("planned_by", "run_by"), [("off", "both"), ("both", "in")])
def test_a_pair_that_would_be_written_otherwise_than_shown_falls_out(
    connected: World, planned_by: str, run_by: str
) -> None:
    picked = two_pairs(connected)
    direction(connected, "phone", planned_by)
    plan = planned(connected, PAIR, picked, names="ours", contact="ours")
    direction(connected, "phone", run_by)
    assert applied(connected, plan) == {"moved": 1, "": 1}
    assert connected.stored(1)["telephoneAndFaxNumber"] == "66100041"


def test_an_answer_that_a_rule_has_forbidden_since_is_not_given(connected: World) -> None:
    conflicts(connected, 1042)
    plan = planned(connected, RESOLVE, answer="ours")
    direction(connected, "phone", "off")
    assert applied(connected, plan) == {"moved": 1}
    assert not History.select().where(History.cause == "answer").exists()


def test_nobody_is_created_with_another_default_than_was_shown(connected: World) -> None:
    connected.ours(1, "En")
    plan = planned(connected, CREATE_THEIRS)
    group_for_new(connected, "2")
    assert applied(connected, plan) == {"moved": 1}
    assert applied(connected, runs.plan_moved(connected.fresh(plan), connected.alice)) == {"": 1}
    assert connected.stored(1)["customerGroup"] == 2


def test_nobody_is_copied_with_a_field_that_a_rule_has_closed_since(connected: World) -> None:
    many_there(connected, 1)
    plan = planned(connected, CREATE_OURS)
    direction(connected, "currency", "out")
    assert applied(connected, plan) == {"moved": 1}
    assert not Customer.of(connected.company).exists()


def test_an_undo_does_not_write_into_a_field_closed_since_it_was_planned(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    before, back = registers(connected), runs_undo.plan(run, connected.alice)
    for field in ("phone", "email"):
        direction(connected, field, "in")
    assert applied(connected, back) == {"moved": 2}
    assert registers(connected) == before


def test_ours_keep_what_a_default_gave_a_field_that_is_closed_here_since(connected: World) -> None:
    ours = connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    direction(connected, "customer_group", "out")
    item = RunItem.of(undo(connected, run)).get()
    assert (item.note["closed"], 1 in connected.economic.customers) == (["customer_group"], False)
    assert (connected.fresh(ours).customer_group, connected.fresh(ours).currency) == ("1", "")


@pytest.mark.parametrize(
    ("field", "theirs", "planned_as", "then"),
    [
        ("currency", ("currency", "EUR"), "serious", "forbidden"),
        ("customer_group", ("customerGroup", 2), "", "serious"),
    ],
)
def test_an_undo_does_not_change_the_books_of_who_owes_since(
    connected: World, field: str, theirs: tuple[str, object], planned_as: str, then: str
) -> None:
    ours = connected.ours(1, "Kunde", **{field: str(theirs[1])})
    connected.theirs(1, "Kunde")
    connected.look(1)
    plan = planned(connected, PAIR, Selection(pairs=((ours.id, connected.mirror(1).id),)), accounting="ours")
    assert applied(connected, plan, "currency") == {"": 1}
    back = runs_undo.plan(connected.fresh(plan), connected.alice)
    assert RunItem.of(back).get().reason == planned_as
    connected.economic.edit(1, balance=1250.0)
    assert applied(connected, back, "currency") == {"moved": 1}
    assert connected.stored(1)[theirs[0]] == theirs[1]
    assert RunItem.of(runs.plan_moved(connected.fresh(back), connected.alice)).get().reason == then


def test_an_answer_for_many_does_not_confirm_what_its_plan_did_not_show(connected: World) -> None:
    pair = connected.pair_same()
    connected.save(pair.customer, customer_group="2")
    connected.economic.edit(1042, customerGroup=3)
    connected.look(1042)
    plan = planned(connected, RESOLVE, answer="ours")
    connected.economic.edit(1042, balance=1250.0)
    connected.compare()
    assert applied(connected, plan) == {"moved": 1}
    assert connected.stored(1042)["customerGroup"] == 3


def test_an_answer_that_a_rule_would_give_again_at_once_is_not_taken_back(connected: World) -> None:
    conflicts(connected, 1042)
    run = bulk(connected, RESOLVE, answer="ours")
    rules.lay_down(connected.connection, "phone", "winner", "ours", connected.alice)
    item = RunItem.of(undo(connected, run)).get()
    assert (item.note["ruled"], item.changes) == (["phone"], [("theirs", "city", "B", "C")])
    assert not History.select().where(History.cause == "rule").exists()


def test_where_rules_would_answer_everything_nothing_is_asked_again(connected: World) -> None:
    conflicts(connected, 1042)
    run = bulk(connected, RESOLVE, answer="both", field="phone")
    rules.lay_down(connected.connection, "phone", "winner", "theirs", connected.alice)
    assert RunItem.of(runs_undo.plan(run, connected.alice)).get().reason == "ruled"


def test_a_rule_laid_down_after_the_undo_was_planned_lets_the_answer_stand(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    run = bulk(connected, RESOLVE, answer="both")
    back = runs_undo.plan(run, connected.alice)
    rules.lay_down(connected.connection, "phone", "winner", "theirs", connected.alice)
    assert applied(connected, back) == {"moved": 1}
    assert connected.fresh(pair.customer).phone == "2"


def test_who_is_made_again_there_gets_no_value_in_a_field_closed_since(connected: World) -> None:
    pair = connected.pair_same(1, city="Odense", telephoneAndFaxNumber="66100014")
    run = deleted(connected, [pair], "theirs")
    direction(connected, "city", "in")
    item = RunItem.of(undo(connected, run)).get()
    stored = connected.stored(1)
    assert (stored.get("city"), stored["telephoneAndFaxNumber"]) == (None, "66100014")
    assert (item.note["closed"], connected.fresh(pair.customer).city) == (["city"], "Odense")


def test_nobody_is_made_again_with_a_field_closed_since_that_was_planned(connected: World) -> None:
    run = deleted(connected, [connected.pair_same(1, city="Odense")])
    back = runs_undo.plan(run, connected.alice)
    direction(connected, "city", "in")
    assert applied(connected, back) == {"moved": 1}
    assert connected.economic.customers == {} and not Customer.of(connected.company).exists()


def test_a_field_closed_between_the_order_and_the_call_is_not_sent(connected: World) -> None:
    pair = connected.pair_same(1, city="Odense")
    run = deleted(connected, [pair], "theirs")
    runs.start(runs_undo.plan(run, connected.alice), connected.alice)
    until(connected, Attempt.select().where(Attempt.kind == "create"))
    direction(connected, "city", "in")
    connected.drain()
    assert connected.stored(1).get("city") is None and connected.fresh(pair.customer).city == "Odense"
