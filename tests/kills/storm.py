"""A storm: the house works under load while its processes die at named boundaries and at random, and start again."""

import ast
import random
import re
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.kills import furnish, judge
from tests.kills.house import ALL, APP, ROOT, SANDBOX, WORKERS, House, Life
from tests.kills.people import Load
from webapp import db

ANY = ("commit.before", "commit.after")
IN_THE_APP = ("inbox.stored",)
RANDOM, BY_ITSELF, SILENT = "at random", "by itself", "silent"
PATIENCE = 20.0


def declared() -> list[str]:
    """Every boundary that the code names, read from the code: a new one cannot be forgotten."""
    found = set()
    for path in (ROOT / "webapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ports.failpoint":
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return sorted(found)


@dataclass
class Tally:
    """How the storm went: deaths by place, seconds until the app said yes again, runs by kind, and the judgement."""

    kills: Counter[str] = field(default_factory=Counter)
    by_process: Counter[str] = field(default_factory=Counter)
    recoveries: list[tuple[bool, float]] = field(default_factory=list)
    seconds: float = 0.0
    runs: Counter[str] = field(default_factory=Counter)
    acked: int = 0
    asked: int = 0
    verdict: judge.Verdict = field(default_factory=judge.Verdict)

    @property
    def total(self) -> int:
        return sum(self.kills.values())


class Storm:
    """`kills` deaths, then calm and the judgement. Boundaries in `wanted` are aimed at first."""

    def __init__(self, house: House, seed: int, wanted: list[str], fresh_share: float = 0.0) -> None:
        self.house, self.seed = house, seed
        self.chance = random.Random(f"storm/{seed}")
        self.tally = Tally()
        self.wanted = set(wanted)
        self.names = declared()
        self.fresh_share = fresh_share
        self._deadlines: dict[str, float] = {}
        self._app_died, self._has_answered = time.monotonic(), False

    def blow(self, kills: int) -> Tally:
        began = time.monotonic()
        self.house.up(SANDBOX)
        self.load = Load(self.house, furnish.furnish(self.house), self.seed)
        self.house.up(APP, *WORKERS)
        self.load.await_fetch()
        with self.load.going_on():
            for name in (SANDBOX, APP, *WORKERS):
                self._give_a_deadline(self.house.lives[name])
            while self.tally.total < kills:
                self._look_around()
                time.sleep(0.005)
            self._calm()
        self.tally.verdict = judge.judge(self.house, self.load)
        self._own_ends()
        self.tally.runs.update(entry.value for entry in self.load.log.of("run"))
        self.tally.acked, self.tally.asked = sum(e.acked for e in self.load.log.entries), len(self.load.log.entries)
        self.tally.seconds = time.monotonic() - began
        return self.tally

    def _look_around(self) -> None:
        for name in ALL:
            life = self.house.lives[name]
            if name == APP:
                self._watch_recovery(life)
            if life.is_dead:
                self._note(life, life.order.partition(":")[0] or BY_ITSELF)
            elif time.monotonic() > self._deadlines[name]:
                life.kill()
                self._note(life, RANDOM if name != APP or self._has_answered else SILENT)

    def _note(self, life: Life, place: str) -> None:
        """Count the death and start the next life at once."""
        life.wait()
        self.tally.kills[place] += 1
        self.tally.by_process[life.name.partition("-")[0]] += 1
        self.wanted.discard(place)
        if life.name in WORKERS:
            with db.connected():
                judge.release({life.pid})
        if life.name == APP:
            self._app_died, self._has_answered = time.monotonic(), False
        fresh = life.name == APP and self.chance.random() < self.fresh_share
        self._give_a_deadline(self.house.start(life.name, self._order(life.name), fresh=fresh))
        orders = [life.order for life in self.house.lives.values()]
        self.load.wanted = next((order for order in orders if order.partition(":")[0] in self.wanted), "")

    def _order(self, name: str) -> str:
        """Most lives end at a boundary, the wanted ones first."""
        if name == SANDBOX or self.chance.random() < 0.25:
            return ""
        mine = [n for n in self.names if n in ANY or (n in IN_THE_APP) == (name == APP)]
        missing = [n for n in mine if n in self.wanted]
        place = self.chance.choice(missing or mine)
        passings = 25 if name == APP else 12 if place in ANY else 1 if missing else 2
        return f"{place}:{self.chance.randint(1, passings)}"

    def _give_a_deadline(self, life: Life) -> None:
        """Workers may die while they start; the app is first given time to say yes once."""
        longest = {APP: PATIENCE, SANDBOX: 8.0}.get(life.name, 6.0 if life.order else 1.5)
        share = 1.0 if life.name == APP else self.chance.random()
        self._deadlines[life.name] = time.monotonic() + share * longest

    def _watch_recovery(self, life: Life) -> None:
        """The first yes of this life: from here on its end may come."""
        if self._has_answered or not self.load.log.acks or self.load.log.acks[-1] < life.began:
            return
        self._has_answered = True
        first = next(ack for ack in self.load.log.acks if ack > life.began)
        self.tally.recoveries.append((life.fresh, first - self._app_died))
        self._deadlines[APP] = time.monotonic() + self.chance.random() * (9.0 if life.order else 6.0)

    def _calm(self) -> None:
        """Everybody lives once more, with no death ordered."""
        for name in ALL:
            life = self.house.lives[name]
            life.kill()
            with db.connected():
                judge.release({life.pid})
        self.house.up()

    def _own_ends(self) -> None:
        """A process that ended without being killed, or that was surprised, is a fault, whatever it left behind."""
        told = self.house.log.read_text(errors="replace").splitlines()
        restless = self.tally.verdict.restless
        restless += [line for line in told if "ENDED BY ITSELF" in line]
        restless += [
            f"{self.tally.kills[place]} deaths {place}" for place in (BY_ITSELF, SILENT) if self.tally.kills[place]
        ]
        surprises = [line for line in told if re.match(r"[\w.]+(Error|Exception|Exit)\b", line)]
        restless += [f"{count} times {line}" for line, count in Counter(surprises).items()]


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else sum(seconds)


def blow(folder: Path, seed: int, kills: int, wanted: list[str], database: str = "", fresh: float = 0.0) -> Tally:
    """One storm in a house of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    house = House(folder, database)
    try:
        return Storm(house, seed, wanted, fresh).blow(kills)
    finally:
        db.close()
        house.close()
