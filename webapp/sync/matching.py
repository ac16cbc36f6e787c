"""Who might be the same party: candidates with the evidence for and against. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rapidfuzz import fuzz, process

from webapp.sync.normalise import digits, fold

K = TypeVar("K")
Values = Mapping[str, str]

_FORMS = re.compile(r"\b(aps|a ?s|i ?s|k ?s|p ?s|ivs|smba|amba|a m b a|v)\b")
_PUNCTUATION = re.compile(r"[^\w]+")
_SHORT = {"og": "&", "kbh": "koebenhavn", "copenhagen": "koebenhavn", "str": "straede", "gl": "gammel"}


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for or against: `kind` is said in words by the page, `field` is a synced field."""

    kind: str
    field: str
    supports: bool


@dataclass(frozen=True)
class Candidate(Generic[K]):
    """A party that might be the same, best `score` (0 to 100) first."""

    key: K
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def is_likely(self) -> bool:
        return self.score >= LIKELY


LIKELY = 70.0
_KEYS = (("cvr", 55.0), ("ean", 60.0), ("email", 25.0), ("phone", 25.0))


def name_key(name: str) -> str:
    """A name without its legal form, punctuation and usual abbreviations: for finding, never for equality."""
    words = _PUNCTUATION.sub(" ", fold(name).replace("&", " og "))
    words = _FORMS.sub(" ", words)
    return " ".join(_SHORT.get(word, word) for word in words.split() if word != "og")


def key_of(field: str, value: str) -> str:
    """The value as a key of that field: digits of a CVR, EAN or phone, the folded e-mail; '' when it says nothing."""
    if field in ("cvr", "ean", "phone"):
        found = digits(value)
        found = found[-8:] if field != "ean" else found
        return found if len(found) >= 8 and len(set(found)) > 1 else ""
    return fold(value)


def evidence(one: Values, other: Values) -> tuple[Evidence, ...]:
    """What speaks for and against these two being the same."""
    found = []
    for field, _ in _KEYS:
        mine, theirs = key_of(field, one.get(field, "")), key_of(field, other.get(field, ""))
        if mine and theirs and (mine == theirs or field in ("cvr", "ean")):
            found.append(Evidence("same" if mine == theirs else "other", field, mine == theirs))
    return (*found, *_of_name(one, other), *_of_address(one, other))


def _of_name(one: Values, other: Values) -> Iterable[Evidence]:
    mine, theirs = one.get("name", ""), other.get("name", "")
    if fold(mine) == fold(theirs):
        return (Evidence("same", "name", True),)
    if name_key(mine) == name_key(theirs):
        return (Evidence("form", "name", True),)
    close = fuzz.token_sort_ratio(name_key(mine), name_key(theirs))
    return (Evidence("alike" if close >= 85 else "other", "name", close >= 85),)


def _of_address(one: Values, other: Values) -> Iterable[Evidence]:
    for field in ("address", "postcode"):
        mine, theirs = fold(one.get(field, "")), fold(other.get(field, ""))
        if mine and theirs:
            yield Evidence("same" if mine == theirs else "other", field, mine == theirs)


def score(one: Values, other: Values) -> float:
    """0 to 100: how much these two look like one party."""
    points = 0.6 * fuzz.token_sort_ratio(name_key(one.get("name", "")), name_key(other.get("name", "")))
    weights = dict(_KEYS)
    for found in evidence(one, other):
        if found.field in weights:
            points += weights[found.field] if found.supports else -40.0
        elif found.field == "address":
            points += 15.0 if found.supports else -5.0
        elif found.field == "postcode":
            points += 8.0 if found.supports else -8.0
    return max(0.0, min(100.0, points))


def candidates(party: Values, pool: Sequence[tuple[K, Values]], most: int = 20) -> list[Candidate[K]]:
    """The best of the pool, best first; ties stand in the pool's order."""
    shortlist = set(_by_name(party, pool, most * 3)) | set(_by_key(party, pool))
    scored = [
        Candidate(pool[place][0], score(party, pool[place][1]), evidence(party, pool[place][1]))
        for place in sorted(shortlist)
    ]
    return sorted(scored, key=lambda candidate: -candidate.score)[:most]


def _by_name(party: Values, pool: Sequence[tuple[K, Values]], most: int) -> Iterable[int]:
    names = [name_key(values.get("name", "")) for _, values in pool]
    hits = process.extract(name_key(party.get("name", "")), names, scorer=fuzz.token_sort_ratio, limit=most)
    return (place for _, _, place in hits)


def _by_key(party: Values, pool: Sequence[tuple[K, Values]]) -> Iterable[int]:
    wanted = {field: key_of(field, party.get(field, "")) for field, _ in _KEYS}
    for place, (_, values) in enumerate(pool):
        if any(key and key == key_of(field, values.get(field, "")) for field, key in wanted.items()):
            yield place


def lookalikes(ours: Iterable[tuple[K, Values]], theirs: Iterable[tuple[K, Values]]) -> dict[K, K]:
    """Which of ours look like one of theirs: same CVR, EAN or name. For holding back in bulk, so it errs on caution."""
    index: dict[tuple[str, str], K] = {}
    for key, values in theirs:
        for mark in _marks(values):
            index.setdefault(mark, key)
    found: dict[K, K] = {}
    for key, values in ours:
        match = next((index[mark] for mark in _marks(values) if mark in index), None)
        if match is not None:
            found[key] = match
    return found


def _marks(values: Values) -> Iterable[tuple[str, str]]:
    marks = (("cvr", key_of("cvr", values.get("cvr", ""))), ("ean", key_of("ean", values.get("ean", ""))))
    return [mark for mark in (*marks, ("name", name_key(values.get("name", "")))) if mark[1]]
