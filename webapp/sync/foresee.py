"""What e-conomic would refuse and what a write means in the books, told before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from webapp.economic.limits import faults_in
from webapp.economic.records import new_body
from webapp.models.connection import Connection, Reference
from webapp.models.default_rule import DefaultRule
from webapp.models.mirror import Mirror
from webapp.sync import defaulting, guard
from webapp.sync.fields import BY_NAME, REFERENCES, named, spelled
from webapp.sync.guard import Effect, Grade

UNKNOWN = "unknown"
SERIOUS, FORBIDDEN = "serious", "forbidden"
"""Why the books hold an item of a plan back: it waits for a name, or cannot be done at all."""


class Foresight:
    """The lists of one connection, read once for many customers."""

    def __init__(self, connection: Connection) -> None:
        self.is_newer = connection.customersapi
        self.rules, self.defaults = DefaultRule.rules(connection), connection.defaults
        self._lists = {name: {row.key for row in Reference.of(connection, name)} for name in REFERENCES}

    def filled(self, values: Mapping[str, str]) -> dict[str, str]:
        """What a new customer there would hold: what a rule or a default says where ours are empty."""
        return defaulting.filled(values, self.rules, self.defaults)

    def of_creation(self, values: Mapping[str, str], number: int) -> dict[str, str]:
        """Field -> what is wrong with it, for a creation with these values."""
        body = new_body(spelled(self.filled(values), "legacy"), number)
        wrong = {named(fault.property) or fault.property: fault.code or "wrong" for fault in faults_in(body, "legacy")}
        return wrong | self._unknown(self.filled(values))

    def of_change(self, values: Mapping[str, str]) -> dict[str, str]:
        """The same for a change of just these fields."""
        wrong = {name: "too_long" for name, value in values.items() if len(value) > BY_NAME[name].limit}
        wrong |= {name: "missing" for name, value in values.items() if BY_NAME[name].required and not value.strip()}
        return wrong | self._unknown(values)

    def calls(self, values: Mapping[str, str], *, weighed: Collection[str] = ("currency",)) -> int:
        """How many calls it takes to write these there: the newer service is read once more after it, and does not tell
        what is owed, which `weighed` fields have looked up first."""
        if not values:
            return 0
        return 2 + self.is_newer * (1 + any(name in values for name in weighed))

    def _unknown(self, values: Mapping[str, str]) -> dict[str, str]:
        pointing = {name: value for name, value in values.items() if value and self._lists.get(name)}
        return {name: UNKNOWN for name, value in pointing.items() if value not in self._lists[name]}


def in_the_books(mirror: Mirror, pushes: Mapping[str, str]) -> dict[str, Effect]:
    """Field -> what it means there that these values are written, as far as it does not go by itself."""
    return guard.foretold(mirror.values, pushes, guard.balance(mirror.record))


def weighed(effects: Mapping[str, Effect]) -> tuple[str, dict[str, Any]]:
    """Why an item with these effects is held back ("" for none), and its note of them."""
    if not effects:
        return "", {}
    forbidden = any(one.grade == Grade.FORBIDDEN for one in effects.values())
    return FORBIDDEN if forbidden else SERIOUS, {"effects": {name: one.name for name, one in effects.items()}}
