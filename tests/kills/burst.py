"""A bulk import told customer by customer: so many webhook calls at once, over HTTP, and what becomes of them.

`python -m tests.kills.burst --calls 100000`: the real app, two workers and the sandbox with a large agreement.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.kills import furnish
from tests.kills.house import APP, SANDBOX, WORKERS, House
from webapp import db
from webapp.models import inbox
from webapp.models.inbox import Inbox
from webapp.models.lane import Lane
from webapp.sandbox.demo import CROWD

SENDERS, AGAIN = 8, 0.2


@dataclass
class Burst:
    """`answers`: status -> calls; `stored`: those in the inbox afterwards; `asked`: calls to e-conomic meanwhile,
    with a poll every three seconds."""

    answers: Counter[int] = field(default_factory=Counter)
    stored: int = 0
    left: int = 0
    asked: int = 0
    sent_in: float = 0.0
    drained_in: float = 0.0

    def told(self) -> str:
        called = sum(self.answers.values())
        return (
            f"{called} calls in {self.sent_in:.0f} s ({called / self.sent_in:.0f} a second), "
            f"answers {dict(self.answers)}, stored {self.stored}; {self.drained_in:.0f} s later {self.left} wait; "
            f"e-conomic was asked {self.asked} times"
        )


def burst(folder: Path, calls: int, customers: int, database: str = "") -> Burst:
    """Send so many calls about so many different customers as fast as the wire takes them, until nothing waits."""
    house, found = House(folder, database, crowd=customers), Burst()
    try:
        house.up(SANDBOX)
        facts = furnish.furnish(house, agreement=CROWD)
        house.up(APP, *WORKERS)
        _until(_nothing_waits, 600)
        asked, begun = house.control_state()["calls"], time.monotonic()
        with ThreadPoolExecutor(SENDERS) as senders:
            numbers = [[1 + n % customers for n in range(sender, calls, SENDERS)] for sender in range(SENDERS)]
            for answers in senders.map(lambda mine: _send(f"{house.app}/w/{facts.webhook}", mine), numbers):
                found.answers += answers
        found.sent_in = time.monotonic() - begun
        found.drained_in = _until(_nothing_waits, 60 + calls / 20)
        found.asked, found.left = house.control_state()["calls"] - asked, _waiting()
        with db.connected():
            found.stored = Inbox.select().count()
    finally:
        house.close()
        db.close()
    return found


def _send(address: str, numbers: list[int]) -> Counter[int]:
    answers = Counter[int]()
    with requests.Session() as line:
        for number in numbers:
            answers[line.post(address, data={"new": number, "old": number}, timeout=60).status_code] += 1
    return answers


def _waiting() -> int:
    with db.connected():
        return int(Inbox.select().where(Inbox.state == inbox.NEW).count() + Lane.select().count())


def _nothing_waits() -> bool:
    return not _waiting()


def _until(what: Callable[[], bool], seconds: float) -> float:
    """How long it took, at most so long."""
    begun = time.monotonic()
    while not what() and time.monotonic() - begun < seconds:
        time.sleep(AGAIN)
    return time.monotonic() - begun


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.kills.burst", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(burst(Path(folder), asked.calls, asked.customers, asked.database).told() + "\n")


if __name__ == "__main__":
    main()
