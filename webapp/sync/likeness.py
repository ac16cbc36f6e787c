"""How much two parties look like one: each field's finding and its weight in bits, rare agreements weighing most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, JaroWinkler
from stdnum.dk import cvr

from webapp.sync.findings import Finding
from webapp.sync.naming import of_names
from webapp.sync.party import Party, Rarity

UNKNOWN = Rarity()
# Two right CVRs are two parties, and another name in another town is another shop, whatever else they share.
_CERTAIN = -16.0
_ELSEWHERE = -9.0
_UNLIKE = frozenset(("alike", "other"))


def findings(one: Party, other: Party, rarity: Rarity = UNKNOWN) -> list[Finding]:
    """What each field that both hold says, keys first."""
    names = list(of_names(one, other, rarity))
    found = [*_numbers(one, other, rarity), *_contacts(one, other, rarity), *names]
    town = _town(one, other, rarity)
    if town:
        differs = town.kind == "other" and town.field == "city" and any(name.kind in _UNLIKE for name in names)
        found.append(replace(town, bits=_ELSEWHERE) if differs else town)
    if one.street and other.street:
        found.append(_address(one, other, rarity, town.bits if town else 0.0))
    return found


def _numbers(one: Party, other: Party, rarity: Rarity) -> Iterator[Finding]:
    if one.number and one.number == other.number:
        yield Finding("same", "number", min(4.0, rarity.bits("number", one.number)))
    for field, against in (("cvr", -9.0), ("ean", -7.0)):
        mine, theirs = getattr(one, field), getattr(other, field)
        if mine and theirs:
            if mine == theirs:
                yield Finding("same", field, rarity.bits(field, mine))
            elif OSA.distance(mine, theirs, score_cutoff=1) <= 1:
                yield Finding("near", field, 7.0)
            else:
                yield Finding("other", field, _CERTAIN if field == "cvr" and _checked(mine, theirs) else against)


def _checked(*numbers: str) -> bool:
    """They pass the check of a Danish CVR, so neither is another one misspelt."""
    return all(map(_is_valid, numbers))


@lru_cache(100_000)
def _is_valid(number: str) -> bool:
    """Each number meets many others, and the check is slow."""
    return bool(cvr.is_valid(number))


def _contacts(one: Party, other: Party, rarity: Rarity) -> Iterator[Finding]:
    if one.emails and other.emails:
        domains = [rarity.bits("domain", domain) for domain in one.domains if domain in other.domains]
        found = _contact("email", one.emails, other.emails, 7.0, rarity)
        yield found if found.bits > 0 or not domains else Finding("domain", "email", min(7.0, 0.7 * max(domains)))
    if one.phones and other.phones:
        yield _contact("phone", one.phones, other.phones, 5.0, rarity)


def _contact(field: str, mine: tuple[str, ...], theirs: tuple[str, ...], near: float, rarity: Rarity) -> Finding:
    shared = [rarity.bits(field, value) for value in mine if value in theirs]
    if shared:
        return Finding("same", field, min(10.0, max(shared)))
    if OSA.distance(mine[0], theirs[0], score_cutoff=1) <= 1:
        return Finding("near", field, near)
    return Finding("other", field, -1.0)


def _town(one: Party, other: Party, rarity: Rarity) -> Finding | None:
    """Postcode and town together, one finding for what they say."""
    towns = bool(one.city and other.city)
    alike = towns and (one.city == other.city or JaroWinkler.similarity(one.city, other.city) >= 0.9)
    if one.postcode and other.postcode:
        if one.postcode == other.postcode:
            return Finding("same", "postcode", min(7.0, rarity.bits("postcode", one.postcode)))
        if OSA.distance(one.postcode, other.postcode, score_cutoff=1) <= 1 and (alike or not towns):
            return Finding("near", "postcode", 2.0 if alike else 1.0)
        if alike:
            return Finding("other", "postcode", -0.5)
        return Finding("other", "city", -3.5) if towns else Finding("other", "postcode", -3.0)
    if towns:
        worth = min(6.0, rarity.bits("city", one.city), rarity.bits("city", other.city))
        return Finding("same", "city", worth) if alike else Finding("other", "city", -3.0)
    return None


def _address(one: Party, other: Party, rarity: Rarity, town: float) -> Finding:
    """Street and house; where the town agrees too, both together are worth what the house is."""
    same_house = one.house == other.house
    if one.street == other.street:
        if same_house and one.house:
            worth = rarity.bits("place", one.place) - town if town >= 0 else 3.0
            return Finding("same", "address", max(2.0, min(10.0, worth)))
        worth = min(5.0, rarity.bits("street", one.street) - 3.0)
        other_house = bool(one.house and other.house)
        return Finding("house", "address", worth - 3.5) if other_house else Finding("alike", "address", worth)
    close = JaroWinkler.similarity(one.street.replace(" ", ""), other.street.replace(" ", ""))
    if close >= 0.88:
        return Finding("alike", "address", (5.0 if same_house else 1.0) + (1.5 if close >= 0.94 else 0.0))
    if fuzz.token_set_ratio(one.whole, other.whole) >= 88 or fuzz.ratio(one.whole, other.whole) >= 88:
        return Finding("alike", "address", 5.0 if same_house else 1.0)
    return Finding("other", "address", -2.5)
