"""Who might be the same party: candidates for one, and suggestions for two whole registers, with evidence. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from webapp.sync import blocking, grouping, surety
from webapp.sync.beats import Beat, heard, unheard
from webapp.sync.findings import Doubt, Evidence, Finding
from webapp.sync.grouping import Group, Scored
from webapp.sync.keys import key_of, name_key, street_key
from webapp.sync.likeness import findings
from webapp.sync.party import Party, Rarity, Values

__all__ = [
    "LIKELY", "Candidate", "Doubt", "Evidence", "Suggestion", "candidates", "doubt", "evidence", "key_of", "lookalikes",
    "match", "name_key", "score", "traits",
]  # fmt: skip

K = TypeVar("K")
Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")

LIKELY = 50.0
_STEEP = 5.0
_MARKS = ("cvr", "ean", "email")
_KEYS = ("cvr", "ean", "email", "phone", "number")


@dataclass(frozen=True)
class Candidate(Generic[K]):
    """A party that might be the same, best `score` (0 to 100) first."""

    key: K
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


@dataclass(frozen=True)
class Suggestion(Generic[Ours, Theirs]):
    """One of ours and one of theirs: `sure` can be paired unseen, `look` wants a glance, `none` is only a candidate."""

    ours: Ours
    theirs: Theirs
    score: float
    group: Group
    evidence: tuple[Evidence, ...]
    doubt: Doubt | None = None
    """Why it is not sure."""


def match(
    ours: Sequence[tuple[Ours, Values]],
    theirs: Sequence[tuple[Theirs, Values]],
    apart: Collection[tuple[Ours, Theirs]] = frozenset(),
    most: int = 3,
    beat: Beat = unheard,
) -> list[Suggestion[Ours, Theirs]]:
    """What two whole registers suggest, best first: up to `most` of theirs for each of ours.

    Taking them in this order, each party once, makes the suggested pairs.

    `apart` holds the pairs a person has called "not the same": they are left out. Fields are read by their names,
    a customer's number by `number`; whatever is missing says nothing. `beat` is called all the time that it takes.
    """
    mine, others = ([Party(values) for _, values in heard(beat, side)] for side in (ours, theirs))
    rarity = Rarity(mine, others)
    ranked: list[list[Scored]] = []
    for i, places in blocking.pairs(mine, others):
        beat()
        allowed = (j for j in places if not apart or (ours[i][0], theirs[j][0]) not in apart)
        told = ((j, findings(mine[i], others[j], rarity)) for j in allowed)
        ranked.append(sorted(((_bits(found), i, j, found) for j, found in told), key=lambda one: (-one[0], one[2])))
    line = grouping.line(ranked, max(len(mine), len(others)))
    judged = grouping.judged(ranked, line, mine, others, rarity)
    kept = [one for scored in ranked for at, one in enumerate(scored) if at < most or (one[1], one[2]) in judged]
    suggestions = []
    for bits, i, j, found in sorted(kept, key=lambda one: (-one[0], one[1], one[2])):
        group, doubt = judged.get((i, j)) or ("none", surety.doubt(found, mine[i], others[j], rarity))
        why = tuple(finding.evidence for finding in found)
        suggestions.append(Suggestion(ours[i][0], theirs[j][0], _score(bits - line), group, why, doubt))
    return suggestions


def candidates(party: Values, pool: Sequence[tuple[K, Values]], most: int = 20) -> list[Candidate[K]]:
    """The best of the pool, best first; ties stand in the pool's order."""
    places = sorted({*_by_name(party, pool, most * 3), *_by_key(party, pool)})
    one, others = Party(party), [Party(pool[place][1]) for place in places]
    rarity = Rarity((one,), others)
    found = []
    for place, other in zip(places, others, strict=True):
        told = findings(one, other, rarity)
        points = _score(_bits(told) - grouping.default_line(0))
        found.append(Candidate(pool[place][0], points, tuple(finding.evidence for finding in told)))
    return sorted(found, key=lambda candidate: -candidate.score)[:most]


