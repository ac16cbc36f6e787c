"""When a pair is so certain that nobody need look, and why another is not: what must agree, what forbids it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from webapp.sync.findings import Doubt, Finding
from webapp.sync.party import Party, Rarity

# The gravest first.
AGAINST = (
    ("other", "cvr"), ("other", "ean"), ("near", "ean"), ("other", "name"), ("part", "name"), ("alike", "name"),
    ("other", "address"), ("house", "address"), ("other", "city"), ("other", "postcode"),
)  # fmt: skip
# Kinds of a finding by which a field is the same for a person who looks; keys that can make sure, the best first.
_EQUAL = ("same", "form", "order")
KEYS = ("cvr", "ean", "phone", "number")

# What a name's finding counts as here; other kinds count as nothing.
_CALLED = {
    "same": ("named", "called"), "form": ("named", "called"), "order": ("named", "called"),
    "letter": ("called",), "letters": ("called",), "part": ("part",),
}  # fmt: skip

# A pair is sure when all of a line agrees. "x!" is an x that nobody but these two holds.
#   named: the same name, spelling and legal form apart    called: that, or a few letters off
#   part: one name is a part of the other
#   here: the same house    nearby: that, or spelt alike    bare: neither tells more than name, number and town
#   site!: a company's number in a house    spot!: a name in a house
# No line rests on e-mail alone, and none on a CVR without the place or a second key: shops of one firm share it.
_SURE = tuple(
    frozenset(line.split())
    for line in (
        "called ean!",
        "called cvr! nearby",
        "called cvr! phone!",
        "called cvr! number!",
        "named cvr! email!",
        "named cvr! bare",
        "part cvr! here phone!",
        "part cvr! here email!",
        "named phone! nearby",
        "named phone! postcode",
        "called phone! here email!",
        "named number! nearby",
        "named number! postcode",
        "called cvr here site!",
        "named cvr here spot!",
        "named phone here spot!",
    )
)

# Where a number names one party and no two sites of a firm (see `Rarity`), both hold it and nobody else: one of these
# does, though the other was misspelt, or the party has moved or taken another name.
_SURE_BY_OWN_NUMBER = tuple(frozenset(line.split()) for line in ("called", "nearby postcode"))


def contradicted(found: Iterable[Finding]) -> bool:
    """Something speaks against these two being one, however much speaks for it."""
    return any((one.kind, one.field) in AGAINST for one in found)


def is_sure(told: Sequence[Finding], one: Party, other: Party, rarity: Rarity) -> bool:
    """Enough agrees that nobody else has, and nothing is against; of the name it is for the table to say."""
    agreed = set(_agreed(told, one, other, rarity))
    if "cvr!" in agreed and rarity.is_own_number and not contradicted(one for one in told if one.field == "ean"):
        lines, against = (*_SURE_BY_OWN_NUMBER, *_SURE), False
    else:
        lines, against = _SURE, contradicted(one for one in told if one.field != "name")
    return not against and any(line <= agreed for line in lines)


def doubt(told: Sequence[Finding], one: Party, other: Party, rarity: Rarity, rivals: int = 0) -> Doubt:
    """Why these two are not sure: what weighs most. `rivals`: how many might be either of the two as well."""
    kinds = {finding.field: finding.kind for finding in told}
    against = next(((kind, field) for kind, field in AGAINST if kinds.get(field) == kind), None)
    near = next((field for field in KEYS if kinds.get(field) == "near"), None)
    keys = [field for field in KEYS if kinds.get(field) == "same"]
    if against:
        return Doubt(against[0], (against[1],))
    if rivals:
        return Doubt("several")
    if near:
        return Doubt("near", (near,))
    if not keys:
        return _without_key(kinds)
    if not {f"{field}!" for field in keys} & set(_agreed(told, one, other, rarity)):
        return Doubt("shared", (keys[0],))
    return _beside_a_key(kinds)


def _without_key(kinds: Mapping[str, str]) -> Doubt:
    """Only what many share is equal; where the house is, its town says nothing more."""
    if kinds.get("email") == "same":
        return Doubt("alone", ("email",))
    fields = ("name", "address") if kinds.get("address") == "same" else ("name", "postcode", "city")
    equal = tuple(field for field in fields if kinds.get(field) in _EQUAL)
    return Doubt("only", equal) if equal else Doubt("alike")


def _beside_a_key(kinds: Mapping[str, str]) -> Doubt:
    """A number that nobody else has is equal, and what should bear it out does not."""
    if kinds.get("name") not in _EQUAL:
        return Doubt("letters" if "name" in kinds else "unknown", ("name",))
    return Doubt("alike" if "address" in kinds else "unknown", ("address",))


def _agreed(told: Sequence[Finding], one: Party, other: Party, rarity: Rarity) -> Iterator[str]:
    kinds = {finding.field: finding.kind for finding in told}
    yield from _CALLED.get(kinds.get("name", ""), ())
    if kinds.get("address") in ("same", "alike"):
        yield from ("here", "nearby") if kinds["address"] == "same" else ("nearby",)
    if not any(party.street or party.phones or party.emails for party in (one, other)):
        yield "bare"
    for field in ("cvr", "ean", "number", "email", "phone", "postcode"):
        if kinds.get(field) == "same":
            yield field
    for field in ("cvr", "ean", "number", "email", "phone", "site", "spot"):
        if any(rarity.count(field, value) == 2 for value in _shared(field, one, other)):
            yield f"{field}!"


def _shared(field: str, one: Party, other: Party) -> set[str]:
    """The values of the field that both hold."""
    mine, theirs = one.values_of(field), other.values_of(field)
    return {value for value in mine if value in theirs}
