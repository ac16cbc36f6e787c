"""Which pairs of two registers are suggested: where the line runs, and who stands on the right side of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log2
from typing import Literal

from webapp.sync.findings import Doubt, Finding
from webapp.sync.party import Party, Rarity
from webapp.sync.surety import contradicted, doubt, is_sure

Group = Literal["sure", "look", "none"]
Judged = tuple[Group, Doubt | None]
"""A pair's group, and of one to look at why it is not sure."""
Scored = tuple[float, int, int, list[Finding]]

# Below this many parties two registers say too little of themselves to learn a line from.
_ENOUGH = 200
_LEAST = 2000
_LOWEST = 18
# So many bits above the line a second of ours may be the same party written twice.
_CERTAIN = 10.0


def default_line(parties: int) -> float:
    """Bits from which a pair is more likely one party than not, when each has about one partner among so many."""
    return log2(max(parties, _LEAST))


def line(ranked: Sequence[Sequence[Scored]], parties: int) -> float:
    """The bits from which a pair is suggested, learned from the registers themselves.

    The runners-up show how alike strangers get here. The line goes down, bit by bit, while those who would be let in
    are at least twice as many as the strangers to be expected among them.
    """
    start = default_line(parties)
    if len(ranked) < _ENOUGH:
        return start
    firsts = _free_firsts(ranked)
    settled = {one[1] for one in firsts if one[0] >= start}
    strangers = Counter(int(start - one[1][0]) for one in ranked if len(one) > 1 and one[1][0] < start)
    let_in = Counter(int(start - one[0]) for one in firsts if one[0] < start)
    alone, known = parties - len(settled), len(ranked)
    lowest = 0
    for step in range(_LOWEST):
        if let_in[step] < 3.0 * alone * strangers[step] / known:
            break
        lowest = step + 1 if let_in[step] else lowest
        alone -= let_in[step]
    return start - lowest


def _free_firsts(ranked: Iterable[Sequence[Scored]]) -> list[Scored]:
    """The pairs that remain when each party is used once, best first."""
    took: set[int] = set()
    taken: set[int] = set()
    found = []
    for one in sorted((one for scored in ranked for one in scored), key=lambda one: (-one[0], one[1], one[2])):
        if one[1] not in took and one[2] not in taken:
            took.add(one[1])
            taken.add(one[2])
            found.append(one)
    return found


def judged(
    ranked: Sequence[Sequence[Scored]], lowest: float, ours: Sequence[Party], theirs: Sequence[Party], rarity: Rarity
) -> dict[tuple[int, int], Judged]:
    """The group of every pair that is suggested, and why one is not sure."""
    free = [one for one in _free_firsts(ranked) if one[0] >= lowest]
    open_pairs = [one for scored in ranked for one in scored if one[0] >= lowest and not contradicted(one[3])]
    mine, yours = Counter(one[1] for one in open_pairs), Counter(one[2] for one in open_pairs)
    found: dict[tuple[int, int], Judged] = {}
    took = {one[1] for one in free}
    for bits, i, j, told in open_pairs:
        if i not in took and bits >= lowest + _CERTAIN:
            found[i, j] = ("look", doubt(told, ours[i], theirs[j], rarity, rivals=1))
    for _bits, i, j, told in free:
        itself = 0 if contradicted(told) else 1
        if mine[i] == yours[j] == itself and is_sure(told, ours[i], theirs[j], rarity):
            found[i, j] = ("sure", None)
        else:
            rivals = max(mine[i], yours[j]) - itself
            found[i, j] = ("look", doubt(told, ours[i], theirs[j], rarity, rivals))
    return found
