"""What e-conomic said no to, by cause: customers with the same fault stand together, and wait for the same thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from peewee import JOIN

from webapp.models.connection import Connection, Reference
from webapp.models.customer import Customer
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.sync import pairings
from webapp.sync.fields import BY_NAME
from webapp.sync.pairings import Moved
from webapp.sync.register import NumberInUse

CODES = frozenset({"missing", "null", "too_short", "too_long", "wrong_type", "out_of_range"})
"""What is wrong with a value, said before the call; other complaints are e-conomic's own words."""


@dataclass(frozen=True)
class Cause:
    """One reason. `waits_for`: the key that e-conomic's list does not have (yet)."""

    kind: str
    field: str = ""
    said: str = ""
    waits_for: str = ""

    @property
    def key(self) -> str:
        """The same as a text for an address."""
        return "~".join((self.kind, self.field, self.said, self.waits_for)).rstrip("~")

    @classmethod
    def of_key(cls, key: str) -> Cause:
        """The cause that such a text names."""
        return cls(*[*key.split("~"), "", "", "", ""][:4])

    @property
    def is_mended_here(self) -> bool:
        """The remedy is another value of ours in one field."""
        return self.field in BY_NAME


@dataclass(frozen=True)
class Group:
    """The pairs and open creations that share a cause, in the order of their names."""

    cause: Cause
    pairs: tuple[Pairing, ...]


def of(pair: Pairing) -> tuple[Cause, ...]:
    """The causes of a pair's fault: one for each field that it names, or one for the whole."""
    fault = pair.fault
    if not fault:
        return ()
    values = fault.get("values", {})
    fields = [(name, said) for name, said in fault.get("fields", {}).items() if name in BY_NAME]
    return tuple(_cause(fault["kind"], name, said, values.get(name, "")) for name, said in fields) or (
        Cause(fault["kind"]),
    )


def groups(connection: Connection) -> tuple[Group, ...]:
    """All of them, the largest first."""
    found: dict[Cause, list[Pairing]] = defaultdict(list)
    for pair in faulty(connection):
        for cause in of(pair):
            found[cause].append(pair)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0].key))
    return tuple(Group(cause, tuple(pairs)) for cause, pairs in ordered)


def suggested(pair: Pairing, name: str) -> str:
    """A value for the field from the other side, '' when there is none or it is ours already."""
    theirs: str = getattr(pair.mirror, name) if pair.mirror_id and not pair.mirror.gone_at else ""
    return theirs if theirs != getattr(pair.customer, name) else ""


def go_on(connection: Connection, came: Collection[tuple[str, str]]) -> int:
    """Try again, without anybody asking, what waited for these entries (list, key); how many that were."""
    freed = [pair.id for pair in _faults(connection) if _waits_for(pair) & set(came)] if came else []
    for pair_id in freed:
        try:
            pairings.try_again(connection, pair_id, None, None)
        except (Moved, NumberInUse):
            continue
    return len(freed)


def missing(connection: Connection) -> set[tuple[str, str]]:
    """What is waited for: (list, key)."""
    return {wanted for pair in _faults(connection) for wanted in _waits_for(pair)}


def living(connection: Connection, wanted: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these the ones that e-conomic has by now."""
    kinds = {kind for kind, _key in wanted}
    return {(kind, row.key) for kind in kinds for row in Reference.of(connection, kind)} & set(wanted)


def _waits_for(pair: Pairing) -> set[tuple[str, str]]:
    return {(BY_NAME[cause.field].reference, cause.waits_for) for cause in of(pair) if cause.waits_for}


def _cause(kind: str, name: str, said: str, value: str) -> Cause:
    if said in CODES:
        return Cause(kind, name, said)
    if BY_NAME[name].reference and value:
        return Cause(kind, name, "", value)
    return Cause(kind, name)


def _faults(connection: Connection) -> list[Pairing]:
    """The same, only as far as their faults go: a mistake in a list can stop every customer of a company."""
    faults = Pairing.living(connection).select(Pairing.id, Pairing.fault_json).where(Pairing.fault_json != "")
    return list(faults.order_by(Pairing.id))


def faulty(connection: Connection) -> list[Pairing]:
    """Whatever e-conomic said no to, in the order of the names."""
    query = (
        Pairing.living(connection)
        .select(Pairing, Customer, Mirror)
        .join(Customer)
        .switch(Pairing)
        .join(Mirror, JOIN.LEFT_OUTER)
        .where(Pairing.fault_json != "")
    )
    return list(query.order_by(Customer.sort_key, Pairing.id))
