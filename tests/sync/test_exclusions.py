"""Ingen synkronisering, and back."""

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
