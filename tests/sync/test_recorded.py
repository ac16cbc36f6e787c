"""Real input: the recorded page of e-conomic's demo agreement, a thousand customers, dirt and all."""

from pathlib import Path

import pytest

from tests.sync.world import World
from webapp.models.customer import Customer
from webapp.models.run import CREATE_OURS
from webapp.models.tally import Tally
from webapp.sandbox import recorded
from webapp.sync import runs

RECORDED = Path(__file__).parents[3] / "shared/reference/economic-samples/customers.page0.recorded.json"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded page is not beside this checkout")


def test_a_thousand_recorded_customers_come_over_once_with_their_dirt_and_stay_equal(world: World) -> None:
    recorded.load(world.sandbox, world.economic, [RECORDED])
    before = {number: dict(record) for number, record in world.economic.customers.items()}
    world.connect()
    assert Tally.of(world.connection)["new"] == (1000, 0, 1000)
    runs.start(runs.plan(world.connection, CREATE_OURS, world.alice), world.alice)
    world.drain()
    proof = world.compare()
    assert (proof.pairs, proof.equal) == (1000, 1000)
    kept = {customer.number: customer for customer in Customer.of(world.company)}
    assert sorted(kept) == sorted(before)
    for number, record in before.items():
        assert kept[number].cvr == record.get("corporateIdentificationNumber", "").strip()
        assert kept[number].email == record.get("email", "").strip()
    assert {number: dict(record) for number, record in world.economic.customers.items()} == before
