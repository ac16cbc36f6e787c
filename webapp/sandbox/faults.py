"""Misbehaviour on demand: which call goes wrong, how, and what happens just before it."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "429", "401", "403", "404", "404-html", "500-before", "500-after", "501-before", "502-before", "502-after",
    "503-before", "503-after", "504-before", "504-after", "cut-connect", "cut-before", "cut-after", "timeout-before",
    "timeout-after", "truncated", "not-json", "html", "empty", "wrong-type", "gzip", "bad-gzip", "foreign-next",
    "redirect", "short-list", "huge", "latency", "revoke", "edit", "drift-insert", "drift-delete",
)  # fmt: skip


class ConnectionCut(Exception):
    """The connection broke. `sent`: the request had reached the service; `timed_out`: by silence, not by a reset."""

    def __init__(self, sent: bool, timed_out: bool = False) -> None:
        super().__init__("connection cut")
        self.sent, self.timed_out = sent, timed_out


@dataclass
class Fault:
    """One planned misbehaviour; `left` is None for one that stays."""

    kind: str
    method: str | None = None
    path: str | None = None
    left: int | None = 1
    chance: float = 1.0
    skip: int = 0
    options: dict[str, Any] = field(default_factory=dict)

    def meets(self, method: str, path: str) -> bool:
        """Is this call one it is meant for?"""
        if self.method and self.method.upper() != method:
            return False
        return self.path is None or re.search(self.path, path) is not None


class Faults:
    """The planned misbehaviours, asked in order; what is left to chance follows the seed."""

    def __init__(self, seed: int) -> None:
        self.planned: list[Fault] = []
        self.log: list[tuple[str, str, str]] = []
        self._random = random.Random(f"faults/{seed}")

    def next(
        self, n: int = 1, method: str | None = None, path: str | None = None, kind: str = "500-before", **options: Any
    ) -> None:
        """Let the next `n` calls go wrong that have this method and whose path holds this pattern.

        `skip=k` lets k such calls pass first.
        """
        skip = int(options.pop("skip", 0))
        self._plan(Fault(kind, method, path, n, 1.0, skip, options))

    def always(self, chance: float = 1.0, method: str | None = None, path: str | None = None,
               kind: str = "500-before", **options: Any) -> None:  # fmt: skip
        """Let such calls go wrong with this chance until `clear`."""
        self._plan(Fault(kind, method, path, None, chance, 0, options))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.planned.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, used up by it."""
        for fault in list(self.planned):
            if not fault.meets(method, path) or self._random.random() >= fault.chance:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            self._use(fault)
            self.log.append((fault.kind, method, path))
            return fault
        return None

    def _use(self, fault: Fault) -> None:
        if fault.left is not None:
            fault.left -= 1
            if fault.left <= 0:
                self.planned.remove(fault)

    def _plan(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"there is no fault {fault.kind!r}")
        self.planned.append(fault)


class Hooks:
    """Callables that run once at a named moment, inside the call that reaches it."""

    MOMENTS = ("between_get_and_put", "before_get", "before_post", "before_delete", "between_pages", "after_write")

    def __init__(self) -> None:
        self._waiting: dict[str, list[Callable[[], Any]]] = {}

    def add(self, **callables: Callable[[], Any]) -> None:
        for moment, run in callables.items():
            if moment not in self.MOMENTS:
                raise ValueError(f"there is no moment {moment!r}")
            self._waiting.setdefault(moment, []).append(run)

    def reach(self, moment: str) -> None:
        """Run the first callable that waits for this moment."""
        waiting = self._waiting.get(moment)
        if waiting:
            waiting.pop(0)()
