"""The window's read model: nobody stands twice, and the counters are what a count gives."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.place import Place, line, put_lines
from webapp.models.tally import Tally
from webapp.sync.section import Section, Standing, State

few = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NOBODY = 3
someone = st.integers(0, NOBODY)
steps = st.lists(st.tuples(st.sampled_from(["put", "put", "put", "away"]), someone, someone, st.sampled_from(Section)))


@pytest.fixture
def parties(connection: Connection) -> tuple[list[Any], list[Any]]:
    """Three customers of each side, and None."""
    ours = [Customer.create(company=connection.company, number=n, name=f"O{n}") for n in range(1, 4)]
    theirs = [
        Mirror.create(company=connection.company, connection=connection, number=n, name=f"T{n}") for n in range(1, 4)
    ]
    return [*ours, None], [*theirs, None]


def recounted(connection: Connection) -> dict[str, tuple[int, int, int]]:
    counted: Counter[tuple[str, int]] = Counter()
    for place in Place.of(connection):
        sides = (1, int(place.customer_id is not None), int(place.mirror_id is not None))
        counted.update({(place.section, column): n for column, n in enumerate(sides)})
    return {s.value: (counted[s.value, 0], counted[s.value, 1], counted[s.value, 2]) for s in Section}


@few
@given(steps)
def test_whatever_is_put_and_taken_away_the_counters_are_right(
    connection: Connection, parties: tuple[list[Any], list[Any]], steps: list[tuple[str, int, int, Section]]
) -> None:
    Place.delete().execute()
    Tally.delete().execute()
    for verb, our, their, section in steps:
        customer, mirror = parties[0][our], parties[1][their]
        if verb == "put" and (customer or mirror):
            Place.put(connection, Standing(section, State.NEW), customer=customer, mirror=mirror)
        else:
            for place in Place.holding(connection, customer, mirror):
                place.take_away(connection)
    assert Tally.of(connection) == recounted(connection)
    for column in (Place.customer, Place.mirror):
        standing = [row[0] for row in Place.select(column).where(column.is_null(False)).tuples()]
        assert len(standing) == len(set(standing))


def test_a_pair_takes_the_place_of_both(connection: Connection, parties: tuple[list[Any], list[Any]]) -> None:
    (ours, *_), (theirs, *_) = parties
    new = Standing(Section.NEW, State.NEW)
    Place.put(connection, new, customer=ours)
    Place.put(connection, new, mirror=theirs)
    Place.put(connection, Standing(Section.PAIRED, State.EQUAL), customer=ours, mirror=theirs)
    assert [(p.section, p.customer_id, p.mirror_id) for p in Place.select()] == [("paired", ours.id, theirs.id)]


def test_putting_somebody_again_keeps_the_line_and_raises_its_version(
    connection: Connection, parties: tuple[list[Any], list[Any]]
) -> None:
    ours = parties[0][0]
    for _ in range(2):
        Place.put(connection, Standing(Section.NEW, State.NEW), customer=ours)
    first, version = Place.get().id, Place.get().version
    Place.put(connection, Standing(Section.OFF, State.OFF), customer=ours)
    assert (Place.get().id, Place.get().version) == (first, version + 1)


def test_lines_put_in_bulk_are_counted_in(connection: Connection, parties: tuple[list[Any], list[Any]]) -> None:
    new = Standing(Section.NEW, State.NEW)
    lines = [line(connection, new, customer=one) for one in parties[0][:3]]
    put_lines(connection, [*lines, line(connection, Standing(Section.OFF, State.OFF), mirror=parties[1][0])])
    assert Tally.of(connection) == recounted(connection)
    assert Tally.of(connection)["new"] == (3, 3, 0)


@pytest.mark.parametrize("typed", ["100%", "a_b", "_", "%", "\\"])
def test_signs_that_mean_something_to_the_database_are_plain_letters(connection: Connection, typed: str) -> None:
    for number, name in enumerate(["100% Rent", "a_b", "axb", "1000 Rent", "back\\slash"], 1):
        customer = Customer(company=connection.company, number=number)
        customer.take({"name": name})
        customer.save()
    found = {customer.name for customer in Customer.searched(connection.company, typed)}
    assert found == {name for name in ["100% Rent", "a_b", "axb", "1000 Rent", "back\\slash"] if typed in name}


def test_a_search_is_the_same_on_every_side_and_database(connection: Connection) -> None:
    customer = Customer(company=connection.company, number=1)
    mirror = Mirror(company=connection.company, connection=connection, number=1)
    for party in (customer, mirror):
        party.take({"name": "Noels Tømrerforretning", "city": "Åbenrå"})
        party.save()
    Place.put(connection, Standing(Section.NEW, State.NEW), customer=customer)
    for typed in ("els TOEMRER", "aabenraa", "abenra", "noel åben"):
        assert Customer.searched(connection.company, typed).count() == 1
        assert Mirror.searched(connection, typed).count() == 1
        assert Place.searched(connection, typed).count() == 1
