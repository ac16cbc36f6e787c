"""The judge of rehearsals (I16): while one is on nothing is written, on neither side, but what was under way before."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from peewee import fn

from webapp.models.attempt import Attempt
from webapp.models.connection import FILES, REHEARSING, Connection
from webapp.models.history import OURS, History
from webapp.models.run import Run
from webapp.simulation.wire import Call

if TYPE_CHECKING:
    from webapp.simulation.world import World


class Rehearsed:
    """`may_end`: the pairs for which a write was under way when the rehearsal began."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._may_end: set[int] = set()
        self._turns = 0
        self._since: tuple[int, int, int] | None = None

    def turns(self, may_end: Collection[int] = ()) -> None:
        """A person begins a rehearsal, or ends it."""
        self._may_end, self._turns = set(may_end), self._turns + 1

    def calls(self, call: Call) -> None:
        found = Connection.of_agreement(self._world.company, int(self._world.memory.get("working for") or 0))
        if call.method == "GET" or found is None or not found.is_rehearsing:
            return
        attempt = Attempt.get_or_none(Attempt.key == call.key.removesuffix("-undo"))
        if found.rehearsal == REHEARSING or attempt is None or attempt.pairing_id not in self._may_end:
            self._world.wrong(f"I16: {call.method} {call.path} in a rehearsal")

    def step_over(self) -> None:
        """Between two steps of one rehearsal only people have written here, into our own register."""
        found, seen, self._since = Connection.open_of(self._world.company), self._since, None
        if found is None or found.rehearsal != REHEARSING:
            return
        self._since = found.id, self._turns, History.select(fn.MAX(History.id)).scalar() or 0
        if seen is None or seen[:2] != self._since[:2]:
            return
        own = History.company == self._world.company, History.side == OURS, History.cause.not_in(("person", "erase"))
        of_files = Run.select(Run.id).join(Connection).where(Connection.source == FILES)
        by_file = History.run_id.is_null(False) & History.run_id.in_(of_files)
        for line in History.select().where(*own, History.id > seen[2]).where(~by_file):
            self._world.wrong(f"I16: {line.field} of customer {line.customer_id} was written here in a rehearsal")
