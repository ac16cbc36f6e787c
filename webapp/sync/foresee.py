"""What e-conomic would refuse, told before anything is sent: too long, missing, or pointing at what is not there."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.economic.limits import faults_in
from webapp.economic.records import new_body
from webapp.models.connection import Connection, Reference
from webapp.models.default_rule import DefaultRule
from webapp.sync import defaulting
from webapp.sync.fields import BY_NAME, REFERENCES, named, spelled

UNKNOWN = "unknown"


class Foresight:
    """The lists of one connection, read once for many customers."""

    def __init__(self, connection: Connection) -> None:
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

    def _unknown(self, values: Mapping[str, str]) -> dict[str, str]:
        pointing = {name: value for name, value in values.items() if value and self._lists.get(name)}
        return {name: UNKNOWN for name, value in pointing.items() if value not in self._lists[name]}
