"""Bulk creation: a plan first, then item by item; one refused customer stops nobody."""

from tests.sync.world import World
from webapp.models.customer import Customer
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, Run, RunItem
from webapp.sync import runs


def bulk(world: World, kind: str, also: tuple[int, ...] = (), rule: str = "same") -> Run:
    plan = runs.plan_bulk(world.connection, kind, rule)  # type: ignore[arg-type]
    ordered = runs.begin(world.connection, plan, also, world.alice)
    world.drain()
    return world.fresh(ordered)


def test_all_of_theirs_are_created_here(connected: World) -> None:
    for number in range(1, 61):
        connected.theirs(number, f"Kunde {number}")
    connected.look(*range(1, 61))
    ordered = bulk(connected, CREATE_OURS)
    assert (ordered.state, ordered.done, ordered.failed) == ("done", 60, 0)
    assert Customer.of(connected.company).count() == 60


def test_all_of_ours_are_created_there(connected: World) -> None:
    for number in range(1, 46):
        connected.ours(number, f"Kunde {number}")
    ordered = bulk(connected, CREATE_THEIRS)
    assert (ordered.state, ordered.done) == ("done", 45)
    assert sorted(connected.economic.customers) == list(range(1, 46))


def test_one_refused_customer_stands_with_its_reason_and_stops_nobody(connected: World) -> None:
    connected.ours(1, "God")
    bad = connected.ours(2, "Dårlig", city="x" * 51)
    connected.ours(3, "Også god")
    ordered = bulk(connected, CREATE_THEIRS)
    assert (ordered.done, ordered.failed) == (2, 1)
    assert RunItem.get(RunItem.customer_id == bad.id).reason == "refused"
    assert connected.place(customer=bad).section == "conflict"


def test_those_that_look_like_one_on_the_other_side_are_held_back(connected: World) -> None:
    connected.ours(1, "Havnens Tandklinik ApS", cvr="33920459")
    connected.theirs(9, "Havnens Tandklinik", corporateIdentificationNumber="33920459")
    connected.look(9)
    plan = runs.plan_bulk(connected.connection, CREATE_THEIRS, "same")
    assert [(item.held, item.lookalike.number) for item in plan.items] == [("lookalike", 9)]


def test_a_held_back_customer_is_created_when_it_is_ticked(connected: World) -> None:
    ours = connected.ours(1, "Havnens Tandklinik ApS")
    connected.theirs(9, "Havnens Tandklinik")
    connected.look(9)
    assert bulk(connected, CREATE_THEIRS, also=(ours.id,)).done == 1


def test_those_that_lack_what_economic_requires_are_held_back(connected: World) -> None:
    connection = connected.connection
    connection.set_defaults({"currency": "DKK"})
    connection.save()
    connected.ours(1, "Uden gruppe")
    plan = runs.plan_bulk(connected.connection, CREATE_THEIRS, "same")
    assert plan.items[0].lacking == ("customer_group", "payment_terms", "vat_zone")


def test_a_taken_number_gets_the_next_free_one(connected: World) -> None:
    connected.ours(7, "Vores")
    connected.theirs(7, "Deres")
    connected.look(7)
    plan = runs.plan_bulk(connected.connection, CREATE_THEIRS, "same")
    assert [(item.number, item.same_number) for item in plan.items] == [(8, False)]


def test_a_customer_that_moved_since_the_plan_falls_out(connected: World) -> None:
    ours = connected.ours(1, "Før")
    plan = runs.plan_bulk(connected.connection, CREATE_THEIRS, "same")
    connected.save(ours, name="Efter")
    runs.begin(connected.connection, plan, (), connected.alice)
    connected.drain()
    assert RunItem.get().reason == "moved" and len(connected.economic.customers) == 0


def test_a_stopped_run_makes_no_more(connected: World) -> None:
    for number in range(1, 61):
        connected.theirs(number, f"Kunde {number}")
    connected.look(*range(1, 61))
    plan = runs.plan_bulk(connected.connection, CREATE_OURS, "same")
    ordered = runs.begin(connected.connection, plan, (), connected.alice)
    connected.worker.turns(connected.connection, 1)
    runs.stop(ordered)
    connected.drain()
    assert Customer.of(connected.company).count() == 50


def test_ordering_twice_gives_the_run_under_way(connected: World) -> None:
    connected.ours(1, "En")
    plan = runs.plan_bulk(connected.connection, CREATE_THEIRS, "same")
    first = runs.begin(connected.connection, plan, (), connected.alice)
    assert runs.begin(connected.connection, plan, (), connected.alice).id == first.id
    connected.drain()
