"""`webapp bench matching`: the matcher next to Splink and recordlinkage, on the same customers in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

from rapidfuzz import fuzz, process

from webapp.bench import rivals
from webapp.bench.danish import Labelled, labelled
from webapp.bench.febrl import febrl
from webapp.bench.measure import Figures, Pair, Scores, figures, most_favourable, recall_at
from webapp.sync.matching import Suggestion, match

# This seed was first used when the matcher was finished; 1 to 12 were looked at while it was made.
HELD_OUT = 4711
STRONG, KEYS = ("cvr", "ean"), ("cvr", "ean", "phone")
Found = list[Suggestion[str, str]]


@dataclass
class Line:
    """One contender's figures on one set: each second in terms of the reference job run beside it."""

    who: str
    figures: Figures
    recall_at_three: float
    seconds: list[float]
    ratios: list[float]


def report(seeds: Sequence[int], size: int, rounds: int) -> Iterator[str]:
    """The whole sheet, line by line as it is found."""
    sets: list[tuple[str, Callable[[], Labelled]]] = [
        (f"Danish customers, seed {seed}", partial(labelled, seed, size)) for seed in seeds
    ]
    with_rivals = rivals.installed()
    if with_rivals:
        sets += [("FEBRL 4", febrl), ("FEBRL 4 without its number", partial(febrl, with_number=False))]
    for title, make in sets:
        given = make()
        yield f"\n{title}: {len(given.ours)} and {len(given.theirs)} customers, {len(given.truth)} true pairs"
        found, lines = _contest(given, rounds, with_rivals)
        yield f"{'':24}{'precision':>10}{'recall':>8}{'F1':>8}{'recall@3':>10}{'seconds':>9}{'x reference':>13}"
        yield from map(_told, lines)
        yield _sure(found, given)
    if not with_rivals:
        yield "\n" + rivals.MISSING


def _contest(given: Labelled, rounds: int, with_rivals: bool) -> tuple[Found, list[Line]]:
    """Everybody in turn, `rounds` times, the reference job before each, so that a busy machine is busy for all."""
    found: Found = []
    scored: dict[str, Scores] = {}
    seconds: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}

    def ours() -> Scores:
        found[:] = match(given.ours, given.theirs)
        return {(one.ours, one.theirs): one.score for one in found}

    contenders: dict[str, Callable[[], Scores]] = {"webapp match": ours}
    if with_rivals:
        tables = rivals.cleaned(given.ours), rivals.cleaned(given.theirs)
        for who, rival in rivals.ALL.items():
            contenders[who] = partial(rival, *tables)
    for _ in range(rounds):
        for who, run in contenders.items():
            yardstick, _names = _timed(lambda: _reference(given))
            taken, scored[who] = _timed(run)
            seconds.setdefault(who, []).append(taken)
            ratios.setdefault(who, []).append(taken / yardstick)
    proposed = {(one.ours, one.theirs) for one in found if one.group != "none"}
    lines = []
    for who, scores in scored.items():
        told = figures(proposed, given.truth) if who == "webapp match" else most_favourable(scores, given.truth)
        lines.append(Line(who, told, recall_at(3, scores, given.truth), seconds[who], ratios[who]))
    return found, lines


def _timed(run: Callable[[], Scores]) -> tuple[float, Scores]:
    gc.collect()
    begun = perf_counter()
    scores = run()
    return perf_counter() - begun, scores


def _reference(given: Labelled) -> Scores:
    """A fixed job to measure seconds against: 1,000 names, each sought among 2,000."""
    names = [values.get("name", "") for _, values in given.theirs[:2000]]
    for _, values in given.ours[:1000]:
        process.extract(values.get("name", ""), names, scorer=fuzz.token_sort_ratio, limit=3)
    return {}


def _told(line: Line) -> str:
    best = line.figures
    return (
        f"{line.who:24}{best.precision:10.4f}{best.recall:8.4f}{best.f1:8.4f}{line.recall_at_three:10.4f}"
        f"{median(line.seconds):9.1f}{median(line.ratios):13.1f}"
    )


def _sure(found: Found, given: Labelled) -> str:
    """What would be paired unseen: how many are wrong, and how many of those that have a key are among them."""
    sure = {(one.ours, one.theirs) for one in found if one.group == "sure"}
    wrong = len(sure - given.truth)
    shares = " ".join(
        f"{_share(sure, _keyed(given, keys))} where both have {' or '.join(keys)};" for keys in (STRONG, KEYS)
    )
    return f"  sure: {len(sure)} pairs, {wrong} wrong; recall {_share(sure, given.truth)}; {shares.rstrip(';')}"


def _share(sure: set[Pair], among: frozenset[Pair]) -> str:
    return f"{len(sure & among) / len(among):.3f}" if among else "-"


def _keyed(given: Labelled, keys: tuple[str, ...]) -> frozenset[Pair]:
    """The true pairs of which both sides have one of these keys written down, rightly or not."""
    ours, theirs = dict(given.ours), dict(given.theirs)
    return frozenset(
        (one, other) for one, other in given.truth if any(ours[one].get(key) and theirs[other].get(key) for key in keys)
    )
