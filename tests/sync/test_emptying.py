"""The brake on emptied fields: many at once stop and ask, few go through, and a person's answer is carried out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.beginning import furnish
from tests.sync.test_overtaken import looked_at, meanwhile
from tests.sync.test_runs_delete import deleted
from tests.sync.test_runs_undo import undo
from tests.sync.world import World
from webapp import db, ports
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.sweep import Sweep
from webapp.sync import apply, emptying, inbox, pairings, sweep
from webapp.sync.emptying import Stale
from webapp.sync.pairings import Versions

NUMBERS = range(1, 11)
Road = Callable[[World], object]


@pytest.fixture
def paired(connected: World) -> World:
    furnish(connected, ten_pairs)
    return connected


def ten_pairs(world: World) -> None:
    """In agreement, each with a phone on both sides."""
    for number in NUMBERS:
        world.pair_same(number, f"Kunde {number}", telephoneAndFaxNumber=f"+45 {number}")
    world.compare()
    world.clock.sleep(3600)
    world.drain()


def empty_there(world: World, count: int) -> None:
    for number in range(1, count + 1):
        world.economic.edit(number, telephoneAndFaxNumber="")


def empty_here(world: World, count: int) -> None:
    """Behind the forms' back, as a faulty import would."""
    Customer.update(phone="", version=Customer.version + 1).where(Customer.number <= count).execute()


def webhooks(world: World) -> None:
    for number in NUMBERS:
        inbox.receive(world.connection, f"old={number}&new={number}", "", "")
    world.drain()


def poll(world: World) -> None:
    world.clock.sleep(400)
    world.drain()


def compare(world: World) -> None:
    world.compare()


def ours(world: World) -> int:
    """How many of ours still have a phone."""
    return int(Customer.of(world.company).where(Customer.phone != "").count())


def theirs(world: World) -> int:
    return sum(1 for n in NUMBERS if world.stored(n).get("telephoneAndFaxNumber"))


def braked(world: World) -> int:
    found = emptying.waiting(world.connection)
    return found.pairs if found else 0


@pytest.mark.parametrize("road", [poll, compare])
def test_many_emptied_there_at_once_empty_nothing_here(paired: World, road: Road) -> None:
    empty_there(paired, 4)
    road(paired)
    assert (ours(paired), braked(paired)) == (10, 4)


def test_many_emptied_here_at_once_empty_nothing_there(paired: World) -> None:
    empty_here(paired, 4)
    paired.compare()
    assert (theirs(paired), braked(paired)) == (10, 4)


@pytest.mark.parametrize("road", [webhooks, poll, compare])
def test_a_few_emptied_go_through(paired: World, road: Road) -> None:
    empty_there(paired, 3)
    road(paired)
    assert (ours(paired), braked(paired)) == (7, 0)


def test_webhooks_one_by_one_empty_no_more_than_the_limit(paired: World) -> None:
    empty_there(paired, 10)
    webhooks(paired)
    assert (ours(paired), braked(paired)) == (7, 7)


@pytest.mark.parametrize(("hours", "left"), [(0.1, 7), (5, 7), (9, 0)])
def test_no_more_than_the_limit_are_emptied_in_a_day_however_slowly(paired: World, hours: float, left: int) -> None:
    for number in NUMBERS:
        paired.economic.edit(number, telephoneAndFaxNumber="")
        paired.webhook(number, number)
        paired.clock.sleep(hours * 3600)
    assert (ours(paired), braked(paired)) == (left, left)


def test_what_a_person_clears_by_hand_here_goes_through_and_uses_up_no_limit(paired: World) -> None:
    for customer in Customer.select().order_by(Customer.number).limit(5):
        paired.save(customer, phone="")
        paired.drain()
        paired.clock.sleep(60)
    paired.economic.edit(9, telephoneAndFaxNumber="")
    paired.webhook(9, 9)
    assert (theirs(paired), ours(paired), braked(paired)) == (4, 4, 0)


def test_a_field_that_waits_is_a_question_and_the_others_go_on(paired: World) -> None:
    empty_there(paired, 4)
    paired.economic.edit(1, city="Odense")
    paired.compare()
    first = Customer.get(Customer.number == 1)
    assert (first.city, first.phone) == ("Odense", "+45 1")
    assert [place.state for place in Place.of(paired.connection, "conflict")] == ["question"] * 4


def test_two_sweeps_do_not_halve_the_mass(paired: World) -> None:
    empty_there(paired, 3)
    poll(paired)
    for number in (4, 5):
        paired.economic.edit(number, telephoneAndFaxNumber="")
    poll(paired)
    assert (ours(paired), braked(paired)) == (7, 2)


def decide(world: World, choice: emptying.Choice) -> None:
    found = emptying.waiting(world.connection)
    assert found is not None
    emptying.decide(world.connection, choice, found.seen, world.alice)
    world.drain()


