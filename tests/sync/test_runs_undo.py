"""Taking a whole run back, in both systems: its plan says first what returns and what cannot; edits since survive."""

from contextlib import nullcontext
from datetime import timedelta
from random import Random

import pytest

from tests.sync.test_connect import granted
from tests.sync.test_runs import bulk, fetched, many_there, planned
from tests.sync.world import World
from webapp.models.attempt import Attempt
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.run import CREATE_OURS, CREATE_THEIRS, DELETE, EXCLUDE, PAIR, Run, RunItem, RunPlan
from webapp.sync import pairings, rules, runs, runs_undo
from webapp.sync.runs_plan import Selection

FIELDS = (
    "name", "corporateIdentificationNumber", "ean", "address", "zip", "city", "country", "email",
    "telephoneAndFaxNumber", "website", "currency", "customerGroup", "paymentTerms", "vatZone",
)  # fmt: skip


def undo(world: World, run: Run) -> Run:
    back = runs.start(runs_undo.plan(run, world.alice), world.alice, confirmed=[DELETE])
    world.drain()
    return world.fresh(back)


def registers(world: World) -> tuple[dict[int, dict[str, str]], dict[int, dict[str, object]]]:
    """Both registers in the mapped fields, by number."""
    ours = {customer.number: customer.values for customer in Customer.of(world.company)}
    theirs = {
        number: {name: record.get(name) or "" for name in FIELDS} for number, record in world.economic.customers.items()
    }
    return ours, theirs


def two_pairs(world: World) -> Selection:
    """Two to be paired, with differences of every kind."""
    a = world.ours(1, "Havnens Tandklinik ApS", phone="66 10 00 14", city="Odense C")
    b = world.ours(2, "Ærø Bageri", email="bager@aeroe.dk", website="aeroebageri.dk")
    fetched(world, 1, "Havnens Tandklinik", telephoneAndFaxNumber="66100041", email="post@havnen.dk")
    fetched(world, 2, "Ærø Bageri A/S", city="Marstal")
    return Selection(pairs=((a.id, world.mirror(1).id), (b.id, world.mirror(2).id)))


# -- everything returns


def test_copies_made_here_go_again(connected: World) -> None:
    many_there(connected, 12)
    before = registers(connected)
    run = bulk(connected, CREATE_OURS)
    back = undo(connected, run)
    assert (back.done, back.failed) == (12, 0) and registers(connected) == before


def test_customers_made_there_are_deleted_and_ours_lose_what_the_defaults_gave(connected: World) -> None:
    for number in range(1, 6):
        connected.ours(number, f"Kunde {number}")
    before = registers(connected)
    run = bulk(connected, CREATE_THEIRS)
    back = undo(connected, run)
    assert (back.done, back.failed) == (5, 0) and registers(connected) == before


@pytest.mark.parametrize("choice", ["blanks", "ours", "theirs"])
def test_paired_customers_get_their_values_back_on_both_sides(connected: World, choice: str) -> None:
    picked = two_pairs(connected)
    before = registers(connected)
    run = bulk(connected, PAIR, picked, names=choice, contact=choice)
    assert registers(connected) != before
    undo(connected, run)
    assert registers(connected) == before and not Pairing.living(connected.connection).count()


def test_those_switched_off_take_part_again(connected: World) -> None:
    ours = connected.ours(1, "En")
    run = bulk(connected, EXCLUDE, Selection(ours=(ours.id,)))
    undo(connected, run)
    assert not Exclusion.select().where(Exclusion.ended_at.is_null()).count()
    assert connected.place(customer=ours).section == "new"


def test_an_undo_leaves_nothing_for_the_next_look_to_do(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="theirs")
    undo(connected, run)
    before = registers(connected)
    connected.compare()
    assert registers(connected) == before


def test_what_an_undo_did_stands_in_the_history_under_its_run(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), contact="theirs")
    back = undo(connected, run)
    told = {line.cause for line in History.select().where(History.run_id == back.id)}
    assert told == {"undo"}


# -- what has changed since