def traits(party: Values) -> list[str]:
    """What a party may be searched for by where there are too many to look at each."""
    return [trait for trait in blocking.traits(Party(party)) if len(trait) > 2]


def evidence(one: Values, other: Values) -> tuple[Evidence, ...]:
    """What speaks for and against these two being the same."""
    return tuple(found.evidence for found in findings(Party(one), Party(other)))


def doubt(one: Values, other: Values) -> Doubt:
    """Why these two are not sure, as far as they tell by themselves."""
    mine, yours = Party(one), Party(other)
    return surety.doubt(findings(mine, yours), mine, yours, Rarity((mine,), (yours,)))


def score(one: Values, other: Values) -> float:
    """0 to 100: how much these two look like one party; from 50 it is likely."""
    return _score(_bits(findings(Party(one), Party(other))) - grouping.default_line(0))


def _bits(found: Iterable[Finding]) -> float:
    return sum(one.bits for one in found)


def _score(beyond: float) -> float:
    """0 to 100 of the bits beyond the line."""
    return round(100.0 / (1.0 + math.exp2(-max(-100.0, min(100.0, beyond)) / _STEEP)), 2)


def _by_name(party: Values, pool: Sequence[tuple[K, Values]], most: int) -> Iterable[int]:
    names = [name_key(values.get("name", "")) for _, values in pool]
    hits = process.extract(name_key(party.get("name", "")), names, scorer=fuzz.token_sort_ratio, limit=most)
    return (place for _, _, place in hits)


def _by_key(party: Values, pool: Sequence[tuple[K, Values]]) -> Iterator[int]:
    """Those who share a key with the party, or its house."""
    wanted = {field: key for field in _KEYS if (key := key_of(field, party.get(field, "")))}
    house, postcode = street_key(party.get("address", "")), party.get("postcode", "")
    for place, (_, values) in enumerate(pool):
        shared = any(key == key_of(field, values.get(field, "")) for field, key in wanted.items())
        near = postcode and all(house) and postcode == values.get("postcode")
        if shared or (near and house == street_key(values.get("address", ""))):
            yield place


def lookalikes(
    ours: Iterable[tuple[K, Values]], theirs: Iterable[tuple[K, Values]], beat: Beat = unheard
) -> dict[K, K]:
    """Which of ours look like one of theirs: same CVR, EAN, e-mail or name, or much alike in all.

    For holding back in bulk, so it errs on caution.
    """
    sources, others = list(ours), list(theirs)
    found = marked(sources, others, beat=beat)
    unmarked = [one for one in sources if one[0] not in found]
    for suggestion in match(unmarked, others, most=1, beat=beat):
        if suggestion.score >= LIKELY:
            found[suggestion.ours] = suggestion.theirs
    return found


def marked(
    ours: Iterable[tuple[Ours, Values]],
    theirs: Iterable[tuple[Theirs, Values]],
    apart: Collection[tuple[Ours, Theirs]] = frozenset(),
    beat: Beat = unheard,
) -> dict[Ours, Theirs]:
    """Which of ours share CVR, EAN, e-mail or name with one of theirs that is not held `apart` from it."""
    index: dict[tuple[str, str], list[Theirs]] = {}
    for other, values in heard(beat, theirs):
        for mark in _marks(values):
            index.setdefault(mark, []).append(other)
    found: dict[Ours, Theirs] = {}
    for key, values in heard(beat, ours):
        same = (other for mark in _marks(values) for other in index.get(mark, ()) if (key, other) not in apart)
        held = next(same, None)
        if held is not None:
            found[key] = held
    return found


def _marks(values: Values) -> list[tuple[str, str]]:
    marks = [(field, key_of(field, values.get(field, ""))) for field in _MARKS]
    return [mark for mark in (*marks, ("name", name_key(values.get("name", "")))) if mark[1]]
