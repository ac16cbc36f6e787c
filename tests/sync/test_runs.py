"""Bulk work: a plan kept as rows first, then item by item; one refused customer stops nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.sync.test_create import create
from tests.sync.world import World
from webapp import db, ports
from webapp.models.confirmation import Confirmation
from webapp.models.connection import AccessGrant
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, DELETE, EXCLUDE, PAIR, Run, RunItem, RunPlan
from webapp.models.user import User
from webapp.sync import connect, pairings, resting, runs, runs_plan, runs_undo
from webapp.sync.runs_plan import EVERYBODY, Selection


def planned(world: World, kind: str, picked: Selection = EVERYBODY, **choices: str) -> Run:
    return runs.plan(world.connection, kind, world.alice, picked, choices)


def bulk(world: World, kind: str, picked: Selection = EVERYBODY, **choices: str) -> Run:
    run = runs.start(planned(world, kind, picked, **choices), world.alice)
    world.drain()
    return world.fresh(run)


def fetched(world: World, number: int, name: str, **fields: object) -> None:
    world.theirs(number, name, **fields)
    world.look(number)


def many_there(world: World, count: int) -> None:
    for number in range(1, count + 1):
        world.theirs(number, f"Kunde {number}")
    world.look(*range(1, count + 1))


# -- creation


def test_all_of_theirs_are_created_here(connected: World) -> None:
    many_there(connected, 60)
    run = bulk(connected, CREATE_OURS)
    assert (run.state, run.done, run.failed) == ("done", 60, 0)
    assert Customer.of(connected.company).count() == 60


def test_all_of_ours_are_created_there(connected: World) -> None:
    for number in range(1, 46):
        connected.ours(number, f"Kunde {number}")
    run = bulk(connected, CREATE_THEIRS)
    assert (run.state, run.done) == ("done", 45)
    assert sorted(connected.economic.customers) == list(range(1, 46))


def test_what_would_be_refused_is_held_back_and_stops_nobody(connected: World) -> None:
    connected.ours(1, "God")
    bad = connected.ours(2, "Dårlig", city="x" * 51)
    run = bulk(connected, CREATE_THEIRS)
    item = RunItem.get(RunItem.customer_id == bad.id)
    assert run.done == 1 and (item.state, item.reason, item.note["fields"]) == (
        "held",
        "foreseen",
        {"city": "too_long"},
    )


def test_a_group_that_the_agreement_lacks_is_foreseen(connected: World) -> None:
    connected.ours(1, "Ukendt gruppe", customer_group="9999")
    planned(connected, CREATE_THEIRS)
    assert RunItem.get().note["fields"] == {"customer_group": "unknown"}


def test_those_that_look_like_one_on_the_other_side_are_held_back(connected: World) -> None:
    connected.ours(1, "Havnens Tandklinik ApS", cvr="33920459")
    fetched(connected, 9, "Havnens Tandklinik", corporateIdentificationNumber="33920459")
    planned(connected, CREATE_THEIRS)
    item = RunItem.get()
    assert (item.reason, item.note["alike"]) == ("lookalike", "Havnens Tandklinik (9)")


def test_a_held_back_lookalike_is_created_when_it_is_ticked(connected: World) -> None:
    connected.ours(1, "Havnens Tandklinik ApS")
    fetched(connected, 9, "Havnens Tandklinik")
    run = planned(connected, CREATE_THEIRS)
    runs.start(run, connected.alice, also=[RunItem.get().id])
    connected.drain()
    assert connected.fresh(run).done == 1


def test_those_that_lack_what_economic_requires_are_held_back(connected: World) -> None:
    connection = connected.connection
    connection.set_defaults({"currency": "DKK"})
    connection.save()
    connected.ours(1, "Uden gruppe")
    planned(connected, CREATE_THEIRS)
    assert set(RunItem.get().note["fields"]) == {"customer_group", "payment_terms", "vat_zone"}


def test_a_taken_number_gets_the_next_free_one(connected: World) -> None:
    connected.ours(7, "Vores")
    fetched(connected, 7, "Deres")
    planned(connected, CREATE_THEIRS)
    assert (RunItem.get().number, RunItem.get().note["own"]) == (8, 7)


def test_nobody_loses_a_free_number_to_one_whose_own_is_taken(connected: World) -> None:
    for number in (7, 8, 9):
        connected.ours(number, f"Vores {number}")
    fetched(connected, 7, "Deres")
    planned(connected, CREATE_THEIRS)
    assert {item.note["own"]: item.number for item in RunItem.select()} == {7: 10, 8: 8, 9: 9}


def test_a_creation_shows_what_the_defaults_fill_in(connected: World) -> None:
    connected.ours(1, "Vores")
    planned(connected, CREATE_THEIRS)
    item = RunItem.get()
    assert item.values_after["theirs"]["currency"] == "DKK" and item.values_after["ours"]["currency"] == "DKK"


def test_a_field_that_goes_neither_way_is_neither_shown_nor_sent(connected: World) -> None:
    FieldRule.create(
        company=connected.company, connection=connected.connection, field="phone", kind="direction", value="off"
    )
    connected.ours(1, "Vores", phone="66 10 00 14")
    run = planned(connected, CREATE_THEIRS)
    assert "phone" not in RunItem.get().values_after["theirs"]
    runs.start(run, connected.alice)
    connected.drain()
    assert "telephoneAndFaxNumber" not in connected.stored(1)


# -- the plan and its seal


def test_a_plan_does_nothing_before_it_is_applied(connected: World) -> None:
    connected.ours(1, "En")
    run = planned(connected, CREATE_THEIRS)
    connected.drain()
    assert run.state == "planned" and not connected.economic.customers


def test_the_same_plan_has_the_same_seal_and_another_has_another(connected: World) -> None:
    connected.ours(1, "En")
    one, two = (RunPlan.of(planned(connected, CREATE_THEIRS)).seal for _ in range(2))
    connected.ours(2, "To")
    assert one == two != RunPlan.of(planned(connected, CREATE_THEIRS)).seal


def test_a_plan_of_another_seal_is_not_applied(connected: World) -> None:
    connected.ours(1, "En")
    run = planned(connected, CREATE_THEIRS)
    with pytest.raises(runs.NotApplied, match="moved"):
        runs.start(run, connected.alice, "0000-0000-0000")


def test_choosing_otherwise_plans_anew_under_the_same_address(connected: World) -> None:
    connected.ours(7, "En")
    fetched(connected, 100, "Deres")
    run = planned(connected, CREATE_THEIRS)
    seal = RunPlan.of(run).seal
    assert runs.choose(run, {"rule": "next"})
    assert RunItem.get().number == 101 and RunPlan.of(run).seal != seal


def test_a_customer_that_moved_since_the_plan_falls_out(connected: World) -> None:
    ours = connected.ours(1, "Før")
    run = planned(connected, CREATE_THEIRS)
    connected.save(ours, name="Efter")
    runs.start(run, connected.alice)
    connected.drain()
    assert RunItem.get().reason == "moved" and not connected.economic.customers


@pytest.mark.parametrize("kind", [CREATE_THEIRS, CREATE_OURS, PAIR])
def test_a_customer_that_was_left_out_since_the_plan_falls_out(connected: World, kind: str) -> None:
    ours = connected.ours(1, "Havnens Tandklinik ApS", cvr="33920459")
    fetched(connected, 2, "Havnens Tandklinik" if kind == PAIR else "Øens Bageri")
    picked = Selection(pairs=((ours.id, connected.mirror(2).id),)) if kind == PAIR else EVERYBODY
    run = runs.start(planned(connected, kind, picked), connected.alice)
    side = {"mirror_id": connected.mirror(2).id} if kind == CREATE_OURS else {"customer_id": ours.id}
    pairings.exclude(connected.connection, connected.alice, **side)
    connected.drain()
    assert RunItem.get(RunItem.run == run).reason == "moved" and not Pairing.select().count()
    assert Exclusion.in_force(connected.connection, side.get("customer_id"), side.get("mirror_id"))


def test_those_that_moved_are_asked_about_in_a_plan_of_their_own(connected: World) -> None:
    ours = connected.ours(1, "Før")
    connected.ours(2, "Uændret")
    run = planned(connected, CREATE_THEIRS)
    connected.save(ours, name="Efter")
    runs.start(run, connected.alice)
    connected.drain()
    again = runs.plan_moved(run, connected.alice)
    assert [item.customer_id for item in RunItem.of(again)] == [ours.id]


def test_only_those_that_are_picked_take_part(connected: World) -> None:
    connected.ours(1, "En")
    two = connected.ours(2, "To")
    bulk(connected, CREATE_THEIRS, Selection(ours=(two.id,)))
    assert list(connected.economic.customers) == [2]


def test_lines_of_the_window_can_be_picked(connected: World) -> None:
    connected.ours(1, "En")
    two = connected.ours(2, "To")
    bulk(connected, CREATE_THEIRS, Selection(places=(connected.place(customer=two).id,)))
    assert list(connected.economic.customers) == [2]


def test_a_plan_foresees_its_calls(connected: World) -> None:
    connected.ours(1, "En")
    connected.ours(2, "To")
    assert RunPlan.of(planned(connected, CREATE_THEIRS)).calls == 2


# -- pause, stop, one at a time


def half_done(world: World) -> Run:
    many_there(world, 60)
    run = runs.start(planned(world, CREATE_OURS), world.alice)
    world.worker.turns(world.connection, 1)
    return run


def test_a_stopped_run_makes_no_more(connected: World) -> None:
    run = half_done(connected)
    runs.stop(run)
    connected.drain()
    assert Customer.of(connected.company).count() == 50 and connected.fresh(run).done == 50


def test_a_paused_run_rests_and_goes_on_when_it_is_told_to(connected: World) -> None:
    run = half_done(connected)
    assert runs.pause(run)
    connected.drain()
    assert Customer.of(connected.company).count() == 50
    assert runs.resume(run)
    connected.drain()
    assert (connected.fresh(run).state, Customer.of(connected.company).count()) == ("done", 60)


def test_what_had_begun_when_a_run_was_paused_is_counted(connected: World) -> None:
    for number in range(1, 31):
        connected.ours(number, f"Kunde {number}")
    connected.drain()
    run = runs.start(planned(connected, CREATE_THEIRS), connected.alice)
    connected.worker.turns(connected.connection, 1)
    runs.pause(run)
    connected.drain()
    run = connected.fresh(run)
    assert (run.state, run.done, len(connected.economic.customers)) == ("paused", 20, 20)


def test_a_plan_cannot_be_applied_while_another_run_is_under_way(connected: World) -> None:
    connected.ours(1, "En")
    one, two = planned(connected, CREATE_THEIRS), planned(connected, CREATE_THEIRS)
    runs.start(one, connected.alice)
    with pytest.raises(runs.NotApplied, match="busy"):
        runs.start(two, connected.alice)
    connected.drain()


def test_a_plan_is_applied_once(connected: World) -> None:
    connected.ours(1, "En")
    run = planned(connected, CREATE_THEIRS)
    runs.start(run, connected.alice)
    connected.drain()
    with pytest.raises(runs.NotApplied, match="over"):
        runs.start(run, connected.alice)


# -- pairing many


def two_alike(world: World) -> Customer:
    ours = world.ours(1, "Havnens Tandklinik ApS", cvr="33920459", phone="66 10 00 14", email="", city="Odense C")
    fetched(
        world, 1, "Havnens Tandklinik", corporateIdentificationNumber="33920459",
        telephoneAndFaxNumber="66100041", email="post@havnen.dk", city="Odense",
    )  # fmt: skip
    return ours


def paired(world: World, **choices: str) -> Customer:
    ours = two_alike(world)
    bulk(world, PAIR, Selection(pairs=((ours.id, world.mirror(1).id),)), **choices)
    return world.fresh(ours)


def test_pairing_many_fills_only_blanks_unless_told_otherwise(connected: World) -> None:
    ours = paired(connected)
    stored = connected.stored(1)
    assert (ours.email, ours.phone, ours.name) == ("post@havnen.dk", "66 10 00 14", "Havnens Tandklinik ApS")
    assert (stored["telephoneAndFaxNumber"], stored["name"]) == ("66100041", "Havnens Tandklinik")


def test_pairing_many_raises_no_question(connected: World) -> None:
    ours = paired(connected)
    assert connected.place(customer=ours).state in ("equal", "agreed")


def test_a_group_of_fields_is_kept_from_the_chosen_side(connected: World) -> None:
    ours = paired(connected, names="ours", contact="theirs")
    stored = connected.stored(1)
    assert (stored["name"], stored["city"], ours.phone) == ("Havnens Tandklinik ApS", "Odense C", "66100041")


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_two_with_neither_name_nor_number_in_common_are_paired_as_they_were_told(connected: World, side: str) -> None:
    ours = two_alike(connected)
    fetched(connected, 2, "Sydhavn Service ApS", corporateIdentificationNumber="69146368")
    picked = Selection(pairs=((ours.id, connected.mirror(2).id),))
    shown = planned(connected, PAIR, picked, names=side, numbers=side)
    assert "name" in {change[1] for change in RunItem.of(shown).get().changes}
    runs.start(shown, connected.alice)
    connected.drain()
    kept = {"ours": "Havnens Tandklinik ApS", "theirs": "Sydhavn Service ApS"}[side]
    assert (connected.fresh(ours).name, connected.stored(2)["name"]) == (kept, kept)
    assert connected.place(customer=ours).state in ("equal", "agreed")


def test_the_plan_shows_each_field_old_and_new_on_its_side(connected: World) -> None:
    ours = two_alike(connected)
    planned(connected, PAIR, Selection(pairs=((ours.id, connected.mirror(1).id),)), contact="ours")
    changes = RunItem.get().changes
    assert ("ours", "email", "", "post@havnen.dk") in changes
    assert ("theirs", "phone", "66100041", "66 10 00 14") in changes


def test_nobody_is_paired_twice_in_one_plan(connected: World) -> None:
    ours = two_alike(connected)
    fetched(connected, 2, "Havnens Tandklinik Afdeling 2")
    pairs = tuple((ours.id, connected.mirror(number).id) for number in (1, 2))
    planned(connected, PAIR, Selection(pairs=pairs))
    assert [item.reason for item in RunItem.select().order_by(RunItem.position)] == ["", "twice"]


def test_a_pair_that_moved_since_the_plan_falls_out(connected: World) -> None:
    ours = two_alike(connected)
    run = planned(connected, PAIR, Selection(pairs=((ours.id, connected.mirror(1).id),)))
    connected.economic.edit(1, city="Svendborg")
    connected.look(1)
    runs.start(run, connected.alice)
    connected.drain()
    assert RunItem.get().reason == "moved" and not Pairing.select().count()


def test_all_sure_suggestions_are_paired(connected: World) -> None:
    two_alike(connected)
    connected.drain()
    assert bulk(connected, PAIR).done == 1


# -- switching many off


def test_those_that_are_picked_are_switched_off(connected: World) -> None:
    one = connected.ours(1, "En")
    fetched(connected, 9, "Deres")
    run = bulk(connected, EXCLUDE, Selection(ours=(one.id,), theirs=(connected.mirror(9).id,)))
    assert run.done == 2 and Exclusion.select().where(Exclusion.ended_at.is_null()).count() == 2


# -- what pairing many means in the books


def two_zones(world: World, **there: object) -> Selection:
    """Two to be paired, of different VAT zones."""
    ours = world.ours(1, "Havnens Tandklinik ApS", vat_zone="3", currency="DKK")
    fetched(world, 1, "Havnens Tandklinik", vatZone=1, **there)
    return Selection(pairs=((ours.id, world.mirror(1).id),))


def test_what_is_serious_in_the_books_is_foretold_and_held_back(connected: World) -> None:
    run = planned(connected, PAIR, two_zones(connected), accounting="ours")
    item = RunItem.of(run).get()
    assert (item.state, item.reason, item.note["effects"]) == ("held", "serious", {"vat_zone": "vat_zone"})
    assert runs_plan.consequences(run) == {"vat_zone": [item.id]}


def test_what_e_conomic_says_stands_without_any_consequence(connected: World) -> None:
    run = planned(connected, PAIR, two_zones(connected), accounting="theirs")
    assert RunItem.of(run).get().state == "waiting"


@pytest.mark.parametrize("how", ["by effect", "by row"])
def test_confirmed_by_name_on_the_plan_nothing_is_asked_afterwards(connected: World, how: str) -> None:
    run = planned(connected, PAIR, two_zones(connected), accounting="ours")
    given = {"confirmed": ["vat_zone"]} if how == "by effect" else {"also": [RunItem.of(run).get().id]}
    runs.start(run, connected.alice, **given)
    connected.drain()
    assert connected.stored(1)["vatZone"] == 3 and connected.place(customer=Customer.get()).section == "paired"
    assert Confirmation.get().created_by == connected.alice


def test_what_is_not_confirmed_stays_out_and_unpaired(connected: World) -> None:
    picked = two_zones(connected)
    other = connected.ours(2, "Ærø Bageri")
    fetched(connected, 2, "Ærø Bageri")
    pairs = (*picked.pairs, (other.id, connected.mirror(2).id))
    run = bulk(connected, PAIR, Selection(pairs=pairs), accounting="ours")
    assert run.done == 1 and connected.stored(1)["vatZone"] == 1 and Pairing.get().customer_id == other.id


def test_what_the_books_forbid_is_held_back_for_good(connected: World) -> None:
    picked = two_zones(connected, currency="EUR", balance=500.0)
    connected.compare()
    run = planned(connected, PAIR, picked, accounting="ours")
    item = RunItem.of(run).get()
    assert item.reason == "forbidden" and item.note["effects"]["currency"] == "currency_owing"
    with pytest.raises(runs.NotApplied, match="empty"):
        runs.start(run, connected.alice, also=[item.id], confirmed=["vat_zone", "currency_owing"])


# -- who was left out of the synchronisation


@pytest.mark.parametrize("kind", [CREATE_THEIRS, CREATE_OURS, PAIR])
def test_who_is_left_out_takes_part_only_when_ticked(connected: World, kind: str) -> None:
    ours = connected.ours(1, "Havnens Tandklinik ApS")
    fetched(connected, 2, "Øens Bageri")
    mirror = connected.mirror(2)
    for side in ({"customer_id": ours.id}, {"mirror_id": mirror.id}):
        pairings.exclude(connected.connection, connected.alice, **side)
    one = Selection(ours=(ours.id,)) if kind == CREATE_THEIRS else Selection(theirs=(mirror.id,))
    run = planned(connected, kind, Selection(pairs=((ours.id, mirror.id),)) if kind == PAIR else one)
    item = RunItem.of(run).get()
    assert item.reason == "off"
    runs.start(run, connected.alice, also=[item.id])
    connected.drain()
    assert connected.fresh(run).done == 1 and len(item.note["ended"]) == (2 if kind == PAIR else 1)


def test_a_name_under_what_is_serious_does_not_overrule_who_is_left_out(connected: World) -> None:
    picked = two_zones(connected)
    pairings.exclude(connected.connection, connected.alice, customer_id=picked.pairs[0][0])
    run = planned(connected, PAIR, picked, accounting="ours")
    runs.start(run, connected.alice, confirmed=["vat_zone"])
    connected.drain()
    assert Pairing.select().count() == 0
    assert Exclusion.get().ended_at is None
    assert connected.stored(1)["vatZone"] == 1


def boss_of(world: World) -> User:
    return User.create(company=world.company, email="boss@fjordglans.example", name="Boss")


@pytest.mark.parametrize("kind", [CREATE_OURS, CREATE_THEIRS])
def test_what_a_run_and_its_undo_do_is_told_of_who_ordered_them_not_of_who_planned_them(
    connected: World, kind: str
) -> None:
    boss = boss_of(connected)
    fetched(connected, 1, "Havnens Tandklinik")
    connected.ours(2, "Ærø Bageri")
    before = History.select().count()
    run = runs.start(planned(connected, kind), boss)
    connected.drain()
    runs.start(runs_undo.plan(connected.fresh(run), connected.alice), boss, confirmed=[DELETE])
    connected.drain()
    lines = list(History.select().order_by(History.id).offset(before).where(History.run_id.is_null(False)))
    assert {line.by_id for line in lines} - {None} == {boss.id} and len({line.run_id for line in lines}) == 2


def test_who_is_left_out_by_a_run_is_so_by_whoever_ordered_it(connected: World) -> None:
    boss, one = boss_of(connected), connected.ours(2, "Ærø Bageri")
    runs.start(planned(connected, EXCLUDE, Selection(ours=(one.id,))), boss)
    connected.drain()
    assert Exclusion.get().created_by == boss


def test_a_plan_of_a_connection_that_was_closed_is_not_applied(connected: World) -> None:
    many_there(connected, 1)
    plan = planned(connected, CREATE_OURS)
    with db.write():
        connect.close(connected.connection, connected.alice)
    with pytest.raises(runs.NotApplied, match="closed"):
        runs.start(plan, connected.alice)


STOPS: dict[str, Callable[[World], object]] = {
    "switched off": lambda world: connect.deactivate(world.connection),
    "paused": lambda world: resting.pause(world.connection, world.alice),
    "a new grant": lambda world: connect.open_with(AccessGrant.get(), world.alice),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_a_run_at_work_begins_no_more_once_everything_is_stopped(
    connected: World, stop: Callable[[World], object]
) -> None:
    many_there(connected, 40)
    runs.start(planned(connected, CREATE_OURS), connected.alice)
    left = [stop]

    def first_ten(name: str) -> None:
        if name == "commit.after" and left and Customer.select().count() == runs.TOGETHER:
            left.pop()(connected)

    with ports.using(replace(connected.ports, failpoint=first_ten)):
        connected.worker.turns(connected.connection, 1)
    assert Customer.select().count() == runs.TOGETHER


def test_numbers_for_many_go_on_at_the_lowest_free_one_and_are_nobodys_who_is_being_created(connected: World) -> None:
    fetched(connected, 999_999_998, "Næstsidst")
    create(connected, 1)
    for number in (5, 6, 7):
        connected.ours(number, f"Kunde {number}")
    items = RunItem.of(planned(connected, CREATE_THEIRS, rule="next"))
    assert [item.number for item in items] == [999_999_999, 2, 3]