def test_yes_empties_the_other_side_too(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    decide(paired, emptying.GO)
    assert (ours(paired), theirs(paired), braked(paired)) == (6, 6, 0)


def test_no_puts_the_values_back_where_they_were_lost(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    decide(paired, emptying.KEEP)
    assert (ours(paired), theirs(paired), braked(paired)) == (10, 10, 0)


@pytest.mark.parametrize(("choice", "left"), [(emptying.GO, 6), (emptying.KEEP, 10)])
def test_the_answer_holds_for_what_vanished_here_as_well(paired: World, choice: emptying.Choice, left: int) -> None:
    empty_here(paired, 4)
    paired.compare()
    decide(paired, choice)
    assert (ours(paired), theirs(paired), braked(paired)) == (left, left, 0)


def test_an_answer_to_something_else_is_refused(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    shown = emptying.waiting(paired.connection).seen
    paired.economic.edit(5, telephoneAndFaxNumber="")
    paired.webhook(5, 5)
    with pytest.raises(Stale):
        emptying.decide(paired.connection, emptying.GO, shown, paired.alice)


def test_an_answer_to_as_many_others_is_refused(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    shown = emptying.waiting(paired.connection).seen
    paired.economic.edit(1, telephoneAndFaxNumber="+45 1")
    paired.economic.edit(5, telephoneAndFaxNumber="")
    webhooks(paired)
    assert braked(paired) == 4
    with pytest.raises(Stale):
        emptying.decide(paired.connection, emptying.GO, shown, paired.alice)


def test_who_answered_is_in_the_history(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    decide(paired, emptying.GO)
    assert History.get(History.field == "emptied").by_id == paired.alice.id


@pytest.mark.parametrize(("choice", "phone"), [("ours", "+45 1"), ("theirs", ""), ("both", "+45 1")])
def test_one_of_them_may_be_answered_for_itself(paired: World, choice: str, phone: str) -> None:
    empty_there(paired, 4)
    paired.compare()
    pair = Pairing.get(Pairing.customer == Customer.get(Customer.number == 1))
    seen = Versions(pair.customer.version, pair.mirror.version, pair.version)
    pairings.answer(paired.connection, pair.id, {"phone": choice}, seen, paired.alice)
    paired.drain()
    assert (Customer.get(Customer.number == 1).phone, braked(paired)) == (phone, 3)
    assert paired.stored(1).get("telephoneAndFaxNumber", "") == ("+45 1" if choice == "ours" else "")


def test_a_value_that_comes_back_ends_the_question(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    for number in range(1, 5):
        paired.economic.edit(number, telephoneAndFaxNumber=f"+45 {number}")
    paired.compare()
    assert braked(paired) == 0 and Place.of(paired.connection, "conflict").count() == 0


def test_while_something_waits_nothing_more_is_emptied(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    paired.clock.sleep(7200)
    paired.economic.edit(9, telephoneAndFaxNumber="")
    paired.webhook(9, 9)
    assert (ours(paired), braked(paired)) == (10, 5)


def test_a_customer_deleted_meanwhile_waits_no_more(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    paired.economic.delete(1)
    paired.webhook(1, None)
    assert braked(paired) == 3


def test_who_is_deleted_here_and_brought_back_waits_again_with_what_was_emptied_there(paired: World) -> None:
    empty_there(paired, 6)
    paired.compare()
    undo(paired, deleted(paired, [Pairing.select().order_by(Pairing.id).get()], "ours"))
    assert (ours(paired), braked(paired)) == (10, 6)
    assert not History.select().where(History.cause == "undo", History.field == "phone", History.after == "").exists()


def test_a_look_changes_nothing_of_what_waits(paired: World) -> None:
    empty_there(paired, 4)
    paired.compare()
    before = sorted(map(repr, Pairing.select().tuples()))
    webhooks(paired)
    assert sorted(map(repr, Pairing.select().tuples())) == before


def test_a_sweep_that_dies_between_its_pages_forgets_none(paired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "PAGE_SIZE", 2)
    empty_there(paired, 4)
    sweep.begin(paired.connection, "compare")
    with ports.using(replace(paired.ports, failpoint=dying("sweep.read", 2))), pytest.raises(Died):
        paired.worker.round()
    paired.clock.sleep(121)
    paired.drain()
    assert (ours(paired), braked(paired)) == (10, 4)
    assert len(Sweep.last_proof(paired.connection).emptied) == 4


class Died(BaseException):
    """The process ends here."""


def dying(name: str, times: int) -> Callable[[str], None]:
    left = [times]

    def die(passed: str) -> None:
        left[0] -= passed == name
        if not left[0]:
            raise Died

    return die


def test_what_e_conomic_would_not_let_be_emptied_does_not_hold_others_back(paired: World) -> None:
    paired.sandbox.faults.next(3, kind="403", method="PUT")
    for customer in Customer.select().where(Customer.number <= 3):
        paired.save(customer, phone="")
    paired.drain()
    paired.clock.sleep(3600)
    paired.economic.edit(4, telephoneAndFaxNumber="")
    paired.webhook(4, 4)
    assert (theirs(paired), ours(paired), braked(paired)) == (9, 6, 0)


def test_of_two_answers_in_the_same_moment_to_what_was_emptied_the_second_is_told_that_it_came_too_late(
    paired: World,
) -> None:
    empty_there(paired, 4)
    compare(paired)
    asked, told = emptying.waiting(paired.connection), []

    def keep() -> None:
        try:
            emptying.decide(paired.connection, emptying.KEEP, asked.seen, paired.alice)
        except emptying.Stale:
            told.append("too late")

    with db.write():
        emptying.decide(paired.connection, emptying.GO, asked.seen, paired.alice)
        waiting = meanwhile(keep)
    waiting.join()
    assert told == ["too late"]
    paired.drain()


def test_an_answer_given_while_a_pair_is_looked_at_waits_for_its_turn(
    paired: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty_there(paired, 4)
    compare(paired)
    asked, deadlocks = emptying.waiting(paired.connection), list[float]()
    decided = paired.connection, emptying.GO, asked.seen, paired.alice
    with monkeypatch.context() as patched:
        patched.setattr(ports, "sleep", deadlocks.append)
        with looked_at(paired, Pairing.get(Pairing.brake_json != "")) as pair_id:
            waiting = meanwhile(lambda: emptying.decide(*decided))
            assert apply.lock(pair_id) is not None
        waiting.join()
    paired.drain()
    assert (deadlocks, ours(paired)) == ([], 6)
