"""Let the tester play histories on a copy of the program until one fails, and say which and why."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.planted.scratch import environment

STEPS = 40
SILENCE = 180.0
"""Seconds without a finished history after which the program counts as stuck."""
_PROGRESS = re.compile(rb"\] (\d+) of \d+, [^\r\n]*?(\d+) failed")
_SENTENCE = re.compile(r"^(?:I\d+|surprise)\b.*: .+")


@dataclass
class Result:
    """What came of one bug. `missed`: earlier hunts that did not find it (commit, histories)."""

    made_of: str
    commit: str
    found: bool = False
    seed: int | None = None
    sentence: str = ""
    histories: int = 0
    seconds: float = 0.0
    missed: list[list[Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def hunt(copy: Path, first: int, most: int) -> tuple[int, int | None, str, float]:
    """(histories played, failing seed or None, the sentence it failed with, seconds)."""
    began = time.monotonic()
    asked = ["nice", "-n", "15", sys.executable, "-m", "webapp", "simulate", "--steps", str(STEPS)]
    asked += ["--histories", str(most), "--seed", str(first)]
    with subprocess.Popen(
        asked, cwd=copy, env=environment(copy), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as tester:
        try:
            played, seed, said = _watch(tester, first)
        finally:
            tester.kill()
    if seed is not None and not said:
        said = _why(copy, seed)
    if seed is None and played < most:
        raise RuntimeError(f"the tester stopped after {played} histories: {said}")
    return played, seed, said, time.monotonic() - began


def _watch(tester: subprocess.Popen[bytes], first: int) -> tuple[int, int | None, str]:
    """Read the progress line; the first history that fails ends it, before the tester goes on to shrink it."""
    played, tail = 0, b""
    for part in _parts(tester):
        if part is None:
            return played, first + played, f"no end to this history within {SILENCE:.0f} s"
        tail += part
        for done, failed in _PROGRESS.findall(tail):
            played = int(done)
            if int(failed):
                return played, first + played - 1, ""
        tail = tail[-4000:]
    return played, None, tail.decode("utf-8", "replace")[-300:]


def _parts(tester: subprocess.Popen[bytes]) -> Iterator[bytes | None]:
    """What the tester writes, as it comes; None when it has been silent for too long."""
    assert tester.stdout is not None
    out = tester.stdout.fileno()
    while True:
        if not select.select([out], [], [], SILENCE)[0]:
            yield None
        part = os.read(out, 65_536)
        if not part:
            return
        yield part


def _why(copy: Path, seed: int) -> str:
    """The sentence with which this seed fails, from a replay of all its steps."""
    steps = ",".join(str(step) for step in range(STEPS))
    asked = [sys.executable, "-m", "webapp", "simulate", "--steps", str(STEPS), "--histories", "1"]
    asked += ["--seed", str(seed), "--only", steps]
    replay = subprocess.run(
        asked, cwd=copy, env=environment(copy), capture_output=True, text=True, errors="replace", check=False
    )
    lines = [line.strip() for line in (replay.stdout + replay.stderr).splitlines() if _SENTENCE.match(line.strip())]
    return lines[-1][:300] if lines else "(the replay gave no sentence)"
