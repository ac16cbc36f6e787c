"""The simulator sees a worker that commits for a lane it has lost, and a lane that ends though it was asked for."""

from collections.abc import Iterator

import pytest

from webapp import db, ports
from webapp.models.lane import THEIRS, Lane
from webapp.simulation import quiet, store
from webapp.simulation.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Connected and at rest, with one lane that worker 0 has taken."""
    made = World(1)
    with store.opened(), ports.using(made.ports):
        made.begin()
        made.connect()
        quiet.drain(made)
        wake(made)
        claim(made, 0)
        yield made


def wake(world: World) -> None:
    assert world.connection is not None
    with db.write():
        Lane.wake(world.connection, THEIRS, 7)


def claim(world: World, place: int) -> Lane:
    assert world.connection is not None
    world.at_work = place
    found = Lane.claim(world.workers[place].name, world.connection)
    assert found is not None
    return found


def commit(world: World, place: int) -> None:
    world.at_work = place
    with db.write():
        Lane.update(tries=1).execute()


def test_a_lane_that_ends_as_it_was_asked_for_is_right(world: World) -> None:
    with db.write():
        assert Lane.get().finish()
    assert world.violations == []


def test_a_lane_that_ends_though_it_was_asked_for_again_is_seen(world: World) -> None:
    wake(world)
    with db.write():
        Lane.delete().execute()
    assert world.violations == ["I12: theirs 7 was asked for 1 times more and is finished"]


def test_whoever_holds_a_lane_commits_for_it(world: World) -> None:
    commit(world, 0)
    assert world.violations == []


def test_a_commit_for_a_lane_that_another_has_taken_is_seen(world: World) -> None:
    world.clock.sleep(150)
    claim(world, 1)
    commit(world, 0)
    assert [line.partition(":")[0] for line in world.violations] == ["I9"]
