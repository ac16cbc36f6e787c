"""What a change means in the books: each known effect with its grade, one line of the table each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from webapp.sync.normalise import same


class Grade(StrEnum):
    """Harmless goes by itself, serious waits for a person's name, forbidden is not written at all."""

    HARMLESS = "harmless"
    SERIOUS = "serious"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Effect:
    """`name` says which sentence tells it."""

    name: str
    grade: Grade


Kind = Literal["added", "removed", "changed"]
EVERY: tuple[Kind, ...] = ("added", "removed", "changed")


@dataclass(frozen=True)
class Line:
    """One line of the table. `owing`: only for a customer whose balance is known not to be zero."""

    field: str
    kinds: tuple[Kind, ...]
    effect: Effect
    owing: bool = False


TABLE = (
    Line("vat_zone", EVERY, Effect("vat_zone", Grade.SERIOUS)),
    Line("currency", EVERY, Effect("currency_owing", Grade.FORBIDDEN), owing=True),
    Line("currency", EVERY, Effect("currency", Grade.SERIOUS)),
    Line("customer_group", EVERY, Effect("customer_group_owing", Grade.SERIOUS), owing=True),
    Line("customer_group", EVERY, Effect("customer_group", Grade.HARMLESS)),
    Line("payment_terms", EVERY, Effect("payment_terms", Grade.HARMLESS)),
    Line("ean", ("added",), Effect("ean_added", Grade.HARMLESS)),
    Line("ean", ("removed",), Effect("ean_removed", Grade.SERIOUS)),
    Line("ean", ("changed",), Effect("ean_changed", Grade.SERIOUS)),
    Line("number", EVERY, Effect("renumbered", Grade.FORBIDDEN)),
    Line("barred", ("added",), Effect("barred_owing", Grade.FORBIDDEN), owing=True),
    Line("barred", ("added",), Effect("barred", Grade.SERIOUS)),
    Line("barred", ("removed",), Effect("unbarred", Grade.SERIOUS)),
)
"""The first line that fits counts. Number and barring are never synced: their lines stop a body that moves them."""

FIELDS = frozenset(line.field for line in TABLE)


def effect(field: str, before: str, after: str, balance: float | None = None) -> Effect | None:
    """What it means in the books that a field there goes from `before` to `after`; None when nothing is known."""
    if same(before, after):
        return None
    kind: Kind = "added" if not before.strip() else "changed" if after.strip() else "removed"
    fitting = (line for line in TABLE if line.field == field and kind in line.kinds and (balance or not line.owing))
    line = next(fitting, None)
    return line.effect if line else None


def foretold(before: Mapping[str, str], after: Mapping[str, str], balance: float | None = None) -> dict[str, Effect]:
    """What does not go by itself of these values to be written there: field -> what it means in the books."""
    found = {name: effect(name, before.get(name, ""), value, balance) for name, value in after.items()}
    return {name: one for name, one in found.items() if one is not None and one.grade != Grade.HARMLESS}


def balance(raw: Mapping[str, object]) -> float | None:
    """What the customer owes, where the service that was read tells it."""
    found = raw.get("balance")
    return float(found) if isinstance(found, int | float) else None


def is_barred(raw: Mapping[str, object]) -> bool:
    """No more is sold to the customer, in the words of either service."""
    return raw.get("barred") is True or raw.get("access") is False


def strays(raw: Mapping[str, object], body: Mapping[str, object]) -> tuple[Effect, ...]:
    """Effects of what a body moves although it is nobody's to send: the customer's number, and whether it is barred."""
    numbers = [(str(raw[key]), str(body.get(key))) for key in ("customerNumber", "number") if key in raw]
    bars = [("1" if raw.get("barred") else "", "1" if body.get("barred") else "")]
    if "access" in raw:
        bars = [("" if raw["access"] else "1", "" if body.get("access") else "1")]
    found = [effect("number", *pair) for pair in numbers] + [effect("barred", *pair) for pair in bars]
    return tuple(stray for stray in found if stray is not None)
