"""Suggestions: who stands opposite whom among the new customers, who is kept apart, and that nobody is lost."""

from typing import Any

import pytest

from tests.sync.world import World
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.place import Place
from webapp.models.suggestion import NotSame, Suggestion
from webapp.sync import matching, not_same, pairings, register, suggesting
from webapp.sync.creations import AlreadyPaired
from webapp.sync.pairings import Moved, Versions

CLINIC: dict[str, str] = {"cvr": "33920459", "address": "Havnegade 12", "postcode": "5000", "city": "Odense C"}
THEIR_CLINIC: dict[str, str] = {
    "corporateIdentificationNumber": "33920459", "address": "Havnegade 12", "zip": "5000", "city": "Odense C",
}  # fmt: skip


def clinics(world: World, ours: int = 1042, theirs: int = 2087) -> tuple[Customer, Mirror]:
    """The same dentist on both sides, under two numbers and not quite one name."""
    customer = world.ours(ours, "Havnens Tandklinik ApS", **CLINIC)
    world.theirs(theirs, "Havnens Tandklinik", **THEIR_CLINIC)
    world.look(theirs)
    return customer, world.mirror(theirs)


def lines(world: World) -> set[tuple[Any, ...]]:
    """(our number, their number, state) of every line."""
    return {
        (p.customer and p.customer.number, p.mirror and p.mirror.number, p.state) for p in Place.of(world.connection)
    }


def pair(world: World, customer: Customer, mirror: Mirror) -> None:
    seen = Versions(world.fresh(customer).version, world.fresh(mirror).version)
    answers = {"name": "ours"}
    pairings.pair(world.connection, customer.id, mirror.id, answers, seen, world.alice)
    world.drain()


def test_two_that_are_probably_the_same_stand_on_one_line(connected: World) -> None:
    clinics(connected)
    connected.ours(1, "Æblehavens Børnehus")
    connected.drain()
    assert lines(connected) == {(1042, 2087, "sure"), (1, None, "new")}


def test_what_only_resembles_wants_a_look(connected: World) -> None:
    connected.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="kontor@aeble.dk")
    connected.theirs(2, "Aeblehavens Boernehus", zip="5230", city="Odense M", email="post@aeble.dk")
    connected.look(2)
    assert lines(connected) == {(1, 2, "look")}


def test_strangers_stay_alone(connected: World) -> None:
    connected.ours(1, "Nordvestens Maskinfabrik", city="Thisted")
    connected.theirs(2, "Café Solskin", city="Nyborg")
    connected.look(2)
    assert lines(connected) == {(1, None, "new"), (None, 2, "new")}


def test_each_customer_stands_in_one_suggestion_at_most(connected: World) -> None:
    clinics(connected)
    connected.ours(1043, "Havnens Tandklinik", **CLINIC)
    connected.drain()
    assert len([line for line in lines(connected) if line[1] == 2087]) == 1
    assert {line[0] for line in lines(connected)} == {1042, 1043}


def test_pairing_the_two_ends_the_suggestion(connected: World) -> None:
    pair(connected, *clinics(connected))
    assert {line[:2] for line in lines(connected)} == {(1042, 2087)}
    assert Suggestion.select().count() == 0


def test_pairing_one_of_them_elsewhere_leaves_the_other_alone(connected: World) -> None:
    customer, _mirror = clinics(connected)
    connected.theirs(9, "Noget helt andet")
    connected.look(9)
    pair(connected, customer, connected.mirror(9))
    assert (None, 2087, "new") in lines(connected)


@pytest.mark.parametrize("side", ["customer_id", "mirror_id"])
def test_excluding_one_leaves_the_other_alone_and_including_brings_both_back(connected: World, side: str) -> None:
    customer, mirror = clinics(connected)
    party = {side: customer.id if side == "customer_id" else mirror.id}
    pairings.exclude(connected.connection, connected.alice, **party)
    assert {line[2] for line in lines(connected)} == {"off", "new"}
    pairings.include(connected.connection, connected.alice, **party)
    connected.drain()
    assert lines(connected) == {(1042, 2087, "sure")}


def test_deleting_ours_leaves_theirs_alone(connected: World) -> None:
    customer, _mirror = clinics(connected)
    register.remove(connected.company, customer.id, connected.alice)
    assert lines(connected) == {(None, 2087, "new")}


def test_theirs_gone_leaves_ours_alone(connected: World) -> None:
    clinics(connected)
    connected.economic.delete(2087)
    connected.look(2087)
    assert lines(connected) == {(1042, None, "new")}


def test_creating_a_partner_leaves_the_suggested_one_alone(connected: World) -> None:
    customer, _mirror = clinics(connected)
    pairings.create_there(connected.connection, customer.id, 77, connected.alice)
    assert (None, 2087, "new") in lines(connected)
    connected.drain()


def test_a_change_that_speaks_against_it_ends_a_suggestion(connected: World) -> None:
    customer, _mirror = clinics(connected)
    connected.save(customer, name="Rengøringsselskabet Skinnende Rent", cvr="10150817", address="Algade 1", city="Ribe")
    assert (1042, 2087, "sure") in lines(connected)
    connected.drain()
    assert lines(connected) == {(1042, None, "new"), (None, 2087, "new")}


def test_who_is_not_the_same_is_never_suggested_again(connected: World) -> None:
    customer, mirror = clinics(connected)
    not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
    assert lines(connected) == {(1042, None, "new"), (None, 2087, "new")}
    connected.save(customer, phone="66100010")
    connected.drain()
    assert lines(connected) == {(1042, None, "new"), (None, 2087, "new")}
    assert NotSame.get().created_by == connected.alice


