"""Many histories: played one after the other, added up over several goes, told on one sheet."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp.simulation.play import Outcome, play
from webapp.simulation.shrink import kinds, shrunk
from webapp.simulation.steps import STEPS, history
from webapp.simulation.store import Store

COUNTERS = ("counts", "faults", "boundaries", "kills", "interleavings", "rounds", "broken")


@dataclass
class Totals:
    """What some goes add up to; `goes` says which seeds, how many steps each, which database and commit, how long."""

    goes: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    boundaries: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    interleavings: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    failing: list[int] = field(default_factory=list)

    @classmethod
    def load(cls, file: Path) -> Totals:
        """The totals of earlier goes; none when there is no such file."""
        if not file.exists():
            return cls()
        kept = json.loads(file.read_text())
        counted = {name: Counter(kept.get(name, {})) for name in COUNTERS}
        return cls(goes=kept["goes"], failing=kept["failing"], **counted)

    def save(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(self.__dict__, ensure_ascii=False, sort_keys=True))
        draft.replace(file)

    @property
    def histories(self) -> int:
        return sum(go["histories"] for go in self.goes)

    @property
    def next_seed(self) -> int:
        return max((go["to"] for go in self.goes), default=0)

    def add(self, outcome: Outcome) -> None:
        for name in ("counts", "faults", "boundaries", "kills", "interleavings"):
            getattr(self, name).update(getattr(outcome, name))
        self.rounds[str(max(0, outcome.rounds))] += 1
        if outcome.failed:
            self.failing.append(outcome.seed)
            self.broken.update(kinds(outcome))

    def percentile(self, share: float) -> int:
        """How many further comparisons that share of the histories needed at most."""
        reached, wanted = 0, share * sum(self.rounds.values())
        for rounds in sorted(self.rounds, key=int):
            reached += self.rounds[rounds]
            if reached >= wanted:
                return int(rounds)
        return 0


def run(
    store: Store,
    seeds: Iterable[int],
    length: int = STEPS,
    totals: Totals | None = None,
    told: Callable[[Outcome, Totals], None] = lambda outcome, totals: None,
    about: dict[str, Any] | None = None,
) -> Totals:
    """Play these seeds; `told` hears of each outcome."""
    totals = totals or Totals()
    go = {"from": None, "to": 0, "histories": 0, "steps": length, "seconds": 0.0, "ends": ""} | (about or {})
    totals.goes.append(go)
    begun = time.monotonic()
    for seed in seeds:
        store.clear()
        outcome = play(seed, history(seed, length))
        totals.add(outcome)
        go["from"] = seed if go["from"] is None else go["from"]
        go["to"], go["histories"], go["seconds"] = seed + 1, go["histories"] + 1, round(time.monotonic() - begun, 1)
        go["ends"] = _chained(go["ends"], outcome)
        told(outcome, totals)
    return totals


def _chained(before: str, outcome: Outcome) -> str:
    """A digest of how every history of a go went and ended: equal seeds give equal ones, whatever the database."""
    return hashlib.sha256(f"{before} {outcome.seed} {outcome.trace} {outcome.end}".encode()).hexdigest()[:16]


def shortest(store: Store, outcome: Outcome, length: int, most: int = 250) -> list[int]:
    """The few steps that a failing history needs to fail."""

    def again(indexes: list[int]) -> Outcome:
        store.clear()
        return play(outcome.seed, history(outcome.seed, length, indexes))

    return shrunk(list(range(length)), again, min(kinds(outcome)), most)


def replay_line(seed: int, length: int, kept: Iterable[int]) -> str:
    """The command that plays just these steps of a seed."""
    return f"webapp simulate --seed {seed} --histories 1 --steps {length} --only {','.join(map(str, kept))}"
