"""Pairing many: one choice per group of fields decides what differs, instead of a question for each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.field_rule import FieldRule
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.place import Place
from webapp.models.run import Run, RunItem
from webapp.sync import foresee, holding, pairings
from webapp.sync.beats import Beat, heard
from webapp.sync.fields import NAMES
from webapp.sync.foresee import Foresight
from webapp.sync.normalise import same
from webapp.sync.pairings import Moved
from webapp.sync.plan import Plan, Rules, answered, plan
from webapp.sync.runs_plan import AT_ONCE, Changes, Planned, Selection, changed
from webapp.sync.section import Section, State

GROUPS = {
    "names": ("name", "address", "postcode", "city", "country"),
    "contact": ("email", "phone", "website"),
    "numbers": ("cvr", "ean"),
    "accounting": ("currency", "customer_group", "payment_terms", "vat_zone"),
}
CHOICES = ("blanks", "ours", "theirs")
"""Only fill what is empty on one side, or else let ours or theirs stand where both have a value."""


def plan_pairs(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """The picked pairs, or all sure ones, each with what the choices make of its fields."""
    pairs = _picked(connection, picked) if picked else sure_pairs(connection)
    customers = _by_id(Customer, Customer.of(connection.company), [ours for ours, _ in pairs])
    mirrors = _by_id(Mirror, Mirror.of(connection), [theirs for _, theirs in pairs])
    paired_ours, paired_theirs = _paired(connection)
    foresight, used = Foresight(connection), set[tuple[str, int]]()
    rules = _rules(connection)
    items = []
    for ours, theirs in heard(beat, pairs):
        customer, mirror = customers.get(ours), mirrors.get(theirs)
        if customer is None or mirror is None:
            continue
        taken = ours in paired_ours or theirs in paired_theirs
        held = "paired" if taken else "twice" if used & {("ours", ours), ("theirs", theirs)} else ""
        used |= {("ours", ours), ("theirs", theirs)}
        items.append(_pair(foresight, rules, customer, mirror, choices, held))
    return items


def _pair(
    foresight: Foresight, rules: Rules, customer: Customer, mirror: Mirror, choices: Mapping[str, str], held: str
) -> Planned:
    ours = customer.values
    planned = _planned(rules, customer, mirror, choices)
    wrong = foresight.of_change(planned.pushes)
    before, after = _sides(planned, customer, mirror)
    note: dict[str, Any] = {"fields": wrong, "values": {n: ours[n] for n in wrong}} if wrong else {}
    weighty, effects = foresee.weighed(foresee.in_the_books(mirror, planned.pushes))
    held, note = held or ("foreseen" if wrong else weighty), note | effects
    return Planned(customer, mirror, None, None, before, after, held, note, calls=foresight.calls(planned.pushes))


def _planned(rules: Rules, customer: Customer, mirror: Mirror, choices: Mapping[str, str]) -> Plan:
    ours, theirs = customer.values, mirror.values
    return plan(ours, theirs, answered(answers(ours, theirs, choices), ours, theirs, {}), rules)


def _sides(planned: Plan, customer: Customer, mirror: Mirror) -> tuple[Changes, Changes]:
    written = {"ours": planned.pulls, "theirs": planned.pushes}
    return changed({"ours": customer.values, "theirs": mirror.values}, written)


def _rules(connection: Connection) -> Rules:
    return Rules(directions=FieldRule.policy(connection).directions, same_party=True)


def answers(ours: Mapping[str, str], theirs: Mapping[str, str], choices: Mapping[str, str]) -> dict[str, str]:
    """Field -> "ours", "theirs" or "both", where both sides have a value and they differ; blanks fill themselves."""
    by_field = {name: choices.get(group, "blanks") for group, names in GROUPS.items() for name in names}
    differing = [name for name in NAMES if ours[name].strip() and theirs[name].strip()]
    return {
        name: "both" if by_field[name] == "blanks" else by_field[name]
        for name in differing
        if not same(ours[name], theirs[name])
    }


def sure_pairs(connection: Connection) -> list[tuple[int, int]]:
    """The suggestions that can be paired unseen."""
    sure = Place.of(connection, Section.NEW.value).where(Place.state == State.SURE.value).order_by(Place.name, Place.id)
    return [(place.customer_id, place.mirror_id) for place in sure]


def _picked(connection: Connection, picked: Selection) -> list[tuple[int, int]]:
    """Pairs by name, and those that stand opposite each other on the picked lines of the window."""
    found = list(picked.pairs)
    for start in range(0, len(picked.places), AT_ONCE):
        lines = Place.of(connection).where(Place.id.in_(picked.places[start : start + AT_ONCE]))
        lines = lines.where(Place.pairing.is_null(), Place.customer.is_null(False), Place.mirror.is_null(False))
        found += [(line.customer_id, line.mirror_id) for line in lines.order_by(Place.name, Place.id)]
    return list(dict.fromkeys(found))


def _by_id(table: Any, query: Any, ids: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(ids), AT_ONCE):
        found |= {row.id: row for row in query.where(table.id.in_(ids[start : start + AT_ONCE]))}
    return found


def _paired(connection: Connection) -> tuple[set[int], set[int]]:
    rows: Iterable[tuple[int, int | None]]
    rows = Pairing.living(connection).select(Pairing.customer, Pairing.mirror).tuples()
    ours, theirs = set[int](), set[int]()
    for customer, mirror in rows:
        ours.add(customer)
        if mirror:
            theirs.add(mirror)
    return ours, theirs


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Pair one. What is to be written there is the lane's. Raises Moved and AlreadyPaired."""
    seen = pairings.Versions(item.seen_version, item.seen_theirs)
    customer, mirror = pairings.unpaired(connection, item.customer_id, item.mirror_id, seen)
    if _sides(_planned(_rules(connection), customer, mirror, choices), customer, mirror)[1] != item.values_after:
        raise Moved("by the rules of now it would be another change than was shown")
    decided = answers(customer.values, mirror.values, choices)
    base = answered(decided, customer.values, mirror.values, {})
    by = run.ordered_by
    made = pairings.join(connection, customer, mirror, base, by, run.id)
    holding.confirm(made, dict.fromkeys(item.note.get("effects", ()), "ours"), by)
    item.pairing_id = made.id
    item.settle()
