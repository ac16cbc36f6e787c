"""The call budget of each agreement: a bucket that refills steadily."""

import math
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from webapp.sandbox.world import Sandbox


class Budgets:
    """What each agreement has used; kept in memory only, like the real one's."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._used: dict[int, tuple[float, datetime]] = {}
        self.calls = 0

    def spend(self, agreement: int) -> bool:
        """Take one call's cost; False when the budget does not hold it."""
        used = self.used(agreement)
        cost = self._sandbox.switches.call_cost
        if used + cost > self._sandbox.switches.budget:
            return False
        self._used[agreement] = (used + cost, self._sandbox.now())
        return True

    def used(self, agreement: int) -> float:
        """What is used at this moment."""
        used, since = self._used.get(agreement, (0.0, self._sandbox.now()))
        passed = (self._sandbox.now() - since).total_seconds()
        return max(0.0, used - max(passed, 0.0) * self._refill())

    def headers(self, agreement: int) -> dict[str, str]:
        """The headers every answer carries."""
        switches = self._sandbox.switches
        window = f"{switches.budget_seconds:g}"
        used = f"{math.ceil(self.used(agreement))}/{switches.budget}"
        return {
            "X-RateLimiting": f"token-limit-{switches.budget}-per-{window}-seconds: {used}",
            "X-CallCost": str(switches.call_cost),
        }

    def retry_after(self, agreement: int) -> dict[str, str]:
        """How long to wait until one call fits again."""
        missing = self.used(agreement) + self._sandbox.switches.call_cost - self._sandbox.switches.budget
        return self.wait(max(1, math.ceil(missing / self._refill())))

    def wait(self, seconds: float) -> dict[str, str]:
        """A Retry-After header in the form the switch asks for."""
        form = self._sandbox.switches.retry_after
        if form == "none":
            return {}
        if form == "seconds":
            return {"Retry-After": f"{seconds:g}"}
        return {"Retry-After": format_datetime(self._sandbox.now() + timedelta(seconds=seconds), usegmt=True)}

    def _refill(self) -> float:
        return float(self._sandbox.switches.budget / self._sandbox.switches.budget_seconds)
