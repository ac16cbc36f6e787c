"""Two at once on one database: who waits for whom, and that nobody meets a fault of the database because of it."""

from tests.sync.test_overtaken import meanwhile
from tests.sync.world import World
from webapp import db
from webapp.models.sweep import RUNNING, Sweep
from webapp.sync import sweep


def test_two_comparisons_ordered_in_the_same_moment_are_one(connected: World) -> None:
    with db.write():
        sweep.begin(connected.connection, "compare")
        waiting = meanwhile(lambda: sweep.begin(connected.connection, "compare"))
    waiting.join()
    assert Sweep.select().where(Sweep.kind == "compare", Sweep.state == RUNNING).count() == 1
    connected.drain()
