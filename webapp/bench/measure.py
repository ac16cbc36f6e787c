"""Precision, recall, F1 and recall@3 of scored pairs against the truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

Pair = tuple[str, str]
Scores = dict[Pair, float]


@dataclass(frozen=True)
class Figures:
    """How well the proposed pairs hit the truth."""

    precision: float
    recall: float
    f1: float


def figures(proposed: Collection[Pair], truth: Collection[Pair]) -> Figures:
    """Precision, recall and F1 of the proposed pairs."""
    known = set(truth)
    hits = sum(pair in known for pair in set(proposed))
    precision = hits / len(set(proposed)) if proposed else 0.0
    recall = hits / len(known) if known else 0.0
    return Figures(precision, recall, 2 * hits / (len(set(proposed)) + len(known)) if proposed or known else 0.0)


def recall_at(most: int, scores: Scores, truth: Collection[Pair]) -> float:
    """The share of true pairs whose one of theirs stands among the best few of that one of ours."""
    ranked: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (ours, theirs), score in scores.items():
        ranked[ours].append((-score, theirs))
    best = {ours: {theirs for _, theirs in sorted(found)[:most]} for ours, found in ranked.items()}
    return sum(theirs in best.get(ours, ()) for ours, theirs in truth) / len(truth) if truth else 0.0


def one_to_one(scores: Scores) -> Scores:
    """The pairs that remain when each party is used once, best first."""
    ours_used: set[str] = set()
    theirs_used: set[str] = set()
    kept: Scores = {}
    for (ours, theirs), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if ours not in ours_used and theirs not in theirs_used:
            ours_used.add(ours)
            theirs_used.add(theirs)
            kept[ours, theirs] = score
    return kept


def above(line: float, scores: Scores) -> set[Pair]:
    return {pair for pair, score in scores.items() if score >= line}


def best_line(scores: Scores, truth: Collection[Pair]) -> float:
    """The line with the highest F1, found with the truth in hand: better than anybody could choose it beforehand."""
    known, hits, best, line = set(truth), 0, -1.0, 0.0
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    for place, (pair, score) in enumerate(ranked, 1):
        hits += pair in known
        ends_here = place == len(ranked) or ranked[place][1] < score
        f1 = 2 * hits / (place + len(known))
        if ends_here and f1 > best:
            best, line = f1, score
    return line


def most_favourable(scores: Scores, truth: Collection[Pair]) -> Figures:
    """The best a rival's scores can do: any line, each party once or as often as it likes."""
    ways: Iterable[Scores] = (scores, one_to_one(scores))
    found = [figures(above(best_line(way, truth), way), truth) for way in ways]
    return max(found, key=lambda one: one.f1)
