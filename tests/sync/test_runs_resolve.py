"""Answering many questions at once: a plan shows each field old and new, a run gives just these answers, undo asks."""

import pytest

from tests.sync.test_pairs import seen
from tests.sync.test_runs import bulk, planned
from tests.sync.test_runs_delete import until
from tests.sync.test_runs_undo import registers, undo
from tests.sync.world import World
from webapp.models.confirmation import Confirmation
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.run import RESOLVE, Run, RunItem, RunPlan
from webapp.sync import pairings, runs, runs_undo
from webapp.sync.runs_plan import Selection

NUMBERS = (1041, 1042, 1043)


def conflicts(world: World, *numbers: int, **there: object) -> list[Pairing]:
    """Pairs whose phone and city were changed on both sides."""
    found = [world.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber="1", city="A") for number in numbers]
    for number, pair in zip(numbers, found, strict=True):
        world.economic.edit(number, telephoneAndFaxNumber="3", city="C", **there)
        world.save(pair.customer, phone="2", city="B")
    world.drain()
    return [world.fresh(pair) for pair in found]


def of(*found: Pairing) -> Selection:
    return Selection(pairings=tuple(pair.id for pair in found))


def sides(world: World, pair: Pairing) -> tuple[str, str]:
    mirror = world.fresh(pair.mirror)
    stored = world.stored(mirror.number)["telephoneAndFaxNumber"]
    assert mirror.phone == stored
    return world.fresh(pair.customer).phone, stored


@pytest.mark.parametrize(("answer", "stand"), [("ours", ("2", "2")), ("theirs", ("3", "3")), ("both", ("2", "3"))])
def test_one_answer_settles_every_question(connected: World, answer: str, stand: tuple[str, str]) -> None:
    found = conflicts(connected, *NUMBERS)
    run = bulk(connected, RESOLVE, answer=answer)
    assert (run.state, run.done, run.failed) == ("done", 3, 0)
    assert [sides(connected, pair) for pair in found] == [stand] * 3
    assert {connected.place(customer=pair.customer).section for pair in found} == {"paired"}


