"""Who took which lane last, and what was asked for meanwhile: nobody commits for a lost lane, no wish goes with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from webapp import db

if TYPE_CHECKING:
    from webapp.simulation.world import World

CLAIMS = "lane.claim "
_LANES = 'SELECT "id", "side", "record", "wanted", "seen", "fence" FROM "lane" ORDER BY "id"'


class Stand(NamedTuple):
    """A lane as it was committed."""

    side: str
    record: int
    wanted: int
    seen: int
    fence: int


class Leases:
    """What the lanes were after the last commit; the lane that each worker took last, and who took each lane last.

    `taken_over`: the last lane that was taken had been another's.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._lanes: dict[int, Stand] = {}
        self._mine: dict[int, int] = {}
        self._holder: dict[int, int] = {}
        self.taken_over = False

    def turn_begins(self) -> None:
        """The worker at work has finished with, or died over, whatever it held."""
        self._mine.pop(self._world.at_work, None)

    def passes(self, failpoint: str, boundary: str) -> None:
        """Somebody is about to commit, or just has; `boundary` says who."""
        if failpoint == "commit.before":
            self._is_held(boundary)
        elif failpoint == "commit.after":
            self._look()

    def _is_held(self, boundary: str) -> None:
        """I9: what a worker commits for a lane it commits as the one who took that lane last."""
        place = self._world.at_work
        lane = self._mine.get(place)
        if lane is None or boundary.startswith(CLAIMS) or self._holder[lane] == place:
            return
        self._world.wrong(f"I9: worker {place} commits {boundary.partition(' ')[0]} for a lane that another has taken")

    def _look(self) -> None:
        """I12: a lane ends only when nobody has asked for another look since it was taken."""
        now = {lane_id: Stand(*about) for lane_id, *about in db.database.execute_sql(_LANES).fetchall()}
        for lane_id, stand in now.items():
            before = self._lanes.get(lane_id)
            if stand.fence > (before.fence if before else 0):
                self.taken_over = self._holder.get(lane_id, self._world.at_work) != self._world.at_work
                self._mine[self._world.at_work], self._holder[lane_id] = lane_id, self._world.at_work
        for lane_id in self._lanes.keys() - now.keys():
            gone = self._lanes[lane_id]
            if gone.wanted > gone.seen:
                asked = gone.wanted - gone.seen
                self._world.wrong(f"I12: {gone.side} {gone.record} was asked for {asked} times more and is finished")
        self._lanes = now
