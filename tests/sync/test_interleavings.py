"""What meets what: each interleaving that the simulator counts by name, as one short story with one right end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.sync.test_pairs import seen
from tests.sync.world import World
from webapp import ports
from webapp.economic.client import Client
from webapp.models.customer import Customer
from webapp.models.history import History
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.sync import guard, inbox, pairings, register, sweep
from webapp.sync.pairings import Moved
from webapp.worker import Worker

pytestmark = pytest.mark.contended


@pytest.fixture
def pair(connected: World) -> Pairing:
    return connected.pair_same(1042, "Havnens Tandklinik ApS", corporateIdentificationNumber="33920459", city="Odense")


def at(world: World, name: str, happen: Callable[[], Any], times: int = 1) -> None:
    """Let this happen the first time, or the n-th, that the worker passes the failpoint, and let the worker finish."""
    left = [happen, *[lambda: None] * (times - 1)]
    passing = replace(world.ports, failpoint=lambda passed: left.pop()() if passed == name and left else None)
    with ports.using(passing):
        world.drain()


def ours(pair: Pairing) -> Customer:
    return Customer.get_by_id(pair.customer_id)


def state(world: World) -> str:
    return str(Place.get(Place.connection == world.connection).state)


def test_a_save_while_a_push_is_in_flight(connected: World, pair: Pairing) -> None:
    connected.save(pair.customer, phone="1")
    at(connected, "push.answered", lambda: connected.save(pair.customer, phone="2", email="to@eksempel.dk"))
    stored = connected.stored(1042)
    assert (stored["telephoneAndFaxNumber"], stored["email"], ours(pair).phone) == ("2", "to@eksempel.dk", "2")


def test_a_webhook_after_the_workers_get(connected: World, pair: Pairing) -> None:
    def edited_and_told() -> None:
        connected.economic.edit(1042, city="Aarhus")
        inbox.receive(connected.connection, "old=1042&new=1042", "", "")

    inbox.receive(connected.connection, "old=1042&new=1042", "", "")
    at(connected, "look.fetched", edited_and_told)
    assert ours(pair).city == "Aarhus"


def given_anew(world: World) -> Callable[[], None]:
    """The number is given to somebody else, and another worker takes the call that tells of it."""

    def happen() -> None:
        world.theirs(1042, "En helt anden ApS")
        inbox.receive(world.connection, "old=&new=1042", "", "")
        Worker(world.settings | {"POLL_SECONDS": 10**9}, "worker-2").round()

    world.worker.poll_seconds = 10**9
    return happen


def test_a_number_given_to_somebody_else_while_its_renumbering_is_followed(connected: World, pair: Pairing) -> None:
    connected.economic.renumber(1042, 2000)
    inbox.receive(connected.connection, "old=1042&new=2000", "", "")
    at(connected, "look.fetched", given_anew(connected), times=2)
    assert (connected.fresh(pair).mirror.number, connected.mirror(1042).name) == (2000, "En helt anden ApS")


def test_a_number_given_to_somebody_else_while_its_pair_ends(connected: World, pair: Pairing) -> None:
    register.remove(connected.company, pair.customer_id, connected.alice)
    connected.economic.delete(1042)
    inbox.receive(connected.connection, "old=1042&new=", "", "")
    at(connected, "look.fetched", given_anew(connected))
    assert (connected.fresh(pair).state, connected.mirror(1042).name) == ("closed", "En helt anden ApS")


def test_a_number_given_to_somebody_else_while_its_deletion_is_being_seen(connected: World, pair: Pairing) -> None:
    def given_anew_and_told() -> None:
        connected.theirs(1042, "En helt anden ApS")
        inbox.receive(connected.connection, "new=1042", "", "")
        connected.worker.round()

    connected.economic.delete(1042)
    inbox.receive(connected.connection, "old=1042", "", "")
    at(connected, "look.fetched", given_anew_and_told)
    assert connected.mirror(1042).name == "En helt anden ApS"
    assert connected.place(customer=pair.customer).section == "deleted"


def test_a_page_row_older_than_a_push(connected: World, pair: Pairing) -> None:
    def pushed_meanwhile() -> None:
        connected.save(pair.customer, city="Vejle")
        connected.worker.round()

    from webapp.sync import sweep

    sweep.begin(connected.connection, "compare")
    at(connected, "sweep.read", pushed_meanwhile)
    assert (ours(pair).city, connected.stored(1042)["city"], state(connected)) == ("Vejle", "Vejle", "equal")


def test_a_question_open_on_one_field_while_another_is_pushed(connected: World, pair: Pairing) -> None:
    connected.economic.edit(1042, city="Aarhus")
    connected.save(pair.customer, city="Vejle", phone="1")
    connected.webhook(1042, 1042)
    stored = connected.stored(1042)
    assert (stored["city"], stored["telephoneAndFaxNumber"], ours(pair).city) == ("Aarhus", "1", "Vejle")
    assert state(connected) == "question"


@pytest.mark.parametrize(("field", "end"), [("email", "equal"), ("telephoneAndFaxNumber", "question")])
def test_a_colleagues_edit_between_our_get_and_put(connected: World, pair: Pairing, field: str, end: str) -> None:
    connected.save(pair.customer, phone="1")
    at(connected, "push.intended", lambda: connected.economic.edit(1042, **{field: "9@eksempel.dk"}))
    assert connected.stored(1042)[field] == "9@eksempel.dk" and ours(pair).phone == "1"
    assert state(connected) == end


def test_a_colleagues_edit_between_put_and_read_back(
    connected: World, pair: Pairing, monkeypatch: pytest.MonkeyPatch
) -> None:
    update, left = Client.update, [1]

    def then_edited(self: Client, *args: Any) -> Any:
        answer = update(self, *args)
        if left:
            left.pop()
            connected.economic.edit(1042, telephoneAndFaxNumber="9", city="Aarhus")
        return replace(answer, customer=None)

    monkeypatch.setattr(Client, "update", then_edited)
    connected.save(pair.customer, phone="1")
    connected.drain()
    stored = connected.stored(1042)
    assert (stored["telephoneAndFaxNumber"], stored["city"], ours(pair).city) == ("9", "Aarhus", "Aarhus")
    assert ours(pair).phone == "9" or state(connected) == "question"


def test_a_deletion_between_get_and_put(connected: World, pair: Pairing) -> None:
    connected.save(pair.customer, phone="1")
    at(connected, "push.intended", lambda: connected.economic.delete(1042))
    assert 1042 not in connected.economic.customers
    assert state(connected) == "theirs_gone_ours_moved"


def test_deleted_and_created_again_under_the_same_number_between_two_looks(connected: World, pair: Pairing) -> None:
    connected.economic.delete(1042)
    connected.theirs(1042, "Solgården Plejecenter", corporateIdentificationNumber="29023262")
    connected.webhook(1042, 1042)
    assert (ours(pair).name, connected.stored(1042)["name"]) == ("Havnens Tandklinik ApS", "Solgården Plejecenter")
    assert state(connected) == "other_party"


def test_two_numbers_swapped(connected: World) -> None:
    five, seven = connected.pair_same(5, "Fem ApS"), connected.pair_same(7, "Syv ApS")
    for old, new in ((5, 900), (7, 5), (900, 7)):
        connected.economic.renumber(old, new)
    for old, new in ((5, 7), (7, 5)):
        connected.webhook(old, new)
    assert [ours(five).name, ours(seven).name] == ["Fem ApS", "Syv ApS"]
    assert {connected.stored(5)["name"], connected.stored(7)["name"]} == {"Fem ApS", "Syv ApS"}


def test_a_form_opened_before_a_pull_and_saved_after_it(connected: World, pair: Pairing) -> None:
    shown = ours(pair).values
    connected.economic.edit(1042, city="Aarhus")
    connected.webhook(1042, 1042)
    register.change(connected.company, pair.customer_id, shown, shown | {"phone": "1"}, connected.alice)
    assert (ours(pair).city, ours(pair).phone) == ("Aarhus", "1")
    moved = register.change(connected.company, pair.customer_id, shown, shown | {"city": "Vejle"}, connected.alice)
    assert isinstance(moved, register.Moved) and ours(pair).city == "Aarhus"


def test_an_answer_given_to_a_question_that_has_moved(connected: World, pair: Pairing) -> None:
    connected.economic.edit(1042, city="Aarhus")
    connected.save(pair.customer, city="Vejle")
    connected.webhook(1042, 1042)
    shown = seen(connected.fresh(pair))
    connected.economic.edit(1042, city="Skagen")
    connected.webhook(1042, 1042)
    with pytest.raises(Moved):
        pairings.answer(connected.connection, pair.id, {"city": "ours"}, shown, connected.alice)
    assert (connected.stored(1042)["city"], ours(pair).city) == ("Skagen", "Vejle")


def test_what_a_colleague_wrote_before_our_read_back_is_not_called_sent_by_us(connected: World, pair: Pairing) -> None:
    connected.sandbox.hooks.add(after_write=lambda: connected.economic.edit(1042, city="Aarhus"))
    connected.save(pair.customer, phone="1")
    connected.drain()
    lines = History.select().where(History.side == "theirs", History.mirror_id == pair.mirror_id)
    assert {line.field: line.cause for line in lines} == {"phone": "push", "city": "fetched"}


def test_a_page_row_older_than_a_look_does_not_say_who_is_barred(connected: World) -> None:
    connected.theirs(7, "Havnens Tandklinik")
    connected.look(7)
    sweep.begin(connected.connection, "compare")

    def barred_and_seen() -> None:
        connected.economic.edit(7, barred=True)
        Lane.wake(connected.connection, "theirs", 7)
        Worker(connected.settings, "worker-2").turns(connected.connection)

    at(connected, "sweep.read", barred_and_seen)
    assert guard.is_barred(connected.mirror(7).record)
