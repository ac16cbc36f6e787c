"""Deleting many pairs, in one system or both: e-conomic first, for it says no where there are entries; and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from webapp.economic.records import new_body
from webapp.models import attempt as attempts
from webapp.models import lane, pairing
from webapp.models import run as states
from webapp.models.attempt import Attempt
from webapp.models.connection import Connection
from webapp.models.customer import Customer
from webapp.models.exclusion import Exclusion
from webapp.models.field_rule import FieldRule, Policy
from webapp.models.lane import Lane
from webapp.models.mirror import Mirror
from webapp.models.pairing import Pairing
from webapp.models.run import LIKENESS, Run, RunItem
from webapp.sync import apply, creations, guard, matching, pairings, register, remove, standing
from webapp.sync.beats import Beat, heard
from webapp.sync.fields import NAMES, spelled
from webapp.sync.pairings import Moved
from webapp.sync.plan import Presence, plan
from webapp.sync.runs_plan import Planned, Selection, pairings_of
from webapp.sync.undo_plan import CALLS, RECREATE, RETURN_OURS, Known, emptied

WHERE = ("both", "theirs", "ours")
CALLS_THERE = 2
"""A look whether it is still the same customer, and the deletion."""


def plan_deletions(connection: Connection, picked: Selection, choices: Mapping[str, str], beat: Beat) -> list[Planned]:
    """The picked pairs, with all that is lost; nobody unless somebody is picked."""
    return [_delete(found, choices["where"]) for found in heard(beat, pairings_of(connection, picked))]


def _delete(found: Pairing, where: str) -> Planned:
    customer, mirror = found.customer, found.mirror
    if found.state != pairing.OPEN or mirror is None:
        return Planned(customer, mirror, found.id, held="creating")
    there = {"ours": not customer.deleted_at, "theirs": not mirror.gone_at}
    sides = [side for side, stands in there.items() if stands and where in ("both", side)]
    values = {"ours": customer.values, "theirs": mirror.values}
    before = {side: {name: value for name, value in values[side].items() if value} for side in sides}
    note = {"sides": sides, "pair": found.version} | ({"for_good": True} if _is_for_good(customer, sides) else {})
    calls = CALLS_THERE if "theirs" in sides else 0
    return Planned(customer, mirror, found.id, None, before, emptied(before), _held(found, sides), note, calls)


def _is_for_good(customer: Customer, sides: list[str]) -> bool:
    """Nobody here can be made again there from: the customer was deleted here before."""
    return "theirs" in sides and customer.deleted_at is not None


def _held(found: Pairing, sides: list[str]) -> str:
    if found.deleting:
        return "deleting"
    if not sides:
        return "already_gone"
    if _is_another(found):
        return "other_party"
    return "has_balance" if not found.mirror.gone_at and guard.balance(found.mirror.record) else ""


def _is_another(found: Pairing) -> bool:
    """Theirs may be somebody else, also where ours are gone and nobody asks any more whether they are."""
    both = plan(found.customer.values, found.mirror.values, found.base, party=found.party)
    return not found.mirror.gone_at and both.presence == Presence.OTHER_PARTY


def carry_out(connection: Connection, run: Run, item: RunItem, choices: Mapping[str, str]) -> None:
    """Order the deletion there, or delete ours when only they are to go. Raises Moved."""
    seen = pairings.Versions(item.seen_version, item.seen_theirs, item.note["pair"])
    found = pairings.seen_pair(connection, item.pairing_id, seen)
    if "theirs" in item.note["sides"]:
        item.state = states.ITEM_BEGUN
        item.save()
        remove.begin(found, run.ordered_by)
        return
    register.delete(found.customer, run.ordered_by, run_id=run.id)
    apply.settle(found, cause="pull")
    item.settle()


# -- and back


def plan_undo(known: Known, item: RunItem) -> Planned:
    """Who was deleted comes back with the fields that are synced: there as a new customer under the old number."""
    customer, mirror = known.customers[item.customer_id], known.mirrors[item.mirror_id]
    sides, before = item.note["sides"], item.values_before
    made_there = "theirs" in sides
    held = _in_the_way(known, item, customer, mirror)
    note: dict[str, Any] = {"does": RECREATE if made_there else RETURN_OURS, "sides": sides}
    closed = _closed(known.policy, before.get("theirs", {})) if made_there else []
    if closed:
        before, note = _without(closed, before), note | {"closed": closed}
    if made_there and not held:
        values = _whole(before["theirs"])
        wrong = known.foresight.of_creation(values, mirror.number)
        held, note = ("foreseen", note | {"fields": wrong, "values": values}) if wrong else ("", note)
        off = None if wrong else Exclusion.of(known.connection, customer)
        held, note = ("off", note | {"ended": [off.id]}) if off else (held, note)
    if not held and (alike := _alike(known, sides, before)):
        held, note = LIKENESS, note | {"alike": alike}
    after = {side: before[side] for side in sides}
    calls = CALLS[RECREATE] if made_there else 0
    return Planned(
        customer, mirror, item.pairing_id, mirror.number, emptied(after), after, held, note, calls, item.position
    )


def _alike(known: Known, sides: Sequence[str], before: Mapping[str, Mapping[str, str]]) -> str:
    """Who has been added since where it is to come back, and shares number, e-mail or name with it: perhaps itself."""
    found = (matching.marked([("", before[side])], known.came[side]).get("", "") for side in sides)
    return next(filter(None, found), "")


def _closed(policy: Policy, there: Mapping[str, str]) -> list[str]:
    """Fields that a rule has closed there since, so whoever is made again does not get them."""
    return [name for name in there if name not in creations.open_there(policy, there)]


def _without(names: list[str], before: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    there = {name: value for name, value in before["theirs"].items() if name not in names}
    return {side: dict(values) for side, values in before.items()} | {"theirs": there}


def _whole(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values.get(name, "") for name in NAMES}


def _in_the_way(known: Known, item: RunItem, customer: Customer, mirror: Mirror) -> str:
    if item.note.get("for_good"):
        return "for_good"
    if not item.note["sides"]:
        return "gone_since"
    if known.policy.not_created & set(item.note["sides"]):
        return creations.NOT_CREATED
    if "ours" in item.note["sides"]:
        if not customer.deleted_at:
            return "back_since"
        if Customer.with_number(known.connection.company, customer.number):
            return "number_used_here"
    elif customer.deleted_at:
        return "gone_since"
    paired = Pairing.of_customer(customer, known.connection)
    if "theirs" in item.note["sides"] and paired and paired.id != item.pairing_id:
        return "paired"
    taken = Mirror.with_number(known.connection, mirror.number)
    return "number_used_there" if "theirs" in item.note["sides"] and taken else ""


def bring_back(connection: Connection, run: Run, item: RunItem) -> None:
    """Bring one back here; there its lane makes it once, whatever fails. Raises Moved and what creating raises."""
    customer = Customer.locked_of(connection.company, item.customer_id)
    if customer is None or customer.version != item.seen_version:
        raise Moved("changed since the plan")
    if item.note["does"] == RECREATE and _closed(FieldRule.policy(connection), item.values_after["theirs"]):
        raise Moved("a rule has closed a field since the plan")
    if "ours" in item.note["sides"]:
        creations.refuse_new(connection, "ours")
        if Customer.with_number(connection.company, customer.number):
            raise Moved("the number was given away since the plan")
        register.restore(customer, run.ordered_by, cause="undo", run_id=run.id)
    old = Pairing.get(Pairing.connection == connection, Pairing.id == item.pairing_id)
    if item.note["does"] == RECREATE:
        _make_again(connection, run, item, customer, old)
        return
    pair = apply.lock(old.id)
    if pair is None:
        standing.put_customer(connection, customer)
    else:
        apply.settle(pair, cause="pull")  # What differs by now is not the undo's.
        Lane.wake(connection, lane.PAIR, pair.id)
    item.settle()


def _make_again(connection: Connection, run: Run, item: RunItem, customer: Customer, old: Pairing) -> None:
    """An open creation with what stood there, not what stands here, and what the two had agreed on before."""
    living = apply.lock(old.id)
    if living is not None:
        living.close("created_again", run.ordered_by)
    whole = _whole(item.values_after["theirs"])
    values = {name: value for name, value in whole.items() if name not in item.note.get("closed", ())}
    pair = creations.begin(connection, customer, item.number, run.ordered_by)
    pair.base = old.base
    pair.save()
    Attempt.create(
        company=pair.company_id, connection=connection, pairing=pair, kind=attempts.CREATE, number=item.number,
        body_json=json.dumps(new_body(spelled(values, "legacy"), item.number), ensure_ascii=False),
        fields_json=json.dumps(values, ensure_ascii=False),
    )  # fmt: skip
    item.pairing_id, item.state = pair.id, states.ITEM_BEGUN
    item.save()