def test_one_field_is_answered_and_the_other_stays_a_question(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    bulk(connected, RESOLVE, answer="ours", field="phone")
    stored = connected.stored(1042)
    assert (stored["telephoneAndFaxNumber"], stored["city"]) == ("2", "C")
    assert connected.place(customer=pair.customer).state == "question"


def test_only_those_that_are_picked_are_answered(connected: World) -> None:
    one, two = conflicts(connected, 1041, 1042)
    bulk(connected, RESOLVE, Selection(places=(connected.place(customer=two.customer).id,)), answer="theirs")
    assert sides(connected, one) == ("2", "3") and sides(connected, two) == ("3", "3")


@pytest.mark.parametrize("is_newer", [True, False])
def test_a_plan_and_the_one_that_takes_it_back_foresee_just_the_calls_that_they_take(
    connected: World, is_newer: bool
) -> None:
    Connection.update(customersapi=is_newer).execute()
    pair = connected.pair_same(1042, paymentTerms={"paymentTermsNumber": 1})
    connected.economic.edit(1042, telephoneAndFaxNumber="3", paymentTerms={"paymentTermsNumber": 2})
    connected.save(pair.customer, phone="2", payment_terms="3")
    connected.drain()

    def taken(plan: Run) -> int:
        before = connected.sandbox.budgets.calls
        runs.start(plan, connected.alice)
        connected.drain()
        return int(connected.sandbox.budgets.calls - before)

    done = planned(connected, RESOLVE, answer="ours")
    assert taken(done) == RunPlan.of(done).calls == (3 if is_newer else 2)
    back = runs_undo.plan(connected.fresh(done), connected.alice)
    assert taken(back) == RunPlan.of(back).calls == (4 if is_newer else 2)


def test_the_plan_shows_each_field_old_and_new_and_does_nothing(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    plan = planned(connected, RESOLVE, answer="ours")
    connected.drain()
    assert RunItem.of(plan).get().changes == [("theirs", "city", "C", "B"), ("theirs", "phone", "3", "2")]
    assert RunPlan.of(plan).calls == 3 and sides(connected, pair) == ("2", "3")


def test_without_a_choice_both_are_left_as_they_are(connected: World) -> None:
    conflicts(connected, 1042)
    plan = planned(connected, RESOLVE)
    assert RunPlan.of(plan).choices == {"answer": "both", "field": "all"} and RunPlan.of(plan).calls == 0


def test_another_choice_plans_the_same_customers_anew(connected: World) -> None:
    one, _two = conflicts(connected, 1041, 1042)
    plan = planned(connected, RESOLVE, of(one))
    runs.choose(plan, {"answer": "theirs", "field": "city"})
    assert [item.changes for item in RunItem.of(plan)] == [[("ours", "city", "B", "C")]]


def test_what_would_be_refused_is_held_back(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    connected.save(pair.customer, city="x" * 51)
    plan = planned(connected, RESOLVE, answer="ours")
    item = RunItem.of(plan).get()
    assert (item.state, item.reason, item.note["fields"]) == ("held", "foreseen", {"city": "too_long"})


def test_one_that_is_deleted_on_a_side_is_asked_alone(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    connected.economic.delete(1042)
    connected.look(1042)
    assert RunItem.of(planned(connected, RESOLVE, of(pair))).get().reason == "asked_alone"


def test_a_pair_that_asks_nothing_is_held_back(connected: World) -> None:
    pair = connected.pair_same()
    assert RunItem.of(planned(connected, RESOLVE, of(pair))).get().reason == "nothing_asked"


def test_a_pair_that_moved_since_the_plan_falls_out_and_is_planned_again(connected: World) -> None:
    one, two = conflicts(connected, 1041, 1042)
    plan = planned(connected, RESOLVE, answer="ours")
    connected.economic.edit(1041, telephoneAndFaxNumber="4")
    connected.look(1041)
    run = runs.start(plan, connected.alice)
    connected.drain()
    assert (
        connected.fresh(run).done == 1 and sides(connected, one) == ("2", "4") and sides(connected, two) == ("2", "2")
    )
    assert [item.pairing_id for item in RunItem.of(runs.plan_moved(run, connected.alice))] == [one.id]


def test_the_value_that_loses_stands_in_the_history_under_the_run(connected: World) -> None:
    conflicts(connected, 1042)
    run = bulk(connected, RESOLVE, answer="ours", field="phone")
    line = History.get(History.run_id == run.id, History.cause == "answer")
    assert (line.before, line.after, line.by) == ("3", "2", connected.alice)


# -- consequences in the books


def zones(world: World) -> Pairing:
    """A pair whose VAT zone was changed on both sides."""
    pair = world.pair_same(vatZone=1)
    world.economic.edit(1042, vatZone={"vatZoneNumber": 2})
    world.save(pair.customer, vat_zone="3")
    world.drain()
    return world.fresh(pair)


def test_what_is_serious_in_the_books_waits_on_the_plan_for_a_name(connected: World) -> None:
    zones(connected)
    plan = planned(connected, RESOLVE, answer="ours")
    item = RunItem.of(plan).get()
    assert (item.state, item.reason, item.note["effects"]) == ("held", "serious", {"vat_zone": "vat_zone"})
    with pytest.raises(runs.NotApplied, match="empty"):
        runs.start(plan, connected.alice)
    with pytest.raises(runs.NotApplied, match="empty"):
        runs.start(plan, None, confirmed=["vat_zone"])


def test_confirmed_by_name_on_the_plan_it_is_written_and_nothing_is_asked_afterwards(connected: World) -> None:
    pair = zones(connected)
    runs.start(planned(connected, RESOLVE, answer="ours"), connected.alice, confirmed=["vat_zone"])
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 3 and connected.place(customer=pair.customer).state == "equal"
    assert Confirmation.get().created_by == connected.alice


def test_a_write_that_is_held_already_can_be_confirmed_in_the_plan(connected: World) -> None:
    pair = connected.pair_same(vatZone=1)
    connected.save(pair.customer, vat_zone="3")
    connected.drain()
    plan = planned(connected, RESOLVE, of(pair), answer="ours")
    runs.start(plan, connected.alice, confirmed=["vat_zone"])
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 3


def test_what_is_forbidden_cannot_be_confirmed(connected: World) -> None:
    pair = connected.pair_same(currency="DKK", balance=500.0)
    connected.compare()
    connected.economic.edit(1042, currency="SEK")
    connected.save(pair.customer, currency="EUR")
    connected.drain()
    plan = planned(connected, RESOLVE, answer="ours")
    assert RunItem.of(plan).get().reason == "forbidden"
    with pytest.raises(runs.NotApplied, match="empty"):
        runs.start(plan, connected.alice, also=[RunItem.of(plan).get().id], confirmed=["currency_owing"])


# -- and back


@pytest.mark.parametrize("answer", ["ours", "theirs", "both"])
def test_taken_back_the_values_return_and_the_questions_stand_again(connected: World, answer: str) -> None:
    found = conflicts(connected, *NUMBERS)
    before = registers(connected)
    back = undo(connected, bulk(connected, RESOLVE, answer=answer))
    assert (back.done, back.failed) == (3, 0) and registers(connected) == before
    assert {connected.place(customer=pair.customer).state for pair in found} == {"question"}


def test_a_question_that_was_taken_back_can_be_answered_anew(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    undo(connected, bulk(connected, RESOLVE, answer="ours"))
    pairings.answer(connected.connection, pair.id, {"phone": "theirs"}, seen(connected.fresh(pair)), connected.alice)
    connected.drain()
    assert sides(connected, pair) == ("3", "3")


def test_a_comparison_after_the_undo_answers_nothing(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    undo(connected, bulk(connected, RESOLVE, answer="ours"))
    before = registers(connected)
    connected.compare()
    assert registers(connected) == before and connected.place(customer=pair.customer).state == "question"


def test_a_value_edited_since_stays_and_is_told(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    run = bulk(connected, RESOLVE, answer="ours")
    connected.save(pair.customer, phone="9")
    connected.drain()
    item = RunItem.of(runs_undo.plan(run, connected.alice)).get()
    assert item.note["stays"] == ["phone"] and [change[1] for change in item.changes] == ["city"]
    undo(connected, run)
    assert sides(connected, pair) == ("9", "9") and connected.stored(1042)["city"] == "C"


def test_a_held_write_is_held_again(connected: World) -> None:
    pair = connected.pair_same(vatZone=1)
    connected.save(pair.customer, vat_zone="3")
    connected.drain()
    plan = runs.start(planned(connected, RESOLVE, of(pair), answer="ours"), connected.alice, confirmed=["vat_zone"])
    connected.drain()
    back = runs_undo.plan(connected.fresh(plan), connected.alice)
    assert RunItem.of(back).get().reason == "serious"
    runs.start(back, connected.alice, confirmed=["vat_zone"])
    connected.drain()
    assert connected.stored(1042)["vatZone"] == 1 and connected.place(customer=pair.customer).state == "question"


@pytest.mark.parametrize("kind", ["500-before", "500-after", "cut-after", "429"])
def test_an_answer_that_goes_wrong_on_its_way_back_is_brought_to_its_end(connected: World, kind: str) -> None:
    conflicts(connected, 1042)
    before = registers(connected)
    run = bulk(connected, RESOLVE, answer="ours")
    connected.sandbox.faults.next(kind=kind, method="PUT")
    back = undo(connected, run)
    assert back.failed == 0 and registers(connected) == before and Customer.get().phone == "2"


def test_a_name_and_a_cvr_number_that_went_back_there_are_questions_as_before(connected: World) -> None:
    pair = connected.pair_same(corporateIdentificationNumber="33920459")
    for name, field, there in (("cvr", "corporateIdentificationNumber", "29023262"), ("name", "name", "Deres")):
        connected.save(pair.customer, **{name: "42068492" if name == "cvr" else "Vores"})
        connected.economic.edit(1042, **{field: there})
        connected.drain()
    run = bulk(connected, RESOLVE, answer="ours")
    undo(connected, run)
    assert connected.place(customer=pair.customer).state == "question"


def taken_back_unsent(world: World, run: Run) -> None:
    """The run is taken back before what it answered has been sent: e-conomic cannot be read meanwhile."""
    world.sandbox.faults.always(method="GET", kind="500-before")
    until(world, Run.select().where(Run.id == run.id, Run.state == "done"))
    runs.start(runs_undo.plan(world.fresh(run), world.alice), world.alice)
    world.worker.round()
    world.sandbox.faults.clear()
    world.drain()


def test_what_was_confirmed_and_taken_back_before_it_was_sent_is_not_sent(connected: World) -> None:
    pair = connected.pair_same(vatZone=1)
    connected.save(pair.customer, vat_zone="3")
    connected.drain()
    run = runs.start(planned(connected, RESOLVE, of(pair), answer="ours"), connected.alice, confirmed=["vat_zone"])
    taken_back_unsent(connected, run)
    assert connected.stored(1042)["vatZone"] == 1
    assert connected.place(customer=pair.customer).state == "question"


# -- and only once


def test_of_two_plans_that_take_back_the_same_run_only_one_is_applied(connected: World) -> None:
    conflicts(connected, *NUMBERS)
    run = bulk(connected, RESOLVE)
    first, second = (runs_undo.plan(run, connected.alice) for _ in range(2))
    runs.start(first, connected.alice)
    connected.drain()
    with pytest.raises(runs.NotApplied, match="over"):
        runs.start(second, connected.alice)


def test_an_answer_given_after_a_stopped_undo_is_not_taken_back_by_the_next_one(connected: World) -> None:
    [pair] = conflicts(connected, 1042)
    run = bulk(connected, RESOLVE)
    back = undo(connected, run)
    Run.update(state="stopped").where(Run.id == back.id).execute()
    bulk(connected, RESOLVE)
    assert not RunItem.of(runs_undo.plan(run, connected.alice)).exists()
    assert connected.place(customer=pair.customer).state == "agreed"
