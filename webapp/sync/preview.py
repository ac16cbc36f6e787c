"""What a person is shown before "Indsend": the values of a new partner, the fields in which two customers differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import FieldRule
from webapp.models.mirror import Mirror
from webapp.sync.fields import BY_NAME, NAMES
from webapp.sync.normalise import same
from webapp.sync.plan import Outcome, Rules, answered, plan

Names = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Line:
    """One value of a partner to be made; `is_default`: the customer has none, so a rule or the default fills it."""

    field: str
    value: str
    is_default: bool = False


@dataclass(frozen=True)
class Creation:
    """A partner to be made; `lacking`: fields that e-conomic requires and nobody has."""

    lines: tuple[Line, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A field in which two customers differ. `choice` is chosen beforehand only where one side is empty."""

    field: str
    ours: str
    theirs: str
    choice: str = ""

    @property
    def refused(self) -> str:
        """The side whose empty value e-conomic does not take, '' when either may be kept."""
        return "ours" if BY_NAME[self.field].required and not self.ours else ""


def creation_there(connection: Connection, customer: Customer) -> Creation:
    names, filled = Reference.names(connection), DefaultRule.filled(connection, customer.values)
    lines = [
        Line(name, shown(names, name, filled[name]), not value and bool(filled[name]))
        for name, value in customer.values.items()
    ]
    lacking = tuple(line.field for line in lines if BY_NAME[line.field].required and not line.value)
    return Creation(tuple(line for line in lines if line.value), lacking)


def creation_here(connection: Connection, mirror: Mirror) -> Creation:
    names = Reference.names(connection)
    return Creation(tuple(Line(name, shown(names, name, value)) for name, value in mirror.values.items() if value))


def differences(connection: Connection, customer: Customer, mirror: Mirror) -> tuple[Difference, ...]:
    """The fields that differ; where one side is empty, the other is chosen beforehand."""
    names, ours, theirs = Reference.names(connection), customer.values, mirror.values
    return tuple(
        Difference(name, shown(names, name, ours[name]), shown(names, name, theirs[name]), _choice(ours, theirs, name))
        for name in NAMES
        if not same(ours[name], theirs[name])
    )


def _choice(ours: Mapping[str, str], theirs: Mapping[str, str], name: str) -> str:
    if ours[name] and theirs[name]:
        return ""
    return "ours" if ours[name] else "theirs"


def consequences(
    connection: Connection, customer: Customer, mirror: Mirror, answers: Mapping[str, str]
) -> tuple[int, int, int]:
    """How many fields these answers change there and here, and how many they leave apart: the plan, not applied."""
    base, directions = answered(answers, customer.values, mirror.values, {}), FieldRule.policy(connection).directions
    planned = plan(customer.values, mirror.values, base, Rules(directions=directions, same_party=True))
    left = sum(1 for f in planned.of(Outcome.NOTHING) if not same(f.ours, f.theirs))
    return len(planned.pushes), len(planned.pulls), left


def shown(names: Names, field: str, value: str) -> str:
    """A value as a person knows it: the name from e-conomic's list where there is one."""
    return names.get((BY_NAME[field].reference, value), value) if BY_NAME[field].reference else value
