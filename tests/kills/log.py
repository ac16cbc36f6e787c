"""What the people of a storm write down: what they asked for, when, and whether it was answered with a yes."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

OURS, THEIRS, BOTH = "phone", "city", "website"
"""The fields that only we write, that only the accountant writes, and that both do."""


@dataclass(frozen=True)
class Entry:
    """Something that was asked for. `acked`: it was answered with a yes; else nobody knows what became of it."""

    kind: str
    subject: int
    value: str = ""
    field: str = ""
    acked: bool = False
    asked_at: float = 0.0
    answered_at: float = 0.0


@dataclass
class Log:
    """Everything that was asked for, in its order, and when the app last said yes."""

    entries: list[Entry] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)

    def of(self, kind: str, *, acked: bool | None = True) -> list[Entry]:
        return [e for e in self.entries if e.kind == kind and acked in (None, e.acked)]

    @contextlib.contextmanager
    def noting(self, entry: Entry) -> Iterator[Callable[[bool], None]]:
        """Write the entry down, acknowledged or in doubt; also when the answer never came."""
        answers: list[bool] = []
        asked = time.monotonic()
        try:
            yield answers.append
        finally:
            now = time.monotonic()
            if any(answers) and entry.kind != "theirs":
                self.acks.append(now)
            self.entries.append(replace(entry, acked=any(answers), asked_at=asked, answered_at=now))
