""" "Vælg partner" in a register of very many: those who share a trait are enough to find the right one."""

import pytest

from tests.people import enter
from tests.sync.world import World
from webapp.bench.danish import labelled
from webapp.models.customer import Customer
from webapp.sync import candidates

MADE = labelled(21, 60)


@pytest.fixture
def many(connected: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two registers that count as very large."""
    monkeypatch.setattr(candidates, "FEW", 0)
    for number, (key, values) in enumerate(MADE.ours, 1):
        connected.ours(number, **{"name": key} | {name: value for name, value in values.items() if name != "number"})
    for number, (key, values) in enumerate(MADE.theirs, 1):
        enter(connected.connection, number, {"name": key} | {n: v for n, v in values.items() if n != "number"})
    return connected


def firsts(world: World) -> list[int]:
    """Each customer's best candidate."""
    found = [candidates.best(world.connection, customer)[:1] for customer in Customer.of(world.company)]
    return [candidate.party.id for best in found for candidate in best if candidate.is_likely]


def test_the_best_candidate_is_the_same_as_if_each_were_looked_at(many: World, monkeypatch: pytest.MonkeyPatch) -> None:
    among_those_that_share_something = firsts(many)
    monkeypatch.setattr(candidates, "FEW", 1000)
    assert among_those_that_share_something == firsts(many) and len(among_those_that_share_something) > 30


def test_who_shares_nothing_is_no_candidate(many: World) -> None:
    stranger = many.ours(900, "Zyx", postcode="0999")
    assert candidates.best(many.connection, stranger) == []
