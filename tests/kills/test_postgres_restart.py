"""PostgreSQL goes away in mid-work, in good order or as in a crash, and comes back: all go on by themselves."""

import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests import postgres, real
from tests.kills import furnish, judge
from tests.kills.cluster import Cluster, cluster
from tests.kills.house import ALL, SANDBOX, House
from tests.kills.judge import Verdict
from tests.kills.people import Load

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    if not postgres.programs():
        real.skip_or_fail("PostgreSQL was not found: apt-get install postgresql")
    with cluster() as found:
        yield found


def test_a_restarted_postgresql_loses_nothing_and_nobody_need_start_anything(
    house_at: Callable[..., House], server: Cluster
) -> None:
    house = house_at(server.database)
    house.up(SANDBOX)
    load = Load(house, furnish.furnish(house), 1)
    house.up(*ALL[1:])
    with load.going_on():
        for how in (signal.SIGINT, signal.SIGQUIT):
            acked = len(load.log.acks)
            server.stop(how)
            time.sleep(0.3)
            server.start()
            load.await_acks(acked + 10)
    assert judge.judge(house, load) == Verdict()
    assert not any(house.lives[name].is_dead for name in ALL)
