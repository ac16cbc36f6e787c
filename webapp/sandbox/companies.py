"""Believable Danish companies, each worked out from its index: the same for the same seed, nothing kept."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

from webapp.sandbox.places import (
    CARE_OF,
    ESTATES,
    FIRST_NAMES,
    FORMS,
    HOUSING,
    PLACES,
    PUBLIC,
    STREETS_WHOLE,
    SURNAMES,
    TRADES,
)  # fmt: skip

T = TypeVar("T")
SITES = 8
_PLAIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ö": "o", "ë": "e", "ş": "s", "ł": "l"})


class Dice:
    """Draws that follow from a seed and a place; as many as one company needs."""

    def __init__(self, *place: object) -> None:
        text = "/".join(map(str, place))
        self._left = int.from_bytes(blake2b(text.encode(), digest_size=64).digest(), "big")

    def below(self, limit: int) -> int:
        self._left, drawn = divmod(self._left, limit)
        return drawn

    def one(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def chance(self, in_a_hundred: int) -> bool:
        return self.below(100) < in_a_hundred


def companies(n: int, seed: int) -> Iterator[dict[str, Any]]:
    """The first `n` companies of a seed, with the names `company` gives."""
    return (company(index, seed) for index in range(n))


def company(index: int, seed: int) -> dict[str, Any]:
    """The company at this index: customerNumber and ten texts, '' when absent.

    Some are one of many sites of a housing association, some nearly the same as one shortly before them.
    """
    dice = Dice("double", seed, index)
    back = 1 + dice.below(5)
    if index > back and dice.chance(4):
        return _near_double(_single(index - back, seed), index, dice)
    return _single(index, seed)


def _single(index: int, seed: int) -> dict[str, Any]:
    block = Dice("block", seed, index // SITES)
    if block.chance(7):
        return _housing_site(index, seed, block)
    dice = Dice("company", seed, index)
    if dice.chance(6):
        return _public(index, dice)
    return _private(index, dice)


def _private(index: int, dice: Dice) -> dict[str, Any]:
    zip_code, city = dice.one(PLACES)
    name = _company_name(dice, city)
    found = _blank(index, name) | {"zip": zip_code, "city": city, "address": _address(dice), "cvr": _cvr(dice)}
    return found | _reach(dice, name)


def _company_name(dice: Dice, city: str) -> str:
    surname, other, trade, form = dice.one(SURNAMES), dice.one(SURNAMES), dice.one(TRADES), dice.one(FORMS)
    kind = dice.below(10)
    if kind < 4:
        name = f"{surname} {trade} {form}"
    elif kind < 6:
        name = f"{city.split()[0]} {trade} {form}"
    elif kind < 8:
        name = f"{surname} & {other} {trade} {form}"
    else:
        name = f"{trade} v/{dice.one(FIRST_NAMES)} {surname}"
    return name.strip()


def _public(index: int, dice: Dice) -> dict[str, Any]:
    zip_code, city = dice.one(PLACES)
    name = f"{city.split()[0]} Kommune, {dice.one(PUBLIC)}"
    found = _blank(index, name) | {"zip": zip_code, "city": city, "address": _address(dice), "cvr": _cvr(dice)}
    return found | _reach(dice, name) | {"ean": _ean(dice)}


def _housing_site(index: int, seed: int, block: Dice) -> dict[str, Any]:
    """One of the sites of an association: the same name in front and the same CVR on all of them."""
    zip_code, city = block.one(PLACES)
    main = f"{block.one(HOUSING)} {block.one(ESTATES)}"
    cvr, street = valid_cvr(10_000_000 + block.below(80_000_000)), block.one(STREETS_WHOLE)
    dice = Dice("site", seed, index)
    name = f"{main} afd. {1 + index % SITES}"
    address = f"{street} {1 + 2 * (index % SITES)}"
    if dice.chance(40):
        address = f"c/o {dice.one(CARE_OF)}\n{address}"
    found = _blank(index, name) | {"zip": zip_code, "city": city, "address": address, "cvr": cvr}
    return found | _reach(dice, main)


def _near_double(first: dict[str, Any], index: int, dice: Dice) -> dict[str, Any]:
    """The same company entered once more by somebody in a hurry."""
    name = first["name"]
    change = dice.below(5)
    if change == 0:
        name = name.replace(" & ", " og ").removesuffix(" ApS").removesuffix(" A/S")
    elif change == 1:
        name = name.upper()
    elif change == 2:
        name = name.replace("å", "aa").replace("Å", "Aa").replace("ø", "oe") + " "
    elif change == 3:
        name = name.replace(" ", "  ", 1)
    else:
        name = name.replace("ApS", "Aps").replace("A/S", "AS")
    double = first | {"customerNumber": index + 1, "name": name.strip()}
    if dice.chance(40):
        double |= {"cvr": "", "email": ""}
    return double


def _blank(index: int, name: str) -> dict[str, Any]:
    empty = dict.fromkeys(("cvr", "ean", "address", "zip", "city", "country", "email", "phone", "website"), "")
    return {"customerNumber": index + 1, "name": name} | empty


def _address(dice: Dice) -> str:
    street = f"{dice.one(STREETS_WHOLE)} {1 + dice.below(180)}{dice.one(('', '', '', '', 'A', 'B'))}"
    floor = dice.one(("", "", "", "", ", 1. tv.", ", 2. th.", ", st.", ", 3. mf."))
    return f"c/o {dice.one(CARE_OF)}\n{street}{floor}" if dice.chance(4) else street + floor


def _reach(dice: Dice, name: str) -> dict[str, str]:
    host = slug(name) + ".example"
    digits = f"{20_000_000 + dice.below(79_999_999)}"
    spaced = " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    phone = dice.one((spaced, spaced, digits, f"+45 {spaced}", f"{digits[:4]} {digits[4:]}", ""))
    email = dice.one(("kontakt", "info", "bogholderi", "faktura", "")) + f"@{host}"
    return {
        "phone": phone,
        "email": "" if email.startswith("@") else email,
        "website": f"www.{host}" if dice.chance(30) else "",
        "country": dice.one(("Danmark", "Danmark", "", "DK")),
    }


def slug(name: str) -> str:
    """A name as it may stand in a host name."""
    plain = name.lower().translate(_PLAIN)
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in plain).split()
    return "-".join(word for word in words if word not in ("aps", "a", "s", "i", "k", "p", "v", "og"))[:40].strip("-")


def _cvr(dice: Dice) -> str:
    number = 10_000_000 + dice.below(80_000_000)
    kind = dice.below(100)
    if kind < 10:
        return ""
    if kind < 12:
        return f"DK{valid_cvr(number)}"
    if kind < 13:
        return str(number)[:7]
    if kind < 14:
        right = valid_cvr(number)
        return right[:7] + str((int(right[7]) + 5) % 10)
    return valid_cvr(number)


def valid_cvr(number: int) -> str:
    """The first CVR number from `number` on whose digits add up."""
    while sum(int(digit) * weight for digit, weight in zip(str(number), (2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11:
        number += 1
    return str(number)


def _ean(dice: Dice) -> str:
    front = f"5798{dice.below(10**8):08}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(front))
    check = -total % 10
    return front + str((check + 3) % 10 if dice.chance(5) else check)
