"""What a plan that takes a run back is made of: the present rows behind its items, and each item turned round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from webapp import ports
from webapp.models import pairing
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import RunItem
from webapp.sync import foresee, guard, push
from webapp.sync.foresee import Foresight
from webapp.sync.normalise import same
from webapp.sync.plan import Base
from webapp.sync.runs_plan import AT_ONCE, Planned

APART, INCLUDE = "apart", "include"
REMOVE_OURS, REMOVE_THEIRS, RESTORE_THEIRS = "remove_ours", "remove_theirs", "restore"
ASK, ASK_THERE = "ask", "ask_there"
RETURN_OURS, RECREATE = "return_ours", "recreate"
CALLS = {REMOVE_THEIRS: 4, RECREATE: 1}
WRITES_THERE = (RESTORE_THEIRS, ASK_THERE)
THERE = (REMOVE_THEIRS, *WRITES_THERE)
"""What e-conomic has a say in, so the pair's own lane does it."""


class Known:
    """The present rows behind a run's items, read together."""

    def __init__(self, connection: Connection, items: Iterable[RunItem]) -> None:
        self.connection, listed = connection, list(items)
        self.run = listed[0].run if listed else None
        self.pairs: dict[int, Any] = self._read(Pairing, [item.pairing_id for item in listed])
        theirs = [item.mirror_id for item in listed] + [pair.mirror_id for pair in self.pairs.values()]
        self.customers: dict[int, Any] = self._read(Customer, [item.customer_id for item in listed])
        self.mirrors: dict[int, Any] = self._read(Mirror, theirs)

    @cached_property
    def foresight(self) -> Foresight:
        return Foresight(self.connection)

    @cached_property
    def policy(self) -> Policy:
        return FieldRule.policy(self.connection)

    @cached_property
    def paired(self) -> set[int]:
        """The ids of the company's customers that have a partner, in whichever connection."""
        pairs: Any = Pairing.select(Pairing.customer).where(
            Pairing.company == self.connection.company_id, Pairing.state != pairing.CLOSED
        )
        return {customer_id for (customer_id,) in pairs.tuples()}

    @cached_property
    def came(self) -> dict[str, list[tuple[str, Mapping[str, str]]]]:
        """Side -> what they are called, and the values, of all who came there after the run was planned."""
        since = self.run.shown_at if self.run else ports.now()
        ours = Customer.of(self.connection.company).where(Customer.created_at >= since)
        theirs = Mirror.of(self.connection).where(Mirror.created_at >= since)
        return {
            "ours": [(one.label, one.values) for one in ours],
            "theirs": [(one.label, one.values) for one in theirs],
        }

    def closed(self, written: Mapping[str, Collection[str]], names: Collection[str]) -> list[str]:
        """Of these fields those that a rule has closed since on a side where they were written."""
        return [
            name
            for name in names
            if any(name in written.get(side, ()) and self.policy.is_closed(name, side) for side in ("ours", "theirs"))
        ]

    def _read(self, table: Any, ids: list[int | None]) -> dict[int, Any]:
        wanted = sorted({one for one in ids if one})
        query = table.select().where(table.company == self.connection.company_id)
        found: dict[int, Any] = {}
        for start in range(0, len(wanted), AT_ONCE):
            found |= {row.id: row for row in query.where(table.id.in_(wanted[start : start + AT_ONCE]))}
        return found

    def pair(self, item: RunItem) -> tuple[Pairing | None, Customer | None, Mirror | None, str]:
        """The pair and its two as they are now, and why the item cannot be taken back, if so."""
        pair = self.pairs.get(item.pairing_id)
        customer = self.customers.get(item.customer_id)
        mirror = self.mirrors.get(pair.mirror_id if pair and pair.mirror_id else item.mirror_id or 0)
        if pair is None or pair.state != pairing.OPEN:
            return pair, customer, mirror, "unpaired_since"
        if customer is None or customer.deleted_at or mirror is None or mirror.gone_at:
            return pair, customer, mirror, "gone_since"
        return pair, customer, mirror, ""


Sides = dict[str, dict[str, str]]


def ready(
    known: Known, item: RunItem, pair: Pairing, customer: Customer, mirror: Mirror, does: str, before: Sides,
    after: Sides, stays: list[str], more: Mapping[str, Any] | None = None,
) -> Planned:  # fmt: skip
    """The item turned round. What writing back there means in the books holds it, as in any other plan."""
    note = {"does": does, "updated": item.note.get("made", {}).get("updated", "")} | dict(more or {})
    note |= {"stays": stays} if stays else {}
    note |= {"ended": item.note["ended"]} if item.note.get("ended") else {}
    written = after.get("theirs", {}) if does in WRITES_THERE else {}
    effects = foresee.in_the_books(mirror, written)
    held, told = foresee.weighed(effects)
    calls = CALLS.get(does, 0) + known.foresight.calls(written, weighed=guard.FIELDS)
    return Planned(customer, mirror, pair.id, item.number, before, after, held, note | told, calls, item.position)


def left(known: Known, item: RunItem, held: str) -> Planned:
    customer, mirror = known.customers.get(item.customer_id), known.mirrors.get(item.mirror_id)
    return Planned(customer, mirror, item.pairing_id, item.number, held=held, position=item.position)


def touched(made: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [name for name, value in now.items() if not same(value, made.get(name, ""))]


def emptied(before: Sides) -> Sides:
    return {side: dict.fromkeys(values, "") for side, values in before.items()}


def backwards(
    item: RunItem, ours: Mapping[str, str], theirs: Mapping[str, str], sides: Collection[str], base: Base | None = None
) -> tuple[Sides, Sides, list[str]]:
    """What the run wrote and still stands goes back to what it was; what somebody changed since stays. `base`: what the
    pair has settled by now."""
    now, old, new = {"ours": ours, "theirs": theirs}, item.values_before, item.values_after
    before: Sides = {}
    after: Sides = {}
    stays = []
    for side in sides:
        for name, written in new.get(side, {}).items():
            present, was = now[side].get(name, ""), old.get(side, {}).get(name, "")
            settled = (base or {}).get(name) if side == "theirs" else None
            if same(written, present) or is_cut(written, present, settled):
                before.setdefault(side, {})[name] = present
                after.setdefault(side, {})[name] = was
            elif not same(present, was):
                stays.append(name)
    return before, after, list(dict.fromkeys(stays))


def is_cut(written: str, there: str, settled: tuple[str, str] | None) -> bool:
    """e-conomic kept only the beginning of what was written, and so it was settled: nobody has shortened it since."""
    is_settled = settled is not None and same(settled[0], written) and same(settled[1], there)
    return is_settled and push.stored_as(written, there)