def test_the_plan_of_an_undo_does_nothing(connected: World) -> None:
    many_there(connected, 2)
    run = bulk(connected, CREATE_OURS)
    runs_undo.plan(run, connected.alice)
    connected.drain()
    assert Customer.of(connected.company).count() == 2


def test_a_customer_edited_since_is_kept_and_only_unpaired(connected: World) -> None:
    many_there(connected, 1)
    run = bulk(connected, CREATE_OURS)
    connected.save(Customer.get(), phone="66 10 00 14")
    connected.drain()
    item = RunItem.of(runs_undo.plan(run, connected.alice)).get()
    assert (item.note["does"], item.note["stays"]) == ("apart", ["phone"])
    undo(connected, run)
    assert Customer.of(connected.company).get().phone == "66 10 00 14" and not Pairing.living(connected.connection)


def test_a_customer_edited_in_economic_since_is_not_deleted_there(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.economic.edit(1, city="Marstal")
    connected.look(1)
    undo(connected, run)
    assert connected.stored(1)["city"] == "Marstal" and not Pairing.living(connected.connection).count()


def test_an_edit_that_we_do_not_see_keeps_the_customer_there(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.clock.sleep(60)
    connected.economic.edit(1, creditLimit=5000)
    back = undo(connected, run)
    assert 1 in connected.economic.customers and RunItem.of(back).get().note["kept"] == "edited_there"


def test_a_customer_with_contacts_there_is_kept(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.economic.add_contact(1, "Mette")
    back = undo(connected, run)
    assert 1 in connected.economic.customers and RunItem.of(back).get().note["kept"] == "has_contacts"


def test_what_is_kept_there_is_not_told_as_taken_away(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.economic.add_contact(1, "Mette")
    assert {side for side, *_ in RunItem.of(undo(connected, run)).get().changes} == {"ours"}


def test_a_customer_that_economic_does_not_let_go_is_kept_and_listed(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.economic.mark_used(1)
    back = undo(connected, run)
    assert 1 in connected.economic.customers and RunItem.of(back).get().note["kept"] == "refused"


def test_a_field_edited_since_stays_and_the_others_return(connected: World) -> None:
    picked = two_pairs(connected)
    run = bulk(connected, PAIR, picked, names="theirs", contact="theirs")
    connected.save(Customer.get(Customer.number == 1), phone="70 20 30 40")
    connected.drain()
    undo(connected, run)
    ours = Customer.get(Customer.number == 1)
    assert (ours.phone, ours.name) == ("70 20 30 40", "Havnens Tandklinik ApS")


def test_a_pair_that_was_ended_since_is_left_as_it_is(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), contact="theirs")
    pairings.unpair(connected.connection, Pairing.get(Pairing.id == RunItem.of(run).first().pairing_id).id, None)
    states = [item.reason for item in RunItem.of(runs_undo.plan(run, connected.alice))]
    assert states == ["unpaired_since", ""]


def test_what_moves_between_the_plan_and_its_run_falls_out(connected: World) -> None:
    many_there(connected, 2)
    run = bulk(connected, CREATE_OURS)
    plan = runs_undo.plan(run, connected.alice)
    connected.save(Customer.get(Customer.number == 1), phone="66 10 00 14")
    connected.drain()
    runs.start(plan, connected.alice)
    connected.drain()
    assert [item.reason for item in RunItem.of(plan)] == ["moved", ""]
    assert RunItem.of(runs.plan_moved(plan, connected.alice)).count() == 1


def test_an_edit_there_between_the_plan_and_its_run_survives(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    plan = runs_undo.plan(run, connected.alice)
    connected.economic.edit(1, city="Svendborg")
    runs.start(plan, connected.alice)
    connected.drain()
    assert connected.stored(1)["city"] == "Svendborg"


# -- when e-conomic misbehaves


FAULTS = ["500-before", "500-after", "cut-before", "cut-after", "truncated", "429"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_deletion_that_goes_wrong_on_its_way_is_brought_to_its_end(connected: World, kind: str) -> None:
    connected.ours(1, "Kunde")
    before = registers(connected)
    run = bulk(connected, CREATE_THEIRS)
    connected.sandbox.faults.next(kind=kind, method="DELETE")
    back = undo(connected, run)
    assert (back.done, back.failed) == (1, 0) and registers(connected) == before


@pytest.mark.parametrize("kind", FAULTS)
def test_a_value_that_goes_wrong_on_its_way_back_is_brought_to_its_end(connected: World, kind: str) -> None:
    picked = two_pairs(connected)
    before = registers(connected)
    run = bulk(connected, PAIR, picked, names="ours", contact="ours")
    connected.sandbox.faults.next(kind=kind, method="PUT")
    back = undo(connected, run)
    assert back.failed == 0 and registers(connected) == before


@pytest.mark.parametrize("kind", ["502-after", "cut-after"])
def test_a_write_whose_answer_nobody_heard_is_settled_by_what_is_there(connected: World, kind: str) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    connected.sandbox.faults.next(kind=kind, method="PUT")
    undo(connected, run)
    assert {attempt.state for attempt in Attempt.select()} == {"done"}


def test_the_number_given_to_somebody_else_meanwhile_is_left_alone(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    plan = runs_undo.plan(run, connected.alice)
    connected.economic.delete(1)
    connected.theirs(1, "En helt anden")
    runs.start(plan, connected.alice, confirmed=[DELETE])
    connected.drain()
    assert connected.stored(1)["name"] == "En helt anden" and RunItem.of(plan).get().reason == "moved"


def test_without_the_newer_service_values_return_all_the_same(connected: World) -> None:
    connected.economic.customersapi_enabled = False
    picked = two_pairs(connected)
    before = registers(connected)
    undo(connected, bulk(connected, PAIR, picked, names="ours", contact="ours"))
    assert registers(connected) == before


# -- when


def test_a_run_can_be_taken_back_for_thirty_days(connected: World) -> None:
    many_there(connected, 1)
    run = bulk(connected, CREATE_OURS)
    connected.clock.time += timedelta(days=29)
    assert runs_undo.can_be_undone(run)
    connected.clock.time += timedelta(days=2)
    assert not runs_undo.can_be_undone(run)


def test_a_run_is_taken_back_once(connected: World) -> None:
    many_there(connected, 1)
    run = bulk(connected, CREATE_OURS)
    back = undo(connected, run)
    assert not runs_undo.can_be_undone(run) and not runs_undo.can_be_undone(back)
    assert RunPlan.undoing(run) == [back]


# -- any run, and its undo


def any_world(world: World, r: Random) -> Selection:
    """Customers on both sides, some alike; which of them are to be paired."""
    pairs = []
    for number in range(1, r.randint(4, 9)):
        ours = {name: r.choice(("", f"{name} {number}", "fælles")) for name in ("city", "email", "phone", "address")}
        theirs = {name: r.choice(("", f"der {number}", "fælles")) for name in ("city", "email", "address")}
        which = r.choice(("ours", "theirs", "both", "both"))
        if which != "theirs":
            customer = world.ours(number, f"Kunde {number} {r.choice(('ApS', 'A/S'))}", **ours)
        if which != "ours":
            fetched(world, number + r.choice((0, 100)), f"Kunde {number}", **{k: v for k, v in theirs.items() if v})
        if which == "both":
            mirror = max(world.economic.customers, key=lambda n: (n % 100 == number, n))
            pairs.append((customer.id, world.mirror(mirror).id))
    return Selection(pairs=tuple(pairs))


@pytest.mark.parametrize("seed", range(12))
def test_any_run_and_its_undo_leave_both_registers_as_they_were(connected: World, seed: int) -> None:
    r = Random(seed)
    picked = any_world(connected, r)
    before = registers(connected)
    kind = r.choice((PAIR, CREATE_OURS, CREATE_THEIRS)) if picked.pairs else r.choice((CREATE_OURS, CREATE_THEIRS))
    choices = {group: r.choice(("blanks", "ours", "theirs")) for group in ("names", "contact", "numbers", "accounting")}
    plan = planned(connected, kind, picked if kind == PAIR else Selection(), rule=r.choice(("same", "next")), **choices)
    ticked = [item.id for item in RunItem.of(plan, "held") if r.random() < 0.5]
    if not RunItem.of(plan, "waiting").exists() and not ticked:
        pytest.skip("a plan of nobody")
    runs.start(plan, connected.alice, also=ticked)
    connected.drain()
    back = undo(connected, connected.fresh(plan))
    assert back.failed == 0 and registers(connected) == before


@pytest.mark.parametrize("seed", range(12, 20))
def test_edits_made_in_between_survive_the_undo(connected: World, seed: int) -> None:
    r = Random(seed)
    picked = any_world(connected, r)
    kind = PAIR if picked.pairs and r.random() < 0.7 else r.choice((CREATE_OURS, CREATE_THEIRS))
    plan = planned(connected, kind, picked if kind == PAIR else Selection(), names="theirs", contact="ours")
    ticked = [item.id for item in RunItem.of(plan, "held")]
    if not RunItem.of(plan).exists():
        pytest.skip("a plan of nobody")
    runs.start(plan, connected.alice, also=ticked)
    connected.drain()
    done = list(RunItem.of(plan, "done"))
    edited = Customer.get_by_id(r.choice(done).customer_id)
    connected.save(edited, website=f"{seed}.example.dk")
    number = r.choice(sorted(connected.economic.customers))
    connected.economic.edit(number, country=f"Land {seed}")
    connected.look(number)
    undo(connected, connected.fresh(plan))
    assert connected.fresh(edited).website == f"{seed}.example.dk"
    assert connected.stored(number)["country"] == f"Land {seed}"


# -- who was left out of the synchronisation


@pytest.mark.parametrize("kind", [CREATE_THEIRS, CREATE_OURS, PAIR])
def test_who_was_left_out_before_the_run_is_left_out_after_its_undo(connected: World, kind: str) -> None:
    ours = connected.ours(1, "Havnens Tandklinik ApS")
    fetched(connected, 2, "Øens Bageri")
    mirror = connected.mirror(2)
    for side in ({"customer_id": ours.id}, {"mirror_id": mirror.id}):
        pairings.exclude(connected.connection, connected.alice, **side)
    before, one = left_out(), {CREATE_THEIRS: Selection(ours=(ours.id,)), CREATE_OURS: Selection(theirs=(mirror.id,))}
    run = planned(connected, kind, one.get(kind, Selection(pairs=((ours.id, mirror.id),))))
    runs.start(run, connected.alice, also=[RunItem.of(run).get().id])
    connected.drain()
    assert left_out() != before
    plan = runs_undo.plan(connected.fresh(run), connected.alice)
    assert RunItem.of(plan).get().note["ended"] == RunItem.of(run).get().note["ended"]
    runs.start(plan, connected.alice, confirmed=[DELETE])
    connected.drain()
    assert left_out() == before and connected.place(customer=ours).section == "off"


def left_out() -> set[tuple[object, ...]]:
    """Who is left out, by whom and since when."""
    in_force = Exclusion.select().where(Exclusion.ended_at.is_null())
    return {(one.customer_id, one.mirror_id, one.created_by_id, one.created_at) for one in in_force}


def test_a_plan_made_in_time_is_not_carried_out_when_the_thirty_days_are_over(connected: World) -> None:
    many_there(connected, 2)
    plan = runs_undo.plan(bulk(connected, CREATE_OURS), connected.alice)
    connected.clock.sleep(31 * 86400)
    with pytest.raises(runs.NotApplied, match="over"):
        runs.start(plan, connected.alice)


@pytest.mark.parametrize("later", [0, 3 * 3600])
def test_one_that_was_edited_before_its_creation_was_known_is_not_deleted(connected: World, later: int) -> None:
    connected.ours(7, "Anders Jensen", cvr="42068492")
    connected.sandbox.faults.next(kind="500-after", method="POST")
    run = runs.start(planned(connected, CREATE_THEIRS), connected.alice)
    while not Attempt.select().where(Attempt.tries > 0):
        connected.worker.turns(connected.connection, 1)
    connected.clock.sleep(30)
    connected.economic.edit(7, email="kollega@eksempel.dk")
    connected.clock.sleep(later)
    connected.drain()
    undo(connected, connected.fresh(run))
    assert list(connected.economic.customers) == [7]


@pytest.mark.parametrize("kind", ["cut-after", "500-after"])
def test_one_that_the_undo_itself_brought_back_unheard_is_taken_away_again(connected: World, kind: str) -> None:
    connected.economic.customersapi_enabled = False
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    connected.sandbox.hooks.add(between_get_and_put=lambda: connected.economic.delete(1))
    connected.sandbox.faults.next(kind=kind, method="PUT")
    undo(connected, run)
    assert list(connected.economic.customers) == [2]


def test_what_may_not_be_read_of_a_customer_made_there_keeps_it_and_holds_nobody_else(connected: World) -> None:
    connected.ours(7, "Anders Jensen")
    run = bulk(connected, CREATE_THEIRS)
    connected.sandbox.faults.always(kind="403", path="contacts")
    undo(connected, run)
    assert (connected.connection.state, list(connected.economic.customers)) == ("open", [7])


def test_a_deletion_whose_answer_nobody_heard_is_settled_by_what_is_there(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.sandbox.faults.next(kind="500-after", method="DELETE")
    undo(connected, run)
    assert {attempt.state for attempt in Attempt.select()} == {"done"}


def test_one_that_they_had_deleted_first_is_not_said_to_be_deleted_by_the_undo(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.economic.delete(1)
    undo(connected, run)
    told = History.select().where(History.side == "theirs", History.field == "deleted")
    assert [line.cause for line in told] == ["fetched"]


@pytest.mark.parametrize(("kind", "by_us"), [("429", []), ("cut-connect", []), ("cut-after", ["undo"])])
def test_a_deletion_is_said_to_be_the_undos_only_where_its_call_may_have_arrived(
    connected: World, kind: str, by_us: list[str]
) -> None:
    connected.ours(1, "Kunde")
    back = runs_undo.plan(bulk(connected, CREATE_THEIRS), connected.alice)
    connected.sandbox.faults.next(method="DELETE", kind=kind)
    runs.start(back, connected.alice, confirmed=[DELETE])
    while not connected.sandbox.faults.log:
        connected.worker.round()
    if 1 in connected.economic.customers:
        connected.economic.delete(1)
    connected.drain()
    told = History.select().where(History.side == "theirs", History.field == "deleted")
    assert [line.cause for line in told] == ["fetched", *by_us]


def test_a_grant_withdrawn_at_the_undos_deletion_keeps_its_order(connected: World) -> None:
    connected.ours(1, "Kunde")
    run = bulk(connected, CREATE_THEIRS)
    connected.sandbox.faults.next(method="DELETE", kind="401")
    undo(connected, run)
    granted(connected)
    connected.drain()
    assert (list(connected.economic.customers), Customer.of(connected.company).count()) == ([], 1)


def test_a_field_closed_there_since_is_not_written_back_there(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    rules.lay_down(connected.connection, "phone", "direction", "in", connected.alice)
    connected.drain()
    undo(connected, run)
    stored = connected.stored(1)
    assert (stored["telephoneAndFaxNumber"], stored["name"]) == ("66 10 00 14", "Havnens Tandklinik")


def test_what_a_colleague_wrote_is_not_called_taken_back(connected: World) -> None:
    run = bulk(connected, PAIR, two_pairs(connected), names="ours", contact="ours")
    connected.sandbox.hooks.add(after_write=lambda: connected.economic.edit(1, zip="5000"))
    undo(connected, run)
    mirror = connected.mirror(1)
    lines = History.select().where(History.mirror_id == mirror.id, History.side == "theirs")
    told = {line.field: line.cause for line in lines}
    assert (mirror.postcode, told["postcode"], told["name"]) == ("5000", "fetched", "undo")


@pytest.mark.parametrize(("kind", "refused"), [(CREATE_THEIRS, True), (CREATE_OURS, False)])
def test_nobody_is_deleted_there_by_an_undo_without_a_name_and_its_word(
    connected: World, kind: str, refused: bool
) -> None:
    connected.ours(1, "Vores") if refused else many_there(connected, 1)
    back = runs_undo.plan(bulk(connected, kind), connected.alice)
    with pytest.raises(runs.NotApplied, match="unconfirmed") if refused else nullcontext():
        runs.start(back, connected.alice)
