"""A worker paused past its lease wakes up late: what it had begun is refused, for another has done it meanwhile."""

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.kills import furnish, judge
from tests.kills.furnish import AGREEMENT
from tests.kills.house import SANDBOX, WORKERS, House, Life
from tests.kills.people import Load
from webapp import db, ports
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.lane import Lane
from webapp.models.pairing import Pairing
from webapp.sync import pairings

PATIENCE = 60
NUMBER = 70_001


def until(true: Callable[[], Any]) -> Any:
    """What `true` answers, as soon as it answers something."""
    end = time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
    return found


def let_the_lease_run_out(life: Life) -> None:
    held = Lane.worker.startswith(f"{life.pid}-")
    assert Lane.update(lease_until=ports.now() - timedelta(seconds=1)).where(held).execute() == 1


def test_a_paused_worker_is_fenced_when_it_wakes(house_at: Callable[..., House]) -> None:
    """The first worker sleeps while e-conomic is still writing its answer; the second takes over and ends the work."""
    house = house_at()
    house.up(SANDBOX)
    load = Load(house, furnish.furnish(house), 1)
    first = house.start(WORKERS[0])
    with db.connected():
        connection = Connection.get_by_id(load.facts.connection_id)
        until(lambda: not Lane.select().where(Lane.connection == connection).count())
        house.control("faults", kind="latency", seconds=1.5, method="POST", path="/rest/customers")
        customer = Customer.get(Customer.company == connection.company)
        pair = pairings.create_there(connection, customer.id, NUMBER, None)
        until(lambda: Attempt.get_or_none(Attempt.pairing == pair, Attempt.tries == 1))
        until(lambda: not house.control_state()["faults"])
        first.signal(signal.SIGSTOP)
        let_the_lease_run_out(first)
        house.start(WORKERS[1])
        until(lambda: Pairing.get_by_id(pair.id).state == "open")
        settled = Pairing.get_by_id(pair.id).version
        first.signal(signal.SIGCONT)
        until(lambda: "went to another worker" in house.log.read_text())
        assert Pairing.get_by_id(pair.id).version == settled
    assert judge.judge(house, load) == judge.Verdict()
    state = next(a for a in house.control_state()["agreements"] if a["number"] == AGREEMENT)
    assert [n for n, _, via in state["creations"] if via == "api"] == [NUMBER]