def test_the_next_best_is_shown_at_once(connected: World) -> None:
    customer, mirror = clinics(connected)
    connected.theirs(2099, "Havnens Tandklinik", **THEIR_CLINIC)
    connected.look(2099)
    best, other = (2087, 2099) if (1042, 2087, "look") in lines(connected) else (2099, 2087)
    not_same.apart(connected.connection, customer.id, connected.mirror(best).id, connected.alice)
    assert lines(connected) == {(1042, other, "look"), (None, best, "new")}
    assert mirror.id


def test_taking_not_the_same_back_brings_the_suggestion_back_at_once(connected: World) -> None:
    customer, mirror = clinics(connected)
    not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
    connected.drain()
    not_same.together(connected.connection, customer.id, mirror.id, connected.alice)
    assert lines(connected) == {(1042, 2087, "look")}
    connected.drain()
    assert lines(connected) == {(1042, 2087, "sure")}
    assert NotSame.get().ended_by == connected.alice


def test_pairing_by_hand_overrules_not_the_same(connected: World) -> None:
    customer, mirror = clinics(connected)
    not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
    pair(connected, customer, mirror)
    assert NotSame.between(connected.connection, customer.id, mirror.id) is None


def test_who_is_told_apart_while_suggestions_are_computed_is_not_suggested_again(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, mirror = clinics(connected)
    match = matching.match

    def meanwhile(*registers: Any, **more: Any) -> Any:
        found = list(match(*registers, **more))
        not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
        return found

    connected.ours(1, "Æblehavens Børnehus")
    held = Lane.claim("worker-2", connected.connection, sides=("suggest",))
    assert held
    monkeypatch.setattr(matching, "match", meanwhile)
    suggesting.step(held, connected.connection, {})
    assert not Suggestion.select().exists()
    assert {line[:2] for line in lines(connected)} == {(1042, None), (None, 2087), (1, None)}


def test_who_has_a_partner_is_not_told_apart(connected: World) -> None:
    customer, mirror = clinics(connected)
    pair(connected, customer, mirror)
    with pytest.raises(AlreadyPaired):
        not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)


def test_who_is_gone_is_not_told_apart(connected: World) -> None:
    customer, mirror = clinics(connected)
    register.remove(connected.company, customer.id, connected.alice)
    with pytest.raises(Moved):
        not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)


def test_many_of_one_name_and_number_pair_nothing_by_chance(connected: World) -> None:
    for number in range(1, 41):
        connected.ours(number, "Boligforeningen Fremad", cvr="33920459")
        connected.theirs(1000 + number, "Boligforeningen Fremad", corporateIdentificationNumber="33920459")
    connected.look(*range(1001, 1041))
    assert Place.of(connected.connection).where(Place.state == "sure").count() == 0


def test_looking_again_changes_nothing(connected: World) -> None:
    clinics(connected)
    before = [Place.select().order_by(Place.id).tuples(), Suggestion.select().order_by(Suggestion.id).tuples()]
    before = [list(rows) for rows in before]
    connected.ours(5, "Ganske anderledes")
    connected.drain()
    register.remove(connected.company, Customer.get(Customer.number == 5).id, connected.alice)
    connected.drain()
    assert [list(Place.select().order_by(Place.id).tuples()), list(Suggestion.select().tuples())] == before


# ── What a bulk creation leaves alone ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ours", [True, False])
def test_who_is_suggested_is_not_created_in_bulk(connected: World, ours: bool) -> None:
    connected.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="kontor@aeble.dk")
    connected.theirs(2, "Æblehaven Børnehus", zip="5230", city="Odense M", email="post@aeble.dk")
    connected.look(2)
    alike = (Customer.get().id, connected.mirror(2).id)
    assert suggesting.lookalikes(connected.connection, ours=ours) == dict([alike if ours else alike[::-1]])


def test_before_the_worker_has_looked_nobody_slips_through(connected: World) -> None:
    connected.theirs(2, "Æblehaven Børnehus", zip="5230", city="Odense M", email="post@aeble.dk")
    connected.look(2)
    customer = connected.ours(1, "Æblehavens Børnehus", postcode="5230", city="Odense M", email="kontor@aeble.dk")
    assert set(suggesting.lookalikes(connected.connection, ours=True)) == {customer.id}
    connected.drain()


def test_who_is_not_the_same_may_be_created(connected: World) -> None:
    customer, mirror = clinics(connected)
    assert set(suggesting.lookalikes(connected.connection, ours=True)) == {customer.id}
    not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
    for _ in range(2):
        assert suggesting.lookalikes(connected.connection, ours=True) == {}
        connected.drain()


def test_not_the_same_as_one_leaves_the_likeness_to_another(connected: World) -> None:
    customer, mirror = clinics(connected)
    connected.theirs(2099, "Havnens Tandklinik", **THEIR_CLINIC)
    connected.look(2099)
    not_same.apart(connected.connection, customer.id, mirror.id, connected.alice)
    assert suggesting.lookalikes(connected.connection, ours=True) == {customer.id: connected.mirror(2099).id}


def test_a_long_look_for_suggestions_is_not_begun_anew_by_another_worker(
    connected: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("Havnens Tandklinik", "Skovbryn Friskole", "Ærø Bageri", "Bjergets Bogbinder"), 1):
        connected.ours(number, name)
        connected.theirs(number, name)
    connected.look(1, 2, 3, 4)
    Lane.wake(connected.connection, "suggest", connected.connection.id)
    held, findings, taken = Lane.claim("worker-1", connected.connection), matching.findings, list[Lane | None]()

    def slow(*parties: Any) -> Any:
        connected.clock.sleep(50)
        taken.append(Lane.claim("worker-2", connected.connection))
        return findings(*parties)

    monkeypatch.setattr(matching, "findings", slow)
    suggesting.step(held, connected.connection, {})
    assert len(taken) >= 4 and not any(taken)
