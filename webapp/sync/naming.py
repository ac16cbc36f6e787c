"""How alike two names are: equal but for spelling, a letter or two off, one part of the other, or another. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import OSA, JaroWinkler

from webapp.sync.findings import Finding
from webapp.sync.party import Party, Rarity

Words = tuple[str, ...]


def of_names(one: Party, other: Party, rarity: Rarity) -> Iterator[Finding]:
    """What the names say, nothing where one is missing."""
    if not one.words or not other.words:
        return
    worth = min(13.0, rarity.bits("name", one.name), rarity.bits("name", other.name))
    if one.folded == other.folded:
        yield Finding("same", "name", worth)
    elif one.compact == other.compact:
        yield Finding("form", "name", worth - 0.3)
    elif one.name == other.name:
        yield Finding("order", "name", worth - 0.5)
    else:
        yield _unequal(one, other, rarity)


def _unequal(one: Party, other: Party, rarity: Rarity) -> Finding:
    """Word by word; a name that is one half of "firm v/ owner" is worth what that half is."""
    first, second = sorted((one.words, other.words))
    bits, closeness = _aligned(first, second, rarity)
    kind = _nuance(one, other) if closeness >= 0.6 and bits > 0 else "other"
    for whole, half in ((one, other), (other, one)):
        if half.words in whole.parts:
            kind, bits = "part", max(bits, 0.7 * rarity.bits("name", half.name))
    return Finding(kind, "name", bits if kind != "other" else min(bits, -0.5))


def _nuance(one: Party, other: Party) -> str:
    """How names that are alike differ: by a letter, by a few, by whole words, or by more than that."""
    if set(one.words) <= set(other.words) or set(other.words) <= set(one.words):
        return "part"
    if _digits_differ(one.words, other.words):
        return "alike"
    apart = min(
        OSA.distance(one.compact, other.compact, score_cutoff=3),
        OSA.distance(one.name.replace(" ", ""), other.name.replace(" ", ""), score_cutoff=3),
    )
    if apart == 1:
        return "letter"
    longest = max(len(one.compact), len(other.compact))
    return "letters" if apart == 2 or (apart == 3 and longest >= 12) else "alike"


def _digits_differ(one: Words, other: Words) -> bool:
    """Numbers in names tell parties apart: "Ejerforeningen Elme 3" is not "... 4"."""
    return sorted(w for w in one if w[0].isdigit()) != sorted(w for w in other if w[0].isdigit())


def _aligned(one: Words, other: Words, rarity: Rarity) -> tuple[float, float]:
    """Bits of the best pairing of the two names' words, and which share of the words' weight it covers (0 to 1).

    A word of one name without its like in the other counts against; against each other they count double.
    """
    shared = sum(rarity.bits("word", word) for word in set(one) & set(other))
    left = [word for word in other if word not in one]
    bits, covered, lost, differing = shared, 2.0 * shared, 0.0, 0.0
    for word in (word for word in one if word not in other):
        best, near = _nearest(word, left)
        weight = min(8.0, rarity.bits("word", word))
        if best:
            left.remove(best)
            bits += weight * near
            covered += 2.0 * weight * near
            differing += 2.0 * weight * (1.0 - near)
        else:
            lost += weight
    more = sum(min(8.0, rarity.bits("word", word)) for word in left)
    bits -= 0.4 * (lost + more) + 0.5 * min(lost, more) + (6.0 if _digits_differ(one, other) else 0.0)
    every = covered + differing + lost + more
    return max(-7.0, min(12.0, bits)), covered / every if every else 0.0


def _nearest(word: str, among: list[str]) -> tuple[str, float]:
    """The word most like it and how alike (0 to 1); '' when none is."""
    best, near = "", 0.0
    for other in among:
        alike = _closeness(word, other)
        if alike > near:
            best, near = other, alike
    return best, near


def _closeness(one: str, other: str) -> float:
    if one[0].isdigit() or other[0].isdigit():
        return 0.0
    shortest = min(len(one), len(other))
    if shortest == 1:
        return 0.3 if one[0] == other[0] else 0.0
    if shortest >= 4 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return 0.8
    close = JaroWinkler.similarity(one, other)
    return 0.6 if close >= 0.92 else 0.4 if close >= 0.85 else 0.0
