"""A customer's values read once into what they are compared by, and how rare each is in the registers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import log2

from webapp.sync import keys
from webapp.sync.normalise import fold

Values = Mapping[str, str]

# For each field: how common a value is thought to be before any register is known, so many of so many.
_PRIOR = {
    "name": (0.3, 3000.0), "word": (1.0, 1500.0), "cvr": (0.1, 3000.0), "ean": (0.1, 3000.0),
    "email": (0.2, 2000.0), "phone": (0.2, 2000.0), "domain": (0.5, 1000.0), "place": (0.5, 2000.0),
    "street": (1.0, 1000.0), "postcode": (2.0, 400.0), "city": (4.0, 400.0), "number": (0.3, 3000.0),
    "spot": (0.1, 3000.0), "site": (0.1, 3000.0),
}  # fmt: skip
# So many numbers must be there to tell, and no more than one in so many shared, that a number be one party's own.
_MANY, _HARDLY = 500, 1000
# Fields that may hold more than one value, and where a party keeps them.
_SEVERAL = {"word": "words", "email": "emails", "phone": "phones", "domain": "domains"}


class Party:
    """A customer of either side, its values read once into what they are compared by."""

    __slots__ = (
        "city", "compact", "cvr", "domains", "ean", "emails", "folded", "house", "name", "number", "parts", "phones",
        "place", "postcode", "site", "spot", "street", "whole", "words",
    )  # fmt: skip

    def __init__(self, values: Values) -> None:
        name = values.get("name", "")
        self.folded = fold(name)
        self.words = keys.name_words(name)
        self.name = " ".join(sorted(self.words))
        self.compact = "".join(self.words)
        self.parts = keys.name_parts(name)
        self.cvr = keys.key_of("cvr", values.get("cvr", ""))
        self.ean = keys.key_of("ean", values.get("ean", ""))
        self.number = keys.key_of("number", values.get("number", ""))
        self.emails = keys.keys_of("email", values.get("email", ""))
        self.domains = tuple(filter(None, map(keys.domain_of, self.emails)))
        self.phones = keys.keys_of("phone", values.get("phone", ""))
        self.street, self.house = keys.street_key(values.get("address", ""))
        self.postcode = keys.postcode_key(values.get("postcode", ""))
        self.city = keys.city_key(values.get("city", ""))
        self.whole = " ".join(keys.words_of(values.get("address", "")))
        # A house, a name in a house, and a company's number in a house: each may be one's own where its parts are not.
        self.place = f"{self.street} {self.house} {self.postcode or self.city}" if self.street and self.house else ""
        self.spot = f"{self.name} {self.street} {self.house}" if self.place and self.name else ""
        self.site = f"{self.cvr} {self.street} {self.house}" if self.place and self.cvr else ""

    def values_of(self, field: str) -> tuple[str, ...]:
        """All keys of that field: none where it says nothing."""
        if field in _SEVERAL:
            several: tuple[str, ...] = getattr(self, _SEVERAL[field])
            return several
        value: str = getattr(self, field)
        return (value,) if value else ()


class Rarity:
    """How many bits an agreement on a value is worth: the more parties of the two registers share it, the fewer."""

    def __init__(self, *sides: Iterable[Party]) -> None:
        self._counts: dict[str, Counter[str]] = {field: Counter() for field in _PRIOR}
        self._bits: dict[tuple[str, str], float] = {}
        self.total = 0
        held = [Counter(self._add(party) for party in side) for side in sides]
        self.is_own_number = bool(held) and all(map(_is_own, held))
        """In these registers a registered number names one party, as a person's does: no sites of one firm share it."""

    def _add(self, party: Party) -> str:
        """Count the party in; its number."""
        self.total += 1
        for field, counts in self._counts.items():
            counts.update(party.values_of(field))
        return party.cvr

    def count(self, field: str, value: str) -> int:
        """How many parties of both registers hold the value."""
        return self._counts[field][value]

    def bits(self, field: str, value: str) -> float:
        """What agreeing on it is worth: the pair's own two do not make it common."""
        known = self._bits.get((field, value))
        if known is None:
            often, among = _PRIOR[field]
            beyond = max(0, self._counts[field][value] - 2)
            known = self._bits[field, value] = -log2((beyond + often) / (self.total + among + beyond))
        return known


def _is_own(held: Counter[str]) -> bool:
    """Many hold a number, and hardly two of them the same."""
    numbers = [often for number, often in held.items() if number]
    shared = sum(often for often in numbers if often > 1)
    return sum(numbers) >= _MANY and _HARDLY * shared <= sum(numbers)
