"""The call budget of a connection, shared by all its workers through its row: who may call now, and who waits.

e-conomic's budget is a bucket that refills steadily. We fill it to HEAD_ROOM and then go at the speed at which it
empties, so the rest is there for the company's other programs and nobody meets a 429. What others use shows in the
level that each answer tells: the further it lies above HEAD_ROOM, the slower we take it to empty.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from webapp import ports
from webapp.economic.errors import EconomicError, RateLimited
from webapp.economic.records import Budget
from webapp.models.connection import LONGEST_REST, Connection

HEAD_ROOM = 0.8
LOOK = 3
"""Calls that a look may need: it begins when all of them fit, so it seldom stops half-way."""
PATIENCE = 2.0
"""A wait up to this is slept between two calls of a look; a longer one gives the lane back."""
WITHOUT_A_WORD = 60.0
"""The rest after a 429 that says neither when to come again nor how full the bucket is."""
LONGEST_SILENCE = 60.0
"""A company's calls that get no answer are tried no more seldom than this."""
CROWDED = 4.0
TRIES = 5


class Pace:
    """One connection's budget as one process sees it; what processes share stands in the connection's row."""

    def __init__(self, connection_id: int) -> None:
        self._id = connection_id
        self._told = _Moment(earliest=0.0)
        self._rest = _Moment(earliest=-LONGEST_REST)
        self._unanswered, self._quiet_until = 0, 0.0

    def pause(self) -> float:
        """Seconds until a look may begin, 0 when it may now."""
        row = self._row()
        quiet = max(0.0, self._quiet_until - ports.monotonic())
        return max(quiet, self._resting(row), self._short(row, LOOK, HEAD_ROOM)) if row else 0.0

    def resting(self) -> float:
        """Seconds until the time is over for which e-conomic has asked for no call."""
        row = self._row()
        return self._resting(row) if row else 0.0

    def before(self) -> None:
        """Take one call's cost out of the budget, waiting a little if need be. Raises RateLimited when it is long."""
        for _ in range(TRIES):
            row = self._row()
            if row is None:
                return
            if rest := self._resting(row):
                raise RateLimited("no call before e-conomic's own time is over", wait=rest)
            wait = self._short(row, 1, (1 + HEAD_ROOM) / 2)
            if wait > PATIENCE:
                raise RateLimited("the budget is left to the company's other programs", wait=wait)
            if wait:
                ports.sleep(wait)
            elif self._take(row):
                return

    def after(self, budget: Budget | None, fault: EconomicError | None) -> None:
        """Share what an answer told: how full the bucket is, and until when to make no call."""
        self._unanswered = 0
        if budget is not None:
            self._note(budget)
        if fault is not None and fault.wait:
            self.rest(fault.wait)
        elif isinstance(fault, RateLimited):
            self.rest(budget.window / 4 if budget else WITHOUT_A_WORD)

    def unanswered(self) -> None:
        """A call had no answer: the next waits ever longer, so that this process has time for other companies."""
        self._unanswered += 1
        self._quiet_until = ports.monotonic() + min(2.0 ** min(self._unanswered, 6), LONGEST_SILENCE)

    def rest(self, seconds: float) -> None:
        """Make no call before so many seconds have passed."""
        row = self._row()
        Connection(id=self._id).rest(seconds, over=row.resume_at if row and not self._resting(row) else None)
        self.pause()

    def _note(self, budget: Budget) -> None:
        now = ports.now()
        self._told.age(now)
        Connection.update(
            budget_used=budget.used,
            budget_limit=budget.limit,
            budget_window=max(1, math.ceil(budget.window)),
            budget_cost=max(1, budget.cost),
            budget_at=now,
        ).where(Connection.id == self._id).execute()

    def _take(self, row: Any) -> bool:
        """Reserve one call's cost; False when another worker was faster."""
        if not row.budget_limit:
            return True
        now, used = ports.now(), math.ceil(self._used(row)) + row.budget_cost
        unmoved = (Connection.budget_used == row.budget_used) & (Connection.budget_at == row.budget_at)
        taken = Connection.update(budget_used=used, budget_at=now).where(Connection.id == self._id, unmoved).execute()
        if taken:
            self._told.age(now)
        return bool(taken)

    def _short(self, row: Any, calls: int, level: float) -> float:
        """How long until so many calls fit under this level. What was told more than an hour ago is asked anew: it may
        never have been true."""
        believed = LONGEST_REST - self._told.age(row.budget_at)
        if not row.budget_limit or believed <= 0:
            return 0.0
        needed: int = calls * row.budget_cost
        over = self._used(row) + needed - max(level * row.budget_limit, needed)
        return min(float(max(over, 0.0) / self._emptying(row)), believed)

    def _used(self, row: Any) -> float:
        """How full the bucket is by now, as far as we know."""
        return float(max(0.0, row.budget_used - self._told.age(row.budget_at) * self._emptying(row)))

    def _emptying(self, row: Any) -> float:
        """Tokens a second. In the head-room somebody else is at work, so part of what comes free is not for us."""
        level = min(row.budget_used / row.budget_limit, 1.0)
        above = max(level - HEAD_ROOM, 0.0) / (1 - HEAD_ROOM)
        return float(row.budget_limit / row.budget_window / (1 + CROWDED * above))

    def _resting(self, row: Any) -> float:
        return max(0.0, -self._rest.age(row.resume_at)) if row.resume_at else 0.0

    def _row(self) -> Any:
        fields = ("id", "budget_used", "budget_limit", "budget_window", "budget_cost", "budget_at", "resume_at")
        columns = [getattr(Connection, name) for name in fields]
        return Connection.select(*columns).where(Connection.id == self._id).first()


class _Moment:
    """How long ago a stored moment is: told by the wall clock once, from then on by the one that never jumps."""

    def __init__(self, earliest: float) -> None:
        self._earliest = earliest
        self._at: datetime | None = None
        self._seen = 0.0

    def age(self, at: datetime | None) -> float:
        """Seconds since `at`; `earliest` is the least that can be true of it, whatever the clock says."""
        if at is None:
            return 0.0
        if at != self._at:
            age = max((ports.now() - at).total_seconds(), self._earliest)
            self._at, self._seen = at, ports.monotonic() - age
        return ports.monotonic() - self._seen


CALL_SECONDS = 0.3
"""What a call takes at the least, its way there and back."""


def foreseen(connection: Connection, calls: int) -> float:
    """About how many seconds so many calls take, within the share of e-conomic's budget that we use."""
    at_least = calls * CALL_SECONDS
    if not connection.budget_limit:
        return at_least
    room = max(0.0, HEAD_ROOM * connection.budget_limit - connection.budget_used)
    beyond = max(0.0, calls * connection.budget_cost - room)
    return max(at_least, beyond / (connection.budget_limit / connection.budget_window))
