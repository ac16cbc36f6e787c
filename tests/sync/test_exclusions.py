"""Ingen synkronisering, and back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sync.world import World
from webapp.models.exclusion import Exclusion
from webapp.models.mirror import Mirror
from webapp.sync import pairings


def test_an_excluded_customer_of_ours_stands_under_off_with_who_said_so(connected: World) -> None:
    customer = connected.ours(7, "Kontantsalg")
    pairings.exclude(connected.connection, connected.alice, customer_id=customer.id)
    assert connected.place(customer=customer).section == "off"
    assert Exclusion.of(connected.connection, customer).created_by.name == "Alice"


def test_an_excluded_customer_of_theirs_stays_there_through_a_comparison(connected: World) -> None:
    connected.theirs(1, "Diverse kunder")
    connected.look(1)
    mirror = Mirror.with_number(connected.connection, 1)
    pairings.exclude(connected.connection, connected.alice, mirror_id=mirror.id)
    connected.economic.edit(1, name="Diverse")
    connected.compare()
    assert connected.place(mirror=mirror).section == "off"


def test_taking_it_back_makes_the_customer_new(connected: World) -> None:
    customer = connected.ours(7, "Kontantsalg")
    pairings.exclude(connected.connection, connected.alice, customer_id=customer.id)
    pairings.include(connected.connection, connected.alice, customer_id=customer.id)
    assert connected.place(customer=customer).section == "new"


def test_creating_a_partner_for_an_excluded_customer_ends_the_exclusion(connected: World) -> None:
    customer = connected.ours(7, "Kontantsalg")
    pairings.exclude(connected.connection, connected.alice, customer_id=customer.id)
    pairings.create_there(connected.connection, customer.id, 7, connected.alice)
    connected.drain()
    assert Exclusion.of(connected.connection, customer) is None
    assert connected.place(customer=customer).state == "equal"


def test_an_excluded_customer_of_ours_is_never_written_there(connected: World) -> None:
    customer = connected.ours(7, "Kontantsalg")
    pairings.exclude(connected.connection, connected.alice, customer_id=customer.id)
    connected.save(customer, city="Odense")
    connected.compare()
    assert len(connected.economic.customers) == 0


def left_out(world: World) -> Mirror:
    world.theirs(7, "Gamle Kunde ApS", corporateIdentificationNumber="33920459")
    world.look(7)
    mirror = world.mirror(7)
    pairings.exclude(world.connection, world.alice, mirror_id=mirror.id)
    return mirror


@pytest.mark.parametrize("met", [lambda world: world.look(7), lambda world: world.compare()])
def test_who_gets_the_number_of_an_excluded_customer_is_not_excluded(
    connected: World, met: Callable[[World], Any]
) -> None:
    old = left_out(connected)
    connected.economic.delete(7)
    connected.theirs(7, "Helt ny kunde A/S", corporateIdentificationNumber="10150817")
    met(connected)
    assert connected.fresh(old).gone_at
    assert connected.place(mirror=connected.mirror(7)).section == "new"


def test_an_excluded_customer_stays_so_under_another_number_though_its_own_is_taken_at_once(connected: World) -> None:
    old = left_out(connected)
    connected.economic.renumber(7, 9)
    connected.theirs(7, "Helt ny kunde A/S", corporateIdentificationNumber="10150817")
    connected.webhook(7, 9)
    assert (connected.mirror(9).id, connected.place(mirror=connected.mirror(9)).section) == (old.id, "off")
    assert connected.place(mirror=connected.mirror(7)).section == "new"
