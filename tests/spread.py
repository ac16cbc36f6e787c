"""The order in which files of tests are handed out: those that wait for real processes between those that compute."""

from collections.abc import Iterable
from pathlib import Path

WAITING = {"browser", "kills"}
SOONER = 0.9
"""The last of those that wait begins before the last of the others, so that nobody waits for it alone."""


def spread(files: Iterable[Path]) -> list[Path]:
    """The same files; few of those that wait are under way at the same time, whatever number of workers there is."""
    every = list(files)
    waiting = [file for file in every if file.parent.name in WAITING]
    busy = [file for file in every if file.parent.name not in WAITING]
    place = {file: (number + 0.5) / len(waiting) * SOONER for number, file in enumerate(waiting)}
    place |= {file: (number + 0.5) / len(busy) for number, file in enumerate(busy)}
    return sorted(every, key=lambda file: place[file])
