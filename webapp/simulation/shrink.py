"""Make a failing history short: leave out what the failure does not need."""

from __future__ import annotations

import re
from collections.abc import Callable

from webapp.simulation.play import Outcome

Play = Callable[[list[int]], Outcome]


def shrunk(indexes: list[int], play: Play, kind: str, most: int = 250) -> list[int]:
    """The fewest indexes found, within so many tries, whose history still fails in the same way (`kind`)."""
    kept, chunk, tries = list(indexes), max(1, len(indexes) // 2), 0
    while chunk and tries < most:
        start, shorter = 0, False
        while start < len(kept) and tries < most:
            less = kept[:start] + kept[start + chunk :]
            tries += 1
            if kind in kinds(play(less)):
                kept, shorter = less, True
            else:
                start += chunk
        if not shorter:
            chunk //= 2
    return kept


def kinds(outcome: Outcome) -> set[str]:
    """The invariants that a history broke, by their names."""
    return {kind(sentence) for sentence in outcome.violations}


def kind(sentence: str) -> str:
    """`I3: phone 'x' of customer 7 …` → `I3`, with the words that do not change from case to case."""
    name, _, rest = sentence.partition(":")
    words = re.sub(r"'[^']*'|\d+", "", rest).split()
    return f"{name} {words[0] if words and name == 'surprise' else ''}".strip()
