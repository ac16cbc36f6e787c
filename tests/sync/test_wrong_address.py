"""A mis-typed address answers 404 to everything, in e-conomic's own shape: nothing may be taken for gone."""

import pytest

from tests.sync.test_pairs import seen
from tests.sync.world import ADDRESS, SETTINGS, World
from webapp import config, db
from webapp.cli import tending
from webapp.models import sweep as sweeps
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.sync import pairings, register, sweep
from webapp.worker import Worker

WRONG = [
    ("ECONOMIC_API_URL", f"{ADDRESS}/rest/v2"),
    ("ECONOMIC_API_URL", f"{ADDRESS}/webhooksapi/v1.0.0"),
    ("ECONOMIC_API_URL", f"{ADDRESS}/customersapi/v3.1.0"),
    ("ECONOMIC_OPENAPI_URL", f"{ADDRESS}/rest"),
    ("ECONOMIC_OPENAPI_URL", f"{ADDRESS}/webhooksapi/v1.0.0"),
]


def misled(world: World, setting: str, address: str) -> Worker:
    return Worker(config.load(SETTINGS | {setting: address}, {}), "misled")


def work(world: World, worker: Worker) -> None:
    for _ in range(20):
        worker.round()
        world.clock.sleep(60)


@pytest.mark.parametrize(("setting", "address"), WRONG)
def test_nothing_is_taken_for_gone(connected: World, setting: str, address: str) -> None:
    pair = connected.pair_same()
    connected.theirs(7, "Uparret")
    connected.look(7)
    with db.write():
        Lane.wake(connected.connection, "pair", pair.id)
        Lane.wake(connected.connection, "theirs", 7)
    sweep.begin(connected.connection, sweeps.COMPARE)
    work(connected, misled(connected, setting, address))
    assert [mirror.gone_at for mirror in Mirror.select()] == [None, None]
    connected.drain()
    assert connected.place(customer=pair.customer).state == "equal"


@pytest.mark.parametrize(("setting", "address"), WRONG[:3])
def test_a_deletion_there_is_not_taken_for_done(connected: World, setting: str, address: str) -> None:
    pair = connected.pair_same()
    register.remove(connected.company, pair.customer_id, connected.alice)
    connected.drain()
    pairings.delete_other(connected.connection, pair.id, seen(connected.fresh(pair)), connected.alice)
    work(connected, misled(connected, setting, address))
    assert connected.fresh(pair).deleting and 1042 in connected.economic.customers
    connected.drain()
    assert 1042 not in connected.economic.customers


@pytest.mark.parametrize(("setting", "address"), WRONG[:2])
def test_a_creation_waits_and_is_made_once(connected: World, setting: str, address: str) -> None:
    ours = connected.ours(5, "Ny kunde ApS")
    pairings.create_there(connected.connection, ours.id, 5, connected.alice)
    work(connected, misled(connected, setting, address))
    assert len(connected.economic.customers) == 0
    connected.drain()
    assert connected.stored(5)["name"] == "Ny kunde ApS" and len(connected.economic.customers) == 1


@pytest.mark.parametrize(("setting", "address"), WRONG)
def test_the_doctor_tells_of_it(connected: World, setting: str, address: str) -> None:
    told = tending._of(connected.connection, config.load(SETTINGS | {setting: address}, {}))
    assert len(told) == 1 and "nothing that is e-conomic's at this address" in told[0]
    assert tending._of(connected.connection, connected.settings) == []
