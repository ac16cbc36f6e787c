"""Which of two registers' parties are worth comparing at all: those that share something few others have. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from math import log2

from webapp.sync.party import Party

# A mark that this many pairs of parties share says too little to compare them for it.
CROWD = 2500
KEPT = 10
# A pair is not compared when it shares less than this part of the best, and less than a mark that is all their own.
LEAST = 0.2


def marks(party: Party) -> Iterator[str]:
    """What a party may be found by although much else was misspelt, moved or left out."""
    yield from (f"c{party.cvr}", f"e{party.ean}", f"n{party.compact}")
    yield from (f"m{email}" for email in party.emails)
    yield from (f"p{phone}" for phone in party.phones)
    yield from (f"d{domain}" for domain in party.domains)
    yield f"s{party.street[:5]}{party.house}"
    where = party.postcode or party.city
    if where:
        yield f"h{where} {party.house}{party.street[:2]}"
    for word in party.words:
        yield f"w{word}"
        yield f"x{word[:4]}{where}"
        yield f"y{word[:4]}{party.street[:4]}"
    if party.number and party.words:
        yield f"k{party.number} {party.words[0][:2]}"


def traits(party: Party) -> Iterator[str]:
    """Much the same as texts to be searched for, each of words that all have to be there."""
    yield from filter(None, (party.cvr, party.ean, *party.emails, *party.phones, " ".join(party.words)))
    where = party.postcode or party.city
    if party.street and party.house:
        yield f"{party.street} {party.house} {where}"
    for word in party.words:
        yield from (f"{word[:4]} {where}", f"{word[-4:]} {where}") if where and len(word) > 3 else ()
        yield from (f"{word[:4]} {party.street[:5]}",) if party.street and len(word) > 3 else ()
        yield word


def _told(party: Party) -> set[str]:
    """The marks that hold more than their own letter."""
    return {mark for mark in marks(party) if len(mark) > 3}


def pairs(ours: Sequence[Party], theirs: Sequence[Party], kept: int = KEPT) -> Iterable[tuple[int, list[int]]]:
    """For each of ours the places of those of theirs that share the most, rare marks counting most."""
    mine = [_told(party) for party in ours]
    often = Counter(mark for marked in mine for mark in marked)
    index: dict[str, list[int]] = defaultdict(list)
    for place, party in enumerate(theirs):
        for mark in _told(party):
            if mark in often:
                index[mark].append(place)
    total = len(ours) + len(theirs)
    weights = {
        mark: log2(1 + total / (often[mark] + len(places)))
        for mark, places in index.items()
        if often[mark] * len(places) <= CROWD
    }
    unique = log2(1 + total / 2)
    for place, marked in enumerate(mine):
        shared: dict[int, float] = defaultdict(float)
        for mark in marked:
            weight = weights.get(mark)
            if weight:
                for other in index[mark]:
                    shared[other] += weight
        least = min(unique, LEAST * max(shared.values(), default=0.0))
        worthy = [other for other, weight in shared.items() if weight >= least]
        if len(worthy) > kept:
            worthy = nlargest(kept, worthy, key=lambda other: (shared[other], -other))
        if worthy:
            yield place, worthy
