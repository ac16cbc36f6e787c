"""Creating partners in bulk, in both directions: what would be made, and one item of it carried out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from webapp.economic.limits import HIGHEST_NUMBER
from webapp.models import run as states
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.default_rule import DefaultRule
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.mirror import Mirror
from webapp.models.run import Run, RunItem
from webapp.sync import creations, numbers, pairings, suggesting
from webapp.sync.beats import Beat, heard
from webapp.sync.fields import Values
from webapp.sync.foresee import Foresight
from webapp.sync.pairings import Moved
from webapp.sync.runs_plan import EVERYBODY, Changes, Planned, Selection, changed, customers_of, mirrors_of
from webapp.sync.section import Section

RULES = ("same", "next")
NEW = Section.NEW.value
Other = TypeVar("Other", Customer, Mirror)


def plan_theirs(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """Partners in e-conomic for our customers."""
    ours = customers_of(connection, picked, NEW)
    theirs = mirrors_of(connection, EVERYBODY, NEW)
    alike, free = (
        _alike(connection, theirs, beat, ours=True),
        _Numbers(connection, states.CREATE_THEIRS, choices["rule"], ours),
    )
    foresight, policy = Foresight(connection), FieldRule.policy(connection)
    return [_there(foresight, policy, one, free.take(one.number), alike.get(one.id)) for one in heard(beat, ours)]


def _there(foresight: Foresight, policy: Policy, customer: Customer, number: int, alike: Mirror | None) -> Planned:
    values = customer.values
    filled, wrong = foresight.filled(values), foresight.of_creation(values, number)
    before, after = _sides_there(policy, values, filled)
    is_closed = "theirs" in policy.not_created
    held = creations.NOT_CREATED if is_closed else "foreseen" if wrong else "lookalike" if alike else ""
    note: dict[str, Any] = {"own": customer.number}
    if wrong:
        note |= {"fields": wrong, "values": {name: filled.get(name, "") for name in wrong}}
    if alike:
        note["alike"] = alike.label
    return Planned(customer, None, None, number, before, after, held, note, calls=1)


def _sides_there(policy: Policy, values: Values, filled: Values) -> tuple[Changes, Changes]:
    sent = creations.open_there(policy, filled)
    got = {n: value for n, value in sent.items() if not policy.is_closed(n, "ours")}
    return changed({"ours": values}, {"ours": got, "theirs": sent})


def plan_ours(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """Copies in CleanManager of customers of theirs."""
    theirs = mirrors_of(connection, picked, NEW)
    ours = customers_of(connection, EVERYBODY, NEW)
    alike, free = (
        _alike(connection, ours, beat, ours=False),
        _Numbers(connection, states.CREATE_OURS, choices["rule"], theirs),
    )
    policy = FieldRule.policy(connection)
    return [_here(policy, mirror, free.take(mirror.number), alike.get(mirror.id)) for mirror in heard(beat, theirs)]


def _here(policy: Policy, mirror: Mirror, number: int, alike: Customer | None) -> Planned:
    before, after = _sides_here(policy, mirror.values)
    note = {"own": mirror.number} | ({"alike": alike.label} if alike else {})
    held = creations.NOT_CREATED if "ours" in policy.not_created else "lookalike" if alike else ""
    return Planned(None, mirror, None, number, before, after, held, note)


def _sides_here(policy: Policy, values: Values) -> tuple[Changes, Changes]:
    got = {n: value for n, value in values.items() if n == "name" or not policy.is_closed_to_new(n, "ours")}
    return changed({}, {"ours": got})


def _alike(connection: Connection, others: Sequence[Other], beat: Beat, *, ours: bool) -> dict[int, Other]:
    """Which of the new ones of a side look like one that exists on the other side."""
    by_id = {party.id: party for party in others}
    found = suggesting.lookalikes(connection, ours=ours, beat=beat)
    return {one: by_id[other] for one, other in found.items() if other in by_id}


def come_since(
    connection: Connection, run: Run, items: Sequence[RunItem], choices: Mapping[str, str]
) -> dict[int, str]:
    """Item -> whom on the other side it resembles by now: somebody who came there, was changed or lost a partner after
    the plan was shown. Who was ticked as somebody's likeness is made all the same."""
    ours = run.kind == states.CREATE_THEIRS
    of = {item.customer_id if ours else item.mirror_id: item.id for item in items if "alike" not in item.note}
    found = suggesting.alike_since(connection, list(of), run.shown_at, ours=ours)
    return {of[one]: label for one, label in found.items()}


class _Numbers:
    """Hands out free numbers on the side where partners are made, each once.

    Where own numbers are kept, the next free one is never somebody else's own: one clash moves one customer.
    """

    def __init__(self, connection: Connection, kind: str, rule: str, parties: Sequence[Customer | Mirror]) -> None:
        self.rule = rule
        self.kept = {party.number for party in parties} if rule == "same" else set()
        if kind == states.CREATE_THEIRS:
            self.used = numbers.used_there(connection)
            self.next = numbers.next_there(connection)
        else:
            self.used = {row[0] for row in Customer.of(connection.company).select(Customer.number).tuples()}
            self.next = numbers.next_here(connection)

    def take(self, own: int) -> int:
        number = own
        if self.rule == "next" or own in self.used:
            while self.next in self.used or self.next in self.kept:
                self.next = self.next % HIGHEST_NUMBER + 1
            number = self.next
        self.used.add(number)
        return number


def carry_out_ours(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Copy one of theirs here. Raises Moved, AlreadyPaired and NumberInUse."""
    mirror = Mirror.locked_of(connection, item.mirror_id)
    if mirror is None or mirror.version != item.seen_version:
        raise Moved("changed since the plan")
    if _sides_here(FieldRule.policy(connection), mirror.values)[1] != item.values_after:
        raise Moved("the rules have changed since the plan")
    made = pairings.copy_here(connection, mirror, item.number, run.ordered_by, run.id)
    item.pairing_id, item.customer_id = made.id, made.customer_id
    item.note = item.note | {"made": {"ours": made.customer.values}}
    item.settle()


def carry_out_theirs(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Order one partner there; the worker's lane of the pairing makes it and settles the item. Raises the same."""
    customer = Customer.locked_of(connection.company, item.customer_id)
    if customer is None or customer.deleted_at or customer.version != item.seen_version:
        raise Moved("changed since the plan")
    filled = DefaultRule.filled(Connection.get_by_id(connection.id), customer.values)
    if _sides_there(FieldRule.policy(connection), customer.values, filled)[1] != item.values_after:
        raise Moved("rules or defaults have changed since the plan")
    item.pairing_id = creations.begin(connection, customer, item.number, run.ordered_by).id
    item.state = states.ITEM_BEGUN
    item.save()
